"""A learning-rate schedule is recognised by its values: each of torch's own, as really stepped."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.run import Series
from diagnose.schedule import schedule

torch = pytest.importorskip("torch")
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*lr_scheduler.*:UserWarning"),
    pytest.mark.filterwarnings("ignore:.*epoch parameter.*:UserWarning"),
]


def stepped(make, count=200, lr=0.01, calls=1, watched=None):
    """The rate before each of ``count`` epochs in which the schedule is stepped ``calls`` times."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=lr)
    made = make(torch.optim.lr_scheduler, optimizer)
    values = []
    for epoch in range(count):
        values.append(optimizer.param_groups[0]["lr"])
        for _ in range(calls):
            optimizer.step()
            made.step(*([watched[epoch]] if watched is not None else []))
    return np.array(values)


def warmed(lr, optimizer, then):
    return lr.SequentialLR(optimizer, [lr.LinearLR(optimizer, 0.01, total_iters=20), then], [20])


def rate(values, every=1):
    return Series("lr", np.arange(len(values)) * every, np.asarray(values, float))


TORCH = {
    "constant": (lambda lr, o: lr.ConstantLR(o, factor=1), "constant", 0, None, {}),
    "constant after a warm-up": (lambda lr, o: lr.LinearLR(o, 0.01, total_iters=20), "constant", 20, None, {}),
    "step": (lambda lr, o: lr.StepLR(o, 30), "step", 0, None, {"gamma": 0.1, "period": 30}),
    "step by halves": (lambda lr, o: lr.StepLR(o, 50, 0.5), "step", 0, None, {"gamma": 0.5, "period": 50}),
    "milestones": (lambda lr, o: lr.MultiStepLR(o, [60, 90]), "milestones", 0, 90, {"gamma": 0.1}),
    "one milestone": (lambda lr, o: lr.MultiStepLR(o, [60]), "milestones", 0, 60, {"gamma": 0.1}),
    "exponential": (lambda lr, o: lr.ExponentialLR(o, 0.98), "exponential", 0, None, {"gamma": 0.98}),
    "fast exponential": (lambda lr, o: lr.ExponentialLR(o, 0.8), "exponential", 0, None, {"gamma": 0.8}),
    "poly 0.9": (lambda lr, o: lr.PolynomialLR(o, 200, 0.9), "polynomial", 0, 200, {"power": 0.9}),
    "poly 2, cut short": (lambda lr, o: lr.PolynomialLR(o, 300, 2), "polynomial", 0, 300, {"power": 2}),
    "linear": (lambda lr, o: lr.LinearLR(o, 1, 0, 200), "linear", 0, 200, {"floor": 0}),
    "linear, half of it": (lambda lr, o: lr.LinearLR(o, 1, 0, 400), "linear", 0, 400, {"floor": 0}),
    "linear to a floor": (lambda lr, o: lr.LinearLR(o, 1, 0.1, 150), "linear", 0, 150, {"floor": 0.1}),
    "cosine": (lambda lr, o: lr.CosineAnnealingLR(o, 200), "cosine", 0, 200, {"floor": 0}),
    "cosine to a floor": (lambda lr, o: lr.CosineAnnealingLR(o, 200, 1e-3), "cosine", 0, 200, {"floor": 0.1}),
    "cosine, half of it": (lambda lr, o: lr.CosineAnnealingLR(o, 400), "cosine", 0, 400, {"floor": 0}),
    "cosine beyond T_max": (lambda lr, o: lr.CosineAnnealingLR(o, 120), "overrun", 0, 120, {"floor": 0}),
    "cosine far beyond T_max": (lambda lr, o: lr.CosineAnnealingLR(o, 20), "cyclic", 0, None, {"period": 40}),
    "warm-up, cosine": (lambda lr, o: warmed(lr, o, lr.CosineAnnealingLR(o, 180)), "cosine", 20, 200, {}),
    "warm-up, poly": (lambda lr, o: warmed(lr, o, lr.PolynomialLR(o, 180, 0.9)), "polynomial", 20, 200, {"power": 0.9}),
    "restarts": (lambda lr, o: lr.CosineAnnealingWarmRestarts(o, 50), "restarts", 0, None, {"period": 50, "factor": 1}),
    "longer restarts": (
        lambda lr, o: lr.CosineAnnealingWarmRestarts(o, 20, 2), "restarts", 0, None, {"period": 20, "factor": 2},
    ),
    "one cycle": (lambda lr, o: lr.OneCycleLR(o, 0.01, 200), "one-cycle", 59, 199, {}),
    "one cycle of lines": (
        lambda lr, o: lr.OneCycleLR(o, 0.01, 200, anneal_strategy="linear"), "one-cycle", 59, 199, {},
    ),
    "one cycle stepped per epoch": (lambda lr, o: lr.OneCycleLR(o, 0.01, 10_000), "warm-up", 199, None, {}),
    "triangles": (lambda lr, o: lr.CyclicLR(o, 1e-3, 1e-2, 20), "cyclic", 0, None, {"period": 40}),
    "inverse root": (
        lambda lr, o: lr.LambdaLR(o, lambda s: min((s + 1) ** -0.5, (s + 1) * 20**-1.5)), "inverse-root", 19, None, {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("make, name, warm_up, ends, numbers", TORCH.values(), ids=TORCH.keys())
def test_torchs_own_schedules_are_recognised(make, name, warm_up, ends, numbers):
    seen = schedule(rate(stepped(make)))

    assert (seen.name, seen.warm_up, seen.ends) == (name, warm_up, ends), seen
    assert {
        key: pytest.approx(value, abs=1e-3, rel=0.01) for key, value in numbers.items()
    }.items() <= seen.numbers.items()


@pytest.mark.parametrize("name", ["cosine", "poly 0.9", "step", "linear", "one cycle", "restarts"])
def test_the_unit_of_the_steps_does_not_matter(name):
    make, expected, _, ends, _ = TORCH[name]

    seen = schedule(rate(stepped(make), every=1000))

    assert seen.name == expected
    assert seen.ends is None if ends is None else abs(seen.ends - 1000 * ends) <= 1000


@pytest.mark.parametrize("name", ["cosine", "poly 0.9", "linear", "step", "exponential", "warm-up, cosine"])
def test_rates_printed_with_six_decimals_are_recognised(name):
    make, expected, *_ = TORCH[name]

    assert schedule(rate(np.round(stepped(make, lr=1e-2), 6))).name == expected


@pytest.mark.parametrize("name", ["cosine", "step", "linear"])
def test_a_short_run_is_recognised(name):
    short = {
        "cosine": lambda lr, o: lr.CosineAnnealingLR(o, 10),
        "step": lambda lr, o: lr.StepLR(o, 4),
        "linear": lambda lr, o: lr.LinearLR(o, 1, 0, 10),
    }

    assert schedule(rate(stepped(short[name], count=10))).name == name


def test_a_rate_reduced_when_the_loss_stalled_is_told_from_milestones_by_the_loss():
    draw = np.random.default_rng(0)
    loss = np.exp(-np.minimum(np.arange(200), 60) / 30) + 0.01 * draw.random(200)
    values = stepped(lambda lr, o: lr.ReduceLROnPlateau(o, factor=0.5, patience=8), watched=loss)

    assert schedule(rate(values), rate(loss)).name == "plateau"
    assert schedule(rate(values)).name in ("milestones", "step")


def test_a_decay_of_the_decayed_rate_is_told_from_an_exponential_one():
    shrinking = np.cumprod([0.01, *(0.95 ** (epoch / 10) for epoch in range(199))])

    assert schedule(rate(shrinking)).name == "compounding"


def test_a_rate_set_up_again_without_a_period_is_no_restart():
    values = np.concatenate((np.linspace(1, 0.3, 70), np.linspace(0.9, 0.2, 45), np.linspace(0.8, 0.1, 90)))

    assert schedule(rate(values)).name == "set-again"


@pytest.mark.parametrize("values", [[], [0.1, 0.1], [0.1, -0.1, 0.1, 0.1], [np.nan] * 9])
def test_too_little_to_see_is_no_schedule(values):
    assert schedule(rate(values)) is None


@pytest.mark.parametrize("name", TORCH)
def test_every_schedule_can_be_said_in_both_languages(name):
    text = schedule(rate(stepped(TORCH[name][0]))).text()

    assert text.en
    assert any("\u4e00" <= sign <= "\u9fff" for sign in text.zh)


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True, width=32), max_size=60))
def test_any_numbers_give_an_answer(values):
    with np.errstate(all="ignore"):
        seen = schedule(rate(values))

    assert seen is None or seen.text().en


