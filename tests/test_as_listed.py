"""`diagnose list` and `diagnose checkpoint` for programs: one JSON object each, and the page without being asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cli.diagnose_app import main

SICK = Path(__file__).parent.parent / "examples" / "gate_left_out"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")


def data(capsys, *words):
    assert main([*words, "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out, parse_constant=pytest.fail)


def test_what_can_be_looked_for_is_listed_as_data(capsys):
    listed = data(capsys, "list")

    one = next(one for one in listed["symptoms"] if one["id"] == "lr-vanished")
    assert listed["schema"] == "trainoscope.symptoms/1"
    assert (one["severity"], one["looks_at"]) == ("warning", ["learning-rate"])
    assert one["title"]["zh"]
    assert set(one["numbers"]) >= {"share"}
    assert {"train-loss", "val-loss", "metric"} <= {role["role"] for role in listed["roles"]}


def test_a_checkpoint_is_told_as_data_tensor_by_tensor(capsys):
    held = data(capsys, "checkpoint", str(SICK / "checkpoints/epoch_030.pt"))

    [one] = held["checkpoints"]
    tensors = {tensor["name"]: tensor for tensor in one["tensors"]}
    gate = tensors["attention.gamma"]
    assert held["schema"] == "trainoscope.checkpoints/1"
    assert (one["step"], one["gates"], one["parameters"] > 1000) == (960, ["attention.gamma"], True)
    assert (gate["shape"], gate["max"], gate["zeros"], gate["nonfinite"]) == ([1], 0.0, 1, 0)
    assert one["optimizer"]["groups"][0]["numbers"]["lr"] < 1e-20
    assert "attention.gamma" in one["optimizer"]["in_no_group"]
    assert all(isinstance(what["zh"], str) for what in one["lacks"])


def test_without_being_asked_for_data_both_print_a_page(capsys):
    for words in (["list"], ["checkpoint", str(SICK / "checkpoints/epoch_030.pt")]):
        assert main(words) == 0
        assert not capsys.readouterr().out.startswith("{")


def test_a_checkpoint_that_is_none_is_refused_in_either_form(tmp_path, capsys):
    log = tmp_path / "flat.csv"
    log.write_text("step,train_loss\n" + "".join(f"{i},0.8\n" for i in range(30)))

    assert main(["checkpoint", str(log), "--format", "json"]) == 2
    assert "no checkpoint there" in capsys.readouterr().err
