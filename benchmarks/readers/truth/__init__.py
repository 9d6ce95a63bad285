"""What a file holds, by parsers written from its look alone: nothing of `diagnose` is imported here.

Every module has ``runs(path) -> list[Run]``. A run maps a name to its points ``(step, value)`` in the order
written. A step of None means the file names none: any counting upward is right. A name that begins with ``?``
is a clock or a setting that a reader may keep as a series or not.
"""

from __future__ import annotations

from collections.abc import Iterable

Point = tuple[float | None, float]
Run = dict[str, list[Point]]


def add(run: Run, name: str, step: float | None, value: float) -> None:
    run.setdefault(name, []).append((step, float(value)))


def written(runs: Iterable[Run]) -> list[Run]:
    """The runs that hold at least one point that is no mere clock."""
    return [run for run in runs if any(points for name, points in run.items() if not name.startswith("?"))]
