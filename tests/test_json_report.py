"""The report for programs keeps its contract."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from cli.diagnose_app import main
from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import formats, report
from diagnose.run import Checkpoint, Run, Series, Source, Tensor
from tests.built_in import LIBRARY

EXAMPLE = Path(__file__).parent.parent / "examples" / "gate_left_out"
VERDICT = {
    "symptom",
    "state",
    "severity",
    "confidence",
    "subject",
    "steps",
    "cause",
    "facts",
    "message",
    "fix",
    "entry",
    "why",
}


def diagnosis() -> Diagnosis:
    curves = (Series("train/loss", np.arange(9), np.array([1, 0.5, np.nan] * 3)),)
    weight = Tensor("attn.gamma", "float32", (1,), 0.0, 0.0, 0.0, 0.0, 1, 0)
    saved = Checkpoint(Path("logs/last.pt"), {"attn.gamma": weight}, 9)
    run = Run(Path("logs"), "logs", (Source("logs/a.csv", "csv_log", 1, 9),), curves, (saved,))
    return Diagnosis((examine(run, LIBRARY),))


def data():
    return json.loads(report("json").render(diagnosis(), "en"))


def test_text_and_json_are_known_by_their_files():
    assert {"json", "text"} <= set(formats())


def test_the_top_holds_schema_runs_and_summary():
    got = data()

    assert got["schema"] == "trainoscope.diagnosis/1"
    assert got["summary"].keys() == {"found", "clear", "blind", "broke", "waived"}
    assert sum(got["summary"].values()) == len(got["runs"][0]["verdicts"])


def test_a_run_holds_what_was_read():
    run = data()["runs"][0]

    assert (run["path"], run["name"]) == ("logs", "logs")
    assert run["sources"] == [{"path": "logs/a.csv", "format": "csv_log", "series": 1, "points": 9}]
    assert run["series"][0]["role"] == "train-loss"
    assert (run["series"][0]["first_step"], run["series"][0]["last_step"], run["series"][0]["points"]) == (0, 8, 9)
    assert run["checkpoints"] == [{"path": "logs/last.pt", "step": 9, "tensors": 1, "parameters": 1}]
    assert run["notes"] == []


def test_every_verdict_has_every_key_and_both_languages():
    for verdict in data()["runs"][0]["verdicts"]:
        assert verdict.keys() >= VERDICT
        if verdict["state"] == "found":
            assert verdict["message"]["en"] != verdict["message"]["zh"]
            assert verdict["fix"]["en"]
            assert verdict["fix"]["zh"]
            assert verdict["why"] is None
        if verdict["state"] == "blind":
            assert verdict["why"]["en"] != verdict["why"]["zh"]


def test_the_gate_is_found_with_the_example_of_the_contract():
    found = next(one for one in data()["runs"][0]["verdicts"] if one["symptom"] == "gate-stuck-at-zero")

    assert (found["state"], found["severity"], found["subject"], found["steps"]) == (
        "found",
        "warning",
        "attn.gamma",
        [0, 9],
    )
    assert (found["cause"], found["facts"]["value"], found["entry"]) == ("unknown", 0.0, "gate-stuck-at-zero")


def test_the_text_is_strict_json_without_bare_nan():
    def refuse(word):
        raise AssertionError(f"{word} is not JSON")

    assert json.loads(report("json").render(diagnosis(), "en"), parse_constant=refuse)


def test_what_was_read_is_told_to_programs_too(capsys):
    assert main(["series", str(EXAMPLE), "--format", "json"]) == 0
    read = json.loads(capsys.readouterr().out)
    main(["run", str(EXAMPLE), "--format", "json"])
    judged = json.loads(capsys.readouterr().out)

    assert read["schema"] == "trainoscope.series/1"
    assert read["runs"] == [{key: one[key] for key in one if key != "verdicts"} for one in judged["runs"]]
