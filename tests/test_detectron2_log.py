"""The text log of detectron2: its lines in both spellings, evaluations between them, and what is no log."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import HEAD, detectron2_log
from diagnose.run import Trace

HERE = "[05/06 07:08:09] d2."


def read(tmp_path: Path, text: str, name: str = "log.txt") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return detectron2_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


SAME = {
    "version 0.4 and on": f"{HERE}utils.events INFO:  eta: 0:10:00  iter: 19  total_loss: 2  lr: 0.01  max_mem: 9M\n"
    f"{HERE}utils.events INFO:  eta: 0:09:00  iter: 39  total_loss: 1.5  lr: 0.02  max_mem: 9M\n",
    "the first versions": "[05/06 07:08:09 d2.utils.events]: eta: 1:10:00  iter: 19  total_loss: 2  lr: 0.01  "
    "max_mem: 9M\n[05/06 07:08:19 d2.utils.events]: eta: 1:09:00  iter: 39  total_loss: 1.5  lr: 0.02  max_mem: 9M\n",
    "in colour": "\x1b[32m[05/06 07:08:09 d2.utils.events]: \x1b[0m iter: 19  total_loss: 2  lr: 0.01  max_mem: 9M\n"
    "\x1b[32m[05/06 07:08:19 d2.utils.events]: \x1b[0m iter: 39  total_loss: 1.5  lr: 0.02  max_mem: 9M\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_two_lines_are_read_and_claimed_in_every_spelling(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == {
        "total_loss": [(19, 2.0), (39, 1.5)],
        "lr": [(19, 0.01), (39, 0.02)],
        "max_mem": [(19, 9.0), (39, 9.0)],
    }
    assert said([trace]) == ""
    assert detectron2_log.sniff(Path("log.txt"), text.encode()[:HEAD])


def test_scores_of_an_evaluation_are_named_by_task_and_stand_at_the_iteration_before(tmp_path):
    scores = "".join(
        f"{HERE}evaluation.testing INFO: copypaste: {what}\n"
        for what in ("Task: bbox", "AP,AP50", "12.5,25.0", "Task: segm", "AP,AP50", "10.0,nan")
    )
    (trace,) = read(tmp_path, SAME["version 0.4 and on"] + scores)

    assert points(trace)["bbox/AP"] == [(39, 12.5)]
    assert points(trace)["segm/AP"] == [(39, 10.0)]
    assert math.isnan(points(trace)["segm/AP50"][0][1])


def test_an_iteration_that_goes_back_begins_another_run(tmp_path):
    traces = read(tmp_path, SAME["version 0.4 and on"] * 2)

    assert [points(trace)["total_loss"] for trace in traces] == [[(19, 2.0), (39, 1.5)]] * 2
    assert "iter goes back from 39 to 19" in said(traces)


def test_a_last_line_that_is_cut_loses_its_last_number_only(tmp_path):
    (trace,) = read(
        tmp_path, SAME["version 0.4 and on"] + f"{HERE}utils.events INFO:  iter: 59  total_loss: 1.25  lr: 0.0"
    )

    assert points(trace)["total_loss"][-1] == (59, 1.25)
    assert points(trace)["lr"][-1] == (39, 0.02)
    assert "3: the last line is cut within 'lr'" in said([trace])


def test_scores_that_do_not_fit_their_header_are_noted(tmp_path):
    text = f"{HERE}evaluation.testing INFO: copypaste: AP,AP50\n{HERE}evaluation.testing INFO: copypaste: 1.0,2.0,3.0\n"
    (trace,) = read(tmp_path, SAME["version 0.4 and on"] + text)

    assert set(points(trace)) == {"total_loss", "lr", "max_mem"}
    assert "4: scores that do not fit their header" in said([trace])


SILENT = {
    "a model and no training": f"{HERE}engine.defaults INFO: Model:\nGeneralizedRCNN(\n  (backbone): FPN()\n)\n",
    "code": 'to_print = "eta: {}  iter: {iter}  total_loss: {loss}"\n',
    "another log": "Epoch 1: iter: 5, loss: 0.3\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_a_text_without_progress_has_no_series_and_says_so(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert not trace.series
    assert "no training signal" in said([trace])


def test_only_its_own_lines_are_claimed():
    assert detectron2_log.sniff(Path("log.txt"), SILENT["a model and no training"].encode())
    assert not detectron2_log.sniff(Path("log.txt"), SILENT["code"].encode())
    assert not detectron2_log.sniff(Path("log.txt"), SILENT["another log"].encode())
