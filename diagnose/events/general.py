"""Reads records that come in any order: equal ones together as columns, the rest one by one.

Records are grouped by length, then by layout, then by tag. All comparing is exact: a record belongs to a
template only when every fixed bit is equal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.events import crc32c, hparams, kinds, wire
from diagnose.events.columns import Column, Gathered
from diagnose.events.crc32c import Bytes
from diagnose.events.framing import FRAME, HEADER, Frames, Places, bytes_at
from diagnose.events.hparams import Setting
from diagnose.events.template import LONGEST, Layout, Template, fixed_bits, layout_of, tag_places

Lanes = NDArray[np.uint64]

LOOK_BACK = 2048  # of the last records it is told which template they fitted
FEW = 4  # records of one length that are quicker read one by one than learned
_SCANTY = 48  # records of any length that are quicker read one by one than grouped
_REFUSALS = 8  # records of one length that were no plain scalars, before the length is given up
_FAMILIES = 32  # layouts of one length; a log that has more describes every record anew
_ROWS = 1024  # records compared together, to stay in the processor's cache
_MIXERS = np.arange(1, LONGEST // 8 + 8, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) | np.uint64(1)


@dataclass
class Stretch:
    """What a stretch of records holds; a record is named by its number, counted from the first of the stretch.

    ``damaged`` records fail their checksum; those of them that fit no template are ``doubtful``: even their lengths
    may be wrong. ``fitted`` [up to LOOK_BACK] says of the last records which of ``templates`` they fitted, -1 for none.
    """

    count: int
    fitted: Places = field(init=False)
    templates: list[Template] = field(default_factory=list)
    gathered: Gathered = field(default_factory=Gathered)
    damaged: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    undecodable: list[int] = field(default_factory=list)
    skipped: list[tuple[int, str]] = field(default_factory=list)
    settings: list[tuple[int, dict[str, Setting]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fitted = np.full(min(LOOK_BACK, self.count), -1)

    def note(self, which: Places, template: Template) -> None:
        """Remember that the records ``which``, ascending, fitted the template."""
        first = self.count - len(self.fitted)
        self.fitted[which[np.searchsorted(which, first) :] - first] = len(self.templates)
        self.templates.append(template)


class Family:
    """The templates of one layout, by their tags."""

    def __init__(self, layout: Layout) -> None:
        bits, letters = fixed_bits(layout), tag_places(layout)
        self.layout = layout
        self.structure_bits = _lanes(np.where(letters, 0, bits).astype(np.uint8))
        self.tag_bits = _lanes(np.where(letters, 255, 0).astype(np.uint8))
        self.structure = np.zeros_like(self.tag_bits)
        self.templates: dict[bytes, tuple[Template, Lanes, Lanes]] = {}

    def fits(self, rows: Lanes) -> NDArray[np.bool_]:
        """Which of the records [n, lanes] are of this layout."""
        differ = rows & self.structure_bits
        differ ^= self.structure
        if not differ.max():
            return np.ones(len(rows), bool)
        equal: NDArray[np.bool_] = np.bitwise_or.reduce(differ, axis=1) == 0
        return equal

    def template(self, row: Lanes) -> tuple[Template, Lanes, Lanes]:
        """The template of a record of this layout, with its bits and fixed bytes as lanes; made when it is new."""
        key = (row & self.tag_bits).tobytes()
        if key not in self.templates:
            template = Template(self.layout, row.view(np.uint8))
            self.templates[key] = template, _lanes(template.bits), _lanes(template.fixed)
        return self.templates[key]


class Learned:
    """The layouts known so far, by payload length; may be kept from one file to the next."""

    def __init__(self) -> None:
        self.families: dict[int, list[Family]] = {}
        self.refusals: Counter[int] = Counter()

    def worth_a_try(self, length: int, count: int) -> bool:
        """Whether records of this length may be plain scalars, and enough to be read together."""
        return count >= FEW and length <= LONGEST and self.refusals[length] < _REFUSALS


def read(block: Bytes, frames: Frames, learned: Learned, *, slow: bool = False) -> Stretch:
    """Everything in these records. ``slow`` reads each by itself, the yardstick for all other ways."""
    stretch = Stretch(len(frames.offsets))
    one_by_one = []
    order = np.argsort(np.minimum(frames.lengths, LONGEST + 1).astype(np.uint16), kind="stable")
    for which in _runs(order, frames.lengths[order]):
        length = int(frames.lengths[which[0]])
        if slow or len(order) < _SCANTY or not learned.worth_a_try(length, len(which)):
            one_by_one.append(which)
        else:
            one_by_one += _read_together(block, frames.offsets[which], which, length, learned, stretch)
    if one_by_one:
        _read_each(block, frames, np.sort(np.concatenate(one_by_one)), stretch, slow=slow)
    return stretch


def _read_together(
    block: Bytes, offsets: Places, which: Places, length: int, learned: Learned, stretch: Stretch
) -> list[Places]:
    """Read the scalars among records of one length, layout by layout; what is left has to be read one by one."""
    left: list[Places] = []
    families = learned.families.get(length, [])
    if not families:
        first = _rows(block, offsets[:_REFUSALS], length + FRAME)
        families = [*islice(filter(None, (_learn(row, length) for row in first)), 1)]
        if not families:
            learned.refusals[length] += len(first)
            return [which]
        learned.families[length] = families
    rows = _rows(block, offsets, length + FRAME)
    for family in families:
        rows, which = _read_fitting(rows, which, family, stretch, left)
    refused = 0
    while len(which):
        learnt = _learn(rows[0], length) if refused < _REFUSALS and len(families) < _FAMILIES else None
        if learnt is None:
            refused += 1
            count = 1 if refused < _REFUSALS else len(which)
            left.append(which[:count])
            rows, which = rows[count:], which[count:]
        else:
            families.append(learnt)
            rows, which = _read_fitting(rows, which, learnt, stretch, left)
    return left


def _read_fitting(
    rows: Lanes, which: Places, family: Family, stretch: Stretch, left: list[Places]
) -> tuple[Lanes, Places]:
    """Read the records that are of the family's layout; the others come back."""
    if not len(which):
        return rows, which
    if family.fits(rows[:1]).all():
        template, bits, fixed = family.template(rows[0])
        if _all_equal(rows, bits, fixed):  # the usual case: one tag to a length
            _take(rows, which, template, stretch)
            return rows[:0], which[:0]
    equal = family.fits(rows)
    if equal.any():
        left += _read_family(rows[equal], which[equal], family, stretch)
    return rows[~equal], which[~equal]


