"""What a script prints and logs into one file stands there twice and is read once; what only looks so is kept."""

import numpy as np
import pytest

from diagnose.assemble import survey
from diagnose.tables.table import Column, Table, traces


def curves(path):
    return {one.name: (one.steps.tolist(), one.values.tolist()) for run in survey([path]).runs for one in run.series}


@pytest.mark.parametrize(
    ("line", "again", "loss"),
    [
        (
            "2024-05-06 07:08:09.123456 Epoch [001/001], Step [{n:04d}/0040], Loss: {a}",
            "#TRAIN#:Epoch [001/001], Step [{n:04d}/0040], Loss: {a}",
            "train/Loss",
        ),
        ("iteration {n} : loss : {a}, loss_ce: {a}", "[07:08:09.123] iteration {n} : loss : {a}, loss_ce: {a}", "loss"),
    ],
)
def test_lines_that_are_printed_and_logged_are_read_once(tmp_path, line, again, loss):
    path = tmp_path / "nohup.out"
    rows = [(n, f"0.{99 - n}") for n in range(1, 30)]
    path.write_text("".join(f"{one.format(n=n, a=a)}\n" for n, a in rows for one in (line, again)), encoding="utf-8")

    assert curves(path)[loss] == ([n for n, _ in rows], [float(a) for _, a in rows])
    assert any("read once" in note.what.en for run in survey([path]).runs for note in run.notes)


def test_what_stands_between_two_of_a_kind_is_kept():
    rows = np.arange(12, dtype=np.int64)
    once = np.delete(rows, [2, 3])
    step = Column(rows, np.repeat(np.arange(1.0, 7.0), 2))
    loss = Column(once, np.repeat([0.9, 0.7, 0.6, 0.5, 0.4], 2))
    dice = Column(np.array([2, 3]), np.array([0.5, 0.6]))

    [trace] = traces(Table(None, "general", 12, {"step": step, "loss": loss, "dice": dice}))

    assert {one.name: len(one) for one in trace.series} == {"loss": 5, "dice": 2}


@pytest.mark.parametrize(
    "losses",
    [
        [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2],  # two processes
        [0.9, 0.9, 0.7, 0.7, 0.5, 0.4, 0.3, 0.2],  # of which two agree by chance
    ],
)
def test_other_numbers_at_the_same_step_are_not_taken_for_a_second_copy(losses):
    rows = np.arange(8, dtype=np.int64)
    table = Table(None, "general", 8, {"step": Column(rows, rows // 2 + 1.0), "loss": Column(rows, np.array(losses))})

    assert not any("read once" in note.what.en for one in traces(table) for note in one.notes)


def test_a_loss_that_stands_still_is_logged_once_a_step():
    rows = np.arange(8, dtype=np.int64)
    table = Table(None, "general", 8, {"step": Column(rows, rows + 1.0), "loss": Column(rows, np.full(8, 0.7))})

    [trace] = traces(table)

    assert [len(one) for one in trace.series] == [8]
