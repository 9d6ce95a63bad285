"""A gradient scaler whose scale has fallen so low that it no longer scales."""

from __future__ import annotations

import math

import numpy as np

from diagnose.finding import Evidence, Unsure
from diagnose.measure import finite
from diagnose.run import Checkpoint, Series
from kb.text import Text

_USUAL = 65536.0  # where torch's scaler starts
_SMALLEST = 2.0**-149  # of float32: below it the scale is zero


def fallen_scale(
    checkpoints: tuple[Checkpoint, ...], scales: tuple[Series, ...], *, floor: float, points: float, halved: float
) -> Evidence | Unsure | None:
    """Point at the last saved scaler if its scale is below ``floor``; else at a logged scale that fell there.

    Causes of a saved one: ``overflowing`` (the step before saving was skipped), ``holding`` (steps pass); none when it
    is not told. A curve of ``points`` values must end at ``floor`` or below, ``halved`` times halved since its peak:
    ``falling`` when its last values still fall, or are 0.
    """
    known = [one for one in checkpoints if math.isfinite(one.scaler.get("scale", math.nan))]
    logged = [one for one in scales if len(finite(one)[1]) >= points]
    if not known and not logged:
        what = f"no gradient scaler was saved, and no {points:.0f} values of its scale were logged"
        return Unsure(Text(what, f"没有保存梯度缩放器，也没有记录 {points:.0f} 个以上的缩放值"))
    saved = _saved(known[-1], floor) if known else None
    return saved or next(filter(None, (_sunk(one, floor, int(points), halved) for one in logged)), None)


def _saved(last: Checkpoint, floor: float) -> Evidence | None:
    scale, good_steps = last.scaler["scale"], last.scaler.get("_growth_tracker")
    if scale >= floor:
        return None
    cause = "" if good_steps is None else "holding" if good_steps > 0 and scale > 0 else "overflowing"
    return Evidence(last.path.name, last.step, last.step, _facts(scale), cause)


def _sunk(curve: Series, floor: float, few: int, halved: float) -> Evidence | None:
    """A scale that came down and did not come up again; one that is 0 all along is of a scaler that is switched off."""
    steps, values = finite(curve)
    scale, at = float(values[-1]), int(np.argmax(values))
    peak = float(values[at])
    if scale > floor or scale < 0 or peak <= 0 or peak < scale * 2.0**halved:
        return None
    recent = values[-few:]
    sinking = scale == 0 or (recent[-1] < recent[0] and bool((recent[1:] <= recent[:-1]).all()))
    facts = {**_facts(scale), "peak": peak}
    return Evidence(curve.name, int(steps[at]), int(steps[-1]), facts, "falling" if sinking else "")


def _facts(scale: float) -> dict[str, float]:
    return {"scale": scale, "halvings": math.log2(_USUAL / max(scale, _SMALLEST))}
