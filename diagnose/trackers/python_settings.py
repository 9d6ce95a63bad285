"""Settings written as Python, ``Namespace(lr=0.1)`` and configuration files, taken from the syntax; nothing is run."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Mapping
from typing import Any

from kb.foreign_yaml import typed

_BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)  # what Python's parser raises on nonsense
_PRINTED = re.compile(r"\bNamespace\(")
_NEXT = re.compile(r",\s*(?=[A-Za-z_]\w*=)")
_MAPPINGS = frozenset(("dict", "Namespace", "OrderedDict", "ConfigDict", "Config"))
_DEEP = 50


def namespace(text: str) -> dict[str, Any]:
    """The arguments in the first ``Namespace(...)`` of a text; empty when there is none."""
    match = _PRINTED.search(text)
    if match is None:
        return {}
    printed = text[match.end() - 1 : _closing(text, match.end() - 1)]
    call = _parsed(f"dict{printed}")
    body = call.body[0] if call is not None and call.body else None
    if isinstance(body, ast.Expr) and isinstance(body.value, ast.Call):
        return _mapping(body.value, {}, 0)
    pairs = (part.partition("=") for part in _NEXT.split(printed[1:].rstrip(")\n ")))
    return {name.strip(): _unquoted(value) for name, _, value in pairs if name.strip().isidentifier()}


def assignments(text: str) -> dict[str, Any] | None:
    """What a file that only assigns plain values assigns; None when it does anything else."""
    module = _parsed(text)
    if module is None:
        return None
    found: dict[str, Any] = {}
    for statement in module.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            target, value = statement.target, statement.value
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue  # a description
        else:
            return None
        if not isinstance(target, ast.Name):
            return None
        found[target.id] = _value(value, found, 0)
    return found


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" in somebody's path
            return ast.parse(text)
    except _BROKEN:
        return None


def _value(node: ast.expr, known: Mapping[str, Any], depth: int) -> Any:
    """What an expression plainly says; what would have to be worked out is kept as it is written, if short."""
    if depth > _DEEP:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        return -number if isinstance(number, int | float) else None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(one, known, depth + 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {
            str(key.value): _value(value, known, depth + 1) for key, value in pairs if isinstance(key, ast.Constant)
        }
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _MAPPINGS and not node.args:
            return _mapping(node, known, depth)
        first = node.args[0] if len(node.args) == 1 else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and name.endswith("Path"):
            return first.value
    return None


def _mapping(call: ast.Call, known: Mapping[str, Any], depth: int) -> dict[str, Any]:
    return {one.arg: _value(one.value, known, depth + 1) for one in call.keywords if one.arg is not None}


def _closing(text: str, at: int) -> int:
    """Where the bracket that opens at ``at`` has been closed, brackets in quotes aside; the end when it is not."""
    depth, quote = 0, ""
    for place in range(at, len(text)):
        sign = text[place]
        if quote:
            quote = "" if sign == quote and text[place - 1] != "\\" else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return place + 1
    return len(text)


def _unquoted(text: str) -> Any:
    """A value of a namespace that Python cannot parse, as ``<class 'x'>`` beside it has that effect."""
    text = text.strip()
    return text[1:-1] if text[:1] in "'\"" and text[-1:] == text[:1] and len(text) > 1 else typed(text)
