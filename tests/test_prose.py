"""A long text of sentences that speak of losses is no log, and a log among such sentences is one all the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from diagnose.readers import general_log
from diagnose.run import Trace
from diagnose.tables import harvest, prose, shape_choice
from diagnose.tables.textfile import NO_SIGNAL

ABOUT = (
    *("损失停在{}", "loss stuck at {}", "训练到第{}轮 loss 还是 {}"),
    *("epoch {} and the dice is {}", "the val loss was {}"),
)
WORDS = (
    *("why", "does", "model", "polyp", "mask", "batch", "rate", "after", "before", "warmup", "schedule", "data"),
    *("为什么", "模型", "训练", "息肉", "学习率", "显存"),
)


def sentences(count: int, seed: int = 0) -> list[str]:
    """So many sentences, hardly two of which differ in their numbers only; some of each kind of `ABOUT` do."""
    random = Random(seed)
    found = [" ".join(random.choices(WORDS, k=9)) + f" {random.randint(1, 99)} loss" for _ in range(count)]
    for about in ABOUT:
        for _ in range(random.randint(3, 6)):
            said = about.format(random.randint(1, 99), random.randint(1, 99) / 10)
            found.insert(random.randrange(count), said)
    return found


def read(path: Path, lines: list[str]) -> list[Trace]:
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return general_log.read(path)


def names(traces: list[Trace]) -> dict[str, int]:
    return {series.name: len(series.values) for trace in traces for series in trace.series}


@pytest.mark.parametrize("seed", range(3))
def test_many_sentences_that_speak_of_losses_are_no_log(tmp_path, seed):
    traces = read(tmp_path / "questions.txt", sentences(6000, seed))

    assert not names(traces)
    assert [note.what.en for trace in traces for note in trace.notes] == [NO_SIGNAL.en]


def test_a_log_among_many_sentences_is_read_and_nothing_else(tmp_path):
    lines = sentences(6000)
    for epoch in range(1, 21):
        lines.insert(epoch * 250, f"Epoch {epoch}/20, train_loss: {1 / epoch:.4f}, val_dice: {1 - 0.5 / epoch:.4f}")

    assert names(read(tmp_path / "run.log", lines)) == {"train_loss": 20, "val_dice": 20}


def test_lines_that_come_back_a_thousand_times_need_no_counter_among_sentences(tmp_path):
    lines = sentences(6000)
    for at in range(1000):
        lines.insert(at * 6, f"train loss: {1 + 1 / (1 + at):.4f}")

    assert names(read(tmp_path / "run.log", lines)) == {"train loss": 1000}


def test_lines_that_differ_in_the_name_of_a_file_only_are_no_sentences(tmp_path):
    random = Random(0)
    lines = [f"epoch {at} loss {1 + 1 / at:.3f} in {random.getrandbits(64):x}.pth" for at in range(1, 3001)]

    assert len("".join(lines)) > harvest.PIECE // 16  # they are read many at once
    assert names(read(tmp_path / "run.log", lines)) == {"loss": 3000}


def test_a_short_text_is_read_as_before_however_its_lines_differ(tmp_path):
    few = min(prose.MANY, shape_choice.STRAY) // 4
    lines = [*sentences(few), *(f"loss {1 / at:.3f} in epoch {at}" for at in range(1, 4))]

    assert "loss" in names(read(tmp_path / "run.log", lines))
