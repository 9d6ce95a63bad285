"""Questions nobody wrote for a benchmark: sentences people ask for a page in, left out of the library and asked of it.

    python -m benchmarks.ask.left_out      what share of them is right first and among three

Of the first sentences of every page each fifth is taken out, and the index is made without them (cross-validation,
Stone 1974). They are many, so that figures hardly vary by chance. Later sentences are not asked: they were written to
have no word of the earlier ones, as nobody asks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import numpy as np

from benchmarks.ask.questions import Question
from kb import library
from kb.ask import index, query, reply
from kb.entry import Entry

FOLDS = 5
FIRST = 8  # sentences of a page in each language that were written first


def split(pages: Iterable[Entry], fold: int) -> tuple[list[Entry], list[Question]]:
    """The pages without each fifth of their first sentences, counted from ``fold``, and these as questions."""
    kept, asked = [], []
    for page in pages:
        en, zh = list(page.asked), list(page.zh.asked)
        for lang, sentences in (("en", en), ("zh", zh)):
            asked += [Question(lang, text, (page.id,), "left out") for text in sentences[fold:FIRST:FOLDS]]
            del sentences[fold:FIRST:FOLDS]
        zh_page = dataclasses.replace(page.zh, asked=tuple(zh))
        kept.append(dataclasses.replace(page, asked=tuple(en), zh=zh_page))
    return kept, asked


def main() -> None:
    right: dict[str, list[tuple[bool, bool]]] = {"en": [], "zh": []}
    for fold in range(FOLDS):
        kept, asked = split(library.load().values(), fold)
        known = index.build(kept)
        for one in asked:
            found = reply.ranked(one.text, query.read(one.text, known), known)[:3]
            three = [known.ids[candidate.number] in one.expected for candidate, _ in found]
            right[one.lang].append((any(three[:1]), any(three)))
    for lang, marks in right.items():
        first, three = 100 * np.mean(marks, axis=0)
        print(f"{lang}: {len(marks):,} sentences left out, R@1 {first:.1f} %, R@3 {three:.1f} %")


if __name__ == "__main__":
    main()
