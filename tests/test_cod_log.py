"""What PraNet, SINet and their relatives print: five spellings of a step, and evaluations between epochs."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import cod_log
from diagnose.run import Trace

LOGGED = "[2024-05-06 07:08:09 AM-train.py-INFO:"


def read(tmp_path: Path, *lines: str) -> list[Trace]:
    path = tmp_path / "out.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return cod_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    found = {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}
    return {name: one for name, one in found.items() if name != "epoch"}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


def step(epoch: int, at: int, loss: float) -> str:
    return f"{LOGGED}#TRAIN#:Epoch [{epoch:03d}/100], Step [{at:04d}/0010], Loss: {loss:.4f}]"


@pytest.mark.parametrize(
    ("line", "loss", "value"),
    [
        (f"{LOGGED}[Train Info]:Epoch [002/100], Step [0003/0010], Total_loss: 2.5 Loss1: 1.5]", "Total_loss", 2.5),
        (f"{LOGGED}#TRAIN#:Epoch [002/100], Step [0003/0010], Loss: 2.5]", "Loss", 2.5),
        ("[2024] => [Epoch Num: 002/100] => [Global Step: 0003/0010] => [Loss_s: 2.5 Loss_i: 1]", "Loss_s", 2.5),
        ("07:08:09.1 Epoch [002/020], Step [0003/0010], [lateral-2: 2.5, lateral-3: 0.7]", "loss/lateral-2", 2.5),
        ("07:08:09,1 [Train Info]:Epoch [002/100], Step [0003/0010], loss_all: 2.5,loss_a: 1", "loss_all", 2.5),
        ("2024-05-06 07:08:09.1 Epoch [002/020], Step [0003/0010], Total Loss: 2.5, Src Seg: 1", "Total Loss", 2.5),
        ("2024 Epoch [002/020], Step [0003/0010], [lateral-2: 0.5], [edge: 2.5]", "loss/edge", 2.5),
        ("2024-05-06 07:08:09.1 Epoch [002/020], Step [0003/0010], Loss: tensor(2.5, device='cuda:0')", "Loss", 2.5),
    ],
)  # fmt: skip
def test_a_step_is_read_in_every_spelling_and_counted_from_the_start_of_training(tmp_path, line, loss, value):
    traces = read(tmp_path, line)

    assert points(traces[0])[f"train/{loss}"] == [(13, value)]


def test_numbers_padded_with_blanks_count_as_those_padded_with_zeros(tmp_path):
    traces = read(
        tmp_path,
        *(
            f"{LOGGED}[Train Info]:Epoch [{epoch:3d}/100], Step [{at:4d}/0020], Loss: {3 - epoch / 2 - at / 20:.2f}]"
            for epoch in (1, 2)
            for at in (0, 10)
        ),
        f"{LOGGED}[Train Info]:Epoch [  2/100], Loss_AVG: 1.75]",
    )

    assert points(traces[0]) == {
        "train/Loss": [(0, 2.5), (10, 2.0), (20, 2.0), (30, 1.5)],
        "train/Loss_AVG": [(30, 1.75)],
    }


def test_epochs_that_count_from_zero_begin_at_step_zero(tmp_path):
    (trace,) = read(tmp_path, step(0, 5, 1.5), step(1, 5, 0.5))

    assert points(trace) == {"train/Loss": [(5, 1.5), (15, 0.5)]}


def test_f3net_counts_on_through_the_epochs_by_itself(tmp_path):
    lines = (f"2024-05-06 07:08:09.1 | step:{n}/{1 + n // 30}/32 | lr=0.005 | loss=0.{n}" for n in (20, 40))

    (trace,) = read(tmp_path, *lines)

    assert points(trace) == {"lr": [(20, 0.005), (40, 0.005)], "train/loss": [(20, 0.2), (40, 0.4)]}


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Kvasir :  0.75", "dice Kvasir"),
        ("Kvasir : dice:  0.75", "dice Kvasir"),
        ("[Cur Epoch: 1] Metrics (Sm=0.75)", "val/Sm"),
        ("[Val] Epoch: 1, MAE: 0.75, bestMAE: 0.5, bestEpoch: 1", "val/MAE"),
        (f"{LOGGED}Test: [Val Info]:Epoch:1 MAE:0.75 bestEpoch:1 bestMAE:0.5]", "test/MAE"),
        (f"{LOGGED}[Val Info]:Epoch:1 bestEpoch:1 bestiou: 0.75]", "val/bestiou"),
        (f"{LOGGED}epoch: 1, dataset: CVC-300, IoU: 0.75]", "IoU CVC-300"),
    ],
)
def test_a_score_is_found_however_it_is_printed_and_counts_once_when_logged_as_well(tmp_path, line, name):
    (trace,) = read(tmp_path, step(1, 10, 0.5), line, line, step(2, 10, 0.25))

    assert points(trace)[name] == [(10, 0.75)]


def test_scores_without_any_step_stand_at_their_epoch(tmp_path):
    (trace,) = read(tmp_path, *(f"{LOGGED}[Val Info]:Epoch:{n} MAE:0.{n} bestEpoch:1 bestMAE:0.1]" for n in (1, 2, 3)))

    assert points(trace) == {"val/MAE": [(1, 0.1), (2, 0.2), (3, 0.3)]}


@pytest.mark.parametrize(
    "line",
    [
        f"{LOGGED}[Val Info]:Epoch:1 MAE:0.25 bestEpoch:0 bestMAE:0.25]",
        f"{LOGGED}#Val#:Epoch:1 MAE:0.25 bestEpoch:0 bestMAE:0.25]",
        "Epoch: 1, MAE: 0.25, bestMAE: 0.125, bestEpoch: 0.",
    ],
)
def test_an_evaluation_stands_at_the_last_step_and_its_best_so_far_is_no_curve(tmp_path, line):
    (trace,) = read(tmp_path, step(1, 10, 0.5), line, step(2, 1, 0.25))

    assert points(trace) == {"train/Loss": [(10, 0.5), (11, 0.25)], "val/MAE": [(10, 0.25)]}


def test_the_mean_of_an_epoch_the_rate_and_the_score_of_a_data_set_find_their_step(tmp_path):
    (trace,) = read(
        tmp_path,
        "2024-05-06 07:08:09,562 lr:0.0001",
        step(1, 1, 0.5),
        step(1, 10, 0.25),
        f"{LOGGED}[Train Info]: Epoch [001/100], Loss_AVG: 0.375]",
        "2024-05-06 07:08:09,562 CAMO: MAE:4.5",
        "2024-05-06 07:08:09,562 Best CAMO: MAE:4.5, correspond EPOCH:1 ",
        f"{LOGGED}epoch: 1, dataset: Kvasir, dice: 0.75]",
    )

    assert points(trace) == {
        "lr": [(1, 0.0001)],
        "train/Loss": [(1, 0.5), (10, 0.25)],
        "train/Loss_AVG": [(10, 0.375)],
        "val/MAE CAMO": [(10, 4.5)],
        "dice Kvasir": [(10, 0.75)],
    }


def test_a_run_appended_without_a_header_is_cut_where_the_step_goes_back(tmp_path):
    traces = read(tmp_path, step(1, 1, 0.5), step(2, 1, 0.25), step(1, 1, 0.75), step(1, 2, 0.5))

    assert [points(trace)["train/Loss"] for trace in traces] == [[(1, 0.5), (11, 0.25)], [(1, 0.75), (2, 0.5)]]
    assert "3: step goes back from 11 to 1: a new run starts here" in said(traces)


def test_settings_belong_to_the_run_they_stand_before(tmp_path):
    config = f"{LOGGED}Config: epoch: 100; lr: %s; load: None; save_path: ./snapshot/]"
    traces = read(tmp_path, config % 0.1, step(1, 1, 0.5), config % 0.01, config % 0.001, step(1, 1, 0.5))

    assert [trace.settings["lr"] for trace in traces] == [0.1, 0.001]
    assert traces[0].settings == {"epoch": 100, "lr": 0.1, "load": None, "save_path": "./snapshot/"}
    assert "3: starts of training that logged no number: 1" in said(traces)


def test_a_word_in_place_of_a_number_is_noted(tmp_path):
    traces = read(tmp_path, step(1, 1, 0.5), step(1, 2, 0.5).replace("0.5", "0.x"))

    assert points(traces[0]) == {"train/Loss": [(1, 0.5)]}
    assert "2: '0.x000' is no number; 1 such values skipped" in said(traces)


def test_a_screen_of_machine_and_model_without_a_step_says_that_nothing_was_trained(tmp_path):
    traces = read(
        tmp_path, "| NVIDIA-SMI 470.239.06 |", "(conv1): Conv2d(3, 64)", "srun: error: task 0: Exited with exit code 1"
    )

    assert [trace.series for trace in traces] == [()]
    assert "no training signal" in said(traces)


@pytest.mark.parametrize(
    ("name", "head", "claimed"),
    [
        ("SINet_1.txt", "| NVIDIA-SMI 470.239.06 |\n", True),
        ("job.txt", "| NVIDIA-SMI 470.239.06 |\n", False),
        ("SINet_requirements.txt", "torch==1.0\n", False),
        ("SINet_1.py", "2024 Epoch [001/020], Step [0003/0010], [lateral-2: 2.5]", False),
        ("log.txt", "print('{} Epoch [{:03d}/{:03d}], Step [{:04d}/{:04d}], [lateral-2: {:.4f}]')", False),
        ("train_log.log", f"{LOGGED}epoch: 1, dataset: Kvasir, dice: 0.75]", False),
        ("log.txt", "Epoch [1/10], Loss: 0.5", False),
        ("log.log", f"{LOGGED}[Val Info]:Epoch:1 MAE:0.25 bestEpoch:0]", True),
    ],
)
def test_a_file_is_claimed_for_its_steps_and_evaluations_only(name, head, claimed):
    assert cod_log.sniff(Path(name), head.encode()) == claimed


def test_evaluations_told_in_words_of_ones_own_stand_at_their_step(tmp_path):
    path = tmp_path / "train.log"
    path.write_text(
        "Epoch [1/2], Step [10/20], Loss: 0.9\nEpoch [1/2], Step [20/20], Loss: 0.8\n"
        "[Val] Epoch 1: loss=0.75, mDice=0.5\n"
        "Epoch [2/2], Step [10/20], Loss: 0.6\ntest dataset: 100 images\nEpoch [2/2], Step [20/20], Loss: 0.5\n"
        "Epoch [2/2] Validation - loss: 0.625, acc: 0.75\nValidation time: 3.5 s\n"
    )

    (trace,) = cod_log.read(path)

    curves = {one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series if one.name != "epoch"}
    assert curves == {
        "train/Loss": ([10, 20, 30, 40], [0.9, 0.8, 0.6, 0.5]),
        "val/loss": ([20, 40], [0.75, 0.625]),
        "val/mDice": ([20], [0.5]),
        "val/acc": ([40], [0.75]),
    }


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("[TEST] {set}  meanDic: {b}; meanIoU: 0{b}", ("val/meanDic {set}", "val/meanIoU {set}")),
        ("{set}: meanDic {b} meanIoU 0{b}", ("meanDic {set}", "meanIoU {set}")),
        (
            "(Dataset:{set}; Model:PraNet) meanDic:{b};meanIoU:0{b};Sm:1{b};maxEm:2{b}",
            ("meanDic {set}", "meanIoU {set}"),
        ),
        ("Epoch {n} Val on {set}: S-measure: {b}, E-measure: 0{b}", ("val/S-measure {set}", "val/E-measure {set}")),
        ("*** {set} *** mDice={b}, mIoU=0{b} (best {b})", ("mDice {set}", "mIoU {set}")),
    ],
)
def test_scores_of_data_sets_are_told_apart_however_they_are_written(tmp_path, line, names):
    path = tmp_path / "train.log"
    sets = ("Kvasir", "CVC-ClinicDB", "ETIS-LaribPolypDB")
    step = "Epoch [{n:03d}/004], Step [0040/0040], [lateral-2: {a}, lateral-3: {a}]\n"
    text = "".join(
        step.format(n=n, a=0.9 - 0.1 * n)
        + "".join(line.format(set=one, n=n, b=f"0.{n}{at}") + "\n" for at, one in enumerate(sets, 1))
        for n in range(1, 5)
    )
    path.write_text(text, encoding="utf-8")

    [trace] = cod_log.read(path)
    found = {one.name: one.values.tolist() for one in trace.series}

    for at, one in enumerate(sets, 1):
        assert found[names[0].format(set=one)] == [float(f"0.{n}{at}") for n in range(1, 5)]
        assert found[names[1].format(set=one)] == [float(f"00.{n}{at}") for n in range(1, 5)]
    assert len(found) in (9, 15)
    assert not any("is no number" in note.what.en for note in trace.notes)


def test_what_an_evaluation_took_is_no_score_of_its_data_set(tmp_path):
    path = tmp_path / "train.log"
    step = "Epoch [{n:03d}/004], Step [0040/0040], [lateral-2: {a}, lateral-3: {a}]\n"
    lines = (step + "Val on Kvasir: images: 100, time: 3.{n}\n" for _ in range(1))
    text = "".join(line.format(n=n, a=0.9 - 0.1 * n) for line in lines for n in range(1, 5))
    path.write_text(text, encoding="utf-8")

    [trace] = cod_log.read(path)

    assert {one.name for one in trace.series} == {"epoch", "train/loss/lateral-2", "train/loss/lateral-3"}
