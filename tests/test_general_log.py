"""Logs of no framework: what is read out of the shape of their lines, and the texts that hold no training at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import general_log
from diagnose.tables.shapes import LONGEST, shape_of, taken_out


def read(tmp_path, text, name="run.log"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    traces = general_log.read(path)
    found = [{one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} for trace in traces]
    return found, " ".join(note.what.en for trace in traces for note in trace.notes)


def epochs(line, count=4):
    """The line for every epoch, ``{n}`` its number."""
    return "".join(line.format(n=n) + "\n" for n in range(1, count + 1))


def nine(text):
    """The text nine times, # replaced by the number of the time."""
    return "".join(text.replace("#", str(n)) + "\n" for n in range(1, 10))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Epoch {n}/9, Loss: 0.{n}", "Loss"),
        ("epoch={n} loss=0.{n}", "loss"),
        ("[{n}/9] train_loss 0.{n}", "train_loss"),
        ("2024-05-06 07:08:09,123 - root - INFO - Epoch [{n}/9] - loss: 0.{n}", "loss"),
        ("[Epoch {n}] Loss is 0.{n}. Done", "Loss"),
        ("epoch {n} | lr_p 0.{n} | 5 it/s", "lr_p"),
        ("Epoch: {n} Train Loss: 0.{n}", "Train Loss"),
        ("Train Epoch {n}: Loss = 0.{n}", "train/Loss"),
        ("第 {n}/9 轮 训练损失：0.{n}", "训练损失"),
        ("轮次：{n}，平均dice：0.{n}", "平均dice"),
        ("Epoch {n}: reward: 0.{n}", "reward"),
        ("(trainer.py:45) Epoch {n} loss 0.{n}", "loss"),
        ("2024-05-06 | INFO | a.core.trainer:250 - epoch: {n}/9, loss: 0.{n}", "loss"),
        ("epoch: {n}, v_num: 3, rank: 0, train_loss_step=0.{n}", "train_loss_step"),
        ("当前轮数: {n}, 损失为0.{n}", "损失"),
        ("【第{n}轮】mDice＝0.{n}", "mDice"),
        ("it: {n}/1000, loss: 0.{n}", "loss"),
        ("Epoch {n}; loss: 0,{n}; other things", "loss"),
        ("Époque {n}/9\nTrain Loss: 0.{n}", "Train Loss"),
        ("エポック {n}/9\n結果:\n  Val IoU: 0.{n}", "Val IoU"),
        ("Epoch {n}/9\n  ├─ Train IoU: 0.{n}\n  └─ Loss weights: Focal=0.5, Dice=0.5", "Train IoU"),
        ("epoch {n}: {{'loss': tensor(0.{n}, device='cuda:0', grad_fn=<MeanBackward0>)}}", "loss"),
        ("[epoch:  1, iter:   {n},000, lr:(2.0e-04,)] [eta: 1 day, 0:00:00] l_pix: 0.{n}", "l_pix"),
        ("epoch {n} average loss: 0.{n}, best loss: 0.05 at epoch: 1", "average loss"),
        ("[epoch: {n}/9, batch: 1/5, ite: {n}] train loss: 0.{n}", "train loss"),
    ],
)
def test_a_line_of_any_style_gives_its_quantity_at_its_epoch(tmp_path, line, name):
    [found], _ = read(tmp_path, epochs(line))

    assert found[name] == ([1000, 2000, 3000, 4000] if "iter:" in line else [1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4])
    assert found.keys() <= {name, "lr"}


def test_nan_and_infinity_are_values(tmp_path):
    values = ("0.5", "inf", "nan", "-Infinity")

    [found], _ = read(tmp_path, "".join(f"step: {n} loss: {value}\n" for n, value in enumerate(values)))

    assert repr(found["loss"][1]) == "[0.5, inf, nan, -inf]"


def test_iterations_count_on_through_the_epochs(tmp_path):
    text = "".join(f"Epoch [{e}/2], Step [{s}/50], Loss: 0.5\n" for e in (1, 2) for s in (20, 40))

    [found], _ = read(tmp_path, text)

    assert found["Loss"][0] == [20, 40, 70, 90]


