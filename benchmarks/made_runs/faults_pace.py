"""Runs that are slow or too short: a loader that cannot keep up, a machine that slows down, an end that comes early."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import Fault, Variant, worse
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.train import Training

TOLD = frozenset({"val", "metric", "lr", "time"})


class Loader(Meddle):
    """A loader of a few workers, each of which makes every n-th batch; the training waits for the one it needs."""

    def __init__(self, batch_seconds: float, workers: int) -> None:
        self.batch_seconds, self.workers = batch_seconds, workers
        self.free = [0.0] * workers  # when each worker has its next batch ready

    def seconds(self, training: Training) -> tuple[float, float]:
        worker = training.step % self.workers
        computing = super().seconds(training)[1]
        waiting = max(0.001, self.free[worker] - training.clock)
        begins = max(training.clock, self.free[worker])
        self.free[worker] = begins + self.batch_seconds * float(training.jitter.lognormal(0, 0.2))
        training.history.facts["data_share"] = self._share(waiting, computing)
        return waiting, computing

    def _share(self, waiting: float, computing: float) -> float:
        self.waited = getattr(self, "waited", 0.0) + waiting
        self.computed = getattr(self, "computed", 0.0) + computing
        return self.waited / (self.waited + self.computed)


class Slowing(Meddle):
    """Steps take longer from some moment on, or ever longer: a throttled card, a list that grows, a full cache."""

    def __init__(self, factor: float, start: float, *, slowly: bool) -> None:
        self.factor, self.start, self.slowly = factor, start, slowly

    def seconds(self, training: Training) -> tuple[float, float]:
        waiting, computing = super().seconds(training)
        gone = training.step / training.recipe.steps
        if gone < self.start:
            return waiting, computing
        part = (gone - self.start) / (1 - self.start) if self.slowly else 1.0
        slower = 1 + (self.factor - 1) * part
        training.history.facts["slower"] = slower
        return waiting, computing * slower


class Idle(Meddle):
    """Small work: the card waits for the processor to launch the next kernel."""

    def __init__(self, percent: float) -> None:
        self.percent = percent

    def utilisation(self, training: Training, busy: float) -> float:
        training.history.facts["utilisation"] = self.percent
        return self.percent * busy * float(training.jitter.lognormal(0, 0.08))


def _slow_loader(part: str) -> Iterator[Variant]:
    for at in range(5):
        seconds, workers = {"dev": ((0.8, 4), (0.5, 2), (0.3, 1), (1.6, 4), (0.9, 3)),
                            "eval": ((0.6, 2), (0.25, 1), (1.2, 4), (2.4, 8), (0.7, 3))}[part][at]  # fmt: skip
        recipe = base(part, ("images", "features", "sequence")[at % 3], 1200 + at, tells=TOLD, every=(1, 2)[at % 2])
        yield Variant(recipe, Loader(seconds, workers))


def _slowing(part: str) -> Iterator[Variant]:
    for at in range(5):
        factor = {"dev": (2.5, 3.0, 2.0, 4.0, 2.5), "eval": (2.2, 3.5, 3.0, 2.5, 5.0)}[part][at]
        recipe = base(part, ("images", "features", "sequence")[at % 3], 1220 + at, tells=TOLD, every=1)
        slowly = at % 2 == 1
        causes = {"throughput-drop": ("slowly",) if slowly else ("at-once",)}
        yield Variant(recipe, Slowing(factor, (0.5, 0.3)[slowly], slowly=slowly), causes=causes)


def _idle(part: str) -> Iterator[Variant]:
    for at in range(5):
        percent = {"dev": (15, 25, 8, 20, 12), "eval": (10, 22, 18, 6, 14)}[part][at]
        recipe = base(part, ("features", "images", "sequence")[at % 3], 1240 + at, tells=TOLD, every=(1, 2)[at % 2])
        yield Variant(recipe, Idle(percent))


def _too_short(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = {"dev": ("images", "features", "density"), "eval": ("sequence", "density", "features")}[part][at % 3]
        sound = base(part, task, 1260 + at, optimizer="adam", schedule="constant", every=(1, 0)[at % 2])
        slow = dataclasses.replace(sound, rate=sound.rate * 0.2, epochs=sound.epochs * 2)
        yield Variant(dataclasses.replace(slow, epochs=max(5, slow.epochs // (5, 4)[at % 2])), twin=slow)


FAULTS = [
    Fault("loader-too-slow", ("data-loading-bottleneck", "gpu-underused"), "log",
          "more than half of the time goes by waiting for data", lambda run, _: run["data_share"] > 0.5, _slow_loader,
          ("throughput-drop",)),
    Fault("steps-slow-down", ("throughput-drop",), "log", "the last step takes twice as long as the first",
          lambda run, _: run["slower"] >= 2, _slowing),
    Fault("card-idle", ("gpu-underused",), "log", "utilisation below a third throughout",
          lambda run, _: run["utilisation"] < 33, _idle, (), {"gpu-underused": ("small-work", "not-used")}),
    Fault("run-too-short", ("still-improving",), "log", "worse than the same run four or five times as long", worse,
          _too_short, ("lr-too-low", "metric-stuck-at-zero")),
]  # fmt: skip