def _learn(row: Lanes, length: int) -> Family | None:
    """The layout of an undamaged record of plain scalars, or None."""
    payload = row.tobytes()[HEADER : HEADER + length]
    stored = row.tobytes()[HEADER + length : FRAME + length]
    if kinds.only_kind(payload) is not None:
        return None
    try:
        layout = layout_of(wire.decode(payload), length)
    except ValueError:
        return None
    if layout is None or crc32c.mask(crc32c.crc(payload)) != int.from_bytes(stored, "little"):
        return None
    family = Family(layout)
    family.structure = row & family.structure_bits
    return family


def _read_family(rows: Lanes, which: Places, family: Family, stretch: Stretch) -> list[Places]:
    """Read records of one layout, tag by tag."""
    left = []
    mixed = (rows & family.tag_bits) @ _MIXERS[: rows.shape[1]]
    order = np.argsort(mixed, kind="stable")
    for some in _runs(order, mixed[order]):
        template, bits, fixed = family.template(rows[some[0]])
        if _all_equal(rows[some], bits, fixed):
            _take(rows[some], which[some], template, stretch)
        else:  # two tags that mix to one number: next to impossible
            left.append(which[some])
    return left


def _take(rows: Lanes, which: Places, template: Template, stretch: Stretch) -> None:
    """Read records that all fit the template."""
    stretch.note(which, template)
    found = template.columns(rows.view(np.uint8).reshape(-1), 0, rows.shape[1] * 8, len(rows))
    steps, walls, values = found.steps, found.walls, found.values
    if not found.good.all():
        stretch.damaged += which[~found.good].tolist()
        which, steps, walls = which[found.good], steps[found.good], walls[found.good]
        values = [column[found.good] for column in values]
    for tag, column in zip(template.tags, values, strict=True):
        stretch.gathered.add(tag, which, Column(steps, walls, column))


