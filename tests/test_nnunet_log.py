"""nnU-Net's logs: a row an epoch out of a block of lines, in the spelling of both versions."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from diagnose.readers import nnunet_log
from diagnose.run import Trace

DAY = "2024-05-06 "


def read(tmp_path: Path, *lines: str) -> list[Trace]:
    path = tmp_path / "training_log_2024_5_6_07_08_09.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return nnunet_log.read(path)


def second(epoch: int, *lines: str) -> list[str]:
    return [f"{DAY}07:{epoch:02d}:00.123456: {line} " for line in (f"Epoch {epoch}", *lines)]


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> list[tuple[int | None, str]]:
    return [(note.line, note.what.en) for trace in traces for note in trace.notes]


def test_the_first_version_is_read_as_well(tmp_path):
    (trace,) = read(
        tmp_path,
        f"{DAY}07:00:00.000000: ",
        "epoch:  6",
        f"{DAY}07:01:00.000000: train loss : -0.6584",
        f"{DAY}07:01:01.000000: validation loss: -0.7226",
        f"{DAY}07:01:01.000000: Average global foreground Dice: [0.8837]",
        f"{DAY}07:01:01.000000: (interpret this as an estimate, it is not exact.)",
        f"{DAY}07:01:02.000000: lr: 0.009937",
        f"{DAY}07:01:02.000000: This epoch took 62.136132 s",
    )

    assert points(trace) == {
        "train loss": [(6, -0.6584)],
        "validation loss": [(6, -0.7226)],
        "Average global foreground Dice": [(6, 0.8837)],
        "lr": [(6, 0.009937)],
        "Epoch time": [(6, 62.136132)],
    }


@pytest.mark.parametrize("dice", ["[0.5, nan]", "[np.float32(0.5), np.float32(nan)]", "[np.float64(0.5),nan]"])
def test_every_class_is_a_curve_and_an_absent_one_is_not_a_number(tmp_path, dice):
    (trace,) = read(tmp_path, *second(0, f"Pseudo dice {dice}"))

    found = points(trace)

    assert found["Pseudo dice 1"] == [(0, 0.5)]
    assert math.isnan(found["Pseudo dice 2"][0][1])


def test_the_best_average_stands_only_where_it_was_printed(tmp_path):
    best = "Yayy! New best EMA pseudo Dice: 0.5"
    (trace,) = read(tmp_path, *second(0, "train_loss 0.5", best), *second(1, "train_loss 0.25"))

    assert points(trace) == {"train_loss": [(0, 0.5), (1, 0.25)], "best EMA pseudo Dice": [(0, 0.5)]}


def test_a_log_pasted_from_the_middle_knows_its_epoch_by_the_next(tmp_path):
    traces = read(tmp_path, f"{DAY}07:00:00.1: train_loss 0.5", *second(22, "train_loss 0.25"))

    assert points(traces[0]) == {"train_loss": [(21, 0.5), (22, 0.25)]}
    assert said(traces) == [(1, "begins in the middle of epoch 21")]


def test_a_list_cut_short_gives_the_values_that_are_whole(tmp_path):
    traces = read(tmp_path, *second(0, "train_loss 0.5", "Pseudo dice [0.25, 0.125, 0.0"))

    found = points(traces[0])

    assert {"Pseudo dice 1": [(0, 0.25)], "Pseudo dice 2": [(0, 0.125)]}.items() <= found.items()
    assert "Pseudo dice 3" not in found
    assert said(traces) == [(3, "a list of values is cut short: Pseudo dice")]


def test_a_continued_training_that_repeats_epochs_is_cut_where_it_goes_back(tmp_path):
    epochs = [0, 1, 2, 1, 2, 3]
    traces = read(tmp_path, *(line for epoch in epochs for line in second(epoch, f"train_loss 0.{epoch}5")))

    assert [trace.series[0].steps.tolist() for trace in traces] == [[0, 1, 2], [1, 2, 3]]
    assert said(traces) == [(7, "epoch goes back from 2 to 1: a new run starts here")]


def test_the_time_of_an_epoch_is_that_of_its_last_line(tmp_path):
    (trace,) = read(tmp_path, *second(1, "train_loss 0.5"), *second(3, "train_loss 0.25"))

    wall = trace.series[0].wall

    assert wall is not None
    assert (wall[1] - wall[0]).item() == pytest.approx(120)


def test_a_stamp_that_is_no_date_costs_the_times_and_nothing_else(tmp_path):
    (trace,) = read(tmp_path, "2024-99-06 07:00:00.1: Epoch 1", "2024-99-06 07:00:00.1: train_loss 0.5")

    assert points(trace) == {"train_loss": [(1, 0.5)]}
    assert trace.series[0].wall is None


def test_a_progress_bar_before_the_stamp_hides_nothing(tmp_path):
    (trace,) = read(tmp_path, *second(0), f"100%|####| 250/250 [01:00<00:00]{DAY}07:01:00.1: train_loss 0.5")

    assert points(trace) == {"train_loss": [(0, 0.5)]}


def test_a_word_in_place_of_a_number_is_noted(tmp_path):
    traces = read(tmp_path, *second(0, "train_loss 0.5", "val_loss -0.x"))

    assert points(traces[0]) == {"train_loss": [(0, 0.5)]}
    assert said(traces) == [(3, "'-0.x' is no number; 1 such values skipped")]


def test_a_training_that_stopped_inside_an_epoch_says_so(tmp_path):
    traces = read(tmp_path, *second(0, "train_loss 0.5"), *second(1, "Current learning rate: 0.009"))

    assert said(traces) == [(3, "the last epoch was not finished")]


def test_a_training_that_never_began_gives_no_series(tmp_path):
    traces = read(
        tmp_path, "Please cite the following paper when using nnU-Net:", f"{DAY}07:00:00.1: unpacking dataset..."
    )

    assert [trace.series for trace in traces] == [()]
    assert "no training signal" in said(traces)[0][1]


@pytest.mark.parametrize(
    "head",
    [
        "Please cite the following paper when using nnU-Net:\nThis is the configuration used by this training:\n {}",
        f"{DAY}07:00:00.1: Epoch 0 \n",
        f"{DAY}07:00:00.1: \nepoch:  6\n",
        f"Traceback\n{DAY}07:00:00.1: Pseudo dice [0.5]\n",
    ],
)
def test_a_log_is_known_by_its_banner_or_by_any_line_of_a_block(head):
    assert nnunet_log.sniff(Path("job.out"), head.encode())


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("nnUNetTrainer.py", 'self.print_to_log_file("train_loss", np.round(loss, 4))'),
        ("notes.txt", "Please cite the following paper when using nnU-Net: ..."),
        ("train.log", "Epoch 3\ntrain_loss 0.5\n"),
        ("train.log", f"{DAY}07:00:00 INFO Epoch 3 loss 0.5\n"),
    ],
)
def test_source_code_citations_and_other_logs_are_left_alone(name, head):
    assert not nnunet_log.sniff(Path(name), head.encode())
