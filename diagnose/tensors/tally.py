"""Running minimum, maximum, mean and spread over pieces of a tensor, exact to float64."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# OpenBLAS hands dot products of more than 10 000 elements to threads, which costs more than it saves here and
# a hundred times as much where the cores are busy.
UNDIVIDED = 1 << 13


@dataclass
class Tally:
    """What has been seen so far; ``squares`` is the sum of squared distances from ``mean``."""

    count: int = 0
    low: float = math.nan
    high: float = math.nan
    mean: float = 0.0
    squares: float = 0.0
    zeros: int = 0
    nonfinite: int = 0

    def add(self, numbers: NDArray[np.float64], times: int = 1) -> None:
        """Count a piece, each element ``times`` over."""
        if not numbers.size:
            return
        low, high = float(numbers.min()), float(numbers.max())
        if not (math.isfinite(low) and math.isfinite(high)):
            finite = numbers[np.isfinite(numbers)]
            self.nonfinite += (numbers.size - finite.size) * times
            self.add(finite, times)
            return
        if low <= 0 <= high:
            self.zeros += (numbers.size - int(np.count_nonzero(numbers))) * times
        if low == high:
            self.merge(numbers.size * times, low, high, low, 0.0)
            return
        mean = float(numbers.mean())
        if not math.isfinite(mean):  # the sum, not the mean, is too large for a float64
            mean = float((numbers / numbers.size).sum())
        away = numbers - mean
        self.merge(numbers.size * times, low, high, mean, inner(away, away) * times)

    def add_zeros(self, count: int) -> None:
        """Count elements that are zero without being stored."""
        if count > 0:
            self.zeros += count
            self.merge(count, 0.0, 0.0, 0.0, 0.0)

    def merge(self, count: int, low: float, high: float, mean: float, squares: float) -> None:
        """Join what was found of ``count`` further finite elements."""
        # Chan, Golub and LeVeque's way of joining two samples.
        total = self.count + count
        if self.count == 0:
            self.low, self.high, self.mean, self.squares = low, high, mean, squares
        else:
            apart = mean - self.mean
            self.squares += squares + apart * apart * (self.count / total * count)
            self.mean += apart * (count / total)
            self.low, self.high = min(self.low, low), max(self.high, high)
        self.count = total

    def facts(self) -> tuple[float, float, float, float, int, int]:
        """Minimum, maximum, mean and population standard deviation of the finite elements; zeros; non-finite ones."""
        if self.count == 0:
            return math.nan, math.nan, math.nan, math.nan, self.zeros, self.nonfinite
        if self.low == self.high:
            return self.low, self.high, self.low, 0.0, self.zeros, self.nonfinite
        spread = math.sqrt(self.squares / self.count) if self.squares < math.inf else math.inf
        return self.low, self.high, self.mean, spread, self.zeros, self.nonfinite


def inner(left: NDArray[np.float64], right: NDArray[np.float64]) -> float:
    """The dot product of two rows."""
    cuts = range(0, left.size, UNDIVIDED)
    return sum(float(left[at : at + UNDIVIDED].dot(right[at : at + UNDIVIDED])) for at in cuts)
