"""Train one recipe from fixed seeds, leaving an event file and a few checkpoints behind."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from benchmarks.example_run.eventlog import EventLog
from benchmarks.example_run.network import PolypNet
from benchmarks.example_run.polyps import SIZE, draw_set
from benchmarks.example_run.recipes import Recipe
from benchmarks.example_run.scores import bce_dice, dice_and_iou


@dataclass(frozen=True)
class Plan:
    """How much is trained, and after which epochs a checkpoint is kept."""

    images: int = 1024
    validation: int = 128
    size: int = SIZE
    batch: int = 32
    epochs: int = 30
    keep: tuple[int, ...] = (5, 15, 30)
    seed: int = 7

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole run."""
        return self.epochs * -(-self.images // self.batch)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: losses, mean Dice and mean IoU over the validation images, and the gate."""

    train_loss: float
    val_loss: float
    dice: float
    iou: float
    gamma: float


def train(recipe: Recipe, folder: Path, plan: Plan | None = None) -> Outcome:
    """Train ``recipe`` into ``folder`` (an event file and ``checkpoints/``), alike on every run of one torch."""
    plan = plan or Plan()
    for old in folder.glob("checkpoints/epoch_*.pt"):
        old.unlink()
    training = draw_set(plan.images, plan.seed, plan.size)
    validation = draw_set(plan.validation, plan.seed + 1, plan.size)
    with _repeatable(plan.seed), EventLog(folder) as log:
        network = PolypNet()
        optimizer = recipe.optimizer(network)
        schedule = recipe.schedule(optimizer, plan.steps)
        step = 0
        for epoch in range(1, plan.epochs + 1):
            losses = []
            for images, masks in _batches(training, plan.batch):
                rate = schedule.get_last_lr()[0]
                losses.append(_learn(network, optimizer, images, masks))
                schedule.step()
                step += 1
                log.write(step, {"train/loss": losses[-1], "train/lr": rate})
            val_loss, dice, iou = validate(network, *validation)
            log.write(step, {"val/loss": val_loss, "val/dice": dice, "val/iou": iou})
            if epoch in plan.keep:
                parts = {"model": network, "optimizer": optimizer, "scheduler": schedule}
                state = {name: part.state_dict() for name, part in parts.items()}
                save({**state, "epoch": epoch, "global_step": step}, folder / "checkpoints" / f"epoch_{epoch:03}.pt")
    return Outcome(sum(losses) / len(losses), val_loss, dice, iou, network.attention.gamma.item())


@torch.no_grad()
def validate(network: nn.Module, images: Tensor, masks: Tensor) -> tuple[float, float, float]:
    """Loss, mean Dice and mean IoU over images [n, 3, size, size] and masks [n, 1, size, size]."""
    network.eval()
    logits = network(images)
    dice, iou = dice_and_iou(logits, masks)
    return bce_dice(logits, masks).item(), dice.mean().item(), iou.mean().item()


def save(state: dict[str, object], path: Path) -> None:
    """Write a checkpoint of tensors, numbers and plain containers only, which the safe loader can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(state, path)


@contextmanager
def _repeatable(seed: int) -> Iterator[None]:
    """One thread, because sums split over threads round differently; the caller's settings come back afterwards."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        torch.set_num_threads(threads)


def _batches(training: tuple[Tensor, Tensor], size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """One epoch in random order, each batch mirrored at random along either side."""
    images, masks = training
    for picked in torch.randperm(len(images)).split(size):
        mirrored = [side for side in (-2, -1) if torch.rand(()) < 0.5]
        yield images[picked].flip(mirrored), masks[picked].flip(mirrored)


def _learn(network: nn.Module, optimizer: torch.optim.Optimizer, images: Tensor, masks: Tensor) -> float:
    """One step of training on one batch; the loss before it."""
    network.train()
    loss = bce_dice(network(images), masks)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
