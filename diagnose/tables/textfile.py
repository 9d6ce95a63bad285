"""Opens a text log: its lines as one text, what was odd about the file, and the number of the line a match is on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from diagnose.run import Note, Trace
from diagnose.tables.decode import decoded, encoding_of
from diagnose.tables.longtext import LongText, parts
from diagnose.tables.ranks import of_one
from kb.refused import unreadable
from kb.text import Text

_COLOUR = re.compile(
    r"\x1b(?:\[[0-9;?]{0,16}[A-Za-z]|\][^\x07\x1b\n]{0,200}(?:\x07|\x1b\\)|[()][0-9AB])"  # and titles of windows
)
_CARRIED = {  # what docker and kubernetes, mpirun, torchrun and ray put before every line they pass on, by a sign of it
    "Z": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,9}Z ?(?:std(?:out|err) [FP] )?",
    "<": r"\[\d{1,4},\d{1,5}\]<std(?:out|err)>: ?",
    "[": r"\[(?:default|rank)\d{1,5}\]: ?",
    "(": r"\((?:\w{1,60} )?pid=\d{1,9}(?:, ip=[\d.]{7,15})?\) ?",
}
_BAR = re.compile(r"^[^\n|]{0,60}%\|[^\n|]{0,200}\|[^\n\]]{0,80}\] ?", re.MULTILINE)
_INDENTED = r"[ \t]{1,80}+[^{}\s][^{}\n]{0,399}"  # possessive, so that a blank can be taken in one way only
_OBJECT = re.compile(r"\{[^{}\n]{1,400},\n(?:" + _INDENTED + r",\n){0,40}+" + _INDENTED + r"\}")
_HALF = re.compile(r"[^\s)\]}|%]\Z")  # a last character behind which more of a number or a name may follow
_BACK = re.compile(r"(?<![^\r\n\x08])([^\r\n\x08]++)(\x08+)([^\r\n\x08]+)")
_DRAWN, _COUNT = re.compile(r" ?\[[=>.#-]{2,}\]"), re.compile(r" ?(\d{1,9})/([1-9]\d{0,8}) ?")
NO_SIGNAL = Text(
    "a text with no training signal in it: no line that gives a loss, a score or a rate",
    "文本里没有训练信号：没有任何一行给出损失、指标或学习率",
)
NO_END = Text(
    "the last line has no end; what it says last may not be all there",
    "最后一行没有换行符，末尾的内容可能不完整",
)
_LEFT_OUT = re.compile("left out|skipped|cut short")
Damage = tuple[int, str]  # line, and the word that stands where a number should


def opened(path: Path) -> tuple[str | LongText, list[Note]]:
    """The text with line feeds as its only line ends; "" and a note that says why when there is nothing to read."""
    text, notes = written(path)
    return (text.cleaned(_lines) if isinstance(text, LongText) else _lines(text)), notes


def whole(path: Path) -> tuple[str, list[Note]]:
    """What `opened` gives, as one text, for a reader that needs to look at several lines together."""
    text, notes = written(path)
    text = str(text)  # and the bytes are let go
    return _lines(text), notes


def _lines(text: str) -> str:
    text = unwrapped(text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def head_text(head: bytes) -> str:
    """The first bytes of a file as the text a reader will see, every state of a redrawn line on a line of its own."""
    return re.sub("\r\n?", "\n", unwrapped(decoded(head)[0]))


def unwrapped(text: str) -> str:
    """The text without colours, without the marks of programs that passed it on, and with backspaces as returns.

    Of a job's processes only one is left where one is asked for (`ranks.only`).
    """
    if "\x1b" in text:
        text = _COLOUR.sub("", text)
    text = of_one(text)
    if "\x08" in text:
        text = re.sub("\x08+", "\r", _BACK.sub(_written_back, text))
    if not (signs := "".join(sign for sign in _CARRIED if sign in text)):
        return text
    first, on = _carried(signs)
    if there := first.match(text):
        text = text[there.end() :]
    return on.sub("\n", text)


@cache
def _carried(signs: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What finds such marks before a text, and before its lines; a line feed in front is ten times as fast as ^ is."""
    marks = "|".join(map(_CARRIED.__getitem__, signs))
    return re.compile(f"(?:{marks})"), re.compile(f"\n(?:{marks})")


def _written_back(match: re.Match[str]) -> str:
    """What a program wrote over the middle of its own line, in front of it, so that nothing is lost.

    A count written over a bar, as pytorch-cifar does, becomes what tqdm would have drawn.
    """
    line, back, over = match.groups()
    if not len(over) < len(back) < len(line):  # it takes the place of the end, or of everything
        return f"{line}\r{over}"
    bar, count = _DRAWN.match(line), _COUNT.fullmatch(over)
    if bar is None or count is None:
        return f"{over} {line}"
    return f"{100 * int(count[1]) // int(count[2])}%|#| {count[1]}/{count[2]} [00:00<00:00]{line[bar.end() :]}"


