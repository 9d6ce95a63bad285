"""Trainers beyond the common frameworks: gradient boosting, Darknet, the Paddle family."""

from __future__ import annotations

import json

import pytest

from diagnose.assemble import survey
from diagnose.readers import boosting_log, darknet_log, paddle_log


def read(tmp_path, reader, *lines):
    path = tmp_path / "train.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert reader.sniff(path, path.read_bytes())
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in reader.read(path)]


@pytest.mark.parametrize(
    ("line", "train", "test"),
    [
        ("[{n}]\ttrain-auc:0.{n}\teval-auc:0.0{n}", "train-auc", "eval-auc"),
        ("[{n}]\tvalidation_0-auc:0.{n}\tvalidation_1-auc:0.0{n}", "validation_0-auc", "validation_1-auc"),
        ("[07:08:09] [{n}]\ttrain-auc:0.{n}+0.01\ttest-auc:0.0{n}+0.02", "train-auc", "test-auc"),
        ("[{n}]\ttraining's auc: 0.{n}\tvalid_1's auc: 0.0{n}", "training/auc", "valid_1/auc"),
        ("{n}:\tlearn: 0.{n}\ttest: 0.0{n}\tbest: 0.01 ({n})\ttotal: 3.5ms\tremaining: 12s", "learn/loss", "test/loss"),
        (
            "{n}:\tlearn: 0.{n}\ttest: 0.0{n}\tbest: 0.09 ({n})\ttotal: 3.5ms\tremaining: 12s",
            "learn/score",
            "test/score",
        ),
    ],
)
def test_every_measure_of_every_data_set_is_read_by_round(tmp_path, line, train, test):
    [found] = read(tmp_path, boosting_log, *(line.format(n=n) for n in (1, 2, 3)))

    assert found == {train: ([1, 2, 3], [0.1, 0.2, 0.3]), test: ([1, 2, 3], [0.01, 0.02, 0.03])}


def test_darknet_prints_its_average_in_two_ways(tmp_path):
    lines = [f"{n}: 0.{n}, 1.{n} avg{word}, 0.001 rate, 3.5 seconds, {n} images" for n, word in ((1, ""), (2, " loss"))]

    [found] = read(tmp_path, darknet_log, *lines)

    assert found["avg loss"] == ([1, 2], [1.1, 1.2])


def test_paddle_detection_counts_its_iterations_on_and_scores_after_them(tmp_path):
    line = "[05/06 07:08:09] ppdet.engine INFO: Epoch: [{e}] [{s:>3}/100] learning_rate: 0.5 loss: 1.{e} eta: 0:01:00"
    score = " Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.250"

    [found] = read(tmp_path, paddle_log, *(line.format(e=e, s=s) for e in (0, 1) for s in (0, 50)), score)

    assert found["train/loss"] == ([0, 50, 100, 150], [1.0, 1.0, 1.1, 1.1])
    assert found["val/AP@0.50:0.95 all 100"] == ([150], [0.25])


def test_paddle_clas_reads_iterations_of_training_and_means_of_evaluation(tmp_path):
    train = "[2024/05/06 07:08:09] ppcls INFO: [Train][Epoch {e}/9][Iter: {s}/10]lr: 0.5, top1: 0.25, loss: 6.{e}"
    lines = (train.format(e=e, s=s) for e in (1, 2) for s in (0, 5))
    evaluated = (
        "ppcls INFO: [Eval][Epoch 2][Iter: 0/9]loss: 9.5",
        "ppcls INFO: [Eval][Epoch 2][Avg]loss: 5.5, top1: 0.5",
    )

    [found] = read(tmp_path, paddle_log, *lines, *evaluated)

    assert found["train/loss"] == ([0, 5, 10, 15], [6.1, 6.1, 6.2, 6.2])
    assert found["val/loss"] == ([15], [5.5])


def test_the_best_round_is_not_read_again_when_boosting_stops(tmp_path):
    line = "[{n}]\ttraining's auc: 0.{n}\tvalid_1's auc: 0.0{n}"
    rounds = [line.format(n=n) for n in (1, 2, 3)]

    [found] = read(tmp_path, boosting_log, *rounds, "Early stopping, best iteration is:", rounds[1])
    both = read(tmp_path, boosting_log, *rounds, *rounds[:2])

    assert found["training/auc"] == ([1, 2, 3], [0.1, 0.2, 0.3])
    assert [one["training/auc"][0] for one in both] == [[1, 2, 3], [1, 2]]


def test_what_catboost_leaves_in_its_folder_is_one_run(tmp_path):
    folder = tmp_path / "catboost_info"
    folder.mkdir()
    sets = {"learn": (0.9, 0.5), "test": (0.8, 0.6)}
    for name, values in sets.items():
        rows = "".join(f"{at}\t{value}\n" for at, value in enumerate(values))
        (folder / f"{name}_error.tsv").write_text(f"iter\tLogloss\n{rows}", encoding="utf-8")
    (folder / "time_left.tsv").write_text("iter\tPassed\tRemaining\n0\t10\t90\n1\t20\t80\n", encoding="utf-8")
    measures = [{"best_value": "Min", "name": "Logloss"}]
    meta = {f"{name}_{what}": one for name in sets for what, one in (("sets", [name]), ("metrics", measures))}
    every = [{"iteration": at, "learn": [sets["learn"][at]], "test": [sets["test"][at]]} for at in (0, 1)]
    whole = folder / "catboost_training.json"
    whole.write_text(json.dumps({"meta": meta, "iterations": every}), encoding="utf-8")

    def read_all():
        [run] = survey([tmp_path]).runs
        return {one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series}

    expected = {f"{name}/Logloss": ([0, 1], list(values)) for name, values in sets.items()}
    assert read_all() == expected
    for table in folder.glob("*.tsv"):
        table.unlink()
    assert read_all() == expected


def test_a_table_of_errors_of_another_kind_is_a_table_as_any_other(tmp_path):
    path = tmp_path / "test_error.tsv"
    path.write_text("epoch\ttest_error\n1\t0.5\n2\t0.4\n3\t0.3\n", encoding="utf-8")

    [run] = survey([path]).runs

    assert [one.name for one in run.series] == ["test_error"]
