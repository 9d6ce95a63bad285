"""Headings, data sets in turn, epochs named below, and logs cut at their start or just begun."""

import numpy as np
import pytest

from tests.free_logs import FALL, RISE, curve, epochs, read


@pytest.mark.parametrize(
    "text",
    [
        "Epoch {n}/9\nTraining...\nLoss: {a}\nDice: {b}\nValidating...\nLoss: 1{a}\nDice: 1{b}\n",
        "[Epoch: {n}, of: 88]\nLoss: {a}, Dice: {b}\nValidation:\n[Epoch: {n}, of: 12]\nLoss: 1{a}, Dice: 1{b}\n",
        "Train epoch {n}/9\nepoch {n}: Loss: {a} Dice: {b}\nValidation epoch {n}/9\nepoch {n}: Loss: 1{a} Dice: 1{b}\n",
        "==== epoch {n} ====\n>> train\nLoss {a}\nDice {b}\nFinish train\n>> start validation\nLoss 1{a}\nDice 1{b}\n",
        "第 {n}/9 轮\n训练：\nLoss: {a}, Dice: {b}\n验证：\nLoss: 1{a}, Dice: 1{b}\n",
    ],
)
def test_a_heading_says_which_split_the_lines_below_are_of(tmp_path, text):
    [found], _ = read(tmp_path, epochs(text))

    train = "train/" if any(word in text for word in ("Training", "Train epoch", ">> train", "训练")) else ""
    assert found[f"{train}Loss"] == curve(FALL)
    assert found[f"{train}Dice"] == curve(RISE)
    assert found["val/Loss"] == curve([float(f"1{one}") for one in FALL])
    assert found["val/Dice"] == curve([float(f"1{one}") for one in RISE])
    assert len(found) == 4


@pytest.mark.parametrize(
    "text",
    [
        "Start training\n" + epochs("Epoch {n}\nLoss: {a}\nval Dice: {b}\n"),
        epochs("Epoch {n}\nLoss: {a}\nval Dice: {b}\nSaved the best validation model\n"),
        epochs("Epoch {n}\nval Dice: {b}\nLoading the validation images\nLoss: {a}\n"),
        epochs("Epoch {n}\nLoss: {a}\nRunning validation\nval Dice: {b}\n"),
    ],
)
def test_a_remark_is_no_heading_and_one_split_alone_needs_none(tmp_path, text):
    [found], _ = read(tmp_path, text)

    assert found == {"Loss": curve(FALL), "val Dice": curve(RISE)}


@pytest.mark.parametrize(
    "text",
    [
        "Epoch {n} loss {a}\nKvasir: dice {b}, iou 0{b}\nCVC-300: dice 1{b}, iou 2{b}\n",
        "Epoch {n} loss {a}\n[Test-Kvasir] dice={b} iou=0{b}\n[Test-CVC-300] dice=1{b} iou=2{b}\n",
        "Epoch {n} loss {a}\nKvasir dice: {b} iou: 0{b}\nCVC-300 dice: 1{b} iou: 2{b}\n",
        "Epoch {n} loss {a}\nKvasir:\n  dice: {b}\n  iou: 0{b}\nCVC-300:\n  dice: 1{b}\n  iou: 2{b}\n",
        "Epoch {n} loss {a}\nResults on Kvasir\ndice: {b}, iou: 0{b}\nResults on CVC-300\ndice: 1{b}, iou: 2{b}\n",
        "step {n}0/900, loss: {a}\n=> Kvasir\ndice: {b}, iou: 0{b}\n=> CVC-300\ndice: 1{b}, iou: 2{b}\n",
    ],
)
def test_data_sets_in_turn_are_curves_of_their_own(tmp_path, text):
    [found], _ = read(tmp_path, epochs(text))

    found = {name.removeprefix("test/"): values for name, (_, values) in found.items()}
    assert found.pop("loss") == list(FALL)
    assert {name: values[0] for name, values in found.items()} == {
        "dice Kvasir": 0.1,
        "iou Kvasir": 0.1,
        "dice CVC-300": 10.1,
        "iou CVC-300": 20.1,
    }
    assert {len(values) for values in found.values()} == {4}


