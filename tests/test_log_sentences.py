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
