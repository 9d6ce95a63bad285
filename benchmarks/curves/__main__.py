"""Times the judging of 100 curves of 100,000 points, beside sorting each once: `python -m benchmarks.curves`."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

import numpy as np

from diagnose.engine import Examiner
from diagnose.run import Run, Series
from kb.library import load

POINTS, ROUNDS = 100_000, 5


def drawn() -> Run:
    """Losses that settle, scores that rise, a cosine schedule and gradient norms; noise of its own on each."""
    draw, t = np.random.default_rng(0), np.arange(POINTS)
    shapes = {
        "train/head{}_loss": (40, lambda: np.exp(-t / 2e4) + 0.3 + 0.05 * draw.standard_normal(POINTS)),
        "val/head{}_loss": (20, lambda: np.exp(-t / 2e4) + 0.4 + 0.05 * draw.standard_normal(POINTS)),
        "val/dice_class{}": (20, lambda: 0.1 + 0.7 * (1 - np.exp(-t / 2e4)) + 0.02 * draw.standard_normal(POINTS)),
        "lr/pg{}": (10, lambda: 5e-4 * (1 + np.cos(np.pi * t / POINTS))),
        "grad_norm_{}": (10, lambda: 1 + 0.2 * draw.standard_normal(POINTS)),
    }
    series = [Series(name.format(at), t, make()) for name, (count, make) in shapes.items() for at in range(count)]
    return Run(Path("drawn"), "drawn", series=tuple(series))


def main() -> None:
    """Print the median of both, and their ratio; each round judges fresh copies, so that nothing is remembered."""
    examiner = Examiner(load(kinds=("symptom", "concept")))
    judged, sorted_once = [], []
    for _ in range(ROUNDS):
        run = drawn()
        start = time.process_time()
        for one in run.series:
            np.sort(one.values)
        middle = time.process_time()
        found = examiner.examine(run)
        judged.append(time.process_time() - middle)
        sorted_once.append(middle - start)
    ours, limit = statistics.median(judged), statistics.median(sorted_once)
    states = {
        state: sum(one.state == state for one in found.verdicts) for state in ("found", "clear", "blind", "broke")
    }
    print(f"{len(run.series)} curves of {POINTS:,} points, all checks: {ours:.2f} s of CPU")
    print(f"{ours / limit:.1f} times sorting each of them once")
    print(", ".join(f"{count} {state}" for state, count in states.items()))


if __name__ == "__main__":
    main()
