"""What really happened in a run, whatever its log says."""

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Outcome = dict[str, float]


@dataclass
class History:
    """Training loss and rate of every step; honest validation (clean data, final weights, eval mode) of every epoch."""

    losses: list[float] = field(default_factory=list)
    norms: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    epoch_losses: list[float] = field(default_factory=list)
    val_losses: list[float] = field(default_factory=list)
    merits: list[float] = field(default_factory=list)
    said: list[float] = field(default_factory=list)  # the metric as it was logged
    said_losses: list[float] = field(default_factory=list)
    resumed_at: int = 0
    facts: Outcome = field(default_factory=dict)  # what a mistake measured of itself

    def outcome(self) -> Outcome:
        """The numbers by which runs are compared; losses are medians of the first and last twentieth of the steps."""
        losses, rates = np.array(self.losses), np.array(self.rates)
        few = max(3, len(losses) // 20)
        bad = ~np.isfinite(losses)
        val, merits = np.array(self.val_losses), np.array(self.merits)
        said = np.array(self.said)
        first, last = _median(losses[:few]), _median(losses[-few:])
        return {
            "steps": float(len(losses)),
            "first_loss": first,
            "last_loss": last,
            "least_loss": _least(_smooth(losses, few)),
            "epoch_loss_last": _median(losses[-max(few, len(losses) // max(1, len(val))) :]),
            "nonfinite_share": float(bad.mean()) if len(bad) else 0.0,
            "spike_ratio": _spike(losses, few),
            "val_first": float(val[0]) if len(val) else math.nan,
            "val_least": _least(val),
            "val_last": _median(val[-3:]),
            "merit_first": float(merits[0]) if len(merits) else math.nan,
            "merit_best": _least(-merits) * -1,
            "merit_last": _median(merits[-3:]),
            "said_last": _median(said[-3:]) if len(said) else math.nan,
            "said_most": float(np.nanmax(said)) if len(said) else math.nan,
            "said_least": float(np.nanmin(said)) if len(said) else math.nan,
            "said_constant": float(len(said) > 4 and bool(np.all(said[2:] == said[-1]))),
            "said_val_last": _median(np.array(self.said_losses[-3:])),
            "rate_most": float(rates.max()) if len(rates) else math.nan,
            "rate_last": float(rates[-1]) if len(rates) else math.nan,
            "rate_dead_share": float((rates <= 1e-3 * rates.max()).mean()) if len(rates) else math.nan,
            "rate_returns": _returns(rates),
            "norm_ratio": float(np.nanmax(self.norms) / _median(np.array(self.norms))),
            "val_below_share": float(np.mean(np.array(self.said_losses) < 0.9 * np.array(self.epoch_losses))),
            "loss_before_resume": _median(losses[max(0, self.resumed_at - few) : self.resumed_at]),
            "loss_after_resume": _median(losses[self.resumed_at : self.resumed_at + few]),
            **self.facts,
        }


def _median(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


def _least(values: NDArray[np.float64]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.min()) if len(finite) else math.nan


def _smooth(values: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    whole = values[: len(values) // width * width].reshape(-1, width)
    return np.array([_median(block) for block in whole])


def _spike(values: NDArray[np.float64], width: int) -> float:
    """The highest single loss of the later nine tenths against the median loss around it."""
    worst = 0.0
    for at in range(len(values) // 10, len(values)):
        around = _median(values[max(0, at - width) : at + width + 1])
        if np.isfinite(values[at]) and around > 0:
            worst = max(worst, float(values[at]) / around)
    return worst


def _returns(rates: NDArray[np.float64]) -> float:
    """How often the rate came back above four fifths of its height after it was below a fifth of it."""
    height, low, times = float(rates.max(initial=0.0)), False, 0
    for rate in rates:
        if rate < 0.2 * height:
            low = True
        elif low and rate > 0.8 * height:
            low, times = False, times + 1
    return float(times)
