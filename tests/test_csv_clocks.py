"""The clocks of tables: which counter is one, where it starts over, and rows that have none."""

from __future__ import annotations

import pytest

from tests.test_csv_log import points, read, said


def test_rows_without_a_step_take_that_of_the_row_before(tmp_path):
    traces = read(tmp_path, "step,loss,lr\n10,0.9,\n,,0.1\n20,0.5,\n30,0.4,\n")

    assert points(traces[0])["lr"] == [(10, 0.1)]
    assert "3: rows without a step: 1" in said(traces)


CLOCKS = {
    "epoch,step,loss\n0,5,1\n0,10,1\n1,15,1\n": ([5, 10, 15], {"epoch", "loss"}),
    "epoch,global_step,loss\n0,5,1\n0,10,1\n1,15,1\n": ([5, 10, 15], {"epoch", "loss"}),
    "epoch,Step,loss\n0,5,1\n0,10,1\n1,15,1\n": ([5, 10, 15], {"epoch", "loss"}),
    "train/global_step,loss\n5,1\n10,1\n15,1\n": ([5, 10, 15], {"loss"}),
    "total/steps,total/epochs,loss\n200,1,1\n400,2,1\n600,3,1\n": ([200, 400, 600], {"total/epochs", "loss"}),
    "it,loss\n5,1\n10,1\n15,1\n": ([5, 10, 15], {"loss"}),
    "iter,step,loss\n5,5,1\n10,10,1\n15,15,1\n": ([5, 10, 15], {"loss"}),
    "step,epoch,loss\n0,1,1\n0,2,1\n0,3,1\n": ([1, 2, 3], {"step", "loss"}),
    "step,loss\n0,1\n0,1\n0,1\n": ([0, 1, 2], {"step", "loss"}),
    "epoch,loss\n0.25,1\n0.5,1\n0.75,1\n": ([0, 1, 2], {"epoch", "loss"}),
    "epoch,step,loss\n0.25,5,1\n0.5,10,1\n0.75,15,1\n": ([5, 10, 15], {"epoch", "loss"}),
    "loss,val_loss\n1,1\n1,1\n1,1\n": ([0, 1, 2], {"loss", "val_loss"}),
    "epoch,step,loss\n1,10,1\n1,20,1\n2,10,1\n2,20,1\n": ([10, 20, 30, 40], {"epoch", "loss"}),
    "epoch,batch,loss\n0,0,1\n0,1,1\n1,0,1\n1,1,1\n": ([0, 1, 2, 3], {"epoch", "loss"}),
    "epoch,loss\n1,1\n1,1\n1,1\n2,1\n2,1\n2,1\n": ([0, 1, 2, 3, 4, 5], {"epoch", "loss"}),
}


@pytest.mark.parametrize(("text", "expected"), CLOCKS.items())
def test_the_finest_useful_counter_is_the_clock(tmp_path, text, expected):
    (trace,) = read(tmp_path, text)

    assert points(trace)["loss"] == [(step, 1.0) for step in expected[0]]
    assert set(points(trace)) == expected[1]


def test_a_clock_that_goes_back_begins_another_run_and_names_the_line(tmp_path):
    first, second = read(tmp_path, "epoch,loss\n1,0.9\n2,0.8\n3,0.7\n1,0.6\n2,0.5\n")

    assert points(first) == {"loss": [(1, 0.9), (2, 0.8), (3, 0.7)]}
    assert points(second) == {"loss": [(1, 0.6), (2, 0.5)]}
    assert said([first]) == ""
    assert said([second]) == "5: epoch goes back from 3 to 1: a new run starts here"


def test_a_repeated_header_begins_another_run(tmp_path):
    first, second = read(tmp_path, "epoch,loss\n1,0.9\n2,0.8\nepoch,loss\n1,0.7\n")

    assert (points(first), points(second)) == ({"loss": [(1, 0.9), (2, 0.8)]}, {"loss": [(1, 0.7)]})
    assert said([second]) == "5: the header is written again: a new run starts here"


def test_a_header_above_every_row_is_no_restart_while_the_clock_goes_on(tmp_path):
    (trace,) = read(tmp_path, "".join(f"epoch,loss\n{at},0.5\n" for at in range(5)))

    assert points(trace) == {"loss": [(at, 0.5) for at in range(5)]}


def test_a_header_above_every_row_without_a_clock_is_no_restart(tmp_path):
    (trace,) = read(tmp_path, "loss,dice\n0.5,0.25\n" * 4)

    assert points(trace)["loss"] == [(at, 0.5) for at in range(4)]


def test_a_counter_that_starts_over_endlessly_is_no_clock(tmp_path):
    (trace,) = read(tmp_path, "step,loss\n" + "".join(f"{at % 5},0.5\n" for at in range(600)))

    assert points(trace)["loss"] == [(at, 0.5) for at in range(600)]
    assert "starts over 119 times" in said([trace])


def test_another_header_begins_another_table(tmp_path):
    first, second = read(tmp_path, "epoch,loss\n1,0.9\n2,0.8\nepoch,loss,dice\n1,0.7,0.5\n")

    assert points(first) == {"loss": [(1, 0.9), (2, 0.8)]}
    assert points(second) == {"loss": [(1, 0.7)], "dice": [(1, 0.5)]}


def test_a_table_in_no_order_is_one_run(tmp_path):
    (trace,) = read(tmp_path, "epoch,dice\n9,0.9\n4,0.8\n7,0.7\n2,0.6\n5,0.5\n1,0.4\n")

    assert len(points(trace)["dice"]) == 6
    assert "unsorted" in said([trace])


def test_rows_counted_for_want_of_a_clock_count_from_zero_in_every_run(tmp_path):
    first, second = read(tmp_path, "loss\n0.9\n0.8\nloss\n0.7\n")

    assert (points(first), points(second)) == ({"loss": [(0, 0.9), (1, 0.8)]}, {"loss": [(0, 0.7)]})


def test_a_summary_row_marked_minus_one_stands_behind_the_last_epoch(tmp_path):
    traces = read(tmp_path, "epoch,train_loss,test_loss\n1,0.9,-1\n2,0.5,-1\n-1,-1,0.4\n")

    assert len(traces) == 1
    assert points(traces[0]) == {"train_loss": [(1, 0.9), (2, 0.5)], "test_loss": [(3, 0.4)]}
    assert "cells of -1 mean 'not measured' here and are left out: 3 (in train_loss, test_loss)" in said(traces)
    assert "4: epoch is -1 in this row" in said(traces)


def test_a_clock_that_begins_at_minus_one_is_no_summary(tmp_path):
    (trace,) = read(tmp_path, "epoch,loss\n-1,0.9\n0,0.5\n1,0.4\n")

    assert points(trace) == {"loss": [(-1, 0.9), (0, 0.5), (1, 0.4)]}
