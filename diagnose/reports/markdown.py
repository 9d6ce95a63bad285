"""A comment for a pull request: findings folded up under one line each, whatever stands in a log kept as code.

GitHub flavoured Markdown. Names from files are code spans: there no link, image, HTML or mention comes alive.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from diagnose import overview, rates, telling
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.story import Chapter, story
from diagnose.tally import Tally, harmless
from kb.neutral import neutral
from kb.text import Lang, Text

_IN_FULL = 10  # runs with findings told in full when there are many ...
_HINTS = 5  # ... and of those with nothing above a hint
_LONGEST = 50_000  # characters of runs told in full; GitHub refuses a comment of more than 65,536
_RATES = 3  # schedules told of a run
_MARK = {"error": "❌", "warning": "⚠️", "info": "ℹ️"}
_HARMLESS = re.compile(r"[-+.,%\d ]*|[a-z ]*", re.ASCII)  # a fact that is a number or plain words reads better as it is


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """The sum as the heading, each run with findings, the quiet ones counted, what could not be judged folded up."""
    states: Counter[str] = Counter(verdict.state for verdict in diagnosis.verdicts())
    parts = [f"### diagnose: {overview.summed(states, lang)}"]
    tally, told, length = Tally(), Counter[str](), 0
    for one in diagnosis.examined:
        kind = tally.add(replace(one, run=replace(one.run, name=_code(one.run.name))))
        group = "hints" if harmless(one) else kind
        if kind not in {"ill", "odd"} or told[group] == (_HINTS if group == "hints" else _IN_FULL):
            continue
        part = "\n\n".join(_run(one, lang))
        if length + len(part) <= _LONGEST:
            parts.append(part)
            told[group] += 1
            length += len(part)
    if "odd" in tally.runs and (more := tally.runs["odd"].count - told["odd"]) > 0:
        parts.append(Text(f"{more} more runs in which a check broke", f"另有 {more} 次运行的检查出错").of(lang))
    quiet = overview.paragraphs(tally, lang, in_full=told["ill"] + told["hints"], everything=False)
    parts.append("\n".join(f"- {one.first.strip()} {one.text}" for one in quiet))
    waived = [f"- {telling.left_out(_shown(one), lang, _code)}" for one in tally.waived.values()]
    parts.append("\n".join([*waived, *(f"- {_escaped(one.of(lang))}" for one in diagnosis.overridden)]))
    parts.append(_unseen(tally, lang))
    parts.append("\n".join(_unread(diagnosis, lang)))
    return "\n\n".join(part for part in parts if part)


def _run(examined: Examined, lang: Lang) -> Iterator[str]:
    yield f"#### {_code(examined.run.name)}"
    if read := telling.read_from(examined.run, lang, _code):
        yield read
    if told := list(rates.lines(examined.run, lang, _RATES, _code)):
        yield "\n".join(f"- {one}" for one in told)
    for chapter in story(examined.verdicts):
        yield "\n".join(_finding(chapter, lang))
    broken = [f"- {telling.left_out(_shown(one), lang, _code)}" for one in examined.verdicts if one.state == "broke"]
    if broken:
        yield "\n".join(broken)


def _finding(chapter: Chapter, lang: Lang) -> Iterator[str]:
    """A line that is always seen, and the cause and the remedy behind a click."""
    verdict = chapter.verdict
    entry = verdict.entry
    mark = _MARK[telling.worst(chapter)]
    marks = telling.marks(verdict, lang)
    yield f"{mark} **{telling.title(entry, lang)}**{Text(f' ({marks})', f'（{marks}）').of(lang)}  "
    yield _message(verdict, lang)
    yield f"<details><summary>{Text('cause and what to do', '原因与对策').of(lang)}</summary>"
    yield ""  # without it the list would be taken for HTML
    if because := verdict.because(lang):
        yield f"- {Text('cause: ', '原因：').of(lang)}{because}"
    if also := telling.also(chapter, lang, _code):
        yield f"- {also}"
    for step in verdict.fix(lang):
        yield f"- → {step}"
    for one in chapter.consequences:
        what = telling.follows(one, lang, _message(one.verdict, lang), _code)
        page = f"`kb lookup {one.verdict.entry.id}`"
        where = Text(f" ({page})", f"（{page}）").of(lang)
        yield f"- {Text('this also explains: ', '这也解释了：').of(lang)}{what}{where}"
    yield f"- `kb lookup {entry.id}`"
    yield ""
    yield "</details>"


def _message(verdict: Verdict, lang: Lang) -> str:
    """The finding's sentence; its own code spans stay, and what comes from the file becomes one."""
    seen = verdict.evidence
    if seen is None:
        return ""
    facts = {
        name: _code(value) if isinstance(value, str) and not _HARMLESS.fullmatch(value) else value
        for name, value in seen.facts.items()
    }
    return replace(verdict, evidence=replace(seen, subject=_code(seen.subject), facts=facts)).message(lang)


def _shown(verdict: Verdict) -> Verdict:
    """The verdict with its reason escaped."""
    reason = verdict.reason and Text(_escaped(verdict.reason.en), _escaped(verdict.reason.zh))
    return replace(verdict, reason=reason)


def _unseen(tally: Tally, lang: Lang) -> str:
    groups, awaiting = telling.unseen(tally.blind.values(), tally)
    if not groups and not awaiting:
        return ""
    title = Text("Could not be judged, and what to log for it", "无法判断的项目，以及需要记录什么").of(lang)
    lines = [f"<details><summary>{title}</summary>", ""]
    comma, dash = ("、", "：") if lang == "zh" else (", ", " - ")
    for group in groups[:_IN_FULL]:
        names = comma.join(f"`{name}`" for name in group.symptoms)
        lines.append(f"- {_escaped(group.reason.of(lang))}{dash}{names}")
        lines += [f"  - {_code(code)}" for code in group.log_it]
    if (more := len(groups) - _IN_FULL) > 0:
        lines.append(Text(f"- {more} more reasons", f"- 另有 {more} 种原因").of(lang))
    if awaiting:
        known = Text("Known, but not looked for in this version: ", "已收录，但此版本尚不检查：").of(lang)
        lines.append(f"- {known}{comma.join(f'`{name}`' for name in awaiting)}")
    return "\n".join([*lines, "", "</details>"])


def _unread(diagnosis: Diagnosis, lang: Lang) -> Iterator[str]:
    notes = [*diagnosis.unread, *(note for one in diagnosis.examined for note in one.run.notes)]
    for note in notes[:_IN_FULL]:
        yield f"- {_code(telling.place(note))}{Text(': ', '：').of(lang)}{_escaped(note.what.of(lang))}"
    if (more := len(notes) - _IN_FULL) > 0:
        yield Text(f"- {more} more notes on how files were read", f"- 关于文件读取的说明另有 {more} 条").of(lang)
    if diagnosis.strangers:
        yield f"- {telling.strangers(diagnosis.strangers).of(lang)}"


def _code(text: str) -> str:
    """A code span that holds ``text`` whatever backticks are in it."""
    text = " ".join(neutral(text).split()) or " "
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def _escaped(text: str) -> str:
    """``text`` as it is read, on one line, with nothing in it taken for Markdown, HTML or a mention."""
    text = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(neutral(text).split()))
    return text.replace("\\@", "@<!-- -->")
