"""The SARIF report: what the standard requires, places in files, and fingerprints that stay."""

from __future__ import annotations

import json
import re

import pytest

from diagnose.reports import report
from tests.diagnoses import LANGS, WHOLE, example, hostile


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
