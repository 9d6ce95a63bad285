"""Run a command: arguments in, exit code out (0, 1 or 2), and every mistake of the user as one line with a hint."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import typer

from cli import help as help_page
from cli import language, paint
from kb.problem import Problem
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import wrap

FAILED = 2

_COMPLAINTS: tuple[tuple[str, Text], ...] = (
    (r"No such option: (\S+)(?: \(Possible options: (.*)\))?", Text("no such option: {0}", "没有选项 {0}")),
    (r"No such command '(.*?)'\.?(?: Did you mean (.*)\?)?", Text("no such command: {0}", "没有命令 {0}")),
    (r"Missing (?:argument|parameter) '(.*?)'\.?.*", Text("{0} is missing", "缺少参数 {0}")),
    (r"Missing option '(.*?)'\.?.*", Text("option {0} is missing", "缺少选项 {0}")),
    (r"Missing command\.?", Text("a command is missing", "缺少命令")),
    (r"Invalid value for '(.*?)': (?:Value error, )?'(.*?)' is not one of (.*?)\.?",
     Text("{0} cannot be {1!r}; it is one of {2}", "{0} 不能是 {1!r}，可选：{2}")),
    (r"Invalid value for '(.*?)': '(.*?)' is not a valid float(?: range)?\.?",
     Text("{0} takes a number, not {1!r}", "{0} 后面应是一个数，而不是 {1!r}")),
    (r"Invalid value for '(.*?)': '(.*?)' is not a valid int(?:eger)?(?: range)?\.?",
     Text("{0} takes a whole number, not {1!r}", "{0} 后面应是一个整数，而不是 {1!r}")),
    (r"Invalid value for '(.*?)': (\S+) is not in the range x>=(\S+?)\.?",
     Text("{0} is at least {2}, not {1}", "{0} 至少是 {2}，不能是 {1}")),
    (r"Invalid value for '(.*?)': (.*)", Text("{0} does not fit: {1}", "{0} 的值不合适：{1}")),
    (r"Option '(.*?)' requires an argument\.?", Text("{0} needs a value", "{0} 后面要跟一个值")),
    (r"Got unexpected extra argument(?:s|\(s\))? \((.*)\)", Text("one argument too many: {0}", "多余的参数：{0}")),
)  # fmt: skip


def run(app: typer.Typer, arguments: Sequence[str] | None, program: str) -> int:
    """Run ``app`` with ``arguments`` (those of the process if None) and give the exit code.

    A `Problem` is printed and gives 2, as do usage errors and Ctrl-C; a closed pipe gives 0 in silence;
    any other exception is our bug and passes through. A command may return its exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if sys.stdout is None:  # closed by the shell: there is nobody to write for
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - it stays until the end
    lang = language.at_start(words)
    paint.make_safe(sys.stdout)
    paint.make_safe(sys.stderr)
    command: Any = typer.main.get_command(app)
    help_page.speak(command, lang, paint.width())
    try:
        code = command.main(language.behind_command(words), prog_name=program, standalone_mode=False)
        sys.stdout.flush()
    except Problem as problem:
        complain(problem, lang)
        return FAILED
    except (typer.Abort, KeyboardInterrupt, OSError) as error:
        return ended(error, lang)
    except SystemExit as leaving:  # typer leaves this way when the pipe was closed while it was at work
        if isinstance(leaving.__context__, BrokenPipeError):
            return _hung_up()
        raise
    except Exception as error:
        if not _is_usage(error):
            raise
        return _usage(error, lang)
    if code == 130:  # typer's own word for Ctrl-C
        return _interrupted(lang)
    return code if isinstance(code, int) else 0


def ended(error: BaseException, lang: Lang) -> int:
    """The exit code when the user or the system ended the output; raises an error that is about another file."""
    if isinstance(error, BrokenPipeError):
        return _hung_up()
    if not isinstance(error, OSError):
        return _interrupted(lang)
    if error.filename is not None:
        raise error
    _hung_up()
    from kb.refused import refused

    why = refused(error)
    complain(Problem(Text(f"the output cannot be written ({why.en})", f"无法写出结果（{why.zh}）")), lang)
    return FAILED


def complain(problem: Problem, lang: Lang, to: TextIO | None = None) -> None:
    """One red line on stderr, or on ``to``, and the hint below it, wrapped for a terminal."""
    stream = to or sys.stderr
    first, *rest = problem.of(lang).split("\n")
    if stream.isatty():  # the first line stays whole, for a path is copied from it
        rest = [line for hint in rest for line in wrap(hint, paint.width(stream), first="  ", rest="    ")]
    paint.show([Line("error", first), *(Line("dim", line) for line in rest)], stream)


def version() -> str:
    """The installed version, or that of the clone it runs from."""
    import importlib.metadata

    try:
        return importlib.metadata.version("trainoscope")
    except importlib.metadata.PackageNotFoundError:
        import tomllib

        project = Path(__file__).parent.parent / "pyproject.toml"
        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])


def _is_usage(error: Exception) -> bool:
    """Typer's class for usage errors moved between versions; all say 2 and can phrase themselves."""
    return getattr(error, "exit_code", None) == FAILED and hasattr(error, "format_message")


def _usage(error: Any, lang: Lang) -> int:
    message = str(error.format_message())
    context = getattr(error, "ctx", None)
    if type(error).__name__ == "NoArgsIsHelpError":
        paint.show([Line("text", line) for line in message.split("\n")], sys.stderr)
        return FAILED
    path = context.command_path if context else ""
    hint = Text(f"{path} --help says more", f"详见 {path} --help") if path else None
    complain(Problem(_phrased(message), hint=_suggested(message) or hint), lang)
    return FAILED


def _phrased(message: str) -> Text:
    for pattern, text in _COMPLAINTS:
        if match := re.fullmatch(pattern, message, re.DOTALL):
            parts = [part or "" for part in match.groups()]
            return Text(text.en.format(*parts), text.zh.format(*parts))
    return Text(message, message)


def _suggested(message: str) -> Text | None:
    near = re.search(r"\(Possible options: (.*)\)|Did you mean (.*)\?", message)
    names = (near[1] or near[2]).replace("'", "") if near else ""
    return Text(f"did you mean {names}?", f"是不是想写 {names}？") if names else None


def _interrupted(lang: Lang) -> int:
    paint.show([Line("dim", Text("interrupted", "已中断").of(lang))], sys.stderr)
    return FAILED


def _hung_up() -> int:
    """The reader has gone: leave nothing that the interpreter would try to write when it ends."""
    with contextlib.suppress(OSError, ValueError):  # a stream without a file has nothing left to write
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0
