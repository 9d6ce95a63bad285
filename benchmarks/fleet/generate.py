"""Writes a folder of many small runs: 100 steps of four curves each, most of them healthy, some ill.

    python -m benchmarks.fleet.generate FOLDER [RUNS]

Every twentieth run has a loss that becomes NaN, every twenty-fifth one that blows up, every tenth overfits.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.events.generate import event, write

RUNS, STEPS = 10_000, 100
TAGS = ("loss/train", "loss/val", "dice/val", "lr")
EVENTS = STEPS * len(TAGS)  # of one run
_BEGIN = 1.79e9


def fleet(folder: Path, runs: int = RUNS) -> int:
    """``runs`` folders with one event file each; how many scalars are in them."""
    random = np.random.default_rng(0)
    return sum(write(folder / f"g{run // 100:03d}" / f"run_{run:05d}", _payloads(run, random)) for run in range(runs))


def _payloads(run: int, random: np.random.Generator) -> Iterator[tuple[bytes, int]]:
    values = _curves(run, random).astype("<f4")
    heads = [b"\x0a" + bytes([len(tag)]) + tag.encode() + b"\x15" for tag in TAGS]
    for step in range(STEPS):
        for head, value in zip(heads, values[step], strict=True):
            yield event(_BEGIN + run + step * 0.5, step, head + value.tobytes()), 1


def _curves(run: int, random: np.random.Generator) -> NDArray[np.float64]:
    """Training loss, validation loss, Dice and learning rate [STEPS, 4]."""
    at = np.arange(STEPS) / STEPS
    noise = random.standard_normal((3, STEPS)) * 0.01
    train = 0.05 + 0.9 * np.exp(-4 * at) + noise[0]
    val = 0.10 + 0.9 * np.exp(-4 * at) + noise[1]
    dice = 0.88 - 0.8 * np.exp(-5 * at) + noise[2]
    if run % 20 == 7:
        train[60:] = np.nan
    elif run % 25 == 4:
        train[50:] = 3 * np.exp(6 * (at[50:] - 0.5)) + noise[0, 50:]
    elif run % 10 == 2:
        val[40:] += 1.5 * (at[40:] - 0.4)
    return np.stack([train, val, dice, 1e-3 * (0.505 + 0.495 * np.cos(np.pi * at))], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("runs", type=int, nargs="?", default=RUNS)
    asked = parser.parse_args()
    print(f"{fleet(asked.folder, asked.runs):,} scalars")


if __name__ == "__main__":
    main()
