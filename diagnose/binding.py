"""An entry and its detector agree: the verb exists, every watched role and every threshold is named once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from diagnose.detectors import Detector, detectors
from kb.bilingual import Route
from kb.entry import Check, Entry
from kb.problem import Problem, did_you_mean
from kb.text import Text

Look = Literal["each", "companion", "all", "checkpoints", "settings"]


@dataclass(frozen=True)
class Bound:
    """A detector ready to be called: what each parameter looks at, and the role it watches."""

    detector: Detector
    looks: Mapping[str, Look]
    check: Check


def bind(entry: Entry) -> Bound:
    """The detector an entry names; raises `Problem` naming the file where the two disagree."""
    for _, what, hint in disagreements(entry):
        raise Problem(what, path=entry.path, hint=hint)
    assert entry.check is not None
    detector = detectors()[entry.check.detector]
    return Bound(detector, signature(detector)[0], entry.check)


def disagreements(entry: Entry) -> Iterator[tuple[Route, Text, Text | None]]:
    """Where the check of an entry and its detector disagree: which part of the entry, what is wrong, a hint."""
    check = entry.check
    assert check is not None, entry.id
    known = detectors()
    if check.detector not in known:
        what = Text(f"no detector called {check.detector!r}", f"没有名为 {check.detector!r} 的检测器")
        hint = did_you_mean(check.detector, known) or Text(f"known: {', '.join(known)}", f"现有：{'、'.join(known)}")
        yield ("check", "detector"), what, hint
        return
    looks, thresholds = signature(known[check.detector])
    watched = {name for name, look in looks.items() if look not in ("checkpoints", "settings")}
    for field, given, wanted in (("watch", set(check.watch), watched), ("with", set(check.with_), thresholds)):
        if given != wanted:
            names, takes = ", ".join(sorted(given)) or "-", ", ".join(sorted(wanted)) or "-"
            what = Text(
                f"'{field}' gives {names}, but the detector {check.detector} takes {takes}",
                f"“{field}”写的是 {names}，而检测器 {check.detector} 需要 {takes}",
            )
            yield ("check", field), what, None


def signature(detector: Detector) -> tuple[Mapping[str, Look], frozenset[str]]:
    """What a detector looks at (before the ``*``) and the names of its thresholds (after it)."""
    code, kinds = detector.__code__, detector.__annotations__  # as they are written: to evaluate them takes longer
    names = code.co_varnames[: code.co_argcount]
    thresholds = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    return {name: _LOOKS[kinds[name]] for name in names}, frozenset(thresholds)


_LOOKS: Mapping[str, Look] = {
    "Series": "each",
    "Series | None": "companion",
    "tuple[Series, ...]": "all",
    "tuple[Checkpoint, ...]": "checkpoints",
    "Mapping[str, Any]": "settings",
}
