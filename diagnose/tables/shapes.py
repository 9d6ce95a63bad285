"""The shape of a log line: its text with every number taken out, and what each of the numbers is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from diagnose.tables.counters import Counted, counted_in
from diagnose.tables.grouped import before_counter, group_of, in_groups
from diagnose.tables.naming import (
    CASES,
    IDLE,
    MEASURES,
    RATES,
    SCORES,
    SETTINGS,
    SLOT,
    drops,
    is_told,
    key_of,
    side_of,
    words,
)

LONGEST = 1500  # characters of a line that is still looked at
_WHEN = re.compile(
    r"\b[IWEF]\d{4} \d\d:\d\d:\d\d(?:\.\d{1,9})? {1,4}\d{1,16} (?=[\w./]{1,80}:\d{1,6}\])|"  # glog's, with the thread
    r"(?<=output )#\d{1,4}(?=:)|"  # Caffe numbers its outputs, and says with what weight each is summed up
    r"\(\* [\d.e+-]{1,20} = [-\w.+]{1,24} loss\)|"
    r"[\w./=-]{1,80}(?:\.(?:py|cc|cpp|cu|java|scala|go|lua|ipynb|ckpt|pth?|h5|pkl|safetensors)\b(?::\d{1,6}\b)?|\$:\d{1,6}\b)|"
    r"(?<![\w.])[A-Za-z_][\w.]{1,80}:(?:[\w<>]{1,60}:)?\d{1,6}(?= - )|"  # and what loguru names: module:function:line
    r"\([A-Za-z_]\w{1,40}:\d{1,6}\)|"
    r"\b(?:19|20)\d{6}[-_ T]\d{4,6}\b|(?<![\d.])\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]?|"
    r"\b\d{1,2}[-/]\d{1,2}[-/]\d{2,4}\b|\b[IWE]\d{4}(?= )|"
    r"\b(?:\d{1,3}-)?\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?!\d)(?: ?[AP]M\b)?|"
    r"\b\d{1,3}h ?\d{1,2}m(?: ?\d{1,2}s)?|\b\d{1,3}(?:D ?\d{1,2}h|m ?\d{1,2}s|s ?\d{1,3}ms)\b|\b\d{1,5} days?,?(?= )|"
    r"(?<=:)\d{1,9}-(?=\d{1,9}batch:)",  # ESPnet's 1-50batch
    re.IGNORECASE,
)
_BAR = re.compile(
    r" ?\(?(?:±|\+/-) ?\d{1,9}(?:\.\d{1,12})?%?\)?|"  # how far a mean is out
    r"\b[A-Za-z][\w-]{0,20}[:=] ?n/a(?=[ ,;|]|$)|"  # val: n/a
    r"(?<=%)\|[ ]{0,200}\|(?= ?\d)|"  # one that has not begun
    r"\|[^|\w\n█▏▎▍▌▋▊▉#]*+[█▏▎▍▌▋▊▉#][^|\w\n]*+\||\[[=>.#-]{2,}\]|[█▏▎▍▌▋▊▉━╸╺]{2,}|[├└│─┣┗]+|"
    r"\x1b\[[\d;]{0,12}[A-Za-z]|, ?(?:device='[\w:]{1,12}'|dtype=torch\.\w{1,12}|grad_fn=<\w{1,40}>)"
)
_WRAPPED = re.compile(  # what repr() puts around a number: np.float64(0.5), array([0.5], dtype=float32)
    r"(?<![\w.])((?:\w{2,12}\.)?(?:float\d{0,2}|int\d{1,2}|[Aa]rray|[Tt]ensor)\(\[{0,2})"
    r"([-+]?[\d.einfa]{1,24}[-+]?\d{0,3})(\]{0,2}(?:, ?\w{1,16}=[^(),]{1,40}){0,4} {0,200}\))",
    re.IGNORECASE,
)
_GROUPED = re.compile(r"(?<=\biter:) *\d{1,3}(?:,\d{3})+(?=,)")  # BasicSR's 12,000
_THOUSANDS = re.compile(r"(?<=[:=] )([1-9]\d{0,2}(?:,\d{3})+)(?=[;,]? |[;,]?$)")  # tps: 12,345
_CLASS = re.compile(r"(?<=\b[Cc]lass) (?=\d{1,3}\b(?!\.\d|/))")  # Class 1 IoU: the number is a name
_DASHED = re.compile(r"(?<=[A-Za-z)])-(?=\d{1,3}\.\d{1,4}(?:;|$))")  # ===>polyp: Iou-81.5; Precision-90.2
_COMMA = re.compile(r"(?<=[:=])( ?-?(?:0,\d{1,20}|\d{1,3},(?:\d{1,2}|\d{4,20})))(?=[;,\s]|$)")  # 0,5 as in Europe
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.@\\])(?<![A-Za-z0-9]-)(?<![^\d%]/)([-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan\b|inf(?:inity)?\b))"
    r"(?=%|(?:ms|s|secs?|seconds|it/s|s/it|img/s|[MGK]i?B|K|M|k|epoch(?=[ :])|batch(?=:))?"
    r"(?:(?![\w.@]|-\w)|\.(?:\s|$))|[^\x00-\x7f])",
    re.IGNORECASE,
)
_GONE = "\x01"  # keeps the place of what was removed
_UNIT = re.compile(
    r"^(?:ms|s|secs?|seconds|it/s|s/it|img/s| ?[a-z]{1,12}/(?:s|sec|second)\b|[MGK]i?B|K|M|k)(?=[ ,;:|)\]/]|$)"
)
_SPACE = re.compile(r"\s+")
_JOINED = re.compile(r"[^\W\d_]\w*(?:-\w+)+|[^\W\d_]*[a-z][A-Z]\w*")  # CVC-ClinicDB, PolypGen

_BEST = re.compile(r"best|最佳|最好|最高|最优", re.IGNORECASE)
_EVALUATED = re.compile(r"\bSaving dict for global step")  # how an Estimator of TensorFlow ends an evaluation
_SAVED = re.compile(r"sav|保存|improv", re.IGNORECASE)
_LOGGER = re.compile(r"[^|]{0,80}?\b(?:INFO|DEBUG)\b\]?:?(?: [\w.]+(?: -|:)(?= ))?")
_TOOK = re.compile(  # what a line took is no sign of something else than a log
    r"(?:ms|s|secs?|seconds)(?![\w/])|(?: ?(?:毫秒|秒|分钟|分|小时))"
)


@dataclass(frozen=True)
class Shape:
    """What the numbers of a line are.

    ``epoch`` and ``step`` are the slots that count, ``total`` the slot that says how far ``step`` goes, ``names``
    the quantity of every other slot ("" for a number nobody named), ``ratios`` the slots to be divided by the next.
    ``worded``: a word says what is counted. ``losses``: one of the quantities is a loss or a score; ``rates``: or
    else a learning rate; ``clean``: hardly a word and no number beyond those names.
    """

    epoch: int | None
    step: int | None
    total: int | None
    worded: bool
    names: tuple[str, ...]
    losses: bool
    rates: bool
    clean: bool
    ratios: frozenset[int]

    @property
    def counted(self) -> bool:
        """Whether the line says when it was written."""
        return self.epoch is not None or self.step is not None

    @property
    def evaluates(self) -> bool:
        """Whether all it tells is of validation or test."""
        sides = {side_of(name) for name in self.names if name and (side_of(name) or is_told(name))}
        return bool(sides) and sides <= {"val", "test"}

    @property
    def named(self) -> tuple[int, ...]:
        """The slots that hold quantities."""
        return tuple(slot for slot, name in enumerate(self.names) if name)


def taken_out(line: str) -> tuple[str, list[str]]:
    """The text of a line with a mark for every number, and the numbers; times, dates and progress bars are removed."""
    line = plainly(line)
    text, spans = located(line)
    return text, [line[start:stop] for start, stop in spans]


def plainly(line: str) -> str:
    """The line with 12,000 and 0,5 written as 12000 and 0.5 where that is what they are."""
    if "iter:" in line:
        line = _GROUPED.sub(lambda match: match[0].replace(",", ""), line)
    if "," in line:
        line = _THOUSANDS.sub(lambda match: match[0].replace(",", ""), line)
    if "===>" in line:
        line = _DASHED.sub(": ", line)
    if ";" in line and "," in line:
        line = _COMMA.sub(lambda match: match[0].replace(",", "."), line)
    return line


def located(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of a line with a mark for every number, and where these stand in the line."""
    line = _WHEN.sub(lambda match: _GONE * (len(match[0]) - 1) + "~", line)
    line = _CLASS.sub("_", line) if "lass " in line else line
    line = _BAR.sub(lambda match: " " * len(match[0]), line)
    line = _WRAPPED.sub(_bared, line) if "(" in line else line
    spans = [match.span(1) for match in _NUMBER.finditer(line)]
    edges = itertools.pairwise([0, *(edge for span in spans for edge in span), len(line)])
    pieces = [line[start:stop] for start, stop in edges][0::2]
    return _SPACE.sub(" ", SLOT.join(pieces).replace(_GONE, "")).strip(), spans


