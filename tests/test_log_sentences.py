"""Whole sentences that tell a score once an epoch, and data sets with long names: both are read; remarks are not."""

import pytest

from diagnose.readers import keras_log, paddle_log
from tests.free_logs import FALL, RISE, curve, epochs, read


@pytest.mark.parametrize(
    ("sentence", "name"),
    [
        ("Evaluated 100 images in 3.2 s on the held out half, mean dice: {b}", "mean dice"),
        ("Validation took 12.3s on the small card. Dice {b}", "val/Dice"),
        ("The mean Dice over all validation images is {b}", "val/mean Dice"),
        ("So far we have got an average val dice of {b}", "val/dice"),
        ("Dice of class polyp on the held out images = {b}", "Dice"),
    ],
)
def test_a_sentence_that_tells_a_score_after_every_epoch_is_read(tmp_path, sentence, name):
    [found], _ = read(tmp_path, epochs("Epoch {n} loss {a}\n" + sentence + "\n"))

    assert found == {"loss": curve(FALL), name: curve(RISE)}


@pytest.mark.parametrize(
    "sentence",
    [
        "Loaded the weights that came with the paper, dice {b}\nLoaded the weights that came with the paper, dice 0{b}",
        "The loss on all training images is 3 times the dice that we have now {b}",
        "sample polyp_{n}.png of the held out half has a dice of {b}",
    ],
)
def test_a_remark_and_what_is_told_twice_an_epoch_in_prose_are_left_alone(tmp_path, sentence):
    [found], _ = read(tmp_path, epochs("Epoch {n} loss {a}\n" + sentence + "\n"))

    assert found == {"loss": curve(FALL)}


@pytest.mark.parametrize("remark", ["The new best model is kept, dice of", "Saved what we have to the disk, val dice"])
def test_a_remark_on_the_best_counts_only_where_it_comes_after_every_epoch(tmp_path, remark):
    lines = epochs("Epoch {n} loss {a}\n" + remark + " {b}\n")
    name = remark.replace(",", "").split(" of")[0].rpartition(" ")[2]

    [every], _ = read(tmp_path, lines)
    [some], _ = read(tmp_path, lines + "".join(f"Epoch {n} loss 0.3{n}\n" for n in (5, 6)))

    assert [one for one in every if one.endswith(name)]
    assert set(some) == {"loss"}


def test_a_data_set_of_several_words_is_one_word_of_its_line(tmp_path):
    sets = ("Kvasir", "CVC-ClinicDB", "ETIS-LaribPolypDB")
    [found], _ = read(tmp_path, epochs("Epoch {n} loss {a}\n" + "".join(f"Eval {one}: mDice={{b}}\n" for one in sets)))

    assert found == {"loss": curve(FALL), **{f"val/mDice {one}": curve(RISE) for one in sets}}


def test_the_bar_of_an_evaluation_by_paddle_is_none_of_keras(tmp_path):
    line = "[INFO]\t[TRAIN] epoch: 1, iter: 10/60, loss: 0.7500, lr: 0.010000, batch_cost: 0.2500\n"
    bar = b"76/76 [==============================] - 5s 61ms/step - batch_cost: 0.0606 - reader cost: 0.0034\n"
    path = tmp_path / "train.log"

    assert paddle_log.sniff(path, line.encode() + bar)
    assert not keras_log.sniff(path, line.encode() + bar)
    assert keras_log.sniff(path, bar.replace(b"batch_cost", b"loss"))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("EPOCH {n}\tLoss_train {a}\tloss_seg 0{a}\tlearning_rate 1{a}", ("Loss_train", "loss_seg", "learning_rate")),
        ("Epoch: {n} - loss_total {a} - learning rate 0{a}", ("loss_total", "learning rate")),
        ("epoch {n} loss {a} Dice score 0{a}", ("loss", "Dice score")),
    ],
)
def test_names_of_one_word_and_those_that_end_in_score_need_no_sign(tmp_path, line, names):
    [found], _ = read(tmp_path, epochs(line + "\n"))

    assert tuple(found) == names


def test_words_before_a_number_that_only_contain_a_score_are_no_name(tmp_path):
    [found], _ = read(tmp_path, epochs("epoch {n} loss {a} and the dice of class 3\n"))

    assert found == {"loss": curve(FALL)}


def test_epochs_without_an_evaluation_keep_their_losses(tmp_path):
    rows = [(n, 1 / n, f" val_dice: {n / 10}" if n % 2 == 0 else "") for n in range(1, 9)]
    text = "".join(f"epoch {n} loss: {a} loss_ce: {2 * a}{more}\n" for n, a, more in rows)

    [found], _ = read(tmp_path, text)

    assert found["loss"] == curve([a for _, a, _ in rows])
    assert found["loss_ce"] == curve([2 * a for _, a, _ in rows])
    assert found["val_dice"] == ([2, 4, 6, 8], [0.2, 0.4, 0.6, 0.8])


def test_running_means_before_the_line_of_their_own_epoch_give_way_to_it(tmp_path):
    [found], _ = read(tmp_path, epochs("epoch {n} loss: 9{a} acc: 9{b}\nepoch {n} loss: {a} acc: {b} val_dice: {b}\n"))

    assert found == {"loss": curve(FALL), "acc": curve(RISE), "val_dice": curve(RISE)}


@pytest.mark.parametrize("line", ["epoch {n} batch {s}/20 loss={a}", "==> Epoch {n}\tbatch {s}/20\tloss: {a}"])
def test_a_batch_named_behind_an_epoch_is_of_it(tmp_path, line):
    text = "".join(line.format(n=n, s=s, a=1 / (n + s)) + "\n" for n in (1, 2) for s in (10, 20))

    [found], _ = read(tmp_path, text)

    assert found["loss"][0] == [10, 20, 30, 40]


def test_a_number_of_batches_is_still_a_step(tmp_path):
    [found], _ = read(tmp_path, "".join(f"after {n} batches: step {n} loss {1 / n}\n" for n in (10, 20, 30, 40)))

    assert found["loss"][0] == [10, 20, 30, 40]
