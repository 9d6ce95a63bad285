"""A loss or score whose level itself goes up and down, by more than it still gets better."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from diagnose.finding import Evidence, Fact, Unsure, too_few
from diagnose.measure import changes, finite, median, places, quantiles
from diagnose.run import Curve, Series, Steps
from diagnose.together import together
from diagnose.unsettled import unsettled
from kb.text import Text


def swinging(
    losses: tuple[Series, ...],
    rate: Series | None,
    evaluated: tuple[Series, ...],
    scores: tuple[Series, ...],
    *,
    points: float,
    warm: float,
    swing: float,
    dwarfs: float,
    turns: float,
    calms: float,
    jumping: float,
    jumping_loss: float,
    wild: float,
) -> list[Evidence] | Unsure | None:
    """Point at the part of a loss behind the first share ``warm`` of the run, when its levels swing.

    Levels are means of blocks of equal length, so that the noise of single batches averages out; a swing is the
    median step from one level to the next. It must be a share ``swing`` of the size of the loss, ``dwarfs``
    times what the loss still came down per block, three times the noise that is left in a mean, and the levels
    must turn back at a share ``turns`` of the blocks, or the curve repeat itself (cause ``epoch-periodic``).
    Steps from point to point count as swings when they fell by ``calms`` where the learning rate fell to a
    third (cause ``rate``): noise does not calm down with the rate.

    Validation losses and scores jump (causes ``evaluation`` and ``lottery``) as `diagnose.unsettled` tells: by a share
    ``jumping_loss`` or ``wild`` of the one, ``jumping`` of the other.
    """
    looked = (*losses, *evaluated, *(mean for mean, _ in together(scores)))
    if not looked:
        what = Text("neither a loss nor a Dice or IoU was logged", "既没有损失，也没有 Dice 或 IoU")
        return Unsure(what)
    if all(len(finite(one)[1]) < points for one in looked):
        return too_few(looked[0], points)
    long = [one for one in losses if len(finite(one)[1]) >= points]
    found = [seen for one in long if (seen := _swings(one, rate, warm, swing, dwarfs, turns, calms)) is not None]
    return [*found, *unsettled(evaluated, scores, points, warm, jumping, jumping_loss, wild)]


def _swings(
    loss: Series, rate: Series | None, warm: float, swing: float, dwarfs: float, turns: float, calms: float
) -> Evidence | None:
    steps, values = finite(loss)
    begin = int(warm * len(values))
    rest = values[begin:]
    level = median(rest)
    facts: dict[str, Fact] = {"level": level}
    restless, calm = _unrest(rate, steps[begin:], rest)
    if restless >= calms * calm and restless >= swing * abs(level):
        facts |= {"swing": restless, "calm": calm}
        return Evidence(loss.name, int(steps[begin]), int(steps[-1]), facts, "rate")
    low, high = quantiles(rest, 0.03, 0.97)
    calmed = np.minimum(np.maximum(rest, low), high)  # single spikes are told elsewhere
    spread = float(calmed.std())
    if spread >= swing * abs(level) and (period := _period(calmed)):
        facts |= {"swing": spread, "period": period}
        fall = median(rest[:period]) - median(rest[-period:])
        if spread >= dwarfs * abs(fall) * period / len(rest):
            return Evidence(loss.name, int(steps[begin]), int(steps[-1]), facts, "epoch-periodic")
    parts = _parts(calmed)
    levels = parts.mean(axis=1)
    moves = changes(levels)
    size = median(np.abs(moves))
    fall = float(levels[: len(levels) // 2].mean() - levels[len(levels) // 2 :].mean())
    pace = max(fall, 0.0) / (len(levels) / 2)
    if size < swing * abs(median(levels)) or size < dwarfs * pace:
        return None
    back = float(np.mean(np.sign(moves[1:]) != np.sign(moves[:-1])))
    if size < 3 * _noise(parts) or back < turns:
        return None
    facts |= {"swing": size, "pace": pace}
    return Evidence(loss.name, int(steps[begin]), int(steps[-1]), facts, "")


def _parts(values: Curve) -> Curve:
    """The curve in 24 blocks of points [k, width]; of a short curve each point is a block."""
    count = 24 if len(values) >= 48 else len(values)
    width = len(values) // count
    return values[: count * width].reshape(count, width)


def _noise(parts: Curve) -> float:
    """The noise that is left in the mean of a block."""
    width = parts.shape[1]
    return median(parts.std(axis=1)) / float(np.sqrt(width)) if width > 2 else 0.0


def _period(values: Curve) -> int:
    """The distance at which the curve repeats itself at least three times, in points; 0 for none."""
    if len(values) < 24:
        return 0
    if (several := len(values) // 4096) > 1:
        return several * _period(values[: len(values) // several * several].reshape(-1, several).mean(axis=1))
    x = _line(len(values))
    flat = values - values.mean() - x * float(x @ values) / float(x @ x)
    size = 2 ** int(np.ceil(np.log2(2 * len(flat))))
    wave = np.fft.irfft(np.abs(np.fft.rfft(flat, size)) ** 2)[: len(flat) // 3]
    if len(wave) < 6 or wave[0] <= 0:
        return 0
    wave = wave / wave[0] * len(flat) / (len(flat) - np.arange(len(wave)))  # fewer pairs lie further apart
    valley = int(np.argmax(wave < 0))
    inner = places((wave[1:-1] >= wave[:-2]) & (wave[1:-1] >= wave[2:])) + 1
    peaks = inner[inner > valley]
    if valley == 0 or not len(peaks) or wave[peaks].max() < 0.4:
        return 0
    at = int(peaks[np.argmax(wave[peaks] >= 0.8 * wave[peaks].max())])  # the shortest of the distances that serve
    return at if at >= 8 else 0


@lru_cache(maxsize=16)
def _line(count: int) -> Curve:
    return np.linspace(-1, 1, count)


def _unrest(rate: Series | None, steps: Steps, values: Curve) -> tuple[float, float]:
    """The median step to and fro at a high rate, and after it had fallen to a third; 0, 1 without both."""
    own, rates = finite(rate) if rate is not None else (steps[:0], values[:0])
    if len(rates) == 0:
        return 0.0, 1.0
    beside = rates[np.maximum(np.searchsorted(own, steps, side="right") - 1, 0)]
    top = beside.max()
    high, low = beside >= 0.8 * top, beside <= top / 3
    if np.count_nonzero(high) < 5 or np.count_nonzero(low) < 5:
        return 0.0, 1.0
    before, after = (median(np.abs(changes(changes(values[where])))) / 2 for where in (high, low))
    return before, after  # second differences: a smooth fall is no unrest
