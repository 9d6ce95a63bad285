"""One root first, and what follows from it below, so that a person reads one story."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose import reports
from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import json as json_report
from diagnose.run import Run, Series
from diagnose.story import story
from tests.built_in import of_kinds

LIBRARY = of_kinds("symptom", "concept")
T = np.arange(300)


def examined(**curves):
    series = tuple(
        Series(name.replace("__", "/"), T, np.asarray(values, dtype=float)) for name, values in curves.items()
    )
    return examine(Run(Path("run"), "run", series=series), LIBRARY)


def told(one) -> dict[str, list[str]]:
    return {
        chapter.verdict.entry.id: [two.verdict.entry.id for two in chapter.consequences]
        for chapter in story(one.verdicts)
    }


def test_a_plateau_stands_under_the_vanished_rate_that_explains_it():
    one = examined(train__loss=0.4 + 0.6 * np.exp(-T / 25), train__lr=1e-3 * 0.9**T)

    assert told(one)["lr-vanished"] == ["loss-plateau"]
    assert "loss-plateau" not in told(one)


def test_without_its_root_a_consequence_stands_for_itself():
    one = examined(train__loss=0.4 + 0.6 * np.exp(-T / 25))

    assert told(one)["loss-plateau"] == []


def test_every_finding_is_told_exactly_once():
    rates = {f"lr__pg{index}": np.where(T < 10, 1e-3, 0.0) for index in range(3)}
    one = examined(train__loss=0.4 + 0.6 * np.exp(-T / 25), **rates)

    found = [verdict for verdict in one.verdicts if verdict.state == "found"]
    chapters = story(one.verdicts)

    every = [two for one in chapters for two in (one, *one.consequences)]
    assert sum(1 + len(one.also) for one in every) == len(found)


def test_the_report_for_programs_names_the_root_too():
    one = examined(train__loss=0.4 + 0.6 * np.exp(-T / 25), train__lr=1e-3 * 0.9**T)

    (run,) = json_report.as_data(Diagnosis((one,)))["runs"]

    roots = {verdict["symptom"]: verdict["follows"] for verdict in run["verdicts"] if verdict["state"] == "found"}
    assert roots["loss-plateau"] == "lr-vanished"
    assert roots["lr-vanished"] is None


def test_every_root_an_entry_names_is_a_symptom():
    named = {root for entry in LIBRARY.values() for cause in entry.causes.values() for root in cause.follows}

    assert named <= {entry.id for entry in LIBRARY.values() if entry.check}


def test_a_chain_of_causes_stands_under_its_first_link():
    one = examined(
        train__loss=np.where(T < 150, np.exp(-T / 40), np.exp((T - 150) / 5.0)) * np.where(T < 290, 1, np.nan),
        train__lr=np.where(T < 150, 1e-3, 1e-1),
    )

    (first, *_) = [
        [chapter.verdict.entry.id, *(two.verdict.entry.id for two in chapter.consequences)]
        for chapter in story(one.verdicts)
    ]

    assert first[0] in ("lr-too-high", "loss-diverging")
    assert "loss-nonfinite" in first[1:]


def test_what_is_lost_for_sure_is_not_told_as_a_consequence_of_what_is_only_possible():
    errors = {"loss-nonfinite", "loss-diverging", "loss-not-decreasing"}
    one = examined(train__loss=5 + np.sin(T) * (T % 7), train__lr=np.full(300, 2.0))

    for chapter in story(one.verdicts):
        if chapter.verdict.confidence == "possible":
            assert not errors & {
                two.verdict.entry.id for two in chapter.consequences if two.verdict.severity == "error"
            }


def test_a_cause_may_put_the_finding_into_its_own_words():
    one = examined(train__loss=0.9 + 0.001 * np.sin(T), train__lr=0.0 * T)
    (rate,) = [verdict for verdict in one.verdicts if verdict.entry.id == "lr-vanished"]

    assert rate.message("en") == "train/lr was zero from step 0 to step 299"
    assert rate.message("zh") == "train/lr 从第 0 步到第 299 步一直是零"
    assert "loss-not-decreasing" in told(one)["lr-vanished"]


def flat_under_a_vanished_rate(count):
    curves = {f"train__loss_{index}": 0.4 + 0.6 * np.exp(-T / 25) for index in range(count)}
    return examined(train__lr=1e-3 * 0.9**T, **curves)


@pytest.mark.parametrize("name", ["text", "html", "markdown", "github"])
@pytest.mark.parametrize(("count", "en", "zh"), [(1, "", ""), (3, "also: ", "另有："), (6, " and 2 more", "等共 5 处")])
def test_what_follows_from_a_root_names_its_own_subjects(name, count, en, zh):
    one = flat_under_a_vanished_rate(count)
    (chapter,) = [chapter for chapter in story(one.verdicts) if chapter.verdict.entry.id == "lr-vanished"]
    (below,) = [two for two in chapter.consequences if two.verdict.entry.id == "loss-plateau"]
    assert len(below.also) == count - 1

    for lang, sign in (("en", en), ("zh", zh)):
        told = " ".join(reports.report(name).render(Diagnosis((one,)), lang).split())
        assert (sign in told) if sign else ("also: " not in told and "另有：" not in told)
        assert all(subject in told for subject in below.also[:3])
