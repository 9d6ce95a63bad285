"""Growing logs are followed: what appears is told once, what goes away is told, and an error ends the watch."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.diagnose_app import main
from diagnose.watching import Watch, lines
from kb.problem import Problem
from tests.built_in import of_kinds

ROOT = Path(__file__).parent.parent
LIBRARY = of_kinds("symptom", "concept")


def rows(start: int, stop: int, value: str) -> str:
    return "".join(f"{step},{value}\n" for step in range(start, stop))


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")


@pytest.fixture
def log(tmp_path):
    path = tmp_path / "exp" / "metrics.csv"
    path.parent.mkdir()
    path.write_text("step,train_loss\n" + "".join(f"{step},{1 / (1 + step)}\n" for step in range(40)))
    return path


def said(changes) -> list[tuple[str, str]]:
    return [(one.kind, one.verdict.entry.id if one.verdict else "") for one in changes]


def test_a_run_is_met_once_and_a_look_without_news_is_silent(log):
    watch = Watch([log.parent], LIBRARY)

    assert said(watch.look()) == [("met", "")]
    assert watch.look() == []


def test_a_finding_is_told_when_it_appears_and_when_it_is_gone(log):
    watch = Watch([log.parent], LIBRARY)
    watch.look()

    with log.open("a") as file:
        file.write(rows(40, 60, "nan"))
    appeared = watch.look()
    whole = "".join(f"{step},{1 / (1 + step)}\n" for step in range(200))
    log.write_text("step,train_loss\n" + whole)
    gone = watch.look()

    assert said(appeared) == [("found", "loss-nonfinite")]
    assert said(gone) == [("gone", "loss-nonfinite")]
    assert watch.worst in (None, "info")


def test_a_new_run_and_one_that_was_removed_are_told(log):
    watch = Watch([log.parent], LIBRARY)
    watch.look()

    (log.parent / "other.csv").write_text(
        "step,train_loss\n" + "".join(f"{step},{0.9**step + 0.123}\n" for step in range(30))
    )
    more = watch.look()
    (log.parent / "other.csv").unlink()
    fewer = watch.look()

    assert [one.kind for one in more if one.run.startswith("other")] == ["met"]
    assert [one.kind for one in fewer if one.run.startswith("other")] == ["left"]


def test_an_empty_folder_is_waited_for_and_a_wrong_path_is_not(tmp_path, capsys):
    assert main(["watch", str(tmp_path), "--looks", "1"]) == 0
    assert "waiting" in capsys.readouterr().out
    assert main(["watch", str(tmp_path / "nowhere"), "--looks", "1"]) == 2
    with pytest.raises(Problem):
        Watch([tmp_path / "nowhere"], LIBRARY).look()


@pytest.mark.parametrize("bar, code", [("error", 1), ("warning", 1), ("never", 0)])
def test_a_lost_run_ends_the_watch_with_one(log, capsys, bar, code):
    with log.open("a") as file:
        file.write(rows(40, 60, "nan"))

    assert main(["watch", str(log.parent), "--looks", "1", "--fail-on", bar]) == code
    shown = capsys.readouterr().out
    assert "✗" in shown
    assert "kb lookup loss-nonfinite" in shown


@pytest.mark.parametrize("lang, part", [("en", "no longer:"), ("zh", "已消失：")])
def test_changes_are_told_in_both_languages_and_fit(log, lang, part):
    watch = Watch([log.parent], LIBRARY)
    with log.open("a") as file:
        file.write(rows(40, 60, "nan"))
    first = watch.look()
    log.write_text("step,train_loss\n" + "".join(f"{step},{1 / (1 + step)}\n" for step in range(200)))

    told = [line.text for change in (*first, *watch.look()) for line in lines(change, "12:00:00", lang, 60)]

    assert any(part in line for line in told)
    assert all(len(line) <= 60 for line in told)


def test_a_log_that_grows_meanwhile_is_followed_until_it_goes_wrong(log):
    command = [sys.executable, "-c", "from cli.diagnose_app import main; import sys; sys.exit(main())"]
    process = subprocess.Popen(
        [*command, "watch", str(log.parent), "--every", "0.05", "--looks", "400"],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip
    try:
        assert "following" in process.stdout.readline()
        with log.open("a") as file:
            for step in range(40, 60):
                file.write(f"{step},nan\n")
                file.flush()
                time.sleep(0.01)
        rest = process.communicate(timeout=60)[0]
    finally:
        process.kill()

    assert process.returncode == 1
    assert "loss-nonfinite" in rest
