"""How loops of many projects count, list and abbreviate; each line as such a project prints it, with other numbers."""

from __future__ import annotations

import pytest

from diagnose.assemble import survey
from tests.built_in import recogniser
from tests.free_logs import FALL, RISE, curve, epochs, read

STEPS = [0, 10, 20, 30, 40, 50, 60, 70]


def counted(line, steps="01"):
    """Four epochs from 1 on of two lines each, at the steps 0 and 10 of 20."""
    return epochs("".join(line.replace("{k}", f"{k}0") for k in steps))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("ctdet/default |####    | train: [{n}][{k}/20]|Tot: 0:00:10 |loss {a} |Data 0.01s(0.012s) \n", "train/loss"),
        ("INFO Train: {n}/80 ( 1%) [ {k}/20 ( 50%)]  loss: {a} (2.1)  Time cost: 00:10/01:00\n", "loss"),
        ("[{n}][{k}/20] loss: {a}\n", "loss"),
    ],
)
def test_an_epoch_before_the_steps_of_an_epoch_needs_no_word(tmp_path, line, name):
    [found], _ = read(tmp_path, counted(line))

    assert found == {name: (STEPS, [a for a in FALL for _ in "ab"])}


def test_accuracy_as_a_ratio_is_still_no_counter(tmp_path):
    [found], _ = read(tmp_path, epochs("epoch {n} loss: {a} Accuracy: 3/4\n"))

    assert found == {"loss": curve(FALL), "Accuracy": curve([0.75] * 4)}


def test_a_full_stop_behind_a_counter_is_no_decimal_point(tmp_path):
    [found], _ = read(tmp_path, epochs("Step: {n}. Epoch: 0/9. Iteration: {n}/90. A loss: {a}. Total loss: {b}. Ok\n"))

    assert found == {"A loss": curve(FALL), "Total loss": curve(RISE)}


def test_thousands_are_parted_by_commas_behind_a_colon_only(tmp_path):
    [found], _ = read(tmp_path, epochs("step: {n}  loss: {a}  tps: 1,{n}34  mfu: 5%\n"))
    [other], _ = read(tmp_path, epochs("epoch: {n}, size [1,200], loss: {a}\n"))

    assert found["tps"] == curve([1134, 1234, 1334, 1434])
    assert other == {"loss": curve(FALL)}


def test_what_was_not_measured_leaves_no_trace(tmp_path):
    line = "step {n} | loss: {a}, val: {v} | iter time: 1{n}.5 ms\n"

    [found], _ = read(tmp_path, epochs(line.replace("{v}", "n/a")) + epochs(line.replace("{v}", "{b}"), first=5))

    assert found["loss"] == curve([*FALL, *FALL])
    assert found["val"] == curve(RISE, first=5)
    assert found["iter time"] == curve([float(f"1{n}.5") for n in range(1, 9)])
    assert len(found) == 3


def test_the_items_of_a_list_of_scores_are_curves_by_their_place(tmp_path):
    [found], _ = read(tmp_path, epochs("epoch {n} loss: {a}\nclass IoU: ['{a}', '{b}']\nsize: [512, 256]\n"))

    assert found == {"loss": curve(FALL), "class IoU 0": curve(FALL), "class IoU 1": curve(RISE)}


def test_the_learning_rates_of_several_groups_are_curves_by_their_place(tmp_path):
    [found], _ = read(tmp_path, epochs("[Rank 0] step={n}, loss={a}, lr=[{b}, {a}], mom=[(0.9, 0.999)]\n"))

    assert found["lr 0"] == curve(RISE)
    assert found["lr 1"] == curve(FALL)


def test_numbers_below_a_line_that_names_all_steps_are_of_that_step(tmp_path):
    text = epochs(" > EPOCH: {n}/9\n   --> STEP: 5/50 -- GLOBAL_STEP: {n}00\n     | > loss_gen: {a}  (0.5)\n")

    [found], _ = read(tmp_path, text)

    assert found == {"loss_gen": ([100, 200, 300, 400], list(FALL))}


def test_a_score_of_a_split_and_one_with_a_remark_behind_its_name_are_read(tmp_path):
    [found], _ = read(tmp_path, epochs("Iteration {n}, loss = {a}\nValidation score: {b}\n"))
    [other], _ = read(tmp_path, epochs("EPOCH {n} done: loss {a}\nDEV : loss {b} - f1-score (micro avg)  {b}\n"))

    assert found == {"loss": curve(FALL), "Validation score": curve(RISE)}
    assert other == {"loss": curve(FALL), "val/loss": curve(RISE), "val/f1-score (micro avg)": curve(RISE)}


def test_bars_with_dashes_for_signs_are_read_at_their_ends(tmp_path):
    bar = "\r{side}: {p}%|{b}| {i}/5 [00:01<00:05,  1.2it/s, dice_loss - {x}, iou_score - 0.{i}]"
    drawn = "".join(
        bar.replace("{side}", side).format(p=20 * i, b="█" * i or " ", i=i, x="{" + x + "}")
        for side, x in (("train", "a"), ("valid", "b"))
        for i in (0, 3, 5)
    )

    [found], _ = read(tmp_path, epochs("\nEpoch: {n}\n" + drawn.replace("\rvalid:   0", "\nvalid:   0") + "\n"))

    assert found["train/dice_loss"] == curve(FALL)
    assert found["val/dice_loss"] == curve(RISE)
    assert found["val/iou_score"] == curve([0.5] * 4)
    assert len(found) == 4


