"""Tables of numbers as people and frameworks write them: read whole, and never more than is there."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import csv_log
from diagnose.run import Trace

inf, nan = math.inf, math.nan


def read(tmp_path: Path, text: str | bytes, name: str = "log.csv") -> list[Trace]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return csv_log.read(path)


def points(trace: Trace) -> dict[str, list[tuple[int, float]]]:
    return {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in trace.series}


def said(traces: list[Trace]) -> str:
    return "\n".join(f"{note.line}: {note.what.en}" for trace in traces for note in trace.notes)


PLAIN = {"loss": [(1, 0.9), (2, 0.5)]}
SAME = {  # different ways to write the same two epochs
    "plain": "epoch,loss\n1,0.9\n2,0.5\n",
    "padded as by Ultralytics": "      epoch,   loss\n          1,    0.9\n          2,    0.5\n",
    "tabs": "epoch\tloss\n1\t0.9\n2\t0.5\n",
    "semicolons": "epoch;loss\n1;0.9\n2;0.5\n",
    "decimal commas": "epoch;loss\n1;0,9\n2;0,5\n",
    "quoted": '"epoch","loss"\n"1","0.9"\n"2","0.5"\n',
    "carriage returns and line feeds": "epoch,loss\r\n1,0.9\r\n2,0.5\r\n",
    "carriage returns alone": "epoch,loss\r1,0.9\r2,0.5\r",
    "no final newline": "epoch,loss\n1,0.9\n2,0.5",
    "blank lines": "epoch,loss\n\n1,0.9\n\n\n2,0.5\n\n",
    "comments": "# a run\nepoch,loss\n1,0.9\n# lunch\n2,0.5\n",
    "a byte order mark": "\ufeffepoch,loss\n1,0.9\n2,0.5\n",
    "UTF-16": "epoch,loss\n1,0.9\n2,0.5\n".encode("utf-16"),
    "UTF-16 without a mark": "epoch,loss\n1,0.9\n2,0.5\n".encode("utf-16-le"),
    "a title": "my run\nepoch,loss\n1,0.9\n2,0.5\n",
    "a column of text": "epoch,loss,saved\n1,0.9,yes\n2,0.5,no\n",
    "exponents": "epoch,loss\n1,9e-1\n2,5E-1\n",
    "tensors": "epoch,loss\n1,\"tensor(0.9, device='cuda:0')\"\n2,tensor(0.5)\n",
    "lists of one": "epoch,loss\n1,[0.9]\n2,[0.5]\n",
    "a frame's index": ",epoch,loss\n0,1,0.9\n1,2,0.5\n",
    "trailing commas": "epoch,loss,\n1,0.9,\n2,0.5,\n",
    "a named comment": "# epoch,loss\n1,0.9\n2,0.5\n",
    "names of the clock": "Epochs,loss\n1,0.9\n2,0.5\n",
    "a clock last": "loss,epoch\n0.9,1\n0.5,2\n",
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME.keys())
def test_the_same_two_epochs_are_read_however_they_are_written(tmp_path, text):
    (trace,) = read(tmp_path, text)

    assert points(trace) == PLAIN


def test_chinese_headers_saved_as_gbk_keep_their_names(tmp_path):
    (trace,) = read(tmp_path, "轮次,训练损失\n1,0.9\n2,0.5\n".encode("gbk"))

    assert points(trace) == {"训练损失": [(1, 0.9), (2, 0.5)]}
    assert "gb18030" in said([trace])


CELLS = {
    "1.5": [1.5],
    "nan": [nan],
    "NaN": [nan],
    "inf": [inf],
    "-inf": [-inf],
    "-Infinity": [-inf],
    "": [],
    "None": [],
    "N/A": [],
    '"1,234.5"': [1234.5],
    "85%": [85.0],
    "+1e3": [1000.0],
    "1_000": [],
    "true": [],
    "0x1F": [],
    "1.2.3": [],
}


@pytest.mark.parametrize(("cell", "values"), CELLS.items())
def test_a_cell_is_a_number_or_nothing(tmp_path, cell, values):
    (trace,) = read(tmp_path, f"epoch,loss\n1,2\n2,2\n3,{cell}\n")

    assert repr([value for _, value in points(trace)["loss"]]) == repr([2.0, 2.0, *values])


def test_text_in_a_column_of_numbers_is_passed_over_and_named(tmp_path):
    traces = read(tmp_path, "epoch,loss\n1,0.9\n2,oops\n3,0.5\n")

    assert points(traces[0]) == {"loss": [(1, 0.9), (3, 0.5)]}
    assert "3: cells of 'loss' that are no numbers: 1, such as 'oops'" in said(traces)


def test_lightning_rows_fill_either_the_training_or_the_validation_cells(tmp_path):
    (trace,) = read(tmp_path, "val_loss,epoch,step,train_loss\n,0,49,0.9\n0.8,0,99,\n,1,149,0.5\n0.6,1,199,\n")

    assert points(trace) == {
        "val_loss": [(99, 0.8), (199, 0.6)],
        "epoch": [(49, 0), (99, 0), (149, 1), (199, 1)],
        "train_loss": [(49, 0.9), (149, 0.5)],
    }
    assert not trace.notes


def test_a_last_row_that_was_being_written_keeps_its_whole_cells(tmp_path):
    traces = read(tmp_path, "epoch,loss,dice,lr\n1,0.9,0.1,0.01\n2,0.5,0.3")

    assert points(traces[0]) == {"loss": [(1, 0.9), (2, 0.5)], "dice": [(1, 0.1)], "lr": [(1, 0.01)]}
    assert "3: the last row is cut short" in said(traces)


def test_rows_of_another_length_are_read_as_far_as_they_fit_and_counted(tmp_path):
    traces = read(tmp_path, "epoch,loss,dice\n1,0.9,0.1\n2,0.5\n3,0.4,0.3,7\n")

    assert points(traces[0]) == {"loss": [(1, 0.9), (2, 0.5), (3, 0.4)], "dice": [(1, 0.1), (3, 0.3)]}
    assert "3: rows with fewer cells than the header: 1" in said(traces)
    assert "4: rows with more cells than the header, the rest left out: 1" in said(traces)


def test_columns_of_one_name_are_told_apart(tmp_path):
    traces = read(tmp_path, "epoch,loss,loss\n1,0.9,0.8\n")

    assert points(traces[0]) == {"loss": [(1, 0.9)], "loss (2)": [(1, 0.8)]}
    assert "several columns are called 'loss'" in said(traces)


def test_columns_without_a_header_are_numbered(tmp_path):
    traces = read(tmp_path, "1,0.9\n2,0.5\n")

    assert points(traces[0]) == {"column 1": [(0, 1), (1, 2)], "column 2": [(0, 0.9), (1, 0.5)]}
    assert "no header" in said(traces)


def test_a_phase_column_files_the_rows_under_its_words(tmp_path):
    (trace,) = read(tmp_path, "epoch,phase,loss\n1,train,0.9\n1,val,0.8\n2,train,0.5\n2,val,0.6\n")

    assert points(trace) == {"train/loss": [(1, 0.9), (2, 0.5)], "val/loss": [(1, 0.8), (2, 0.6)]}


def test_nan_between_evaluations_is_not_a_nan_loss(tmp_path):
    rows = "".join(f"{at},0.5,{'0.6' if at % 3 == 0 else 'nan'}\n" for at in range(1, 11))
    traces = read(tmp_path, "epoch,loss,val_loss\n" + rows)

    assert points(traces[0])["val_loss"] == [(3, 0.6), (6, 0.6), (9, 0.6)]
    assert "not logged" in said(traces)


@pytest.mark.parametrize("bad", [range(4, 11), (3, 4), range(1, 11), (2, 5, 6, 7, 8, 9, 10)])
def test_nan_that_is_not_regular_is_kept(tmp_path, bad):
    rows = "".join(f"{at},{'nan' if at in bad else '0.6'}\n" for at in range(1, 11))
    (trace,) = read(tmp_path, "epoch,val_loss\n" + rows)

    assert [step for step, value in points(trace)["val_loss"] if math.isnan(value)] == list(bad)


def test_a_tensorboard_download_is_called_after_its_tag_and_keeps_its_times(tmp_path):
    text = "Wall time,Step,Value\n1700000000.5,10,0.9\n1700000060.5,20,0.5\n"
    (trace,) = read(tmp_path, text, "run-exp1-tag-loss_train.csv")

    assert points(trace) == {"loss_train": [(10, 0.9), (20, 0.5)]}
    assert trace.series[0].wall.tolist() == [1700000000.5, 1700000060.5]


NO_LOGS = {
    "": "empty",
    "\n\n\n": "empty",
    "epoch,loss\n": "no column of numbers",
    "I trained a net.\nIt did not work.\n": "no column of numbers",
    "name,colour\npolyp,red\nfold,pink\n": "no column of numbers",
    "image,label\na/1.png,0\na/2.png,1\na/3.png,0\na/4.png,1\n": "a list of things ('image')",
    "case,dice,iou\nc1,0.9,0.8\nc2,0.8,0.7\nc3,0.7,0.6\nc4,0.6,0.5\n": "a list of things ('case')",
    ",".join("12345" * 40) + "\n": "data rather than a log",
}


@pytest.mark.parametrize(("text", "why"), NO_LOGS.items())
def test_a_file_that_is_no_log_gives_no_series_and_the_reason(tmp_path, text, why):
    traces = read(tmp_path, text)

    assert not any(trace.series for trace in traces)
    assert why in said(traces)


def test_a_list_of_things_with_an_epoch_is_a_log(tmp_path):
    (trace,) = read(tmp_path, "epoch,file,dice\n1,a.pth,0.5\n2,b.pth,0.6\n3,c.pth,0.7\n4,d.pth,0.8\n")

    assert len(points(trace)["dice"]) == 4


def test_an_unclosed_quote_costs_no_more_than_its_row(tmp_path):
    (trace,) = read(tmp_path, 'epoch,loss\n1,"0.9\n' + "".join(f"{at},0.5\n" for at in range(2, 100)))

    assert len(points(trace)["loss"]) == 99


def test_a_line_that_is_one_stray_quote_is_passed_over(tmp_path):
    (trace,) = read(tmp_path, 'epoch,loss\n1,0.9\n"\n2,0.5\n')

    assert points(trace) == PLAIN


def test_a_quoted_cell_may_run_over_lines(tmp_path):
    (trace,) = read(tmp_path, 'epoch,note,loss\n1,"two\nlines",0.9\n2,"a ""word""",0.5\n')

    assert points(trace) == PLAIN


