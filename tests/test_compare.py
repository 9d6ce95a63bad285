"""Two runs side by side: what only one of them shows, which curve ends better, and what was set differently."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from cli.diagnose_app import main
from diagnose.clinic import diagnose
from diagnose.compare import compare
from diagnose.side_by_side import lines
from tests.built_in import of_kinds

ROOT = Path(__file__).parent.parent
SICK, WELL = ROOT / "examples" / "gate_left_out", ROOT / "examples" / "healthy"
LIBRARY = of_kinds("symptom", "concept")


def seen(a: Path, b: Path):
    return compare(diagnose([a], LIBRARY).examined, diagnose([b], LIBRARY).examined, LIBRARY)


def write(folder: Path, level: float, noise: float = 0.01, seed: int = 0, settings: str = "") -> Path:
    """A run of one loss that falls to a level, and its settings."""
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(seed)
    loss = level + np.exp(-np.arange(200) / 20) + noise * draw.standard_normal(200)
    rows = "".join(f"{step},{value:.5f}\n" for step, value in enumerate(loss))
    (folder / "metrics.csv").write_text("step,train_loss\n" + rows)
    if settings:
        (folder / "hparams.yaml").write_text(settings)
    return folder


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 100])
def test_the_examples_compare_as_reviewed(golden, lang, width):
    text = "".join(f"{line.text}\n" for line in lines(seen(WELL, SICK), lang, width))

    golden(f"compare-{width}.{lang}.txt", text)


def test_only_what_one_side_lacks_is_a_difference():
    both = seen(SICK, SICK)

    assert both.verdicts == ()
    assert {one.entry.id for one in both.shared} >= {"gate-stuck-at-zero", "lr-vanished"}
    assert both.settings == both.schedules == ()
    assert {one.better for one in both.curves} == {"same"}


def test_the_better_end_wins_whichever_way_the_curve_should_go():
    better = {one.name: one.better for one in seen(WELL, SICK).curves}

    assert better == {"val/dice": "a", "val/iou": "a", "val/loss": "a", "train/loss": "a"}


def test_a_gap_within_the_noise_is_no_difference(tmp_path):
    near = seen(write(tmp_path / "a", 0.3, 0.05, 1), write(tmp_path / "b", 0.305, 0.05, 2))
    far = seen(write(tmp_path / "c", 0.3, 0.05, 1), write(tmp_path / "d", 0.5, 0.05, 2))

    assert [one.better for one in near.curves] == ["same"]
    assert [one.better for one in far.curves] == ["a"]


def test_a_setting_that_the_library_connects_with_the_outcome_comes_first(tmp_path):
    a = write(tmp_path / "a", 0.2, settings="lr: 0.001\nbackbone: pvt\n")
    b = write(tmp_path / "b", 0.2, settings="lr: 10.0\nbackbone: resnet\n")
    (b / "metrics.csv").write_text("step,train_loss\n" + "".join(f"{i},{0.8}\n" for i in range(200)))

    first, second = seen(a, b).settings

    assert (first.name, first.values) == ("lr", ("0.001", "10"))
    assert "loss-not-decreasing" in first.goes_with
    assert (second.name, second.goes_with) == ("backbone", ())


def test_of_a_group_only_what_most_of_it_shows_counts_and_its_spread_is_its_noise(tmp_path):
    for seed, level in enumerate((0.2, 0.3, 0.4)):
        write(tmp_path / "a" / f"seed{seed}", level, 0.001, seed)
    write(tmp_path / "b", 0.35, 0.001, 9)
    (tmp_path / "a" / "seed0" / "metrics.csv").write_text(
        "step,train_loss\n" + "".join(f"{i},0.8\n" for i in range(99))
    )

    found = seen(tmp_path / "a", tmp_path / "b")

    assert len(found.a) == 3
    assert "loss-not-decreasing" not in {one.verdict.entry.id for one in found.verdicts}
    assert [one.better for one in found.curves] == ["same"]


@pytest.mark.parametrize("order, code", [((WELL, SICK), 1), ((SICK, WELL), 0), ((WELL, WELL), 0)])
def test_the_exit_code_says_whether_b_got_worse(order, code, capsys):
    assert main(["compare", *map(str, order), "--format", "json"]) == code
    assert json.loads(capsys.readouterr().out)["schema"] == "trainoscope.comparison/1"


def test_a_path_without_a_run_is_named(tmp_path, capsys):
    assert main(["compare", str(WELL), str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_every_subject_of_a_finding_is_named(tmp_path):
    for name, last in (("well", "1e-3"), ("ill", "0")):
        rows = [f"{step},{0.5 + 1 / (1 + step)}," + ",".join(["1e-3" if step < 9 else last] * 6) for step in range(90)]
        (tmp_path / name).mkdir()
        head = "step,train_loss," + ",".join(f"lr/pg{index}" for index in range(6))
        (tmp_path / name / "metrics.csv").write_text("\n".join([head, *rows]) + "\n")

    found = seen(tmp_path / "well", tmp_path / "ill")

    subjects = [one.verdict.evidence.subject for one in found.verdicts if one.verdict.entry.id == "lr-vanished"]
    assert subjects == [f"lr/pg{index}" for index in range(6)]
    shown = " ".join(line.text for line in lines(found, "en", 100))
    assert "also: lr/pg1, lr/pg2, lr/pg3 and 2 more" in shown
    assert shown.count("(lr-vanished)") == 1


def test_two_runs_of_one_name_are_told_apart_by_where_they_lie(tmp_path):
    for side in "ab":
        write(tmp_path / side / "run", 0.4)

    shown = [line.text for line in lines(seen(tmp_path / "a" / "run", tmp_path / "b" / "run"), "en", 200)]

    assert shown[0] == f"A {tmp_path / 'a' / 'run' / 'metrics.csv'}"
    assert shown[1] == f"B {tmp_path / 'b' / 'run' / 'metrics.csv'}"
