"""What several reports say of a run and its findings in the same words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from diagnose import overview
from diagnose.finding import SEVERITIES, Verdict
from diagnose.run import Note, Run
from diagnose.story import Chapter
from diagnose.tally import Tally
from kb.choices import Severity
from kb.entry import Entry
from kb.text import Lang, Text

CONFIDENCE = {
    "certain": Text("certain", "确定"),
    "likely": Text("likely", "很可能"),
    "possible": Text("possible", "可能"),
}
NAMED = 3  # further subjects named under a finding; the data formats name them all


@dataclass(frozen=True)
class Unseen:
    """Symptoms that could not be judged for one reason, what to log for it, and in how many runs that was so."""

    reason: Text
    log_it: tuple[str, ...]
    symptoms: tuple[str, ...]
    runs: int = 1


def title(entry: Entry, lang: Lang) -> str:
    """The title of an entry."""
    return entry.zh.title if lang == "zh" else entry.title


def well(entry: Entry, lang: Lang) -> str:
    """That a symptom was looked for and is not there; its bare title would read like a finding."""
    return Text(f"no sign of “{entry.title}”", f"没有“{entry.zh.title}”").of(lang)


def left_out(verdict: Verdict, lang: Lang, written: Callable[[str], str] = str) -> str:
    """That a check was waived, or that it broke, and why; ``written`` writes its id."""
    name, reason = written(verdict.entry.id), verdict.reason or Text("", "")
    if verdict.state == "broke":
        return Text(f"broke: {name} - {reason.en}", f"检查 {name} 出错：{reason.zh}").of(lang)
    return Text(f"waived: {name} - {reason.en}", f"已豁免 {name}：{reason.zh}").of(lang)


def marks(verdict: Verdict, lang: Lang) -> str:
    """How much harm and how sure, of a finding."""
    assert verdict.severity is not None
    assert verdict.confidence is not None
    return f"{overview.SEVERITY[verdict.severity].of(lang)} · {CONFIDENCE[verdict.confidence].of(lang)}"


def worst(chapter: Chapter) -> Severity:
    """The most harmful severity of a finding and of what follows from it."""
    told = [one.verdict.severity for one in (chapter, *chapter.consequences) if one.verdict.severity]
    return max(told, key=SEVERITIES.index)


def also(chapter: Chapter, lang: Lang, name: Callable[[str], str] = str, *, most: int | None = NAMED) -> str:
    """The other subjects of a finding, the first ``most`` by name; empty when there are none.

    ``name`` writes the name of a subject.
    """
    named = ("、" if lang == "zh" else ", ").join(map(name, chapter.also[:most]))
    count = len(chapter.also)
    rest = 0 if most is None else count - most
    if not named:
        return ""
    if rest <= 0:
        return Text(f"also: {named}", f"另有：{named}").of(lang)
    return Text(f"also: {named} and {rest} more", f"另有：{named} 等共 {count} 处").of(lang)


def follows(
    chapter: Chapter, lang: Lang, message: str, name: Callable[[str], str] = str, *, most: int | None = NAMED
) -> str:
    """A finding that another explains, in one line: what it is, its ``message``, and where else it shows."""
    said = f"{title(chapter.verdict.entry, lang)}{Text(': ', '：').of(lang)}{message}"
    others = also(chapter, lang, name, most=most)
    return said + Text(f"; {others}", f"；{others}").of(lang) if others else said


def read_from(run: Run, lang: Lang, name: Callable[[str], str] = str) -> str:
    """What the run was read from: formats, curves, points, checkpoints; ``name`` writes the name of a file."""
    formats = sorted({one.format for one in run.sources})
    curves, points = len(run.series), sum(map(len, run.series))
    parts = []
    if curves:
        en = f"{curves} curve{'s' if curves > 1 else ''}, {points:,} point{'s' if points > 1 else ''}"
        zh = f"{curves} 条曲线，{points:,} 个点"
        parts.append(Text(f"{', '.join(formats)}: {en}", f"{'、'.join(formats)}：{zh}"))
    if run.checkpoints:
        files = ("、" if lang == "zh" else ", ").join(name(one.path.name) for one in run.checkpoints[-3:])
        count = len(run.checkpoints)
        parts.append(Text(f"{count} checkpoint{'s' if count > 1 else ''} ({files})", f"{count} 个检查点（{files}）"))
    return ("；" if lang == "zh" else "; ").join(part.of(lang) for part in parts)


def place(note: Note) -> str:
    """File, and line where known, of a note."""
    return note.path if note.line is None else f"{note.path}:{note.line}"


def unseen(verdicts: Iterable[Verdict], tally: Tally | None = None) -> tuple[list[Unseen], list[str]]:
    """What could not be judged, by reason; and the symptoms that this version does not look for.

    With a ``tally`` of several runs a reason that does not hold in all of them says in how many it does.
    """
    by_reason: dict[tuple[Text, tuple[str, ...]], dict[str, None]] = {}
    awaiting: dict[str, None] = {}
    for one in verdicts:
        if one.state == "blind" and one.entry.check and not one.entry.check.detector:
            awaiting[one.entry.id] = None
        elif one.state == "blind" and one.reason is not None:
            by_reason.setdefault((one.reason, one.log_it), {})[one.entry.id] = None
    total = tally.count() if tally else 1
    groups = []
    for (reason, log_it), names in by_reason.items():
        count = tally.reasons[reason.en, log_it] if tally else 1
        groups.append(Unseen(_in_some(reason, count, total), log_it, tuple(names), count))
    return groups, list(awaiting)


def worth_logging(groups: Iterable[Unseen]) -> list[tuple[str, int]]:
    """Each line to log, and how many symptoms wait for it; first what lets most be judged in most runs."""
    waiting: dict[str, dict[str, None]] = {}
    worth: Counter[str] = Counter()
    for one in groups:
        for code in one.log_it:
            waiting.setdefault(code, {}).update(dict.fromkeys(one.symptoms))
            worth[code] += one.runs * len(one.symptoms)
    return [(code, len(waiting[code])) for code, _ in worth.most_common()]


def _in_some(reason: Text, count: int, total: int) -> Text:
    if count == total:
        return reason
    return Text(f"{reason.en} (in {count:,} of {total:,} runs)", f"{reason.zh}（{total:,} 次运行中有 {count:,} 次）")


def strangers(count: int) -> Text:
    """How many files were of no known kind."""
    return Text(f"{count} file{'s' if count > 1 else ''} of kinds I do not read", f"{count} 个不认识的文件")


def file_of(run: Run, verdict: Verdict) -> str:
    """The file a finding is about: that of its curve, else of the last checkpoint, else the first the run has."""
    subject = verdict.evidence.subject if verdict.evidence else ""
    for series in run.series:
        if series.name == subject and series.source:
            return Path(series.source).as_posix()
    if run.checkpoints:
        holding = [one for one in run.checkpoints if subject in one.tensors or subject == str(one.path)]
        return (holding or run.checkpoints)[-1].path.as_posix()
    return Path(run.sources[0].path).as_posix() if run.sources else run.path.as_posix()
