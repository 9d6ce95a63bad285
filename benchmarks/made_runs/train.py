"""The training loop of every made run: honest unless something meddles with it."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.made_runs.build import (
    NETWORKS,
    flipped,
    gate_names,
    optimizer_of,
    schedule_of,
    trained_parameters,
)
from benchmarks.made_runs.checkpoints import save, state_of
from benchmarks.made_runs.history import History
from benchmarks.made_runs.meddling import Meddle, Numbers
from benchmarks.made_runs.objectives import loss_of, merit, scores
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.states import state_facts
from benchmarks.made_runs.tasks import draw_data
from benchmarks.made_runs.writers import Nothing, Writer, writer_of


class Training:
    """One run; what meddling methods are handed. ``folder`` None leaves nothing behind."""

    def __init__(self, recipe: Recipe, meddle: Meddle, folder: Path | None) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(recipe.seed)
        self.recipe, self.meddle, self.folder = recipe, meddle, folder
        self.jitter = np.random.default_rng(recipe.seed)
        self.honest = draw_data(recipe)
        self.data = meddle.data(copy.copy(self.honest), recipe)
        self.loss_of = loss_of(recipe)
        self.network = NETWORKS[recipe.network](recipe)
        if recipe.pretrained:
            self._pretrain(recipe.pretrained)
        for name, one in self.network.named_parameters():
            if recipe.frozen and name.startswith(tuple(recipe.frozen.split())):
                one.requires_grad_(False)
        meddle.network(self.network)
        self._equip()
        self.begun = {name: value.clone() for name, value in self.network.state_dict().items()}
        self.ema = copy.deepcopy(self.network).eval() if recipe.ema else None
        self.step = self.epoch = 0
        self.clock = 0.0
        self.history = History()
        self.log: Writer = writer_of(recipe, folder) if folder else Nothing()

    def _equip(self) -> None:
        """Build optimizer, schedule and loss scaler."""
        recipe = self.recipe
        self.optimizer = optimizer_of(recipe, self.meddle.groups(self.network, recipe))
        self.schedule = self.meddle.schedule(schedule_of(recipe, self.optimizer), self)
        self.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**12, growth_interval=200, enabled=recipe.amp)
        self.meddle.built(self)

    def run(self) -> History:
        """Train to the end."""
        recipe = self.recipe
        kept = {round(recipe.epochs * (at + 1) / recipe.saves) for at in range(recipe.saves)}
        for epoch in range(1, recipe.epochs + 1):
            self.epoch = epoch
            losses, line = self._one_epoch()
            self.schedule.step("epoch", self.history.losses[-1])
            line |= {"loss": sum(losses) / len(losses)}
            found = self._evaluate()
            self.history.epoch_losses.append(line["loss"])
            self.log.epoch(self.step, epoch, line, found, self.clock)
            if self.folder and epoch in kept and recipe.save != "none":
                save(self.meddle.saved(self, state_of(self)), recipe, self.folder, self.step, epoch)
            if epoch == recipe.resume_at:
                self._resume()
        self.log.close()
        self.history.facts |= state_facts(self, self.begun)
        return self.history

    def _one_epoch(self) -> tuple[list[float], Numbers]:
        recipe, losses, line = self.recipe, [], {}
        order = self.meddle.order(self, torch.randperm(len(self.data.x)))
        for picked in order.split(recipe.batch):
            x, y = self.data.x[picked], self.data.y[picked]
            if recipe.augment:
                x, y = flipped(x, y, recipe.task)
            rate = self.optimizer.param_groups[0]["lr"]
            numbers = self._learn(*self.meddle.batch(self, x, y))
            self.step += 1
            waiting, computing = self.meddle.seconds(self)
            self.clock += waiting + computing
            line = self._line(numbers, rate, waiting, computing)
            losses.append(numbers["loss"])
            self.history.losses.append(numbers["loss"])
            self.history.norms.append(numbers["grad_norm"])
            self.history.rates.append(rate)
            self.schedule.step("batch")
            if recipe.every and self.step % recipe.every == 0:
                self.log.line(self.step, self.epoch, line, self.clock)
        return losses, line

    def _learn(self, x: Tensor, y: Tensor) -> Numbers:
        """One step on one batch: the loss before it, its parts, and the norm of the gradient."""
        self.meddle.mode(self)
        self.optimizer.zero_grad()
        parts = self.meddle.loss(self, self.loss_of(self.network(x), y))
        self.scaler.scale(parts["loss"]).backward()
        self.scaler.unscale_(self.optimizer)
        self.meddle.gradients(self)
        reach = [one for _, one in trained_parameters(self.network)]
        norm = float(nn.utils.clip_grad_norm_(reach, self.recipe.clip or math.inf))
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.meddle.stepped(self)
        if self.ema is not None:
            self._average()
        return {**{name: part.item() for name, part in parts.items()}, "grad_norm": norm}

    @torch.no_grad()
    def _average(self) -> None:
        pace = self.meddle.pace(self)
        for mean, one in zip(self.ema.state_dict().values(), self.network.state_dict().values(), strict=True):
            mean.copy_(one if not mean.is_floating_point() else mean.lerp(one, 1 - pace))

    def _line(self, numbers: Numbers, rate: float, waiting: float, computing: float) -> Numbers:
        """What is logged with the loss of a step."""
        tells = self.recipe.tells
        line = {name: value for name, value in numbers.items() if name != "grad_norm"}
        if "lr" in tells:
            line["lr"] = rate
        if "grad-norm" in tells:
            line["grad_norm"] = numbers["grad_norm"]
        if "clipped-norm" in tells:
            line["grad_norm"] = min(numbers["grad_norm"], self.recipe.clip or math.inf)
        if "time" in tells:
            busy = computing / (waiting + computing)
            used = self.meddle.utilisation(self, busy)
            line |= {"data_time": waiting, "step_time": waiting + computing, "gpu_util": used}
        if "gate" in tells:
            gates = dict(self.network.named_parameters())
            line |= {name: gates[name].abs().mean().item() for name in gate_names(self.network)}
        return line

    def _evaluate(self) -> Numbers:
        """Validate twice: as the loop does, for the log, and as it should, for the truth."""
        tells, said = self.recipe.tells, {}
        judged = self.meddle.judged(self)
        found = self._validate(judged, self.data.val_x, self.data.val_y)
        found = self.meddle.report(self, found)
        before = {name: value.clone() for name, value in self.network.state_dict().items() if "running" in name}
        honest = self._validate(self.network.eval(), self.honest.val_x, self.honest.val_y)
        self.network.load_state_dict(before, strict=False)
        self.history.val_losses.append(honest.pop("val_loss"))
        self.history.merits.append(merit(self.recipe.task, honest))
        self.history.said_losses.append(found["val_loss"])
        self.history.said.append(merit(self.recipe.task, found))
        if "val" in tells:
            said["val_loss"] = found.pop("val_loss")
        if "metric" in tells:
            said |= {name: value for name, value in found.items() if name != "val_loss"}
        return said

    @torch.no_grad()
    def _validate(self, network: nn.Module, x: Tensor, y: Tensor) -> Numbers:
        output = network(x)
        parts = self.loss_of(output, y)
        share = 1.0 if not self.recipe.loss.endswith("-sum") else self.recipe.batch / len(x)
        return {"val_loss": parts["loss"].item() * share, **scores(self.recipe.task, output, y)}

    def _resume(self) -> None:
        """Stop and go on from what was saved, in objects built anew; nothing is lost unless something meddles."""
        self.history.resumed_at = self.step
        state = self.meddle.restored(self, copy.deepcopy(state_of(self)))
        self.network.load_state_dict(state["model"])
        self._equip()
        if "optimizer" in state:
            self.optimizer.load_state_dict(state["optimizer"])
        if "scheduler" in state and self.schedule.scheduler is not None:
            self.schedule.scheduler.load_state_dict(state["scheduler"])
        if "scaler" in state and self.recipe.amp:
            self.scaler.load_state_dict(state["scaler"])
        self.meddle.resumed(self)
        self.log.resume(self.step)

    def _pretrain(self, steps: int) -> None:
        """Train on other examples of the same kind; the run that follows is a fine-tuning."""
        import dataclasses

        other = draw_data(dataclasses.replace(self.recipe, data_seed=self.recipe.data_seed + 7, label_noise=0.0))
        learner = torch.optim.Adam(self.network.parameters(), lr=5e-3)
        for _ in range(steps):
            picked = torch.randint(0, len(other.x), (16,))
            learner.zero_grad()
            self.loss_of(self.network(other.x[picked]), other.y[picked])["loss"].backward()
            learner.step()
        for module in self.network.modules():  # a downloaded checkpoint that was converted counts from zero again
            if isinstance(module, nn.BatchNorm2d):
                module.num_batches_tracked.zero_()
        if self.recipe.network == "lora-mlp":
            for name, one in self.network.named_parameters():
                if "lora_B" in name:
                    nn.init.zeros_(one)
