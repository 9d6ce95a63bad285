"""The manners of text logs: what a line looks like."""

from __future__ import annotations

import time
from collections.abc import Mapping

from benchmarks.made_runs.recipe import Recipe

START = 1_700_000_000
Numbers = Mapping[str, float]
NAMES = {"val_loss": "val loss", "grad_norm": "grad_norm", "lr": "lr"}


def _number(name: str, value: float) -> str:
    if name == "lr":
        return f"{value:.3e}"
    return f"{value:.3e}" if value and abs(value) < 1e-3 else f"{value:.5g}"


def _stamp(clock: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(START + clock))


class Bracketed:
    """``Epoch [3/20] Step [40/64] loss: 0.53, lr: 1e-3``."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def head(self) -> list[str]:
        return [f"Namespace(lr={self.recipe.rate}, batch_size={self.recipe.batch}, epochs={self.recipe.epochs})"]

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        inside = (step - 1) % self.recipe.steps_an_epoch + 1
        at = f"Epoch [{epoch:03}/{self.recipe.epochs:03}], Step [{inside:04}/{self.recipe.steps_an_epoch:04}]"
        return f"{_stamp(clock)} {at}, {self._said(numbers)}"

    def found(self, step: int, epoch: int, found: Numbers, clock: float) -> str:
        del step
        return f"{_stamp(clock)} Validation epoch {epoch}: {self._said(found)}"

    def epoch(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del step
        return f"{_stamp(clock)} Epoch [{epoch:03}/{self.recipe.epochs:03}], {self._said(numbers)}"

    def _said(self, numbers: Numbers) -> str:
        return ", ".join(f"{NAMES.get(name, name)}: {_number(name, value)}" for name, value in numbers.items())


class Piped:
    """``Epoch 3/20 | loss 0.53 | val loss 0.61 | dice 0.7``."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def head(self) -> list[str]:
        return [f"{self.recipe.size} training examples, {self.recipe.validation} for validation", "starting training"]

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del clock
        return f"Epoch {epoch}/{self.recipe.epochs} | iter {step} | {self._said(numbers)}"

    def found(self, step: int, epoch: int, found: Numbers, clock: float) -> str:
        del step, clock
        return f"Epoch {epoch}/{self.recipe.epochs} | {self._said(found)}"

    def epoch(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del step, clock
        return f"Epoch {epoch}/{self.recipe.epochs} | {self._said(numbers)}"

    def _said(self, numbers: Numbers) -> str:
        names = {"loss": "train loss", "val_loss": "val loss"}
        return " | ".join(f"{names.get(name, name)} {_number(name, value)}" for name, value in numbers.items())


class Logged:
    """``[2023-11-14 22:13:20,000][INFO] - iter 40: loss=0.53 lr=1e-3``."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def head(self) -> list[str]:
        return [f"[{_stamp(0)},000][INFO] - training for {self.recipe.epochs} epochs"]

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del epoch
        return f"[{_stamp(clock)},000][INFO] - iter {step}: {self._said(numbers)}"

    def found(self, step: int, epoch: int, found: Numbers, clock: float) -> str:
        del epoch
        return f"[{_stamp(clock)},000][INFO] - eval iter {step}: {self._said(found)}"

    def epoch(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del step
        return f"[{_stamp(clock)},000][INFO] - epoch {epoch}: {self._said(numbers)}"

    def _said(self, numbers: Numbers) -> str:
        return " ".join(f"{name}={_number(name, value)}" for name, value in numbers.items())


class Sparse:
    """``step 250: train loss 1.2, val loss 1.3`` and ``iter 40: loss 0.53, lr 1e-3``, as small language trainers do."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe

    def head(self) -> list[str]:
        return ["number of parameters: 0.02M"]

    def line(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del epoch, clock
        return f"iter {step}: {self._said(numbers)}"

    def found(self, step: int, epoch: int, found: Numbers, clock: float) -> str:
        del epoch, clock
        return f"step {step}: {self._said(found)}"

    def epoch(self, step: int, epoch: int, numbers: Numbers, clock: float) -> str:
        del clock, epoch
        said = {"train loss" if name == "loss" else name: value for name, value in numbers.items()}
        return f"step {step}: {self._said(said)}"

    def _said(self, numbers: Numbers) -> str:
        return ", ".join(f"{NAMES.get(name, name)} {_number(name, value)}" for name, value in numbers.items())


MANNERS = (Bracketed, Piped, Logged, Sparse)
