"""What scripts print once an epoch in blocks, boxes and tables with remarks between; and lines that only look so."""

from __future__ import annotations

from tests.free_logs import FALL, RISE, curve, epochs, read


def test_a_rate_that_stays_as_it_is_comes_with_the_summary_of_every_epoch(tmp_path):
    rule = "=" * 30 + "\n"

    [found], _ = read(tmp_path, epochs(f"Epoch {{n}}/9 Summary\n{rule}  Train Loss : {{a}}\n  Learning Rate : 1e-4\n"))

    assert found == {"Train Loss": curve(FALL), "Learning Rate": curve([1e-4] * 4)}


def test_a_rate_printed_once_or_twice_at_the_start_is_a_setting(tmp_path):
    [found], _ = read(tmp_path, "learning rate: 0.01\n" * 2 + epochs("Epoch {n}/9 loss: {a}\n"))

    assert set(found) == {"loss"}


def test_remarks_between_the_rows_of_a_table_do_not_end_it(tmp_path):
    head = "epoch     train_loss  valid_loss  dice      time    \n"
    row = "{n}         {a}00000    {a}00000    {b}00000  00:4{n}     \n"
    remark = "Better model found at epoch {n} with dice value: {b}.\nval wIoU: {b}\n"

    [found], _ = read(tmp_path, head + epochs(row + remark))

    assert found["train_loss"] == curve(FALL)
    assert found["dice"] == curve(RISE)
    assert found["val wIoU"] == curve(RISE)


def test_a_row_that_goes_back_behind_a_remark_is_not_of_the_table(tmp_path):
    head = "epoch  train_loss  dice\n"

    [found], _ = read(tmp_path, head + epochs("{n}      {a}     {b}\n") + "a remark\n2 3 4\n")

    assert found == {"train_loss": curve(FALL), "dice": curve(RISE)}


def test_a_box_below_the_name_of_every_epoch_is_of_that_epoch(tmp_path):
    head = "┏━━━━━━━━┳━━━━━━━┓\n┃ metric ┃ value ┃\n┡━━━━━━━━╇━━━━━━━┩\n"
    box = head + "│ loss │ {a} │\n│ val_dice │ {b} │\n└─────┴─────┘\n"

    [found], _ = read(tmp_path, epochs("Epoch {n}\n" + box))
    nothing, _ = read(tmp_path, epochs(box))

    assert found == {"loss": curve(FALL), "val_dice": curve(RISE)}
    assert nothing == [{}]


def test_the_halves_of_a_share_in_per_cent_are_told_apart_as_those_of_a_loss(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n} Loss (train/val): {a}/{b}  Dice (train/val): {a}%/{b}%\n"))

    assert found == {
        "Loss train": curve(FALL), "Loss val": curve(RISE), "Dice train": curve(FALL), "Dice val": curve(RISE),
    }  # fmt: skip


def test_where_only_the_end_of_every_bar_was_kept_the_epoch_counts(tmp_path):
    bar = "Epoch {n}/9: 100%|█████████▉| 800/800 [01:00<00:00, 13.0img/s, loss (batch)={a}]\n"

    [found], _ = read(tmp_path, epochs("INFO: Validation Dice score: {b}\nINFO: Checkpoint {n} saved!\n" + bar))

    assert found == {"Validation Dice score": curve(RISE), "loss (batch)": curve(FALL)}


def test_the_score_of_a_split_needs_no_sign_before_its_number_and_a_mere_score_does(tmp_path):
    [found], _ = read(tmp_path, epochs("Fold 0 Epoch {n} - TrainLoss {a} - ValidScore {b} - a high score {a}\n"))

    assert found == {"TrainLoss": curve(FALL), "ValidScore": curve(RISE)}
