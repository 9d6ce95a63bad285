"""The reports for other programs and pages: each renders any diagnosis, and nothing from a file comes alive in one."""

from __future__ import annotations

import html
import io
import json
import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cli.diagnose_app import main
from diagnose import clinic, plot
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


# --- sarif


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("which", WHOLE)
def test_sarif_has_what_the_standard_requires(which, lang):
    log = json.loads(report("sarif").render(WHOLE[which](), lang), parse_constant=pytest.fail)

    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["name"] == "trainoscope"
    assert len(rules) == len(set(rules))
    assert len(run["results"]) == WHOLE[which]().count("found")
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"[\w.~/:%@!$&'()*+,;=-]+", place["artifactLocation"]["uri"], re.ASCII)
        assert place["region"]["startLine"] == 1
    for told in run["invocations"][0]["toolExecutionNotifications"]:
        assert told["message"]["text"]


def test_sarif_points_at_the_file_and_tells_a_broken_check():
    run = json.loads(report("sarif").render(example("gate_left_out"), "en"))["runs"][0]
    files = {
        one["ruleId"]: one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in run["results"]
    }
    broken = json.loads(report("sarif").render(hostile(), "en"))["runs"][0]["invocations"][0]

    assert files["gate-stuck-at-zero"].endswith("examples/gate_left_out/checkpoints/epoch_030.pt")
    assert files["lr-vanished"].endswith("examples/gate_left_out/events.out.tfevents.1700000000.example.0")
    assert run["invocations"][0]["executionSuccessful"] is True
    assert broken["executionSuccessful"] is False


def test_a_finding_keeps_its_fingerprint_and_no_two_share_one():
    prints = [
        [one["partialFingerprints"]["finding/v1"] for one in json.loads(shown)["runs"][0]["results"]]
        for shown in (report("sarif").render(example("gate_left_out"), lang) for lang in LANGS)
    ]

    assert prints[0] == prints[1]
    assert len(set(prints[0])) == len(prints[0])


# --- html


class Seen(HTMLParser):
    """The tags of a page, and whether each was closed."""

    def __init__(self, shown: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.open: list[str] = []
        self.given: list[tuple[str, str | None]] = []
        self.feed(shown)

    def handle_starttag(self, tag, attrs):
        self.tags[tag] += 1
        self.given += attrs
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags[tag] += 1
        self.given += attrs

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("which", WHOLE)
def test_the_page_is_well_formed_and_loads_nothing(which, lang):
    page = Seen(report("html").render(WHOLE[which](), lang))

    assert page.open == []
    assert page.tags.keys().isdisjoint({"script", "link", "img", "iframe", "object", "a"})
    assert {name for name, _ in page.given if name.startswith("on") or name in {"src", "href", "style"}} == set()


def test_the_page_draws_each_curve_in_question_with_its_stretch():
    shown = report("html").render(example("gate_left_out"), "en")

    page = Seen(shown)
    assert (page.tags["svg"], page.tags["polyline"], page.tags["rect"]) == (1, 1, 1)
    assert re.search(r"train/lr: 2.1\S+ … 0.005; steps \d+-960, log scale", shown)
    assert "prefers-color-scheme:dark" in shown
    assert _places(shown) == sorted(_places(shown))


def test_two_quiet_segments_of_one_file_stand_beside_a_sick_one():
    well = [
        Run(Path("log"), "log", series=(Series("loss", np.arange(50), at / np.arange(1, 51)),)) for at in (1.0, 2.0)
    ]
    broke = Examined(well[0], (Verdict(LIBRARY["loss-spikes"], "broke", reason=Text("why", "原因")),))

    shown = report("html").render(Diagnosis((broke, *(examine(run, LIBRARY) for run in well))), "en")

    assert shown.count("<h2>log</h2>") == 1
    assert "Runs in which nothing was found (2)" in shown


def _places(shown: str) -> list[int]:
    return [
        shown.index(f"<small>kb lookup {one.verdict.entry.id}") for one in story(example("gate_left_out").verdicts())
    ]


def test_a_curve_keeps_its_spike_and_marks_what_is_not_a_number():
    t = np.arange(100_000)
    values = np.ones(len(t))
    values[77_777], values[50_000] = 9.0, np.nan

    drawn = plot.svg(Series("loss", t, values), 10, 20, "en")

    heights = [float(point.split(",")[1]) for point in re.search(r'points="(.*?)"', drawn)[1].split()]
    assert min(heights) == 6.0
    assert len(heights) < 1000
    assert drawn.count('class="broken"') == 1
    assert plot.svg(Series("loss", t[:1], values[:1]), None, None, "en") == ""


@pytest.mark.parametrize("form", ["html", "junit", "sarif", "json"])
def test_markup_or_json_that_is_sent_to_a_chinese_console_still_is_what_it_says_it_is(form, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="cp936")
    monkeypatch.setattr("sys.stdout", console)

    main(["run", str(ROOT / "examples" / "gate_left_out"), "--format", form, "--lang", "zh"])

    console.seek(0)
    text = console.buffer.read().decode("utf-8")
    assert text.isascii()
    said = html.unescape(text) if form in ("html", "junit") else json.dumps(json.loads(text), ensure_ascii=False)
    assert "它所在的分支等于被关闭" in said