def test_lines_without_a_counter_belong_to_the_epoch_above_them(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}/9\n-----\ntrain Loss: 0.{n} Acc: 0.5\nval Loss: 0.{n} Acc: 0.25"))

    assert found["train/Acc"] == ([1, 2, 3, 4], [0.5] * 4)
    assert found["val/Acc"] == ([1, 2, 3, 4], [0.25] * 4)
    assert found["val Loss"][0] == [1, 2, 3, 4]


def test_the_same_word_twice_in_a_line_is_told_apart_by_the_split(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n} | train loss: 0.5, acc: 0.{n} | val loss: 0.5, acc: 0.0{n}"))

    assert found["train/acc"][1] == [0.1, 0.2, 0.3, 0.4]
    assert found["val/acc"][1] == [0.01, 0.02, 0.03, 0.04]


def test_a_running_mean_in_brackets_is_not_a_second_loss(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch: [{n}] loss: 0.{n} (0.7)"))

    assert list(found) == ["loss"]


def test_a_share_is_divided(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n} Test loss: 0.5, Accuracy: {n}/8 (50%)"))

    assert found["Accuracy"][1] == [0.125, 0.25, 0.375, 0.5]


def test_a_line_printed_and_logged_counts_once(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}/9 - loss: 0.5\n2025-08-08 07:09:41,067 - Epoch {n}/9 - loss: 0.5"))

    assert found == {"loss": ([1, 2, 3, 4], [0.5] * 4)}


def test_another_kind_of_line_at_the_same_step_is_left_out_and_told(tmp_path):
    text = "".join(f"step: {n} loss: 0.{n}\n" for n in range(1, 7)) + "== > step: 6 loss: 0.9\n"

    [found], notes = read(tmp_path, text)

    assert found["loss"] == ([1, 2, 3, 4, 5, 6], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert "repeat a step" in notes


def test_an_evaluation_that_counts_its_own_batches_starts_no_new_run(tmp_path):
    text = "".join(
        "".join(f"Train Epoch: {e} [{s}/50] loss: 0.5\n" for s in (10, 20, 30, 40))
        + "".join(f"Val Epoch: {e} [{s}/9] loss: 0.25\n" for s in (3, 6))
        for e in (1, 2)
    )

    [found], _ = read(tmp_path, text)

    assert found["train/loss"][0] == [10, 20, 30, 40, 60, 70, 80, 90]
    assert found["val/loss"][0] == [40, 40, 90, 90]


def test_the_epoch_of_the_best_score_is_no_clock(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n} dice: 0.{n}\nBest dice: 0.4 at epoch 1"))

    assert found["dice"][0] == [1, 2, 3, 4]


def test_a_remark_behind_the_numbers_loses_no_point(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}: dice = 0.{n}").replace("0.2\n", "0.2 *best so far*\n"))

    assert found["dice"][1] == [0.1, 0.2, 0.3, 0.4]


def test_a_score_without_any_counter_is_counted_in_rows(tmp_path):
    lines = "".join(f"INFO: Validation Dice Coeff: 0.{n}\nINFO: Checkpoint saved\n" for n in range(1, 5))

    [found], notes = read(tmp_path, "INFO: Starting training:\n    Learning rate:   0.001\n" + lines)

    assert found == {"Validation Dice Coeff": ([0, 1, 2, 3], [0.1, 0.2, 0.3, 0.4])}
    assert "rows are counted" in notes


def test_progress_bars_are_read_through(tmp_path):
    bars = "".join(
        f"\rEpoch 1/3:  {n}0%|{'█' * n}{' ' * (9 - n)}| {n}/9 [00:0{n}<00:09, loss=0.{n}]" for n in range(1, 9)
    )

    [found], _ = read(tmp_path, bars + "\n")

    assert found["loss"] == (list(range(1, 9)), [n / 10 for n in range(1, 9)])


def test_a_number_cut_at_the_end_of_the_file_is_left_out(tmp_path):
    [found], notes = read(tmp_path, epochs("Epoch {n} loss: 0.{n}25") + "Epoch 5 loss: 0.5")

    assert found["loss"][0] == [1, 2, 3, 4]
    assert "cut short" in notes


def test_a_pointer_of_git_lfs_is_named(tmp_path):
    found, notes = read(tmp_path, "version https://git-lfs.github.com/spec/v1\noid sha256:ab\nsize 123\n")

    assert found == [{}]
    assert "Git LFS" in notes


def test_a_binary_file_is_named(tmp_path):
    path = tmp_path / "run.log"
    path.write_bytes(bytes(range(256)) * 8)

    [trace] = general_log.read(path)

    assert not trace.series
    assert "binary" in trace.notes[0].what.en


def test_a_log_in_gbk_is_read(tmp_path):
    path = tmp_path / "run.log"
    path.write_bytes(epochs("第 {n} 轮，训练损失：0.{n}").encode("gbk"))

    [trace] = general_log.read(path)

    assert [one.name for one in trace.series] == ["训练损失"]
    assert np.array_equal(trace.series[0].values, [0.1, 0.2, 0.3, 0.4])


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="epoch loss: =/[](),.|-%0123456789\tnaif训练第轮：█", max_size=120))
def test_every_number_of_a_line_has_its_place_in_the_shape(line):
    text, numbers = taken_out(line)

    shape = shape_of(text)

    assert len(shape.names) == len(numbers)
    assert not {slot for slot in (shape.epoch, shape.step, shape.total) if slot is not None} & set(shape.named)


