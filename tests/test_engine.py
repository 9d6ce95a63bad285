"""Every check ends in one of five states, and none of them is silence."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from diagnose import binding, engine
from diagnose.engine import examine
from diagnose.run import Run, Series
from kb.collection import Library
from kb.problem import Problem
from tests.built_in import LIBRARY


def series(name: str, values) -> Series:
    values = np.asarray(values, dtype=float)
    return Series(name, np.arange(len(values)), values)


def run(*curves: Series) -> Run:
    return Run(Path("run"), "run", series=curves)


def states(examined) -> dict[str, str]:
    return {verdict.entry.id: verdict.state for verdict in examined.verdicts}


def test_a_sick_run_has_found_clear_and_blind_verdicts():
    t = np.arange(100)

    got = states(examine(run(series("train/loss", np.where(t < 50, 1 / (1 + t), np.nan))), LIBRARY))

    assert got["loss-nonfinite"] == "found"
    assert got["loss-not-decreasing"] == "clear"
    assert got["lr-vanished"] == "blind"


def test_every_symptom_with_a_check_gets_a_verdict_even_on_an_empty_run():
    examined = examine(run(), LIBRARY)

    assert {verdict.entry.id for verdict in examined.verdicts} == {
        entry.id for entry in LIBRARY.values() if entry.check
    }
    assert {verdict.state for verdict in examined.verdicts} == {"blind"}


def test_a_blind_verdict_says_why_in_both_languages_and_what_to_log():
    examined = examine(run(), LIBRARY)

    for verdict in examined.verdicts:
        assert verdict.reason.en, verdict.entry.id
        assert verdict.reason.zh != verdict.reason.en
        assert verdict.log_it, verdict.entry.id


def test_a_detector_that_crashes_is_shown_as_broke_and_the_others_go_on(monkeypatch):
    entry = LIBRARY["loss-nonfinite"]
    whole = binding.bind(entry)

    def crashing(series: Series, **_):
        raise ZeroDivisionError("by accident")

    monkeypatch.setattr(
        engine,
        "bind",
        lambda one: dataclasses.replace(whole, detector=crashing) if one.id == entry.id else binding.bind(one),
    )

    examined = examine(run(series("train/loss", [1.0, 0.5])), LIBRARY)

    verdict = next(verdict for verdict in examined.verdicts if verdict.entry.id == entry.id)
    assert verdict.state == "broke"
    assert "ZeroDivisionError: by accident" in verdict.reason.en
    assert len({verdict.state for verdict in examined.verdicts}) > 1


def test_a_waived_check_keeps_its_reason():
    examined = examine(
        run(series("train/loss", [np.nan] * 9)), LIBRARY, waived={"loss-nonfinite": "known, being mended"}
    )

    verdict = next(verdict for verdict in examined.verdicts if verdict.entry.id == "loss-nonfinite")
    assert (verdict.state, verdict.reason.en) == ("waived", "known, being mended")


def test_a_symptom_found_on_two_curves_gives_two_verdicts():
    rates = (
        series("lr/pg0", np.where(np.arange(50) < 10, 1e-3, 0)),
        series("lr/pg1", np.where(np.arange(50) < 10, 1e-2, 0)),
    )

    examined = examine(run(*rates), LIBRARY)

    found = [verdict.evidence.subject for verdict in examined.verdicts if verdict.state == "found"]
    assert found == ["lr/pg0", "lr/pg1"]


def test_the_user_may_say_which_curve_is_the_loss():
    odd = run(series("zielfunktion", np.where(np.arange(20) < 5, 1.0, np.nan)))

    before, after = states(examine(odd, LIBRARY)), states(examine(odd, LIBRARY, roles={"zielfunktion": "train-loss"}))

    assert before["loss-nonfinite"] == "blind"
    assert after["loss-nonfinite"] == "found"


def test_a_role_that_does_not_exist_is_refused_with_the_nearest():
    with pytest.raises(Problem, match="did you mean 'train-loss'"):
        examine(run(series("x", [1.0])), LIBRARY, roles={"x": "train-los"})


def broken(**changes) -> Library:
    entry = LIBRARY["lr-constant"]
    return Library({"lr-constant": dataclasses.replace(entry, check=dataclasses.replace(entry.check, **changes))}, {})


@pytest.mark.parametrize(
    "changes, complaint",
    [
        ({"detector": "constent"}, "did you mean 'constant'"),
        ({"with_": {"points": 8.0}}, "'with' gives points, but the detector constant takes"),
        ({"watch": {"series": "learning-rate"}}, "'watch' gives series, but the detector constant takes loss, series"),
    ],
)
def test_an_entry_that_does_not_fit_its_detector_is_refused_with_its_file(changes, complaint):
    with pytest.raises(Problem, match=complaint) as caught:
        binding.bind(broken(**changes)["lr-constant"])

    assert str(caught.value).startswith(str(LIBRARY["lr-constant"].path))
