"""Settings printed as ``Namespace(lr=0.1)``, taken from the syntax; nothing is run."""

from __future__ import annotations

import ast
import re
import warnings
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
        return _mapping(body.value, 0)
    pairs = (part.partition("=") for part in _NEXT.split(printed[1:].rstrip(")\n ")))
    return {name.strip(): _unquoted(value) for name, _, value in pairs if name.strip().isidentifier()}


def _parsed(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "invalid escape sequence" in somebody's path
            return ast.parse(text)
    except _BROKEN:
        return None


def _value(node: ast.expr, depth: int) -> Any:
    """What an expression plainly says; what would have to be worked out is kept as it is written, if short."""
    if depth > _DEEP:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        return -number if isinstance(number, int | float) else None
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return [_value(one, depth + 1) for one in node.elts]
    if isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        return {str(key.value): _value(value, depth + 1) for key, value in pairs if isinstance(key, ast.Constant)}
    if isinstance(node, ast.Call):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in _MAPPINGS and not node.args:
            return _mapping(node, depth)
        first = node.args[0] if len(node.args) == 1 else None
        if isinstance(first, ast.Constant) and isinstance(first.value, str) and name.endswith("Path"):
            return first.value
    return None


def _mapping(call: ast.Call, depth: int) -> dict[str, Any]:
    return {one.arg: _value(one.value, depth + 1) for one in call.keywords if one.arg is not None}


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
