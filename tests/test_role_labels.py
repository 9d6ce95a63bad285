"""The labelled names of `benchmarks/roles` keep their roles: a change of a pattern must not lose a framework."""

from __future__ import annotations

import pytest

from benchmarks.roles.run import PARTS, answered, labels
from tests.built_in import recogniser

RECOGNISER = recogniser("concept")


@pytest.mark.parametrize("part, share", [("development", 0.99), ("evaluation", 0.95)])
def test_names_of_real_frameworks_get_their_roles(part, share):
    pairs = answered(RECOGNISER, part)

    wrong = [(label.group, label.name, series.role) for label, series in pairs if label.role != series.role]

    assert len(wrong) <= (1 - share) * len(pairs), wrong


@pytest.mark.parametrize("part", PARTS)
def test_metrics_are_better_the_right_way(part):
    pairs = [(label, one) for label, one in answered(RECOGNISER, part) if label.role == one.role == "metric"]

    wrong = [label.name for label, one in pairs if one.lower_is_better != (label.direction == "down")]

    assert len(wrong) <= len(pairs) / 100, wrong


def test_the_labels_name_roles_that_exist_and_no_framework_stands_in_both_parts():
    roles = {*RECOGNISER.roles, ""}
    parts = [labels(part) for part in PARTS]

    assert {label.role for part in parts for label in part} <= roles
    groups = [{label.group.partition("/")[0] for label in part} for part in parts]
    assert not groups[0] & groups[1]
