"""`kb ask` and six packaged engines over the same pages and questions.

PYTHON -m benchmarks.ask --write       PYTHON has benchmarks/ask/requirements.txt (a separate environment)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.ask import spelling
from benchmarks.ask.peers import PEERS, Ranking
from benchmarks.ask.questions import COUNTED, LOOKED_AT, OLDER, Question, read
from benchmarks.ask.score import answered_at, area, paired
from kb import library
from kb.ask import confidence, errors, foreign, index, query, reply
from kb.collection import Library
from kb.entry import Entry

RESULTS = Path(__file__).parent / "RESULTS.md"
OURS = "kb ask"
BY_HAND = "## Still wrong"  # from here on RESULTS.md is written by hand


def ours(
    pages: Library, known: index.Index, questions: Sequence[Question]
) -> tuple[list[Ranking], tuple[float, float]]:
    """Our candidates with the confidence of the answer; and the CPU seconds a question takes, median and 95 %."""
    found, spent = [], []
    for one in questions:
        text, _ = reply.checked(one.text)
        ranked = reply.ranked(text, query.read(text, known), known)
        began = time.process_time()
        sure = reply.reply(pages, known, one.text).confidence
        spent.append(time.process_time() - began)
        found.append([(known.ids[candidate.number], sure) for candidate, _ in ranked[:10]])
    middle, slow = np.percentile(spent, [50, 95])
    return found, (float(middle), float(slow))


def row(
    name: str, part: Sequence[int], questions: Sequence[Question], found: Sequence[Ranking]
) -> tuple[str, list[bool]]:
    """One line of the table, and whether each question in scope was right first."""
    inside = [i for i in part if questions[i].expected]
    outside = [i for i in part if not questions[i].expected]
    right = [bool(found[i]) and found[i][0][0] in questions[i].expected for i in inside]
    three = [any(name in questions[i].expected for name, _ in found[i][:3]) for i in inside]
    sure = {i: found[i][0][1] if found[i] else 0.0 for i in part}
    within, without = [sure[i] for i in inside], [sure[i] for i in outside]
    answered, _ = answered_at(within, without, 0.03)
    figures = [100 * np.mean(right), 100 * np.mean(three)]
    return (
        f"| {name} | {figures[0]:.1f} | {figures[1]:.1f} | {area(within, without):.3f} | {100 * answered:.1f} |",
        right,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md")
    chosen = parser.parse_args()
    pages = library.load()
    questions = read(set(pages))
    known = index.build(pages.values())
    engines: dict[str, list[Ranking]] = {}
    engines[OURS], spent = ours(pages, known, questions)
    for name, make in PEERS.items():
        ask = make(pages)
        engines[name] = [ask(one.text) for one in questions]
    unseen = [i for i, one in enumerate(questions) if one.half not in LOOKED_AT]
    sealed = [i for i, one in enumerate(questions) if one.half in COUNTED]
    lines = [
        "# Answers",
        "",
        f"{len(questions)} questions over {len(pages)} pages; made by `python -m benchmarks.ask --write`.",
        "The weights of `kb ask` were fitted on *tune* and on sentences left out of the pages (`left_out.py`).",
        "*Newest*, *later* and *sealed* were written from titles and pages by three hands who saw none of the",
        "sentences people ask for a page in (`asked`). *Newest* and *later* are halves of what was written; misses of",
        "the other halves, *learnt*, were looked at and mended in the pages. *Held*, *blind* and *apart* are older:",
        "never fitted on, but their sums were printed often while the ranking was made, and misses of theirs were",
        "read.",
        "*Keyed* are as people type: a third with slips, homophones, pinyin, traditional characters or no punctuation,",
        "written by one more hand in the same way; *posed* are half of what the next hand wrote so, from titles and",
        "summaries, with other halves in *learnt*; *drawn* are one question for each of 300 pages drawn by chance and",
        "120 out of scope, written so by the last hand, and none was looked at; *asked* are half of what two hands",
        "asked who knew no page at all, labelled by two others; *natural* are all questions of two more such hands,",
        "each labelled by two others, whose labels count together, and none was looked at; *ordinary* are those of one",
        "more hand, common matters more often than odd ones, labelled so too; *usual* those of two more, what many",
        "such people ask, each labelled by two others who read pages and no answers. In older sets sentences close to",
        "a question had been taken out.",
        "Answered: share of the questions in scope at the bound that lets 3 % of those out of scope pass.",
        "",
    ]
    for half in (*COUNTED, *OLDER, *LOOKED_AT):
        for lang in ("zh", "en"):
            part = [i for i, one in enumerate(questions) if one.half == half and one.lang == lang]
            lines += [*tabled(half, lang, part, questions, engines), ""]
    lines += [
        "## R@1 of `kb ask` less that of each, in points (95 % of paired draws)",
        "",
        *leads(", ".join(COUNTED), sealed, questions, engines),
        *leads("all not looked at", unseen, questions, engines),
        "## As shipped",
        "",
        *shipped(pages, unseen, questions, engines[OURS]),
        *quoted(unseen, questions, engines[OURS]),
        f"- A question takes {1000 * spent[0]:.0f} ms of CPU, {1000 * spent[1]:.0f} ms at the 95th percentile.",
        "",
        "## Names misspelt",
        "",
        *spelling.table(pages, known),
        "",
    ]
    kept = RESULTS.read_text(encoding="utf-8").partition(BY_HAND)
    text = "\n".join(lines) + "\n" + kept[1] + kept[2]
    print(text)
    if chosen.write:
        RESULTS.write_text(text, encoding="utf-8")


def tabled(
    half: str, lang: str, part: Sequence[int], questions: Sequence[Question], engines: Mapping[str, Sequence[Ranking]]
) -> list[str]:
    """The table of one half in one language."""
    scope = sum(bool(questions[i].expected) for i in part)
    return [
        f"## {half}, {'Chinese' if lang == 'zh' else 'English'}: {scope} in scope, {len(part) - scope} not",
        "",
        "| engine | R@1 % | R@3 % | AUC | answered % |",
        "|---|---:|---:|---:|---:|",
        *(row(name, part, questions, found)[0] for name, found in engines.items()),
    ]


def leads(
    what: str, part: Sequence[int], questions: Sequence[Question], engines: Mapping[str, Sequence[Ranking]]
) -> Iterator[str]:
    """How far ahead of each peer we are."""
    yield f"{what.capitalize()}:"
    yield ""
    mine = row(OURS, part, questions, engines[OURS])[1]
    for name in PEERS:
        mean, low, high = paired(mine, row(name, part, questions, engines[name])[1])
        yield f"- {name}: {mean:+.1f} ({low:+.1f} to {high:+.1f})"
    yield ""


def shipped(
    pages: Mapping[str, Entry], part: Sequence[int], questions: Sequence[Question], found: Sequence[Ranking]
) -> Iterator[str]:
    """What is answered at the bound that is shipped."""
    bound = confidence.weights()["answer"]
    answered = [i for i in part if found[i] and found[i][0][1] >= bound]
    inside = [i for i in answered if questions[i].expected]
    outside = [i for i in answered if not questions[i].expected]
    scope = sum(bool(questions[i].expected) for i in part)
    right = sum(found[i][0][0] in questions[i].expected for i in inside)
    polyps = sum(pages[found[i][0][0]].kind == "polyp" for i in outside)
    medical = sum(not questions[i].expected and foreign.medical(questions[i].text) for i in part)
    yield f"- All not looked at, bound {bound}: {len(inside)} of {scope} in scope answered,"
    yield f"  {right} of these rightly."
    yield f"- {len(outside)} of {len(part) - scope} out of scope answered falsely, {polyps} of them with a polyp page"
    yield f"  ({medical} were questions for a doctor)."


def quoted(part: Sequence[int], questions: Sequence[Question], found: Sequence[Ranking]) -> Iterator[str]:
    """How messages that were pasted fare."""
    pasted = [i for i in part if questions[i].expected and errors.looks_like_one(questions[i].text)]
    right = sum(bool(found[i]) and found[i][0][0] in questions[i].expected for i in pasted)
    yield f"- Pasted messages among them: {right} of {len(pasted)} right first."


if __name__ == "__main__":
    main()
