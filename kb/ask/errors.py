"""Recognise a pasted error: which page has a template of its message, and which line of the user's code to look at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from kb.ask import console
from kb.ask.regex import regex
from kb.ask.templates import LONG, OWN, THROUGH, Templates, masked, stands_in
from kb.noun import noun

_NAME = (
    r"(?:(?:\w+\.)*[A-Z_]\w*(?:Error|Exception|Warning|Interrupt|Exit|Err)\b"
    r"|(?:\w+\.)+(?:errors|exceptions|exc)\.[A-Z]\w+\b"  # or whatever a module of exceptions calls it
    r"|\b[\w-]+\.py: error(?=: )"  # and what a script says of its arguments
    r"|\berror(?=: (?:subprocess-exited-with-error|metadata-generation-failed)))"  # and pip of what it cannot build
)
_HEAD = regex(rf"^\s*{_NAME}:?", re.MULTILINE)
_SAYS = regex(
    rf"(?<![A-Za-z0-9_.'\"(<])(?<!derive from )(?:{_NAME}(?=\s*[:：]|[ \t]*$)|failed(?= \(exitcode: -))",
    re.MULTILINE | re.ASCII,
)  # wherever it stands
_QUOTES = regex(r"\berror:|^ERROR: |ERR!|^\s*at [\w.$]+\(|: command not found")
_LOOKS = regex(
    r"Traceback \(most recent call last\)|\bFile \".*\", line \d+"
    r"|\b[A-Za-z_.]*(?:Error|Exception|Warning|ERR!)\b\s*[:：(]|\berror:|^\s*at [\w.$]+\(|报错|抛出|Assertion"
)
_TELLING = (
    "Err", "ERR", "err", "Exc", "exc", "Warn", "Interrupt", "Exit", "exit", "Traceback", 'File "', "Assertion", "(",
    "command not found", "报错", "抛出",
)  # fmt: skip  # every text that these four patterns find holds one; most questions hold none
_ASSERTS = regex(r"Assertion `[^`\n]{1,200}` failed")  # a kernel's, which says more than the exception after it
_WRAPS = regex(
    r"applying transform <|background workers? (?:are no longer|died)|DataLoader worker .{0,40}exited unexpectedly"
    r"|BrokenPipeError: |failed \(exitcode: |error: (?:subprocess-exited-with-error|metadata-generation-failed)"
    r"|multiprocessing\.errors\.ChildFailedError|CalledProcessError: .*returned non-zero exit"
    r"|Blocking queue is killed because the data reader raises|FatalError: `[\w ]+` is detected by the operating system"
    r"|CondaEnvException: Pip failed|not a git repository|Caught \w+ in DataLoader worker process"
    r"|Failed to run torchinfo|TorchRuntimeError: Failed running|LoweringException: "
)  # what is raised over another exception and says only where that one was
_PIP = "error: subprocess-exited-with-error"  # all that pip says itself
_WARNS = regex(r"[\w.]*Warning\b")
_FRAME = regex(
    r'^\s*File "(?P<path>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<where>[^\n]+))?'
    r'(?:\n(?P<code>[ \t]+(?!File ")\S[^\n]*))?',
    re.MULTILINE,
)
_RAISED = regex(
    r'File "(?P<path>[^"\n]+)", line \d|(?:File )?(?P<py>[~./\\\w:-]+\.py)(?::\d+,)? in [\w<]'
    r"|(?P<cell><ipython-input-[\w-]+> in |\bCell In ?\[\d+\], line \d)"
)  # a frame, also as a notebook shows it
_LIBRARY = regex(
    r"[/\\](?:site-packages|dist-packages|lib[/\\]python[\d.]*)[/\\]|^<|[/\\]torch[/\\]"
    r"|(?i:(?:python|conda|forge)[\d.]*|envs[/\\][^/\\]+)[/\\][Ll]ib[/\\]"
)  # many a repository has a folder lib of its own
_MISSING = regex(r"([Nn]o module) named ['\"]?([\w.]+)")
_IMPORT = regex(r"\b(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([\w.]+))")
_QUOTED = regex(r"^\W*['\"][^\s'\"]+['\"](?=\s|$)")
_FOLDER = regex(r"[/\\]")
_ITS_OWN = " of the project"  # is said of a module that is missing in the project itself
_EXACT, _NEARLY = 1.0, 0.84  # how like a message its template must be, in [0, 1]
_SHORTER = 0.6  # how long a message is at least, against a template it nearly fits
_TAIL = 20_000  # characters of a traceback that are read from its end
_MESSAGE = 2_000  # and of one message
_LINE = 160  # characters before a message that are taken for the line of code that raised it
_FEW, _EARLIER = 4, 300  # exceptions that are searched for, and characters of one that is not the last


@noun(frozen=True)
class Frame:
    """A line of the user's own code in a traceback."""

    path: str
    line: int
    where: str
    code: str


