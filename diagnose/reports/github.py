"""Workflow commands of GitHub Actions: each root finding becomes an annotation of the job.

Format: https://docs.github.com/actions/reference/workflow-commands-for-github-actions; values are escaped as the
runner undoes it (``%`` and line ends everywhere, ``:`` and ``,`` in properties too).
"""

from __future__ import annotations

from collections import Counter

from diagnose import overview, telling
from diagnose.finding import Diagnosis
from diagnose.run import Note, Run
from diagnose.story import Chapter, story
from kb.neutral import neutral
from kb.text import Lang, Text

_COMMAND = {"error": "error", "warning": "warning", "info": "notice"}
_IN_MESSAGE = "%\r\n"
_IN_PROPERTY = "%\r\n:,"


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """One command a root finding or check that broke, one a file that could not be read, and the sum as plain text."""
    said = []
    for one in diagnosis.examined:
        said += [_annotation(one.run, chapter, lang) for chapter in story(one.verdicts)]
        for verdict in one.verdicts:
            if verdict.state == "broke" and verdict.reason:
                title = Text(f"check {verdict.entry.id} broke", f"检查 {verdict.entry.id} 出错").of(lang)
                said.append(_command("error", verdict.reason.of(lang), file=one.run.path.as_posix(), title=title))
    said += [_unread(note, lang) for note in diagnosis.unread]
    if diagnosis.strangers:
        said.append(_command("notice", telling.strangers(diagnosis.strangers).of(lang)))
    said += [_command("notice", changed.of(lang)) for changed in diagnosis.overridden]
    said.append(overview.summed(Counter(verdict.state for verdict in diagnosis.verdicts()), lang))
    return "\n".join(said)


def _annotation(run: Run, chapter: Chapter, lang: Lang) -> str:
    verdict = chapter.verdict
    lines = [f"{run.name}: {verdict.message(lang)}"]
    if also := telling.also(chapter, lang):
        lines.append(also)
    if because := verdict.because(lang):
        lines.append(Text(f"cause: {because}", f"原因：{because}").of(lang))
    lines += [f"→ {step}" for step in verdict.fix(lang)]
    for one in chapter.consequences:
        what = telling.follows(one, lang, one.verdict.message(lang))
        lines.append(Text(f"this also explains: {what}", f"这也解释了：{what}").of(lang))
    lines.append(f"kb lookup {verdict.entry.id}")
    title = f"{telling.title(verdict.entry, lang)} [{telling.marks(verdict, lang)}]"
    level = _COMMAND[telling.worst(chapter)]
    return _command(level, "\n".join(lines), file=telling.file_of(run, verdict), title=title)


def _unread(note: Note, lang: Lang) -> str:
    line = {} if note.line is None else {"line": str(note.line)}
    return _command("notice", note.what.of(lang), file=note.path, **line)


def _command(level: str, message: str, **properties: str) -> str:
    """One command on one line."""
    given = ",".join(f"{name}={_escaped(value, _IN_PROPERTY)}" for name, value in properties.items())
    return f"::{level}{' ' if given else ''}{given}::{_escaped(message, _IN_MESSAGE)}"


def _escaped(text: str, marks: str) -> str:
    text = neutral(text.replace("\r\n", "\n").replace("\r", "\n"))
    return "".join(f"%{ord(char):02X}" if char in marks else char for char in text)
