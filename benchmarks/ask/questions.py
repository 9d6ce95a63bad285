"""The questions: ours beside this file and any others in the same form, split into two halves by what they say."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

OURS = Path(__file__).parent / "questions.csv"
FRESH = Path(__file__).parent / "fresh.csv"  # written from the titles alone, before any of it was asked
APART = Path(__file__).parent / "apart.csv"  # written by another hand than the pages' sentences, after the last tuning
SEALED = Path(__file__).parent / "sealed.csv"  # written from titles and pages alone, first asked after the last tuning
LATER = Path(__file__).parent / "later.csv"  # half of as many again, written in the same way by another hand,
NEWEST = Path(__file__).parent / "newest.csv"  # and half of the next, written in that way again,
LEARNT = Path(__file__).parent / "learnt.csv"  # and the other halves of both, whose misses were looked at
OUTSIDE = Path(__file__).parent / "outside.csv"  # for tuning alone: what this library does not cover,
KEYED = Path(__file__).parent / "keyed.csv"  # as many of the same kind, first asked after the last fit
POSED = Path(__file__).parent / "posed.csv"  # half of the next, of the same kind; the other is in LEARNT
DRAWN = Path(__file__).parent / "drawn.csv"  # and by the next, for pages drawn by chance, none looked at
ASKED = Path(__file__).parent / "asked.csv"  # half of what two hands asked who knew no page; the other is in LEARNT
NATURAL = Path(__file__).parent / "natural.csv"  # what two more such hands asked, labelled twice, none looked at
TYPED = Path(__file__).parent / "typed.csv"  # and questions with slips, in pinyin, without punctuation and plain ones
DEV = Path(__file__).parent.parent.parent.parent / "shared" / "questions-dev.csv"
FILES = (OURS, DEV, FRESH, APART, SEALED, LATER, NEWEST, LEARNT, OUTSIDE, TYPED, KEYED, POSED, DRAWN, ASKED, NATURAL)
_WHOLE = {APART, SEALED, LATER, NEWEST, LEARNT, KEYED, POSED, DRAWN, ASKED, NATURAL}  # which are not split


@dataclass(frozen=True)
class Question:
    """What is asked, the entries that answer it (none when it is out of scope), and the half it belongs to."""

    lang: str
    text: str
    expected: tuple[str, ...]
    half: str


def read(known: Collection[str], paths: Iterable[Path] = FILES) -> list[Question]:
    """All questions of which at least one answer is in the library, or none should be, each once.

    The half is ``tune`` for those that may be fitted on and looked at, else ``held``, or ``blind`` for the fresh ones.
    What is not split has the name of its file and is never fitted on; of that ``learnt`` alone may be looked at.
    """
    found: dict[str, Question] = {}
    for path in paths:
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                named = row["expected"].split("|")
                expected = tuple(one for one in named if one in known)
                if expected or named == ["none"]:
                    seen = hashlib.sha256(row["question"].encode()).digest()[0] % 2 == 0
                    half = "tune" if seen or path in (OUTSIDE, TYPED) else "blind" if path == FRESH else "held"
                    half = path.stem if path in _WHOLE else half
                    found.setdefault(row["question"], Question(row["lang"], row["question"], expected, half))
    return list(found.values())
