"""Where a mistake can enter a training loop: one method for each place, none of which does anything by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from benchmarks.made_runs.build import Schedule, trained_parameters
from benchmarks.made_runs.objectives import Parts
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.tasks import Data

if TYPE_CHECKING:
    from benchmarks.made_runs.train import Training

Numbers = dict[str, float]


class Meddle:
    """A training loop as it should be; a mistake overrides the method of the place where it is made."""

    def data(self, data: Data, recipe: Recipe) -> Data:
        """What the network is trained on and judged by."""
        del recipe
        return data

    def network(self, network: nn.Module) -> None:
        """Called when the network is new."""

    def groups(self, network: nn.Module, recipe: Recipe) -> list[dict[str, Any]]:
        """What the optimizer is given."""
        del recipe
        return [{"params": [one for _, one in trained_parameters(network)]}]

    def schedule(self, schedule: Schedule, training: Training) -> Schedule:
        """The schedule, as the loop steps it."""
        del training
        return schedule

    def built(self, training: Training) -> None:
        """Called when optimizer and schedule are built."""

    def order(self, training: Training, order: Tensor) -> Tensor:
        """The order of examples in an epoch."""
        del training
        return order

    def batch(self, training: Training, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        """One batch, before the network sees it."""
        del training
        return x, y

    def mode(self, training: Training) -> None:
        """Called before each step."""
        training.network.train()

    def loss(self, training: Training, parts: Parts) -> Parts:
        """The loss that is trained on and logged."""
        del training
        return parts

    def gradients(self, training: Training) -> None:
        """Called between backward and the step."""

    def stepped(self, training: Training) -> None:
        """Called after each step."""

    def judged(self, training: Training) -> nn.Module:
        """The network that validation runs, in the mode it runs in."""
        return training.network.eval()

    def report(self, training: Training, numbers: Numbers) -> Numbers:
        """What validation says it found."""
        del training
        return numbers

    def seconds(self, training: Training) -> tuple[float, float]:
        """Seconds a step waits for data, and seconds it computes; a made-up clock with honest jitter."""
        jitter = training.jitter
        return 0.004 * float(jitter.lognormal(0, 0.3)), 0.08 * float(jitter.lognormal(0, 0.05))

    def utilisation(self, training: Training, busy: float) -> float:
        """Percent of the time the card is busy, when the step computes a share ``busy`` of its time."""
        return min(100.0, 97 * busy * float(training.jitter.lognormal(0, 0.02)))

    def pace(self, training: Training) -> float:
        """The share of itself that the average of the weights keeps at a step; low at first."""
        return min(training.recipe.ema, (1 + training.step) / (10 + training.step))

    def saved(self, training: Training, state: dict[str, Any]) -> object:
        """What is written to the file."""
        del training
        return state

    def restored(self, training: Training, state: dict[str, Any]) -> dict[str, Any]:
        """What is found again at a resume; a missing part starts anew."""
        del training
        return state

    def resumed(self, training: Training) -> None:
        """Called when training goes on after a resume."""
