"""JUnit XML, which build servers show as a table of tests: a suite for each run, a test for each symptom.

The elements are those Jenkins and GitLab read (testsuites, testsuite, testcase, failure, error, skipped, system-out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from diagnose import telling
from diagnose.finding import Diagnosis, Examined, Verdict
from kb.neutral import neutral
from kb.text import Lang, Text

_TAGS = ("failure", "error", "skipped")


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """A failure is a finding at warning or error, an error a check that broke, skipped what could not be judged."""
    suites = [_run(one, lang) for one in diagnosis.examined]
    if rest := _rest(diagnosis, lang):
        suites.append(rest)
    whole = "\n".join(part for suite in suites for part in suite)
    counts = f'tests="{whole.count("<testcase ")}"{_counted(whole)}'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="diagnose" {counts}>\n{whole}\n</testsuites>'


def _run(examined: Examined, lang: Lang) -> list[str]:
    by_symptom: dict[str, list[Verdict]] = {}
    for verdict in examined.verdicts:
        by_symptom.setdefault(verdict.entry.id, []).append(verdict)
    path = examined.run.path.as_posix()
    cases = [case for several in by_symptom.values() for case in _case(path, several, lang)]
    notes = "\n".join(f"{telling.place(note)}: {note.what.of(lang)}" for note in examined.run.notes)
    return _suite(examined.run.name, cases, notes)


def _case(path: str, verdicts: Sequence[Verdict], lang: Lang) -> Iterator[str]:
    """One symptom on one run, whatever number of subjects shows it."""
    entry = verdicts[0].entry
    yield f'<testcase classname={_quoted(path)} name={_quoted(entry.id)} time="0">'
    found = [one for one in verdicts if one.state == "found"]
    harmful = [one for one in found if one.severity != "info"]
    if harmful:
        kind = f"{harmful[0].severity}, {harmful[0].confidence}"
        said = "\n\n".join(_said(one, lang) for one in harmful)
        yield f"<failure message={_quoted(telling.title(entry, lang))} type={_quoted(kind)}>{_text(said)}</failure>"
    for one in verdicts:
        reason = one.reason.of(lang) if one.reason else ""
        if one.state == "broke":
            yield f'<error message={_quoted(reason)} type="broke"/>'
        elif one.state in {"blind", "waived"} and not found:
            word = Text("waived", "已豁免").of(lang) + Text(": ", "：").of(lang) if one.state == "waived" else ""
            more = "\n".join(one.log_it)
            yield f"<skipped message={_quoted(word + reason)}>{_text(more)}</skipped>"
            break  # a test is skipped once
    if harmless := [one for one in found if one.severity == "info"]:
        said = "\n\n".join(_said(one, lang) for one in harmless)
        yield f"<system-out>{_text(said)}</system-out>"
    yield "</testcase>"


def _said(verdict: Verdict, lang: Lang) -> str:
    because = verdict.because(lang)
    cause = [Text(f"cause: {because}", f"原因：{because}").of(lang)] if because else []
    steps = [f"→ {step}" for step in verdict.fix(lang)]
    return "\n".join([verdict.message(lang), *cause, *steps, f"kb lookup {verdict.entry.id}"])


def _rest(diagnosis: Diagnosis, lang: Lang) -> list[str]:
    """What there is besides the runs: files that held none, and what the user changed."""
    cases = []
    for note in diagnosis.unread:
        place, what = _quoted(telling.place(note)), _quoted(note.what.of(lang))
        cases += [f'<testcase classname="files" name={place} time="0">', f"<skipped message={what}/>", "</testcase>"]
    said = [changed.of(lang) for changed in diagnosis.overridden]
    if diagnosis.strangers:
        said.append(telling.strangers(diagnosis.strangers).of(lang))
    if not cases and not said:
        return []
    return _suite(Text("besides the runs", "其他").of(lang), cases, "\n".join(said))


def _suite(name: str, cases: Sequence[str], said: str) -> list[str]:
    whole = "\n".join(cases)
    tests = whole.count("<testcase ")
    out = [f"<system-out>{_text(said)}</system-out>"] if said else []
    return [f'<testsuite name={_quoted(name)} tests="{tests}"{_counted(whole)} time="0">', *cases, *out, "</testsuite>"]


def _counted(whole: str) -> str:
    """Attributes that count; a tag cannot be mistaken for text, in which ``<`` is escaped."""
    names = zip(("failures", "errors", "skipped"), _TAGS, strict=True)
    return "".join(f' {name}="{whole.count(f"<{tag} ")}"' for name, tag in names)


def _text(text: str) -> str:
    return escape(neutral(text))  # a control in a name would make the whole file unreadable


def _quoted(text: str) -> str:
    return quoteattr(neutral(text))
