"""Text logs of mmcv and mmengine: steps across epochs, evaluations, cut lines, and files that only look alike."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import HEAD, openmmlab_log
from diagnose.run import Trace

MMCV = "2024-05-06 07:08:09,123 - mmseg - INFO - "
MMENGINE = "2024/05/06 07:08:09 - mmengine - INFO - "


def read(tmp_path: Path, text: str | bytes, name: str = "20240506_070809.log") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return openmmlab_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


ITERATIONS = {
    "mmcv with a tab": f"{MMCV}Iter [50/100]\tlr: 1e-2, eta: 0:00:09, loss: 0.9\n"
    f"{MMCV}Iter [100/100]\tlr: 5e-3, eta: 0:00:00, loss: 0.5\n",
    "mmcv pasted with blanks": f"{MMCV}Iter [50/100]     lr: 1e-2, eta: 1 day, 0:00:09, loss: 0.9\n"
    f"{MMCV}Iter [100/100]     lr: 5e-3, eta: 0:00:00, loss: 0.5\n",
    "mmengine": f"{MMENGINE}Iter(train) [ 50/100]  lr: 1e-2  eta: 0:00:09  loss: 0.9\n"
    f"{MMENGINE}Iter(train) [100/100]  lr: 5e-3  eta: 0:00:00  loss: 0.5\n",
    "no logger in front": "Iter [50/100]\tlr: 1e-2, eta: 0:00:09, loss: 0.9\nIter [100/100]\tlr: 5e-3, loss: 0.5\n",
    "line ends of Windows": f"{MMENGINE}Iter(train) [ 50/100]  lr: 1e-2  loss: 0.9\r\n"
    f"{MMENGINE}Iter(train) [100/100]  lr: 5e-3  loss: 0.5\r\n",
}


@pytest.mark.parametrize("text", ITERATIONS.values(), ids=ITERATIONS.keys())
def test_two_iterations_are_read_and_claimed_however_they_are_written(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == {"train/lr": [(50, 0.01), (100, 0.005)], "train/loss": [(50, 0.9), (100, 0.5)]}
    assert said([trace]) == ""
    assert openmmlab_log.sniff(Path("a.txt"), text.encode()[:HEAD])


def test_iterations_of_an_epoch_become_global_steps_by_the_length_the_log_gives(tmp_path):
    text = "".join(
        f"{MMENGINE}Epoch(train)  [{epoch}][{at:3}/130]  lr: 1e-2  loss: {epoch}.5\n"
        for epoch in (1, 2)
        for at in (50, 100)
    )
    (trace,) = read(tmp_path, text)

    assert points(trace)["train/loss"] == [(50, 1.5), (100, 1.5), (180, 2.5), (230, 2.5)]
    assert said([trace]) == ""


def test_an_evaluation_stands_where_it_was_made_and_its_progress_is_no_point(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{MMENGINE}Epoch(train) [1][50/60]  lr: 1e-2  loss: 0.9\n"
        f"{MMENGINE}Epoch(val) [1][10/20]    eta: 0:00:01  time: 0.1  data_time: 0.01  memory: 900  \n"
        f"{MMENGINE}Epoch(val) [1][20/20]    aAcc: 90.0  mIoU: 62.5  data_time: 0.01  time: 0.1\n"
        f"{MMENGINE}Epoch(train) [2][50/60]  lr: 1e-2  loss: 0.8\n",
    )

    assert points(trace)["val/mIoU"] == [(60, 62.5)]
    assert points(trace)["val/time"] == [(60, 0.1)]


def test_an_evaluation_of_mmcv_that_counts_images_stands_at_the_iteration_before_it(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: 0.9\n"
        f"{MMCV}Iter(val) [300]\tmIoU: 0.61, bbox_mAP_copypaste: 0.1 0.2 0.3\n"
        f"{MMCV}Iter [100/100]\tlr: 1e-2, loss: 0.8\n",
    )

    assert points(trace)["val/mIoU"] == [(50, 0.61)]
    assert not any("copypaste" in name for name in points(trace))


def test_nan_and_infinite_losses_are_values(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: nan, grad_norm: inf\n"
        f"{MMCV}Iter [100/100]\tlr: 1e-2, loss: nan, grad_norm: nan\n",
    )

    assert all(math.isnan(value) for _, value in points(trace)["train/loss"])
    assert points(trace)["train/grad_norm"][0] == (50, math.inf)


def test_a_number_cut_by_the_end_of_the_file_is_left_out(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{MMCV}Iter [50/100]\tlr: 1.000e-02, acc: 12.3456, loss: 1.2500\n{MMCV}Iter [100/100]\tlr: 1.000e-02, acc: 1",
    )

    assert points(trace)["train/acc"] == [(50, 12.3456)]
    assert points(trace)["train/lr"] == [(50, 0.01), (100, 0.01)]
    assert "2: the last line is cut within 'acc'" in said([trace])


def test_a_number_whose_exponent_is_cut_is_left_out(tmp_path):
    (trace,) = read(
        tmp_path, f"{MMCV}Iter [50/100]\tlr: 1e-02, loss: 0.5\n{MMCV}Iter [100/100]\tloss: 0.4, lr: 8.125e-0"
    )

    assert points(trace) == {"train/lr": [(50, 0.01)], "train/loss": [(50, 0.5), (100, 0.4)]}


def test_a_whole_last_line_without_a_line_end_is_kept(tmp_path):
    (trace,) = read(tmp_path, f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: 0.9\n{MMCV}Iter [100/100]\tlr: 5e-3, loss: 0.5")

    assert points(trace)["train/loss"] == [(50, 0.9), (100, 0.5)]
    assert said([trace]) == "2: the last line has no end; what it says last may not be all there"


def test_a_line_cut_behind_a_whole_number_keeps_it(tmp_path):
    (trace,) = read(tmp_path, f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: 0.9\n{MMCV}Iter [100/100]\tlr: 5e-3, lo")

    assert points(trace)["train/lr"] == [(50, 0.01), (100, 0.005)]


def test_a_broken_number_is_noted_and_the_rest_of_the_line_read(tmp_path):
    (trace,) = read(tmp_path, f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: 0.4.5, acc: 90\n")

    assert points(trace) == {"train/lr": [(50, 0.01)], "train/acc": [(50, 90.0)]}
    assert "1: '0.4.5' is no number" in said([trace])


SILENT = {
    "the environment and the configuration": f"{MMENGINE}\n{'-' * 60}\nSystem environment:\n    GPU 0: x\nloss=1.0\n",
    "code that prints the line": 'log.info(f"Iter [{it}/{n}]\\tlr: {lr}, loss: {loss}")\n',
    "a log of COD networks": "2024-05-06 Epoch [001/100], Step [0001/0128], Total_loss: 3.5 Loss1: 2.5\n",
    "a traceback": f"{MMCV}workflow: [('train', 1)], max: 100 iters\nTraceback (most recent call last):\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_a_text_without_progress_has_no_series_and_says_so(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert not trace.series
    assert "no training signal" in said([trace])


def test_only_its_own_lines_are_claimed():
    sniff = openmmlab_log.sniff

    assert sniff(Path("20240506_070809.log"), SILENT["the environment and the configuration"].encode())
    assert not sniff(Path("train.log"), SILENT["a log of COD networks"].encode())
    assert not sniff(Path("train.log"), SILENT["code that prints the line"].encode())
    assert not sniff(Path("notes.md"), ITERATIONS["mmengine"].encode())


def test_the_scores_of_every_class_are_read_from_the_table_above_the_means(tmp_path):
    text = (
        f"{MMENGINE}Iter(train) [ 50/100]  lr: 1e-2  loss: 0.9\n{MMENGINE}per class results:\n{MMENGINE}\n"
        "+-------+-------+------+\n| Class |  IoU  | Acc  |\n+-------+-------+------+\n"
        "|  back | 98.5  | 99.0 |\n| polyp | 75.25 | nan  |\n+-------+-------+------+\n"
        f"{MMENGINE}Iter(val) [10/10]    aAcc: 98.0  mIoU: 86.5  data_time: 0.01  time: 0.1\n"
    )

    found = points(read(tmp_path, text)[0])

    assert found["val/IoU.back"] == [(50, 98.5)]
    assert found["val/IoU.polyp"] == [(50, 75.25)]
    assert math.isnan(found["val/Acc.polyp"][0][1])


def test_a_table_that_the_means_repeat_is_read_once(tmp_path):
    text = (
        f"{MMCV}Iter [50/100]\tlr: 1e-2, loss: 0.9\n| Class | IoU |\n| polyp | 75.25 |\n"
        f"{MMCV}Iter(val) [9]\tmIoU: 0.5, IoU.polyp: 0.7525\n"
    )

    assert points(read(tmp_path, text)[0])["val/IoU.polyp"] == [(50, 0.7525)]
