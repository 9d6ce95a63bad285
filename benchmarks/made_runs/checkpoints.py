"""What is saved, in the forms trainers save it: own dictionary, Lightning, mmengine, HF Trainer, plain weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from benchmarks.made_runs.recipe import Recipe

if TYPE_CHECKING:
    from benchmarks.made_runs.train import Training

FORMS = ("full", "lightning", "mmengine", "hf", "plain")


def state_of(training: Training) -> dict[str, Any]:
    """Model, optimizer, and scheduler, scaler and EMA where there are any."""
    state: dict[str, Any] = {
        "model": dict(training.network.state_dict()),
        "optimizer": training.optimizer.state_dict(),
    }
    if training.schedule.scheduler is not None:
        kept = training.schedule.scheduler.state_dict()
        state["scheduler"] = {name: value for name, value in kept.items() if not callable(value)}
    if training.recipe.amp:
        state["scaler"] = training.scaler.state_dict()
    if training.ema is not None:
        state["ema"] = dict(training.ema.state_dict())
    return state


def save(state: object, recipe: Recipe, folder: Path, step: int, epoch: int) -> None:
    """Write ``state`` below ``folder``; what is no dictionary with a model is written as it is."""
    at = folder / "checkpoints"
    if recipe.save != "hf":
        at.mkdir(parents=True, exist_ok=True)
    if not isinstance(state, dict):
        torch.save(state, at / f"epoch_{epoch:03}.pt")
    elif recipe.save == "lightning":
        torch.save(_lightning(state, step, epoch), at / f"epoch={epoch - 1}-step={step}.ckpt")
    elif recipe.save == "mmengine":
        torch.save(_mmengine(state, step, epoch), at / f"epoch_{epoch}.pth")
    elif recipe.save == "hf":
        _hf(state, folder / f"checkpoint-{step}")
    elif recipe.save == "plain":
        torch.save(state["model"], at / f"model_{epoch:03}.pth")
    else:
        torch.save({**state, "epoch": epoch, "global_step": step}, at / f"epoch_{epoch:03}.pt")


def _lightning(state: dict[str, Any], step: int, epoch: int) -> dict[str, Any]:
    kept = {
        "epoch": epoch - 1,
        "global_step": step,
        "pytorch-lightning_version": "2.4.0",
        "state_dict": {f"model.{name}": value for name, value in state["model"].items()},
        "optimizer_states": [state["optimizer"]] if "optimizer" in state else [],
        "lr_schedulers": [state["scheduler"]] if "scheduler" in state else [],
    }
    if "ema" in state:
        kept["ema_state_dict"] = {f"model.{name}": value for name, value in state["ema"].items()}
    if "scaler" in state:
        kept["MixedPrecision"] = state["scaler"]
    return kept


def _mmengine(state: dict[str, Any], step: int, epoch: int) -> dict[str, Any]:
    kept = {"meta": {"epoch": epoch, "iter": step}, "state_dict": state["model"]}
    if "optimizer" in state:
        kept["optimizer"] = state["optimizer"]
    if "scheduler" in state:
        kept["param_schedulers"] = [state["scheduler"]]
    if "ema" in state:
        kept["ema_state_dict"] = {f"module.{name}": value for name, value in state["ema"].items()} | {"steps": step}
    if "scaler" in state:
        kept["loss_scaler"] = state["scaler"]
    return kept


def _hf(state: dict[str, Any], at: Path) -> None:
    at.mkdir(parents=True, exist_ok=True)
    torch.save(state["model"], at / "pytorch_model.bin")
    for part, name in (("optimizer", "optimizer.pt"), ("scheduler", "scheduler.pt"), ("scaler", "scaler.pt")):
        if part in state:
            torch.save(state[part], at / name)