def test_lines_that_name_other_quantities_are_no_data_sets(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}\nOverall Acc: {a}\nMean Acc: {b}\nMean IoU: {b}\n"))

    assert list(found) == ["Overall Acc", "Mean Acc", "Mean IoU"]


def test_an_epoch_named_below_its_numbers_is_theirs(tmp_path):
    [found], _ = read(tmp_path, epochs("train loss: {a}\nval dice: {b}\nEpoch {n}/4 took 30s\n"))

    assert found == {"train loss": curve(FALL), "val dice": curve(RISE)}


def test_what_is_measured_before_the_first_epoch_does_not_put_its_name_below(tmp_path):
    text = "val dice: 0.0125\n" + epochs("Epoch {n}/4\ntrain loss: {a}\nval dice: {b}\n")

    [found], _ = read(tmp_path, text)

    assert found == {"train loss": curve(FALL), "val dice": curve((0.0125, *RISE), first=0)}


def test_a_log_cut_at_its_start_begins_within_the_epoch_before(tmp_path):
    text = "[Validation] dice: 0.0125\n" + epochs("Epoch [{n}/90], loss: {a}\n[Validation] dice: {b}\n", first=26)

    [found], _ = read(tmp_path, text)

    assert found == {"loss": curve(FALL, first=26), "val/dice": curve((0.0125, *RISE), first=25)}


def test_lines_before_an_epoch_zero_stay_out(tmp_path):
    text = "val dice: 0.0125\n" + epochs("Epoch {n}/4\ntrain loss: {a}\nval dice: {b}\n", first=0)

    [found], notes = read(tmp_path, text)

    assert found == {"train loss": curve(FALL, first=0), "val dice": curve(RISE, first=0)}
    assert "left out" in notes


def test_a_rate_told_twice_counts(tmp_path):
    text = epochs("Epoch {n}, loss: {a}\n")
    text += f"Decay to lr: 0.01.\n{text.replace('Epoch ', 'Epoch 1')}Decay to lr: 0.001.\n"

    [found], _ = read(tmp_path, text)

    assert found["Decay to lr"] == ([4, 14], [0.01, 0.001])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Epoch 1/300 - loss: 0.5 - dice: 0.25\n", {"loss": ([1], [0.5]), "dice": ([1], [0.25])}),
        ("Epoch 1/9\ntrain loss: 0.5\nval dice: 0.25\n", {"train loss": ([1], [0.5]), "val dice": ([1], [0.25])}),
        ("INFO: Validation Dice: 0.25\nEpoch 2/9:  18%|█   | 2/9 [00:09<00:42]\n", {"Validation Dice": ([1], [0.25])}),
        ("--- Epoch 1 ---\ntrain loss: 0.5\n", {"train loss": ([1], [0.5])}),
        ("Epoch 1/300: best loss 0.5 of epoch 1\n", {}),
        ("Epoch 1/300, 880 images read, the loss of 0.5 is that of 3 weights\n", {}),
        ("val loss: 0.5 - val dice: 0.25\n", {}),
        ("Epoch 1/300\nlr: 0.01, dropout: 0.5\n", {}),
    ],
)
def test_a_log_just_begun_gives_the_lines_that_say_nothing_but_their_numbers(tmp_path, text, told):
    [found], _ = read(tmp_path, text)

    assert found == told


def test_a_long_text_in_which_nothing_comes_back_is_no_log_just_begun(tmp_path):
    prose = "".join(f"{'many ' * n}words and {n} numbers\n" for n in range(60))

    found, notes = read(tmp_path, "training went to Epoch 1/300 - loss: 0.5\n" + prose)

    assert found == [{}]
    assert "no training signal" in notes


def test_a_running_mean_gives_way_to_the_line_of_the_whole_epoch(tmp_path):
    line = "Epoch {n}/9 - {loss}: {a} - mae: {a} - dice: {b}\n"
    running = "".join(line.replace("{loss}", "loss").replace("{a}", one) for one in ("0.95", "0.925"))

    [found], _ = read(tmp_path, epochs(running + line.replace("{loss}", "epoch_loss")))

    assert found == {"epoch_loss": curve(FALL), "mae": curve(FALL), "dice": curve(RISE)}