def _bared(match: re.Match[str]) -> str:
    """The number alone; one that begins a line has no other name than what is around it."""
    before, number, after = match.groups()
    return " " * len(before) + number + " " * len(after) if match.start() else match[0]


@lru_cache(maxsize=4096)
def shape_of(text: str) -> Shape:
    """What each number in the text of a line is."""
    grouped = in_groups(text)
    return _named(text, counted_in(text, grouped), grouped)


def _label(names: Sequence[str]) -> str:
    """The split a whole line is about: ``train Loss: 0.5 Acc: 0.8`` names it once, before everything else."""
    first = next((name for name in names if name), "")
    word, blank, _ = first.partition(" ")
    return side_of(word) if blank else ""


def _loose(text: str, rest: Sequence[str]) -> int:
    """How many of the words of a line belong to no name; the parts of ``ETIS-LaribPolypDB`` are one."""
    count = len(rest)
    for token in _JOINED.findall(text) if count > 2 else ():
        parts = words(token)
        count -= len(parts) - 1 if set(parts) <= set(rest) else 0
    return count


def _named(text: str, counted: Counted, grouped: Mapping[int, str]) -> Shape:
    """Give every number that counts nothing the words before it."""
    names = [""] * text.count(SLOT)
    used, spans = counted.used, counted.spans
    masked = list(text)
    for start, stop in spans:
        masked[start:stop] = [c if c == SLOT else "|" for c in text[start:stop]]
    written = "".join(masked).split(SLOT)
    pieces = [_UNIT.sub("", piece) for piece in written]
    if (logger := _LOGGER.match(pieces[0])) and not side_of(logger[0]):
        pieces[0] = pieces[0][logger.end() :]
    side = "val" if _EVALUATED.search(text) else ""
    spare = 0
    lost = rate = False
    rest: list[str] = []
    sides: list[str] = []
    over: list[str] = []
    ratios: set[int] = set()
    beside: set[int] = set()
    for slot in range(len(names)):
        key, others = key_of(pieces[slot], pieces[slot + 1])
        key = grouped.get(slot) or key or before_counter(pieces, used, slot)
        over.append(group_of(pieces[slot]) or (over[-1] if over else ""))
        rest += others if slot not in grouped else [word for word in others if word not in words(key)]
        side = side_of(" ".join(others)) or side
        sides.append(side)
        if slot in used:
            rest += words(key)
        elif key and slot not in grouped and re.match(r" ?/ ?$", pieces[slot + 1]) and slot + 1 < len(names):
            if set(words(key)) & SCORES:
                names[slot] = key
                ratios.add(slot)
            spare += not names[slot]
            beside.add(slot + 1)
        elif key:
            names[slot] = key
            beside.add(slot)
        elif slot in beside or (slot - 1 in beside and re.fullmatch(r"[%a-z]{0,3} ?\( ?| ?/ ?", pieces[slot])):
            beside.add(slot)  # a running mean, or what a ratio is of
        elif not _TOOK.match(written[slot + 1]) and not _BEST.search(pieces[slot][-8:]):
            spare += 1
    names[:] = ["" if _BEST.search(name) and _SAVED.search(name) else name for name in names]
    if any(name and _BEST.search(name) is None for name in names):  # the best so far repeats them
        names[:] = ["" if _BEST.search(name) else name for name in names]
    rest += words(pieces[-1]) if len(pieces[-1]) > 12 else []
    repeated = {name for name in names if name and names.count(name) > 1}
    said = ""
    label = _label(names) if not spans else ""
    for slot, name in enumerate(names):
        if not name:
            continue
        own = side_of(name)
        said = own or said
        prefix = "" if own else sides[slot] or label or (said if name in repeated else "")
        if not prefix and not own and name in repeated and over[slot] not in ("", name):
            prefix = over[slot]
        full = f"{prefix}/{name}" if prefix else name
        if full in names[:slot]:
            full = f"{full} {names[:slot].count(full) + 2}"
        names[slot] = full
        if drops(name):
            names[slot] = ""
            continue
        known = set(words(name))
        told = is_told(name) or (is_told(full) and known <= MEASURES)
        lost |= told and not known & SETTINGS
        rate |= bool(known & RATES) or "学习率" in name
    loose = _loose(text, [word for word in rest if word not in IDLE and not word.isdigit() and not side_of(word)])
    case = bool(CASES & {*rest, *(word for name in names for word in words(name))})
    clean = spare == 0 and loose <= max(2, sum(map(is_told, names))) and not case
    if {"weight", "weights"} & set(rest):  # "Loss weights: CE=0.5, Dice=0.5"
        lost = rate = False
    if case and counted.epoch is None:
        lost = rate = False
    when = (counted.epoch, counted.step, counted.total, counted.worded)
    return Shape(*when, tuple(names), lost, rate and not lost, clean, frozenset(ratios))
