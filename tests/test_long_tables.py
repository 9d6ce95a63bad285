"""Long tables, a number a row beside its name: exports of trackers and data frames become the curves they hold."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnose.assemble import survey

LOSS, VAL = (0.9, 0.5, 0.4), (1.0, 0.6, 0.7)
BOTH = {"train/loss": list(zip(range(3), LOSS, strict=True)), "val/loss": list(zip(range(3), VAL, strict=True))}


def runs(tmp_path: Path, name: str, text: str) -> list[dict[str, list[tuple[int, float]]]]:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return [
        {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
        for run in survey([path]).runs
    ]


def in_turn(row: str) -> str:
    """A row for each number, the two curves taking turns."""
    return "".join(
        row.format(tag=tag, half=tag[:-5], step=step, value=values[step])
        for step in range(3)
        for tag, values in (("train/loss", LOSS), ("val/loss", VAL))
    )


def one_after_the_other(row: str) -> str:
    """All of one curve, then all of the other."""
    return "".join(
        row.format(tag=tag, half=tag[:-5], step=step, value=values[step])
        for tag, values in (("train/loss", LOSS), ("val/loss", VAL))
        for step in range(3)
    )


WRITTEN = {
    "a data frame melted": "epoch,variable,value\n" + in_turn("{step},{tag},{value}\n"),
    "tbparse": ",step,tag,value\n" + one_after_the_other("7,{step},{tag},{value}\n"),
    "Comet": "metricName,metricValue,timestamp,runContext,step\n"
    + in_turn("loss,{value},170000000000{step},{half},{step}\n"),
    "Aim": "run.hash,metric.name,context.subset,step,value\n"
    + one_after_the_other("a1b2,loss,{half},{step},{value}\n"),
    "TensorBoard's data frame": "run,tag,step,value\n" + one_after_the_other("exp/{half},loss,{step},{value}\n"),
    "the newest first": "step,metric,value\n"
    + "".join(f"{step},train/loss,{LOSS[step]}\n{step},val/loss,{VAL[step]}\n" for step in (2, 1, 0)),
}


@pytest.mark.parametrize("name", WRITTEN)
def test_every_name_in_a_long_table_becomes_a_curve_with_its_own_steps(tmp_path, name):
    (run,) = runs(tmp_path, "export.csv", WRITTEN[name])

    assert run == BOTH


def test_records_of_a_name_and_a_value_are_curves(tmp_path):
    records = [{"tag": tag, "step": step, "value": value} for tag, points in BOTH.items() for step, value in points]

    (run,) = runs(tmp_path, "scalars.jsonl", "".join(json.dumps(one) + "\n" for one in records))

    assert run == BOTH


def test_runs_named_in_a_long_table_are_told_apart(tmp_path):
    rows = [
        f"{run},loss,{step},{value}\n" for run, values in (("a", LOSS), ("b", VAL)) for step, value in enumerate(values)
    ]

    found = runs(tmp_path, "export.csv", "run_name,metric,step,value\n" + "".join(rows))

    assert found == [{"loss": BOTH["train/loss"]}, {"loss": BOTH["val/loss"]}]


def test_a_restart_within_a_long_table_is_another_run(tmp_path):
    again = in_turn("{step},{tag},{value}\n")

    assert runs(tmp_path, "log.csv", "step,tag,value\n" + again + again) == [BOTH, BOTH]


def test_scores_filed_by_class_beside_an_epoch_are_curves_of_the_class(tmp_path):
    rows = "".join(
        f"{epoch},{name},0.{epoch + at}\n" for epoch in (1, 2, 3) for at, name in enumerate(("polyp", "tool"))
    )

    (run,) = runs(tmp_path, "log.csv", "epoch,class,dice\n" + rows)

    assert run == {"polyp/dice": [(1, 0.1), (2, 0.2), (3, 0.3)], "tool/dice": [(1, 0.2), (2, 0.3), (3, 0.4)]}


NO_LOGS = {
    "settings": "name,value\nlr,0.1\nepochs,100\nseed,7\n",
    "a score for each class": "class,dice,iou\npolyp,0.8,0.7\ntool,0.6,0.5\nmean,0.7,0.6\n",
    "a number for each file": "name,value\n" + "".join(f"{at:04}.png,0.{at}\n" for at in range(1, 9)),
}


@pytest.mark.parametrize("name", NO_LOGS)
def test_names_and_values_without_a_step_are_no_log(tmp_path, name):
    assert runs(tmp_path, "values.csv", NO_LOGS[name]) == []


def test_a_column_of_names_without_one_of_values_stays_a_column_of_text(tmp_path):
    (run,) = runs(tmp_path, "log.csv", "epoch,name,loss\n1,unet,0.9\n2,unet,0.5\n")

    assert run == {"loss": [(1, 0.9), (2, 0.5)]}


LIGHTNING = "epoch,lr-Adam,step,train_loss_epoch,val_loss\n" + "".join(
    f",0.001,{step},,\n{epoch},,{step},,0.{epoch + 2}\n{epoch},,{step},0.{epoch + 1},\n"
    for epoch, step in enumerate((9, 19, 29))
)


def test_rows_that_share_the_columns_of_one_step_out_among_them_keep_that_step(tmp_path):
    (run,) = runs(tmp_path, "metrics.csv", LIGHTNING)

    assert run["train_loss_epoch"] == [(9, 0.1), (19, 0.2), (29, 0.3)]
    assert run["val_loss"] == [(9, 0.2), (19, 0.3), (29, 0.4)]
    assert run["lr-Adam"] == [(9, 0.001), (19, 0.001), (29, 0.001)]


def test_rows_that_each_fill_every_column_are_counted_where_they_share_an_epoch(tmp_path):
    rows = "".join(f"{epoch},0.{9 - 2 * epoch - batch}\n" for epoch in (0, 1) for batch in range(3))

    (run,) = runs(tmp_path, "log.csv", "epoch,loss\n" + rows)

    assert [step for step, _ in run["loss"]] == [0, 1, 2, 3, 4, 5]
