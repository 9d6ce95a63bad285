"""How many real curve names get the right role: ``python -m benchmarks.roles.run [--part evaluation] [--misses]``.

The names of a group are logged together, so that a part can be told from its total;
their points are noise, so that only names tell.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np

from diagnose.recognise import Recogniser
from diagnose.run import Run, Series
from kb.library import load

HERE = Path(__file__).parent
PARTS = ("development", "evaluation")


@dataclass(frozen=True)
class Label:
    """One name with what a person says of it; ``direction`` is up, down or nothing, ``points`` the curve's length."""

    group: str
    name: str
    role: str
    direction: str
    qualifier: str
    points: str


def labels(part: str) -> list[Label]:
    """The labelled names of one part, in file order."""
    with (HERE / f"{part}.tsv").open(encoding="utf-8", newline="") as file:
        return [Label(**row) for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]


def answered(recogniser: Recogniser, part: str) -> list[tuple[Label, Series]]:
    """Every label with the curve the recogniser made of it."""
    pairs = []
    for group, members in groupby(labels(part), key=lambda label: label.group):
        together = list(members)
        run = recogniser.recognise(Run(Path(), group, series=tuple(map(_curve, together))), {})
        pairs += list(zip(together, run.series, strict=True))
    return pairs


def _curve(label: Label) -> Series:
    points = int(label.points or 100)
    noise = np.random.default_rng(len(label.name)).normal(3.0, 0.5, points)
    return Series(label.name, np.arange(points), noise)


def _report(part: str, pairs: list[tuple[Label, Series]], misses: bool) -> None:
    wrong = [(label, series) for label, series in pairs if label.role != series.role]
    invented = sum(not label.role for label, _ in wrong)
    missed = sum(not series.role for _, series in wrong)
    metrics = [(label, series) for label, series in pairs if label.role == series.role == "metric"]
    down = sum((label.direction == "down") == series.lower_is_better for label, series in metrics)
    told = [pair for pair in pairs if pair[0].role == pair[1].role and pair[0].role in ("metric", "learning-rate")]
    named = sum(label.qualifier.casefold() == series.qualifier.casefold() for label, series in told)
    print(
        f"{part}: {len(pairs)} names in {len({label.group for label, _ in pairs})} groups; "
        f"role {len(pairs) - len(wrong)} right ({1 - len(wrong) / len(pairs):.1%}), "
        f"{missed} not named, {invented} invented, {len(wrong) - missed - invented} taken for another; "
        f"direction {down}/{len(metrics)}; class, data set or group {named}/{len(told)}"
    )
    by_role = Counter(label.role or "(none)" for label, _ in pairs)
    lost = Counter(label.role or "(none)" for label, _ in wrong)
    print("  " + ", ".join(f"{role} {count - lost[role]}/{count}" for role, count in by_role.most_common()))
    if misses:
        for label, series in wrong:
            print(f"  {label.group}: {label.name!r} is {label.role or '(none)'}, got {series.role or '(none)'}")
        for label, series in metrics:
            if (label.direction == "down") != series.lower_is_better:
                print(f"  {label.group}: {label.name!r} is better {label.direction}")
        for label, series in told:
            if label.qualifier.casefold() != series.qualifier.casefold():
                print(f"  {label.group}: {label.name!r} is of {label.qualifier!r}, got {series.qualifier!r}")


def _speed(recogniser: Recogniser) -> None:
    names = ("train/loss", "val/loss", "val/dice", "lr")
    curves = tuple(Series(name, np.arange(400), np.ones(400)) for name in names)
    runs = [Run(Path(), str(count), series=curves) for count in range(10_000)]
    begun = time.perf_counter()
    for run in runs:
        recogniser.recognise(run, {})
    print(f"10,000 runs of 4 curves: {time.perf_counter() - begun:.2f} s")


def main() -> None:
    """Print what was right, part by part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--misses", action="store_true", help="name every wrong answer")
    asked = parser.parse_args()
    recogniser = Recogniser(load())
    for part in asked.part or PARTS:
        _report(part, answered(recogniser, part), asked.misses)
    _speed(recogniser)


if __name__ == "__main__":
    main()
