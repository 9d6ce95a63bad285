"""The judge of the diagnosis: what counts as detected, right and alarming, and the formulas of SageMaker Debugger."""

from __future__ import annotations

import json
import math

import pytest

from benchmarks.diagnosis.formulas import sagemaker
from benchmarks.diagnosis.ours import ours
from benchmarks.diagnosis.plain import table, write
from benchmarks.diagnosis.report import misses
from benchmarks.diagnosis.score import score, wilson
from benchmarks.diagnosis.truths import Finding, Truth, truths

LEFT_OUT = Truth("a", "gate-left-out", "checkpoint", ("gate-stuck-at-zero",), ("weights-unchanged",),
                 {"gate-stuck-at-zero": ("not-in-optimizer",)})  # fmt: skip
WELL = Truth("b", "")


def test_an_expected_symptom_counts_as_detected_even_as_information():
    found = [Finding("gate-stuck-at-zero", "info")]

    assert LEFT_OUT.detected(found)
    assert LEFT_OUT.right(found)


def test_another_alarm_is_detection_but_not_the_right_symptom():
    found = [Finding("loss-plateau", "warning")]

    assert (LEFT_OUT.detected(found), LEFT_OUT.right(found)) == (True, False)
    assert LEFT_OUT.strays(found) == ["loss-plateau"]


def test_an_unexpected_remark_is_nothing():
    assert not LEFT_OUT.detected([Finding("lr-constant", "info")])


@pytest.mark.parametrize(
    ("cause", "right"), [("not-in-optimizer", True), ("frozen", False), ("", None), ("unknown", None)]
)
def test_a_cause_is_right_wrong_or_not_told(cause, right):
    assert LEFT_OUT.cause([Finding("gate-stuck-at-zero", "warning", cause)]) is right


def test_a_score_counts_faults_of_the_trace_and_alarms_on_healthy_runs():
    other = Truth("c", "nan", "log", ("loss-nonfinite",))
    found = {"a": [Finding("gate-stuck-at-zero", "warning", "frozen")], "b": [Finding("loss-spikes")], "c": []}

    state = score([LEFT_OUT, other, WELL], found, ("checkpoint",))
    log = score([LEFT_OUT, other, WELL], found, ("log", "both"))

    assert (state.detected.hits, state.detected.of, state.cause.hits, state.cause.of) == (1, 1, 0, 1)
    assert (log.detected.hits, log.detected.of, log.false_alarms.hits) == (0, 1, 1)
    assert log.youden == -1


def test_misses_false_alarms_and_wrong_causes_are_listed():
    found = {"a": [Finding("gate-stuck-at-zero", "warning", "frozen")], "b": [Finding("loss-spikes")]}

    assert [line.split(":")[0] for line in misses([LEFT_OUT, WELL], found)] == ["- wrong cause", "- false alarm"]


def test_no_alarm_on_150_runs_still_allows_two_and_a_half_percent():
    low, high = wilson(0, 150)

    assert low == 0
    assert high == pytest.approx(0.025, abs=5e-4)


def test_runs_whose_outcome_does_not_show_do_not_count(tmp_path):
    (tmp_path / "truth").mkdir()
    for name, manifested, accepted in (("shown", True, False), ("not", False, False), ("well", False, True)):
        told = {"run": name, "fault": "" if accepted else "x", "expected": [], "also": [], "causes": {},
                "manifested": manifested, "accepted": accepted}  # fmt: skip
        (tmp_path / "truth" / f"{name}.json").write_text(json.dumps(told))

    assert [one.name for one in truths(tmp_path)] == ["shown", "well"]


def test_the_table_for_peers_holds_the_curves_of_a_run(tmp_path):
    log = tmp_path / "run" / "log.csv"
    log.parent.mkdir()
    log.write_text("epoch,loss,val_loss,lr\n1,0.9,1.0,0.1\n2,0.5,nan,0.1\n3,0.4,0.7,0.1\n")

    rows = table(log.parent)
    write(rows, tmp_path / "plain" / "run.csv")

    assert [row["loss"] for row in rows] == [0.9, 0.5, 0.4]
    assert math.isnan(rows[1]["val_loss"])
    assert (tmp_path / "plain" / "run.csv").read_text().splitlines()[0].split(",") == ["step", "loss", "val_loss", "lr"]


def test_what_is_no_run_is_told_and_finds_nothing(tmp_path):
    found, broke = ours(tmp_path)

    assert found == []
    assert broke[0].startswith("nothing read")


def falling(count=40):
    return [{"step": at, "loss": 0.9**at, "val_loss": 0.9**at} for at in range(count)]


def names(rows):
    return {one.symptom for one in sagemaker(rows)}


def test_formulas_are_silent_on_a_loss_that_falls_at_every_step():
    assert names(falling(20)) == set()


@pytest.mark.parametrize(
    ("rule", "at", "column", "value"),
    [
        ("ExplodingTensor", 5, "loss", math.inf),
        ("Overfit", 5, "val_loss", 2.0),
        ("VanishingGradient", 5, "grad_norm", 1e-8),
        ("LossNotDecreasing", 15, "loss", 1.0),
        ("LowGPUUtilization", 5, "gpu_util", 9.0),
    ],
)
def test_each_formula_fires_at_its_published_threshold(rule, at, column, value):
    rows = falling(30)
    rows[at] = {**rows[at], column: value}

    assert rule in names(rows)


def test_overtraining_waits_for_five_points_of_training_loss():
    flat = [{"step": at, "loss": 1.0} for at in range(7)]

    assert "Overtraining" in names(flat)
    assert "Overtraining" not in names(flat[:6])
