"""Learning rates and schedules: too high, too low, gone too soon, stepped at the wrong pace, lost at a resume."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from torch.optim import lr_scheduler

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.build import Schedule
from benchmarks.made_runs.fault import Fault, Variant, trains_worse, worse
from benchmarks.made_runs.history import Outcome
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.train import Training

TASKS = {
    "dev": ("images", "features", "segmentation", "density"),
    "eval": ("features", "images", "sequence", "density"),
}


def recipes(part: str, start: int, count: int = 5, **changes: Any) -> Iterator[tuple[int, Recipe]]:
    """Numbered recipes, tasks going round."""
    for at in range(count):
        yield at, base(part, TASKS[part][at % 4], start + at, **changes)


def _too_high(part: str) -> Iterator[Variant]:
    factors = {"dev": (30, 100, 60, 300, 40), "eval": (50, 150, 25, 80, 200)}[part]
    kinds = {
        "dev": ("adam", "momentum", "adamw", "rmsprop", "sgd"),
        "eval": ("momentum", "adam", "adam", "adamw", "rmsprop"),
    }
    for at in range(5):
        task = TASKS[part][at % 4]
        kind = kinds[part][at] if kinds[part][at] in ("adam", "adamw") or task in ("images", "features") else "rmsprop"
        sound = base(part, task, 200 + at, optimizer=kind, schedule=("constant", "cosine")[at % 2])
        yield Variant(dataclasses.replace(sound, rate=sound.rate * factors[at]), twin=sound)


def _jump(part: str) -> Iterator[Variant]:
    """The rate is multiplied in the middle of the run, as when a flag is changed or a scheduler misread."""

    class Jump(Meddle):
        def __init__(self, factor: float, share: float) -> None:
            self.factor, self.share = factor, share

        def stepped(self, training: Training) -> None:
            if training.step == int(self.share * training.recipe.steps):
                for group in training.optimizer.param_groups:
                    group["lr"] *= self.factor

    for at, sound in recipes(part, 220, 4, schedule="constant", optimizer="adam", every=1):
        factor = {"dev": (100, 300, 150, 400), "eval": (120, 250, 200, 300)}[part][at]
        yield Variant(sound, Jump(factor, (0.5, 0.4, 0.6, 0.45)[at]))


def _too_low(part: str) -> Iterator[Variant]:
    for at, sound in recipes(part, 240, 5):
        share = {"dev": (1e-3, 3e-4, 1e-3, 2e-3, 3e-3), "eval": (2e-3, 5e-4, 1e-3, 3e-3, 1e-3)}[part][at]
        yield Variant(dataclasses.replace(sound, rate=sound.rate * share), twin=sound)


def _zero(part: str) -> Iterator[Variant]:
    class Zero(Meddle):
        """All groups get a rate of zero: a schedule's factor that was an integer division, say."""

        def stepped(self, training: Training) -> None:
            for group in training.optimizer.param_groups:
                group["lr"] = 0.0

        built = stepped

    for _, sound in recipes(part, 260, 4, schedule="constant"):
        yield Variant(sound, Zero())


def _compounding(part: str) -> Iterator[Variant]:
    """A factor meant for an epoch is applied at every step."""
    for at, sound in recipes(part, 280, 5):
        gamma = {"dev": (0.9, 0.8, 0.93, 0.9, 0.85), "eval": (0.88, 0.92, 0.8, 0.85, 0.9)}[part][at]
        wrong = dataclasses.replace(sound, schedule="exponential", schedule_numbers=(("gamma", gamma), ("by_batch", 1)))
        yield Variant(wrong, twin=sound)


def _ended_early(part: str) -> Iterator[Variant]:
    """A schedule made for a shorter run reaches zero long before the end."""
    for at, sound in recipes(part, 300, 5, every=1):
        share = {"dev": (0.1, 0.15, 0.2, 0.1, 0.08), "eval": (0.12, 0.08, 0.15, 0.1, 0.2)}[part][at]
        numbers = (("share", share), ("power", (0.9, 1.0)[part == "eval"]), ("by_batch", 1))
        yield Variant(dataclasses.replace(sound, schedule="poly", schedule_numbers=numbers), twin=sound)


