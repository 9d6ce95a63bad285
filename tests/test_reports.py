"""The reports for other programs and pages: each renders any diagnosis, and nothing from a file comes alive in one."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cli.diagnose_app import main
from diagnose import clinic
from diagnose.engine import examine
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.reports import formats, report
from diagnose.run import Checkpoint, Note, Run, Series, Source, Tensor
from diagnose.story import story
from kb.library import load
from kb.text import Text

ROOT = Path(__file__).parent.parent
LIBRARY = load()
LANGS = ("en", "zh")
PROMISED = {"text", "json", "html", "markdown", "sarif", "junit", "github"}
OTHERS = sorted(set(formats()) - {"text", "json"})
HOSTILE = "a<script>alert(1)</script>\"'`]]>&\n::error::x,%\r\x1b[31m\x00@all ![i](http://x.y)|\u202e\udcff"


@cache
def example(name: str) -> Diagnosis:
    return clinic.diagnose([ROOT / "examples" / name], LIBRARY)


@cache
def hostile() -> Diagnosis:
    """Every place a file or a user can put a word into holds the same wicked one."""
    t = np.arange(60)
    rate = Series(f"lr/{HOSTILE}", t, np.where(t < 9, 1e-3, 0.0), source=HOSTILE)
    loss = Series(f"loss/{HOSTILE}", t, np.where(t < 30, 1.0 / (t + 1), np.nan), source=HOSTILE)
    gate = Tensor(f"{HOSTILE}.gamma", "float32", (1,), 0.0, 0.0, 0.0, 0.0, 1, 0)
    notes = (Note(HOSTILE, Text(HOSTILE, HOSTILE), 3),)
    saved = Checkpoint(Path(HOSTILE.replace("\x00", "")), {gate.name: gate}, 60)
    run = Run(Path("r"), HOSTILE, (Source(HOSTILE, "csv_log", 2, 120),), (rate, loss), (saved,), notes=notes)
    waived = {"overfitting": HOSTILE}
    broke = Verdict(LIBRARY["loss-spikes"], "broke", reason=Text(HOSTILE, HOSTILE))
    examined = examine(run, LIBRARY, waived=waived)
    verdicts = tuple(one for one in examined.verdicts if one.entry.id != "loss-spikes")
    return Diagnosis((Examined(examined.run, (*verdicts, broke)),), (Text(HOSTILE, HOSTILE),), notes, 2)


def odd() -> Diagnosis:
    """A run without points, one with a single point, one of NaN only, and a run without a file."""
    runs = [
        Run(Path("none"), "none"),
        Run(Path("empty"), "empty", series=(Series("loss", np.empty(0, np.int64), np.empty(0)),)),
        Run(Path("one"), "one", series=(Series("loss", np.array([7]), np.array([np.inf])),)),
        Run(Path("nan"), "nan", series=(Series("loss", np.arange(40), np.full(40, np.nan)),)),
    ]
    return Diagnosis(tuple(examine(run, LIBRARY) for run in runs))


WHOLE = {
    "sick": lambda: example("gate_left_out"),
    "healthy": lambda: example("healthy"),
    "hostile": hostile,
    "empty": lambda: Diagnosis(()),
    "odd": odd,
}


def test_every_format_but_text_and_json_is_tested_here():
    assert set(OTHERS) <= PROMISED


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("which", WHOLE)
@pytest.mark.parametrize("name", OTHERS)
def test_every_report_renders_every_diagnosis_in_characters_any_file_can_hold(name, which, lang):
    shown = report(name).render(WHOLE[which](), lang)

    assert shown
    assert shown.encode("utf-8")
    assert [char for char in shown if not char.isprintable() and char not in "\n\t"] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted({"github", "junit", "markdown", "sarif", "html"} & set(OTHERS)))
def test_every_report_tells_every_root_finding_and_what_to_do(name, lang):
    shown = " ".join(
        re.sub(r"</?code>|[`\\]", "", _plain(name, report(name).render(example("gate_left_out"), lang))).split()
    )

    chapters = story(example("gate_left_out").verdicts())
    assert len(chapters) == 3
    for chapter in chapters:
        for said in (chapter.verdict.message(lang), *chapter.verdict.fix(lang)):
            assert said.replace("`", "") in shown


def _plain(name: str, shown: str) -> str:
    if name == "github":
        return shown.replace("%0A", " ").replace("%25", "%")
    if name == "junit":
        return " ".join(ET.fromstring(shown).itertext())
    if name == "html":
        import html

        return html.unescape(shown)
    return shown


@pytest.mark.parametrize("name", OTHERS)
def test_the_command_prints_every_format(name, capsys, tmp_path):
    code = main(["run", str(ROOT / "examples/gate_left_out"), "--format", name, "--lang", "en"])
    printed = capsys.readouterr().out

    main(["run", str(ROOT / "examples/gate_left_out"), "--format", name, "--lang", "en", "--out", str(tmp_path / "x")])

    assert code == 1
    assert (tmp_path / "x").read_text(encoding="utf-8") == printed


# --- junit


def cases(diagnosis: Diagnosis, lang="en") -> dict[str, ET.Element]:
    tree = ET.fromstring(report("junit").render(diagnosis, lang))
    return {one.get("name"): one for one in tree.iter("testcase")}


def test_junit_has_one_test_for_each_symptom_and_run():
    tree = ET.fromstring(report("junit").render(odd(), "en"))

    assert [suite.get("name") for suite in tree] == ["none", "empty", "one", "nan"]
    for suite, examined in zip(tree, odd().examined, strict=True):
        named = Counter(one.get("name") for one in suite.iter("testcase"))
        assert named == Counter({one.entry.id for one in examined.verdicts})


def test_junit_fails_for_a_warning_skips_what_was_not_seen_and_passes_what_is_clear():
    seen = {name: [child.tag for child in one] for name, one in cases(example("gate_left_out")).items()}

    assert seen["gate-stuck-at-zero"] == ["failure"]
    assert seen["throughput-drop"] == ["skipped"]
    assert seen["loss-nonfinite"] == []


def test_junit_tells_a_finding_that_is_only_worth_knowing_without_failing():
    t = np.arange(400)
    curves = (
        Series("train/loss", t, 1.0 / (1 + t / 100)),
        Series("val/loss", t[::10], 0.5 / (1 + t[::10] / 100)),
    )
    diagnosis = Diagnosis((examine(Run(Path("r"), "r", series=curves), LIBRARY),))
    harmless = {one.entry.id for one in diagnosis.verdicts() if one.severity == "info"}

    assert harmless
    for name in harmless:
        assert [child.tag for child in cases(diagnosis)[name]] == ["system-out"]


def test_junit_counts_what_it_holds():
    tree = ET.fromstring(report("junit").render(hostile(), "en"))

    for part in (tree, *tree):
        held = [part.get(name) for name in ("tests", "failures", "errors", "skipped")]
        tags = ("testcase", "failure", "error", "skipped")
        assert held == [str(len(list(part.iter(tag)))) for tag in tags]
    assert tree.get("errors") == "1"


# --- github


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