def written(path: Path) -> tuple[str | LongText, list[Note]]:
    """The text with its line ends as they are; "" and a note that says why when there is nothing to read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return "", [Note(str(path), unreadable(error))]
    encoding = encoding_of(data)
    text = LongText(data, encoding)
    if _is_binary(text):
        return "", [Note(str(path), Text("a binary file, not a log", "是二进制文件，不是日志"))]
    if all(not part or part.isspace() for part in text):
        return "", [Note(str(path), Text("the file is empty", "文件是空的"))]
    notes = []
    if encoding.name != "utf-8":
        notes.append(Note(str(path), Text(f"read as {encoding.name}", f"按 {encoding.name} 编码读取")))
    if _HALF.search(text.to_the_last("\n")[1]):
        notes.append(Note(str(path), NO_END, text.count("\n") + 1))
    return (text if text.large else str(text)), notes


def _is_binary(text: LongText) -> bool:
    """What `is_binary` says of the whole text."""
    if text.encoding.errors == "strict" and b"\0" not in text.data:
        lost = "\ufffd".encode(text.encoding.codec)
        if lost[:1] not in text.data or lost not in text.data:  # to look for one byte is ten times as fast
            return False
    return "\0" in text or text.count("\ufffd") > sum(map(len, text)) // 20


def on_one_line(text: str) -> str:
    """The text with objects that were printed over several lines on the first of them, and the others left blank."""
    if "{" not in text or ",\n" not in text:
        return text
    return _OBJECT.sub(lambda match: match[0].replace("\n", " ") + "\n" * match[0].count("\n"), text)


def told_once(traces: Sequence[Trace]) -> list[Trace]:
    """The traces without the remark that the last line has no end, where another tells what was left out of it."""
    told = {note.line for one in traces for note in one.notes if _LEFT_OUT.search(note.what.en)}
    return [
        replace(one, notes=tuple(note for note in one.notes if note.what != NO_END or note.line not in told))
        for one in traces
    ]


def unbarred(text: str) -> str:
    """The text without the tqdm bars its lines begin with, for a print while a bar is shown lands behind it."""
    return _BAR.sub("", text) if "%|" in text else text


def hits(pattern: re.Pattern[str], text: str | LongText) -> Iterator[tuple[int, re.Match[str]]]:
    """Every match within a line, with its number; lines are counted between matches, not from the start each time."""
    line = 1
    for part in parts(text):
        at = 0
        for match in pattern.finditer(part):
            line += part.count("\n", at, match.start())
            at = match.start()
            yield line, match
        line += part.count("\n", at)


def no_signal(path: Path) -> Note:
    """What is said of a text in which nothing was logged."""
    return Note(str(path), NO_SIGNAL)


def no_numbers(path: Path, damage: Sequence[Damage]) -> list[Note]:
    """One note on words that stand where a number should: how many, and the first with its line."""
    if not damage:
        return []
    line, word = min(damage, key=lambda one: one[0])
    what = Text(
        f"{word[:40]!r} is no number; {len(damage)} such values skipped",
        f"{word[:40]!r} 不是数字；共跳过 {len(damage)} 个这样的值",
    )
    return [Note(str(path), what, line)]


def cut_short(last: Sequence[str], before: Sequence[str] | None) -> bool:
    """Whether the values of a last line without a line end stop earlier than those of the line of its kind before.

    A file that is being written ends anywhere: ``0.4`` may be the beginning of ``0.4512``.
    """
    if not before or not last:
        return False
    return len(last) < len(before) or _decimals(last[-1]) < _decimals(before[min(len(last), len(before)) - 1])


def unfinished(path: Path, line: int) -> Note:
    """What is said of a last number that may not be all there."""
    return Note(
        str(path),
        Text("the last line is cut short; its last number is left out", "最后一行不完整，末尾的数值未计入"),
        line,
    )


def without_numbers(path: Path, broken: Sequence[int], last: int) -> Iterator[Note]:
    """What is said of lines that hold no number where each should; the ``last`` of all may be cut short."""
    if broken and broken[-1] == last:
        yield Note(str(path), Text("the last line is cut short; it is left out", "最后一行不完整，已略去"), last)
        broken = broken[:-1]
    if broken:
        what = Text(f"lines without a number: {len(broken)}; skipped", f"有 {len(broken)} 行没有数值，已跳过")
        yield Note(str(path), what, broken[0])


def _decimals(value: str) -> int:
    """How many characters follow the decimal point; a unit counts, for it is what comes last."""
    return len(value.partition(".")[2])
