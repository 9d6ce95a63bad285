"""Whatever checkpoints hold, the checks that look at them answer; none of them breaks."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from diagnose.binding import bind
from diagnose.engine import judge
from diagnose.run import Checkpoint, Group, Optimizer, Run, Tensor
from tests.built_in import LIBRARY, recogniser

RECOGNISER = recogniser()
CHECKS = [
    entry
    for entry in LIBRARY.values()
    if entry.check and entry.check.detector and "checkpoints" in bind(entry).looks.values()
]
NAMES = (
    "a.weight",
    "a.bias",
    "a.gamma",
    "module.a.weight",
    "bn.weight",
    "bn.running_mean",
    "bn.num_batches_tracked",
    "w",
)
NUMBER = st.one_of(st.sampled_from([0.0, 1.0, 1e-45, 65504.0, 1e300, float("nan"), float("inf")]), st.floats(-1e6, 1e6))


@st.composite
def tensors(draw):
    shape = draw(st.sampled_from([(), (0,), (1,), (3,), (2, 3), (0, 4)]))
    return Tensor(
        draw(st.sampled_from(NAMES)), draw(st.sampled_from(["float32", "bfloat16", "int64", "bool"])), shape,
        *(draw(NUMBER) for _ in range(4)), draw(st.integers(0, 6)), draw(st.integers(0, 6)),
    )  # fmt: skip


@st.composite
def checkpoints(draw):
    held = draw(st.lists(st.sampled_from(("", *NAMES)), max_size=5))
    numbers = draw(st.dictionaries(st.sampled_from(["lr", "weight_decay", "initial_lr"]), NUMBER))
    entry = st.dictionaries(st.sampled_from(["step", "exp_avg_sq"]), st.one_of(NUMBER, tensors()), max_size=2)
    state = draw(st.dictionaries(st.integers(0, 5), entry, max_size=4))
    matched = draw(st.sampled_from(["param_names", "shapes", "order", "unmatched"]))
    optimizer = Optimizer((Group(tuple(range(len(held))), tuple(held), numbers),), state, matched)
    return Checkpoint(
        Path("x.pt"),
        {one.name: one for one in draw(st.lists(tensors(), max_size=6))},
        draw(st.one_of(st.none(), st.integers(0, 1000))),
        draw(st.sampled_from([None, optimizer])),
        scaler=draw(st.dictionaries(st.sampled_from(["scale", "_growth_tracker"]), NUMBER)),
        numbers=draw(st.dictionaries(st.sampled_from(["epoch", "step"]), NUMBER)),
    )


@pytest.mark.parametrize("entry", CHECKS, ids=lambda entry: entry.id)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=st.lists(checkpoints(), min_size=1, max_size=3))
def test_no_check_breaks_on_odd_checkpoints(entry, found):
    run = RECOGNISER.recognise(Run(Path("x"), "x", checkpoints=tuple(found)), {})

    verdicts = judge(run, entry, RECOGNISER)

    assert [verdict.reason.en for verdict in verdicts if verdict.state == "broke"] == []
    assert all(verdict.message("en") and verdict.message("zh") for verdict in verdicts if verdict.state == "found")
