"""Take off a pasted message what a console, a notebook, a logger or a forum has put around it."""

from __future__ import annotations

import re

from kb.ask.regex import regex

_BENT = "‘’“”「」『』′″"  # what a word processor, a forum or a person makes of quotes
_CURLY = str.maketrans(_BENT, "''\"\"''\"\"'\"")
_FULL = {chr(ord(sign) + 0xFEE0): sign for sign in map(chr, range(ord("!"), ord("~") + 1))}  # as wide as Chinese ones
_WIDE = str.maketrans(
    _FULL | {"，": ", ", "：": ": ", "；": "; ", "（": " (", "）": ") ", "。": ". ", "！": "! ", "　": " "}
)
_HAN = "\u4e00-\u9fff"
_SIGN = r"\s*([,:;.!()])\s*|\s+"
_BESIDE = regex(rf"(?:{_SIGN})(?=[{_HAN}])|(?<=[{_HAN}])(?:{_SIGN})")  # blanks and signs around Chinese, which each
# version of a program and each who types it sets otherwise
_SET = " ,:;.!()"  # what it may find
_LAST = 40  # characters at the end of a text
_KILLED = regex(r"(?:\A|[\n\]%/\d]\s*)(?:Killed|已杀死)\s*\Z")  # all that a shell says of signal 9
_TYPED = regex(
    r"\b(assertion|attribute|import|index|key|memory|name|runtime|type|value|file ?not ?found|module ?not ?found)"
    r" ?error\s*[:：=]",
    re.IGNORECASE,
)  # the name of an exception as a person types it
_ENDED = regex(
    r"\s+(?:Process finished with exit code|进程已结束[，,]\s*退出代码为?) ?1\s*\Z"
)  # of an IDE, behind a traceback
_FRAMES = "│┃❱╭╮╰╯─━█▉▊▋▌▍▎▏"  # boxes around a traceback, bars of progress before it


def bare(text: str) -> str:
    """``text`` as the program said it; patterns are compiled only for what is there, as most texts are bare."""
    if "\x1b" in text:
        text = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", "", text)
    if "[rank" in text or "[default" in text:
        text = re.sub(r"\[(?:rank|default)\d+\]:? ?", "", text)
    if any(sign in text for sign in _FRAMES):
        text = re.sub(f"[{_FRAMES}]+", " ", text)
    if "frame #" in text:  # of the library's C++, below the message
        text = re.sub(r"^\s*frame #\d+: .*$\n?", "", text, flags=re.MULTILINE)
    if "HYDRA_FULL_ERROR=1 for" in text:  # said below every exception, of whatever it is
        text = re.sub(
            r"(?<=\S)\s+Set the environment variable HYDRA_FULL_ERROR=1 for a complete stack trace\.?", "", text
        )
    if any(sign in text for sign in _BENT):
        text = text.translate(_CURLY)
    if "\\'" in text or '\\"' in text:  # an exception that another one quotes by its repr
        text = re.sub(r"\\(?=['\"])", "", text)
    if text.startswith(">") or "\n>" in text:
        text = re.sub(r"^(?:> ?)+", "", text, flags=re.MULTILINE)
    if "rror" in text and "Error:" not in text:
        text = _TYPED.sub(lambda name: _as_raised(name[1]), text)
    if '", "' in text:  # the names of a hundred parameters say no more than the first; a choice of two says more
        text = re.sub(r'("\w+\.[\w.]+")(?:,\s*"[\w.]+")+|("\w+")(?:,\s*"[\w.]+"){3,}', r"\1\2", text)
    if "Traceback" in text and text.rstrip().endswith("1"):
        text = _ENDED.sub("", text)
    return ended(text)


def _as_raised(name: str) -> str:
    return "".join(map(str.capitalize, re.split(r"(?i: |(?=not|found))", name))) + "Error:"


def ended(text: str) -> str:
    """``text`` with the exit code that a shell's last word stands for; known only while its lines are apart."""
    if ("Killed" in text or "已杀死" in text) and _KILLED.search(text[-_LAST:]):
        return f"{text.rstrip()} (exit code 137)"
    return text


def folded(text: str) -> str:
    """``text`` on one line, with the punctuation and the blanks in which a Chinese message differs from its like."""
    if text.isascii():
        return " ".join(text.split())
    text = " ".join(text.translate(_WIDE).split())
    return _BESIDE.sub(r"\1\2", text) if any(sign in text for sign in _SET) else text
