"""TransUNet's log: a line an iteration, settings at every start, evaluations that count their own batches."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.readers import transunet_log
from diagnose.run import Trace

HEAD = "[10:11:12.131] "
NAMESPACE = HEAD + "Namespace(base_lr=0.01, max_epochs=150, max_iterations=30000)"


def read(tmp_path: Path, *lines: str) -> list[Trace]:
    path = tmp_path / "log.txt"
    path.write_bytes(("\n".join(lines) + "\n").encode())
    return transunet_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> list[tuple[int | None, str]]:
    return [(note.line, note.what.en) for trace in traces for note in trace.notes]


@pytest.mark.parametrize(
    "line",
    [
        HEAD + "iteration 7 : loss : 0.500000, loss_ce: 0.250000",
        HEAD + "iteration 7: loss: 0.500000, loss_ce: 0.250000",
        " 49%|####9     | 49/100 [01:00<01:00,  1.2s/it]iteration 7 : loss : 0.5, loss_ce: 0.25",
        " 1%|# | 1/100\r 2%|# | 2/100" + HEAD + "iteration 7 : loss : 0.5, loss_ce: 0.25\r",
        HEAD + "iteration 7 : loss : 0.5 loss_ce: 0.25",
    ],
)
def test_an_iteration_is_read_however_it_is_spaced_and_whatever_stands_before_it(tmp_path, line):
    (trace,) = read(tmp_path, line)

    assert points(trace) == {"loss": [(7, 0.5)], "loss_ce": [(7, 0.25)]}


def test_a_name_of_two_words_is_one_name(tmp_path):
    (trace,) = read(tmp_path, HEAD + "iteration 1 : loss : 0.5, loss tversky: 0.25")

    assert points(trace) == {"loss": [(1, 0.5)], "loss tversky": [(1, 0.25)]}


def test_settings_are_told_apart_by_kind_and_none_is_executed(tmp_path):
    (trace,) = read(
        tmp_path,
        HEAD
        + "Namespace(lr=1e-3, bs=24, zip=False, tag=None, path='a, (b)', size=[2, 4], call=__import__('os'), n='9')",
        HEAD + "93 iterations per epoch. 37200 max iterations ",
        HEAD + "iteration 1 : loss : 0.5",
    )

    given = {"lr": 0.001, "bs": 24, "zip": False, "path": "a, (b)", "size/0": 2, "size/1": 4, "n": "9"}
    assert given.items() <= trace.settings.items()
    assert (trace.settings["iterations per epoch"], trace.settings["max iterations"]) == (93, 37200)
    assert not {"tag", "call"} & trace.settings.keys()  # None, and what would have to be run


def test_starts_that_came_to_nothing_are_counted_in_one_note(tmp_path):
    traces = read(tmp_path, *[NAMESPACE] * 3, HEAD + "iteration 1 : loss : 0.5")

    assert [len(trace.series) for trace in traces] == [1]
    assert said(traces) == [(1, "starts of training that logged no number: 2")]


def test_every_start_that_trained_is_a_run_with_its_own_settings(tmp_path):
    second = NAMESPACE.replace("0.01", "0.05")
    traces = read(tmp_path, NAMESPACE, HEAD + "iteration 1 : loss : 0.5", second, HEAD + "iteration 2 : loss : 0.25")

    assert [points(trace) for trace in traces] == [{"loss": [(1, 0.5)]}, {"loss": [(2, 0.25)]}]
    assert [trace.settings["base_lr"] for trace in traces] == [0.01, 0.05]
    assert said(traces) == [(3, "the settings are printed again: training is started here")]


def test_an_evaluation_stands_at_the_iteration_of_training_and_not_at_its_own(tmp_path):
    (trace,) = read(
        tmp_path,
        HEAD + "epoch : 7, iteration : 136, train loss : 0.5, train dice : 0.25",
        HEAD + "epoch : 7, mean train loss : 0.75, mean train dice : 0.5",
        HEAD + "epoch : 7, iteration : 60, val loss : 1.5, val dice : 0.125",
        HEAD + "epoch : 8, iteration : 144, train loss : 0.25, train dice : 0.375",
    )

    assert points(trace) == {
        "epoch": [(136, 7), (136, 7), (136, 7), (144, 8)],
        "train/loss": [(136, 0.5), (144, 0.25)],
        "train/dice": [(136, 0.25), (144, 0.375)],
        "train/mean loss": [(136, 0.75)],
        "train/mean dice": [(136, 0.5)],
        "val/loss": [(136, 1.5)],
        "val/dice": [(136, 0.125)],
    }


def test_a_score_without_a_word_for_its_split_is_an_evaluation(tmp_path):
    (trace,) = read(
        tmp_path, HEAD + "iteration 200 : loss : 0.5", HEAD + "iteration 200 : mean_dice : 0.75 mean_hd95 : 12.5"
    )

    assert points(trace) == {"loss": [(200, 0.5)], "val/mean_dice": [(200, 0.75)], "val/mean_hd95": [(200, 12.5)]}


def test_a_last_number_that_was_being_written_is_left_out(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(f"{HEAD}iteration 1 : loss : 0.512345\n{HEAD}iteration 2 : loss : 0.5", encoding="utf-8")

    traces = transunet_log.read(path)

    assert points(traces[0]) == {"loss": [(1, 0.512345)]}
    assert said(traces)[-1] == (2, "the last line is cut short; its last number is left out")


def test_a_whole_last_number_needs_no_line_end(tmp_path):
    path = tmp_path / "log.txt"
    path.write_text(f"{HEAD}iteration 1 : loss : 0.51\n{HEAD}iteration 2 : loss : 0.25", encoding="utf-8")

    traces = transunet_log.read(path)

    assert points(traces[0]) == {"loss": [(1, 0.51), (2, 0.25)]}
    assert said(traces) == [(2, "the last line has no end; what it says last may not be all there")]


def test_what_a_windows_shell_redirects_to_a_file_is_read_as_well(tmp_path):
    path = tmp_path / "log.txt"
    path.write_bytes(f"{HEAD}iteration 1 : loss : 0.5\r\n".encode("utf-16"))

    claimed = transunet_log.sniff(path, path.read_bytes())

    assert claimed
    assert points(transunet_log.read(path)[0]) == {"loss": [(1, 0.5)]}


def test_a_log_that_only_started_gives_its_settings_and_no_series(tmp_path):
    traces = read(tmp_path, NAMESPACE)

    assert [(trace.series, trace.settings["base_lr"]) for trace in traces] == [((), 0.01)]
    assert any("no training signal" in what for _, what in said(traces))


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("trainer.py", "logging.info('iteration %d : loss : %f, loss_ce: %f' % (iter_num, loss))"),
        ("log.txt", "logging.info('iteration %d : loss : %f, loss_ce: %f' % (iter_num, loss))"),
        ("log.txt", " iteration     3383/    8000 | consumed samples: 1 | lm loss: 7.3E-01 |"),
        ("log.txt", "Namespace(batch_size=2, lr=0.1)\nEpoch: [0] loss: 0.5"),
        ("log.txt", "stopped at iteration 7: out of memory"),
    ],
)
def test_source_code_and_other_logs_are_left_alone(name, head):
    assert not transunet_log.sniff(Path(name), head.encode())


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("iteration 7 : model1_dice_score : 0.75 model1_hd95 : 5.5", "val/model1_dice_score"),
        ("Epoch 1 : mean_dice : 0.75 , mean_hd95 : 5.5", "val/mean_dice"),
        ("Testing performance in best val model: mean_dice : 0.75 mean_hd95 : 5.5", "val/mean_dice"),
        ("Mean class 2 mean_dice 0.75 mean_hd95 5.5", "val/mean_dice 2"),
    ],
)
def test_an_evaluation_between_iterations_stands_at_the_one_before_it(tmp_path, line, name):
    (trace,) = read(tmp_path, HEAD + "iteration 7 : loss : 0.5", HEAD + line, HEAD + "iteration 8 : loss : 0.25")

    assert points(trace)[name] == [(7, 0.75)]


def test_a_remark_on_the_best_model_is_no_evaluation(tmp_path):
    (trace,) = read(
        tmp_path, HEAD + "iteration 7 : loss : 0.5", HEAD + "save best model to a.pth at epoch 8, val dice: 0.3"
    )

    assert points(trace) == {"loss": [(7, 0.5)]}
