"""Index and search libraries of 1,000 and 20,000 made entries: ``python -m benchmarks.large_library --write``.

The entries are made of the sentences and names of the real ones, shuffled by a fixed seed, so that words are as common
in them as they are in the library. Seconds are those of the processor.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from kb import library, printed, printing
from kb.ask import index, reply, stored
from kb.collection import Library
from kb.entry import Entry
from kb.problem import Problem
from kb.search import lookup

HERE = Path(__file__).parent
QUESTIONS = HERE.parent / "ask" / "questions.csv"
SIZES = (1_000, 20_000)
LONG = ("summary", "body", "what_you_see", "why", "look", "risk", "management", "find_it", "test_it")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md beside this file")
    arguments = parser.parse_args()
    rows = []
    for size in SIZES:
        rows.append(measured(size, questions(arguments.questions)))
        print(rows[-1], flush=True)
    table = "\n".join(
        [
            "| entries | index s | ms an entry | `kb ask` median ms | p95 ms | known word ms | slip p95 ms | print s |",
            "|---:|---:|---:|---:|---:|---:|---:|---:|",
            *rows,
        ]
    )
    if arguments.write:
        head = (
            f"# Large libraries\n\n{arguments.questions} questions of `benchmarks/ask` to each library of made entries,"
            " from the index in its file, all in one process; `kb lookup` of 100 words and slips.\n"
            "Made by `python -m benchmarks.large_library --write`.\n"
        )
        (HERE / "RESULTS.md").write_text(f"{head}\n{table}\n", encoding="utf-8")


def measured(size: int, asked: list[str]) -> str:
    """One row of the table."""
    pages = Library({one.id: one for one in made(size)}, {})
    with tempfile.TemporaryDirectory() as room:
        file = Path(room) / "index"
        building, whole = taken(lambda: index.build(pages.values()))
        stored._keep(file, "made", whole)  # noqa: SLF001 - the file without the folders it is kept by
        known = stored._open(file, "made")  # noqa: SLF001
        for one in ("wat is a sesile polip 息肉是什么", "RuntimeError: expected scalar type Flaot but found Half"):
            answered(pages, known, one)  # what is loaded once a process is loaded now
        answers = [taken(lambda one=one: answered(pages, known, one))[0] for one in asked]
        pages = Library(pages, {}, list(pages.names()))
        putting, data = taken(lambda: printing.text(pages, ""))
        sheet = printed.Printed(data)
        names = [name for name, _ in list(pages.names())[:: max(1, len(pages) // 40)]][:100]
        words = [taken(lambda one=one: lookup(sheet, one))[0] for one in names]
        slips = [taken(lambda one=one: lookup(sheet, f"{one[:2]}x{one[3:]}"))[0] for one in names if len(one) > 4]
    said = [
        f"{building:.1f}", f"{1000 * building / size:.2f}", milli(statistics.median(answers)), milli(p95(answers)),
        milli(statistics.median(words)), milli(p95(slips)), f"{putting:.1f}",
    ]  # fmt: skip
    return f"| {size:,} | {' | '.join(said)} |"


def made(size: int) -> Iterator[Entry]:
    """So many entries; the first are the real ones."""
    real = list(library.load().values())
    yield from real[:size]
    draw = random.Random(5)
    sentences = {
        field: [(getattr(one, field), getattr(one.zh, field)) for one in real if getattr(one, field)] for field in LONG
    }
    words = sorted({word for one in real for name in (one.title, *one.aliases) for word in name.split()})
    hans = sorted({name for one in real for name in (one.zh.title, *one.zh.aliases)})
    for number in range(len(real), size):
        model = draw.choice(real)
        parts = {field: draw.choice(sentences[field]) for field in LONG if getattr(model, field)}
        names = [" ".join(draw.sample(words, draw.randint(2, 3))) for _ in range(4)]
        both = [f"{draw.choice(hans)[:4]}{draw.choice(hans)[-4:]}" for _ in range(4)]
        other = {field: two for field, (_, two) in parts.items()}
        zh = dataclasses.replace(model.zh, title=both[0], aliases=tuple(both[1:]), **other)
        yield dataclasses.replace(
            model, id=f"made-{number}", title=f"{names[0]} {number}", aliases=tuple(names[1:]), errors=(), zh=zh,
            **{key: one for key, (one, _) in parts.items()},
        )  # fmt: skip


def questions(count: int) -> list[str]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        rows = [row["question"] for row in csv.DictReader(file)]
    return random.Random(7).sample(rows, min(count, len(rows)))


def answered(pages: Library, known: index.Index, question: str) -> None:
    try:
        reply.reply(pages, known, question)
    except Problem:
        return


def taken(work: Callable[[], object]) -> tuple[float, object]:
    """The seconds of the processor, and what came of it."""
    begin = time.process_time()
    found = work()
    return time.process_time() - begin, found


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def milli(seconds: float) -> str:
    return f"{1000 * seconds:.1f}"


if __name__ == "__main__":
    main()
