"""Where each parameter can stand when every group of an optimizer keeps the model's order.

A state says how many slots of each group are filled. Going through the parameters, each either fills
the next slot of one group (where the shapes agree) or stays out. Sets of states are the bits of one
integer, so that all arrangements are followed at once; the sets reachable from the start and the sets
that can still reach the end tell for every parameter what it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Shape = tuple[int, ...]
MOST_BITS = 1 << 28  # of state sets kept: 32 MiB
MOST_WORK = 2_000_000  # parameters times groups times rounds


@dataclass(frozen=True)
class Place:
    """Whether a parameter is in some arrangement, and its one (group, position) when it is the same in all."""

    possible: bool = True
    certain: tuple[int, int] | None = None


def arrange(parameters: Sequence[Shape], groups: Sequence[Sequence[Shape | None]]) -> list[Place] | None:
    """A place for every parameter, None when no arrangement keeps the order; a slot's shape may be unknown (None)."""
    states = 1
    for group in groups:
        states *= len(group) + 1
    if states * (len(parameters) + 1) <= MOST_BITS:
        return _exactly(parameters, groups)
    return _one_by_one(parameters, groups)


def _exactly(parameters: Sequence[Shape], groups: Sequence[Sequence[Shape | None]]) -> list[Place] | None:
    widths = [1]
    for group in groups:
        widths.append(widths[-1] * (len(group) + 1))
    total = widths[-1]
    open_for = _openings(set(parameters), groups, widths)
    reached = [1]
    for shape in parameters:
        now = before = reached[-1]
        for at, mask in open_for[shape]:
            now |= (before & mask) << widths[at]
        reached.append(now)
    ending = 1 << (total - 1)  # all slots filled
    if not reached[-1] & ending:
        return None
    places: list[Place] = []
    for shape, before in zip(reversed(parameters), reversed(reached[:-1]), strict=True):
        moves = [(at, before & mask & (ending >> widths[at])) for at, mask in open_for[shape]]
        moves = [(at, states) for at, states in moves if states]
        places.append(_place(moves, widths, stays=bool(before & ending)))
        later = ending
        for at, mask in open_for[shape]:
            ending |= (later >> widths[at]) & mask
    return places[::-1]


def _openings(
    shapes: set[Shape], groups: Sequence[Sequence[Shape | None]], widths: Sequence[int]
) -> dict[Shape, list[tuple[int, int]]]:
    """For each shape, the groups that can take it and the states in which their next slot does."""
    total = widths[-1]
    found: dict[Shape, list[tuple[int, int]]] = {shape: [] for shape in shapes}
    for at, (group, (width, after)) in enumerate(zip(groups, pairwise(widths), strict=True)):
        rows: dict[Shape | None, int] = {}
        for position, slot in enumerate(group):
            rows[slot] = rows.get(slot, 0) | ((1 << width) - 1) << (position * width)
        for shape in shapes:
            row = rows.get(shape, 0) | rows.get(None, 0)
            if row:
                found[shape].append((at, _repeated(row, after, total)))
    return found


def _repeated(pattern: int, period: int, total: int) -> int:
    """``pattern`` every ``period`` bits, ``total`` bits in all."""
    while period < total:
        pattern |= pattern << period
        period *= 2
    return pattern & ((1 << total) - 1)


def _place(moves: list[tuple[int, int]], widths: Sequence[int], *, stays: bool) -> Place:
    if stays or len(moves) != 1:
        return Place(possible=bool(moves))
    at, states = moves[0]
    width, after = widths[at], widths[at + 1]
    position = ((states & -states).bit_length() - 1) % after // width
    same = _repeated(((1 << width) - 1) << (position * width), after, widths[-1])
    return Place(certain=(at, position)) if not states & ~same else Place()


def _one_by_one(parameters: Sequence[Shape], groups: Sequence[Sequence[Shape | None]]) -> list[Place] | None:
    """Each group on its own, then again without the parameters that others are sure to hold: weaker, never wrong."""
    known: dict[int, tuple[int, int]] = {}
    rounds = MOST_WORK // max(len(parameters) * len(groups), 1)
    if not rounds:
        return [Place()] * len(parameters)
    while True:
        rounds -= 1
        before = len(known)
        possible: set[int] = set()
        for at, group in enumerate(groups):
            free = [one for one in range(len(parameters)) if known.get(one, (at, 0))[0] == at]
            if (len(group) + 1) * (len(free) + 1) > MOST_BITS:
                return [Place()] * len(parameters)
            places = _exactly([parameters[one] for one in free], [group])
            if places is None:
                return None
            for one, place in zip(free, places, strict=True):
                if place.possible:
                    possible.add(one)
                if place.certain is not None:
                    known[one] = (at, place.certain[1])
        if len(known) == before or not rounds:
            return [Place(one in possible, known.get(one)) for one in range(len(parameters))]
