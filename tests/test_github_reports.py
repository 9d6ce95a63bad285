"""What GitHub shows: annotations of a job, and the Markdown of a comment, in which nothing from a file comes alive."""

from __future__ import annotations

import re

from diagnose.finding import Diagnosis
from diagnose.reports import report
from diagnose.story import story
from tests.diagnoses import ROOT, example, hostile


def test_github_commands_stay_on_their_line_and_are_worst_first_by_the_story():
    lines = report("github").render(hostile(), "en").split("\n")

    *commands, summed = lines
    assert all(re.match(r"::(error|warning|notice)( [^:]*)?::", line) for line in commands)
    assert summed[0].isdigit()
    roots = len(story(hostile().verdicts()))
    assert len(commands) == roots + 1 + 1 + 1 + 1  # what broke, a file unread, strangers, what was changed


def test_github_properties_hold_no_bare_comma_or_colon():
    for line in report("github").render(hostile(), "en").split("\n")[:-1]:
        properties = re.match(r"::\w+ ?(.*?)::", line)[1]
        for one in filter(None, properties.split(",")):
            assert re.fullmatch(r"(file|title|line)=[^:,]*", one)
        assert re.fullmatch(r"(%(25|0A|0D|3A|2C)|[^%])*", line)


def test_github_levels_follow_the_severity():
    shown = report("github").render(example("gate_left_out"), "en")

    assert [line.split(" ")[0] for line in shown.split("\n")[:-1]] == ["::warning"] * 3
    assert "file=" + (ROOT / "examples/gate_left_out/checkpoints/epoch_030.pt").as_posix() in shown


# --- markdown


def test_markdown_keeps_every_word_of_a_file_in_code_or_escaped():
    shown = report("markdown").render(hostile(), "en")

    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", shown)
    assert "<script" not in re.sub(r"\\<", "", outside)
    assert re.findall(r"(?<!\\)@\w|(?<!\\)!\[|(?<!\\)\]\(", outside) == []


def test_markdown_of_many_sick_runs_fits_into_a_comment():
    one = hostile().examined[0]
    many = Diagnosis((one,) * 200)

    shown = report("markdown").render(many, "en")

    assert len(shown) < 65_536
    assert "Findings in 200 of 200 runs:" in shown


# --- sarif
