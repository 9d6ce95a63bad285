"""Settings written as Python: ``Namespace(lr=0.1)`` as argparse prints it, and files of assignments.

What is written is parsed, never run: only literals, and mappings like ``dict(...)`` with such in it, become values.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from kb.foreign_yaml import typed

LONG = 1 << 16  # characters a printed configuration may have
ASSIGNED = re.compile(r"[A-Za-z_]\w{0,80} = ")
_BROKEN = (SyntaxError, ValueError, RecursionError, MemoryError)  # what Python's parser raises on nonsense
_PRINTED = re.compile(r"(?<![\w'\"])Namespace\(")
_NEXT = re.compile(r",\s*(?=[A-Za-z_]\w*=)")
_MAPPINGS = frozenset(("dict", "Namespace", "OrderedDict", "ConfigDict", "Config"))
_DEEP = 50


def namespace(text: str) -> dict[str, Any]:
    """The arguments in the first ``Namespace(...)`` of a text, also one without an end; empty when there is none."""
    match = _PRINTED.search(text)
    if match is None:
        return {}
    end = _closing(text, match.end() - 1)
    return _arguments(text[match.end() - 1 : end or len(text)])


def namespaces(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Where each ``Namespace(...)`` of a text that has an end begins, and its arguments."""
    if "Namespace(" in text:  # a hundred times as fast as the expression
        for match in _PRINTED.finditer(text):
            if end := _closing(text, match.end() - 1):
                yield match.start(), _arguments(text[match.end() - 1 : end])


def assignments(source: str, *, again: bool = True) -> dict[str, Any]:
    """The assigned values of a Python configuration that are plain."""
    module = _parsed(source[:LONG])
    if module is None:  # cut short: what stands before the last assignment is whole
        starts = list(re.finditer(rf"(?m)^{ASSIGNED.pattern}", source[:LONG]))
        whole = source[: starts[-1].start()] if starts else ""
        return assignments(whole, again=False) if whole and again else {}
    found = {}
    for line in module.body:
        if isinstance(line, ast.Assign) and len(line.targets) == 1 and isinstance(line.targets[0], ast.Name):
            value = _value(line.value, 0)
            if value is not None:
                found[line.targets[0].id] = value
    return found


def _arguments(printed: str) -> dict[str, Any]:
    """The arguments between two brackets; one by one where Python cannot parse all, as of ``<class 'x'>``."""
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
    """What an expression plainly says; None when it would have to be worked out."""
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


def _closing(text: str, start: int) -> int:
    """Behind which place the bracket that opens at ``start`` is closed, brackets in quotes aside; 0 when it is not."""
    depth, quote = 0, ""
    for at in range(start, min(len(text), start + LONG)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return at + 1
    return 0


def _unquoted(text: str) -> Any:
    """A value as it is written: a number, a word, or what stands between quotes."""
    text = text.strip()
    return text[1:-1] if text[:1] in "'\"" and text[-1:] == text[:1] and len(text) > 1 else typed(text)
