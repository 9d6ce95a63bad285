"""Answers the shell's question how a name may go on, from the printed names; nothing of the command is loaded.

The scripts are typer's own (``kb --install-completion``): they ask by starting ``kb`` with some variables set.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

_TERMS, _IDS = ("lookup",), ("verify",)  # commands whose arguments together are one name, and whose each is an id
_SHORT = 6  # letters of a name below which one letter makes another name
_HARMLESS = " -_./+"  # beside letters and digits: what no shell takes for anything else


def answer(environ: Mapping[str, str]) -> tuple[str, int] | None:
    """What to print and the exit code; None where typer knows better: commands, options and what follows an option."""
    asked = environ.get("_KB_COMPLETE", "")
    if asked == "complete_bash":
        at = environ.get("COMP_CWORD", "")
        words = environ.get("COMP_WORDS", "").split("\n")[: int(at) + 1 if at.isdecimal() else 0]
    elif asked in ("complete_zsh", "complete_fish"):
        words = environ.get("_TYPER_COMPLETE_ARGS", "").split(" ")
    else:
        return None
    command, *words = [*filter(None, words[1:-1]), *words[-1:]] or [""]
    if not words or command not in (*_TERMS, *_IDS) or any(word.startswith("-") for word in words):
        return None
    found = without_slips(names(words)) if command in _TERMS else list(ids(words[-1]))
    return _told(asked, found, environ.get("_TYPER_COMPLETE_FISH_ACTION") == "is-args")


def names(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """How the last of ``words`` may go on so that they are a name together, and the id of that; nothing typed: ids."""
    from kb import printed

    before = "".join(f"{word} " for word in words[:-1]).lstrip("\"'")
    typed = words[-1].lstrip("\"'")
    start = (before + typed).casefold()
    seen = set()
    for name, entry in printed.names():
        if not start and name != entry:
            continue
        rest = name[len(before) + len(typed) :]
        if name.casefold().startswith(start) and typed + rest not in seen and _is_harmless(name):
            seen.add(typed + rest)
            yield typed + rest, entry


def without_slips(found: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that are not an earlier name of the same page but for one letter, as misspelt names are, and plurals."""
    kept: dict[str, list[str]] = {}
    for name, entry in found:
        known = kept.setdefault(entry, [])
        if not any(_one_letter_apart(name.casefold(), other.casefold()) for other in known):
            known.append(name)
    return [(name, entry) for entry, names_of_it in kept.items() for name in names_of_it]


def ids(typed: str) -> Iterator[tuple[str, str]]:
    """The ids that begin so."""
    from kb import printed

    for name, entry in printed.names():
        if name == entry and name.startswith(typed):
            yield name, name


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter is missing, too many or another; of short names and Chinese ones each letter counts."""
    short, long = sorted((one, other), key=len)
    if len(short) < _SHORT or not long.isascii() or len(long) - len(short) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _is_harmless(name: str) -> bool:
    return all(char.isalnum() or char in _HARMLESS for char in name)


def _told(asked: str, found: Sequence[tuple[str, str]], only_whether: bool) -> tuple[str, int]:
    if asked == "complete_fish":
        return "" if only_whether else "\n".join(f"{name}\t{entry}" for name, entry in found), 0 if found else 1
    if asked == "complete_bash":
        return "\n".join(name for name, _ in found), 0
    listed = "\n".join(f'"{name}"' if name == entry else f'"{name}":"{entry}"' for name, entry in found)
    return f"_arguments '*: :(({listed}))'" if found else "", 0
