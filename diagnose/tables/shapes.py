"""The shape of a log line: its text with every number taken out, and what each of the numbers is."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from diagnose.tables.naming import (
    CASES,
    IDLE,
    LOSSES,
    RATES,
    SCORES,
    SETTINGS,
    SLOT,
    drops,
    inside,
    key_of,
    side_of,
    words,
)

LONGEST = 1500  # characters of a line that is still looked at
_WHEN = re.compile(
    r"[\w./-]{1,80}(?:\.(?:py|cc|cpp|cu|java|scala|go|lua|ipynb)\b(?::\d{1,6}\b)?|\$:\d{1,6}\b)|"  # source file
    r"(?<![\w.])[A-Za-z_][\w.]{1,80}:(?:[\w<>]{1,60}:)?\d{1,6}(?= - )|"  # and what loguru names: module:function:line
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[T ]?|\b\d{1,2}[-/]\d{1,2}[-/]\d{2,4}\b|\b[IWE]\d{4}(?= )|"
    r"\b(?:\d{1,3}-)?\d{1,3}:\d\d(?::\d\d)?(?:[.,]\d{1,9})?(?!\d)(?: ?[AP]M\b)?|"
    r"\b\d{1,3}h ?\d{1,2}m(?: ?\d{1,2}s)?|\b\d{1,5} days?,?(?= )",
    re.IGNORECASE,
)
_BAR = re.compile(
    r"\|[^|\w\n█▏▎▍▌▋▊▉#]*+[█▏▎▍▌▋▊▉#][^|\w\n]*+\||\[[=>.#-]{2,}\]|[█▏▎▍▌▋▊▉━╸╺]{2,}|[├└│─┣┗]+|"
    r"\x1b\[[\d;]{0,12}[A-Za-z]|, ?(?:device='[\w:]{1,12}'|dtype=torch\.\w{1,12}|grad_fn=<\w{1,40}>)"
)
_GROUPED = re.compile(r"(?<=\biter:) *\d{1,3}(?:,\d{3})+(?=,)")  # BasicSR's 12,000
_COMMA = re.compile(r"(?<=[:=])( ?-?(?:0,\d{1,20}|\d{1,3},(?:\d{1,2}|\d{4,20})))(?=[;,\s]|$)")  # 0,5 as in Europe
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9_.@\\])(?<![A-Za-z0-9]-)(?<!\D/)([-+]?(?:\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|nan\b|inf(?:inity)?\b))"
    r"(?=%|(?:ms|s|secs?|seconds|it/s|s/it|img/s|[MGK]i?B|K|M|k)?(?:(?![\w.@]|-\w)|\.(?:\s|$))|[^\x00-\x7f])",
    re.IGNORECASE,
)
_GONE = "\x01"  # keeps the place of what was removed
_UNIT = re.compile(r"^(?:ms|s|secs?|seconds|it/s|s/it|img/s|[MGK]i?B|K|M|k)(?=[ ,;:|)\]/]|$)")
_SPACE = re.compile(r"\s+")

_EPOCH = (
    r"(?:(?<![A-Za-z0-9_])(?:(?:cur|current|num|train|n|i)_)?(?:epoch|ep|époque|época|epoca|эпоха)"
    r"|エポック|에포크|轮次|轮数|周期|第)"
)
_STEP = (
    r"(?:(?<![A-Za-z0-9_])(?:(?:cur|current|num|train|opt|total|n|i)_)?"  # but train_loss_step is a loss
    r"(?:global[_ ]?step|step|iteration|iter|itr|ite|it(?=: )|update|batch)|训练次数|训练步数|迭代次数|迭代|步数)"
)
_COUNTER = re.compile(
    rf"(?:(?P<epoch>{_EPOCH})|(?P<step>{_STEP}))(?: ?(?:num|no\.|idx))?['\"]? ?[:=：#]?[ ]?[\[(]?[ ]?{SLOT}"
    rf"(?: ?(?:/|of) ?{SLOT})?(?P<after> ?(?:轮|个?epoch|步|次迭代|个?batch|次))?(?! ?%|[A-Za-z0-9_])"
    rf"|(?P<pair>[\[(] ?{SLOT} ?(?:/|,) ?{SLOT} ?(?:\( ?{SLOT} ?%?\) ?)?[\])])"
    rf"|(?P<of>(?<![\w/.]){SLOT} ?/ ?{SLOT})(?! ?[\w/.])",
    re.IGNORECASE,
)
_BEST = re.compile(r"best|最佳|最好|最高|最优", re.IGNORECASE)  # a line on the past: "best dice 0.8 at epoch 5"
_FINAL = re.compile(r"[~ ]*final (?:train|val|test)", re.IGNORECASE)  # MONAI's means: "Final training 3/100 loss: 0.5"
_STEPS_AFTER = ("步", "次", "次迭代", "个batch", "batch")  # what follows the number in 第 3 步
_NOT_NOW = re.compile(
    r"(?:best|max|min|total|num|number of|warm-?up|final|last|stop|patience|every|per|from|until|最佳|最好|共|总)"
    r"[ _-]?(?:at |in )?$",
    re.IGNORECASE,
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
        return bool(self.named) and all(side_of(self.names[slot]) in ("val", "test") for slot in self.named)

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
    if ";" in line and "," in line:
        line = _COMMA.sub(lambda match: match[0].replace(",", "."), line)
    return line


def located(line: str) -> tuple[str, list[tuple[int, int]]]:
    """The text of a line with a mark for every number, and where these stand in the line."""
    line = _WHEN.sub(lambda match: _GONE * (len(match[0]) - 1) + "~", line)
    line = _BAR.sub(lambda match: " " * len(match[0]), line)
    spans = [match.span(1) for match in _NUMBER.finditer(line)]
    edges = itertools.pairwise([0, *(edge for span in spans for edge in span), len(line)])
    pieces = [line[start:stop] for start, stop in edges][0::2]
    return _SPACE.sub(" ", SLOT.join(pieces).replace(_GONE, "")).strip(), spans


@lru_cache(maxsize=4096)
def shape_of(text: str) -> Shape:
    """What each number in the text of a line is."""
    count = text.count(SLOT)
    names = [""] * count
    used: set[int] = set()
    epoch = step = total = None
    worded = comma = finest = False
    pairs: list[tuple[int, int]] = []
    final = _FINAL.match(text) is not None
    spans: list[tuple[int, int]] = []
    for match in _COUNTER.finditer(text):
        first = text.count(SLOT, 0, match.start())
        slots = range(first, first + match[0].count(SLOT))
        if match["pair"] or match["of"]:
            inside_list = "," in match[0] and text[: match.start()].strip("~ -") != ""
            if not inside_list and (match["of"] is None or _bare(text, match)):
                comma |= "," in match[0]
                pairs.append((slots[0], slots[1]))
                used.update(slots)
                spans.append(match.span())
            continue
        word = match["epoch"] or match["step"]
        before = text[: match.start()]
        if _BEST.search(before) or _NOT_NOW.search(before) or (word == "第" and not match["after"]):
            continue
        spans.append(match.span())
        used.update(slots)
        worded = True
        by_step = match["step"] is not None or (match["after"] or "").strip() in _STEPS_AFTER
        if by_step and (step is None or (finest and match["step"].lower() not in ("batch", "step"))):
            step = slots[0]  # after the batch of an epoch, the iteration of all
            total = slots[1] if len(slots) > 1 else None
            finest = (match["step"] or "").lower() == "batch"
        elif not by_step and epoch is None:
            epoch = slots[0]
    for first, last in pairs:
        if final and epoch is None:
            epoch = first
        elif epoch is None and step is None and comma:
            epoch, step = first, last  # [1, 2000]
        elif epoch is None and step is None and len(pairs) > 1:
            epoch = first  # [0/25][100/1583]
        elif step is None:
            step, total = first, last
    return _named(text, names, used, spans, (epoch, step, total), worded=worded)


def _label(names: Sequence[str]) -> str:
    """The split a whole line is about: ``train Loss: 0.5 Acc: 0.8`` names it once, before everything else."""
    first = next((name for name in names if name), "")
    word, blank, _ = first.partition(" ")
    return side_of(word) if blank else ""


def _bare(text: str, match: re.Match[str]) -> bool:
    """Whether ``3/100`` stands by itself and is no score (``Accuracy: 98/100``)."""
    return re.search(r"[:=：] ?$", text[: match.start()]) is None


def _named(
    text: str,
    names: list[str],
    used: set[int],
    spans: Sequence[tuple[int, int]],
    counters: tuple[int | None, int | None, int | None],
    *,
    worded: bool,
) -> Shape:
    """Give every number that counts nothing the words before it."""
    masked = list(text)
    for start, stop in spans:
        masked[start:stop] = [c if c == SLOT else "|" for c in text[start:stop]]
    pieces = [_UNIT.sub("", piece) for piece in "".join(masked).split(SLOT)]
    side = ""
    spare = 0
    lost = rate = False
    rest: list[str] = []
    sides: list[str] = []
    ratios: set[int] = set()
    beside: set[int] = set()
    for slot in range(len(names)):
        key, others = key_of(pieces[slot], pieces[slot + 1])
        rest += others
        side = side_of(" ".join(others)) or side
        sides.append(side)
        if slot in used:
            rest += words(key)
        elif key and re.match(r" ?/ ?$", pieces[slot + 1]) and slot + 1 < len(names):
            if set(words(key)) & SCORES:
                names[slot] = key
                ratios.add(slot)
            spare += not names[slot]
            beside.add(slot + 1)
        elif key:
            names[slot] = key
            beside.add(slot)
        elif slot in beside or (slot - 1 in beside and re.fullmatch(r"[%a-z]{0,3} ?\( ?", pieces[slot])):
            beside.add(slot)  # a running mean, or what a ratio is of
        else:
            spare += 1
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
        full = f"{prefix}/{name}" if prefix else name
        if full in names[:slot]:
            full = f"{full} {names[:slot].count(full) + 2}"
        names[slot] = full
        if drops(name):
            names[slot] = ""
            continue
        known = {*words(name), *words(name.lower())}  # IoU has a capital in its middle
        setting = bool(known & SETTINGS)
        lost |= bool(known & (LOSSES | SCORES) or inside(name)) and not setting
        rate |= bool(known & RATES)
    loose = len([word for word in rest if word not in IDLE and not word.isdigit() and not side_of(word)])
    case = bool(CASES & {*rest, *(word for name in names for word in words(name))})
    clean = spare == 0 and loose <= 2 and not case
    if {"weight", "weights"} & set(rest):  # "Loss weights: CE=0.5, Dice=0.5"
        lost = rate = False
    if case and counters[0] is None:
        lost = rate = False
    return Shape(*counters, worded, tuple(names), lost, rate and not lost, clean, frozenset(ratios))
