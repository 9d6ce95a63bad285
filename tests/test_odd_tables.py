"""Tables as people keep them: headers of two rows, means with their spread, bars, rows of images, columns of kinds."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from diagnose.assemble import survey

Curves = dict[str, list[tuple[int, float]]]
HALVES = {"train/loss": [(1, 0.9), (2, 0.5)], "train/dice": [(1, 0.1), (2, 0.2)], "val/loss": [(1, 1.5), (2, 1.0)]}


def put(tmp_path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def runs(tmp_path: Path, name: str, text: str) -> list[Curves]:
    found = survey([put(tmp_path, **{name: text}) / name]).runs
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in found
    ]


def said(*paths: Path) -> str:
    found = survey(paths)
    return "\n".join(note.what.en for note in (*found.unread, *(note for run in found.runs for note in run.notes)))


ROWS = "1,0.9,0.1,1.5\n2,0.5,0.2,1.0\n"
TWO_ROWS = {
    "pandas": ",train,train,val\n,loss,dice,loss\nepoch,,,\n" + ROWS,
    "by hand": "epoch,train,train,val\n,loss,dice,loss\n" + ROWS,
    "cells that were merged": "epoch,train,,val\n,loss,dice,loss\n" + ROWS,
}


@pytest.mark.parametrize("form", TWO_ROWS)
def test_a_header_of_two_rows_names_each_column_by_both(tmp_path, form):
    assert runs(tmp_path, "history.csv", TWO_ROWS[form]) == [HALVES]


def test_a_row_of_words_below_a_header_that_is_whole_is_no_header(tmp_path):
    (run,) = runs(tmp_path, "log.csv", "epoch,loss,dice\nstart,none,none\n1,0.9,0.1\n2,0.5,0.2\n")

    assert run["loss"][-2:] == [(1, 0.9), (2, 0.5)]


@pytest.mark.parametrize("cell", ["0.5±0.02", "0.5 ± 0.02", "0.5 +/- .02", "0.5+-2e-2", "0.5 (0.02)", "0.5(0.02)"])
def test_of_a_mean_with_its_spread_the_mean_is_read(tmp_path, cell):
    assert runs(tmp_path, "log.csv", f"epoch,dice\n1,{cell}\n2,{cell}\n") == [{"dice": [(1, 0.5), (2, 0.5)]}]


@pytest.mark.parametrize("cell", ["0.5 (best)", "2024 (May)", "(0.5)", "0.5/0.6", "± 0.1"])
def test_other_words_beside_a_number_are_text(tmp_path, cell):
    (run,) = runs(tmp_path, "log.csv", f"epoch,loss,dice\n1,0.9,{cell}\n2,0.5,{cell}\n")

    assert run == {"loss": [(1, 0.9), (2, 0.5)]}


def test_a_counter_that_says_of_how_many_counts(tmp_path):
    rows = "".join(f"{epoch}/2,{step}/20,0.{epoch}{step}\n" for epoch in (1, 2) for step in (10, 20))

    (run,) = runs(tmp_path, "log.csv", "Epoch,Iter,Loss\n" + rows)

    assert run["Loss"] == [(10, 0.11), (20, 0.12), (30, 0.21), (40, 0.22)]


def test_cells_may_be_parted_by_bars(tmp_path):
    assert runs(tmp_path, "log.csv", "epoch|loss\n1|0.9\n2|0.5\n") == [{"loss": [(1, 0.9), (2, 0.5)]}]


def test_a_loss_of_minus_one_where_the_score_was_not_measured_was_not_measured_either(tmp_path):
    rows = "1,0.9,-1,-1\n2,0.5,0.7,0.2\n3,0.4,-1,-1\n4,0.3,0.6,0.3\n"

    (run,) = runs(tmp_path, "log.csv", "epoch,train_loss,val_loss,val_dice\n" + rows)

    assert run["val_loss"] == [(2, 0.7), (4, 0.6)]
    assert len(run["train_loss"]) == 4


def test_a_loss_of_minus_one_elsewhere_is_a_value(tmp_path):
    rows = "1,-1,-1\n2,-0.5,0.2\n3,-1,-1\n4,-1,0.3\n"

    (run,) = runs(tmp_path, "log.csv", "epoch,val_loss,val_dice\n" + rows)

    assert [value for _, value in run["val_loss"]] == [-1, -0.5, -1, -1]


def numbered(names: str, count: int = 30) -> str:
    draw = random.Random(7)
    return names + "\n" + "".join(f"{at},{draw.random():.4f},{draw.random():.4f}\n" for at in range(count))


@pytest.mark.parametrize("names", [",dice,iou", "idx,dice,iou", "No.,Dice,HD95"])
def test_scores_in_numbered_rows_are_those_of_images(tmp_path, names):
    assert runs(tmp_path, "results.csv", numbered(names)) == []
    assert "of images rather than of epochs" in said(tmp_path / "results.csv")


@pytest.mark.parametrize(
    ("file", "names"),
    [("results.csv", ",loss,dice"), ("results.csv", ",train_dice,val_dice"), ("history.csv", ",dice,iou")],
)
def test_numbered_rows_with_a_loss_or_halves_or_in_a_history_are_epochs(tmp_path, file, names):
    (run,) = runs(tmp_path, file, numbered(names, 5))

    assert [step for step, _ in run[names.split(",")[1]]] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("wrap", [str, json.dumps, lambda line: json.dumps({"level": "INFO", "message": line})])
def test_what_was_printed_is_read_from_lines_of_json_as_from_a_log(tmp_path, wrap):
    lines = [wrap(f"Epoch {at}/4, loss: {1 / at:.3f}") for at in range(1, 5)]

    for name in ("run.jsonl", "run.log"):
        (run,) = runs(tmp_path, name, "\n".join(lines) + "\n")

        assert run["loss"] == [(1, 1.0), (2, 0.5), (3, 0.333), (4, 0.25)]


def test_a_data_set_in_lines_of_json_is_no_log(tmp_path):
    (tmp_path / "questions.jsonl").write_text("".join(f'"why is mask {at} empty"\n' for at in range(20)))

    assert said(tmp_path) == ""


COUNTED = ["Epoch #", "epoch_idx", "Epoch No.", "epoch number", "Epoch (of 100)", "train_iter", "'epoch'", "steps_done"]


@pytest.mark.parametrize("name", COUNTED)
def test_a_counter_is_known_by_whatever_it_is_called(tmp_path, name):
    assert runs(tmp_path, "log.csv", f"{name},loss\n5,0.9\n6,0.5\n") == [{"loss": [(5, 0.9), (6, 0.5)]}]


@pytest.mark.parametrize("name", ["epoch (s)", "step [ms]", "train_loss_id", "no. of steps ahead"])
def test_a_time_or_another_number_is_no_counter(tmp_path, name):
    (run,) = runs(tmp_path, "log.csv", f"{name},loss\n5,0.9\n6,0.5\n")

    assert run["loss"] == [(0, 0.9), (1, 0.5)]


COMMENTED = {
    "gnuplot": "# epoch loss dice\n1 0.9 0.1\n2 0.5 0.2\n",
    "tabs": "#epoch\tloss\tdice\n1\t0.9\t0.1\n2\t0.5\t0.2\n",
    "MATLAB": "% trained on a cluster\n% epoch loss dice\n1 0.9 0.1\n2 0.5 0.2\n",
}


@pytest.mark.parametrize("form", COMMENTED)
def test_a_header_behind_the_mark_of_a_comment_is_one(tmp_path, form):
    (run,) = runs(tmp_path, "train.dat", COMMENTED[form])

    assert run == {"loss": [(1, 0.9), (2, 0.5)], "dice": [(1, 0.1), (2, 0.2)]}


def test_a_comment_of_as_many_words_above_other_words_is_a_comment(tmp_path):
    (run,) = runs(tmp_path, "log.csv", "# made by me\nepoch loss dice\n1 0.9 0.1\n2 0.5 0.2\n3 0.4 0.3\n")

    assert run["loss"] == [(1, 0.9), (2, 0.5), (3, 0.4)]


def test_a_row_of_means_behind_the_last_epoch_is_none_of_it(tmp_path):
    text = "epoch,loss\n1,0.9\n2,0.5\n3,0.4\n4,0.3\n5,0.2\n6,0.1\nmean,0.4\nbest,0.1\n"

    (run,) = runs(tmp_path, "log.csv", text)

    assert run["loss"][-1] == (6, 0.1)
    assert len(run["loss"]) == 6
    assert "rows with a word in place of a step: 2" in said(tmp_path / "log.csv")


def test_a_column_of_kinds_files_the_rows_where_all_its_words_are_of_a_half(tmp_path):
    rows = "".join(f"{at},train_batch,0.{at}\n{at},val_epoch,1.{at}\n" for at in (1, 2, 3))

    (run,) = runs(tmp_path, "log.csv", "epoch,type,loss\n" + rows)

    assert run == {
        "train_batch/loss": [(1, 0.1), (2, 0.2), (3, 0.3)],
        "val_epoch/loss": [(1, 1.1), (2, 1.2), (3, 1.3)],
    }


def test_a_column_of_other_kinds_is_text(tmp_path):
    (run,) = runs(tmp_path, "log.csv", "epoch,type,loss\n1,warm,0.9\n2,main,0.5\n3,main,0.4\n")

    assert run == {"loss": [(1, 0.9), (2, 0.5), (3, 0.4)]}


def test_folds_named_in_words_whose_rows_are_mixed_are_told_apart(tmp_path):
    rows = "".join(f"{epoch},fold_{fold},{fold}.{epoch}\n" for epoch in (1, 2, 3) for fold in (1, 2))

    assert runs(tmp_path, "cv.csv", "Epoch,Fold,Loss\n" + rows) == [
        {"Loss": [(1, 1.1), (2, 1.2), (3, 1.3)]},
        {"Loss": [(1, 2.1), (2, 2.2), (3, 2.3)]},
    ]


HALVES_IN_JSON = {
    "with an epoch": {
        "train": [{"epoch": at, "loss": 0.5 / at} for at in (1, 2)],
        "val": [{"epoch": at, "loss": 1.0 / at} for at in (1, 2)],
    },
    "rows below a header": [["epoch", "train/loss", "val/loss"], [1, 0.5, 1.0], [2, 0.25, 0.5]],
}


@pytest.mark.parametrize("form", HALVES_IN_JSON)
def test_rows_of_each_half_share_their_epochs(tmp_path, form):
    assert runs(tmp_path, "log.json", json.dumps(HALVES_IN_JSON[form])) == [
        {"train/loss": [(1, 0.5), (2, 0.25)], "val/loss": [(1, 1.0), (2, 0.5)]}
    ]


def test_rows_of_each_half_that_count_nothing_are_counted(tmp_path):
    document = {"train": [{"loss": 0.5}, {"loss": 0.25}], "valid": [{"loss": 1.0}, {"loss": 0.5}]}

    (run,) = runs(tmp_path, "log.json", json.dumps(document))

    assert run == {"train/loss": [(0, 0.5), (1, 0.25)], "valid/loss": [(0, 1.0), (1, 0.5)]}


def test_images_of_each_half_are_no_log(tmp_path):
    document = {
        "train": [{"image": "a.png", "id": 1}, {"image": "b.png", "id": 2}],
        "val": [{"image": "c.png", "id": 3}],
    }

    assert runs(tmp_path, "split.json", json.dumps(document)) == []
