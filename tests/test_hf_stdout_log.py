"""What the Hugging Face Trainer prints: dicts in Python's spelling, bars between them, and the step they stand at."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import HEAD, hf_stdout_log
from diagnose.run import Trace


def read(tmp_path: Path, text: str, name: str = "train.log") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text.encode())
    return hf_stdout_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


def bar(at: int, of: int) -> str:
    return f" {100 * at // of:3}%|##        | {at}/{of} [00:10<00:10,  1.00s/it]"


SAME = {
    "plain": "{'loss': 0.9, 'learning_rate': 1e-05, 'epoch': 0.1}\n{'loss': 0.5, 'learning_rate': 0.0, 'epoch': 0.2}\n",
    "padded with blanks": f"{{'loss': 0.9, 'learning_rate': 1e-05, 'epoch': 0.1}}{' ' * 90}\n"
    f"{{'loss': 0.5, 'learning_rate': 0.0, 'epoch': 0.2}}{' ' * 90}\n",
    "numbers as strings": "{'loss': '0.9', 'learning_rate': '1e-05', 'epoch': '0.1'}\n"
    "{'loss': '0.5', 'learning_rate': '0', 'epoch': '0.2'}\n",
    "numbers of NumPy and torch": "{'loss': np.float64(0.9), 'learning_rate': 1e-05, 'epoch': 0.1}\n"
    "{'loss': tensor(0.5, device='cuda:0'), 'learning_rate': 0.0, 'epoch': 0.2}\n",
    "with words beside": "{'loss': 0.9, 'learning_rate': 1e-05, 'memory(GiB)': None, 'epoch': 0.1}\n"
    "{'loss': 0.5, 'learning_rate': 0.0, 'remaining': '3h 2m', 'epoch': 0.2}\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_without_a_bar_the_training_records_are_counted(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == {
        "loss": [(1, 0.9), (2, 0.5)],
        "learning_rate": [(1, 1e-5), (2, 0.0)],
        "epoch": [(1, 0.1), (2, 0.2)],
    }
    assert said([trace]) == "None: no step in it: training records are counted"
    assert hf_stdout_log.sniff(Path("train.log"), text.encode()[:HEAD])


def test_the_bar_above_a_record_gives_its_step_and_that_of_an_evaluation_does_not(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{bar(10, 40)}\r{bar(20, 40)}\n{{'loss': 0.9, 'epoch': 1.0}}\n{bar(3, 5)}\r{bar(5, 5)}\n"
        "{'eval_loss': 0.8, 'epoch': 1.0}\n"
        f"{bar(40, 40)}{{'loss': 0.5, 'epoch': 2.0}}\n{{'train_runtime': 99.0, 'train_loss': 0.7, 'epoch': 2.0}}\n",
    )

    assert points(trace)["loss"] == [(20, 0.9), (40, 0.5)]
    assert points(trace)["eval_loss"] == [(20, 0.8)]
    assert points(trace)["train_loss"] == [(40, 0.7)]
    assert said([trace]) == ""


def test_a_bar_without_a_picture_gives_the_step_too(tmp_path):
    (trace,) = read(
        tmp_path,
        " 33% 20/60 [00:40<01:20,  2.00s/it]\n{'loss': '0.9', 'epoch': '0.5'}\n"
        " 67% 40/60 [01:20<00:40,  2.00s/it]\n{'loss': '0.5', 'epoch': '1'}\n",
    )

    assert points(trace)["loss"] == [(20, 0.9), (40, 0.5)]


def test_bars_that_do_not_keep_up_with_the_records_are_not_believed(tmp_path):
    (trace,) = read(tmp_path, f"{bar(40, 40)}\n{{'loss': 0.9, 'epoch': 0.5}}\n{{'loss': 0.5, 'epoch': 1.0}}\n")

    assert points(trace)["loss"] == [(1, 0.9), (2, 0.5)]
    assert "training records are counted" in said([trace])


def test_whole_epochs_are_a_clock_of_their_own(tmp_path):
    (trace,) = read(
        tmp_path,
        "{'loss': 0.9, 'epoch': 1.0}\n{'eval_loss': 0.8, 'epoch': 1.0}\n"
        "{'loss': 0.5, 'epoch': 2.0}\n{'eval_loss': 0.6, 'epoch': 2.0}\n",
    )

    assert points(trace) == {"loss": [(1, 0.9), (2, 0.5)], "eval_loss": [(1, 0.8), (2, 0.6)]}


def test_a_step_in_the_record_itself_is_believed(tmp_path):
    (trace,) = read(
        tmp_path,
        "{'loss': 0.9, 'epoch': 0.1, 'global_step/max_steps': '5/50'}\n"
        "{'loss': 0.5, 'epoch': 0.2, 'global_step/max_steps': '10/50'}\n",
    )

    assert points(trace)["loss"] == [(5, 0.9), (10, 0.5)]


def test_nan_without_quotes_is_a_value(tmp_path):
    (trace,) = read(
        tmp_path, "{'loss': 0.0, 'grad_norm': nan, 'epoch': 0.0}\n{'loss': inf, 'grad_norm': nan, 'epoch': 0.0}\n"
    )

    assert all(math.isnan(value) for _, value in points(trace)["grad_norm"])
    assert points(trace)["loss"] == [(1, 0.0), (2, math.inf)]


def test_an_epoch_that_goes_back_begins_another_run(tmp_path):
    traces = read(tmp_path, SAME["plain"] * 2)

    assert [points(trace)["loss"] for trace in traces] == [[(1, 0.9), (2, 0.5)]] * 2


def test_a_record_cut_by_the_end_of_the_file_is_left_out_with_a_note(tmp_path):
    (trace,) = read(tmp_path, SAME["plain"] + "{'loss': 0.4, 'epo")

    assert points(trace)["loss"] == [(1, 0.9), (2, 0.5)]
    assert "3: records without an end: 1" in said([trace])


SILENT = {
    "bars only": f"{bar(1, 4)}\n{bar(2, 4)}\n",
    "a dict of settings": "{'lr': 0.1, 'batch': 4}\n",
    "code": "logs = {'loss': loss.item(), 'epoch': epoch}\n",
}


@pytest.mark.parametrize("text", SILENT.values(), ids=SILENT.keys())
def test_a_text_without_records_has_no_series_and_is_not_claimed(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert not trace.series
    assert "no training signal" in said([trace])
    assert not hf_stdout_log.sniff(Path("train.log"), text.encode())
