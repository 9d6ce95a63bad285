"""The report a person reads in a terminal: worst first, the curve drawn, then what to do."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from diagnose import overview, rates, telling
from diagnose.drawing import drawn
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.run import Note, Run
from diagnose.story import Chapter, story
from diagnose.tally import Tally, harmless
from kb.prose import Line, Style
from kb.text import Lang, Text
from kb.wrap import wrap

WIDTH = 100
_CURVE = 60  # columns of a drawn curve: enough to see its shape, few enough for a terminal of 70
_IN_FULL = 10  # runs with findings told in full when there are many ...
_HINTS = 5  # ... and of those with nothing above a hint, which must not crowd out the others
_RATES = 3  # schedules told of a run unless all are asked for
_REASONS = 3  # reasons why something could not be judged that are told in full unless all are asked for
_NOTES = 4  # notes shown of a run unless all are asked for


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """The report as plain text of `WIDTH` columns."""
    return "".join(f"{line.text}\n" for line in lines(diagnosis, lang, WIDTH))


def lines(diagnosis: Diagnosis, lang: Lang, width: int, *, everything: bool = False) -> list[Line]:
    """The report as styled lines; ``everything`` also lists what was clear and every note."""
    parts = parts_of(diagnosis.examined, lambda: diagnosis, lang, width, everything=everything)
    return [line for part in parts for line in part]


def parts_of(
    examined: Iterable[Examined],
    rest: Callable[[], Diagnosis],
    lang: Lang,
    width: int,
    *,
    everything: bool = False,
    tally: Tally | None = None,
) -> Iterator[list[Line]]:
    """The report piece by piece, each run's part as soon as ``examined`` gives it and the next one.

    ``rest`` tells, at the end, what there is besides the runs; the runs are counted in ``tally``.
    """
    page = _Page(lang, width, everything)
    tally = Tally() if tally is None else tally
    coming = iter(examined)
    first = list(itertools.islice(coming, 2))
    if len(first) == 1:
        tally.add(first[0])
        page.run(first[0])
        page.blind(first[0].verdicts)
        page.clear(first[0].verdicts)
        page.notes(first[0].run.notes)
    else:
        for one in itertools.chain(first, coming):
            page.one_of_many(one, tally)
            if page.lines:
                yield page.taken()
        page.many(tally)
    closing = rest()
    page.unread(closing)
    for changed in closing.overridden:
        page.say("dim", changed.of(lang))
    runs = tally.count()
    of_all = Text(f"{runs:,} runs: ", f"共 {runs:,} 次运行：") if runs > 1 else Text("", "")
    page.say("heading", of_all.of(lang) + overview.summed(tally.states, lang))
    yield page.taken()


class _Page:
    """A report while it is being written."""

    def __init__(self, lang: Lang, width: int, everything: bool) -> None:
        self.lang, self.width, self.everything = lang, width, everything
        self.lines: list[Line] = []
        self.hidden_notes = 0
        self.told: Counter[str] = Counter()  # runs told in full, by their health

    def run(self, examined: Examined) -> None:
        """One run: what was read, and what was found, waived or broken in it."""
        self.say("title", examined.run.name)
        self.say("dim", telling.read_from(examined.run, self.lang), first="  ", rest="  ")
        for line in rates.lines(examined.run, self.lang, None if self.everything else _RATES):
            self.say("dim", line, first="  ", rest="    ")
        for chapter in story(examined.verdicts):
            self.finding(examined.run, chapter)
        self.others([one for one in examined.verdicts if one.state not in {"found", "clear", "blind"}])

    def taken(self) -> list[Line]:
        """The lines written so far, which are then gone from the page."""
        lines, self.lines = self.lines, []
        return lines

    def one_of_many(self, one: Examined, tally: Tally) -> None:
        """A run among others: in full when there is something to tell, unless many were told already."""
        kind = tally.add(one)
        told = "hints" if harmless(one) else kind
        quiet = kind in {"well", "unseen"} or self.told[told] >= (_HINTS if told == "hints" else _IN_FULL)
        if quiet and not self.everything:
            self.hidden_notes += len(one.run.notes)
            return
        self.told[told] += 1
        self.run(one)
        if self.everything:
            self.clear(one.verdicts)
        self.notes(one.run.notes)
        self.say("heading", overview.summed(Counter(verdict.state for verdict in one.verdicts), self.lang), first="  ")
        self.lines.append(Line("text", ""))

    def many(self, tally: Tally) -> None:
        """All runs together: the quiet ones a line each or counted, and what was not seen once for all."""
        told = self.told["ill"] + self.told["hints"]
        for one in overview.paragraphs(tally, self.lang, in_full=told, everything=self.everything):
            self.say(one.style, one.text, first=one.first, rest=one.rest)
        if not self.everything:
            self.others(list(tally.waived.values()))
        if self.hidden_notes:
            count = self.hidden_notes
            text = Text(f"{count} notes on how files were read (-v)", f"关于文件读取的说明共 {count} 条（-v 可列出）")
            self.say("dim", text.of(self.lang), first="  ")
        self.blind(tally.blind.values(), tally)
        self.lines.append(Line("text", ""))

    def finding(self, run: Run, chapter: Chapter) -> None:
        """What, where, why, what to do, which entry explains it, and what follows from it."""
        verdict = chapter.verdict
        entry = verdict.entry
        style: Style = "error" if verdict.severity != "info" else "mark"
        title = f"{telling.title(entry, self.lang)}  [{telling.marks(verdict, self.lang)}]"
        self.say(style, title, first="✗ " if verdict.severity != "info" else "· ", rest="  ")
        self.say("text", verdict.message(self.lang), first="    ", rest="    ")
        most = None if self.everything else telling.NAMED
        if also := telling.also(chapter, self.lang, most=most):
            self.say("text", also, first="    ", rest="      ")
        brief = verdict.severity == "info" and not self.everything
        if not brief:
            self.curve(run, verdict)
        if because := verdict.because(self.lang):
            self.say("text", Text(f"cause: {because}", f"原因：{because}").of(self.lang), first="    ", rest="      ")
        for step in () if brief else verdict.fix(self.lang):
            self.say("text", step, first="    → ", rest="      ")
        if chapter.consequences:
            self.say("text", Text("this also explains:", "这也解释了：").of(self.lang), first="    ")
        for one in chapter.consequences:
            what = telling.follows(one, self.lang, one.verdict.message(self.lang), most=most)
            where = Text(f" ({one.verdict.entry.id})", f"（{one.verdict.entry.id}）").of(self.lang)
            self.say("text", f"{what}{where}", first="    · ", rest="      ")
        self.say("dim", f"kb lookup {entry.id}", first="      ")

    def curve(self, run: Run, verdict: Verdict) -> None:
        """The curve that was judged, with carets under the steps in question."""
        seen = verdict.evidence
        series = next((one for one in run.series if seen and one.name == seen.subject), None)
        if series is None or seen is None:
            return
        text, carets, logarithm = drawn(series, min(_CURVE, self.width - 8), seen.first, seen.last)
        if len(text) < 2:
            return
        self.lines.append(Line("mark", f"    {text}"))
        steps = f"{Text('steps', '步').of(self.lang)} {seen.first}-{seen.last}"
        scale = Text(", log scale", "，对数刻度").of(self.lang) if logarithm else ""
        if carets:
            self.lines.append(Line("error", f"    {carets}"))
            self.say("dim", f"{steps}{scale}", first="    ", rest="    ")

    def blind(self, verdicts: Iterable[Verdict], tally: Tally | None = None) -> None:
        """What could not be judged, grouped by reason, with what to log for it; of many reasons only the gist."""
        groups, awaiting = telling.unseen(verdicts, tally)
        if len(groups) > _REASONS and not self.everything:
            self.gist(groups, tally)
        elif groups:
            self.say("mark", Text("Could not be judged:", "无法判断：").of(self.lang), first="? ")
            for one in groups:
                names = Text(f" - {', '.join(one.symptoms)}", f"：{'、'.join(one.symptoms)}").of(self.lang)
                self.say("text", one.reason.of(self.lang) + names, first="    ")
                for code in one.log_it:
                    label = Text("log it: ", "请记录：").of(self.lang)
                    self.say("dim", label + code, first="      ", rest="          ")
        if awaiting:
            known = Text("Known, but not looked for in this version:", "已收录，但此版本尚不检查：").of(self.lang)
            names = Text(f" {', '.join(awaiting)}", "、".join(awaiting)).of(self.lang)
            self.say("dim", known + names, first="? ", rest="    ")

    def gist(self, groups: Sequence[telling.Unseen], tally: Tally | None) -> None:
        """How much could not be judged, what to log first, and an example of what more in the log would not mend."""
        count = len({name for one in groups for name in one.symptoms})
        many = tally is not None and tally.count() > 1
        title = (
            Text("Could not be judged in some runs", "部分运行中无法判断")
            if many
            else Text("Could not be judged", "无法判断")
        )
        worth = telling.worth_logging(groups)[:_REASONS]
        codes = [one for one in worth if one[1] > 1] or worth[:1]
        ask = Text(". Most worth logging next time:", "。下次最值得记录：") if codes else Text("", "")
        text = Text(f"{title.en}: {count} (-v says why){ask.en}", f"{title.zh}：{count} 项（-v 说明原因）{ask.zh}")
        self.say("mark", text.of(self.lang), first="? ", rest="  ")
        for code, waiting in codes:
            label = Text(f"for {waiting} of them: ", f"可多判断 {waiting} 项：").of(self.lang)
            self.say("dim", label + code, first="    ", rest="        ")
        unlogged = [one for one in groups if not one.log_it]
        if unlogged:
            count = len({name for one in unlogged for name in one.symptoms})
            reason = max(unlogged, key=lambda one: one.runs * len(one.symptoms)).reason
            text = Text(f"{count} for reasons such as: {reason.en}", f"{count} 项另有原因，例如：{reason.zh}")
            self.say("text", text.of(self.lang), first="    ", rest="      ")

    def clear(self, verdicts: Iterable[Verdict]) -> None:
        """What was looked at and is well; by name only when asked for."""
        verdicts = [one for one in verdicts if one.state == "clear"]
        if not verdicts:
            return
        if not self.everything:
            count = len(verdicts)
            text = Text(f"{count} looked at and clear (-v lists them)", f"另有 {count} 项检查正常（-v 可列出）")
            self.say("mark", text.of(self.lang), first="✓ ")
            return
        for one in verdicts:
            name = Text(f" ({one.entry.id})", f"（{one.entry.id}）").of(self.lang)
            self.say("mark", telling.well(one.entry, self.lang) + name, first="✓ ", rest="  ")

    def others(self, verdicts: Sequence[Verdict]) -> None:
        """Waived checks with their reason, and checks that broke."""
        for one in verdicts:
            broke = one.state == "broke"
            what = telling.left_out(one, self.lang)
            self.say("error" if broke else "dim", what, first="! " if broke else "- ", rest="  ")

    def notes(self, notes: Sequence[Note]) -> None:
        """How the files were read, as far as it is worth telling."""
        shown = notes if self.everything else notes[:_NOTES]
        for note in shown:
            colon = Text(": ", "：").of(self.lang)
            self.say("dim", f"{telling.place(note)}{colon}{note.what.of(self.lang)}", first="  ", rest="    ")
        if len(shown) < len(notes):
            more = len(notes) - len(shown)
            self.say("dim", Text(f"{more} more notes (-v)", f"还有 {more} 条说明（-v）").of(self.lang), first="  ")

    def unread(self, diagnosis: Diagnosis) -> None:
        """Files that held no run, with the reason, so that nothing is passed over in silence."""
        self.notes(diagnosis.unread)
        if count := diagnosis.strangers:
            self.say("dim", telling.strangers(count).of(self.lang), first="  ")

    def say(self, style: Style, text: str, *, first: str = "", rest: str = "") -> None:
        """One wrapped paragraph."""
        self.lines.extend(Line(style, line) for line in wrap(text, self.width, first=first, rest=rest or first))
