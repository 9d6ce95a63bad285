"""The nouns of mistakes: a fault, its variants, and when its outcome shows."""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import benchmarks.made_runs
from benchmarks.made_runs.history import Outcome
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.recipe import Recipe

MARGIN = 0.05  # of a merit between 0 and 1 (Dice, accuracy): what a user would call worse
WORSE = 0.10  # of the progress in loss that the healthy twin made
Causes = Mapping[str, tuple[str, ...]]
Shown = Callable[[Outcome, Outcome], bool]


@dataclass(frozen=True)
class Variant:
    """One way to make a mistake in one recipe; ``twin`` is the same run without it (by default the same recipe)."""

    recipe: Recipe
    meddle: Meddle = field(default_factory=Meddle)
    twin: Recipe | None = None
    causes: Causes = field(default_factory=dict)
    symptoms: tuple[str, ...] = ()  # when they differ from the fault's


@dataclass(frozen=True)
class Fault:
    """A mistake: the symptoms one of which must be found, those that may be found with it, and its cause words.

    ``trace`` says where it can be seen: in the ``log``, in the ``checkpoint``, or in ``both``. ``shown`` takes the
    outcome of the run and of its healthy twin; ``criterion`` is the same in words.
    """

    name: str
    symptoms: tuple[str, ...]
    trace: str
    criterion: str
    shown: Shown
    variants: Callable[[str], Iterator[Variant]]
    also: tuple[str, ...] = ()
    causes: Causes | Callable[[Outcome], Causes] = field(default_factory=dict)  # symptom -> words that are right


def all_faults() -> list[Fault]:
    """Every fault of every file of this folder called ``faults_*``."""
    found: list[Fault] = []
    for module in sorted(one.name for one in pkgutil.iter_modules(benchmarks.made_runs.__path__)):
        if module.startswith("faults_"):
            found += importlib.import_module(f"benchmarks.made_runs.{module}").FAULTS
    return found


def worse(run: Outcome, twin: Outcome) -> bool:
    """Lost numbers, a merit lower by `MARGIN`, or a training loss that misses `WORSE` of the twin's progress."""
    if run["nonfinite_share"] > 0 or not math.isfinite(run["merit_last"]):
        return True
    progress = twin["first_loss"] - twin["last_loss"]
    return twin["merit_last"] - run["merit_last"] > MARGIN or run["last_loss"] - twin["last_loss"] > WORSE * progress


def trains_worse(run: Outcome, twin: Outcome) -> bool:
    """The training loss misses a fifth of the twin's progress, or was lost."""
    progress = twin["first_loss"] - twin["last_loss"]
    lost = run["nonfinite_share"] > 0 or not math.isfinite(run["last_loss"])
    return lost or run["last_loss"] - twin["last_loss"] > 0.2 * progress


def stuck(run: Outcome, twin: Outcome) -> bool:
    """The training loss made less than a fifth of the twin's progress."""
    progress = twin["first_loss"] - twin["last_loss"]
    return run["first_loss"] - run["last_loss"] < 0.2 * progress


def fact(name: str, least: float = 1.0) -> Shown:
    """What the mistake measured of itself on the last state is at least ``least``."""
    return lambda run, _: run.get(name, math.nan) >= least
