"""What Keras prints: bars of every version, redrawn or not, the last state of each epoch, and glued text."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import HEAD, keras_log
from diagnose.run import Trace


def read(tmp_path: Path, text: str | bytes, name: str = "nohup.out") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return keras_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


FIRST = "loss: 0.9000 - f1-score: 0.4000 - val_loss: 0.8000"
SECOND = "loss: 5.0000e-04 - f1-score: 0.6000 - val_loss: 0.7000"
SAME = {
    "a line an epoch": f"Epoch 1/2\n8/8 [====] - 2s 111ms/step - {FIRST}\n"
    f"Epoch 2/2\n8/8 [====] - 2s 111ms/step - {SECOND}\n",
    "carriage returns": "Epoch 1/2\n\r1/8 [>...] - ETA: 2:03 - loss: 9.0000 - f1-score: 0.1000"
    f"\r8/8 [====] - ETA: 0s - loss: 0.9000\r8/8 [====] - 2s 111ms/step - {FIRST}\n"
    f"Epoch 2/2\n\r8/8 [====] - 2s 111ms/step - {SECOND}\n",
    "backspaces": f"Epoch 1/2\n1/8 [>...] - ETA: 2s - loss: 9.0000{chr(8) * 40}8/8 [====] - 2s - {FIRST}\n"
    f"Epoch 2/2\n8/8 [====] - 2s - {SECOND}\n",
    "bars of Keras 3 in colour": "Epoch 1/2\n\x1b[1m1/8\x1b[0m \x1b[37m━━━━\x1b[0m \x1b[1m9s\x1b[0m 1s/step - loss: 9.0"
    f"\r\x1b[1m8/8\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m2s\x1b[0m 111ms/step - {FIRST}\n"
    f"Epoch 2/2\n\x1b[1m8/8\x1b[0m \x1b[32m━━━━\x1b[0m \x1b[1m2s\x1b[0m 111ms/step - {SECOND}\n",
    "an unknown number of batches": f"Epoch 1/2\n      1/Unknown - 2s 2s/step - loss: 9.0\r8/8 [====] - 2s - {FIRST}\n"
    f"Epoch 2/2\n8/8 [====] - 2s - {SECOND}\n",
    "quiet": f"Epoch 1/2\n8/8 - 2s - 111ms/step - {FIRST}\nEpoch 2/2\n8/8 - 2s - 111ms/step - {SECOND}\n",
    "quiet in Keras 2": f"Epoch 1/2\n - 2s - {FIRST}\nEpoch 2/2\n - 2s 111ms/step - {SECOND}\n",
    "the epoch on the line of the bar": f"Epoch 1/2 8/8 [====] - 2s - {FIRST}\n\n"
    f"Epoch 2/2 8/8 [====] - 2s - {SECOND}\n",
    "no epoch lines": f"8/8 [====] - 2s - {FIRST}\n1/8 [>...] - ETA: 1s - loss: 9.0\n8/8 [====] - 2s - {SECOND}\n",
    "line ends of Windows": f"Epoch 1/2\r\n8/8 [====] - 2s - {FIRST}\r\nEpoch 2/2\r\n8/8 [====] - 2s - {SECOND}\r\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_two_epochs_are_read_and_claimed_however_the_bar_is_drawn(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == {
        "loss": [(1, 0.9), (2, 0.0005)],
        "f1-score": [(1, 0.4), (2, 0.6)],
        "val_loss": [(1, 0.8), (2, 0.7)],
    }
    assert said([trace]) == ""
    assert keras_log.sniff(Path("nohup.out"), text.encode()[:HEAD])


def test_text_glued_to_a_number_is_not_part_of_it(tmp_path):
    (trace,) = read(
        tmp_path,
        "7/9 [==>.] - ETA: 31s - loss: 3.14152031-02-03 04:05:06 [INFO] something\n"
        "8/9 [===>] - ETA: 29s - loss: 3.1415WARNING:tensorflow: slow\n"
        "8/9 [===>] - ETA: 29s - loss: 3.1415\n",
    )

    assert points(trace) == {"loss": [(7, 3.1415), (8, 3.1415)]}


def test_a_single_epoch_that_never_ends_is_read_batch_by_batch(tmp_path):
    (trace,) = read(tmp_path, "".join(f"{at}/90 [>..] - ETA: 7:05 - loss: 0.{70 - at}00\n" for at in (1, 2, 3)))

    assert points(trace) == {"loss": [(1, 0.69), (2, 0.68), (3, 0.67)]}
    assert "a single epoch, not over (3/90)" in said([trace])


def test_the_last_epoch_of_a_stopped_run_is_read_and_called_unfinished(tmp_path):
    (trace,) = read(tmp_path, f"{SAME['a line an epoch']}Epoch 3/9\n3/8 [=>..] - ETA: 8s - loss: 0.3000\n")

    assert points(trace)["loss"][-1] == (3, 0.3)
    assert "6: the last epoch is not over (3/8)" in said([trace])


@pytest.mark.parametrize("cut", ["0.", "0.7", "7.0000e", "7.0000e-0"])
def test_a_number_cut_by_the_end_of_the_file_is_left_out(tmp_path, cut):
    (trace,) = read(tmp_path, f"{SAME['a line an epoch']}Epoch 3/3\n8/8 [====] - 2s - loss: 0.3000 - val_loss: {cut}")

    assert points(trace)["loss"][-1] == (3, 0.3)
    assert points(trace)["val_loss"] == [(1, 0.8), (2, 0.7)]
    assert "6: the last line is cut within 'val_loss'" in said([trace])


def test_a_second_bar_below_an_epoch_is_an_evaluation_and_leaves_the_training_loss_alone(tmp_path):
    (trace,) = read(tmp_path, f"{SAME['a line an epoch']}4/4 [====] - 0s 9ms/step - loss: 0.7500\n")

    assert points(trace)["loss"] == [(1, 0.9), (2, 0.0005)]
    assert points(trace)["eval/loss"] == [(2, 0.75)]


def test_an_evaluation_as_long_as_the_epoch_is_told_from_it_by_its_numbers(tmp_path):
    (trace,) = read(
        tmp_path,
        "Epoch 1/1\n8/8 [====] - ETA: 0s - loss: 0.9000\n8/8 [====] - 2s - loss: 0.9000 - val_loss: 0.8000\n"
        "8/8 [====] - 0s 9ms/step - loss: 0.7500\n",
    )

    assert points(trace) == {"loss": [(1, 0.9)], "val_loss": [(1, 0.8)], "eval/loss": [(1, 0.75)]}


def test_a_validation_loss_of_nan_is_a_value(tmp_path):
    (trace,) = read(tmp_path, "Epoch 1/70\n5/5 [====] - 2s 321ms/step - loss: 1.2345 - val_loss: nan\n")

    assert points(trace)["loss"] == [(1, 1.2345)]
    assert math.isnan(points(trace)["val_loss"][0][1])


def test_an_epoch_that_goes_back_begins_another_run(tmp_path):
    traces = read(tmp_path, SAME["a line an epoch"] * 2)

    assert [points(trace)["loss"] for trace in traces] == [[(1, 0.9), (2, 0.0005)]] * 2
    assert "epoch goes back from 2 to 1" in said(traces)


SILENT = {
    "predictions": "1/1 [====] - 0s 20ms/step\n4/4 [====] - 0s 20ms/step\n",
    "tqdm": "100%|████| 8/8 [00:02<00:00,  4.0it/s]\n",
    "the plan only": "Epoch 1/50\n",
    "code": 'print(f"{step}/{steps} [====] - loss: {loss}")\n',
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_a_text_without_numbers_behind_its_bars_has_no_series_and_says_so(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert not trace.series
    assert "no training signal" in said([trace])
    assert not keras_log.sniff(Path("nohup.out"), text.encode())
