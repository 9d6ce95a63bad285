"""Processes that write to one log in turn are told apart; restarts one after the other are not taken for them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.assemble import assemble
from diagnose.run import Run
from diagnose.tables.chains import processes

SETS = ("CVC-300", "Kvasir", "ETIS")


def scored(writer: str, epoch: int, name: str, value: float) -> str:
    return f"[2024-05-06 07:08:09 AM-{writer}-INFO:epoch: {epoch}, dataset: {name}, dice: {value}]\n"


def epochs(first: int, last: int) -> list[tuple[float, int]]:
    return [(float(epoch), kind) for epoch in range(first, last + 1) for kind in (0, 1)]


def taken_in_turn(one: list[str], other: list[str], pattern: list[bool]) -> list[tuple[int, str]]:
    """The lines of two processes in the order in which ``pattern`` lets them write, each with its process."""
    left = {False: list(one), True: list(other)}
    out = [(int(second), left[second].pop(0)) for second in pattern if left[second]]
    return out + [(0, line) for line in left[False]] + [(1, line) for line in left[True]]


def spans(runs: list[Run]) -> list[tuple[int, int]]:
    return [(int(run.series[0].steps[0]), int(run.series[0].steps[-1])) for run in runs]


@pytest.mark.parametrize("writers", [("a.py", "b.py"), ("a.py", "a.py")])
def test_two_scripts_that_share_a_train_log_are_two_runs(tmp_path, writers):
    ahead = [scored(writers[0], epoch, name, 0.5) for epoch in range(5, 40) for name in SETS]
    behind = [scored(writers[1], epoch, name, 0.25) for epoch in range(1, 20) for name in SETS]
    turns = [at % 5 > 2 for at in range(90)]
    before = [scored(writers[0], epoch, name, 0.5) for epoch in range(1, 5) for name in SETS]
    text = before + [line for _, line in taken_in_turn(ahead, behind, turns)]
    text += [scored(writers[0], epoch, name, 0.75) for epoch in range(1, 4) for name in SETS]
    (tmp_path / "train_log.log").write_text("".join(text), encoding="utf-8")

    runs = assemble([tmp_path])

    assert spans(runs) == [(1, 39), (1, 19), (1, 3)]
    assert [{value for one in run.series for value in one.values} for run in runs] == [{0.5}, {0.25}, {0.75}]
    said = [" ".join(note.what.en for note in run.notes) for run in runs]
    assert "2 processes wrote to this file in turn" in said[0]
    assert "2 processes wrote to this file in turn" in said[1]
    assert "2 processes" not in said[2]
    assert "有 2 个进程交替写入此文件" in runs[0].notes[0].what.zh


def test_a_log_that_was_cut_in_the_middle_of_an_epoch_is_told_apart_as_well(tmp_path):
    ahead = [scored("a.py", epoch, name, 0.5) for epoch in range(20, 40) for name in SETS]
    behind = [scored("a.py", epoch, name, 0.25) for epoch in range(1, 14) for name in SETS]
    text = [line for _, line in taken_in_turn(ahead[2:], behind[1:], [at % 5 > 2 for at in range(90)])]
    (tmp_path / "train_log.log").write_text("".join(text), encoding="utf-8")

    runs = assemble([tmp_path])

    assert [{value for one in run.series for value in one.values} for run in runs] == [{0.5}, {0.25}]


def test_data_sets_of_another_script_in_the_same_file_are_another_run(tmp_path):
    text = [scored("train.py", epoch, name, 0.5) for epoch in range(1, 8) for name in SETS]
    text += [scored("train_isic.py", epoch, "test", 0.8) for epoch in range(1, 5)]
    (tmp_path / "train_log.log").write_text("".join(text), encoding="utf-8")

    runs = assemble([tmp_path])

    assert [len(run.series) for run in runs] == [3, 1]


def test_a_run_whose_first_steps_are_missing_does_not_void_a_finished_one(tmp_path):
    text = [scored("train.py", epoch, "test", 0.5) for epoch in range(1, 41)]
    text += [scored("train.py", epoch, "test", 0.8) for epoch in range(8, 41)]
    (tmp_path / "train_log.log").write_text("".join(text), encoding="utf-8")

    assert spans(assemble([tmp_path])) == [(1, 40), (8, 40)]


def test_an_epoch_that_is_scored_again_belongs_to_the_start_that_follows(tmp_path):
    text = [scored("train.py", 1, name, 0.1) for name in SETS]
    text += [scored("train.py", epoch, name, 0.5) for epoch in range(1, 4) for name in SETS]
    (tmp_path / "train_log.log").write_text("".join(text), encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert {value for one in run.series for value in one.values} == {0.5}
    assert any("epoch 1 is scored again" in note.what.en and note.line == 4 for note in run.notes)


@given(st.integers(1, 30), st.integers(4, 40), st.integers(4, 40), st.integers(0, 2**32 - 1))
def test_however_two_processes_take_turns_each_row_finds_its_own(ahead, many, few, seed):
    random = np.random.default_rng(seed)
    one, other = epochs(few + ahead, few + ahead + many), epochs(1, few)  # never at the same epoch
    rest = {0: one, 1: other}
    order = random.permutation([0] * len(one) + [1] * len(other))
    order = np.concatenate([[0, 0, 0], order])  # the one ahead has begun before
    rows, whose = [], []
    for process in order:
        if rest[process]:
            rows.append(rest[process].pop(0))
            whose.append(process)
    found = processes(np.array([row[0] for row in rows]), [row[1] for row in rows])

    if sum(a != b for a, b in pairwise(whose)) > 5 and found is not None:
        for process in (0, 1):
            mine = found.of[np.array(whose) == process]
            assert len(set(mine[3:].tolist())) == 1


def test_restarts_and_resumes_one_after_the_other_are_not_processes():
    starts = [(0, 500), (450, 900), (0, 50), (0, 100), (850, 1500), (1400, 1450), (1400, 2000)]
    clock = np.array([step for first, last in starts for step in range(first, last, 10)], np.float64)

    assert processes(clock, [0] * len(clock)) is None


def test_an_unsorted_table_is_not_two_processes():
    clock = np.random.default_rng(0).permutation(300).astype(np.float64)

    assert processes(clock, [0] * len(clock)) is None


def test_ranks_named_in_the_rows_tell_processes_apart_at_the_same_step():
    clock = np.repeat(np.arange(20.0), 2)
    clock[1::2] = np.roll(clock[1::2], 1)  # the second rank lags
    clock[1] = 0
    ranks = ["0", "1"] * 20
    found = processes(clock, [0] * 40, ranks)

    assert found is None or [len(set(found.of[at::2].tolist())) for at in (0, 1)] == [1, 1]


def test_a_table_of_two_processes_in_turn_is_two_runs(tmp_path: Path):
    rows, ahead, behind = [], 300, 0
    for turn in range(40):
        for _ in range(1 + turn % 3):
            ahead += 10
            rows.append(f"{ahead},0.5")
        behind += 10
        rows.append(f"{behind},0.25")
    (tmp_path / "log.csv").write_text("step,loss\n" + "\n".join(rows) + "\n", encoding="utf-8")
    lines = [f'{{"step": {step}, "loss": {loss}}}' for step, loss in (row.split(",") for row in rows)]
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    runs = assemble([tmp_path])

    assert [set(run.series[0].values.tolist()) for run in runs] == [{0.5}, {0.25}, {0.5}, {0.25}]
    assert all("2 processes wrote" in run.notes[0].what.en for run in runs)


@pytest.mark.parametrize(
    ("column", "words", "clock"),
    [
        ("model", ("unet", "pvt"), True),
        ("run", ("a", "b"), True),
        ("run", ("a", "b"), False),
        ("fold", ("0", "1"), True),  # numbers without a clock are a table of results
    ],
)
@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_runs_whose_rows_are_mixed_in_one_table_are_told_apart_by_the_column_that_names_them(
    tmp_path, clock, column, words, form
):
    rows = [
        {column: word} | ({"epoch": epoch} if clock else {}) | {"loss": 1 / (epoch + at)}
        for epoch in range(1, 9)
        for at, word in enumerate(words)
    ]
    if form == "csv":
        lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    else:
        lines = [json.dumps({**row, column: json.loads(word) if word.isdigit() else word})
                 for row, word in zip(rows, words * 8, strict=True)]  # fmt: skip
    (tmp_path / f"log.{form}").write_text("\n".join(lines) + "\n", encoding="utf-8")

    runs = assemble([tmp_path])

    assert [[one.name for one in run.series] for run in runs] == [["loss"], ["loss"]]
    assert [run.series[0].values.tolist() for run in runs] == [
        [1 / (epoch + at) for epoch in range(1, 9)] for at in (0, 1)
    ]
    assert all("rows of several runs" in " ".join(note.what.en for note in run.notes) for run in runs)


def test_a_seed_or_a_model_that_stays_the_same_names_no_second_run(tmp_path):
    rows = [f"unet,7,{epoch},{1 / epoch}\n" for epoch in range(1, 9)]
    (tmp_path / "log.csv").write_text("model,seed,epoch,loss\n" + "".join(rows), encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert {one.name for one in run.series} == {"seed", "loss"}


def test_a_column_that_changes_while_the_clock_goes_on_is_a_curve(tmp_path):
    rows = [f"{fold},{epoch},{1 / epoch}\n" for epoch, fold in enumerate((0, 0, 0, 1, 1, 1, 2, 2, 2), 1)]
    (tmp_path / "log.csv").write_text("fold,epoch,loss\n" + "".join(rows), encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert {one.name: len(one) for one in run.series} == {"fold": 9, "loss": 9}