def _per_batch(part: str) -> Iterator[Variant]:
    """A scheduler that counts epochs is stepped after every batch."""
    for at, sound in recipes(part, 320, 5):
        kind = {"dev": ("step-size", "exponential"), "eval": ("exponential", "step-size")}[part][at % 2]
        numbers = {"step-size": (("size", 4.0), ("gamma", 0.5)), "exponential": (("gamma", 0.95),)}[kind]
        right = dataclasses.replace(sound, schedule=kind, schedule_numbers=numbers)
        yield Variant(dataclasses.replace(right, schedule_numbers=(*numbers, ("by_batch", 1))), twin=right)


def _past_the_end(part: str) -> Iterator[Variant]:
    """CosineAnnealingLR with T_max in epochs, stepped every batch: the rate goes up and down many times."""
    for _, sound in recipes(part, 340, 4, every=1):
        numbers = (("t_max", float(sound.epochs)), ("by_batch", 1), ("floor", 0.0))
        yield Variant(dataclasses.replace(sound, schedule_numbers=numbers), twin=sound)


class OncePerEpoch(Meddle):
    """OneCycleLR, made for every batch, is stepped after every epoch, and never leaves its warm-up."""

    def schedule(self, schedule: Schedule, training: Training) -> Schedule:
        del training
        assert isinstance(schedule.scheduler, lr_scheduler.LRScheduler)
        return Schedule(schedule.scheduler, "epoch")


def _one_cycle(part: str) -> Iterator[Variant]:
    for _, sound in recipes(part, 360, 4, schedule="one-cycle"):
        yield Variant(sound, OncePerEpoch())


class Anew(Meddle):
    """At a resume the schedule starts anew, and with it the rate."""

    def restored(self, training: Training, state: dict[str, Any]) -> dict[str, Any]:
        training.history.facts["rate_before_resume"] = training.optimizer.param_groups[0]["lr"]
        state = dict(state)
        state.pop("scheduler", None)
        for group in state["optimizer"]["param_groups"]:
            group["lr"] = training.recipe.rate
        return state

    def resumed(self, training: Training) -> None:
        training.history.facts["rate_after_resume"] = training.optimizer.param_groups[0]["lr"]


def _reset(part: str) -> Iterator[Variant]:
    for at, sound in recipes(part, 380, 4, every=1):
        when = (0.7, 0.8, 0.65, 0.75)[at]
        kind = {"dev": ("cosine", "exponential"), "eval": ("exponential", "cosine")}[part][at % 2]
        yield Variant(dataclasses.replace(sound, schedule=kind, resume_at=int(when * sound.epochs)), Anew())


def _never_decayed(part: str) -> Iterator[Variant]:
    """A high rate with noise that never falls, because its milestones lie beyond the end of the run."""
    for at in range(5):
        task = ("features", "density")[at % 2]
        sound = base(part, task, 400 + at, batch=16, label_noise=(0.0, 0.1)[task == "density"], epochs=20, every=2)
        sound = dataclasses.replace(sound, rate=sound.rate * {"dev": 6, "eval": 8}[part])
        yield Variant(dataclasses.replace(sound, schedule="constant"), twin=sound)


def _rate_up(run: Outcome, twin: Outcome) -> bool:
    del twin
    return run["rate_after_resume"] >= 3 * run["rate_before_resume"]


