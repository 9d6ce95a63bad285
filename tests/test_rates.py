"""What a report says of a learning rate: its schedule, how far it has come, and how its end lies to that of the run."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from diagnose.clinic import diagnose
from diagnose.rates import lines, rates
from diagnose.reading import lines as listed
from diagnose.reports import html, markdown, text
from diagnose.reports import json as told
from diagnose.run import Run, Series
from tests.built_in import LIBRARY


def cosine(end, count, every=1, name="train/lr", peak=1e-3, floor=0.0):
    """A rate on its way from the peak to the floor over ``end`` steps, logged ``count`` times."""
    steps = np.arange(count) * every
    values = floor + (peak - floor) * (1 + np.cos(np.pi * np.minimum(steps / end, 1))) / 2
    return Series(name, steps, values, role="learning-rate")


def counter(count, length, every=1):
    steps = np.arange(count) * every
    return Series("epoch", steps, (steps // length).astype(float), role="epoch")


def run(*series, **settings):
    planned = {name.replace("_", "-"): value for name, value in settings.items()}
    return Run(Path("exp"), "exp", series=series, settings=planned)


def said(*series, **settings):
    (one,) = rates(run(*series, **settings))
    return one.text


def test_a_schedule_made_for_the_run_ends_with_it():
    assert said(cosine(1000, 1001)).en == "cosine decay from 0.001 to 0; ends with the run"
    assert said(cosine(1000, 1001)).zh == "余弦衰减，从 0.001 到 0；与训练同时结束"


def test_a_run_under_way_is_told_how_far_its_schedule_has_come():
    text = said(cosine(1000, 620), counter(620, 10), planned_epochs=100)

    assert text.en == "cosine decay from 0.001 to 0; ends at step 1,000 (epoch 100), 62% of it done"
    assert text.zh == "余弦衰减，从 0.001 到 0；终点在第 1,000 步（第 100 轮），已走完 62%"


def test_a_schedule_that_will_be_over_before_the_planned_end_is_told_so():
    text = said(cosine(500, 300), counter(300, 10), planned_epochs=100)

    assert text.en.endswith("60% of it done; the run is planned to go on to step 1,000 (epoch 100)")


def test_a_run_planned_to_end_before_its_rate_is_down_is_told_so():
    text = said(cosine(2000, 700), counter(700, 10), planned_epochs=100)

    assert text.en.endswith("35% of it done; the run is planned to end before, at step 1,000 (epoch 100)")


def test_a_run_that_stopped_as_planned_while_the_rate_was_high_is_told_so():
    assert "the run after 50% of it" in said(cosine(2000, 1000), counter(1000, 10), planned_epochs=100).en


def test_a_schedule_that_ended_long_before_the_last_value_is_told_so():
    assert "another 60% of its length" in said(cosine(400, 1000)).en


@pytest.mark.parametrize(
    "settings", [{"planned_iterations": 80_000}, {"planned_epochs": 3}, {"planned_epochs": "many"}]
)
def test_a_plan_in_another_unit_or_in_words_says_nothing_against_the_schedule(settings):
    assert "planned" not in said(cosine(100, 62), **settings).en


def test_groups_that_share_a_schedule_are_told_in_one_line():
    several = [cosine(100, 101, name=f"lr/group{number}") for number in range(5)]

    assert list(lines(run(*several), "en")) == [
        "lr/group0, lr/group1, lr/group2 (+2): cosine decay from 0.001 to 0; ends with the run"
    ]


def test_many_schedules_are_cut_short_and_counted():
    several = [cosine(100, 101, name=f"lr/group{number}", peak=1e-3 * 2.0**-number) for number in range(5)]

    assert list(lines(run(*several), "en", 3))[-1] == "2 more schedules (diagnose series)"


def test_a_curve_of_two_points_or_below_zero_has_no_schedule():
    assert rates(run(cosine(100, 2), Series("lr", np.arange(9), -np.ones(9), role="learning-rate"))) == []


def test_every_report_for_people_shows_the_schedule_and_json_its_numbers(tmp_path):
    rows = [f"{step},{0.5 + 0.5 / (1 + step):.5f},{1e-3 * max(0.0, 1 - step / 100):.8f}\n" for step in range(400)]
    (tmp_path / "metrics.csv").write_text("step,train_loss,lr\n" + "".join(rows))
    diagnosis = diagnose([tmp_path], LIBRARY)

    for report in (text, html, markdown):
        assert "linear decay from 0.001 to 0; ended at step 100" in report.render(diagnosis, "en")
        assert "线性衰减，从 0.001 到 0；在第 100 步结束" in report.render(diagnosis, "zh")
    assert any("linear decay" in line.text for line in listed([diagnosis.examined[0].run], "en", 120))
    (loss, rate) = json.loads(told.render(diagnosis, "en"))["runs"][0]["series"]
    assert loss["schedule"] is None
    assert (rate["schedule"]["name"], rate["schedule"]["ends"], rate["schedule"]["through"]) == ("linear", 100, 1.0)
