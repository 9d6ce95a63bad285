"""Many runs are told in few lines, as they come, and none is left out of the count."""

from __future__ import annotations

import dataclasses
import html
from pathlib import Path

import numpy as np
import pytest

from cli.diagnose_app import main
from cli.progress import Progress
from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import report, text
from diagnose.run import Note, Run, Series
from kb.text import Text
from tests.built_in import of_kinds
from tests.test_assemble import events, line

LIBRARY = of_kinds("symptom", "concept")


def run(at, *, ill=False):
    values = 1.0 / np.arange(1, 81)
    if ill:
        values[40:] = np.nan
    note = Note("log", Text("cut short", "不完整"))
    return Run(Path(f"r{at:03d}"), f"r{at:03d}", series=(Series("loss", np.arange(80), values),), notes=(note,))


def fleet(count, ill, **options):
    return Diagnosis(tuple(examine(run(at, ill=at in ill), LIBRARY, **options) for at in range(count)))


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", ["✓ 85 runs in which nothing was found", "Findings in 15 of 100 runs:", "5 of them are only counted"]),
        ("zh", ["✓ 85 次运行未发现问题", "共 100 次运行，其中 15 次有发现：", "其中 5 次在此只计数"]),
    ],
)
def test_a_fleet_is_told_by_its_first_ill_runs_and_counted(lang, told):
    shown = text.render(fleet(100, range(0, 30, 2)), lang)

    for part in told:
        assert part in shown
    assert sum(row.startswith("r0") for row in shown.splitlines()) == 10
    assert "r000" in shown
    assert "(+7)" in shown
    assert len(shown.splitlines()) < 300


def test_a_few_runs_are_told_by_name():
    shown = text.render(fleet(5, [3]), "en")

    assert "Findings in" not in shown
    quiet = [row.split(":")[0] for row in shown.splitlines() if row.startswith("✓")]
    assert quiet == ["✓ r000", "✓ r001", "✓ r002", "✓ r004"]
    assert "4 notes on how files were read" in shown


def test_with_verbose_every_run_is_told():
    lines = text.lines(fleet(30, range(15)), "en", 100, everything=True)

    assert sum(one.style == "title" for one in lines) == 30


def test_a_waiver_is_told_once_for_all():
    shown = text.render(fleet(30, [], waived={"loss-spikes": "known"}), "en")

    assert shown.count("loss-spikes - known") == 1
    assert "30 runs in which nothing was found" in shown


def test_a_finding_is_told_before_the_last_run_is_read():
    read = []

    def coming():
        for at in range(50):
            read.append(at)
            yield examine(run(at, ill=True), LIBRARY)

    first = next(text.parts_of(coming(), lambda: Diagnosis(()), "en", 100))

    assert first[0].text == "r000"
    assert len(read) == 2


def test_the_exit_code_speaks_for_all_runs(tmp_path, capsys):
    for at in range(3):
        cells = line(range(60))
        events(tmp_path / f"run{at}", 1000 + at, {"loss": [*cells[:30], *((s, float("nan")) for s, _ in cells[30:])]})

    assert main(["run", str(tmp_path), "--lang", "en"]) == 1
    assert main(["run", str(tmp_path), "--format", "json"]) == 1
    assert main(["run", str(tmp_path), "--fail-on", "never"]) == 0


def test_the_bar_is_for_a_terminal_only_and_leaves_it_clean(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("cli.progress.PATIENCE", 0.0)
    (tmp_path / "log").write_text("")

    assert list(Progress([tmp_path], "en").along("abc", lambda: 1)) == ["a", "b", "c"]
    assert capsys.readouterr().err == ""

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert list(Progress([tmp_path], "zh").along("abc", lambda: 1)) == ["a", "b", "c"]
    assert "读取并诊断" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["text", "markdown", "html"])
def test_what_only_some_runs_lack_is_told_with_their_number(name):
    rate = Series("lr", np.arange(80), 1e-3 * np.cos(np.arange(80) / 60))
    runs = [run(at) for at in range(5)]
    runs[2] = dataclasses.replace(runs[2], series=(*runs[2].series, rate))
    several = Diagnosis(tuple(examine(one, LIBRARY) for one in runs))
    one = Diagnosis(several.examined[:1])

    def told(diagnosis, lang):
        if name == "text":  # which tells only the gist unless it is asked for all
            return "\n".join(one.text for one in text.lines(diagnosis, lang, 100, everything=True))
        return html.unescape(report(name).render(diagnosis, lang)).replace("\\", "")

    assert "role learning-rate (Learning rate) (in 4 of 5 runs)" in " ".join(told(several, "en").split())
    assert "学习率）（5 次运行中有 4 次）" in "".join(told(several, "zh").split("\n"))
    assert "no checkpoint was given (in" not in told(several, "en")
    assert "(in " not in told(one, "en").partition("not be judged")[2]