def _read_each(block: Bytes, frames: Frames, numbers: Places, stretch: Stretch, *, slow: bool) -> None:
    """Read records one by one."""
    starts, lengths = frames.offsets[numbers] + HEADER, frames.lengths[numbers]
    stored = np.ndarray((len(block) - 3,), "<u4", block, strides=(1,))[starts + lengths]
    good = crc32c.crc_of_many(block, starts, lengths) == crc32c.unmask(stored)
    stretch.damaged += numbers[~good].tolist()
    stretch.doubtful += numbers[~good].tolist()
    left = np.flatnonzero(good).tolist()
    for which in left if slow else sorted(_looked_into(block, starts, lengths, numbers, left, stretch)):
        start, length = int(starts[which]), int(lengths[which])
        read_one(block[start : start + length].tobytes(), int(numbers[which]), stretch)
    stretch.skipped.sort(key=itemgetter(0))


def _looked_into(
    block: Bytes, starts: Places, lengths: Places, numbers: Places, left: list[int], stretch: Stretch
) -> Iterator[int]:
    """Those of the records ``left`` that have to be looked into; the others hold no number and are noted as skipped."""
    order = np.array(left, np.int64)[np.argsort(lengths[left], kind="stable")]
    for alike in _runs(order, lengths[order]):
        which = alike
        while len(which):
            start, length = int(starts[which[0]]), int(lengths[which[0]])
            kind = kinds.only_kind(block.data[start : start + length])
            if kind is None:
                yield int(which[0])
                which = which[1:]
                continue
            equal = kinds.alike(block, starts[which], length, kind)
            stretch.skipped += [(number, kind.name) for number in numbers[which[equal]].tolist()]
            which = which[~equal]


def read_one(payload: bytes, number: int, stretch: Stretch) -> None:
    """Read one undamaged record."""
    try:
        event = wire.decode(payload)
    except ValueError:
        stretch.undecodable.append(number)
        return
    stretch.skipped += [(number, kind) for kind in event.skipped if kind != hparams.PLUGIN]
    if hparams.PLUGIN in event.skipped:
        stretch.settings.append((number, hparams.settings_of(payload)))
    for scalar in event.scalars:
        stretch.gathered.add_one(scalar.tag, number, event.step, event.wall, scalar.value)


def _all_equal(rows: Lanes, bits: Lanes, fixed: Lanes) -> bool:
    for start in range(0, len(rows), _ROWS):
        differ = rows[start : start + _ROWS] & bits
        differ ^= fixed
        if differ.max():
            return False
    return True


def _runs(order: Places, keys: NDArray[Any]) -> Iterator[Places]:
    """The parts of ``order`` that have equal ``keys`` [n], which are sorted."""
    cuts = (np.flatnonzero(keys[1:] != keys[:-1]) + 1).tolist()
    for start, stop in zip([0, *cuts], [*cuts, len(keys)], strict=True):
        if start < stop:
            yield order[start:stop]


def _rows(block: Bytes, offsets: Places, size: int) -> Lanes:
    """Whole records [n, lanes of 8 bytes]; the last lane runs over into what follows the record."""
    lanes: Lanes = bytes_at(block, offsets, (size + 7) & ~7).view("<u8")
    return lanes


def _lanes(some: Bytes) -> Lanes:
    """Bytes as lanes, filled up with zeros."""
    padded = np.zeros((len(some) + 7) & ~7, np.uint8)
    padded[: len(some)] = some
    return padded.view("<u8")
