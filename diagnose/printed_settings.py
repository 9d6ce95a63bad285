"""Finds the settings a script printed before it trained: ``Namespace(lr=0.1)``, or the configuration of OpenMMLab.

What is printed is Python. It is parsed, never run: only literals, and ``dict(...)`` with such in it, become values.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

from diagnose.trackers.plain import Plain

FAR = 1 << 18  # characters of a log that are looked at
LONG = 1 << 16  # characters a printed configuration may have
_NAMESPACE = re.compile(r"(?<![\w'\"])Namespace\(")
_CONFIG = re.compile(r"(?m)^.{0,120}?\b(?:Config|config):[ \t]*$")
_ASSIGNED = re.compile(r"[A-Za-z_]\w{0,80} = ")


def printed_settings(text: str) -> Mapping[str, Any]:
    """The settings by joined names (``optimizer/lr``), from the beginning of a log; {} when none are printed."""
    text = text[:FAR]
    plain = Plain()
    for found in _NAMESPACE.finditer(text):
        plain.take("", _call(_balanced(text, found.end() - 1)))
    for found in _CONFIG.finditer(text):
        plain.take("", python_settings(_assignments(text[found.end() :])))
    return plain.values


def python_settings(source: str, *, again: bool = True) -> dict[str, Any]:
    """The assigned values of a Python configuration that are plain; nothing in it is executed."""
    try:
        body = ast.parse(source[:LONG]).body
    except SyntaxError:  # cut short: what stands before the last assignment is whole
        starts = list(re.finditer(rf"(?m)^{_ASSIGNED.pattern}", source[:LONG]))
        whole = source[: starts[-1].start()] if starts else ""
        return python_settings(whole, again=False) if whole and again else {}
    except (ValueError, RecursionError, MemoryError):
        return {}
    found = {}
    for line in body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            value = _value(line.value)
            if value is not None:
                found[line.targets[0].id] = value
    return found


def _assignments(text: str) -> str:
    """The lines of a configuration, up to the first that can be none of it."""
    kept: list[str] = []
    depth = 0
    for line in text.lstrip("\n").split("\n"):
        if depth <= 0 and line.strip() and not _ASSIGNED.match(line) and not line.startswith((" ", "]", "}", ")")):
            break
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        kept.append(line)
    return "\n".join(kept)


def _balanced(text: str, start: int) -> str:
    """The parenthesis that opens at ``start``, to where it closes; brackets in quotes do not count."""
    depth, quote = 0, ""
    for at in range(start, min(len(text), start + LONG)):
        mark = text[at]
        if quote:
            quote = "" if mark == quote and text[at - 1] != "\\" else quote
        elif mark in "'\"":
            quote = mark
        elif mark in "([{":
            depth += 1
        elif mark in ")]}":
            depth -= 1
            if not depth:
                return text[start : at + 1]
    return ""


def _call(arguments: str) -> dict[str, Any]:
    """The keywords of a printed call; those whose value is no literal (``device(type='cuda')``) are left out."""
    try:
        call = ast.parse(f"f{arguments}", mode="eval").body if arguments else None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return _keywords(call) if isinstance(call, ast.Call) else {}


def _keywords(call: ast.Call) -> dict[str, Any]:
    pairs = ((one.arg, _value(one.value)) for one in call.keywords if one.arg is not None)
    return {name: value for name, value in pairs if value is not None}


def _value(node: ast.expr) -> Any:
    """The plain value an expression stands for; None when it would have to be run."""
    if isinstance(node, ast.Call):
        return _keywords(node) if isinstance(node.func, ast.Name) and node.func.id == "dict" else None
    if isinstance(node, ast.List | ast.Tuple):
        return [_value(one) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(key.value): _value(value) for key, value in pairs if isinstance(key, ast.Constant)}
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, RecursionError, MemoryError):
        return None
