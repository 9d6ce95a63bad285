"""The JUnit report: a test for each symptom and run, failing, skipped or passed as its verdict says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np

from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.reports import report
from diagnose.run import Run, Series
from tests.diagnoses import LIBRARY, example, hostile, odd


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
