"""Tests that a large table read piece by piece says what it says line by line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose.readers import csv_log
from diagnose.run import Trace
from diagnose.tables.digits import DECIMAL, EXACT, MARGIN, floats, marks, whole

ODD = ("nan", "", "-", "1e-05", "-2.5E+3", "inf", "tensor(0.5)", "0.12345678901234567", "1_0", " 7", "5-3", ".5", "5.")


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_log, "LARGE", 1000)
    monkeypatch.setattr(csv_log, "HEAD", 400)
    monkeypatch.setattr(csv_log, "PIECE", 700)


def slowly(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Trace]:
    monkeypatch.setattr(csv_log, "LARGE", 1 << 40)
    return csv_log.read(path)


def told(traces: list[Trace]) -> list[object]:
    return [
        ([(s.name, s.steps.tolist(), [repr(v) for v in s.values.tolist()]) for s in t.series], t.notes) for t in traces
    ]


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("oddness", [0.0, 0.02, 0.5])
def test_a_table_in_pieces_reads_as_it_does_line_by_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, oddness: float, end: str
) -> None:
    random = np.random.default_rng(int(oddness * 100))
    lines = ["epoch,step,loss,lr,val"]
    for step in range(600):
        cells = [str(step // 50), str(step), f"{random.random():.6f}", repr(10.0 ** -random.integers(0, 9)), f"{step}"]
        for at in range(2, 5):
            if random.random() < oddness:
                cells[at] = ODD[random.integers(len(ODD))]
        lines.append(",".join(cells))
    lines[200:200] = ["# a comment", "", "epoch,step,loss,lr,val"]
    lines[400] += ",9"
    path = tmp_path / "log.csv"
    path.write_bytes(end.join([*lines, "12,600,0.2"]).encode())
    quickly = csv_log.read(path)
    assert told(quickly) == told(slowly(path, monkeypatch))
    assert quickly[0].series


@pytest.mark.usefixtures("small_pieces")
def test_cells_that_take_turns_keep_their_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "metrics.csv"
    rows = [f"{at},0.{at}," if at % 2 else f"{at},,0.{at}" for at in range(500)]
    path.write_text("\n".join(["step,train,val", *rows, ""]))
    quickly = csv_log.read(path)
    assert told(quickly) == told(slowly(path, monkeypatch))
    assert [len(one) for one in quickly[0].series] == [250, 250]


@pytest.mark.parametrize("width", range(1, EXACT + 1))
def test_runs_of_digits_have_the_value_python_gives_them(width: int) -> None:
    numbers = np.random.default_rng(width).integers(0, 10**width, 200)
    text = np.frombuffer(MARGIN + "".join(f"{one:0{width}d}," for one in numbers).encode(), np.uint8)
    stops = marks(text)
    assert whole(text, stops, np.full(len(stops), width)).tolist() == numbers.tolist()


@pytest.mark.parametrize(
    "word", ["0.1", "-12.345", "1e-05", "+7.25E+3", "9007199254740.993", "3e22", "5.", ".5", "0e9"]
)
def test_decimals_are_what_float_makes_of_them_or_are_handed_back(word: str) -> None:
    form = DECIMAL.fullmatch(word)
    assert form is not None
    runs = [form[2], *([form[4]] if form[3] else []), *([form[7]] if form[5] else [])]
    values = [np.array([int(run or 0)]) for run in runs]
    made, good = floats(form, values, [np.array([len(run)]) for run in runs])
    assert not good[0] or made[0] == float(word)
    assert good[0] or len(form[2] + form[4]) > EXACT