@pytest.mark.parametrize("unit", ["|", "█", "a", "[=", "0:", "Epoch ", "1/", " -", "=", ".py", "第"])
def test_the_longest_line_of_one_thing_is_taken_apart(unit):
    text, numbers = taken_out(unit * (LONGEST // len(unit)))

    assert len(shape_of(text).names) == len(numbers)


def test_bars_that_name_no_epoch_count_where_they_ended(tmp_path):
    bar = "\r{side}:  {at}0%|###  | {at}/10 [00:01<00:01,  2.0it/s, dice_loss - 0.{n}{at}, iou_score - 0.5]"
    sides = ("train", "valid")
    bars = ["".join(bar.format(side=side, at=at, n=n) for side in sides for at in (5, 10)) for n in range(4)]

    [found], _ = read(tmp_path, "".join(f"Epoch: {n}\n{drawn}\nModel saved!\n" for n, drawn in enumerate(bars)))

    assert found["train/dice_loss"] == ([0, 1, 2, 3], [0.01, 0.11, 0.21, 0.31])
    assert found["val/dice_loss"] == ([0, 1, 2, 3], [0.01, 0.11, 0.21, 0.31])


def test_bars_give_way_to_the_line_that_sums_them_up(tmp_path):
    bar = "\r{at}0%|###  | {at}/10 [00:01<00:01,  2.0it/s, loss=0.9{at}, iou=0.5]"
    text = "".join(
        f"Epoch [{n}/100]\n" + "".join(bar.format(at=at) for at in (5, 10)) + f"\nloss 0.{n} - iou 0.5 - val_loss 0.7\n"
        for n in range(4)
    )

    [found], _ = read(tmp_path, text)

    assert found["loss"] == ([0, 1, 2, 3], [0.0, 0.1, 0.2, 0.3])


def test_printed_settings_go_with_the_run(tmp_path):
    path = tmp_path / "run.log"
    path.write_text("Namespace(lr=0.5,\nname='a, b', size=[1, 2])\n" + epochs("Epoch {n} loss 0.{n}"), encoding="utf-8")

    [trace] = general_log.read(path)

    assert trace.settings == {"lr": 0.5, "name": "a, b", "size/0": 1, "size/1": 2}


def test_several_data_sets_of_one_epoch_are_curves_of_their_own(tmp_path):
    [found], _ = read(
        tmp_path, epochs("Epoch {n} loss 0.5\nEpoch {n} [Kvasir] dice: 0.{n}\nEpoch {n} [CVC-300] dice: 0.0{n}")
    )

    assert found["dice Kvasir"] == ([1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4])
    assert found["dice CVC-300"] == ([1, 2, 3, 4], [0.01, 0.02, 0.03, 0.04])
