"""The diagnose command as it is typed: exit codes, formats, languages, and one clear line for every mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.diagnose_app import main

ROOT = Path(__file__).parent.parent
SICK, WELL = ROOT / "examples" / "gate_left_out", ROOT / "examples" / "healthy"


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")


@pytest.fixture
def flat(tmp_path):
    """A log whose loss stands still, and nothing else."""
    path = tmp_path / "flat.csv"
    path.write_text("step,train_loss\n" + "".join(f"{i},0.8\n" for i in range(30)))
    return path


def said(capsys) -> str:
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_the_example_has_a_closed_gate_with_its_cause_and_a_vanished_rate(capsys):
    code = main(["run", str(SICK), "--format", "json"])

    (run,) = json.loads(capsys.readouterr().out)["runs"]
    found = {one["symptom"]: one for one in run["verdicts"] if one["state"] == "found"}
    assert code == 1
    assert (found["gate-stuck-at-zero"]["subject"], found["gate-stuck-at-zero"]["cause"]) == (
        "attention.gamma",
        "not-in-optimizer",
    )
    assert found["lr-vanished"]["cause"] == "compounding-decay"
    assert len(run["checkpoints"]) == 3


def test_the_healthy_twin_has_nothing_at_warning_or_above(capsys):
    code = main(["run", str(WELL), "--format", "json"])

    data = json.loads(capsys.readouterr().out)
    found = [one for one in data["runs"][0]["verdicts"] if one["state"] == "found"]
    assert code == 0
    assert [one["severity"] for one in found if one["severity"] != "info"] == []
    assert data["summary"]["broke"] == 0


@pytest.mark.parametrize("bar, code", [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_the_bar_decides_the_exit_code(bar, code):
    assert main(["run", str(SICK), "--fail-on", bar]) == code


def test_a_log_alone_is_judged_and_says_what_it_could_not_see(flat, capsys):
    code = main(["run", str(flat)])

    text = said(capsys)
    assert code == 1
    assert "Loss never came down" in text
    assert (
        "Could not be judged: 32 (-v says why). Most worth logging next time:\n    for 14 of them: torch.save(" in text
    )
    main(["run", str(flat), "-v"])
    assert 'log it: writer.add_scalar("val/loss", val_loss, step)' in said(capsys)


def test_chinese_is_spoken_when_asked_for(flat, capsys):
    main(["run", str(flat), "--lang", "zh"])

    assert "损失从未下降" in said(capsys)


def test_a_waiver_needs_a_reason_and_is_shown_with_it(flat, capsys):
    refused = main(["run", str(flat), "--waive", "loss-not-decreasing="])
    complaint = said(capsys)
    waived = main(["run", str(flat), "--waive", "loss-not-decreasing=a smoke test"])

    assert (refused, waived) == (2, 0)
    assert "needs a reason" in complaint
    assert "waived: loss-not-decreasing - a smoke test" in said(capsys)


def test_a_threshold_may_be_changed_and_the_report_says_so(flat, capsys):
    code = main(["run", str(flat), "--set", "loss-not-decreasing.points=100"])

    assert code == 0
    assert "loss-not-decreasing.points set to 100 (was 5)" in said(capsys)


def test_a_curve_may_be_given_its_role(tmp_path, capsys):
    path = tmp_path / "odd.csv"
    path.write_text("step,zielwert\n" + "".join(f"{i},0.8\n" for i in range(30)))

    before, after = main(["run", str(path)]), main(["run", str(path), "--map", "train-loss=zielwert"])

    assert (before, after) == (0, 1)


def test_the_report_may_be_written_to_a_file(flat, tmp_path, capsys):
    out = tmp_path / "report.json"

    main(["run", str(flat), "--format", "json", "--out", str(out)])

    assert json.loads(out.read_text(encoding="utf-8"))["schema"] == "trainoscope.diagnosis/1"
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "arguments, part",
    [
        (["run", "examples/gate_left_ou"], "did you mean"),
        (["run", "{empty}"], "no training signal found"),
        (["run", "{empty}"], "there is no file in it"),
        (["run", "{sick}", "--set", "lr-vanishd.share=1"], "did you mean 'lr-vanished'"),
        (["run", "{sick}", "--set", "lr-vanished.shar=1"], "did you mean 'share'"),
        (["run", "{sick}", "--set", "lr-vanished.share=much"], "does not end in a number"),
        (["run", "{sick}", "--waive", "lr-vanishd=x"], "did you mean 'lr-vanished'"),
        (["run", "{sick}", "--map", "train/loss"], "is not of the form ROLE=TAG"),
        (["run", "{sick}", "--map", "train-los=train/loss"], "did you mean 'train-loss'"),
        (["run", "{sick}", "--format", "pdf"], "--format"),
        (["run", "{sick}", "--out", "{empty}/no/such/folder"], "make the folder"),
        (["watch", "{sick}", "--every", "-3"], "--every is at least 0, not -3.0"),
        (["watch", "{sick}", "--every", "often"], "--every takes a number, not 'often'"),
        (["explain", "gate-stuck"], "did you mean 'gate-stuck-at-zero'"),
        (["checkpoint", "{log}"], "no checkpoint there"),
        (["run"], "PATH"),
        (["rum", "{sick}"], "no such command"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line_with_exit_code_2(arguments, part, tmp_path, flat, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    empty = tmp_path / "empty"
    empty.mkdir()
    words = [word.format(empty=empty, sick=SICK, log=flat) for word in arguments]

    code = main(words)

    text = said(capsys)
    assert code == 2
    assert part in text
    assert "Traceback" not in text


def test_series_shows_what_was_read_and_why_it_was_taken_for_what(capsys):
    code = main(["series", str(SICK)])

    text = said(capsys)
    assert code == 0
    assert "train-loss" in text
    assert "its name says" in text
    assert "960 points, steps 1-960" in text


def test_checkpoint_shows_groups_gates_and_what_is_in_no_group(capsys):
    code = main(["checkpoint", str(SICK / "checkpoints" / "epoch_030.pt")])

    text = said(capsys)
    assert code == 0
    assert "in no group: attention.gamma" in text
    assert "weight decay" in text


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_list_names_every_symptom_and_what_to_log(lang, capsys):
    code = main(["list", "--lang", lang])

    text = said(capsys)
    assert code == 0
    assert "gate-stuck-at-zero" in text
    assert 'writer.add_scalar("train/lr"' in text


def test_explain_shows_the_page_of_the_library(capsys):
    code = main(["explain", "gate-stuck-at-zero", "--lang", "zh"])

    assert code == 0
    assert "门控一直为零" in said(capsys)


@pytest.mark.parametrize("encoding", ["cp936", "ascii", "utf-8"])
def test_any_console_can_show_the_report(encoding):
    words = [sys.executable, "-c", "import sys; from cli.diagnose_app import main; sys.exit(main())", "run", str(SICK)]
    environment = os.environ | {"PYTHONIOENCODING": encoding, "TRAINOSCOPE_LANG": "zh", "PYTHONPATH": str(ROOT)}

    done = subprocess.run(words, capture_output=True, env=environment, check=False)

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    if encoding != "ascii":
        assert "门控一直为零" in done.stdout.decode(encoding)


def test_nothing_is_written_into_the_folder_that_is_read(tmp_path):
    import shutil

    folder = tmp_path / "run"
    shutil.copytree(SICK, folder)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}

    main(["run", str(folder)])

    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_a_file_that_could_not_be_read_is_named_beside_the_runs_that_could(flat, capsys):
    flat.with_name("broken.pt").write_bytes(b"PK\x03\x04 no checkpoint")
    flat.with_name("notes.docx").write_bytes(b"\x00\x01")

    main(["run", str(flat.parent)])

    text = said(capsys)
    assert "broken.pt" in text
    assert "1 file of kinds I do not read" in text


@pytest.mark.parametrize("command", [["run"], ["series"], ["checkpoint"], ["watch"], ["compare", "examples"]])
def test_an_empty_path_is_not_the_folder_one_is_in(command, capsys):
    assert main([*command, "", "--lang", "en"]) == 2
    assert "a path is empty" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("out", "en", "zh"),
    [
        ("gone/report.html", "its folder does not exist", "所在的文件夹不存在"),
        (".", "Is a directory", "这是一个文件夹"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused_before_anything_is_read(tmp_path, capsys, out, en, zh):
    for lang, why in (("en", en), ("zh", zh)):
        code = main(["run", str(tmp_path / "no run"), "--format", "html", "--out", str(tmp_path / out), "--lang", lang])

        assert code == 2
        assert why in (said := capsys.readouterr().err)
        assert "no run" not in said


def test_a_dash_for_the_file_is_the_screen(capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    main(["run", str(Path(__file__).parent.parent / "examples" / "healthy"), "--format", "json", "--out", "-"])

    assert json.loads(capsys.readouterr().out)["runs"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ("lr-vanished=3", "names no number of lr-vanished\n  hint: it has points, floor, share, swing"),
        ("lr-vanished", "names no number of lr-vanished"),
        ("lr-vanished.share=nan", "does not end in a number"),
        ("lr-vanished.share=inf", "does not end in a number"),
        ("=", "no symptom called ''"),
        ("", "no symptom called ''"),
        (".", "no symptom called ''"),
        ("learning-rate.share=1", "hint: kb lookup learning-rate"),
    ],
)
def test_a_threshold_that_names_nothing_is_refused(wish, said, capsys):
    assert main(["run", "examples", "--set", wish, "--lang", "en"]) == 2
    assert said in capsys.readouterr().err


def test_a_watch_looks_no_negative_number_of_times(capsys):
    assert main(["watch", "examples", "--looks", "-1", "--lang", "en"]) == 2
    assert "--looks is at least 0, not -1" in capsys.readouterr().err
