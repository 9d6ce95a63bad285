"""What an installed or unpacked library raises and no page explains: whoever writes pages reads this first.

python -m benchmarks.ask.raised FOLDER [FOLDER ...]

Reads the sources below each folder and runs none of them. One line each: the exception, its message with stars for
whatever differs, then the file and the function. What is raised in tests, examples or for a missing method is left out,
as is what says little; sources that do not parse are named on standard error. No measure: a library raises a hundred
messages for each one that people meet.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb import library
from kb.ask import errors
from kb.ask.index import build
from kb.ask.templates import Templates

_ASIDE = {"tests", "test", "testing", "examples", "docs", "benchmarks", "_vendor", "conftest.py", "setup.py"}
_SAYS_LITTLE = 15  # letters beside stars
_ABSTRACT = {"NotImplementedError", "StopIteration", "SystemExit", "KeyboardInterrupt"}
_DIFFERS = re.compile(r"%(?:\(\w+\))?[-#0 +]*\d*(?:\.\d+)?[diouxXeEfFgGcrsa]|\{[^{}]*\}")
_FILLED = "x7"  # in place of a star, as no page says it


@dataclass(frozen=True)
class Raised:
    """An exception with its message, ``*`` for whatever differs, and where it is raised."""

    exception: str
    message: str
    file: str
    function: str


def raised(folder: Path) -> Iterator[Raised]:
    """All that the sources below ``folder`` raise, assert or warn with a message of their own."""
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if _ASIDE.isdisjoint(inside.parts) and not path.name.startswith("test_"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                try:
                    tree = ast.parse(path.read_bytes())
                except (SyntaxError, ValueError) as failed:
                    print(f"not read: {path}: {failed}", file=sys.stderr)
                    continue
            yield from _within(tree, str(inside), "", {})


def _within(node: ast.AST, file: str, function: str, named: dict[str, str]) -> Iterator[Raised]:
    """What is raised below ``node``; ``named`` are the texts that names of the function stand for by then."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _within(child, file, child.name, {})
            continue
        match child:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                named[name] = _text(value, named)
            case ast.AugAssign(target=ast.Name(id=name), op=ast.Add(), value=value):
                named[name] = named.get(name, "*") + _text(value, named)
        exception, said = _said(child)
        message = " ".join(re.sub(r"(?:\* ?)+\*", "*", _text(said, named) if said else "").split())
        if len(re.sub(r"[^A-Za-z]", "", message)) >= _SAYS_LITTLE and exception not in _ABSTRACT:
            yield Raised(exception, message, file, function)
        yield from _within(child, file, function, named)


def _said(node: ast.AST) -> tuple[str, ast.expr | None]:
    """The name of the exception that ``node`` raises and the expression of its message."""
    match node:
        case ast.Raise(exc=ast.Call(func=func, args=[said, *_])):
            return _name(func), said
        case ast.Assert(msg=said):
            return "AssertionError", said
        case ast.Call(func=ast.Attribute(value=ast.Name(id="warnings"), attr="warn"), args=[said, *_]):
            return "UserWarning", said
    return "", None


def _name(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _text(said: ast.expr, named: Mapping[str, str]) -> str:
    """What an expression says, with stars for whatever differs."""
    match said:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return named.get(name, "*")
        case ast.JoinedStr(values=parts):
            return "".join(_text(part, named) for part in parts)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _text(left, named) + _text(right, named)
        case ast.BinOp(left=left, op=ast.Mod()):
            return _DIFFERS.sub("*", _text(left, named))
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _DIFFERS.sub("*", _text(text, named))
        case ast.Call(func=ast.Attribute(attr="join" | "dedent"), args=[ast.List(elts=parts) | ast.Tuple(elts=parts)]):
            return " ".join(_text(part, named) for part in parts)
    return "*"


def unexplained(one: Raised, known: Templates) -> bool:
    """Whether no template fits the message of ``one``, as its library raises it."""
    text = f"{one.exception}: {one.message.replace('*', _FILLED)}"
    return not errors.recognise(text, known)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    chosen = parser.parse_args()
    known = build(library.load().values()).errors
    for folder in chosen.folders:
        every = {(one.exception, one.message): one for one in raised(folder)}
        left = [one for one in every.values() if unexplained(one, known)]
        print(f"# {folder.name}: {len(every)} messages, {len(left)} that no page explains")
        for one in left:
            print(f"{one.exception}: {one.message}  [{one.file} {one.function}]")


if __name__ == "__main__":
    main()
