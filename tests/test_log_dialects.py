"""How trainers print: names, counters, means after batches, processes that print alike."""

import numpy as np
import pytest

from diagnose.files import read_file
from tests.free_logs import FALL, RISE, curve, epochs, read


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Val loss after epoch {n}: {a}", ["Val loss"]),
        ("Loss at step {n} = {a}", ["Loss"]),
        ("After epoch {n} the mean dice is {b}", ["mean dice"]),
        ("[Epoch {n}] loss {a} | dice (Kvasir/ETIS) {b}/0{b}", ["loss", "dice Kvasir", "dice ETIS"]),
        ("Result at epoch [{n}/9]: mIoU/mAcc/allAcc {a}/{b}/1{b}.", ["mIoU", "mAcc", "allAcc"]),
        ("epoch: {n}, Train loss: {a}, metrics: {{'iou': '{b}', 'dice': '{b}'}}", ["Train loss", "iou", "dice"]),
        ("{{'epoch': {n}, 'train': {{'loss': {a}}}, 'val': {{'loss': {b}}}}}", ["train/loss", "val/loss"]),
        ("Epoch {n}, loss[loss={a}, ctc_loss={a}], tot_loss[loss={b}, ctc_loss={b}]",
         ["loss", "loss/ctc_loss", "tot_loss/loss", "tot_loss/ctc_loss"]),
        ("epoch {n} | Kvasir: dice={a} iou={a} | ETIS: dice={b} iou={b}",
         ["Kvasir/dice", "Kvasir/iou", "ETIS/dice", "ETIS/iou"]),
        ("Epoch[{n}] Batch [{n}]\tSpeed: 1{a} samples/sec\taccuracy={b}", ["Speed", "accuracy"]),
        ("【训练】轮次 {n}/50 损失 {a} 学习率 {b}", ["train/损失", "train/学习率"]),
        ("Iters: {n}/900 || Lr: {a} || Loss: {b} || Cost Time: 0:00:10", ["Lr", "Loss"]),
        ("Time: 20230101-10{n}5, Epoch: {n}, Loss: {a}", ["Loss"]),
        ("[host] (trainer:732) INFO: {n}epoch:train:1-50batch: a_time=0.1, acc={b}", ["train/a_time", "train/acc"]),
        ("loss: {a} (epoch: 1, step: {n}) // Avg time/img: 0.05 s", ["loss", "Avg time/img"]),
        ("Epoch {n}/300 7/120 loss: {a} time 2.31s", ["loss"]),
        ("CV Batch {n}/9 loss {a} acc {b}", ["val/loss", "val/acc"]),
        ("Epoch {n}\n  Train Loss: {a} | Acc: {b}\n  Val   Loss: {a} | Acc: {b} | ⏱️ 30s\n  ✅ 最佳已保存 (Acc: {b})",
         ["Train Loss", "train/Acc", "Val Loss", "val/Acc"]),
        ("| epoch {n} |   200/ 2983 batches | lr 20.00 | ms/batch 25.1 | loss  {a} | ppl {b}",
         ["lr", "ms/batch", "loss", "ppl"]),
        ("epoch {n}\nval OrderedDict([('loss', {a}), ('iou', {b})])", ["val/loss", "val/iou"]),
        ("[第{n}轮, 第100批] 损失: {a}", ["损失"]),
        ("Epoch {n}, global step {n}0: 'val_dice' reached {b} (best {b}), saving model to '/x/step={n}0.ckpt' as top 1",
         ["val_dice"]),
        ("Epoch {n}\n07:08:09 [MainThread] INFO UNetTrainer - Training stats. Loss: {a}. Dice score: {b}",
         ["train/Loss", "train/Dice score"]),
        ("{n}/50 ({n}0%) train_loss: {a} val_loss: {b}", ["train_loss", "val_loss"]),
    ],
)  # fmt: skip
def test_a_line_names_its_quantities_in_many_ways(tmp_path, line, names):
    [found], _ = read(tmp_path, epochs(line + "\n"))

    assert list(found) == names
    assert {len(values) for _, values in found.values()} == {4}


def test_a_rate_told_above_the_header_of_its_epoch_is_that_epoch_s(tmp_path):
    [found], _ = read(tmp_path, epochs("Learning rate: {b}\nEpoch: {n}\nTrain loss: {a}\nVal loss: {a}\n"))

    assert found["Learning rate"] == curve(RISE)


@pytest.mark.parametrize(
    "line",
    ["{{'epoch': {n}, 'train': {{'loss': {a}}}, 'val': {{'loss': {a}}}}}", "iter {n}: loss {a}\nval dice: {b}"],
)
def test_what_another_reader_would_read_in_part_is_left_to_the_general_one(tmp_path, line):
    path = tmp_path / "run.log"
    path.write_text(epochs(line + "\n"), encoding="utf-8")

    [trace] = read_file(path) or ()

    assert trace.format == "general"
    assert len(trace.series) == 2


