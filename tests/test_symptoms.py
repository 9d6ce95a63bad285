"""Every symptom keeps its own promises: its cases come true, and every number in it matters."""

from __future__ import annotations

import dataclasses

import pytest

from diagnose.binding import bind
from diagnose.cases import draw
from diagnose.engine import judge
from diagnose.finding import Verdict
from diagnose.trial import as_expected
from kb.entry import Case, Entry
from tests.built_in import LIBRARY, recogniser

CHECKED = [entry for entry in LIBRARY.values() if entry.check and entry.check.detector]
CASES = [pytest.param(entry, name, id=f"{entry.id}: {name}") for entry in CHECKED for name in entry.check.cases]
FOUND = [
    pytest.param(entry, name, id=f"{entry.id}: {name}")
    for entry in CHECKED
    for name, case in entry.check.cases.items()
    if case.expect == "found"
]


def verdict_of(entry: Entry, case: Case) -> Verdict:
    run = recogniser().recognise(draw(case), {})
    return judge(run, entry, recogniser())[0]


@pytest.mark.parametrize("entry, name", CASES)
def test_a_case_gets_the_verdict_it_expects(entry, name):
    case = entry.check.cases[name]

    verdict = verdict_of(entry, case)

    assert (verdict.state, verdict.reason.en if verdict.state == "broke" else "") == (case.expect, "")
    assert as_expected(verdict, case), verdict.evidence


@pytest.mark.parametrize("entry, name", FOUND)
def test_what_is_found_can_be_said_in_both_languages(entry, name):
    verdict = verdict_of(entry, entry.check.cases[name])

    texts = [say(lang) for lang in ("en", "zh") for say in (verdict.message, verdict.fix)]

    assert all(texts)
    assert not any("{" in text for text in (verdict.message("en"), verdict.message("zh")))
    assert verdict.evidence.cause in entry.causes or not verdict.evidence.cause


@pytest.mark.parametrize("entry", CHECKED, ids=lambda entry: entry.id)
def test_entry_and_detector_agree(entry):
    bound = bind(entry)

    assert set(bound.check.watch.values()) <= recogniser().log_it.keys()


@pytest.mark.parametrize("entry", CHECKED, ids=lambda entry: entry.id)
def test_a_check_has_a_sick_case_a_well_one_and_a_blind_one(entry):
    assert {case.expect for case in entry.check.cases.values()} == {"found", "clear", "blind"}


@pytest.mark.parametrize("entry", CHECKED, ids=lambda entry: entry.id)
def test_every_number_has_a_reason_and_every_cause_a_case(entry):
    shown = {case.cause for case in entry.check.cases.values()}

    assert entry.check.because.keys() == entry.check.with_.keys()
    assert entry.causes.keys() <= shown, "a cause that no case shows"


def test_a_symptom_that_no_detector_sees_yet_is_blind_and_says_what_it_needs():
    known = CHECKED[0]  # every built-in symptom has its detector, so this one is robbed of it
    check = dataclasses.replace(known.check, detector="", awaits="the angle of the probe")
    entry = dataclasses.replace(known, check=check, zh=dataclasses.replace(known.zh, awaits="探头的角度"))

    verdict = verdict_of(entry, Case(expect="blind", series={"train/loss": "exp(-t/80)"}))

    assert verdict.state == "blind"
    assert "the angle of the probe" in verdict.reason.en
    assert "探头的角度" in verdict.reason.zh


@pytest.mark.parametrize(
    "entry", [page for page in LIBRARY.values() if page.kind == "symptom"], ids=lambda page: page.id
)
def test_a_symptom_names_its_detector_or_else_what_it_waits_for_in_both_languages(entry):
    assert bool(entry.check.detector) != bool(entry.check.awaits)
    assert bool(entry.check.awaits) == bool(entry.zh.awaits)
    assert entry.check.detector or not entry.check.with_


NUDGES = [
    pytest.param(entry, name, nudged, id=f"{entry.id}: {name} {value:g} -> {nudged:g}")
    for entry in CHECKED
    for name, value in entry.check.with_.items()
    for nudged in ((value * 4, value / 4) if value else (1.0,))
]


@pytest.mark.parametrize("entry, name, nudged", NUDGES)
def test_some_case_notices_when_a_number_moves_by_a_factor_of_four(entry, name, nudged):
    check = dataclasses.replace(entry.check, with_=entry.check.with_ | {name: nudged})
    moved = dataclasses.replace(entry, check=check)

    noticed = [name for name, case in entry.check.cases.items() if not as_expected(verdict_of(moved, case), case)]

    assert noticed
