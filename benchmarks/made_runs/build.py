"""Recipes to networks, optimizers and schedules."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.optim import lr_scheduler

from benchmarks.made_runs import gated
from benchmarks.made_runs.networks import (
    ChannelAttention,
    NormedPerceptron,
    PlainCNN,
    ResidualCNN,
    SelfAttention,
    UNet,
    perceptron,
)
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.tasks import CLASSES

GATES = ("gamma", "gamma.scale", "resweight", "lora_B.default.weight", "zero_conv.weight", "adaLN_modulation.1.weight")
_PARTNERS = ("zero_conv.bias", "adaLN_modulation.1.bias")  # a gate of two tensors


def _outside(recipe: Recipe) -> int:
    return CLASSES.get(recipe.task, 2)


NETWORKS: dict[str, Callable[[Recipe], nn.Module]] = {
    "unet": lambda recipe: UNet((4, 6, 8), SelfAttention, recipe.dropout, gated=False),
    "gate-unet": lambda recipe: UNet((4, 7, 9), ChannelAttention, recipe.dropout, gated=True),
    "cnn": lambda recipe: PlainCNN(recipe.dropout),
    "resnet": lambda recipe: ResidualCNN(recipe.dropout),
    "scaled-transformer": lambda _: gated.Transformer("scaled"),
    "rezero-transformer": lambda _: gated.Transformer("rezero"),
    "mlp": lambda recipe: perceptron(_outside(recipe), (32, 32), nn.ReLU, recipe.dropout),
    "normed-mlp": lambda recipe: NormedPerceptron(_outside(recipe), recipe.dropout),
    "deep-sigmoid": lambda recipe: perceptron(_outside(recipe), (24,) * 9, nn.Sigmoid, 0.0),
    "deep-sigmoid-eval": lambda recipe: perceptron(_outside(recipe), (18,) * 12, nn.Sigmoid, 0.0),
    "lora-mlp": lambda _: gated.LoraPerceptron(),
    "zero-conv": lambda _: gated.ZeroConvNet(),
    "adaln": lambda _: gated.ModulatedNet(),
}


def gate_names(network: nn.Module) -> list[str]:
    """Names of the gates among a network's parameters."""
    return [name for name, _ in network.named_parameters() if name.endswith((*GATES, *_PARTNERS))]


def trained_parameters(network: nn.Module) -> list[tuple[str, nn.Parameter]]:
    """Named parameters that ask for a gradient, in order."""
    return [(name, one) for name, one in network.named_parameters() if one.requires_grad]


