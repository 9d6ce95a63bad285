"""The made runs: each part is its own, a run is the same whenever it is made, and its truth is measured."""

from __future__ import annotations

import dataclasses
import json

import pytest

from diagnose.clinic import read
from tests.built_in import LIBRARY

pytest.importorskip("torch")
pytest.importorskip("tensorboard")

from benchmarks.made_runs.bases import base
from benchmarks.made_runs.fault import all_faults
from benchmarks.made_runs.make import cases, make
from benchmarks.made_runs.writers import SPELLINGS

CASES = {part: list(cases(part)) for part in ("dev", "eval")}
QUICK = {"epochs": 6, "size": 16, "validation": 8, "batch": 4}


def small(case, **changes):
    return dataclasses.replace(case, recipe=dataclasses.replace(case.recipe, **QUICK, **changes))


def test_the_parts_share_no_base_network_seed_or_data():
    dev, evaluation = ([case.recipe for case in CASES[part] if not case.fault] for part in ("dev", "eval"))

    for what in ("seed", "data_seed", "network"):
        assert {getattr(one, what) for one in dev}.isdisjoint(getattr(one, what) for one in evaluation)


def test_another_draw_has_the_same_runs_with_other_seeds_and_data():
    first, second = CASES["eval"], list(cases("eval", draw=1))

    assert [case.name for case in first] == [case.name for case in second]
    for what in ("seed", "data_seed"):
        taken = {getattr(case.recipe, what) for case in [*first, *CASES["dev"]]}
        assert taken.isdisjoint(getattr(case.recipe, what) for case in second)


def test_the_parts_share_no_spelling_of_a_log():
    assert {case.recipe.style for case in CASES["dev"]} <= {0, 1}
    assert {case.recipe.style for case in CASES["eval"]} <= {2, 3}
    assert all(len(spellings) == 4 for spellings in SPELLINGS.values())


@pytest.mark.parametrize("part", ["dev", "eval"])
def test_a_part_has_150_healthy_recipes_and_four_variants_of_most_of_thirty_mistakes(part):
    by_fault = {}
    for case in CASES[part]:
        by_fault.setdefault(case.fault and case.fault.name, []).append(case)

    assert len(by_fault.pop(None)) >= 150
    assert len(by_fault) >= 30
    assert min(len(found) for found in by_fault.values()) >= 3


def test_every_symptom_named_as_truth_is_one_of_the_library():
    symptoms = {entry.id for entry in LIBRARY.values() if entry.kind == "symptom"}

    for fault in all_faults():
        assert {*fault.symptoms, *fault.also} <= symptoms, fault.name


def test_every_symptom_of_the_library_has_a_mistake_that_shows_it():
    symptoms = {entry.id for entry in LIBRARY.values() if entry.kind == "symptom"}

    assert symptoms <= {symptom for fault in all_faults() for symptom in (*fault.symptoms, *fault.also)}


@pytest.mark.parametrize("log", ["events", "csv", "jsonl", "text"])
@pytest.mark.parametrize("style", [0, 1, 2, 3])
def test_what_a_made_run_logs_is_read_back_under_its_roles(log, style, tmp_path):
    case = small(CASES["dev"][0], log=log, style=style, every=1, save="none")

    make(case, tmp_path)

    (run,) = read([tmp_path / "runs" / case.name], LIBRARY)
    roles = {
        role: [len(one) for one in run.with_role(role)][:1] for role in ("train-loss", "learning-rate", "val-loss")
    }
    assert roles == {"train-loss": [24], "learning-rate": [24], "val-loss": [6]}


@pytest.mark.parametrize("save", ["full", "lightning", "mmengine"])
def test_checkpoints_belong_to_the_run_that_saved_them_with_their_optimizer(save, tmp_path):
    case = small(CASES["dev"][0], save=save, saves=2)

    make(case, tmp_path)

    (run,) = read([tmp_path / "runs" / case.name], LIBRARY)
    assert [one.step for one in run.checkpoints] == [12, 24]
    assert all(one.optimizer is not None for one in run.checkpoints)
    assert all(any(name.endswith("attention.gamma") for name in one.tensors) for one in run.checkpoints)


def test_making_a_run_again_changes_no_byte_of_its_log(tmp_path):
    case = small(CASES["dev"][0], log="events", save="none")

    for name in ("once", "again"):
        make(case, tmp_path / name)

    once, again = (next((tmp_path / name / "runs" / case.name).iterdir()).read_bytes() for name in ("once", "again"))
    assert once == again


def test_the_truth_lies_outside_the_run_and_holds_the_measured_outcome(tmp_path):
    case = next(case for case in CASES["dev"] if case.fault and case.fault.name == "gate-left-out")
    case = small(case)

    make(case, tmp_path)

    truth = json.loads((tmp_path / "truth" / f"{case.name}.json").read_text())
    assert truth["manifested"]
    assert truth["outcome"]["gate_at_zero"] == 1
    assert truth["causes"]["gate-stuck-at-zero"] == ["not-in-optimizer"]
    assert not list((tmp_path / "runs").rglob("*truth*"))


def test_a_recipe_that_only_logs_otherwise_trains_the_same_network():
    one, other = base("dev", "images", 3), base("dev", "images", 3, log="text", every=0, save="none")

    assert one.key == other.key
    assert one.key != dataclasses.replace(one, seed=1).key


def test_a_run_that_is_there_is_judged_anew_without_being_trained_again(tmp_path):
    case = small(next(case for case in CASES["dev"] if case.fault and case.fault.name == "gate-left-out"))
    make(case, tmp_path)
    (tmp_path / "runs" / case.name / "mark").touch()
    strict = dataclasses.replace(case.fault, shown=lambda run, twin: False)

    said = make(dataclasses.replace(case, fault=strict), tmp_path)

    assert said.endswith("NOT SHOWN (made already)")
    assert (tmp_path / "runs" / case.name / "mark").exists()


def test_a_run_whose_recipe_changed_is_made_again(tmp_path):
    case = small(CASES["dev"][0], save="none")
    make(case, tmp_path)
    (tmp_path / "runs" / case.name / "mark").touch()

    make(small(case, save="none", seed=3), tmp_path)

    assert not (tmp_path / "runs" / case.name / "mark").exists()
