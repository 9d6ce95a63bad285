"""`kb ask` and six packaged engines over the same pages and questions.

PYTHON -m benchmarks.ask --write       PYTHON has benchmarks/ask/requirements.txt (a separate environment)
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.ask.peers import PEERS, Ranking
from benchmarks.ask.questions import Question, read
from benchmarks.ask.score import answered_at, area, paired
from kb import library
from kb.ask import confidence, index, query, reply
from kb.entry import Entry

RESULTS = Path(__file__).parent / "RESULTS.md"
OURS = "kb ask"


def ours(pages: dict[str, Entry], questions: Sequence[Question]) -> tuple[list[Ranking], float]:
    """Our candidates with the confidence of the answer; and the seconds a question takes, at the 95th percentile."""
    known = index.build(pages.values())
    whole = library.Library(pages, {})
    found, spent = [], []
    for one in questions:
        began = time.perf_counter()
        text, _ = reply.checked(one.text)
        ranked = reply.ranked(text, query.read(text, known), known)
        spent.append(time.perf_counter() - began)
        sure = reply.reply(whole, known, one.text).confidence
        found.append([(known.ids[candidate.number], sure) for candidate, _ in ranked[:10]])
    return found, float(np.percentile(spent, 95))


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
    pages = dict(library.load())
    questions = read(set(pages))
    engines: dict[str, list[Ranking]] = {}
    engines[OURS], slow = ours(pages, questions)
    for name, make in PEERS.items():
        ask = make(pages)
        engines[name] = [ask(one.text) for one in questions]
    lines = [
        "# Answers",
        "",
        f"{len(questions)} questions over {len(pages)} pages; made by `python -m benchmarks.ask --write`.",
        "The weights of `kb ask` were fitted on the half called *tune*; *held* was only measured. Both halves were",
        "written by people who knew the library's subjects, so other people's questions may be harder.",
        "Answered: share of the questions in scope at the bound that lets 3 % of those out of scope pass.",
        "",
    ]
    for half in ("held", "tune"):
        for lang in ("zh", "en"):
            part = [i for i, one in enumerate(questions) if one.half == half and one.lang == lang]
            scope = sum(bool(questions[i].expected) for i in part)
            lines += [
                f"## {half}, {'Chinese' if lang == 'zh' else 'English'}: {scope} in scope, {len(part) - scope} not",
                "",
                "| engine | R@1 % | R@3 % | AUC | answered % |",
                "|---|---:|---:|---:|---:|",
                *(row(name, part, questions, found)[0] for name, found in engines.items()),
                "",
            ]
    held = [i for i, one in enumerate(questions) if one.half == "held"]
    lines += ["## R@1 of `kb ask` less that of each, held half, in points (95 % of paired draws)", ""]
    mine = row(OURS, held, questions, engines[OURS])[1]
    for name in PEERS:
        mean, low, high = paired(mine, row(name, held, questions, engines[name])[1])
        lines.append(f"- {name}: {mean:+.1f} ({low:+.1f} to {high:+.1f})")
    bound = confidence.weights()["answer"]
    outside = [engines[OURS][i][0][1] if engines[OURS][i] else 0.0 for i in held if not questions[i].expected]
    inside = [engines[OURS][i][0][1] if engines[OURS][i] else 0.0 for i in held if questions[i].expected]
    right, wrong = sum(one >= bound for one in inside), sum(one >= bound for one in outside)
    lines += [
        "",
        f"As shipped (bound {bound}), held half: {right} of {len(inside)} in scope answered,",
        f"{wrong} of {len(outside)} out of scope answered falsely.",
        f"A question takes {1000 * slow:.0f} ms at the 95th percentile on a shared machine, start-up not counted.",
        "",
    ]
    text = "\n".join(lines)
    print(text)
    if chosen.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
