"""Starts ``kb``: a plain look-up or question goes straight to its answer, all else to the command with its options.

Loading the command takes ten times as long as Python itself; so nothing is imported here that a page does not need.
What is shown, and how, is the same code either way.
"""

from __future__ import annotations

import gc
import os
import sys

from cli import language, pager, paint

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.prose import Line
    from kb.search import Names
    from kb.text import Lang


def main() -> int:
    """Run ``kb`` with the process's arguments; gives the exit code."""
    gc.disable()  # one answer leaves less behind than it takes to look through all that was loaded
    code = _completed() if "_KB_COMPLETE" in os.environ else _straight(sys.argv[1:])
    if code is not None:
        os._exit(code)  # all is written; Python would take longer to tidy up than the look-up took
    gc.enable()
    from cli import kb_app

    return kb_app.main()


def _completed() -> int | None:
    """The exit code of a shell's question how a name goes on; None where the command has to be asked."""
    from cli import complete

    try:
        said = complete.answer(os.environ)
    except Exception:  # noqa: BLE001 - a shell that waits for a word is not the place to tell
        said = None
    if said is None:
        return None
    if said[0]:
        paint.make_safe(sys.stdout)
        sys.stdout.write(f"{said[0]}\n")
        sys.stdout.flush()
    return said[1]


def answered(pages: Names, words: str, lang: Lang) -> tuple[list[Line], int]:
    """What the words lead to, the page, a choice of meanings or the nearest names, and the exit code that says so."""
    from kb import answering, search

    found = search.lookup(pages, words)
    return answering.answer(found, pages, lang, paint.width()), 0 if found.found else 1


def _straight(arguments: list[str]) -> int | None:
    """The exit code of a look-up or question with nothing but a language beside its words; None for all else."""
    words, wanted = _plain(arguments)
    if not words or sys.stdout is None:
        return None
    lang = language.choose(wanted, words)
    try:
        try:
            said = _page(words, lang) if arguments[0] == "lookup" else _reply(words, lang)
        except Exception:  # noqa: BLE001 - whatever it is, the command will come to it and say it
            return None
        if said is not None:
            lines, code = said
            paint.make_safe(sys.stdout)
            pager.show(lines)
            sys.stdout.flush()
            return code
    except (KeyboardInterrupt, OSError) as error:
        from cli import door

        return door.ended(error, lang)
    return None


def _page(words: str, lang: Lang) -> tuple[list[Line], int] | None:
    from kb import printed, search

    if search.is_message(words):
        return None
    pages = printed.kept(printed.layers())
    if pages is None or pages.problems:
        return None
    lines, code = answered(pages, words, lang)
    return None if code and search.may_be_message(words) else (lines, code)


def _reply(words: str, lang: Lang) -> tuple[list[Line], int] | None:
    from kb import frozen
    from kb.ask import reply, show, stored

    pages = frozen.load()
    if pages.problems:
        return None
    found = reply.reply(pages, stored.load(pages), words, lang)
    return show.lines(found, pages, lang, paint.width()), 1 if found.state == "unknown" else 0


def _plain(arguments: list[str]) -> tuple[str, str]:
    """The words to look up or to answer, and the language asked for; no words where there is any other option."""
    if arguments[:1] not in (["lookup"], ["ask"]):
        return "", ""
    words, wanted, rest = [], "auto", iter(arguments[1:])
    for one in rest:
        if one == "--lang" or one.startswith("--lang="):
            wanted = next(rest, "") if one == "--lang" else one[len("--lang=") :]
            if wanted not in language.SPOKEN:
                return "", ""
        elif one.startswith("-"):
            return "", ""
        else:
            words.append(one)
    return " ".join(words), wanted


if __name__ == "__main__":
    sys.exit(main())
