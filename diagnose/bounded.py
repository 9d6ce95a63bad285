"""Keeps the data of a diagnosis within a number of characters: what was found stays longest, and what went is said."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from diagnose.finding import SEVERITIES


def bounded(data: Mapping[str, Any], most: int) -> dict[str, Any]:
    """``data`` of `diagnose.reports.json.as_data` in at most ``most`` characters of JSON (4,000 or more).

    ``left_out`` names, in order, the kinds of things that had to go; what they counted is still in ``summary``.
    """
    kept: dict[str, Any] = {**data, "left_out": []}
    for what, without in _STEPS:
        if _length(kept) <= most:
            return kept
        kept = {**kept, "runs": without(kept["runs"]), "left_out": [*kept["left_out"], what]}
    if _length(kept) <= most:
        return kept
    return _as_many_as_fit(kept, most)


def _without(*fields: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda runs: [{name: value for name, value in run.items() if name not in fields} for run in runs]


def _without_verdicts(*states: str) -> Callable[[list[dict[str, Any]]], list[dict[str, Any]]]:
    return lambda runs: [
        {**run, "verdicts": [one for one in run["verdicts"] if one["state"] not in states]} for run in runs
    ]


def _only_sick(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [run for run in runs if run["verdicts"]]


_ORDER = (*reversed(SEVERITIES), None)  # a check that broke has no severity
_STEPS: tuple[tuple[str, Callable[[list[dict[str, Any]]], list[dict[str, Any]]]], ...] = (
    ("clear verdicts", _without_verdicts("clear")),
    ("settings", _without("settings")),
    ("blind and waived verdicts", _without_verdicts("blind", "waived")),
    ("series, sources, checkpoints and notes", _without("series", "sources", "checkpoints", "notes")),
    ("runs with nothing found", _only_sick),
)


def _as_many_as_fit(data: dict[str, Any], most: int) -> dict[str, Any]:
    """The worst findings of all runs until the room is used up, each still under its run."""
    said = [*data["left_out"], "unread files", "findings beyond the length of this answer"]
    kept = {**data, "unread": [], "overridden": [], "left_out": said, "runs": []}
    room = most - _length(kept)
    heads = [{**run, "verdicts": []} for run in data["runs"]]
    found = [(one, head) for run, head in zip(data["runs"], heads, strict=True) for one in run["verdicts"]]
    for verdict, head in sorted(found, key=lambda both: _ORDER.index(both[0]["severity"])):
        needed = _length(verdict) + (0 if head["verdicts"] else _length(head)) + 4
        if needed <= room:
            head["verdicts"].append(verdict)
            room -= needed
    return {**kept, "runs": _only_sick(heads)}


def _length(data: Any) -> int:
    return len(json.dumps(data, ensure_ascii=False))
