"""The report in the terminal: a golden screen for each language, and no Chinese character lost at any width."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import text
from diagnose.run import Checkpoint, Group, Note, Optimizer, Run, Series, Source, Tensor
from diagnose.story import story
from kb.collection import Library
from kb.text import Text
from kb.wrap import width_of
from tests.built_in import LIBRARY as WHOLE

# a few symptoms are enough to see every part of a report, and adding one to the library changes no golden screen
CHOSEN = ("gate-stuck-at-zero", "lr-vanished", "loss-plateau", "lr-constant", "overfitting", "loss-nonfinite")
LIBRARY = Library({name: page for name, page in WHOLE.items() if not page.check or name in CHOSEN}, {})


def tensor(name: str, value: float, numel: int = 1) -> Tensor:
    return Tensor(name, "float32", (numel,), value, value, value, 0.0, numel if value == 0 else 0, 0)


def sick() -> Diagnosis:
    t = np.arange(300)
    noise = np.random.default_rng(0).standard_normal(300)
    curves = (
        Series("train/loss", t, 0.4 + 0.6 * np.exp(-t / 25) + 0.005 * noise),
        Series("train/lr", t, 1e-3 * 0.9**t),
        Series("val/dice", t[::30], np.linspace(0.2, 0.6, 10)),
    )
    memory = {1: {"exp_avg_sq": tensor("exp_avg_sq", 1e-6, 64)}}
    optimizer = Optimizer((Group((1,), ("attn.value.weight",), {"lr": 1e-3}),), memory, "shapes")
    weights = {"attn.gamma": tensor("attn.gamma", 0.0), "attn.value.weight": tensor("attn.value.weight", 0.1, 64)}
    run = Run(
        Path("logs/exp1"),
        "exp1",
        sources=(Source("logs/exp1/metrics.csv", "csv_log", 3, 610),),
        series=curves,
        checkpoints=(Checkpoint(Path("logs/exp1/last.pt"), weights, 300, optimizer),),
        notes=(
            Note("logs/exp1/metrics.csv", Text("last row cut short; 300 read", "最后一行不完整，读到 300 行"), 302),
        ),
    )
    return Diagnosis((examine(run, LIBRARY, waived={"lr-constant": "one schedule for all"}),))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_sick_run_reads_like_this(lang, golden):
    golden(f"diagnose-sick.{lang}.txt", text.render(sick(), lang))


@pytest.mark.parametrize("width", [40, 60, 80, 100, 120, 200])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_line_is_wider_than_the_terminal_and_no_character_is_lost(lang, width):
    diagnosis = sick()

    shown = [line for line in text.lines(diagnosis, lang, width) if line.style != "dim" or "log_it" not in line.text]

    said = "".join("".join(line.text.split()) for line in shown)
    code = [log_it for verdict in diagnosis.verdicts() for log_it in verdict.log_it]
    assert [
        line.text for line in shown if width_of(line.text) > width and not any(one in line.text for one in code)
    ] == []
    for chapter in story(diagnosis.verdicts()):
        verdict = chapter.verdict
        below = (one.verdict.message(lang) for one in chapter.consequences)
        for part in (verdict.message(lang), verdict.because(lang), *verdict.fix(lang), *below):
            assert "".join(part.split()) in said


def test_the_worst_comes_first():
    lines = [line.text for line in text.lines(sick(), "en", 100)]

    marks = [line for line in lines if line.startswith(("✗", "·", "?", "✓"))]

    assert [mark[0] for mark in marks] == sorted((mark[0] for mark in marks), key="✗·-?✓".index)


def test_what_was_clear_is_named_when_asked_for():
    short, long = (
        "\n".join(line.text for line in text.lines(sick(), "en", 100, everything=everything))
        for everything in (False, True)
    )

    assert "(loss-nonfinite)" not in short
    assert "no sign of “Loss became NaN or infinite” (loss-nonfinite)" in long


def test_a_changed_threshold_is_printed_with_the_report():
    diagnosis = Diagnosis(sick().examined, (Text("lr-vanished.share set to 0.9 (was 0.4)", "已改"),))

    assert "lr-vanished.share set to 0.9 (was 0.4)" in text.render(diagnosis, "en")


def test_the_same_finding_on_several_curves_is_told_once():
    rate = np.where(np.arange(50) < 10, 1e-3, 0.0)
    curves = tuple(Series(f"lr/pg{index}", np.arange(50), rate) for index in range(12))
    diagnosis = Diagnosis((examine(Run(Path("run"), "run", series=curves), LIBRARY),))

    shown = text.render(diagnosis, "en")

    assert shown.count("Learning rate vanished") == 1
    assert "also: lr/pg1, lr/pg2, lr/pg3 and 8 more\n" in shown
    assert "另有：lr/pg1、lr/pg2、lr/pg3 等共 11 处\n" in text.render(diagnosis, "zh")
    long = "\n".join(line.text for line in text.lines(diagnosis, "en", 100, everything=True))
    assert all(f"lr/pg{index}" in long.partition("also: ")[2].partition("lr-vanished")[0] for index in range(1, 12))


def test_many_short_runs_are_told_in_few_lines():
    short = [Run(Path(f"r{n}"), f"r{n}", series=(Series("loss", np.arange(n), np.ones(n)),)) for n in (1, 2, 3, 4)]
    diagnosis = Diagnosis(tuple(examine(run, LIBRARY) for run in short))

    shown = text.render(diagnosis, "en")

    assert "for reasons such as: loss has 1 point; 12 are needed (in 1 of 4 runs)" in shown
    assert len(shown.splitlines()) < 20


def test_of_many_reasons_why_nothing_could_be_judged_only_the_gist_is_told():
    curve = Series("loss", np.arange(50), 1.0 / np.arange(1, 51))
    diagnosis = Diagnosis((examine(Run(Path("r"), "r", series=(curve,)), WHOLE),))

    short, long = (
        [line.text for line in text.lines(diagnosis, "en", 100, everything=everything)] for everything in (False, True)
    )

    codes = [line for line in short if line.startswith("    for ")]
    assert codes[0].startswith("    for 14 of them: torch.save(")
    assert [int(code.split()[1]) for code in codes] == sorted((int(code.split()[1]) for code in codes), reverse=True)
    assert len(short) < 15
    assert any("no gate was logged and no checkpoint was given - gate-stuck-at-zero" in line for line in long)


def test_an_error_is_told_in_full_behind_any_number_of_hints():
    t = np.arange(50)
    flat = Series("loss", t, np.where(t < 10, 1 - t / 20, 0.5))
    lost = Series("loss", t, np.where(t < 10, 1 - t / 20, np.nan))
    runs = [Run(Path(f"r{n}"), f"r{n}", series=(lost if n == 20 else flat,)) for n in range(21)]

    shown = text.render(Diagnosis(tuple(examine(run, LIBRARY) for run in runs)), "en")

    assert shown.count("· Loss stopped falling") == 5 + 1  # the last in the overview
    assert "→" in shown.partition("Loss became NaN or infinite")[2]


def test_a_run_of_which_nothing_could_be_seen_is_not_called_well():
    well = Series("loss", np.arange(50), 1.0 / np.arange(1, 51))
    runs = [Run(Path("r0"), "r0"), Run(Path("r50"), "r50", series=(well,))]
    diagnosis = Diagnosis(tuple(examine(run, LIBRARY) for run in runs))

    shown = text.render(diagnosis, "en").splitlines()

    assert [line[0] for line in shown if line[2:4] in ("r0", "r5")] == ["?", "✓"]
