"""The page: well formed, loads nothing, and draws each curve in question."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from diagnose import plot
from diagnose.engine import examine
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.reports import report
from diagnose.run import Run, Series
from diagnose.story import story
from kb.text import Text
from tests.diagnoses import LANGS, LIBRARY, WHOLE, example


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
