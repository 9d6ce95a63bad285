"""The report for programs: schema ``trainoscope.diagnosis/1``. Keys may be added, never removed."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.rates import Rate, rates
from diagnose.run import Checkpoint, Run, Series
from diagnose.story import root_of
from kb.text import Lang, Text

SCHEMA = "trainoscope.diagnosis/1"
READ = "trainoscope.series/1"
_STATES = ("found", "clear", "blind", "broke", "waived")


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """One JSON object; it holds both languages, so ``lang`` changes nothing."""
    del lang
    return json.dumps(as_data(diagnosis), ensure_ascii=False, indent=1, allow_nan=False)


def as_data(diagnosis: Diagnosis) -> dict[str, Any]:
    """The diagnosis as plain data; numbers that JSON has no word for become text ("nan", "inf")."""
    return {
        "schema": SCHEMA,
        "runs": [_run(one) for one in diagnosis.examined],
        "unread": [
            {"path": one.path, "line": one.line, "what": one.what.en, "what_zh": one.what.zh}
            for one in diagnosis.unread
        ],
        "overridden": [_text(one) for one in diagnosis.overridden],
        "summary": {state: diagnosis.count(state) for state in _STATES},  # type: ignore[arg-type] # _STATES are States
    }


def as_read(runs: Sequence[Run]) -> dict[str, Any]:
    """Runs that were read and not judged, as plain data."""
    return {"schema": READ, "runs": [_read(one) for one in runs]}


def _run(examined: Examined) -> dict[str, Any]:
    verdicts = [_verdict(one, examined.verdicts) for one in examined.verdicts]
    return {**_read(examined.run), "verdicts": verdicts}


def _read(run: Run) -> dict[str, Any]:
    schedules = {name: one for one in rates(run) for name in one.names}
    return {
        "path": str(run.path),
        "name": run.name,
        "sources": [
            {"path": one.path, "format": one.format, "series": one.series, "points": one.points} for one in run.sources
        ],
        "series": [_series(one, schedules.get(one.name)) for one in run.series],
        "checkpoints": [_checkpoint(one) for one in run.checkpoints],
        "settings": {key: as_plain(value) for key, value in run.settings.items()},
        "notes": [
            {"path": one.path, "line": one.line, "what": one.what.en, "what_zh": one.what.zh} for one in run.notes
        ],
    }


def _series(series: Series, rate: Rate | None) -> dict[str, Any]:
    return {
        "name": series.name,
        "role": series.role,
        "split": series.split,
        "quantity": series.quantity,
        "qualifier": series.qualifier,
        "lower_is_better": series.lower_is_better,
        "points": len(series),
        "first_step": int(series.steps[0]) if len(series) else None,
        "last_step": int(series.steps[-1]) if len(series) else None,
        "why": _text(series.why) if series.why else None,
        "schedule": _schedule(rate) if rate else None,
    }


def _schedule(rate: Rate) -> dict[str, Any]:
    """A learning rate's schedule: ``ends`` and ``planned_end`` are steps, ``through`` a share of the schedule."""
    seen = rate.schedule
    return {
        "name": seen.name,
        "peak": seen.peak,
        "last": seen.last,
        "warm_up": seen.warm_up,
        "numbers": {name: as_plain(value) for name, value in seen.numbers.items()},
        "ends": seen.ends,
        "through": rate.through,
        "planned_end": rate.planned,
        "says": _text(rate.text),
    }


def _checkpoint(checkpoint: Checkpoint) -> dict[str, Any]:
    tensors = checkpoint.tensors.values()
    return {
        "path": str(checkpoint.path),
        "step": checkpoint.step,
        "tensors": len(tensors),
        "parameters": sum(tensor.numel for tensor in tensors),
    }


def _verdict(verdict: Verdict, others: Sequence[Verdict]) -> dict[str, Any]:
    seen = verdict.evidence
    return {
        "symptom": verdict.entry.id,
        "state": verdict.state,
        "severity": verdict.severity,
        "confidence": verdict.confidence,
        "subject": seen.subject if seen else None,
        "steps": [seen.first, seen.last] if seen else None,
        "cause": (seen.cause or None) if seen else None,
        "facts": {name: as_plain(value) for name, value in seen.facts.items()} if seen else {},
        "message": {"en": verdict.message("en"), "zh": verdict.message("zh")} if seen else None,
        "because": {"en": verdict.because("en"), "zh": verdict.because("zh")} if seen and seen.cause else None,
        "fix": {"en": list(verdict.fix("en")), "zh": list(verdict.fix("zh"))} if seen else None,
        "follows": root_of(verdict, [one for one in others if one.state == "found"]) if seen else None,
        "entry": verdict.entry.id,
        "why": _text(verdict.reason) if verdict.reason else None,
        "log_it": list(verdict.log_it),
    }


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}


def as_plain(value: object) -> float | int | str:
    """A fact or setting as JSON can hold it."""
    if isinstance(value, bool | int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else str(float(value))
    return str(value)