@noun(frozen=True)
class Likeness:
    """A template that fits a message: whose, how well in [0, 1], and how many of its own characters agree."""

    number: int
    score: float
    length: int
    template: str


def looks_like_one(text: str) -> bool:
    """Whether ``text`` holds an error message or a traceback rather than a sentence of one's own."""
    return _tells(text) and bool(_LOOKS.search(text[:_TAIL]) or _LOOKS.search(text[-_TAIL:]))


def quotes_one(text: str) -> bool:
    """Whether ``text`` quotes a message as a program prints it, not only says that there was an error."""
    return _tells(text) and any(one.search(text) for one in (_HEAD, _SAYS, _QUOTES))


def _tells(text: str) -> bool:
    return any(sign in text for sign in _TELLING)


def messages(text: str) -> list[str]:
    """What of ``text`` is to be searched: the exceptions in it in order, the last one whole, or all of it if none."""
    *said, whole = _said_last(text)
    earlier = [message[:_EARLIER] for message in said[1:_FEW]]
    return ["\n".join([*reversed(earlier), said[0]])] if said else [whole]


def last(text: str) -> str:
    """The message of ``text`` that is searched first: of its last exception, or all of it if none."""
    return _said_last(text)[0]


def sayings(text: str) -> tuple[str, str]:
    """The message that is searched first; and with the line of code before it, which speaks where that says little."""
    message = last(text)
    start = max(0, text.rfind(message[:_EARLIER]))
    return message, text[max(0, start - _LINE) : start] + message


@lru_cache(maxsize=8)  # whether any fits is asked before which
def recognise(text: str, templates: Templates) -> Sequence[Likeness]:
    """The templates that fit the last exception of ``text``, best first; earlier ones only when none fits that.

    Where some fit word for word, those that nearly fit are left out; those that say only that something failed count
    where nothing says what. The lines of code before a message count with it: "list index out of range" says little,
    and where it was raised says more.
    """
    said = [console.folded(message) for message in _said_last(text)]
    around: list[Likeness] = []
    for flat in said:
        exact = [*_word_for_word(flat, templates), *_from_before(flat, said[-1], templates)]
        telling = [one for one in exact if not one.template.startswith(THROUGH)]
        if fits := telling or (not exact and flat != _PIP and list(_nearly(flat, templates))):
            return sorted(fits, key=lambda one: (-one.score, -one.length, one.number))
        around = around or exact
    around = around if len(said) == 1 or _WRAPS.search(said[0]) or _WARNS.match(said[0]) else []
    return around or list(_from_own_code(said[0], said[-1], templates))


def _said_last(text: str) -> list[str]:
    """The messages of the exceptions in ``text``, the last first, behind a kernel's assertion; then the whole text.

    Warnings count only where nothing failed, and what only wraps another exception comes behind it.
    """
    text = _told_own(console.bare(text[-_TAIL:]))
    starts = [match.start() for match in _SAYS.finditer(text)] if _tells(text) else []
    found = [text[start:end][:_MESSAGE].strip() for start, end in pairwise([*starts, len(text)])]
    if found and (asserted := _ASSERTS.search(text, 0, starts[-1])):
        found[-1] = f"{asserted[0]}\n{found[-1]}"
    failed = [one for one in found if not _WARNS.match(one)]
    whole = text if failed in ([], found) else "\n".join([text[: starts[0]], *failed])
    said = list(dict.fromkeys(reversed(failed or found)))
    if said and _WRAPS.search(said[0][:_EARLIER]):
        said.sort(key=lambda one: bool(_WRAPS.search(one[:_EARLIER])))
    return [*said, whole[-_MESSAGE:]]


def _file(frame: re.Match[str]) -> str:
    """The file of a frame, empty for a cell of a notebook."""
    return frame["path"] or frame["py"] or ""