SNIFFS = [
    ("log.csv", "epoch,loss\n1,2\n", True),
    ("log.CSV", "epoch,loss\n1,2\n", True),
    ("log.csv", "", True),
    ("log.tsv", "a\tb\n", True),
    ("log.txt", "epoch,loss\n1,0.9\n2,0.5\n", True),
    ("log", "epoch\tloss\n1\t0.9\n2\t0.5\n", True),
    ("log.csv", '{"epoch": 1, "loss": 2}\n', False),
    ("log.csv", "\0\1\2\3", False),
    ("log.txt", "epoch: 1, loss: 0.9\nepoch: 2, loss: 0.5\n", False),
    ("log.txt", "Hello, world\nthis, that\n", False),
    ("log.txt", "iteration 1 : loss : 1.46, loss_ce: 2.01\niteration 2 : loss : 1.46, loss_ce: 2.01\n", False),
    ("log.txt", "0.1\n0.2\n0.3\n", False),
    ("model.py", "from a import b, c\nx = 1, 2\ny = 3, 4\n", False),
]


@pytest.mark.parametrize(("name", "text", "claimed"), SNIFFS)
def test_a_file_is_claimed_by_what_is_in_it(name, text, claimed):
    assert csv_log.sniff(Path(name), text.encode()) is claimed


names = st.text("abcdefgh/_ ", min_size=1, max_size=8).map(str.strip).filter(bool)
numbers = st.floats(allow_nan=False) | st.none()


@settings(max_examples=40, deadline=None)
@given(names=st.lists(names.map("x{}".format), min_size=1, max_size=4, unique=True), data=st.data())
def test_whatever_numbers_are_written_come_back(tmp_path_factory, names, data):
    rows = data.draw(st.lists(st.lists(numbers, min_size=len(names), max_size=len(names)), min_size=1, max_size=8))
    cells = [",".join(["" if one is None else repr(one) for one in row]) for row in rows]
    text = "step," + ",".join(names) + "\n" + "".join(f"{at},{line}\n" for at, line in enumerate(cells))
    columns = {name: [(at, row[place]) for at, row in enumerate(rows)] for place, name in enumerate(names)}
    expected = {name: [one for one in cells if one[1] is not None] for name, cells in columns.items()}

    (trace,) = read(tmp_path_factory.mktemp("made"), text)

    assert points(trace) == {name: cells for name, cells in expected.items() if cells}