def test_spacys_table_counts_by_its_step(tmp_path):
    head = "E    #       LOSS TOK2VEC  ENTS_F  SCORE \n---  ------  ------------  ------  ------\n"

    [found], _ = read(tmp_path, "Training pipeline\n" + head + epochs("  0     {n}00         {a}   1{n}.5     {b}\n"))

    assert found["LOSS TOK2VEC"] == ([100, 200, 300, 400], list(FALL))
    assert found["SCORE"] == ([100, 200, 300, 400], list(RISE))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("エポック {n}/9  訓練損失: {a}  検証損失: {b}\n", ("訓練損失", "検証損失")),
        ("에포크 {n}/9 - 훈련 손실: {a} - 검증 손실: {b}\n", ("훈련 손실", "검증 손실")),
        ("第{n}轮 訓練損失：{a} 驗證損失：{b}\n", ("訓練損失", "驗證損失")),
    ],
)
def test_the_losses_of_neighbouring_scripts_are_known_by_their_split(tmp_path, line, names):
    path = tmp_path / "run.log"
    path.write_text(epochs(line), encoding="utf-8")

    [run] = survey([path]).runs

    assert [one.name for one in run.series] == list(names)
    assert [one.role for one in recogniser().recognise(run, {}).series] == ["train-loss", "val-loss"]


def test_a_validation_between_the_iterations_of_an_epoch_leaves_the_loss_one_curve(tmp_path):
    step = "Epoch {e}, Itrs {s}/300, Loss=0.{s}5\n"
    text = "".join(
        step.format(e=1 + s // 50, s=s) + (f"validation...\n\nMean IoU: 0.{s}\n" if s % 30 == 0 else "")
        for s in range(10, 100, 10)
    )

    [found], _ = read(tmp_path, text)

    assert found["Loss"] == (list(range(10, 100, 10)), [float(f"0.{s}5") for s in range(10, 100, 10)])
    assert found["Mean IoU"] == ([30, 60, 90], [0.3, 0.6, 0.9])
    assert len(found) == 2


def test_how_far_a_mean_is_out_is_no_quantity(tmp_path):
    [found], _ = read(tmp_path, epochs("Epoch {n}/9\nloss: {a} ± 0.01, dice: {b}±0.02, val dice = {b} (+/- 2.5%)\n"))

    assert found == {"loss": curve(FALL), "dice": curve(RISE), "val dice": curve(RISE)}


def test_the_scores_of_a_class_behind_an_arrow_are_told_apart(tmp_path):
    rows = "".join(
        f"===>{name}:\tIou-{{n}}{k}.50; Precision-{{n}}{k}.25\n" for k, name in enumerate(("lumen", "polyp"))
    )

    [found], _ = read(tmp_path, epochs("Epoch:{n}/9\nTotal Loss: {a} || Val Loss: {b} \n" + rows))

    assert found["Iou polyp"] == curve([11.5, 21.5, 31.5, 41.5])
    assert found["Precision lumen"] == curve([10.25, 20.25, 30.25, 40.25])
    assert len(found) == 6


def test_bars_without_a_name_give_way_to_the_line_that_sums_up_the_epoch(tmp_path):
    bar = "".join(f"\r{p}%|██ | {p}/100 [00:01<00:02,  1.2it/s, {{said}}]" for p in (50, 100)) + "\n"
    train, val = bar.replace("{said}", "loss=9.5, iou=9.5"), bar.replace("{said}", "loss=8.5, iou=8.5, dice={b}")

    [found], _ = read(
        tmp_path, epochs("Epoch [{n}/9]\n" + train + val + "loss {a} - iou {b} - val_loss {a} - val_iou {b}\n")
    )

    assert found == {
        **dict.fromkeys(("loss", "val_loss"), curve(FALL)),
        **dict.fromkeys(("iou", "val_iou", "dice"), curve(RISE)),
    }


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("Class 0 IoU: {a}\nClass 1 IoU: {b}\n", ("Class_0 IoU", "Class_1 IoU")),
        ("class 0: iou {a}\nclass 1: iou {b}\nmean iou: 0.5\n", ("iou class_0", "iou class_1")),
        ("  - class 0 (lumen): iou={a}\n  - class 1 (polyp): iou={b}\n", ("iou lumen", "iou polyp")),
        ("Per-class IoU: {{'lumen': {a}, 'polyp': {b}}}\n", ("IoU lumen", "IoU polyp")),
        ("IoU per class: lumen={a}, polyp={b}, mean=0.5\n", ("IoU lumen", "IoU polyp")),
        ("IoU: tensor([{a}, {b}], device='cuda:0')\n", ("IoU 0", "IoU 1")),
        ("Class_0 Result: iou/accuracy {a}123/0.8034.\nClass_1 Result: iou/accuracy {b}123/0.8034.\n", ("", "")),
    ],
)
def test_the_scores_of_classes_are_told_apart_however_the_class_is_named(tmp_path, lines, names):
    [found], _ = read(tmp_path, epochs("Epoch {n}/9, train loss: {a}\n" + lines))

    first, second = (one or f"iou Class_{at}" for at, one in enumerate(names))
    exact = "" if names[0] else "123"
    assert found[first] == curve([float(f"{a}{exact}") for a in FALL])
    assert found[second] == curve([float(f"{b}{exact}") for b in RISE])