@pytest.mark.parametrize(
    "line",
    [
        "epoch {n}: 3/4 of the images, loss {a}",
        "epoch {n}: loss {a} with Adam/SGD",
        "epoch {n}: loss {a} in 'a' 7",
        "epoch {n}: loss {a} at 12/34",
    ],
)
def test_what_stands_beside_a_loss_is_no_quantity(tmp_path, line):
    [found], _ = read(tmp_path, epochs(line + "\n"))

    assert found == {"loss": curve(FALL)}


@pytest.mark.parametrize(
    ("batch", "final"),
    [
        ("Epoch: [{n}/9] Iter:[{k}/90], Loss: {a}\n", "Loss: 1{a}, MeanIoU: {b}\n"),
        ("Loss = {a}, step = {n}{k}\n", "Results at step {n}{k}: MeanIoU = {b}, Loss = 1{a}\n"),
        ("Epoch [{n}/9], Step [{k}/90], Loss: {a}\n", "Epoch [{n}/9], Loss: 1{a}, MeanIoU: {b}\n"),
    ],
)
def test_a_mean_or_an_evaluation_after_the_batches_is_a_curve_of_its_own(tmp_path, batch, final):
    [found], _ = read(tmp_path, epochs("".join(batch.replace("{k}", k) for k in "159") + final.replace("{k}", "9")))

    assert found["Loss"][1] == np.repeat(FALL, 3).tolist()
    assert found["Loss 2"][1] == [float(f"1{a}") for a in FALL]
    assert found["MeanIoU"][1] == list(RISE)


def test_one_value_printed_exactly_and_rounded_is_one_curve(tmp_path):
    text = "".join(f"Epoch {n}\nloss: 0.{n}234\nmean dice: 0.5, loss: 0.{n}23\n" for n in range(1, 5))

    [found], _ = read(tmp_path, text)

    assert found.keys() == {"loss", "mean dice"}


def test_an_evaluation_that_counts_its_own_batches_without_saying_how_many_is_one_run(tmp_path):
    train = "".join(f"loss: {{a}} (epoch: {{n}}, step: {k}) // time: 0.05 s\n" for k in (0, 50, 100))
    evaluation = "".join(f"VAL loss: 1{{a}} (epoch: {{n}}, step: {k}) // time: 0.02 s\n" for k in (0, 50))

    [found], _ = read(tmp_path, epochs(train + evaluation))

    assert found["loss"][1] == np.repeat(FALL, 3).tolist()
    assert found["VAL loss"][0] == np.repeat([100, 201, 302, 403], 2).tolist()


def test_an_evaluation_at_the_step_of_training_keeps_its_step(tmp_path):
    text = "".join(f"step {k}0 loss 0.{k}\n" + f"step {k}0 val loss 0.{k}\n" * (k % 3 == 0) for k in range(1, 10))

    [found], _ = read(tmp_path, text)

    assert found["val loss"] == ([30, 60, 90], [0.3, 0.6, 0.9])


def test_a_line_told_twice_an_epoch_with_values_to_and_fro_is_two_curves(tmp_path):
    text = "".join(f"epoch {n} loss 0.{9 - n}\nepoch {n} loss 1.{9 - n}\n" for n in range(1, 9))

    [found], _ = read(tmp_path, text)

    assert found["loss"] == (list(range(1, 9)), [round(0.9 - n / 10, 1) for n in range(1, 9)])
    assert found["loss 2"] == (list(range(1, 9)), [round(1.9 - n / 10, 1) for n in range(1, 9)])


@pytest.mark.parametrize("second", ["0.{b}5", "0.{a}5"])
def test_two_batches_an_epoch_are_one_curve(tmp_path, second):
    text = "".join(f"epoch {n} loss 0.{9 - n}\nepoch {n} loss {second}\n".format(a=8 - n, b=9 - n) for n in range(1, 9))

    [found], _ = read(tmp_path, text)

    assert list(found) == ["loss"]
    assert len(found["loss"][1]) == 16


@pytest.mark.parametrize("who", ["rank {}:", "[GPU {}]", "[rank {}]", "[Worker {}] -"])
def test_lines_of_two_ranks_are_one_run(tmp_path, who):
    text = "".join(f"{who.format(k)} step {s}0 loss {k}.{s}\n" for s in range(1, 9) for k in (0, 1))

    [found], notes = read(tmp_path, text)

    steps = [s * 10 for s in range(1, 9)]
    assert found["loss"] == (steps, [s / 10 for s in range(1, 9)])
    assert found["loss (rank 1)"] == (steps, [1 + s / 10 for s in range(1, 9)])
    assert "2 processes of one job (0, 1): read as one run, that of rank 0" in notes


def test_bare_tensors_are_read_where_a_loop_printed_nothing_else(tmp_path):
    line = "tensor({}, device='cuda:0')\n"

    [found], notes = read(tmp_path, line.format(0.5) + line.format("nan") * 2)
    [silent], _ = read(
        tmp_path, line.format(0.5) * 3 + "".join(f"{n} images read, {'and ' * n}more\n" for n in range(9))
    )

    assert repr(found) == "{'tensor': ([0, 1, 2], [0.5, nan, nan])}"
    assert "rows are counted" in notes
    assert silent == {}