class Lion(torch.optim.Optimizer):
    """Sign of an interpolated momentum (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023)."""

    def __init__(self, params: object, lr: float, weight_decay: float = 0.0) -> None:
        super().__init__(params, {"lr": lr, "betas": (0.9, 0.99), "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # noqa: ARG002 - torch's signature
        for group in self.param_groups:
            quick, slow = group["betas"]
            for one in group["params"]:
                if one.grad is None:
                    continue
                average = self.state[one].setdefault("exp_avg", torch.zeros_like(one))
                one.mul_(1 - group["lr"] * group["weight_decay"])
                one.add_((average * quick + one.grad * (1 - quick)).sign_(), alpha=-group["lr"])
                average.lerp_(one.grad, 1 - slow)


def optimizer_of(recipe: Recipe, groups: list[dict[str, object]]) -> torch.optim.Optimizer:
    """The optimizer over given groups."""
    rate, decay = recipe.rate, recipe.decay
    kind = recipe.optimizer
    if kind in ("sgd", "momentum"):
        return torch.optim.SGD(groups, rate, momentum=recipe.momentum * (kind == "momentum"), weight_decay=decay)
    make = {
        "adam": torch.optim.Adam,
        "adamw": torch.optim.AdamW,
        "rmsprop": torch.optim.RMSprop,
        "adafactor": torch.optim.Adafactor,
        "lion": Lion,
    }[kind]
    return make(groups, lr=rate, weight_decay=decay)


@dataclass
class Schedule:
    """A scheduler of torch, or none, and whether it is stepped after every ``batch`` or every ``epoch``."""

    scheduler: lr_scheduler.LRScheduler | lr_scheduler.ReduceLROnPlateau | None
    unit: str = "epoch"

    def step(self, unit: str, loss: float = 0.0) -> None:
        """Step the scheduler when this is its unit."""
        if self.scheduler is None or unit != self.unit:
            return
        if isinstance(self.scheduler, lr_scheduler.ReduceLROnPlateau):
            self.scheduler.step(loss)
        else:
            self.scheduler.step()


def schedule_of(recipe: Recipe, optimizer: torch.optim.Optimizer) -> Schedule:
    """The schedule of a recipe; its numbers are shares of the run, or what torch's class takes."""
    numbers, kind = dict(recipe.schedule_numbers), recipe.schedule
    unit = "batch" if numbers.get("by_batch", kind in ("one-cycle", "warm-cosine", "warm-linear")) else "epoch"
    length = recipe.steps if unit == "batch" else recipe.epochs
    floor = numbers.get("floor", 0.01) * recipe.rate
    warm = max(1, round(numbers.get("warm", 0.1) * length))
    build = lr_scheduler
    if kind == "constant":
        return Schedule(None)
    if kind == "step":
        places = [max(1, round(share * length)) for share in (numbers.get("first", 0.5), numbers.get("second", 0.8))]
        return Schedule(build.MultiStepLR(optimizer, places, numbers.get("gamma", 0.1)), unit)
    if kind == "step-size":
        size = max(1, int(numbers.get("size", length // 3)))
        return Schedule(build.StepLR(optimizer, size, numbers.get("gamma", 0.3)), unit)
    if kind == "exponential":
        gamma = numbers.get("gamma", numbers.get("end", 0.05) ** (1 / length))
        return Schedule(build.ExponentialLR(optimizer, gamma), unit)
    if kind == "poly":
        total = max(1, round(length * numbers.get("share", 1.0)))
        return Schedule(build.PolynomialLR(optimizer, total, numbers.get("power", 0.9)), unit)
    if kind == "cosine":
        whole = max(1, int(numbers.get("t_max", length)))
        return Schedule(build.CosineAnnealingLR(optimizer, whole, floor), unit)
    if kind == "restarts":
        first = max(1, round(length * numbers.get("cycle", 1 / 3)))
        twice = int(numbers.get("times", 1))
        return Schedule(build.CosineAnnealingWarmRestarts(optimizer, first, twice, floor), unit)
    if kind == "one-cycle":
        return Schedule(build.OneCycleLR(optimizer, recipe.rate, total_steps=recipe.steps + 1, pct_start=0.3), unit)
    if kind == "plateau":
        patience = int(numbers.get("patience", 3))
        return Schedule(build.ReduceLROnPlateau(optimizer, factor=0.3, patience=patience), unit)
    begin = build.LinearLR(optimizer, 0.05, 1.0, warm)
    rest = (
        build.CosineAnnealingLR(optimizer, max(1, length - warm), floor)
        if kind == "warm-cosine"
        else build.LinearLR(optimizer, 1.0, 0.02, max(1, length - warm))
    )
    return Schedule(build.SequentialLR(optimizer, [begin, rest], [warm]), unit)


def flipped(x: Tensor, y: Tensor, task: str) -> tuple[Tensor, Tensor]:
    """A batch as augmentation leaves it: mirrored images, or a little noise on feature vectors."""
    if task == "segmentation":
        sides = [side for side in (-2, -1) if torch.rand(()) < 0.5]
        return x.flip(sides), y.flip(sides)
    if task in ("images", "features", "density"):
        return x + 0.15 * torch.randn_like(x), y
    return x, y
