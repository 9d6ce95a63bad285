"""Real errors as people paste them: how many lead to their page, for `kb ask -` and for `kb lookup -`.

python -m benchmarks.ask.pasted [--misses]

The texts are from public threads (`source` says which; what is recalled is a form of older versions), shortened to what
matters, with names and paths replaced; where a thread breaks off, the last line is its title's. A first line names the
pages that explain a text, from reading the pages and not from what was answered; a third, `missed`, names the commands
that do not find its page as yet, or answer it although it has none. What tests hold of the parts that were mended by is
all the others.

`test`, `fresh`, `mixed`, `usual` and `foreign_held` are only counted; all other parts may be looked at and mended by.
`outside`, `foreign` and `foreign_held` are errors of other programs, and of torch where no page explained them when
they were collected; `foreign` was tuned on (`tune_nearest`). What each part was, and how it did when it was first
asked, stands in RESULTS.md.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb import library
from kb.ask import pasted, reply
from kb.ask.index import Index, build
from kb.collection import Library
from kb.problem import Problem

HERE = Path(__file__).parent
PARTS = (
    "dev",
    "test",
    "fresh",
    "later",
    "last",
    "read",
    "walked",
    "new",
    "newest",
    "sealed",
    "mixed",
    "usual",
    "outside",
    "foreign",
    "foreign_held",
)
COUNTED = ("test", "fresh", "mixed", "usual", "foreign_held")
SEEN = tuple(part for part in PARTS if part not in COUNTED)  # whose misses may be shown
_SHOWN = 3


@dataclass(frozen=True)
class Pasted:
    """A pasted text, the pages that explain it (none when it is out of scope), and where it is from.

    ``missed`` are the commands known not to find them.
    """

    name: str
    text: str
    expected: tuple[str, ...]
    source: str
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Said:
    """What is made of a text: ``page`` when one is given as the answer, ``offered`` the likeliest pages."""

    page: str
    offered: tuple[str, ...]


def read(part: str) -> Iterator[Pasted]:
    """The texts of a part; a file's first lines name pages and source, ``␛`` stands for the escape of a colour."""
    for path in sorted((HERE / f"pasted_{part}").glob("*.txt")):
        head, _, text = path.read_text(encoding="utf-8").partition("\n\n")
        told = dict(line.split(": ", 1) for line in head.splitlines())
        expected = tuple(name for name in told["pages"].split("|") if name != "none")
        missed = tuple(told["missed"].split(", ")) if "missed" in told else ()
        yield Pasted(path.stem, text.replace("␛", "\x1b"), expected, told["source"], missed)


def ways(pages: Library, index: Index) -> dict[str, Callable[[str], Said]]:
    """The two commands, asked of these pages and their index."""

    def ask(text: str) -> Said:
        found = reply.reply(pages, index, text)
        return Said(found.entry or "", tuple(name for name in (found.entry, *found.others) if name)[:_SHOWN])

    def lookup(text: str) -> Said:
        try:
            found = pasted.looked_up(pages, lambda: index, text)[0]
        except Problem:
            return Said("", ())
        offered = tuple(match.entry.id for match in found.matches)[:_SHOWN]
        return Said(found.entry.id if found.entry else "", offered)

    return {"kb ask -": ask, "kb lookup -": lookup}


def judged(one: Pasted, said: Said) -> str:
    """``right`` first, ``suggested`` among three, ``wrong``, or ``nothing``; for a foreign error, whether answered."""
    if not one.expected:
        return "answered" if said.page else "offered" if said.offered else "refused"
    if said.page:
        return "right" if said.page in one.expected else "wrong"
    return "suggested" if set(said.offered) & set(one.expected) else "nothing"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="name the misses of the parts that may be looked at")
    chosen = parser.parse_args()
    pages = library.load()
    commands = ways(pages, build(pages.values()))
    for part in PARTS:
        texts = list(read(part))
        for name, command in commands.items():
            said = [command(one.text) for one in texts]
            found = Counter(map(judged, texts, said))
            print(f"{part:8} {name:12} {len(texts):3}: " + ", ".join(f"{n} {how}" for how, n in found.most_common()))
            for one, got in zip(texts, said, strict=True):
                if chosen.misses and part in SEEN and judged(one, got) not in ("right", "refused"):
                    print(f"         {one.name}: {judged(one, got)} {got.page or got.offered}")


if __name__ == "__main__":
    main()
