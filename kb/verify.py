"""Run what the pages claim: every proof, reproducer and snippet, on the torch that is installed here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from kb.ask.templates import OPEN, OWN, THROUGH
from kb.entry import Entry
from kb.library import BUILT_IN
from kb.text import Text
from kb.worker import Worker

State = Literal["held", "failed", "unchecked"]
Part = Literal["claim", "reproduce", "fixed", "snippet"]

LIMIT = 30.0  # seconds for one piece of code; a proof takes a fifth of a second, one that starts workers a few


@dataclass(frozen=True)
class Piece:
    """One piece of code of an entry, and how it must end: clean, or with one of ``errors``."""

    entry: Entry
    part: Part
    name: str
    code: str
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How one piece ended; ``why`` says why it failed or was not run."""

    entry: str
    part: Part
    name: str
    state: State
    why: Text | None = None


def verify(entries: Iterable[Entry], *, trust: bool = False, limit: float = LIMIT) -> Iterator[list[Outcome]]:
    """The outcomes entry by entry, each piece ended after ``limit`` seconds.

    Code of entries that are not built in runs only with ``trust``: it can do whatever the user can.
    """
    with Worker() as worker:
        for entry in entries:
            outcomes = [_outcome(worker, piece, trust, limit) for piece in pieces(entry)]
            if outcomes:
                yield outcomes


def pieces(entry: Entry) -> Iterator[Piece]:
    """All the code of ``entry`` that says something about the world; a faulty snippet says nothing."""
    for name, claim in entry.claims.items():
        if claim.proof:
            yield Piece(entry, "claim", name, claim.proof)
    if entry.reproduce:
        yield Piece(entry, "reproduce", "", entry.reproduce, entry.errors)
    if entry.fixed:
        yield Piece(entry, "fixed", "", entry.fixed)
    for name, snippet in entry.snippets.items():
        if not snippet.faulty:
            yield Piece(entry, "snippet", name, snippet.code)


def exit_code(outcomes: Iterable[Outcome]) -> int:
    """0 when all that could be checked held, 1 when something failed, 2 when nothing could be checked."""
    states = {outcome.state for outcome in outcomes}
    if "failed" in states:
        return 1
    return 0 if "held" in states else 2


def matches(template: str, message: str) -> bool:
    """Whether ``message`` holds the template; ``*``, ``≈`` and ``…`` stand for anything, white space is one space."""
    said = template.removeprefix(OWN + THROUGH)  # a reproducer is code of one's own
    parts = (re.escape(" ".join(part.split())) for part in OPEN.split(said))
    return re.search(r"\s?.*\s?".join(parts), " ".join(message.split())) is not None


def _outcome(worker: Worker, piece: Piece, trust: bool, limit: float) -> Outcome:
    state, why = _judged(worker, piece, trust, limit)
    return Outcome(piece.entry.id, piece.part, piece.name, state, why)


def _judged(worker: Worker, piece: Piece, trust: bool, limit: float) -> tuple[State, Text | None]:
    if not trust and not piece.entry.path.resolve().is_relative_to(BUILT_IN.resolve()):
        return "unchecked", Text("not built in; --trust runs its code", "非内置条目，加 --trust 才会运行其中的代码")
    if piece.entry.needs and piece.part != "claim":
        return "unchecked", Text(f"needs {piece.entry.needs}", f"需要 {piece.entry.needs}")
    answer = worker.run(piece.code, limit)
    if answer is None:
        return "failed", Text(f"not finished after {limit:g} s", f"{limit:g} 秒后仍未结束")
    if "died" in answer:
        return "failed", Text(f"ended the interpreter ({answer['died']})", f"解释器异常退出（{answer['died']}）")
    return _raised(piece, answer) if piece.errors else _clean(answer)


def _clean(answer: dict[str, Any]) -> tuple[State, Text | None]:
    if answer["raised"] is None:
        return "held", None
    return _missing(answer) or ("failed", _at(answer))


def _raised(piece: Piece, answer: dict[str, Any]) -> tuple[State, Text | None]:
    """A reproducer must show one of the entry's messages, as an exception or as a warning."""
    shown = [answer["raised"]] if answer["raised"] else answer["warned"]
    if any(matches(template, message) for template in piece.errors for message in shown):
        return "held", None
    if answer["raised"]:
        return _missing(answer) or ("failed", _at(answer))
    return "failed", Text("ran without the error it should show", "运行正常，没有出现应有的报错")


def _missing(answer: dict[str, Any]) -> tuple[State, Text] | None:
    module = answer["missing"]
    if not module:
        return None
    return "unchecked", Text(f"not checked here: {module} is not installed", f"此处无法检查：未安装 {module}")


def _at(answer: dict[str, Any]) -> Text:
    message, line = answer["raised"].strip(), answer["line"]
    return Text(f"line {line}: {message}", f"第 {line} 行：{message}") if line else Text(message, message)
