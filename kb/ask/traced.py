"""What a pasted text tells of an error beside its wording: the lines of code it passed through and the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from kb.ask import console, errors

_TAIL = 20_000  # characters that are read from the end of a text
_MESSAGE = 600  # and of its message
_LINES = 4  # of a traceback, the last ones; what is further up has little to do with the error
_FRAME = re.compile(
    r'File "(?P<path>[^"\n]+)", line \d+(?:, in (?P<where>[^\n]+))?(?:\n(?P<code>[ \t]+\S[^\n]*))?', re.MULTILINE
)
_ARROW = re.compile(r"^-+> *\d+ (.*)$", re.MULTILINE)  # the line of a notebook
_PACKAGE = re.compile(r"(?:site|dist)-packages[/\\](\w+)")
_CLASS = re.compile(r"^([a-z_]\w*)\.(?:\w+\.)*[A-Z]\w+(?=: |$)", re.MULTILINE)  # django.db.utils.ProgrammingError
_MODULE = re.compile(r"(?:[Nn]o module named|\bmodule) '(\w+)")  # one that is missing, or lacks something
_ADVICE = re.compile(
    r"CUDA kernel errors might be|For debugging consider passing|Compile with .?TORCH_USE_CUDA_DSA|frame #\d+: "
)  # follows whatever was said
_LINE = r"(?:^|\n)[^\n]{0,80}"
_PROGRAMS = {
    "android": r"AndroidRuntime|R\.layout\.",
    "ansible": r"UNREACHABLE! =>|FAILED! =>",
    "apt": r"/var/lib/dpkg|^E: ",
    "bash": r"(?:^|\n)(?:-?bash|zsh|sh|\S+\.sh): |syntax error near unexpected token",
    "browser": r"^Uncaught |CORS policy|net::ERR_",
    "c compiler": r"\.(?:c|cc|cpp|h|hpp|cxx):\d+:\d+: |undefined reference to|error (?:C|LNK)\d{4}|\bld returned",
    "cmake": r"CMake Error|CMakeLists\.txt",
    "curl": r"^curl: \(\d+\)",
    "docker": r"\bdocker: |failed to solve:|Dockerfile|daemon: ",
    "ffmpeg": r"\[[\w,]+ @ 0x[0-9a-f]+\]|Invalid data found when processing input",
    "git": r"^fatal: |error: failed to push|CONFLICT \(|^hint: |\bgit (?:add|rebase|pull|push)\b",
    "go": r"^panic: |\.go:\d+|goroutine \d+",
    "haskell": r"\.hs:\d+:\d+",
    "java": r"\bat [\w.$]+\([\w ]+(?:\.java|\.kt|\.scala)?(?::\d+)?\)|\bjava\.\w+|Exception in thread|\borg\.apache\.",
    "javascript": r"\bat [^\n]*\.[jt]sx?:\d+|\bnode_modules\b|JavaScript|\[Vue warn\]|Module not found: Error",
    "julia": r"\.jl:\d+|MethodError: no method matching",
    "kubernetes": r"\bkubectl\b|Error from server \(|\.yaml:\d+:\d+: executing",
    "latex": r"^! |LaTeX|\.(?:tex|sty|aux)\b",
    "make": r"^make(?:\[\d+\])?: \*\*\*",
    "matlab": r"^Error (?:using|in) |^Undefined function or variable",
    "npm": r"npm ERR!|\byarn\b|package\.json",
    "perl": r"@INC| at \S+\.p[lm] line \d+",
    "php": r"PHP |\.php\b",
    "pip": r"No matching distribution|subprocess-exited-with-error|setup\.py egg_info",
    "powershell": r"CategoryInfo|\+ ~~~|At line:\d+ char:\d+",
    "r": r"^Error in \w+\(|no package called",
    "ruby": r"\.rb:\d+|Gemfile|NoMethodError",
    "rust": r"error\[E\d{4}\]|\.rs:\d+|RUST_BACKTRACE",
    "sql": r"SQLSTATE|\bSQL\b|\bORA-\d{5}|ERROR \d{4} \(|^ERROR:  |^Msg \d+, Level|DETAIL:|\bSELECT\b",
    "ssh": r"Host key|publickey|\bssh\b|\bscp: ",
    "swift": r"\.swift|clang: error: linker",
    "systemd": r"\bsystemctl\b|journalctl",
    "terraform": r"\bon \S+\.tf line",
    "windows forms": r"\bat [\w.]+\([^)\n]*\) in \w:\\|System\.\w*Exception",
    "keras": r"\bkeras\b|layer \"\w+\"|train_function",
    "tensorflow": r"\btensorflow\b|\[\[(?:\{\{)?node|_bfc\b",
    "transformers": r"\b[Tt]okenizers?\b|huggingface\.co",
    "cv2": r"\bcv2\b|OpenCV",
    "numpy": r"\bnumpy\b|\bndarray\b",
    "PIL": r"\bPIL\b",
    "torch": r"\btorch|\b[Tt]ensors?\b|\bcuda\b|\bCUDA\b|\bcuDNN\b|\bNCCL\b|\baten::|\bDataLoader\b|\bstate_dict\b",
}
_SIGNS = {name: re.compile(sign, re.MULTILINE) for name, sign in _PROGRAMS.items()}
_PRINTED = re.compile(
    r"^(?:[^\n?？。,，]{0,40}[\s\[])?(?i:error|fatal|failure|panic|exception|warning)\b[^\n?？。,，]{0,30}[:\]]"
    r"|^(?:[a-z_]\w*\.)+[A-Z]\w+: |^\S+\.\w{1,5}(?::\d+:|\(\d+\):)|^\S+: line \d+: |^[EW]\d+: |^[eE]: |^E  +"
    r"|^Error using |^Error in \w+[(:]|^Undefined (?:function|variable) |^Uncaught |^SQLSTATE|^Msg \d+|^! |^@@@"
    r"|^\[[EW]\] |policy: No '|CategoryInfo"
    r"|^[a-z][\w.-]*: (?:\(\d+\) |/\S+: )|^\{\"error",
    re.MULTILINE,
)


class Traced(NamedTuple):
    """A pasted error: its message, the code and functions it passed through last, and whose signs it bears."""

    message: str
    calls: str
    programs: frozenset[str]


def was_printed(text: str) -> bool:
    """Whether a program printed ``text`` or part of it, as an error of its own."""
    return errors.quotes_one(text) or bool(_PRINTED.search(text[-_TAIL:]))


def traced(text: str) -> Traced:
    """What ``text`` tells; never raises."""
    text = console.bare(text[-_TAIL:])
    message = errors.messages(text)[0]
    advice = _ADVICE.search(message)
    if advice and advice.start() > 0:
        message = message[: advice.start()]
    frames = [*_FRAME.finditer(text)]
    passed = [part for frame in frames[-_LINES:] for part in (frame["where"], frame["code"]) if part]
    return Traced(message[:_MESSAGE], "\n".join((*passed, *_ARROW.findall(text)[-1:])), frozenset(_programs(text)))


def _programs(text: str) -> Iterator[str]:
    yield from (name for name, sign in _SIGNS.items() if sign.search(text))
    yield from (
        name.strip("_")
        for name in (*_PACKAGE.findall(text)[-1:], *_CLASS.findall(text)[-1:], *_MODULE.findall(text)[-1:])
    )
