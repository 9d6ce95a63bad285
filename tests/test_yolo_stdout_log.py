"""The tables Ultralytics prints: losses by epoch, scores of all classes, and the bars they are glued to."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import HEAD, yolo_stdout_log
from diagnose.run import Trace

HEADER = "      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n"
SCORES = (
    "                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|███| 2/2 [00:01]\n"
)


def read(tmp_path: Path, text: str, name: str = "train.log") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return yolo_stdout_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


def epoch(at: int, box: str = "1.5", mean: str = "0.375") -> str:
    return (
        f"{HEADER}       {at}/9      2.5G        9.5       4.25      2.125         12        640:  50%|██ | 1/2\r"
        f"       {at}/9      2.5G        {box}       4.25      2.125         12        640: 100%|███| 2/2 [00:01]\n"
        f"{SCORES}                   all        120        150      0.875      0.625      {mean}      0.125\n\n"
    )


def test_the_last_state_of_every_epoch_and_its_scores_share_the_epoch(tmp_path):
    (trace,) = read(tmp_path, epoch(1) + epoch(2, "-0.25", "0.5"))

    assert points(trace) == {
        "train/box_loss": [(1, 1.5), (2, -0.25)],
        "train/cls_loss": [(1, 4.25), (2, 4.25)],
        "train/dfl_loss": [(1, 2.125), (2, 2.125)],
        "val/box/precision": [(1, 0.875), (2, 0.875)],
        "val/box/recall": [(1, 0.625), (2, 0.625)],
        "val/box/mAP50": [(1, 0.375), (2, 0.5)],
        "val/box/mAP50-95": [(1, 0.125), (2, 0.125)],
    }
    assert said([trace]) == ""
    assert yolo_stdout_log.sniff(Path("train.log"), epoch(1).encode()[:HEAD])


def test_boxes_and_masks_are_told_apart(tmp_path):
    (trace,) = read(
        tmp_path,
        "      Epoch    GPU_mem   box_loss   seg_loss  Instances       Size\n"
        "        1/9         0G        1.5        2.5         12        640: 100%|███| 2/2\n"
        "   Class     Images  Instances      Box(P          R      mAP50  mAP50-95)     Mask(P          R      mAP50  "
        "mAP50-95): 100%|███| 2/2\n"
        "     all         10         12      0.1      0.2      0.3      0.4      0.5      0.6      0.7      0.8\n",
    )

    assert points(trace)["val/box/mAP50"] == [(1, 0.3)]
    assert points(trace)["val/mask/mAP50"] == [(1, 0.7)]
    assert points(trace)["train/seg_loss"] == [(1, 2.5)]


def test_the_tables_of_version_5_are_read_from_epoch_0(tmp_path):
    (trace,) = read(
        tmp_path,
        "     Epoch   gpu_mem       box       obj       cls    labels  img_size\n"
        "     0/30     1.25G     0.125     0.025         0        20       640: 100%|███| 8/8 [00:01]\n"
        "               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|███| 2/2\n"
        "                 all         50         75       0.01       0.15      0.005     0.0025\n",
    )

    assert points(trace)["train/box_loss"] == [(0, 0.125)]
    assert points(trace)["train/cls_loss"] == [(0, 0.0)]
    assert points(trace)["val/precision"] == [(0, 0.01)]
    assert points(trace)["val/mAP@.5:.95"] == [(0, 0.0025)]


def test_nan_losses_are_values(tmp_path):
    (trace,) = read(tmp_path, epoch(1, "nan") + epoch(2, "inf"))

    (first, second) = points(trace)["train/box_loss"]
    assert math.isnan(first[1])
    assert second == (2, math.inf)


def test_the_evaluation_of_the_best_model_at_the_end_does_not_overwrite_the_last_epoch(tmp_path):
    best = f"{SCORES}                   all        120        150      0.999      0.999      0.999      0.999\n"
    (trace,) = read(tmp_path, epoch(1) + epoch(2) + best)

    assert points(trace)["val/box/mAP50"] == [(1, 0.375), (2, 0.375)]
    assert "12: evaluations beyond one an epoch: 1" in said([trace])


def test_scores_above_the_first_epoch_of_a_cut_log_belong_to_the_epoch_before(tmp_path):
    (trace,) = read(tmp_path, epoch(4).split("\n", 2)[2] + epoch(5))

    assert points(trace)["val/box/mAP50"] == [(4, 0.375), (5, 0.375)]
    assert points(trace)["train/box_loss"] == [(5, 1.5)]


def test_scores_before_any_training_are_left_out_with_a_note(tmp_path):
    (trace,) = read(tmp_path, epoch(1).split("\n", 2)[2] + epoch(1))

    assert points(trace)["val/box/mAP50"] == [(1, 0.375)]
    assert "2: scores before the first epoch" in said([trace])


def test_an_epoch_that_goes_back_begins_another_run(tmp_path):
    traces = read(tmp_path, epoch(1) + epoch(2) + epoch(1, "1.25"))

    assert [points(trace)["train/box_loss"] for trace in traces] == [[(1, 1.5), (2, 1.5)], [(1, 1.25)]]


def test_a_row_cut_by_the_end_of_the_file_is_left_out_with_a_note(tmp_path):
    (trace,) = read(tmp_path, epoch(1) + f"{HEADER}       2/9      2.5G        1.2       5.0")

    assert points(trace)["train/box_loss"] == [(1, 1.5)]
    assert "7: rows without a header or with too few cells: 1" in said([trace])


def test_a_row_without_a_header_is_left_out_with_a_note(tmp_path):
    (trace,) = read(
        tmp_path, "       2/9      2.5G        1.2       5.0       2.0        12       640: 100%|███| 2/2\n"
    )

    assert not trace.series
    assert "1: rows without a header or with too few cells: 1" in said([trace])


SILENT = {
    "an introduction only": "Ultralytics 8.3.0 🚀 Python-3.11 torch-2.5.0 CUDA:0\nengine/trainer: task=segment\n",
    "another table": "Epoch  Loss  Dice\n1  0.5  0.6\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_a_text_without_the_tables_has_no_series_and_says_so(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert not trace.series
    assert "no training signal" in said([trace])


def test_only_its_own_tables_are_claimed():
    assert yolo_stdout_log.sniff(Path("train.log"), SILENT["an introduction only"].encode())
    assert not yolo_stdout_log.sniff(Path("train.log"), SILENT["another table"].encode())
    assert not yolo_stdout_log.sniff(Path("results.csv"), epoch(1).encode())
