"""SARIF 2.1.0, which code scanning and editors read: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html.

Symptoms are the rules, findings the results. What was not seen, waived or broken is told among the notifications of
the invocation (section 3.20.21), as code scanning would show a result of any kind as an alert.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import PureWindowsPath
from typing import Any
from urllib.parse import quote

from diagnose import telling
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.reports.json import as_plain
from diagnose.run import Note
from diagnose.story import root_of
from kb.entry import Entry
from kb.neutral import neutral
from kb.text import Lang, Text

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVEL = {"error": "error", "warning": "warning", "info": "note"}


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """One SARIF log with one run of the tool, in which all training runs are told."""
    entries = {one.entry.id: one.entry for one in diagnosis.verdicts()}
    places = {name: at for at, name in enumerate(entries)}
    results = [result for one in diagnosis.examined for result in _results(one, places, lang)]
    driver = {
        "name": "trainoscope",
        "rules": [_rule(entry, lang) for entry in entries.values()],
    }
    run = {
        "tool": {"driver": driver},
        "language": "zh-CN" if lang == "zh" else "en-US",
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": not diagnosis.count("broke"),
                "toolExecutionNotifications": list(_notifications(diagnosis, lang)),
            }
        ],
        "results": results,
    }
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return neutral(json.dumps(log, ensure_ascii=False, indent=1, allow_nan=False))


def _rule(entry: Entry, lang: Lang) -> dict[str, Any]:
    page = entry.zh if lang == "zh" else entry
    remedy = "\n".join(f"- {step}" for step in page.fix)
    text = "\n\n".join(part for part in (page.why or page.summary, remedy, f"`kb lookup {entry.id}`") if part)
    rule: dict[str, Any] = {
        "id": entry.id,
        "shortDescription": {"text": page.title},
        "fullDescription": {"text": page.summary},
        "help": {"text": text, "markdown": text},
    }
    if entry.check:
        rule["defaultConfiguration"] = {"level": _LEVEL[entry.check.severity]}
    return rule


def _results(examined: Examined, places: dict[str, int], lang: Lang) -> Iterator[dict[str, Any]]:
    """The findings, each with where it is, what it follows from and how a later analysis knows it again."""
    found = [one for one in examined.verdicts if one.state == "found"]
    for verdict in found:
        seen = verdict.evidence
        assert seen is not None
        assert verdict.severity is not None
        yield {
            "ruleId": verdict.entry.id,
            "ruleIndex": places[verdict.entry.id],
            "level": _LEVEL[verdict.severity],
            "message": {"text": neutral(f"{examined.run.name}: {_said(verdict, lang)}")},
            "locations": [
                {
                    "physicalLocation": _physical(telling.file_of(examined.run, verdict), 1),
                    "logicalLocations": [{"name": neutral(seen.subject), "kind": "variable"}],
                }
            ],
            "partialFingerprints": {"finding/v1": _fingerprint(examined, verdict)},
            "properties": {
                "confidence": verdict.confidence,
                "steps": [seen.first, seen.last],
                "cause": seen.cause or None,
                "follows": root_of(verdict, found),
                "facts": {name: as_plain(value) for name, value in seen.facts.items()},
            },
        }


def _said(verdict: Verdict, lang: Lang) -> str:
    because = verdict.because(lang)
    cause = [Text(f"cause: {because}", f"原因：{because}").of(lang)] if because else []
    return "\n".join([verdict.message(lang), *cause, *(f"→ {step}" for step in verdict.fix(lang))])


def _fingerprint(examined: Examined, verdict: Verdict) -> str:
    """The same for the same finding on the same run, however its numbers moved as the run went on."""
    seen = verdict.evidence
    parts = (verdict.entry.id, examined.run.path.as_posix(), examined.run.name, seen.subject if seen else "")
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _notifications(diagnosis: Diagnosis, lang: Lang) -> Iterator[dict[str, Any]]:
    for one in diagnosis.examined:
        groups, awaiting = telling.unseen(one.verdicts)
        where = _physical(one.run.path.as_posix(), None)
        for group in groups:
            names = ", ".join(group.symptoms)
            text = Text(f"could not be judged: {names} - {group.reason.en}", f"无法判断：{names}：{group.reason.zh}")
            yield _notification("note", "\n".join([text.of(lang), *group.log_it]), where)
        if awaiting:
            names = ", ".join(awaiting)
            text = Text(f"not looked for in this version: {names}", f"此版本尚不检查：{names}")
            yield _notification("note", text.of(lang), where)
        for verdict in one.verdicts:
            if verdict.state in {"waived", "broke"} and verdict.reason:
                level = "error" if verdict.state == "broke" else "note"
                yield _notification(level, telling.left_out(verdict, lang), where)
        for note in one.run.notes:
            yield _noted(note, "note", lang)
    for note in diagnosis.unread:
        yield _noted(note, "warning", lang)
    if diagnosis.strangers:
        yield _notification("note", telling.strangers(diagnosis.strangers).of(lang))
    for changed in diagnosis.overridden:
        yield _notification("note", changed.of(lang))


def _noted(note: Note, level: str, lang: Lang) -> dict[str, Any]:
    return _notification(level, note.what.of(lang), _physical(note.path, note.line))


def _notification(level: str, text: str, where: dict[str, Any] | None = None) -> dict[str, Any]:
    place = {"locations": [{"physicalLocation": where}]} if where else {}
    return {"level": level, "message": {"text": neutral(text)}, **place}


def _physical(path: str, line: int | None) -> dict[str, Any]:
    """A file; code scanning takes a result only with a line, so a finding on a whole file stands at its first."""
    region = {} if line is None or line < 1 else {"region": {"startLine": line}}
    return {"artifactLocation": {"uri": _uri(path)}, **region}


def _uri(path: str) -> str:
    """The path as a URI reference: a relative one stays relative, so that it is found in a checkout."""
    windows = PureWindowsPath(path)
    if windows.drive:
        return "file:///" + quote(windows.as_posix(), safe="/:", errors="replace")
    return ("file://" if path.startswith("/") else "") + quote(path, errors="replace")
