"""Progress bars that begin again every epoch and do not say which: what counts is where each of them ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from diagnose.run import Curve
from diagnose.tables.naming import SLOT
from diagnose.tables.shape_choice import NONE, Lines, joined
from diagnose.tables.shapes import Shape, shape_of
from diagnose.tables.timeline import Ints

_OF_ALL = re.compile(r"(?<![a-z])(?:epoch|avg|average|mean|total)[_ ]", re.IGNORECASE)
_BAR = re.compile(
    rf"^(?P<what>[^{SLOT}]{{0,40}}?):? ?{SLOT}% ?{SLOT}/{SLOT} "
    rf"\[~<(?:~|\?)(?:, ?(?:{SLOT}|\?) ?[\w()]{{1,12}}/\w{{1,6}})?(?:, )?"
)
_STATE = re.compile(rf"{SLOT}% ?{SLOT}/{SLOT} \[~<")
TURNS = 3  # bars that take turns, below which it may be chance
SHOWN = 4  # states within bars, below which it may be chance that a quantity stays as it is


def folded(said: Mapping[str, Lines]) -> tuple[dict[str, Lines], set[str]]:
    """The lines with every such bar reduced to its last state, without its counter; and the shapes that were bars'.

    A bar that names its epoch, or that is the only one of its kind, is left as it is: its iterations are a clock.
    Where a nameless one and a shorter one take turns, the second is of validation.
    """
    bars: dict[str, list[str]] = {}
    for text in said:
        if (match := _BAR.match(text)) and shape_of(text).epoch is None:
            bars.setdefault(match["what"], []).append(text)
    every = np.sort(np.concatenate([lines.at for lines in said.values()])) if bars else NONE
    kept: dict[str, list[Lines]] = {text: [lines] for text, lines in said.items()}
    found = set()
    for what, texts in bars.items():
        states = [np.stack(said[text].numbers[:3], axis=1) for text in texts]
        at = np.concatenate([said[text].at for text in texts])
        order = np.argsort(at)
        ends = np.zeros(len(at), bool)
        ends[order] = _ends(np.searchsorted(every, at[order]), *np.concatenate(states)[order].T[1:])
        last = np.flatnonzero(ends)[np.argsort(at[ends])]
        of = np.concatenate(states)
        if len(last) < 2 or (of[last[:-1], 1] != of[last[:-1], 2]).any():
            continue
        second = np.zeros(len(at), bool)
        second[last[1::2]] = not what.strip() and _in_turns(of[last, 2])
        cuts = np.cumsum([len(one) for one in states])[:-1]
        for text, mine, later in zip(texts, np.split(ends, cuts), np.split(second, cuts), strict=True):
            del kept[text]
            for side, some in (("", mine & ~later), ("val", later)):
                if some.any():
                    short, lines = _without_counter(text, said[text].of(some), side)
                    found.add(short)
                    kept.setdefault(short, []).append(lines)
    whole = {text: joined(parts) for text, parts in kept.items() if parts[0].numbers}
    return dict(sorted(whole.items(), key=lambda item: int(item[1].at[0]))), found


def summed_up(said: Mapping[str, Lines], shapes: Mapping[str, Shape], bars: set[str]) -> dict[str, Shape]:
    """The shapes without what a line after those bars states anew, and without running means of which that is all."""
    others = {name for text, shape in shapes.items() if text not in bars for name in _names(shape)}
    found = {}
    for text, shape in shapes.items():
        if any(_runs_into((said[text], shape), (said[other], end)) for other, end in shapes.items()):
            continue
        names = tuple("" if name in others else name for name in shape.names) if text in bars else shape.names
        if any(names):
            found[text] = replace(shape, names=names)
    return found


def without_echoes(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """Lines and shapes, what a bar shows all along of the epoch before (Lightning's ``val_loss``) read at its end only.

    Such a quantity stays as it was at the end of the bar before up to the last state but one, bar after bar.
    """
    slots = {text: shape.epoch for text, shape in shapes.items() if shape.epoch is not None and shape.step is not None}
    bars = [text for text in slots if _STATE.search(text)]
    at = np.concatenate([NONE, *(said[text].at for text in bars)])
    order = np.argsort(at)
    epochs = np.concatenate([np.zeros(0), *(said[text].numbers[slots[text]] for text in bars)])[order]
    ends = np.append(np.diff(epochs) != 0, True)[: len(at)]
    begins = np.append(True, ends)[: len(at)]
    rows = np.argsort(order)
    of = np.split(rows, np.cumsum([len(said[text]) for text in bars])[:-1]) if bars else []
    echoes = {name for text in bars for name in _names(shapes[text])}
    for name in list(echoes):
        shown = np.full(len(at), np.nan)
        for text, mine in zip(bars, of, strict=True):
            if name in shapes[text].names:
                shown[mine] = said[text].numbers[shapes[text].names.index(name)]
        same = (shown[1:] == shown[:-1]) | np.isnan(shown[:-1])
        within = ~begins[1:] & ~ends[1:]
        several = np.isfinite(shown[1:]) & within
        moved = len(np.unique(shown[ends & np.isfinite(shown)])) > 1
        if not (several.sum() >= SHOWN and moved and same[~ends[1:]].all()):
            echoes.discard(name)
    lines, found = dict(said), dict(shapes)
    for text, mine in zip(bars, of, strict=True):
        if echoes.isdisjoint(shapes[text].names) or ends[mine].all():
            continue
        del lines[text], found[text]
        names = tuple("" if name in echoes else name for name in shapes[text].names)
        for key, some, shape in (
            (f"{text}\nend", ends[mine], shapes[text]),
            (text, ~ends[mine], replace(shapes[text], names=names)),
        ):
            if some.any():
                lines[key], found[key] = said[text].of(some), shape
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _names(shape: Shape) -> list[str]:
    return [shape.names[slot] for slot in shape.named]


def _runs_into(running: tuple[Lines, Shape], final: tuple[Lines, Shape]) -> bool:
    """Whether a line of the second kind follows on the first, and states the same of the whole epoch."""
    if running[1].step is not None or final[1].step is not None:
        return False
    mine, theirs = set(_names(running[1])), set(_names(final[1]))
    if mine == theirs or len(mine & theirs) < 2 or not mine <= {_OF_ALL.sub("", name) for name in theirs}:
        return False
    after = np.searchsorted(final[0].at, running[0].at)
    if running[1].epoch is not None and final[1].epoch is not None:
        closed = after < len(final[0])
        epochs = final[0].numbers[final[1].epoch][after[closed]]
        if (running[0].numbers[running[1].epoch][closed] != epochs).any():
            return False  # an epoch without an evaluation, and the next with one
    after = np.unique(after)
    return len(after) >= len(final[0]) > int(after[0])


def _ends(places: Ints, done: Curve, of: Curve) -> NDArray[np.bool_]:
    """Which are the last state of a bar: the next state counts back, or counts to another end."""
    ends = np.ones(len(places), bool)
    again = (np.diff(places) > 1) & (done[:-1] == of[:-1]) & (of[:-1] == done[1:])  # only its end was kept
    ends[:-1] = again | (of[1:] != of[:-1]) | (done[1:] < done[:-1])
    return ends


def _in_turns(totals: Curve) -> bool:
    """Whether bars of one length and of a smaller one take turns: those of training and of what follows on it."""
    turns = len(totals) >= TURNS and (totals[2:] == totals[:-2]).all()
    return bool(turns and totals[0] > totals[1])


def _without_counter(text: str, lines: Lines, side: str) -> tuple[str, Lines]:
    match = _BAR.match(text)
    assert match is not None
    return f"{side or match['what']}: {text[match.end() :].rstrip(']')}", lines.behind(match[0].count(SLOT))
