"""JSON values out of text that may be cut short, doubled, nested without end or full of giant numbers; never raises."""

from __future__ import annotations

import json
import re
from typing import Any

from kb.parser_words import in_both
from kb.text import Text

LARGE = 64 << 20  # characters of one value beyond which it is no log, and parsing it would take gigabytes
DEEPEST = 100  # brackets open at once where a file was cut
MARKS = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{},]', re.DOTALL)  # possessive: an open string is one match
FOREIGN = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?|(?<=[:,\[])\s*+([+-]?(?:nan|inf|infinity)\b(?!")|(?:np\.|numpy\.)?'
    r"(?:float\d*|tensor|array)\(\s*([^()\s,]{1,40})[^()]{0,60}\))",
    re.IGNORECASE | re.DOTALL,
)
QUOTED = re.compile(r"'[^'\\\n]{0,400}'")
LITERAL = re.compile(r'"(?:[^"\\]++|\\.)*+"?|\b(None|True|False)\b')
PYTHON = {"None": "null", "True": "true", "False": "false"}
_MISTAKE = Text("a mistake", "写法有误")
CLOSING = {"{": "}", "[": "]"}


def parsed(text: str) -> tuple[Any, Text | None]:
    """The value, or None and what is wrong with it."""
    if len(text) > LARGE:
        return None, Text("too large to be a log", "过大，不像日志")
    try:
        return json.loads(text), None
    except RecursionError:
        return None, Text("nested too deeply", "嵌套过深")
    except json.JSONDecodeError as error:
        if (mended := with_numbers(text)) != text:  # printf and repr write what JSON has no word for
            return parsed(mended)
        why = in_both(error.msg, _MISTAKE)
        return None, Text(
            f"not valid JSON at line {error.lineno}, column {error.colno}: {why.en}",
            f"第 {error.lineno} 行第 {error.colno} 列不是有效的 JSON：{why.zh}",
        )
    except ValueError:  # an integer of thousands of digits
        return _with_floats(text)


def salvaged(text: str) -> tuple[Any, Text | None]:
    """The value of a whole file, with what had to be mended; values written one after another become a list."""
    value, wrong = parsed(text)
    if wrong is None or len(text) > LARGE:
        return value, wrong
    several = _one_after_another(text)
    if len(several) > 1:
        return several, None
    value, still_wrong = parsed(_closed(text))
    if still_wrong is None:
        return value, Text("the file is cut short; what came before is read", "文件不完整；已读取此前的内容")
    return None, wrong


def with_numbers(text: str) -> str:
    """The text with ``nan``, ``-inf`` and a number in its type (``np.float32(0.5)``) as JSON spells them."""
    return FOREIGN.sub(lambda match: match[0] if match[1] is None else _spelled(match[1], match[2]), text)


def _spelled(word: str, inner: str | None) -> str:
    if inner is not None:
        return inner
    sign = "-" if word[0] == "-" else ""
    return "NaN" if "nan" in word.lower() else f"{sign}Infinity"


def from_python(text: str) -> str:
    """The text of a dictionary that Python printed, its strings quoted as JSON does."""
    quoted = QUOTED.sub(lambda match: json.dumps(match[0][1:-1]), text)
    return LITERAL.sub(lambda match: match[0] if match[1] is None else PYTHON[match[1]], quoted)


def _with_floats(text: str) -> tuple[Any, Text | None]:
    try:
        return json.loads(text, parse_int=float), None
    except (ValueError, RecursionError) as error:
        why = in_both(str(error), _MISTAKE)
        return None, Text(f"not valid JSON: {why.en}", f"不是有效的 JSON：{why.zh}")


def _one_after_another(text: str) -> list[Any]:
    """Objects that follow each other without a comma, as an appending script leaves them."""
    decoder, at = json.JSONDecoder(), 0
    found: list[Any] = []
    blank = re.compile(r"[\s,]*")
    while True:
        match = blank.match(text, at)
        at = match.end() if match else at
        if at >= len(text):
            return found
        try:
            one, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return found
        found.append(one)


def _closed(text: str) -> str:
    """The text up to its last whole value, with the brackets that are still open closed."""
    open_now: list[str] = []
    end, open_then = 0, ""
    for match in MARKS.finditer(text):
        mark = match[0]
        if mark in CLOSING:
            open_now.append(mark)
            if len(open_now) > DEEPEST:
                return ""
        elif mark in ("}", "]"):
            if not open_now or CLOSING[open_now.pop()] != mark:
                return ""
            end, open_then = match.end(), "".join(open_now)
        elif mark == ",":
            end, open_then = match.start(), "".join(open_now)
    return text[:end] + "".join(CLOSING[mark] for mark in reversed(open_then))
