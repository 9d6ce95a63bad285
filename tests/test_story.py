"""One root first, and what follows from it below, so that a person reads one story."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import json as json_report
from diagnose.run import Run, Series
from diagnose.story import story
from kb.library import load

LIBRARY = load(kinds=("symptom", "concept"))
T = np.arange(300)


def examined(**curves):
    series = tuple(
        Series(name.replace("__", "/"), T, np.asarray(values, dtype=float)) for name, values in curves.items()
    )
    return examine(Run(Path("run"), "run", series=series), LIBRARY)


def told(one) -> dict[str, list[str]]:
    return {chapter.verdict.entry.id: [two.entry.id for two in chapter.consequences] for chapter in story(one.verdicts)}


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

    assert sum(1 + len(one.also) + len(one.consequences) for one in chapters) == len(found)


def test_the_report_for_programs_names_the_root_too():
    one = examined(train__loss=0.4 + 0.6 * np.exp(-T / 25), train__lr=1e-3 * 0.9**T)

    (run,) = json_report.as_data(Diagnosis((one,)))["runs"]

    roots = {verdict["symptom"]: verdict["follows"] for verdict in run["verdicts"] if verdict["state"] == "found"}
    assert roots["loss-plateau"] == "lr-vanished"
    assert roots["lr-vanished"] is None


def test_every_root_an_entry_names_is_a_symptom():
    named = {cause.follows for entry in LIBRARY.values() for cause in entry.causes.values() if cause.follows}

    assert named <= {entry.id for entry in LIBRARY.values() if entry.check}
