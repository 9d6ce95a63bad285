"""A project's standing wishes: found upwards, shown in the report, and a clear line for every mistake in them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.diagnose_app import main
from diagnose.projectfile import NAME, nearest
from kb.problem import Problem

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project folder with a log whose loss stands still, entered in a folder below it."""
    monkeypatch.setenv("TRAINOSCOPE_LANG", "en")
    inside = tmp_path / "src" / "deep"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    (tmp_path / "flat.csv").write_text("step,train_loss\n" + "".join(f"{i},0.8\n" for i in range(30)))
    return tmp_path


def said(capsys) -> str:
    shown = capsys.readouterr()
    return shown.out + shown.err


def test_a_waiver_in_the_projects_file_holds_in_every_folder_below(project, capsys):
    (project / "trainoscope.toml").write_text('[waive]\nloss-not-decreasing = "a smoke test"\n')

    assert main(["run", str(project / "flat.csv")]) == 0
    shown = said(capsys)
    assert "a smoke test" in shown
    assert "with the settings of" in shown


def test_pyproject_serves_as_well(project, capsys):
    (project / "pyproject.toml").write_text('[tool.trainoscope.waive]\nloss-not-decreasing = "a smoke test"\n')

    assert main(["run", str(project / "flat.csv")]) == 0


def test_a_pyproject_without_our_table_is_passed_by(project):
    (project / "trainoscope.toml").write_text("[set]\n'loss-not-decreasing.points' = 100\n")
    (project / "src" / "pyproject.toml").write_text("[project]\nname = 'x'\n")

    assert nearest(project / "src").numbers == ("loss-not-decreasing.points=100",)


def test_a_threshold_is_printed_and_the_command_line_wins(project, capsys):
    (project / "trainoscope.toml").write_text("[set.loss-not-decreasing]\npoints = 100\n")

    assert main(["run", str(project / "flat.csv")]) == 0
    assert "loss-not-decreasing.points set to 100 (was 5)" in said(capsys)
    assert main(["run", str(project / "flat.csv"), "--set", "loss-not-decreasing.points=6"]) == 1


def test_a_role_may_be_given_there(project):
    (project / "odd.csv").write_text("step,zielwert\n" + "".join(f"{i},0.8\n" for i in range(30)))
    (project / "trainoscope.toml").write_text('[map]\nzielwert = "train-loss"\n')

    assert main(["run", str(project / "odd.csv")]) == 1


def test_without_a_file_nothing_is_asked_for(tmp_path):
    assert nearest(tmp_path).said == ()


@pytest.mark.parametrize(
    "text, line, part",
    [
        ("[waive\n", 1, "not TOML"),
        ("\n[wave]\noverfitting = 'x'\n", 2, "did you mean 'waive'"),
        ("[waive]\noverfitting = 3\n", 2, "needs a text"),
        ("[set]\n\n'lr-vanished.share' = 'a lot'\n", 3, "must be a number"),
        ("[set]\n'lr-vanished.share' = true\n", 2, "must be a number"),
    ],
)
def test_a_mistake_names_file_and_line(project, capsys, text, line, part):
    (project / "trainoscope.toml").write_text(text)

    assert main(["run", str(project / "flat.csv")]) == 2
    shown = said(capsys)
    assert f"trainoscope.toml:{line}:" in shown
    assert part in shown


@pytest.mark.parametrize(
    "text, part",
    [
        ("[waive]\noverfiting = 'x'\n", "did you mean 'overfitting'"),
        ("[waive]\noverfitting = ''\n", "needs a reason"),
        ("[set]\n'lr-vanished.shares' = 0.5\n", "did you mean 'share'"),
    ],
)
def test_a_wrong_name_gets_the_nearest_right_one(project, capsys, text, part):
    (project / "trainoscope.toml").write_text(text)

    assert main(["run", str(project / "flat.csv")]) == 2
    assert part in said(capsys)


@given(data=st.binary(max_size=200))
def test_any_bytes_give_wishes_or_a_clear_complaint(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("any")
    (folder / "trainoscope.toml").write_bytes(data)

    outcome = ""
    try:
        found = nearest(folder)
        outcome = "".join((*found.numbers, *found.waivers, *found.roles))
    except Problem as problem:
        complaint = problem.of("en")
        outcome = complaint.removeprefix(str(folder))
        assert outcome != complaint

    assert outcome == "" or outcome.startswith("/trainoscope.toml")


def test_the_example_of_the_readme_is_a_good_file(project):
    text = (ROOT / "README.md").read_text("utf-8").partition("```toml\n")[2].partition("```")[0]
    (project / "trainoscope.toml").write_text(text)

    assert main(["run", str(project / "flat.csv")]) == 1
    assert nearest(project).roles == ("train-loss=my/odd/tag",)


@pytest.mark.parametrize(
    "text",
    [
        "[set]\nlr-vanished = 1\n",
        '[set]\n"lr-vanishd.share" = 1\n',
        '[waive]\nlr-vanishd = "x"\n',
        '[map]\na = "loss"\n',
    ],
)
def test_a_wish_that_names_nothing_is_complained_of_with_the_file_it_stands_in(tmp_path, monkeypatch, capsys, text):
    (tmp_path / NAME).write_text(text)
    monkeypatch.chdir(tmp_path)

    for command in (["run", "."], ["series", "."], ["compare", ".", "."], ["watch", ".", "--looks", "1"]):
        assert main([*command, "--lang", "en"]) == 2
        assert capsys.readouterr().err.startswith(f"{tmp_path / NAME}: ")
