"""The server behind ``kb mcp``: look-up, answers and diagnosis as tools for coding assistants, over standard input."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from cli import door, shelf
from cli.wishes import wishes
from kb import library
from kb.problem import Problem
from kb.text import Text

LONGEST = 40_000  # characters of a diagnosis; more would crowd an assistant's memory
LIMIT = 300.0  # seconds a diagnosis may take; thousands of runs are judged in it
_ABOUT = """Trainoscope knows what goes wrong when segmentation networks are trained, and reads training logs and \
checkpoints without running them. Use `diagnose` on a run's folder first; look up the ids it names with `lookup`; \
paste error messages or questions into `ask`. Texts come in English (`en`) and Chinese (`zh`): quote the language of \
the user. Polyp pages are for education only and no medical advice."""

_Term = Annotated[
    str,
    Field(
        description="An id (`gate-stuck-at-zero`), a title, an alias or an abbreviation, in English or Chinese; "
        "typos are forgiven."
    ),
]
_Question = Annotated[
    str,
    Field(
        description="A question in English or Chinese, or a pasted error message or traceback. "
        "The answer comes in the language of the question."
    ),
]
_Path = Annotated[
    str,
    Field(
        description="A file or folder: TensorBoard event files, CSV, JSON or text logs, W&B or MLflow files, "
        ".pt/.pth/.ckpt/.safetensors checkpoints. A relative path counts from where the server was started."
    ),
]


def serve(folder: Path | None, limit: float = LIMIT) -> None:
    """Answer over standard input and output until the client hangs up; ``folder`` holds entries to add."""
    shelf.opened(folder, "en")  # what is wrong with the folder is told now, not at the first question
    server(folder, limit).run()


def server(folder: Path | None = None, limit: float = LIMIT) -> MCPServer[Any]:
    """The server with its tools; each call reads the library afresh, so that edited pages count at once.

    A diagnosis takes ``limit`` seconds at most.
    """

    @_told()
    def lookup(term: _Term) -> dict[str, Any]:
        """The whole page a word names: what it is, why it happens, how to fix it, claims with their standing, sources.

        Gives {query, matches: [{id, kind, score, title}], meanings, entry}. `entry` is null when the word is unknown
        or means several things; then `matches` or `meanings` hold what may be meant - look one of them up.
        """
        from kb import plain
        from kb.ask import pasted, stored

        pages = shelf.opened(folder, "en")
        return plain.answer(pasted.looked_up(pages, lambda: stored.load(pages, folder or library.BUILT_IN), term)[0])

    @_told()
    def ask(question: _Question) -> dict[str, Any]:
        """The passage that answers a question, or the page of a pasted error, with how sure that is and its sources.

        Gives {state, entry, confidence, text, suggestions, standing, myth, sources, ...}. `state` is "answer",
        "suggest" (not sure which of `suggestions` is meant) or "unknown" (the library does not say; do not guess for
        it). `myth` is the key of a mistaken belief the question takes for granted; `text` then begins with the
        correction.
        """
        from kb.ask import reply, show, stored

        pages = shelf.opened(folder, "en")
        known = stored.load(pages, folder or library.BUILT_IN)
        return show.data(reply.reply(pages, known, question), pages)

    @_told()
    def diagnose(path: _Path) -> dict[str, Any]:
        """What is wrong with one or more training runs, why, and what to do, from their logs and checkpoints.

        Files are only read, never executed or written. Gives the JSON of `diagnose run` (trainoscope.diagnosis/1):
        runs with verdicts - "found" with message, cause and fix in both languages, "clear", "blind" with what to log
        next time - and a summary. Long diagnoses lose what matters least; `left_out` says what.
        """
        until = time.monotonic() + limit
        try:
            return _started(lambda: _diagnosis(path, folder, until)).result(limit)
        except TimeoutError:
            raise _late(path, limit) from None

    made: MCPServer[Any] = MCPServer(
        "trainoscope",
        title="Trainoscope",
        instructions=_ABOUT,
        version=door.version(),
        log_level="ERROR",
    )
    for tool in (lookup, ask, diagnose):
        harmless = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
        made.add_tool(tool, annotations=harmless, structured_output=True)
    return made


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turns a mistake of the caller into an error of the tool, in both languages as nobody said which is spoken."""
    try:
        yield
    except Problem as problem:
        both = f"{problem.of('en')}\n{problem.of('zh')}"
        raise ToolError(both) from None


def _late(path: str, limit: float) -> Problem:
    return Problem(
        Text(f"not diagnosed within {limit:g} s", f"{limit:g} 秒内未能完成诊断"),
        path=path,
        hint=Text(
            "give the folder of one run; or run `diagnose run` in a terminal; or start `kb mcp --limit SECONDS`",
            "请只给出一次训练的文件夹；或在终端里运行 `diagnose run`；或用 `kb mcp --limit 秒数` 启动",
        ),
    )


def _started(work: Callable[[], dict[str, Any]]) -> Future[dict[str, Any]]:
    """What ``work`` will have given, in a thread that the process does not wait for: a file is read to its end."""
    given: Future[dict[str, Any]] = Future()

    def run() -> None:
        try:
            given.set_result(work())
        except BaseException as error:  # noqa: BLE001 - whoever waits for it hears it
            given.set_exception(error)

    threading.Thread(target=run, name="diagnosis", daemon=True).start()
    return given


def _diagnosis(typed: str, folder: Path | None, until: float) -> dict[str, Any]:
    """The diagnosis as data; raises `TimeoutError` between two runs once the clock shows ``until``."""
    from diagnose import bounded, clinic
    from diagnose.reports import json

    path = Path(os.path.expanduser(typed))  # noqa: PTH111 - Path.expanduser fails where there is no home
    if not typed or "\0" in typed or not path.exists():
        raise Problem(Text("no such file or folder", "没有这个文件或文件夹"), path=typed)
    asked = wishes(folder)
    rounds = clinic.Rounds([path], asked.pages, roles=asked.roles, waived=asked.waived, overridden=asked.said)
    examined = []
    for one in rounds:
        if time.monotonic() > until:
            raise TimeoutError
        examined.append(one)
    return bounded.bounded(json.as_data(replace(rounds.rest(), examined=tuple(examined))), LONGEST)
