"""Tries the checks of symptoms before they are shared: they fit a detector, and their cases come true."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from diagnose.admitted import complaints
from diagnose.cases import draw
from diagnose.engine import judge
from diagnose.finding import Verdict
from diagnose.recognise import Recogniser
from kb import frozen, library
from kb.bilingual import Route
from kb.check import entry_files, tree_of
from kb.choices import Kind
from kb.collection import Library
from kb.entry import Case, Entry
from kb.library import AMBIGUOUS
from kb.problem import Problem
from kb.proofread import Page
from kb.text import Text

_OUTCOMES = ("found", "clear", "blind")
_MOST = 100_000  # steps of a tiny run


def problems(path: Path) -> list[Problem]:
    """What is wrong with the checks of the symptoms at ``path``; a file that cannot be read is not named again."""
    pages = [page for file in entry_files(path) if (page := _read(file))]
    symptoms = [page for page in pages if page.entry.kind == "symptom" and page.entry.check]
    if not symptoms:
        return []
    files = [file for file in library.files(tree_of(path)) if file.parent.name == "concepts"]
    own = {
        page.entry.id: page.entry for file in files if library.BUILT_IN not in file.parents and (page := _read(file))
    }
    kinds: tuple[Kind, ...] = ("concept",)
    recogniser = Recogniser(Library(dict(frozen.built_in(kinds)) | own, {}))
    return [problem for page in symptoms for problem in _tried(page, recogniser)]


def as_expected(verdict: Verdict, case: Case) -> bool:
    """Whether the verdict is the one that the case expects."""
    cause = (verdict.evidence.cause or "none") if verdict.evidence else ""
    return (
        verdict.state == case.expect
        and (not case.cause or cause == case.cause)
        and (not case.severity or verdict.severity == case.severity)
    )


def _tried(page: Page, recogniser: Recogniser) -> Iterator[Problem]:
    entry = page.entry
    assert entry.check is not None
    wrong = [page.problem(*complaint) for complaint in complaints(entry, recogniser.log_it)]
    yield from wrong
    if wrong or not entry.check.detector:
        return
    for name, case in entry.check.cases.items():
        if (what := _outcome(entry, case, recogniser)) is not None:
            yield page.problem(("check", "cases", name), what)
    for state in _OUTCOMES:
        if state not in {case.expect for case in entry.check.cases.values()}:
            what = Text(f"no case expects {state}", f"没有一个案例预期为 {state}")
            hint = Text("write at least one found, one clear and one blind", "found、clear、blind 至少各写一个")
            yield page.problem(_cases(entry), what, hint)


def _outcome(entry: Entry, case: Case, recogniser: Recogniser) -> Text | None:
    """How a case comes out, where that is not what it expects."""
    try:
        if case.steps > _MOST:
            return Text(f"more than {_MOST:,} steps", f"超过 {_MOST:,} 步")
        verdict = judge(recogniser.recognise(draw(case), {}), entry, recogniser)[0]
    except Problem as problem:
        return problem.what
    except (ArithmeticError, LookupError, TypeError, ValueError, MemoryError) as error:
        return Text(f"the case cannot be drawn: {error}", f"无法画出该案例：{error}")
    if as_expected(verdict, case):
        return None
    if verdict.state == "broke" and verdict.reason:
        return verdict.reason
    told = [verdict.state, verdict.evidence.cause if verdict.evidence else "", verdict.severity or ""]
    wanted = [case.expect, case.cause, case.severity]
    got, want = (", ".join(filter(None, words)) for words in (told, wanted))
    return Text(f"the case expects {want} and gets {got}", f"案例预期 {want}，实际得到 {got}")


def _cases(entry: Entry) -> Route:
    return ("check", "cases") if entry.check and entry.check.cases else ("check",)


def _read(file: Path) -> Page | None:
    if file.name == AMBIGUOUS or file.suffix != ".yaml":
        return None
    try:
        return Page(*library.read_placed(file))
    except Problem:
        return None
