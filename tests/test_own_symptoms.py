"""A symptom of a person's own is looked for like a built-in one, and a broken one costs only itself."""

from __future__ import annotations

import json

import pytest

from cli import diagnose_app, kb_app
from diagnose import trial
from kb import draft, library


@pytest.fixture
def logs(tmp_path):
    """A run whose GPU is idle."""
    rows = "".join(f"{step},{20 + step % 5},{1 / (1 + step)}\n" for step in range(200))
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "log.csv").write_text(f"step,gpu/utilization,train/loss\n{rows}")
    return tmp_path / "run"


def symptom(folder, change=("", ""), name="my-idle"):
    """A symptom as `kb new` begins it, with its check filled in."""
    path = draft.new("symptom", name, folder)
    lines = path.read_text(encoding="utf-8").splitlines()
    bare = [line[1:] if line.startswith("#") and (line[1:2] != " " or line[2:3] == " ") else line for line in lines]
    text = "\n".join(f"{line} Idle 空闲" if line.strip() in ("title:", "summary:") else line for line in bare)
    path.write_text(text.replace(*change) + "\n" if change[0] else text + "\n", encoding="utf-8")
    return path


def verdicts(capsys, *arguments):
    """State of each symptom, the exit code and stderr."""
    code = diagnose_app.main([*map(str, arguments), "--format", "json"])
    out, err = capsys.readouterr()
    (run,) = json.loads(out)["runs"]
    return {one["symptom"]: one["state"] for one in run["verdicts"]}, code, err


def test_a_symptom_of_the_users_folder_or_a_named_one_is_looked_for(tmp_path, logs, capsys, monkeypatch):
    before, _, _ = verdicts(capsys, "run", logs)
    symptom(tmp_path / "pages")
    named, code, err = verdicts(capsys, "run", logs, "--kb", tmp_path / "pages")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    symptom(library.user_folder())
    own, _, _ = verdicts(capsys, "run", logs)

    assert "my-idle" not in before
    assert named == own == before | {"my-idle": "found"}
    assert (code, err) == (1, "")


def test_it_can_be_set_waived_listed_explained_and_compared(tmp_path, logs, capsys):
    path = symptom(tmp_path / "pages")
    more = ["--kb", str(tmp_path / "pages")]

    assert verdicts(capsys, "run", logs, *more, "--set", "my-idle.level=1")[0]["my-idle"] == "clear"
    assert verdicts(capsys, "run", logs, *more, "--waive", "my-idle=laptop")[0]["my-idle"] == "waived"
    for arguments in (["list"], ["explain", "my-idle"], ["run", str(logs)], ["compare", str(logs), str(logs)]):
        diagnose_app.main([*arguments, *more, "--lang", "en"])
        assert "my-idle" in capsys.readouterr().out, arguments
    diagnose_app.main(["run", str(logs), *more, "--lang", "zh"])
    assert f"包含你自己的症状 my-idle（{path}）" in "".join(capsys.readouterr().out.split("\n"))


BROKEN = [
    ("detector: low", "detector: lwo", "no detector called 'lwo'"),
    ("used: gpu-util}", "used: gpu-utl}", "no curve can have the role 'gpu-utl'"),
    ("full: 80, ", "", "'with' gives idle, level, points, skip"),
    ("level: 50", "level: half", "'level' should be a number"),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN)
def test_one_that_fits_no_detector_is_named_with_its_line_and_left_out(tmp_path, logs, capsys, old, new, said):
    path = symptom(tmp_path / "pages", (old, new))

    found, code, err = verdicts(capsys, "run", logs, "--kb", tmp_path / "pages")

    assert "my-idle" not in found
    assert code == 1
    assert err.startswith(f"{path}:")
    assert said in err
    assert kb_app.main(["check", str(path), "--lang", "en"]) == 1
    assert said in capsys.readouterr().out


def test_a_message_with_a_gap_that_nothing_fits_is_a_check_that_broke(tmp_path, logs, capsys):
    path = symptom(tmp_path / "pages", ("{level:.0f}", "{levle:.0f}"))

    assert verdicts(capsys, "run", logs, "--kb", tmp_path / "pages")[0]["my-idle"] == "broke"
    assert kb_app.main(["check", str(path), "--lang", "en"]) == 1
    assert "it may use {subject}, {first}, {last}, {level}, {best}" in capsys.readouterr().out


def test_a_page_without_a_check_or_names_of_curves_leaves_the_built_in_one_its_work(tmp_path, logs, capsys):
    before, _, _ = verdicts(capsys, "run", logs)
    for kind, name in (("symptom", "gpu-underused"), ("concept", "learning-rate")):
        path = draft.new(kind, name, tmp_path / "pages")
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("title:\n", "title: Mine\n").replace("summary:\n", "summary: 我的\n"), "utf-8")

    assert verdicts(capsys, "run", logs, "--kb", tmp_path / "pages") == (before, 1, "")


def test_the_check_tries_the_cases_and_asks_for_one_of_each_outcome(tmp_path):
    whole = symptom(tmp_path / "a")
    other = symptom(tmp_path / "b", ("expect: clear", "expect: found"))
    drawn = symptom(tmp_path / "c", ("30 + 3*noise", "open(1)"))
    endless = symptom(tmp_path / "d", ("at work: {", "at work: {steps: 999999999999, "))

    assert trial.problems(whole) == []
    assert [one.what.en for one in trial.problems(other)] == [
        "the case expects found and gets clear",
        "no case expects clear",
    ]
    assert [one.what.en for one in trial.problems(drawn)] == ["a curve may not contain 'open'"]
    assert [one.what.en for one in trial.problems(endless)] == ["more than 100,000 steps"]
    assert all(one.line for path in (other, drawn, endless) for one in trial.problems(path))


def test_a_folder_without_entries_is_refused_before_anything_is_read(tmp_path, logs, capsys):
    assert diagnose_app.main(["run", str(logs), "--kb", str(logs), "--lang", "en"]) == 2
    assert "holds no entries" in capsys.readouterr().err
