"""The questions beside this file, and which half each belongs to: fitted on, looked at, or only counted."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
# One hand's questions each, the newest first; what each hand knew stands in RESULTS.md. None was looked at.
COUNTED = ("usual", "ordinary", "natural", "asked", "drawn", "posed", "keyed", "newest", "later", "sealed")
OLDER = ("apart", "blind", "held")  # never fitted on, but their sums were printed often, and misses of theirs were read
LOOKED_AT = ("learnt", "tune")  # *tune* is fitted on; what of *learnt* is out of scope stands in kb/ask/outside.txt
FILES = {  # the halves that two halves of a file, told apart by what a question says, belong to
    HERE / "questions.csv": ("tune", "held"),
    HERE.parents[2] / "shared" / "questions-dev.csv": ("tune", "held"),
    HERE / "fresh.csv": ("tune", "blind"),
    HERE / "outside.csv": ("tune", "tune"),  # what this library does not cover
    HERE / "typed.csv": ("tune", "tune"),  # with slips, in pinyin, without punctuation, and plain ones
    **{HERE / f"{half}.csv": (half, half) for half in ("apart", "learnt", *reversed(COUNTED))},
}


@dataclass(frozen=True)
class Question:
    """What is asked, the entries that answer it (none when it is out of scope), and the half it belongs to."""

    lang: str
    text: str
    expected: tuple[str, ...]
    half: str


def read(known: Collection[str], files: Mapping[Path, tuple[str, str]] = FILES) -> list[Question]:
    """All questions of which at least one answer is in the library, or none should be, each once.

    A question of two files belongs to the first, so that none is counted that was fitted on.
    """
    found: dict[str, Question] = {}
    for path, halves in files.items():
        if not path.exists():
            continue
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                text, named = row["question"], row["expected"].split("|")
                expected = tuple(one for one in named if one in known)
                if expected or named == ["none"]:
                    half = halves[hashlib.sha256(text.encode()).digest()[0] % 2]
                    found.setdefault(text, Question(row["lang"], text, expected, half))
    return list(found.values())
