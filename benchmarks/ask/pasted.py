"""Real errors as people paste them: how many lead to their page, for `kb ask -` and for `kb lookup -`.

python -m benchmarks.ask.pasted [--misses]

The texts are from public threads (`source` says which; what is recalled is a form of older versions), shortened to what
matters, with names and paths replaced; where a thread breaks off, the last line is its title's. They were labelled
before any was asked and split at random: `dev` may be looked at and mended by, `test` is only counted.
`fresh` was collected after that mending, by what people were doing rather than by what the message says; nearly half of
it had no page then. `later` was collected after 25 pages on errors had been added: at first asking 19 of its 28 texts
with a page led to it, and 3 of the 12 others to some page; four of these 12 have got one since. `last` was collected
once the templates had been given the wordings of other versions and devices, about subjects that have a page; texts
with a message of an earlier part were left out. At first asking 30 of its 35 texts with a page led to it by question
and 28 by look-up, one led to another page, and neither of the two others to any.
`read` are texts met on a walk through what people write about errors, by which templates and pages were mended. Of the
first 91, asked before any mending, 45 of the 54 with a page led to it and 4 of the 37 others to some page; of 50 met
later 32 of 35 and 3 of 15; of 61 met then, by what people were doing, 34 of 55 and 1 of 6. What has no page yet is left
out. From 301 on they are pasted as Chinese users do, inside a sentence, from a console in Chinese, or translated: of
the first 36 with a page 32 led to it at first asking (look-up 31), of the next 35, asked after the mending, 30. 70
translated ones (378 on) were written down in three lots; of the last 20, which nothing had been mended by, 6 led to
their page.
`walked` are from a walk through the threads of tools for segmentation (nnU-Net, MONAI, mmsegmentation, SAM 2, YOLO,
networks with Mamba and others). Asked in five batches, each before it was mended by, 8 of 68, 5 of 28, 8 of 33, 8 of 40
and 11 of 28 led to their page; most others had none. What has none yet is left out here too. Four rounds more (84
texts), asked after pages on Segment Anything, COCO files, apex, attention kernels, transformers, timm, ultralytics,
nnU-Net's versions, mmsegmentation's classes and TensorRT had been written and before they were mended by: 19 of 29, 15
of 20, 12 of 12 and 5 of 12 with a page led to it, six to another; of 11 without one 3 were answered. Five more rounds
(159 texts), asked when any wrong argument, missing name or module had got a page: 39 of 48, 23 of 32, 29 of 32 (look-up
28), 22 of 27 and 7 of 9, eight to another page; of 11 without one 1 was answered.
Five rounds (`dep`) through threads of tools for deployment and of scientific libraries (onnxruntime, TensorRT,
OpenVINO, mmdeploy, Core ML, libtorch, SimpleITK, pydicom, SciPy), 154 texts: 15 of 26, 18 of 35, 14 of 22, 11 of 21 and
8 of 14 with a page led to it at first asking, five to another; of 36 without one 6 were answered. All but six have one
now.
`frm001` to `frm105` among them are from five rounds of threads of frameworks and of papers' repositories, labelled
before they were asked and asked before they were mended by: 9 of 24, 16 of 25, 12 of 18 (look-up 11), 15 of 21 and 13
of 17 (look-up 12) with a page led to it; of 10 without one 2 were answered. The fourth and fifth came after the sources
of these libraries had been read for their messages.
`outside` are errors of other programs, and of torch where no page explained them when they were collected. `foreign`
and `foreign_held` are 197 more of them, written down as a hundred and sixty programs say them and split by name: the
first half was tuned on (`tune_nearest`), the other is only counted. Some have been given a page since.
`new` are 200 texts that two hands collected before the pages and templates of those walks were there: 92 of the 111
with a page led to it then. A third was shown while these were written. The others got new labels, from the pages and
not from answers, and were asked again: 46 of 51 of one third led to their page, and after its misses had been mended 44
of 50 of the last. Since then these too have been looked at. `newest` are 70 of two other hands, collected after that
and labelled by reading the pages: at first asking 29 of the 30 with a page among the commonest errors led to it, and 24
of 28 among those from threads of tools (look-up 28 and 24); of the 12 without a page 4 were answered. They have been
looked at too.
Another 190 were collected by two hands at the start of a day of such mending and split by chance. Of one half 43 of 47
common ones and 28 of 34 from tools led to their page before it; it was mended by, and what leads to its page stands in
`read` from 901 on. The other, `sealed`, was asked once that day was over, its labels brought up to the pages of then by
a hand that saw no answers: 49 of 50 common ones and 30 of 38 from threads of tools led to their page (look-up 48 and
30), eight to another; of 7 without one 5 were answered. It has been looked at since: of the 17 that missed, nine got
templates, three a page or a sentence about them, and five were labelled with the page that helps as well.
A page on names a library or an object does not have, and templates for any wrong argument and any missing module in a
traceback, came then: 14 texts that had no page, seven of them of `outside`, `foreign` and `foreign_held`, got that
label. A third line of a text, `missed`, names the commands that do not find its page as yet, or answer it although it
has none; what tests hold of the parts that were mended by is all the others.
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
from kb.library import Library
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
    "outside",
    "foreign",
    "foreign_held",
)
SEEN = (  # whose misses may be shown
    "dev",
    "later",
    "last",
    "read",
    "walked",
    "new",
    "newest",
    "sealed",
    "outside",
    "foreign",
)
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
