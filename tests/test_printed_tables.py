"""What is read of tables printed into a log, in boxes, in columns and by COCO's evaluation; and of which nothing is."""

from __future__ import annotations

import pytest

from diagnose.assemble import survey
from diagnose.tables.printed import tables_in
from tests.free_logs import FALL, RISE, curve, epochs, read

LOSS = "Epoch {n}/4 - train loss: {a}\n"
SIZES = (("all", ""), ("small", "s"), ("medium", "m"), (" large", "l"))


def coco(value):
    """What the evaluation prints: precisions of three overlaps and three sizes, recalls of three numbers and sizes."""
    line = " Average {what:<9} ({short}) @[ IoU={iou:<9} | area={area:>6} | maxDets={most:>3} ] = {value}\n"
    precisions = [("0.50:0.95", "all"), ("0.50", "all"), ("0.75", "all")]
    lines = [line.format(what="Precision", short="AP", iou=iou, area=area, most=100, value=value)
             for iou, area in (*precisions, *(("0.50:0.95", size) for size, _ in SIZES[1:]))]  # fmt: skip
    recalls = [("all", 1), ("all", 10), ("all", 100), *((size, 100) for size, _ in SIZES[1:])]
    lines += [line.format(what="Recall", short="AR", iou="0.50:0.95", area=area, most=most, value=value)
              for area, most in recalls]  # fmt: skip
    return "".join(lines)


def test_every_score_of_cocos_evaluation_is_read_by_its_short_name(tmp_path):
    [found], _ = read(tmp_path, epochs(LOSS + "IoU metric: bbox\n" + coco("{b}")))

    names = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
    assert found == {"train loss": curve(FALL), **{f"bbox/{name}": curve(RISE) for name in names}}


def test_masks_and_boxes_are_scored_apart(tmp_path):
    boxes, masks = ("\n".join(coco(word).splitlines()[:2]) + "\n" for word in ("{b}", "{a}"))

    [found], _ = read(tmp_path, epochs(f"{LOSS}IoU metric: bbox\n{boxes}IoU metric: segm\n{masks}"))

    assert found["bbox/AP50"] == curve(RISE)
    assert found["segm/AP50"] == curve(FALL)


def test_a_report_of_scikit_learn_is_read_by_class(tmp_path):
    report = (
        "              precision    recall  f1-score   support\n\n"
        "       polyp       {a}      {b}      0.25        50\n"
        "  not a polyp      {b}      {a}      0.25        50\n\n"
        "    accuracy                           {b}       100\n"
        "   macro avg       {a}      {a}      0.25       100\n"
    )

    [found], _ = read(tmp_path, epochs(LOSS + report))

    assert found["precision polyp"] == found["recall not a polyp"] == found["recall macro avg"] == curve(FALL)
    assert found["recall polyp"] == found["precision not a polyp"] == found["accuracy"] == curve(RISE)
    assert not any("support" in name for name in found)


@pytest.mark.parametrize(
    "table",
    [
        "+---+---+---+\n| Class | IoU | Dice |\n+---+---+---+\n| polyp | {a} | {b} |\n| lumen | {b} | {a} |\n",
        "| Class | IoU | Dice |\n|:------|-----|-----:|\n| polyp | {a} | {b} |\n| lumen | {b} | {a} |\n\n",
        "┃ Class ┃ IoU ┃ Dice ┃\n┡━━━━━━━╇━━━━━╇━━━━━━┩\n│ polyp │ {a} │ {b} │\n│ lumen │ {b} │ {a} │\n└───┴───┴───┘\n",
        "        IoU  Dice\npolyp   {a}  {b}\nlumen   {b}  {a}\n\n",
    ],
)
def test_a_table_of_classes_gives_a_curve_for_each(tmp_path, table):
    [found], _ = read(tmp_path, epochs(LOSS + table))

    assert found["IoU polyp"] == found["Dice lumen"] == found["train loss"] == curve(FALL)
    assert found["Dice polyp"] == found["IoU lumen"] == curve(RISE)
    assert len(found) == 5


def test_pairs_of_a_class_and_its_score_may_stand_side_by_side(tmp_path):
    table = "| class | AP | class | AP |\n|:--|:--|:--|:--|\n| polyp | {a} | lumen | {b} |\n| tool | {b} | | |\n"

    [found], _ = read(tmp_path, epochs(LOSS + table))

    assert found["AP polyp"] == curve(FALL)
    assert found["AP lumen"] == found["AP tool"] == curve(RISE)