def test_a_cosine_that_is_logged_after_its_step_is_still_one():
    values = stepped(lambda lr, o: lr.CosineAnnealingLR(o, 20, 1e-4), 21)[1:]

    seen = schedule(rate(values))

    assert (seen.name, seen.ends) == ("cosine", 19)
    assert seen.peak == pytest.approx(0.01, rel=1e-3)


def test_a_decay_stepped_once_an_epoch_is_the_same_however_often_it_is_logged():
    values = stepped(lambda lr, o: lr.PolynomialLR(o, 16, 0.9), 15)

    seen = schedule(rate(np.repeat(values, 70)))

    assert (seen.name, seen.ends) == ("polynomial", 16 * 70)
    assert seen.numbers["every"] == 70


@pytest.mark.parametrize("epochs", range(5, 12))
def test_a_cosine_of_a_few_epochs_has_not_run_past_its_end(epochs):
    values = stepped(lambda lr, o: lr.CosineAnnealingLR(o, epochs, 1e-4), epochs)

    assert schedule(rate(values)).name == "cosine"


@pytest.mark.parametrize("count", [3, 5, 12])
def test_a_decay_that_has_just_begun_is_not_given_a_name(count):
    values = stepped(lambda lr, o: lr.CosineAnnealingLR(o, 100), count)

    assert schedule(rate(values)).name == "begun"


def test_a_rate_of_zero_is_constant():
    assert schedule(rate(np.zeros(50))).text().en == "constant at 0"


def test_a_rate_raised_at_once_did_not_warm_up():
    values = np.where(np.arange(100) < 45, 1e-3, 0.1)

    assert schedule(rate(values)).text().en == "constant at 0.001, raised to 0.1 at step 45"
