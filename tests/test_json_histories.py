"""What JSON logs say besides plain rows: classes in lists, numbers in words, halves by type, settings."""

from __future__ import annotations

import json

import pytest

from diagnose.assemble import survey

LOSSES, SCORES = [0.9, 0.7, 0.5, 0.4], [0.1, 0.3, 0.5, 0.6]


def runs(tmp_path, text, name="history.json"):
    (tmp_path / name).write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return survey([tmp_path / name]).runs


def curves(tmp_path, text, name="history.json"):
    return [{one.name: one.values.tolist() for one in run.series} for run in runs(tmp_path, text, name)]


def test_a_list_of_scores_for_every_epoch_is_a_curve_for_every_class(tmp_path):
    rows = [[one, one / 2] for one in SCORES]

    assert curves(tmp_path, {"train_loss": LOSSES, "val_dice_per_class": rows}) == [
        {"train_loss": LOSSES, "val_dice_per_class/1": SCORES, "val_dice_per_class/2": [one / 2 for one in SCORES]}
    ]


@pytest.mark.parametrize("rows", [[[1, 2], [3, 4]], [[0.1]] * 3 + [[0.1, 0.2]], [[0.5, "x"]] * 4])
def test_a_matrix_of_another_size_or_kind_is_none(tmp_path, rows):
    assert curves(tmp_path, {"train_loss": LOSSES, "dice_by_class": rows}) == [{"train_loss": LOSSES}]


@pytest.mark.parametrize("spelled", ["{}", "np.float64({})", "tensor({}, device='cuda:0')", "{:.4f}"])
def test_numbers_that_were_written_as_words_are_numbers(tmp_path, spelled):
    assert curves(tmp_path, {"val_loss": [spelled.format(one) for one in LOSSES]}) == [{"val_loss": LOSSES}]


@pytest.mark.parametrize("words", [["0.5", "none given", "0.4"], ["0.9", ""], ["unet", "pvt"]])
def test_a_list_of_words_is_no_curve(tmp_path, words):
    assert curves(tmp_path, {"train_loss": LOSSES, "loss_names": words}) == [{"train_loss": LOSSES}]


def test_rows_are_of_the_half_that_their_type_says(tmp_path):
    rows = [{"type": "meta", "pid": 7}]
    for epoch, (loss, score) in enumerate(zip(LOSSES, SCORES, strict=True)):
        rows += [{"type": "train", "epoch": epoch, "loss": loss}, {"type": "val", "epoch": epoch, "loss": score}]
    rows += [{"type": "end", "epoch": 4, "total": 12.5}]

    (run,) = curves(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "log.jsonl")

    assert (run["train/loss"], run["val/loss"], run["total"]) == (LOSSES, SCORES, [12.5])


def test_a_type_that_tells_of_no_half_names_nothing(tmp_path):
    rows = [{"type": kind, "epoch": at, "loss": one} for at, one in enumerate(LOSSES) for kind in ("step",)]

    assert curves(tmp_path, "".join(json.dumps(row) + "\n" for row in rows), "log.jsonl") == [{"loss": LOSSES}]


def test_settings_beside_a_history_are_those_of_its_run(tmp_path):
    document = {"config": {"lr": 0.01, "model": {"num_classes": 3}}, "epochs": 50, "history": {"loss": LOSSES}}

    (run,) = runs(tmp_path, document)

    assert (run.settings["planned-epochs"], run.settings["classes"], run.settings["lr"]) == (50, 3, 0.01)


def test_how_far_a_run_has_come_is_no_plan(tmp_path):
    (run,) = runs(tmp_path, {"epoch": 4, "best_score": 0.9, "history": {"loss": LOSSES}})

    assert dict(run.settings) == {}


def test_rows_of_an_export_are_filed_under_what_their_context_says(tmp_path):
    rows = "".join(f'loss,"{{""subset"": ""{half}""}}",{at},{at / 8}\n' for half in ("train", "val") for at in range(4))

    (run,) = curves(tmp_path, "metric.name,metric.context,step,value\n" + rows, "aim.csv")

    assert list(run) == ["train/loss", "val/loss"]


def test_a_log_of_nothing_but_a_counter_is_told_to_be_none(tmp_path):
    (tmp_path / "log.jsonl").write_text('{"epochs": 80, "msg": "a"}\n{"msg": "b"}\n{"msg": "c"}\n', encoding="utf-8")

    found = survey([tmp_path])

    assert found.runs == ()
    assert "nothing but counters" in "\n".join(note.what.en for note in found.unread)


def test_a_rate_that_stands_beside_the_history_belongs_to_it(tmp_path):
    document = {"history": {"train": {"loss": LOSSES}}, "lr": [0.1, 0.1, 0.01, 0.01], "loss_weights": [1.0, 0.5]}

    assert curves(tmp_path, document) == [{"train/loss": LOSSES, "lr": [0.1, 0.1, 0.01, 0.01]}]


def test_a_star_marks_the_best_and_a_sign_in_brackets_counts(tmp_path):
    (run,) = runs(tmp_path, "Epoch [#],val_dice,note\n5,0.1*,a*\n10,0.05,b\n15,0.3 **,c\n", "log.csv")

    (score,) = run.series
    assert (score.steps.tolist(), score.values.tolist()) == ([5, 10, 15], [0.1, 0.05, 0.3])
