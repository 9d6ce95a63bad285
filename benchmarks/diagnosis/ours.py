"""Ask the diagnosis in this process, as ``diagnose run`` does."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from benchmarks.diagnosis.truths import Finding
from diagnose.clinic import diagnose
from kb.collection import Library
from kb.library import load
from kb.problem import Problem


@lru_cache
def library() -> Library:
    """The library, read once."""
    return load()


def ours(path: Path) -> tuple[list[Finding], list[str]]:
    """What is found under ``path``, and which checks broke (a bug, always told)."""
    try:
        told = diagnose([path], library()).verdicts()
    except Problem as problem:
        return [], [f"nothing read: {problem}"]
    found = [
        Finding(one.entry.id, one.severity or "info", one.evidence.cause)
        for one in told
        if one.state == "found" and one.evidence
    ]
    return found, [one.entry.id for one in told if one.state == "broke"]
