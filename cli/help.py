"""The help page of a command, in either language, laid out for double-width characters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli import language
from kb.text import Lang, Text
from kb.wrap import pad, width_of, wrap

_USAGE = Text("Usage: ", "用法：")
_OPTIONS = Text("[OPTIONS]", "[选项]")
_COMMAND = Text("COMMAND ...", "命令 ...")
_HEADINGS = {
    "argument": Text("Arguments", "参数"),
    "option": Text("Options", "选项"),
    "command": Text("Commands", "命令"),
}
_OWN = {
    "help": Text("show this page", "显示本帮助"),
    "install_completion": Text("install completion for this shell", "为当前 shell 安装自动补全"),
    "show_completion": Text("print the completion script", "打印自动补全脚本"),
}


def speak(command: Any, lang: Lang, width: int) -> None:
    """Give ``command`` and every command below it a help page in ``lang``."""
    command.get_help = lambda context: page(context, lang, width)
    for below in getattr(command, "commands", {}).values():
        speak(below, lang, width)


def page(context: Any, lang: Lang, width: int) -> str:
    """Usage, what it is for, then arguments, options and commands in two columns."""
    command = context.command
    arguments = [_name(one) for one in command.get_params(context) if one.param_type_name == "argument"]
    tail = _COMMAND.of(lang) if hasattr(command, "commands") else " ".join(arguments)
    usage = f"{_USAGE.of(lang)}{context.command_path} {_OPTIONS.of(lang)} {tail}"
    lines = [*wrap(usage, width, rest="       "), ""]
    for paragraph in language.in_language(command.help or "", lang).split("\n"):
        lines += wrap(paragraph, width) or [""]
    for kind, rows in _sections(context, lang):
        lines += ["", _HEADINGS[kind].of(lang), *_columns(rows, width)]
    return "\n".join(lines).rstrip()


def _sections(context: Any, lang: Lang) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    parameters = context.command.get_params(context)
    for kind in ("argument", "option"):
        rows = [
            (_name(one), _says(one, lang))
            for one in parameters
            if one.param_type_name == kind and not getattr(one, "hidden", False)
        ]
        if rows:
            yield kind, rows
    below = getattr(context.command, "commands", {})
    rows = [
        (name, language.in_language(one.help or "", lang).split("\n")[0])
        for name, one in below.items()
        if not one.hidden
    ]
    if rows:
        yield "command", rows


def _name(parameter: Any) -> str:
    """What stands in the left column; typer's own way of naming a value changes from version to version."""
    value = parameter.metavar or _choices(parameter) or str(parameter.name).upper()
    if parameter.param_type_name == "argument":
        return str(value)
    names = ", ".join(sorted([*parameter.opts, *parameter.secondary_opts], key=len))  # typer keeps some in a set
    return names if getattr(parameter, "is_flag", False) else f"{names} {value}"


def _choices(parameter: Any) -> str:
    known = getattr(parameter, "type_descriptor", None) or getattr(parameter, "type", None)
    return "|".join(str(getattr(one, "value", one)) for one in getattr(known, "choices", None) or ())


def _says(parameter: Any, lang: Lang) -> str:
    if parameter.name in _OWN:
        return _OWN[parameter.name].of(lang)
    says = language.in_language(getattr(parameter, "help", "") or "", lang)
    default = getattr(parameter, "default", None)
    told = isinstance(default, str | float) and bool(default)  # a flag or a count that is off says nothing
    if told and parameter.param_type_name == "option":
        says += f" [{default:g}]" if isinstance(default, float) else f" [{default}]"
    return says


def _columns(rows: list[tuple[str, str]], width: int) -> Iterator[str]:
    column = min(max(width_of(name) for name, _ in rows), width // 2 - 4)
    for name, says in rows:
        first = f"  {pad(name, column)}  "
        if width_of(name) > column:
            yield f"  {name}"
            first = " " * (column + 4)
        yield from wrap(says, width, first=first, rest=" " * (column + 4)) or [first.rstrip()]
