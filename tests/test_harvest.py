"""Tests that lines read many at a time say what they say one by one."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import fairseq_log, general_log, ignite_log, megatron_log, nanogpt_log, polyp_log
from diagnose.run import Trace
from diagnose.tables import harvest
from diagnose.tables.alike import slots_in
from diagnose.tables.leftover import Leftover
from diagnose.tables.said import Said

VALUES = (
    "0.5",
    "1.25",
    "nan",
    "inf",
    "-3.75",
    "1e-05",
    "2.5E+3",
    "0.12345678901234567",
    "7",
    "oops",
    "1.2.3",
    "4.",
    ".5",
)


def nanogpt(step: int, value: str, other: str) -> str:
    return f"iter {step}: loss {value}, time {other}ms, mfu -100.00%"


def megatron(step: int, value: str, other: str) -> str:
    return (
        f" iteration {step:8d}/ 900 | learning rate: {value} | lm loss: {other} | loss scale: 1 | grad norm: {value} |"
    )


def fairseq(step: int, value: str, other: str) -> str:
    return f"05-06 07:08:09 | INFO | train | epoch {step:03d} | loss {value} | num_updates {step} | ppl {other}"


def ignite(step: int, value: str, other: str) -> str:
    return f"INFO:Trainer:Epoch: {step // 9 + 1}/99, Iter: {step % 9 + 1}/9 -- loss{step % 3}: {value} dice: {other} "


def general(step: int, value: str, other: str) -> str:
    said = f"07:08:{step % 60:02d} [INFO] epoch {step // 50 + 1} iter {step % 50}/50 | loss {value} | lr {other}"
    return said if step % 50 else f"{said}\n[val] epoch {step // 50 + 1} mean dice: {value}"


def polyp(step: int, value: str, other: str) -> str:
    name = ("CVC-300", "Kvasir")[step % 2]
    said = (
        f"[2024-05-06 07:08:{step % 60:02d} AM-train{step // 250}.py-INFO:epoch: {step // 2 % 150}, dataset: {name}, "
    )
    return f"{said}dice: {value}, iou: {other}]" if step % 7 else f"{said}dice: {value}] best: {value}"


def basicsr(step: int, value: str, other: str) -> str:
    return f"INFO: [epoch:  1, iter:{step * 100:8,d}, lr:({other},)] l_pix: {value} "


def told(traces: list[Trace]) -> list[object]:
    return [
        ([(s.name, s.steps.tolist(), [repr(v) for v in s.values.tolist()]) for s in t.series], t.notes) for t in traces
    ]


@pytest.mark.parametrize("oddness", [0.0, 0.1, 0.9])
@pytest.mark.parametrize(
    ("reader", "line"),
    [
        (nanogpt_log, nanogpt),
        (megatron_log, megatron),
        (fairseq_log, fairseq),
        (ignite_log, ignite),
        (polyp_log, polyp),
        (general_log, general),
        (general_log, basicsr),
    ],
)
def test_a_log_reads_the_same_whichever_way(tmp_path, monkeypatch, reader, line, oddness) -> None:
    random = np.random.default_rng(int(10 * oddness))

    def value() -> str:
        return VALUES[random.integers(len(VALUES))] if random.random() < oddness else f"{random.random():.4f}"

    lines = [line(step, value(), value()) for step in range(1, 400)]
    lines[100:100] = ["损失 is written elsewhere 12", "", "iter"]
    lines[200] += "\r"
    path: Path = tmp_path / "run.log"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    monkeypatch.setattr(harvest, "PIECE", 1 << 30)
    slowly = told(reader.read(path))
    monkeypatch.setattr(harvest, "PIECE", 5000)
    assert told(reader.read(path)) == slowly
    assert len(slowly[0][0]) >= 2 - (line is basicsr)


def parse(line: str) -> Said | None:
    match = re.search(r"class(\d+) loss: (\S+) at \d\d:\d\d", line)
    return Said("train", (f"loss{match[1]}",), (match.span(2),)) if match else None


def test_digits_that_name_a_quantity_are_kept_apart_from_those_that_do_not_matter() -> None:
    line = "class2 loss: 0.50 at 12:34"
    said = parse(line)
    assert said is not None
    slots = slots_in(line, said, parse)
    assert slots is not None
    assert slots.fixed == (0,)  # the name
    assert slots.sized == (3, 4)  # the clock, which must have two digits
    assert [runs for _, runs in slots.forms] == [(1, 2)]
    gathered = harvest.Harvest(parse)
    gathered.read("".join(f"class{at % 3} loss: {at}.5 at 12:34\n" for at in range(300)) * 300)
    table = gathered.table(Path("run.log"), "x", [])
    assert sorted(table.columns) == ["loss0", "loss1", "loss2"]
    assert table.columns["loss1"].values[:3].tolist() == [1.5, 4.5, 7.5]
    assert table.count == 90_000


def test_long_numbers_are_rounded_as_python_rounds_them() -> None:
    random = np.random.default_rng(0)
    words = [repr(one) for one in (random.random(3000) * 10.0 ** random.integers(-12, 12, 3000)).tolist()]
    words += [f"{(Decimal(one) + Decimal(math.nextafter(one, 2))) / 2:.17g}" for one in random.random(3000).tolist()]
    words += [
        f"{one:.{places}f}" for one, places in zip(random.random(3000), random.integers(12, 20, 3000), strict=True)
    ]
    words += [str(one) for one in random.integers(0, 2**63, 3000) // 10 ** random.integers(0, 18, 3000)]
    pattern = re.compile(r"v (\S+)")
    gathered = harvest.Harvest(lambda line: Said("a", ("v",), (m.span(1),)) if (m := pattern.match(line)) else None)
    gathered.read("".join(f"v {word}\n" for word in words))
    table = gathered.table(Path("run.log"), "x", [])
    assert table.columns["v"].values.tolist() == [float(word) for word in words]


_NAME = st.sampled_from(("loss", "dice", "a1", "a22", "b"))
_END = st.sampled_from(("", "ms", " |", " | step 3", " | step 128"))
_WRITTEN = st.sampled_from((*VALUES, "0", "007", "12345678901234567890", "0.30000000000000004", "1e400", "١٢", "3/4"))
_SAID = st.builds("{}{} = {}{}".format, st.sampled_from(("", "07:08 ", "轮 ", "x\r", "\ufffd")), _NAME, _WRITTEN, _END)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(_SAID, st.text(max_size=12).map(lambda one: one.replace("\n", " "))), max_size=60))
def test_whatever_the_lines_are_they_are_read_together_as_they_are_one_by_one(lines: list[str]) -> None:
    pattern = re.compile(r"(loss|dice|a\d) = (\S+?)(?:ms)?(?:$| \|(?: step (\d+))?)")

    def understood(line: str) -> Said | None:
        if (match := pattern.search(line)) is None:
            return None
        spans = {match[1]: match.span(2)} | ({"step": match.span(3)} if match[3] else {})
        return Said("train" if "07" in line else "val", tuple(spans), tuple(spans.values()))

    text = "".join(f"{line}\n" for line in lines * 3)
    found = []
    for piece in (1 << 30, 900):
        gathered = harvest.Harvest(understood, others=Leftover())
        with pytest.MonkeyPatch.context() as patch:
            for name, value in (("PIECE", piece), ("HELD", 400), ("FEW", 2)):
                patch.setattr(harvest, name, value)
            gathered.read(text)
        told = [
            (kind, line, list(map(repr, values)))
            for kind, rows in gathered.rows.items()
            for lines, columns in [rows.held()]
            for line, *values in zip(lines.tolist(), *(one.tolist() for one in columns), strict=True)
        ]
        found.append((sorted(told), list(gathered.others or ()), gathered.latest))
    assert found[0] == found[1]
