"""Numbers that run away or die: NaN, overflow, spikes, gradients that explode, vanish or are always clipped."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

from torch import Tensor, nn

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import Fault, Variant, stuck, trains_worse, worse
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.objectives import Parts
from benchmarks.made_runs.train import Training

TASKS = {
    "dev": ("images", "features", "segmentation", "density"),
    "eval": ("density", "segmentation", "sequence", "features"),
}


class BadExample(Meddle):
    """From some step on one example holds NaN, or its target does: a corrupt file behind the first epochs."""

    def __init__(self, share: float) -> None:
        self.share = share

    def loss(self, training: Training, parts: Parts) -> Parts:
        if training.step != int(self.share * training.recipe.steps):
            return parts
        return {name: part * math.nan for name, part in parts.items()}


class HalfSoftmax(Meddle):
    """A softmax written out in half precision: exp overflows, or a chance underflows and its log is -inf."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def network(self, network: nn.Module) -> None:
        network.register_forward_hook(self._naive)

    def _naive(self, module: nn.Module, given: object, output: Tensor) -> Tensor:
        del given
        if not module.training:
            return output * self.factor
        powers = (output * self.factor).half().exp()
        return (powers / powers.sum(-1, keepdim=True)).log().float()


class FromTheStart(Meddle):
    """One feature has no spread, and every input is divided by it."""

    def batch(self, training: Training, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        del training
        flat = x.clone()
        flat[:, 0] = (x[:, 0] * 0) / (x[:, 0] * 0).std()
        return flat, y


class BadBatches(Meddle):
    """Now and then a batch is broken: wrong scale, or targets of another batch."""

    def __init__(self, each: int, factor: float, start: float = 0.3) -> None:
        self.each, self.factor, self.start = each, factor, start

    def batch(self, training: Training, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        late = training.step > self.start * training.recipe.steps
        if late and training.step % self.each == 7 % self.each:
            return x * self.factor, y.roll(1, 0)
        return x, y


def _sudden(part: str) -> Iterator[Variant]:
    for at in range(5):
        share = {"dev": (0.4, 0.6, 0.5, 0.75, 0.3), "eval": (0.55, 0.35, 0.7, 0.45, 0.8)}[part][at]
        yield Variant(base(part, TASKS[part][at % 4], 740 + at), BadExample(share))


def _half(part: str) -> Iterator[Variant]:
    for at in range(4):
        factor = {"dev": (4.0, 6.0, 5.0, 8.0), "eval": (5.0, 7.0, 4.0, 6.0)}[part][at]
        task = ("features", "images")[at % 2]
        sound = base(part, task, 760 + at, optimizer="adam", every=1, save="full")
        yield Variant(sound, HalfSoftmax(factor))


def _from_the_start(part: str) -> Iterator[Variant]:
    for at in range(4):
        yield Variant(base(part, ("features", "density")[at % 2], 780 + at), FromTheStart())


def _rising(part: str) -> Iterator[Variant]:
    """Plain SGD on a squared error with a rate beyond what its curvature bears: the loss grows until it overflows."""
    for at in range(4):
        sound = base(part, "density", 800 + at, loss="mse", optimizer="sgd", every=1)
        sound = dataclasses.replace(sound, rate=0.02)
        factor = {"dev": (60, 120, 80, 200), "eval": (100, 150, 70, 250)}[part][at]
        wrong = dataclasses.replace(sound, rate=0.02 * factor, schedule=("warm-cosine", "constant")[at % 2])
        yield Variant(wrong, twin=sound)


def _spikes(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = {"dev": ("images", "features"), "eval": ("features", "sequence")}[part][at % 2]
        each = {"dev": (40, 90, 55, 120, 35), "eval": (50, 60, 110, 45, 75)}[part][at]
        recipe = base(part, task, 820 + at, optimizer="adam", every=1, label_noise=0.0)
        yield Variant(recipe, Mixed(each) if task == "sequence" else BadBatches(each, 8.0))


class Mixed(BadBatches):
    """Now and then the targets are those of nothing in the batch."""

    def __init__(self, each: int) -> None:
        super().__init__(each, 1.0)

    def loss(self, training: Training, parts: Parts) -> Parts:
        late = training.step > self.start * training.recipe.steps
        broken = late and training.step % self.each == 7 % self.each
        return {name: part * 6 for name, part in parts.items()} if broken else parts

    def batch(self, training: Training, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        del training
        return x, y


TOLD = frozenset({"val", "metric", "lr", "grad-norm"})


def _exploding(part: str) -> Iterator[Variant]:
    """Heavy batches late in a run without clipping: the norm of the gradient leaps, and the loss with it."""
    for at in range(4):
        sound = base(part, ("features", "density")[at % 2], 840 + at, loss=("ce", "mse")[at % 2], every=1, tells=TOLD)
        factor = {"dev": 30.0, "eval": 45.0}[part]
        sound = dataclasses.replace(sound, optimizer="momentum", rate=0.02)
        yield Variant(sound, BadBatches(3, factor, 0.6))


def _vanishing(part: str) -> Iterator[Variant]:
    deep = {"dev": "deep-sigmoid", "eval": "deep-sigmoid-eval"}[part]
    for at in range(4):
        kind = ("momentum", "sgd")[at % 2]
        sound = base(part, "features", 860 + at, optimizer=kind, every=1, tells=TOLD, schedule="constant")
        yield Variant(dataclasses.replace(sound, network=deep), twin=sound)


def _clipped(part: str) -> Iterator[Variant]:
    for at in range(5):
        task = ("features", "images")[at % 2]
        limit = {"dev": (0.01, 0.02, 0.005, 0.03, 0.01), "eval": (0.02, 0.01, 0.02, 0.01, 0.005)}[part][at]
        tells = TOLD - {"grad-norm"} | {"clipped-norm"}
        sound = base(part, task, 880 + at, optimizer="momentum", every=(1, 2)[at % 2], tells=tells)
        yield Variant(dataclasses.replace(sound, clip=limit), twin=sound)


_AFTER = (
    "loss-diverging", "loss-spikes", "weights-nonfinite", "metric-constant", "metric-stuck-at-zero", "lr-too-high",
    "metric-plateau", "loss-not-decreasing", "overfitting", "fp16-overflow-risk", "grad-norm-exploding",
    "loss-plateau", "loss-oscillating", "weights-unchanged", "bn-stats-suspect",
)  # fmt: skip


def _lost(run: dict[str, float], twin: dict[str, float]) -> bool:
    del twin
    return run["nonfinite_share"] > 0.05


FAULTS = [
    Fault("nan-from-a-bad-example", ("loss-nonfinite", "weights-nonfinite"), "both",
          "a twentieth of the losses or more is not finite", _lost, _sudden, _AFTER,
          {"loss-nonfinite": ("sudden",)}),
    Fault("overflow-in-half-precision", ("loss-nonfinite", "weights-nonfinite"), "both",
          "a twentieth of the losses or more is not finite", _lost, _half, _AFTER,
          {"loss-nonfinite": ("sudden", "after-a-rise", "amp-overflow", "from-the-start")}),
    Fault("nan-from-the-start", ("loss-nonfinite", "weights-nonfinite"), "both",
          "a twentieth of the losses or more is not finite", _lost, _from_the_start, _AFTER,
          {"loss-nonfinite": ("from-the-start",)}),
    Fault("overflow-after-a-rise", ("loss-nonfinite", "loss-diverging", "lr-too-high"), "both",
          "losses overflow, or end above where they began", lambda run, twin: _lost(run, twin)
          or run["last_loss"] > run["first_loss"], _rising, _AFTER,
          {"loss-nonfinite": ("after-a-rise",)}),
    Fault("bad-batches", ("loss-spikes",), "log",
          "a loss three times as high as those around it, and twice the twin's highest",
          lambda run, twin: run["spike_ratio"] >= 3 and run["spike_ratio"] >= 2 * twin["spike_ratio"], _spikes,
          ("overfitting", "loss-diverging", "loss-oscillating", "grad-norm-exploding", "lr-too-high",
           "still-improving"),
          {"loss-spikes": ("returns-at-once", "returns-slowly", "bad-batches", "stays-up")}),
    Fault("gradients-explode", ("grad-norm-exploding",), "log",
          "gradient norms ten times the median of the run, and worse than the twin",
          lambda run, twin: worse(run, twin) and (run["norm_ratio"] > 10 or run["nonfinite_share"] > 0),
          _exploding, (*_AFTER, "loss-nonfinite", "log-discontinuity", "val-below-train")),
    Fault("gradients-vanish", ("grad-norm-vanishing", "loss-not-decreasing", "loss-plateau"), "log",
          "training loss makes less than a fifth of the twin's progress", stuck, _vanishing,
          ("metric-constant", "metric-plateau", "lr-too-low", "lr-constant", "layer-untrained", "metric-stuck-at-zero"),
          {"loss-not-decreasing": ("at-chance",)}),
    Fault("always-clipped", ("grad-clipping-saturated",), "log",
          "training loss misses a fifth of the twin's progress", trains_worse, _clipped,
          ("lr-too-low", "still-improving", "loss-not-decreasing", "layer-untrained", "metric-constant")),
]  # fmt: skip
