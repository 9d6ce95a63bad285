"""`diagnose series` shows every curve whole, in any width and both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose import reading
from diagnose.run import Checkpoint, Run, Series, Source, Tensor
from kb.wrap import width_of
from tests.built_in import recogniser

LONG = "decode/auxiliary/head/of_a_name_that_is_much_too_long_for_its_column/loss_ce"
TENSOR = Tensor("w", "float32", (1,), 0.0, 0.0, 0.0, 0.0, 1, 0)
NAMES = ("train/loss", "val/hd95_Kvasir-SEG", "训练集损失", "best_dice", LONG)


def run(*names, sources=("a/train.csv",)):
    curves = [
        Series(name, np.arange(10), np.linspace(1, 0.5, 10), source=sources[at % len(sources)])
        for at, name in enumerate(names)
    ]
    files = tuple(Source(path, "csv", 1, 10) for path in sources)
    return recogniser("concept").recognise(Run(Path("a"), "a", files, tuple(curves)), {})


def texts(lang, width, *names, **more):
    return [line.text for line in reading.lines([run(*names, **more)], lang, width)]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_asked_and_no_name_is_lost(lang, width):
    lines = texts(lang, width, *NAMES)

    assert max(map(width_of, lines)) <= width
    whole = "".join("".join(lines).split())
    assert all(name in whole for name in NAMES)


def test_a_row_tells_name_role_points_steps_and_range():
    assert "  val/dice  metric  10 points, steps 0-9, 0.5 .. 1" in texts("en", 100, "val/dice")


def test_below_stands_why_and_of_what_and_which_way_is_better():
    lines = texts("en", 100, "val/hd95_Kvasir-SEG")

    assert "      its name says “hd95”, of validation; better when lower; of Kvasir-SEG" in lines


def test_the_reasons_are_chinese_in_chinese():
    lines = texts("zh", 100, "训练集损失", "best_dice")

    assert "      名称中有“损失”，属于训练集" in lines
    assert "      这是至今的最好值，不是曲线本身" in lines


def test_the_file_of_a_curve_is_told_only_where_there_are_several():
    several = texts("en", 100, "train/loss", "val/loss", sources=("a/train.csv", "a/val.csv"))
    one = texts("en", 100, "train/loss", "val/loss")

    assert any(line.endswith("; val.csv") for line in several)
    assert not any(line.endswith("; train.csv") for line in one)


def test_a_checkpoint_is_told_by_its_tensors_and_one_curve_is_no_curves():
    saved = Checkpoint(Path("a/last.pt"), {"w": TENSOR, "b": TENSOR}, 1200)
    files = (Source("a/last.pt", "torch_checkpoint", 0, 0), Source("a/log.csv", "csv", 1, 1))
    curve = Series("x", np.arange(1), np.ones(1))
    whole = Run(Path("a"), "a", files, (curve,), (saved,))

    assert [line.text for line in reading.lines([whole], "en", 100)][1:4] == [
        "  a/last.pt (torch_checkpoint: 2 tensors at step 1,200)",
        "  a/log.csv (csv: 1 curve, 1 point)",
        "  x  (none)  1 point, steps 0-0, 1 .. 1",
    ]
    assert "  a/last.pt（torch_checkpoint：2 个张量，第 1,200 步）" in [
        line.text for line in reading.lines([whole], "zh", 100)
    ]
