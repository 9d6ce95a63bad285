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
_HEAD = 250  # and of the line that says what failed
_LEAST = 6  # letters that say something
_LINES = 4  # of a traceback, the last ones; what is further up has little to do with the error
_FRAME = regex(
    r'File "(?P<path>[^"\n]+)", line \d+(?:, in (?P<where>[^\n]+))?(?:\n(?P<code>[ \t]+(?!File ")\S[^\n]*))?',
    re.MULTILINE,
)
_ARROW = regex(r"^-+> *\d+ (.*)$", re.MULTILINE)  # the line of a notebook
_FILE = regex(r"[/\\]")
_PACKAGE = regex(r"(?:site|dist)-packages[/\\](\w+)")
_CLASS = regex(r"^([a-z_]\w*)\.(?:\w+\.)*[A-Z]\w+(?=: |$)", re.MULTILINE)  # django.db.utils.ProgrammingError
_MODULE = regex(r"(?:[Nn]o module named|\bmodule) '(\w+)")  # one that is missing, or lacks something
_ADVICE = regex(
    r"CUDA kernel errors might be|For debugging consider passing|Compile with .?TORCH_USE_CUDA_DSA|frame #\d+: "
)  # follows whatever was said
_EXCEPTION = regex(r"^\s*[\w.]*(?:Error|Exception|Warning)\s*[:：]\s*")
_AROUND = regex(
    r"Exception thrown in SimpleITK \w+: \S+?:\d+:\s*|(?:s?itk::|ITK )ERROR: (?:\w+\(\w+\): )?"
    r"|(?:cv2\.error: )?OpenCV\([\d.\w-]+\) \S+?:\d+: (?:error: )?(?:\(-\d+:[^)]*\) )?"
    r"|Caught \w+ in [^.\n]*?(?:\d+|thread)(?: on \w+(?: \d+)?)?\.|^(?:[A-Z]\w+: )+(?=\w+\(\) )"
    r"|\(Could this error message be improved\?[^)\n]*\)?|please report a bug to PyTorch\.?|INTERNAL ASSERT FAILED"
    r"|\(Triggered internally at [^)\n]*\)?\.?|Exception raised from [^\n]*"
    r"|\bat (?:\.\.|/|\w:\\)\S+\.(?:cu|cpp|c|h|hpp|cxx)\b[:\d]*"
)  # what a library says around each of its messages
_PRINTED = regex(
    r"^(?:[^\n?？。,，]{0,40}[\s\[])?(?i:error|fatal|failure|panic|exception|warning)\b[^\n?？。,，]{0,30}[:\]]"
    r"|^(?:[a-z_]\w*\.)+[A-Z]\w+: |^\S+\.\w{1,5}(?::\d+:|\(\d+\):)|^\S+: line \d+: |^[EW]\d+: |^[eE]: |^E  +"
    r"|^Error using |^Error in [\w.]+[(:]|^Undefined (?:function|variable) |^Uncaught |^SQLSTATE|^Msg \d+|^! |^@@@"
    r"|^\[[EW](?:\] | \d[^\]\n]*\])|policy: No '|CategoryInfo"
    r"|^[a-z][\w.-]*: (?:\(\d+\) |/\S+: )|^\{\"error",
    re.MULTILINE,
)
_TELLING = (
    ":", "]", "E  ", "Error ", "Undefined ", "Uncaught ", "SQLSTATE", "Msg ", "! ", "@@@", "CategoryInfo", '{"error',
)  # fmt: skip  # every text that it finds holds one; most questions hold none


@noun(frozen=True)
class Traced:
    """A pasted error: its message, the code and functions it passed through last, and whose signs it bears.

    ``head`` is the line that says what failed, without what libraries say around it; ``raised`` the function that
    raised the error, and its file; ``translated`` says that the message is in Chinese, as a browser or a person
    translates it.
    """

    message: str
    calls: str
    programs: frozenset[str]
    head: str = ""
    raised: str = ""
    translated: bool = False


def was_printed(text: str) -> bool:
    """Whether a program printed ``text`` or part of it, as an error of its own."""
    return errors.quotes_one(text) or (any(sign in text for sign in _TELLING) and bool(_PRINTED.search(text[-_TAIL:])))


def traced(text: str) -> Traced:
    """What ``text`` tells; never raises."""
    text = console.bare(text[-_TAIL:])
    message = _unadvised(errors.messages(text)[0])
    chinese = translated.is_one(message)
    frames = [*_FRAME.finditer(text)]
    passed = [part for frame in frames[-_LINES:] for part in (frame["where"], frame["code"]) if part]
    calls = "\n".join((*passed, *_ARROW.findall(text)[-1:]))
    head = said(_unadvised(errors.last(text))).partition("\n")[0][:_HEAD]
    raised = f"{frames[-1]['where'] or ''} {_FILE.split(frames[-1]['path'])[-1]}".removesuffix(".py") if frames else ""
    return Traced(message[:_MESSAGE], calls, frozenset(_programs(text)), head, raised, chinese)


def said(message: str) -> str:
    """``message`` without the name of the exception and what libraries say around it, if anything is left then."""
    message = _EXCEPTION.sub("", message)
    bare = _AROUND.sub(" ", message).strip()
    return bare if sum(map(str.isalnum, bare)) >= _LEAST else message.strip()


def _unadvised(message: str) -> str:
    advice = _ADVICE.search(message)
    return message[: advice.start()] if advice and advice.start() > 0 else message


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
