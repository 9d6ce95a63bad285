"""What a pasted text tells of an error beside its wording: the lines of code it passed through and the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from kb import beside
from kb.ask import console, errors, translated
from kb.ask.regex import regex
from kb.noun import noun

_TAIL = 20_000  # characters that are read from the end of a text
_MESSAGE = 600  # and of its message
_LINES = 4  # of a traceback, the last ones; what is further up has little to do with the error
_FRAME = regex(
    r'File "(?P<path>[^"\n]+)", line \d+(?:, in (?P<where>[^\n]+))?(?:\n(?P<code>[ \t]+\S[^\n]*))?', re.MULTILINE
)
_ARROW = regex(r"^-+> *\d+ (.*)$", re.MULTILINE)  # the line of a notebook
_PACKAGE = regex(r"(?:site|dist)-packages[/\\](\w+)")
_CLASS = regex(r"^([a-z_]\w*)\.(?:\w+\.)*[A-Z]\w+(?=: |$)", re.MULTILINE)  # django.db.utils.ProgrammingError
_MODULE = regex(r"(?:[Nn]o module named|\bmodule) '(\w+)")  # one that is missing, or lacks something
_ADVICE = regex(
    r"CUDA kernel errors might be|For debugging consider passing|Compile with .?TORCH_USE_CUDA_DSA|frame #\d+: "
)  # follows whatever was said
_PRINTED = regex(
    r"^(?:[^\n?？。,，]{0,40}[\s\[])?(?i:error|fatal|failure|panic|exception|warning)\b[^\n?？。,，]{0,30}[:\]]"
    r"|^(?:[a-z_]\w*\.)+[A-Z]\w+: |^\S+\.\w{1,5}(?::\d+:|\(\d+\):)|^\S+: line \d+: |^[EW]\d+: |^[eE]: |^E  +"
    r"|^Error using |^Error in \w+[(:]|^Undefined (?:function|variable) |^Uncaught |^SQLSTATE|^Msg \d+|^! |^@@@"
    r"|^\[[EW]\] |policy: No '|CategoryInfo"
    r"|^[a-z][\w.-]*: (?:\(\d+\) |/\S+: )|^\{\"error",
    re.MULTILINE,
)
_TELLING = (
    ":", "]", "E  ", "Error ", "Undefined ", "Uncaught ", "SQLSTATE", "Msg ", "! ", "@@@", "CategoryInfo", '{"error',
)  # fmt: skip  # every text that it finds holds one; most questions hold none


@noun(frozen=True)
class Traced:
    """A pasted error: its message, the code and functions it passed through last, and whose signs it bears.

    ``translated`` says that the message is in Chinese, as a browser or a person translates it.
    """

    message: str
    calls: str
    programs: frozenset[str]
    translated: bool = False


def was_printed(text: str) -> bool:
    """Whether a program printed ``text`` or part of it, as an error of its own."""
    return errors.quotes_one(text) or (any(sign in text for sign in _TELLING) and bool(_PRINTED.search(text[-_TAIL:])))


def traced(text: str) -> Traced:
    """What ``text`` tells; never raises."""
    text = console.bare(text[-_TAIL:])
    message = errors.messages(text)[0]
    advice = _ADVICE.search(message)
    if advice and advice.start() > 0:
        message = message[: advice.start()]
    chinese = translated.is_one(message)
    frames = [*_FRAME.finditer(text)]
    passed = [part for frame in frames[-_LINES:] for part in (frame["where"], frame["code"]) if part]
    return Traced(
        message[:_MESSAGE], "\n".join((*passed, *_ARROW.findall(text)[-1:])), frozenset(_programs(text)), chinese
    )


def _programs(text: str) -> Iterator[str]:
    yield from (name for name, sign in _signs().items() if sign.search(text))
    yield from (
        name.strip("_")
        for name in (*_PACKAGE.findall(text)[-1:], *_CLASS.findall(text)[-1:], *_MODULE.findall(text)[-1:])
    )


@cache
def _signs() -> dict[str, re.Pattern[str]]:
    """Each program of `programs.txt` with its signs; only an error that no page words asks for them."""
    lines = beside.text(__file__, "programs.txt").splitlines()
    signs = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    return {name: re.compile(sign, re.MULTILINE) for name, sign in signs.items()}
