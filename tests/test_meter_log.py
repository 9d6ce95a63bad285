"""Meters in every spelling: a value and its mean, an evaluation that ends in its means, epochs that count on."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import meter_log

SPELLINGS = {
    "imagenet": "Epoch: [{e}][{s:>3}/100]\tTime  0.5 ( 0.5)\tLoss 7.{e}{s}e+00 (6.9000e+00)\tAcc@1   1.00 (  2.00)",
    "deit": "Epoch: [{e}]  [{s:>3}/100]  eta: 0:01:00  lr: 0.5  Loss: 7.{e}{s} (6.9)  time: 0.5  data: 0.1  max mem: 9",
    "dino": "Epoch: [{e}/300]  [{s:>3}/100]  eta: 1 day, 0:01:00  Loss: 7.{e}{s} (6.9)  lr: 0.1 (0.1)  wd: 0.04 (0.04)",
    "swin": "Train: [{e}/300][{s}/100]\teta 0:05:10 lr 0.01\t wd 0.05\ttime 0.5 (0.6)\tLoss 7.{e}{s} (6.9)\tmem 9",
    "timm": "Train: {e} [{s:>4}/100 ( 10%)]  Loss: 7.{e}{s} (6.90)  Time: 0.1s, 10.00/s  (0.2s, 8.00/s)  LR: 1.0e-03",
}


def read(tmp_path, *lines):
    path = tmp_path / "out.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert meter_log.sniff(path, path.read_bytes())
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in meter_log.read(path)]


@pytest.mark.parametrize("line", SPELLINGS.values(), ids=SPELLINGS)
def test_a_value_before_its_mean_is_read_by_step_since_the_start(tmp_path, line):
    [found] = read(tmp_path, *(line.format(e=e, s=s) for e in (0, 1) for s in (10, 50)))

    assert found["train/Loss"] == ([10, 50, 110, 150], [7.01, 7.05, 7.11, 7.15])


def test_an_evaluation_is_one_point_its_means_at_the_end(tmp_path):
    tests = [f"Test: [{s:>3}/20]\tLoss 6.{s:02}e+00 (5.{s:02}e+00)\tAcc@1  0.5 ( 1.{s})" for s in (0, 10, 19)]
    train = [SPELLINGS["imagenet"].format(e=e, s=10) for e in (0, 1)]

    [found] = read(tmp_path, train[0], *tests, " *   Acc@1 1.5 Acc@5 9.5", train[1], *tests)

    assert found["test/Loss"] == ([10, 110], [5.19, 5.19])
    assert found["test/Acc@1"] == ([10, 110], [1.5, 1.19])
    assert found["test/Acc@5"] == ([10], [9.5])


def test_the_result_torchvision_prints_without_a_star_is_read(tmp_path):
    [found] = read(
        tmp_path,
        SPELLINGS["deit"].format(e=0, s=10),
        "Test:   [ 0/20]  loss: 0.5 (0.25)",
        "Test:  Acc@1 52.5 Acc@5 80.5",
    )

    assert found["test/loss"] == ([10], [0.25])
    assert found["test/Acc@1"] == ([10], [52.5])


def test_a_new_start_is_a_run_of_its_own(tmp_path):
    lines = [SPELLINGS["deit"].format(e=0, s=s) for s in (10, 50)]

    assert [run["train/Loss"][0] for run in read(tmp_path, *lines, *lines)] == [[10, 50], [10, 50]]


@pytest.mark.parametrize(
    "text",
    ["Epoch: [1/10], Loss: 0.5", "progress.display('Epoch: [{}]', Loss 0.5 (0.5))", "Train: 3 [1/2] files copied"],
)
def test_a_line_without_a_mean_is_left_to_others(text):
    assert not meter_log.sniff(Path("a.log"), text.encode())


def test_results_in_a_row_as_their_names_are_read(tmp_path):
    train = [
        f"Epoch: [{e}/200][{s}/185] Data 0.001 (0.012) Loss 1.{e}5 Accuracy 0.{e}5." for e in (1, 2) for s in (10, 20)
    ]
    results = "Val result: mIoU/mAcc/allAcc 0.5000/0.6250/nan."

    [found] = read(tmp_path, *train[:2], results, *train[2:], results)

    assert found["train/Accuracy"] == ([10, 20, 195, 205], [0.15, 0.15, 0.25, 0.25])
    assert found["val/mIoU"] == ([20, 205], [0.5, 0.5])
    assert found["val/mAcc"] == ([20, 205], [0.625, 0.625])
    assert found["val/allAcc"][0] == [20, 205]
