"""A gradient scaler whose scale has fallen so low that it no longer scales."""

from __future__ import annotations

import math

from diagnose.finding import Evidence, Unsure
from diagnose.run import Checkpoint
from kb.text import Text

_USUAL = 65536.0  # where torch's scaler starts
_SMALLEST = 2.0**-149  # of float32: below it the scale is zero


def fallen_scale(checkpoints: tuple[Checkpoint, ...], *, floor: float) -> Evidence | Unsure | None:
    """Point at the last saved scaler if its scale is below ``floor``.

    Causes: ``overflowing`` (the step before saving was skipped), ``holding`` (steps pass); none when it is not told.
    """
    known = [one for one in checkpoints if math.isfinite(one.scaler.get("scale", math.nan))]
    if not known:
        return Unsure(Text("no gradient scaler was saved", "没有保存梯度缩放器"))
    last = known[-1]
    scale, good_steps = last.scaler["scale"], last.scaler.get("_growth_tracker")
    if scale >= floor:
        return None
    cause = "" if good_steps is None else "holding" if good_steps > 0 and scale > 0 else "overflowing"
    facts = {"scale": scale, "halvings": math.log2(_USUAL / max(scale, _SMALLEST))}
    return Evidence(last.path.name, last.step, last.step, facts, cause)
