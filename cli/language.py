"""Which language to speak, and the Chinese of every help text."""

from __future__ import annotations

import os

from kb.words import has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kb.text import Lang

SPOKEN = ("auto", "en", "zh")  # what ``--lang`` takes

_FROM_ENVIRONMENT = ("TRAINOSCOPE_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
_chinese: dict[str, str] = {}


def choose(wanted: str = "auto", said: str = "", environ: Mapping[str, str] = os.environ) -> Lang:
    """The language asked for, else that of the words ``said``, else that of the environment, else English."""
    if wanted in ("en", "zh"):
        return "zh" if wanted == "zh" else "en"
    if has_han(said):
        return "zh"
    first = next((environ[name] for name in _FROM_ENVIRONMENT if environ.get(name)), "")
    return "zh" if first.lower().startswith("zh") else "en"


def at_start(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> Lang:
    """The same from the bare command line, for help and complaints that come before it is understood."""
    wanted = "auto"
    for index, argument in enumerate(arguments):
        if argument == "--":
            break
        if argument.startswith("--lang"):
            name, _, value = argument.partition("=")
            if name == "--lang":
                wanted = value or (arguments[index + 1] if index + 1 < len(arguments) else "")
    return choose(wanted, " ".join(arguments), environ)


def behind_command(arguments: Sequence[str]) -> list[str]:
    """The arguments with a ``--lang`` that was typed before the command put behind it, where the command looks for it.

    Without a command it is left out: it has done its work for the help page.
    """
    kept: list[str] = []
    said: list[str] = []
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        name, equals, _ = rest[0].partition("=")
        count = 1 if equals or name != "--lang" else 2
        (said if name == "--lang" else kept).extend(rest[:count])
        rest = rest[count:]
    return [*kept, *rest[:1], *said, *rest[1:]] if rest else kept


def both(en: str, zh: str) -> str:
    """A help text: gives the English, and remembers its Chinese for `in_language`."""
    _chinese[en] = zh
    return en


def in_language(help_text: str, lang: Lang) -> str:
    """A help text in ``lang``."""
    return _chinese.get(help_text, help_text) if lang == "zh" else help_text
