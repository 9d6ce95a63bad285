"""Curves of any kind: a detector answers, says nothing, or says that it cannot tell; it never stumbles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.binding import bind
from diagnose.finding import Evidence, Unsure, Verdict
from diagnose.run import Series
from tests.built_in import LIBRARY

SYMPTOMS = (
    "loss-diverging", "loss-spikes", "val-below-train", "still-improving", "lr-reset", "grad-norm-exploding",
    "grad-norm-vanishing", "grad-clipping-saturated", "data-loading-bottleneck", "gpu-underused", "throughput-drop",
    "metric-impossible", "metric-plateau", "loss-oscillating", "log-discontinuity", "lr-too-low", "lr-too-high",
    "lr-stepped-per-batch", "overfitting", "loss-not-decreasing", "metric-constant",
)  # fmt: skip
ENTRIES = {name: LIBRARY[name] for name in SYMPTOMS}
VALUES = st.one_of(
    st.floats(-1e100, 1e100),
    st.sampled_from([0.0, 1.0, -1.0, 100.0, 1e-300, float("nan"), float("inf"), -float("inf")]),
)
RUNS = st.one_of(
    st.lists(VALUES, max_size=60),
    st.builds(lambda one, count: [one] * count, VALUES, st.integers(0, 60)),
    st.builds(lambda a, b, count: [a] * count + [b] * count, VALUES, VALUES, st.integers(0, 40)),
)
CURVES = st.builds(lambda values, stride: drawn("curve", values, stride), RUNS, st.integers(1, 1000))


def drawn(name: str, values: list[float], stride: int = 1) -> Series:
    return Series(name, np.arange(len(values), dtype=np.int64) * stride, np.array(values, dtype=float))


def looked(symptom: str, curves: list[Series | None]):
    """What the check says of these curves, one for each of its looks; a look at all gets the one."""
    bound = bind(ENTRIES[symptom])
    padded = [*curves, *[None] * len(bound.looks)]
    shown = {}
    for (name, look), one in zip(bound.looks.items(), padded, strict=False):
        if look == "settings":
            shown[name] = {}
            continue
        shown[name] = one if look in ("each", "companion") else (one,) if one is not None and look == "all" else ()
    answer = bound.detector(**shown, **bound.check.with_)
    return answer[0] if isinstance(answer, list) and answer else answer or None


@pytest.mark.parametrize("symptom", SYMPTOMS)
@settings(max_examples=40, deadline=None)
@given(curve=CURVES, second=st.none() | CURVES, third=st.none() | CURVES)
def test_any_curve_gets_an_answer_that_can_be_said(symptom, curve, second, third):
    answer = looked(symptom, [curve, second, third])

    assert answer is None or isinstance(answer, Evidence | Unsure)
    if isinstance(answer, Evidence):
        assert answer.cause in ENTRIES[symptom].causes or not answer.cause
        shown = [one for one in (curve, second, third) if one is not None and len(one)]
        assert min(one.steps[0] for one in shown) <= answer.first <= answer.last <= max(one.steps[-1] for one in shown)
        cause = ENTRIES[symptom].causes.get(answer.cause)
        message = (cause and cause.message) or ENTRIES[symptom].check.message
        assert message.format(subject=answer.subject, first=answer.first, last=answer.last, **answer.facts)


@pytest.mark.parametrize("symptom", SYMPTOMS)
@settings(max_examples=20, deadline=None)
@given(
    level=st.floats(0.05, 1), noise=st.floats(0, 0.2), pace=st.floats(0.02, 0.1), count=st.integers(20, 300),
    seed=st.integers(0, 99),
)  # fmt: skip
def test_a_noisy_fall_to_a_level_raises_no_alarm(symptom, level, noise, pace, count, seed):
    t = np.arange(count) / count
    rough = np.exp(noise * np.random.default_rng(seed).standard_normal(count))
    fall = drawn("curve", list((level + np.exp(-t / pace)) * rough))
    rate = drawn("rate", list(1e-3 * (1 + np.cos(np.pi * t)) / 2))
    speed = drawn("speed", list(60 * rough))
    busy = drawn("busy", list(np.minimum(100.0, 90 * rough)))
    short = drawn("short", list(0.01 * rough))
    subjects = {
        "lr-reset": [rate],
        "throughput-drop": [speed],
        "metric-impossible": [drawn("score", list(0.9 / (1 + np.exp(-np.asarray(fall.values) % 1))))],
        "metric-plateau": [drawn("score", list(0.9 * (1 - np.exp(-t / pace))))],
        "metric-constant": [fall, None],
        "lr-stepped-per-batch": [rate],
        "lr-too-low": [fall, rate],
        "lr-too-high": [fall, rate],
        "log-discontinuity": [fall, rate],
        "loss-oscillating": [rate],
        "overfitting": [fall, fall, None],
        "gpu-underused": [busy],
        "data-loading-bottleneck": [short, drawn("whole", list(0.3 * rough))],
        "val-below-train": [fall, fall],
        "still-improving": [fall, fall, rate],
    }

    answer = looked(symptom, subjects.get(symptom, [fall, None]))

    severity = Verdict(ENTRIES[symptom], "found", answer).severity if isinstance(answer, Evidence) else "info"
    assert severity == "info" or answer.cause == "returns-at-once"