def test_progress_of_training_and_of_validation_under_headings_are_kept_apart(tmp_path):
    bar = "\rEpoch {n}/4: {p}%|██ | {k}/2 [00:01<00:02,  1.20it/s, dice={b}, {loss}={a}]"
    drawn = ["".join(bar.replace("{p}", f"{k}0").replace("{k}", k) for k in "12").replace("{loss}", one) for one in
             ("loss", "val_loss")]  # fmt: skip

    [found], _ = read(tmp_path, epochs(f"Start Train\n{drawn[0]}\nFinish Train\nStart Validation\n{drawn[1]}\n"))

    assert found["train/dice"][0] == found["loss"][0] == list(range(1, 9))
    assert found["val/dice"][0] == found["val_loss"][0] == [2, 2, 4, 4, 6, 6, 8, 8]
    assert found["val/dice"][1] == np.repeat(RISE, 2).tolist()


CYCLE = epochs("Epoch {n}/9\nTraining...\nLoss: {a}\nValidating...\nLoss: 1{a}\n", first=3).splitlines(keepends=True)


@pytest.mark.parametrize("first", range(9))
@pytest.mark.parametrize("last", [14, 17, 20])
@pytest.mark.parametrize("quoted", [False, True])
def test_a_piece_of_a_log_with_headings_mixes_no_splits(tmp_path, first, last, quoted):
    piece = "".join(f"> {line}" if quoted else line for line in CYCLE[first:last])

    [found], _ = read(tmp_path, piece)

    assert found.keys() <= {"Loss", "train/Loss", "val/Loss"}
    assert all(value < 1 for name in ("Loss", "train/Loss") for value in found.get(name, ((), ()))[1])
    assert all(value > 1 for value in found.get("val/Loss", ((), ()))[1])
    assert sum(len(values) for _, values in found.values()) == (piece.count("Loss") if piece.count("Loss") > 2 else 0)


def test_a_heading_at_the_top_of_a_log_names_no_split_of_its_first_epoch(tmp_path):
    text = "Starting training:\n" + epochs("Epoch {n}/9\nLoss: {a}\nValidating...\nLoss: 1{a}\n")

    [found], _ = read(tmp_path, text)

    assert found == {"Loss": curve(FALL), "val/Loss": curve([float(f"1{a}") for a in FALL])}


def test_data_sets_below_headings_are_told_apart_in_the_log_of_one_epoch(tmp_path):
    [found], _ = read(tmp_path, "Epoch 1/9\nloss: 0.5\nKvasir\ndice: 0.5\nETIS\ndice: 0.25\nCVC\ndice: 0.75\n")

    assert {name: values for name, (_, values) in found.items() if name != "loss"} == {
        "dice Kvasir": [0.5],
        "dice ETIS": [0.25],
        "dice CVC": [0.75],
    }


@pytest.mark.parametrize("end", ["Epoch {n} finished in 9s", "end of epoch {n}", "第 {n} 轮完成", "Epoch {n} took 9s"])
def test_words_tell_that_an_epoch_is_named_below_its_numbers_also_in_a_piece_of_a_log(tmp_path, end):
    [found], _ = read(tmp_path, "loss: 0.7\n" + epochs("val dice: {b}\n" + end + "\nloss: {a}\n", first=26))

    assert found["val dice"] == curve(RISE, first=26)
    assert found["loss"] == curve((0.7, *FALL), first=26)


@pytest.mark.parametrize("steps", range(1, 6))
def test_training_that_counts_on_below_a_heading_of_validation_is_training(tmp_path, steps):
    train = "".join(f"Step {k}0: loss 0.{9 - k}\n" for k in range(1, 4))
    more = "".join(f"Step {k}0: loss 0.{9 - k}\n" for k in range(4, 4 + steps))

    [found], _ = read(tmp_path, f"{train}Validation at step 30:\n  dice: 0.5\n{more}")

    assert found["loss"][0] == [10 * k for k in range(1, 4 + steps)]
    assert "val/loss" not in found
