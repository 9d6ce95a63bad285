"""A curve as inline SVG, with the stretch of steps in question marked."""

from __future__ import annotations

import html
import itertools

import numpy as np

from diagnose.drawing import by_logarithm
from diagnose.run import Curve, Series, Steps
from kb.neutral import neutral
from kb.text import Lang, Text

_WIDE, _HIGH = 640, 140
_COLUMNS = 320  # of each the lowest and the highest value are drawn, so that no spike is lost


def svg(series: Series, first: int | None, last: int | None, lang: Lang) -> str:
    """The curve by its steps; empty with fewer than two points to draw. NaN and infinity are ticks at the bottom."""
    finite = np.isfinite(series.values)
    if finite.sum() < 2 or series.steps[0] == series.steps[-1]:
        return ""
    steps, values = series.steps[finite], series.values[finite]
    logarithm = by_logarithm(values)
    low, high = float(values.min()), float(values.max())
    drawn = np.log(values) if logarithm else values / max(abs(low), abs(high), 1e-300)  # a span must not overflow
    floor, span = drawn.min(), np.ptp(drawn)
    start, stop = float(series.steps[0]), float(series.steps[-1])

    def across(step: float) -> float:
        return (min(max(float(step), start), stop) - start) / (stop - start) * _WIDE

    name = html.escape(neutral(series.name))
    parts = [f'<svg viewBox="0 0 {_WIDE} {_HIGH}" role="img" aria-label="{name}"><title>{name}</title>']
    if first is not None and last is not None:
        left, right = across(first), across(last)
        parts.append(
            f'<rect class="stretch" x="{left:.1f}" y="0" width="{max(right - left, 2):.1f}" height="{_HIGH}"/>'
        )
    height = (drawn - floor) / span if span > 0 else np.full(len(drawn), 0.5)
    kept = _extremes(steps, height)
    points = " ".join(f"{across(steps[at]):.1f},{_HIGH - 6 - height[at] * (_HIGH - 12):.1f}" for at in kept)
    parts.append(f'<polyline points="{points}"/>')
    broken = sorted({round(across(step)) for step in series.steps[~finite]})
    parts += [f'<path class="broken" d="M{at} {_HIGH}v-10"/>' for at in broken]
    scale = Text(", log scale", "，对数刻度").of(lang) if logarithm else ""
    steps_said = f"{Text('steps', '步').of(lang)} {series.steps[0]}-{series.steps[-1]}{scale}"
    colon, semicolon = ("：", "；") if lang == "zh" else (": ", "; ")
    axis = f"{name}{colon}{low:.4g} … {high:.4g}{semicolon}{steps_said}"
    return "".join([*parts, "</svg>", f"<p class=axis>{axis}</p>"])


def _extremes(steps: Steps, height: Curve) -> list[int]:
    """Which points to draw: of every column the lowest and the highest, in their order, and the two ends."""
    if len(steps) <= 2 * _COLUMNS:
        return list(range(len(steps)))
    edges = np.unique(np.linspace(0, len(steps), _COLUMNS + 1).astype(int))
    kept = {0, len(steps) - 1}
    for a, b in itertools.pairwise(edges):
        kept |= {int(a + height[a:b].argmin()), int(a + height[a:b].argmax())}
    return sorted(kept)