FAULTS = [
    Fault(
        "rate-too-high",
        ("lr-too-high", "loss-diverging", "loss-nonfinite", "loss-oscillating", "loss-not-decreasing"),
        "log",
        "worse than the same recipe with a rate 25 to 300 times lower",
        worse,
        _too_high,
        ("loss-spikes", "loss-plateau", "metric-constant", "metric-stuck-at-zero", "metric-plateau", "overfitting",
         "weights-nonfinite", "dead-filters", "lr-constant", "fp16-overflow-risk", "val-below-train"),
        {"loss-nonfinite": ("after-a-rise", "from-the-start"), "loss-diverging": ("rate-steady",),
         "loss-not-decreasing": ("at-chance",)},
    ),
    Fault(
        "rate-jumped",
        ("loss-diverging", "lr-too-high", "loss-nonfinite"),
        "log",
        "training loss misses a fifth of the twin's progress",
        trains_worse,
        _jump,
        ("loss-spikes", "loss-plateau", "overfitting", "log-discontinuity", "lr-reset", "weights-nonfinite",
         "metric-constant", "metric-stuck-at-zero", "loss-oscillating", "dead-filters", "loss-not-decreasing"),
        {"loss-diverging": ("rate-grew",), "loss-nonfinite": ("after-a-rise",)},
    ),
    Fault(
        "rate-too-low",
        ("lr-too-low", "loss-not-decreasing", "still-improving"),
        "log",
        "training loss misses a fifth of the twin's progress",
        trains_worse,
        _too_low,
        ("metric-stuck-at-zero", "metric-constant", "loss-plateau", "metric-plateau", "layer-untrained"),
        {},
    ),
    Fault(
        "rate-zero",
        ("lr-vanished", "loss-not-decreasing"),
        "both",
        "training loss misses a fifth of the twin's progress",
        trains_worse,
        _zero,
        ("weights-unchanged", "layer-untrained", "metric-constant", "metric-stuck-at-zero", "gate-stuck-at-zero",
         "loss-plateau", "gate-unchanged", "lr-constant", "lr-too-low", "metric-plateau"),
        {"lr-vanished": ("zero-throughout",), "loss-not-decreasing": ("rate-zero",),
         "weights-unchanged": ("lr-vanished",),
         "gate-stuck-at-zero": ("lr-zero",)},
    ),
    Fault(
        "decay-compounds",
        ("lr-vanished", "lr-stepped-per-batch"),
        "log",
        "worse than the twin, which follows a cosine over the whole run",
        worse,
        _compounding,
        ("loss-plateau", "metric-plateau", "weights-unchanged", "loss-not-decreasing", "metric-stuck-at-zero",
         "lr-too-low", "metric-constant", "layer-untrained", "gate-stuck-at-zero"),
        {"lr-vanished": ("compounding-decay",), "loss-plateau": ("rate-vanished",),
         "weights-unchanged": ("lr-vanished",)},
    ),
    Fault(
        "schedule-ends-early",
        ("lr-vanished",),
        "log",
        "worse than the twin, whose schedule lasts as long as the run",
        worse,
        _ended_early,
        ("loss-plateau", "metric-plateau", "weights-unchanged", "loss-not-decreasing", "metric-stuck-at-zero",
         "lr-stepped-per-batch", "metric-constant", "gate-stuck-at-zero", "lr-too-low"),
        {"lr-vanished": ("ended-early",), "loss-plateau": ("rate-vanished",),
         "weights-unchanged": ("lr-vanished",)},
    ),
    Fault(
        "stepped-per-batch",
        ("lr-stepped-per-batch", "lr-vanished"),
        "both",
        "worse than the twin, which steps the same schedule once an epoch",
        worse,
        _per_batch,
        ("loss-plateau", "metric-plateau", "weights-unchanged", "loss-not-decreasing", "metric-stuck-at-zero",
         "lr-too-low", "metric-constant", "layer-untrained", "gate-stuck-at-zero"),
        {"lr-vanished": ("compounding-decay", "ended-early"), "loss-plateau": ("rate-vanished",)},
    ),
    Fault(
        "cosine-past-its-end",
        ("lr-stepped-per-batch",),
        "both",
        "the rate came back to its height at least three times, which was not meant",
        lambda run, twin: run["rate_returns"] >= 3 > twin["rate_returns"],
        _past_the_end,
        ("lr-reset", "loss-oscillating", "log-discontinuity", "loss-spikes"),
    ),
    Fault(
        "one-cycle-per-epoch",
        ("lr-stepped-per-batch", "lr-too-low"),
        "both",
        "training loss misses a fifth of the twin's progress, or the rate never reached half of what was asked for",
        lambda run, twin: trains_worse(run, twin) or run["rate_most"] < 0.5 * twin["rate_most"],
        _one_cycle,
        ("still-improving", "loss-not-decreasing", "metric-stuck-at-zero"),
    ),
    Fault(
        "rate-reset-at-resume",
        ("lr-reset", "log-discontinuity"),
        "log",
        "the rate after the resume is at least three times the rate before it",
        _rate_up,
        _reset,
        ("loss-spikes", "loss-diverging", "overfitting", "lr-too-high", "lr-stepped-per-batch"),
        {"log-discontinuity": ("scheduler-not-restored",)},
    ),
    Fault(
        "rate-never-decayed",
        ("lr-constant", "loss-plateau", "lr-too-high", "loss-oscillating"),
        "log",
        "worse than the twin, which decays the same rate along a cosine",
        worse,
        _never_decayed,
        ("metric-plateau", "loss-spikes", "overfitting", "loss-diverging"),
        {"lr-constant": ("loss-stalled",), "loss-plateau": ("rate-constant",)},
    ),
]  # fmt: skip
