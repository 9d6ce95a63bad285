"""How trainers print: headings, data sets in turn, epochs named below, logs cut at their start or just begun."""

import numpy as np
import pytest

from diagnose.files import read_file
from diagnose.readers import general_log

FALL, RISE = (0.8, 0.6, 0.5, 0.4), (0.1, 0.3, 0.4, 0.5)


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    traces = general_log.read(path)
    found = [{one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} for trace in traces]
    return found, " ".join(note.what.en for trace in traces for note in trace.notes)


def epochs(text, first=1):
    """The text for each of four epochs: ``{n}`` the epoch, ``{a}`` what falls, ``{b}`` what rises."""
    return "".join(text.format(n=n, a=a, b=b) for n, (a, b) in enumerate(zip(FALL, RISE, strict=True), first))


def curve(values, first=1):
    return list(range(first, first + len(values))), list(values)


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


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("Val loss after epoch {n}: {a}", ["Val loss"]),
        ("Loss at step {n} = {a}", ["Loss"]),
        ("After epoch {n} the mean dice is {b}", ["the mean dice"]),
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
        ("Loss = {a}, step = {n}{k}\n", "Saving dict for global step {n}{k}: MeanIoU = {b}, Loss = 1{a}\n"),
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


def test_lines_of_two_ranks_are_two_runs(tmp_path):
    text = "".join(f"rank {k}: step {s}0 loss {k}.{s}\n" for s in range(1, 9) for k in (0, 1))

    found, notes = read(tmp_path, text)

    assert found == [{"loss": ([s * 10 for s in range(1, 9)], [k + s / 10 for s in range(1, 9)])} for k in (0, 1)]
    assert "told apart by a column: rank" in notes


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