def test_what_lightning_validates_and_tests_is_read_at_the_epoch_before(tmp_path):
    rule = "─" * 60
    validated = f"{rule}\n  Validate metric      DataLoader 0\n{rule}\n     val_dice            {{b}}\n{rule}\n"
    tested = "┏━━━┳━━━┓\n┃  Test metric  ┃ DataLoader 0 ┃\n┡━━━╇━━━┩\n│   dice   │   0.75   │\n└───┴───┘\n"

    [found], _ = read(tmp_path, epochs(LOSS + validated) + tested)

    assert found["val_dice"] == curve(RISE)
    assert found["test/dice"] == ([4], [0.75])


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("epoch     train_loss  valid_loss  time    \n", "{n}         {a}    0.5    00:12     \n"),
        ("  epoch    train_loss    valid_loss     dur\n-------  ------------  ------------  ------\n",
         "      {n}        {a}        0.5  1.2345\n"),
        ("+---+---+---+\n| epoch | train_loss | valid_loss |\n+---+---+---+\n",
         "|   {n}   |     {a}    |     0.5    |\n"),
        ("Epoch | train_loss | valid_loss | best\n", "{n} | {a} | 0.5 | *\n"),
    ],
)  # fmt: skip
def test_a_table_of_epochs_is_read_wherever_it_stands(tmp_path, head, row):
    [found], _ = read(tmp_path, "Using cuda:0\n" + head + epochs(row) + "Done, see out/\n")

    assert found["train_loss"] == curve(FALL)
    assert found["valid_loss"] == curve([0.5] * 4)


def test_a_second_table_that_begins_again_is_another_run(tmp_path):
    head = "epoch     train_loss  valid_loss  time    \n"
    row = "{}         0.75         0.5         00:12   \n"

    frozen, thawed = read(tmp_path, head + row.format(0) + head + "".join(map(row.format, range(3))))[0]

    assert frozen["train_loss"] == ([0], [0.75])
    assert thawed["train_loss"] == ([0, 1, 2], [0.75] * 3)


@pytest.mark.parametrize(
    "text",
    [
        "| Method | Dice | IoU |\n|--------|------|-----|\n| U-Net | 0.81 | 0.72 |\n| PraNet | 0.89 | 0.84 |\n",
        "              precision    recall  f1-score   support\n\n   polyp       0.50      0.25      0.25        50\n",
        coco("0.5"),
        "epoch     train_loss  valid_loss  accuracy  time\n0         0.9         0.8         0.7       00:10\n",
    ],
)
def test_a_table_without_a_training_around_it_is_no_log(tmp_path, text):
    found, notes = read(tmp_path, "How to read what is printed\n" + text)

    assert found == [{}]
    assert "no training signal" in notes


@pytest.mark.parametrize(
    "table",
    [
        "| case | dice | hd95 |\n|---|---|---|\n| 1 | 0.5 | 3.0 |\n| 2 | 0.25 | 4.0 |\n",
        "| Hyperparameter | Value |\n|---|---|\n| lr | 0.001 |\n| batch_size | 8 |\n",
        "  | Name  | Type | Params |\n------------------------\n0 | model | UNet | 31.0 M |\n1 | loss  | BCE  | 0 |\n",
        "| Layer | Params | FLOPs |\n| conv1 | 1234 | 5.6 |\n| conv2 | 2234 | 7.6 |\n",
        "fold   dice   iou\n1      0.8    0.7\n2      0.9    0.8\n",
    ],
)
def test_tables_of_cases_layers_folds_and_settings_are_no_curves(tmp_path, table):
    [found], _ = read(tmp_path, epochs(LOSS) + table)

    assert found == {"train loss": curve(FALL)}


def test_the_text_keeps_its_lines_and_loses_those_of_the_table():
    text = "a\n| Class | IoU |\n|---|---|\n| polyp | 0.5 |\nb\n"

    rest, rows = tables_in(text, [2])

    assert rest == "a\n\n\n\nb\n"
    assert rows == [(2, {"IoU polyp": 0.5}, False)]


def test_a_log_that_looks_like_another_at_its_head_is_read_all_the_same(tmp_path):
    path = tmp_path / "run.log"
    path.write_text("-" * 20 + "\n| lr | 0.5 |\n| beta | 0.5 |\n" + "-" * 20 + "\n" + epochs(LOSS), encoding="utf-8")

    [run] = survey([path]).runs

    assert [one.name for one in run.series] == ["train loss"]


def test_a_last_cell_between_bars_may_be_blank(tmp_path):
    rows = "1 | 0.75 | 0.5 | *\n2 | 0.5 | 0.25 | \n3 | 0.25 | 0.125 | *\n"

    [found], _ = read(tmp_path, "Start\nepoch | loss | dice | best\n" + rows)

    assert found == {"loss": ([1, 2, 3], [0.75, 0.5, 0.25]), "dice": ([1, 2, 3], [0.5, 0.25, 0.125])}


BY_PHASE = "+----+\n| Phase | Loss | Dice |\n+----+\n| Train | {a} | {b} |\n| Valid | 1{a} | 0{b} |\n+----+\n"


def test_a_table_below_every_heading_of_an_epoch_is_a_log(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}/4\n" + BY_PHASE))

    assert found["Loss Train"] == curve(FALL)
    assert found["Dice Valid"] == curve(RISE)
    assert len(found) == 4


def test_tables_of_results_without_epochs_are_none(tmp_path):
    [found], _ = read(tmp_path, epochs("Model {n} of the table\n" + BY_PHASE))

    assert found == {}
