"""The session of ``kb ask``: one question after the other, on a terminal with history, or over a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cli import asked, door, llm, pager, paint
from kb import evidence
from kb.ask import session, show
from kb.ask.index import Index
from kb.ask.session import Session
from kb.collection import Library
from kb.problem import Problem
from kb.prose import Line
from kb.sheet import Sheet
from kb.text import Lang, Text

if TYPE_CHECKING:
    from kb.ask.chat import Chat

_PROMPT = "? "
_REMEMBERED = 500  # questions kept between sessions


def run(library: Library, index: Index, lang: Lang, wanted: Lang | None, chat: Chat | None = None) -> int:
    """Answer until ``/quit`` or the end of the input.

    0 when anything was known, 1 when nothing was, 2 when nothing of what came in was a question or a command.
    """
    talk = Session(library, index, wanted)
    interactive = sys.stdin is not None and sys.stdin.isatty()
    if interactive:
        hello = Text("Ask, or /help; /quit leaves.", "请提问；/help 看命令，/quit 退出。")
        paint.show([Line("dim", hello.of(lang))])
    questions = known = slips = 0
    for line in _typed(library) if interactive else asked.lines():
        speak = talk.lang or (talk.last.lang if talk.last else lang)
        try:
            text = (line if isinstance(line, str) else asked.decoded(line)).strip()
            if not text:
                continue
            if chosen := session.command(text):
                if chosen[0] == "quit":
                    break
                pager.show(_obeyed(talk, *chosen, speak))
                continue
            turn = talk.ask(text)
        except Problem as problem:
            door.complain(problem, speak, sys.stdout)
            slips += 1
            continue
        questions, known = questions + 1, known + turn.known
        if not interactive:
            paint.show([Line("heading", f"{_PROMPT}{text}")])
        single = chat if len(turn.replies) == 1 else None  # several pages are shown as they are, not phrased in turn
        for one in turn.replies:
            paint.show([*llm.told(one, library, one.lang, paint.width(), single), Line("text", "")])
        sys.stdout.flush()
    if slips and not questions:
        return 2
    return 1 if questions and not known else 0


def _typed(library: Library) -> Iterator[str]:
    with _history(library):
        while True:
            try:
                text = input(_PROMPT).strip()
            except EOFError:
                return
            except KeyboardInterrupt:
                sys.stdout.write("\n")
                continue
            if text:
                yield text


@contextlib.contextmanager
def _history(library: Library) -> Iterator[None]:
    """Editing, completion of commands and ids, and the questions of earlier sessions, where the system has readline."""
    try:
        import readline
    except ImportError:  # Windows
        yield
        return
    file = session.history()
    words = sorted([*(f"/{name}" for name in session.COMMANDS), *library])
    readline.set_completer_delims(" \t\n")
    readline.set_completer(lambda start, n: _nth(words, start, n))
    readline.parse_and_bind("tab: complete")
    readline.set_history_length(_REMEMBERED)
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(file)


def _nth(words: Iterable[str], start: str, number: int) -> str | None:
    found = [word for word in words if word.startswith(start)]
    return found[number] if number < len(found) else None


def _obeyed(talk: Session, name: str, argument: str, lang: Lang) -> list[Line]:
    """What a command shows."""
    sheet = Sheet(lang, paint.width())
    if name == "lang":
        if argument not in ("en", "zh"):
            raise Problem(Text("/lang takes zh or en", "/lang 后面写 zh 或 en"))
        talk.lang = "zh" if argument == "zh" else "en"
        sheet.item("", Text("answers are in English now", "此后用中文回答").of(talk.lang), "dim", indent="")
    elif name == "help":
        for one, text in session.COMMANDS.items():
            sheet.item(f"/{one}  ", text.of(lang))
    elif not talk.focus:
        sheet.item("", Text("nothing was asked yet", "还没有提问").of(lang), "dim", indent="")
    elif name == "sources":
        entry = talk.library[talk.focus]
        evidence.references(sheet, entry)
        if not entry.references:
            sheet.item("", Text("the page names no sources", "该条目没有列出文献").of(lang), "dim", indent="")
    else:
        show.rest(sheet, talk.more())
    return sheet.lines
