"""Progress bars that begin again every epoch and do not say which: what counts is where each of them ended."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from diagnose.tables.naming import SLOT
from diagnose.tables.shape_choice import Said
from diagnose.tables.shapes import Shape, shape_of

_BAR = re.compile(
    rf"^(?P<what>[^{SLOT}]{{0,40}}?):? ?{SLOT}% ?{SLOT}/{SLOT} "
    rf"\[~<(?:~|\?)(?:, ?(?:{SLOT}|\?) ?[\w()]{{1,12}}/\w{{1,6}})?(?:, )?"
)


def folded(said: Sequence[Said]) -> tuple[list[Said], set[str]]:
    """The lines with every such bar reduced to its last state, without its counter; and the shapes that were bars'.

    A bar that names its epoch, or that is the only one of its kind, is left as it is: its iterations are a clock.
    """
    bars: dict[str, list[int]] = {}
    for at, one in enumerate(said):
        if (match := _BAR.match(one.text)) and shape_of(one.text).epoch is None:
            bars.setdefault(match["what"], []).append(at)
    kept: dict[int, Said | None] = {}
    texts = set()
    for places in bars.values():
        ends = _ends(said, places)
        if len(ends) < 2 or not all(_whole(said[at]) for at in ends[:-1]):
            continue
        kept |= dict.fromkeys(places)
        for at in ends:
            kept[at] = end = _without_counter(said[at])
            texts.add(end.text)
    lines = (kept.get(at, one) for at, one in enumerate(said))
    return [one for one in lines if one is not None and one.numbers], texts


def summed_up(shapes: Mapping[str, Shape], bars: set[str]) -> dict[str, Shape]:
    """The shapes without those bars whose every quantity a line of its own states after them."""
    others = [{name for name in shape.names if name} for text, shape in shapes.items() if text not in bars]
    return {
        text: shape
        for text, shape in shapes.items()
        if text not in bars or not any({name for name in shape.names if name} <= names for names in others)
    }


def _ends(said: Sequence[Said], places: Sequence[int]) -> list[int]:
    """The last state of each bar: the next state counts back, or counts to another end."""
    ends = []
    for at, after in zip(places, [*places[1:], None], strict=True):
        done, of = said[at].numbers[1:3]
        again = after is not None and after > at + 1 and done == of == said[after].numbers[1]  # only its end was kept
        if after is None or again or said[after].numbers[2] != of or int(said[after].numbers[1]) < int(done):
            ends.append(at)
    return ends


def _whole(one: Said) -> bool:
    return one.numbers[1] == one.numbers[2]


def _without_counter(one: Said) -> Said:
    match = _BAR.match(one.text)
    assert match is not None
    gone = match[0].count(SLOT)
    return replace(one, text=f"{match['what']}: {one.text[match.end() :].rstrip(']')}", numbers=one.numbers[gone:])
