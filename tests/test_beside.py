"""Logs of known trainers in which a script prints results of its own: these are read too, and nothing twice."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.files import read_file
from diagnose.tables import harvest, taken
from diagnose.tables.beside import _repeats
from diagnose.tables.table import Column

METERS = "Epoch: [{e}]  [{s:>2}/20]  eta: 0:01:00  lr: 0.001  loss: {a} (0.5)  time: 0.5  data: 0.1  max mem: 900\n"
STEP = "2024-05-06 07:0{e}:09 [Train Info]:Epoch [00{e}/020], Step [{s:04}/0020], Total_loss: {a} Loss1: 0.5]\n"
KERAS = "Epoch {e}/9\n20/20 [=====] - 2s 5ms/step - loss: {a} - val_loss: 1.{e}\n"
DETECTRON = "[05/06 07:0{e}:11 d2.utils.events]:  eta: 0:10:00  iter: {e}9  total_loss: {a}  time: 0.5  lr: 0.001\n"


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    found = read_file(path)
    notes = " ".join(note.what.en for trace in found for note in trace.notes)
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} for trace in found], notes


def of_epochs(first, *templates):
    """Three epochs of two steps each: ``{e}`` the epoch, ``{s}`` the step, ``{a}`` and ``{b}`` numbers of their own."""
    lines = []
    for e in range(first, first + 3):
        for template in templates:
            steps = (0, 10) if "{s" in template else (0,)
            lines += [template.format(e=e, s=s, a=f"0.{9 - e}{s}1", b=f"0.{e}{e}7") for s in steps]
    return "".join(lines)


def test_data_sets_scored_between_the_steps_of_a_polyp_script(tmp_path):
    text = of_epochs(1, STEP, "CVC-300 Dice: {b}\nKvasir Dice: 0.{e}9\n")

    [found], notes = read(tmp_path, text)

    steps = [10, 30, 50]
    assert found["CVC-300 Dice"] == (steps, [0.117, 0.227, 0.337])
    assert found["Kvasir Dice"] == (steps, [0.19, 0.29, 0.39])
    assert len(found["train/Total_loss"][0]) == 6
    assert "lines this reader does not know, read by their shape, such as: CVC-300 Dice: #" in notes


def test_a_mean_printed_in_words_after_the_meters_of_an_epoch(tmp_path):
    scored = "IoU: ['99.5', '7{e}.5']\nmean IoU: 8{e}.5\n"

    [found], _ = read(tmp_path, of_epochs(0, METERS, "Test:  [0/9]  eta: 0:00:03  time: 0.5  data: 0.1\n", scored))

    assert found["mean IoU"] == ([10, 30, 50], [80.5, 81.5, 82.5])


def test_cocos_scores_below_meters(tmp_path):
    score = " Average Precision  (AP) @[ IoU=0.50      | area=   all | maxDets=100 ] = {b}\n"

    [found], _ = read(tmp_path, of_epochs(0, METERS, "IoU metric: segm\n" + score))

    assert found["segm/AP50"] == ([10, 30, 50], [0.007, 0.117, 0.227])


def test_a_table_of_classes_below_detectron2s_scores(tmp_path):
    table = "| category | AP | category | AP |\n|:---|:---|:---|:---|\n| polyp | {b} | tool | 0.{e}5 |\n"

    [found], _ = read(tmp_path, of_epochs(1, DETECTRON, table))

    assert found["AP polyp"] == ([19, 29, 39], [0.117, 0.227, 0.337])
    assert found["AP tool"] == ([19, 29, 39], [0.15, 0.25, 0.35])


def test_what_stands_above_the_bar_of_an_epoch_is_of_that_epoch_and_what_stands_below_too(tmp_path):
    text = of_epochs(1, "Learning Rate: 0.0{e}\n", KERAS, "Loss Test: {b}\n")

    [found], _ = read(tmp_path, text)

    assert found["Learning Rate"] == ([1, 2, 3], [0.01, 0.02, 0.03])
    assert found["Loss Test"] == ([1, 2, 3], [0.117, 0.227, 0.337])
    assert set(found) == {"loss", "val_loss", "Learning Rate", "Loss Test"}


def test_rows_of_classes_below_that_of_all(tmp_path):
    head = "      Epoch    GPU_mem   box_loss  Instances       Size\n"
    bar = "        {e}/9      2.5G      {a}        12        640: 100%|███| 2/2 [00:01]\n"
    scores = "      Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|███| 2/2 [00:01]\n"
    rows = (
        "        all         10         12      0.500      0.250      0.375      {b}\n"
        "   a polyp         10          9      0.625      0.250      0.375      0.{e}25\n\n"
    )

    [found], _ = read(tmp_path, of_epochs(0, head + bar + scores + rows))

    assert found["val/precision a polyp"] == ([0, 1, 2], [0.625] * 3)
    assert found["val/mAP@.5:.95 a polyp"] == ([0, 1, 2], [0.025, 0.125, 0.225])
    assert len(found) == 9


@pytest.mark.parametrize(
    "said",
    [
        "saved, val loss: 1.{e}\n",  # what the reader read already
        "best dice: {b} at epoch {e}\n",
        "batch of 8 took {b} s, 12 of 100 files left\n",
        "Loading weights: 0.5 of 1.0 done\n",
        "| lr | 0.001 |\n",
    ],
)
def test_what_repeats_a_curve_or_is_none_gives_no_other(tmp_path, said):
    [found], notes = read(tmp_path, of_epochs(1, KERAS, said))

    assert set(found) == {"loss", "val_loss"}
    assert "does not know" not in notes


def test_results_above_the_first_step_are_not_filed_under_it(tmp_path):
    [found], _ = read(tmp_path, "Kvasir Dice: 0.75\nKvasir Dice: 0.5\n" + of_epochs(1, STEP, "Kvasir Dice: {b}\n"))

    assert found["Kvasir Dice"] == ([10, 30, 50], [0.117, 0.227, 0.337])


@pytest.mark.parametrize("template", [METERS, STEP])
def test_a_large_log_is_read_as_a_small_one_is(tmp_path, monkeypatch, template):
    text = of_epochs(1, template, "CVC-300 Dice: {b}\n", "a remark\n\n") * 2
    small = read(tmp_path, text)
    monkeypatch.setattr(taken, "LARGE", 100)
    monkeypatch.setattr(harvest, "PIECE", 400)

    assert read(tmp_path, text) == small
    assert all("CVC-300 Dice" in found for found in small[0])


def test_an_evaluation_with_averaged_weights_is_apart_from_the_one_before(tmp_path):
    plain = "Test: [   0/9]  Time: 0.2 (0.2)  Loss:  0.5000 (0.{e}500)  Acc@1: {e}1.0000 ({e}2.0000)\n"
    averaged = plain.replace("Test:", "Test (EMA):").replace("2.0000)", "3.0000)")

    [both], _ = read(tmp_path, of_epochs(1, METERS, plain, averaged))
    [alone], _ = read(tmp_path, of_epochs(1, METERS, averaged))

    assert both["test/Acc@1"][1] == [12, 22, 32]
    assert both["test_ema/Acc@1"][1] == alone["test/Acc@1"][1] == [13, 23, 33]
    assert not any("ema" in name for name in alone)


def test_a_score_of_another_split_than_the_frameworks_is_none_of_its_own(tmp_path):
    [found], _ = read(tmp_path, of_epochs(0, METERS, "Validation: loss {b}\n"))

    assert found["val/loss"] == ([10, 30, 50], [0.007, 0.117, 0.227])


def test_a_list_of_the_classes_in_a_dict_of_the_trainer(tmp_path):
    row = "{{'loss': {a}, 'learning_rate': 1e-05, 'epoch': {e}}}\n"
    scored = "{{'eval_loss': 1.{e}, 'eval_per_category_iou': [0.9{e}, 0.5{e}], 'epoch': {e}}}\n"

    [found], _ = read(tmp_path, of_epochs(1, row, scored))

    assert found["eval_per_category_iou 1"][1] == [0.51, 0.52, 0.53]
    assert found["eval_loss"][1] == [1.1, 1.2, 1.3]


def test_a_score_of_the_frameworks_name_and_other_values_is_kept_apart(tmp_path):
    template = "Epoch {e}/9\n20/20 [=====] - 2s 5ms/step - loss: {a} - val_dice: 0.{e}5\n"

    [found], notes = read(tmp_path, of_epochs(1, template, "val_dice: {b}\n"))

    assert found["val_dice"] == ([1, 2, 3], [0.15, 0.25, 0.35])
    assert found["val_dice (printed)"] == ([1, 2, 3], [0.117, 0.227, 0.337])
    assert "read by their shape" in notes


@pytest.mark.parametrize("printed", ["val_dice: 0.{e}5\n", "val_dice: {e}5.0%\n", "val_loss: {b}\n", "loss: 0.{e}77\n"])
def test_what_says_the_same_again_and_losses_of_a_batch_are_not_kept_apart(tmp_path, printed):
    template = "Epoch {e}/9\n20/20 [=====] - 2s 5ms/step - loss: {a} - val_loss: 1.{e} - val_dice: 0.{e}5\n"

    [found], _ = read(tmp_path, of_epochs(1, template, printed))

    assert set(found) == {"loss", "val_loss", "val_dice"}


def test_a_few_scores_that_lie_close_to_some_of_many_are_not_told_already():
    many = {"acc_seg": Column(np.arange(80), np.linspace(70.0, 95.0, 80))}

    assert not _repeats(np.array([75.14, 82.92, 84.61]), many)


def test_scores_printed_with_fewer_digits_are_told_already():
    scores = np.linspace(0.501234, 0.898765, 12)

    assert _repeats(scores.round(4), {"dice": Column(np.arange(12), scores)})
    assert _repeats(np.array([0.5, 0.75]), {"dice": Column(np.arange(3), np.array([0.25, 0.5, 0.75]))})
