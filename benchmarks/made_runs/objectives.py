"""Losses and scores: what training makes small, and what the run is judged by."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.made_runs.recipe import Recipe

Parts = dict[str, Tensor]
Loss = Callable[[Tensor, Tensor], Parts]


def loss_of(recipe: Recipe) -> Loss:
    """Output and target to the loss, under ``loss``, and its parts when it has any."""
    return LOSSES[recipe.loss]


def soft_dice_loss(logits: Tensor, masks: Tensor) -> Tensor:
    """One minus the soft Dice, averaged over the images of a batch."""
    chance = torch.sigmoid(logits).flatten(1)
    true = masks.flatten(1)
    shared = (chance * true).sum(1)
    return (1 - (2 * shared + 1) / (chance.sum(1) + true.sum(1) + 1)).mean()


def _bce(logits: Tensor, masks: Tensor) -> Parts:
    return {"loss": functional.binary_cross_entropy_with_logits(logits, masks)}


def _bce_sum(logits: Tensor, masks: Tensor) -> Parts:
    return {"loss": functional.binary_cross_entropy_with_logits(logits, masks, reduction="sum")}


def _dice(logits: Tensor, masks: Tensor) -> Parts:
    return {"loss": soft_dice_loss(logits, masks)}


def _bce_dice(logits: Tensor, masks: Tensor) -> Parts:
    parts = {"bce_loss": _bce(logits, masks)["loss"], "dice_loss": soft_dice_loss(logits, masks)}
    return {"loss": parts["bce_loss"] + parts["dice_loss"], **parts}


def _cross_entropy(logits: Tensor, classes: Tensor) -> Parts:
    """Classes [n] with logits [n, k], or tokens [n, length] with logits [n, length, k]."""
    return {"loss": functional.cross_entropy(logits.flatten(0, -2), classes.flatten())}


def _likelihood(output: Tensor, y: Tensor) -> Parts:
    """Negative log-likelihood of a normal distribution whose mean and log-variance are predicted; may be negative."""
    mean, log_variance = output[:, :1], output[:, 1:].clamp(-8, 8)
    return {"loss": 0.5 * (log_variance + (y - mean) ** 2 / log_variance.exp()).mean()}


def _squared(output: Tensor, y: Tensor) -> Parts:
    return {"loss": ((output[:, :1] - y) ** 2).mean()}


LOSSES: dict[str, Loss] = {
    "bce": _bce,
    "bce-sum": _bce_sum,
    "dice": _dice,
    "bce+dice": _bce_dice,
    "ce": _cross_entropy,
    "nll": _likelihood,
    "mse": _squared,
}


def scores(task: str, output: Tensor, target: Tensor, threshold: float = 0.5) -> dict[str, float]:
    """What is logged as the metric: Dice and IoU (mean over images), accuracy, or the mean absolute error."""
    if task == "segmentation":
        found, true = torch.sigmoid(output).flatten(1) > threshold, target.flatten(1) > 0.5
        shared, either = (found & true).sum(1).double(), (found | true).sum(1).double()
        dice = torch.where(either > 0, 2 * shared / (shared + either).clamp(min=1), torch.ones_like(shared))
        iou = torch.where(either > 0, shared / either.clamp(min=1), torch.ones_like(shared))
        return {"dice": dice.mean().item(), "iou": iou.mean().item()}
    if task == "density":
        return {"mae": (output[:, :1] - target).abs().mean().item()}
    return {"accuracy": (output.argmax(-1) == target).double().mean().item()}


def merit(task: str, scored: dict[str, float]) -> float:
    """One number of the scores that is better when it is higher."""
    return {"segmentation": scored.get("dice"), "density": -scored.get("mae", 0.0)}.get(task, scored.get("accuracy"))