def _told_own(text: str) -> str:
    """``text``, which says of a missing module that it is one of the project's own, where the traceback shows it.

    It does where a line of one's own code asks for the module by a relative import, or by a name that begins with a
    folder which that code lies in. A name such as ``_ext`` is of what has to be compiled.
    """
    missing = [*_MISSING.finditer(text)][-1:] if "o module named" in text else []
    frames = [*_RAISED.finditer(text, 0, missing[0].start())] if missing else []
    own = [frame for frame in frames if not _LIBRARY.search(_file(frame))]
    if not own:
        return text
    line = _IMPORT.search(text, frames[-1].end(), missing[0].start())
    asked, name = (line[1] or line[2]) if line else "", missing[0][2]
    full = asked if asked.endswith(f".{name}") else name  # Python 2 names the last part alone
    head, dotted, _ = full.partition(".")
    folders = {folder for frame in own for folder in _FOLDER.split(_file(frame))[:-1]}
    beside = asked.startswith(".") and frames[-1] is own[-1]
    if (beside or (dotted and head in folders)) and not full.rpartition(".")[2].startswith("_"):
        return text[: missing[0].end(1)] + _ITS_OWN + text[missing[0].end(1) :]
    return text


def users_frame(text: str) -> Frame | None:
    """The last line of the traceback that is the user's own code, not a library's; None when there is none."""
    frames = [
        Frame(m["path"], int(m["line"]), (m["where"] or "").strip(), (m["code"] or "").strip())
        for m in _FRAME.finditer(text[-_TAIL:])
    ]
    own = [one for one in frames if not _LIBRARY.search(one.path)]
    return own[-1] if own else None


def _word_for_word(message: str, templates: Templates) -> Iterable[Likeness]:
    """The templates ``message`` says; others with lost or other quotes only where it says none."""
    held = templates.held(message.lower())
    said = [one for one in held if stands_in(one.text, message)]
    said = said or [one for one in held if stands_in(one.text, message, unquoted=True)]
    return (Likeness(one.number, _EXACT, one.own, one.text) for one in said)


def _from_before(message: str, whole: str, templates: Templates) -> Iterator[Likeness]:
    """The templates that begin in the lines before ``message`` and end in it, and those of files it came through."""
    start = max(0, whole.rfind(message))
    before = whole[:start].replace("\\", "/").lower()
    for one in templates.held(before + message.lower()) if before else ():
        path, through, said = one.text.partition(THROUGH)
        if path == OWN or one.text.startswith(THROUGH):
            continue
        if through:
            fits = path.lower() in before and stands_in(said, message) is not None
        else:
            found = stands_in(one.text, whole, furthest=True)  # the line that raises a message may hold it as well
            fits = found is not None and found.start() < start < found.end() <= start + len(message)
        if fits:
            yield Likeness(one.number, _EXACT, one.own, one.text)


def _from_own_code(message: str, whole: str, templates: Templates) -> Iterator[Likeness]:
    """The templates of what says little, for a ``message`` of just that which no library is seen to have raised.

    A star at their end stands for one word: ``KeyError: 'mask'`` names a key, and a sentence says more.
    """
    raised = [*map(_file, _RAISED.finditer(whole[: max(0, whole.rfind(message))]))]
    if raised and _LIBRARY.search(raised[-1]):
        return
    for one in templates.held(message.lower()):
        path, _, said = one.text.partition(THROUGH)
        found = stands_in(said, message) if path == OWN else None
        if found and not found.start() and len(_words(message[found.end() :])) <= said.endswith("*"):
            yield Likeness(one.number, _EXACT, one.own, one.text)


def _words(text: str) -> Sequence[str]:
    """The words that end a message: one where that stands in quotes, behind which people go on in their own."""
    return _QUOTED.findall(text) or text.strip(":\"' `").split()


def _nearly(message: str, templates: Templates) -> Iterator[Likeness]:
    plain = masked(message)
    if len(plain) < _SHORTER * LONG:
        return
    quoted = re.sub(r"[\"`]", "'", message.casefold())
    for one in templates.alike(set(plain.split())):
        if len(plain) >= _SHORTER * len(one.bare) and all(name in quoted for name in _named(one.text)):
            from rapidfuzz import fuzz  # takes as long to load as all else, and most questions are near no message

            score = float(fuzz.partial_ratio(one.bare, plain, score_cutoff=100 * _NEARLY)) / 100
            if score:
                yield Likeness(one.number, score - 0.02, one.own, one.text)


@lru_cache(maxsize=50_000)
def _named(template: str) -> frozenset[str]:
    """The names it quotes or calls: 'NoneType' object has no attribute 'shape' is about no other, forward() neither."""
    quoted = re.findall(r"'\w+'|(?<=\*)\w+'|\w+\(\)", template)
    return frozenset(name.casefold() for name in quoted if len(name) > 3 and not name.strip("'").isdigit())
