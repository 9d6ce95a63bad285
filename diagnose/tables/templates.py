"""Whole lines of a text by their templates, which are what is left when all digits are taken to be the same.

Lines of one template have their numbers in the same places; templates that differ in the lengths of their numbers
only are of one shape.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import count

import numpy as np
from numpy.typing import NDArray

from diagnose.tables.digits import MARGIN, Bytes, whole
from diagnose.tables.timeline import Ints

_ALIKE = bytes(48 if chr(at).isascii() and chr(at).isdigit() else at for at in range(256))
_DRAWN = _ALIKE.replace(b"\r", b"\n")
_ZEROS = re.compile(b"0+")


class Templates(dict[bytes, int]):
    """The number of every template met; one that is asked for is met. ``size`` is how many bytes they have in all."""

    def __init__(self) -> None:
        super().__init__()
        self.size = 0
        self._number: defaultdict[bytes, int] = defaultdict(count().__next__)
        self._shapes, self._places = array("q"), array("q")
        self._edges: defaultdict[int, array[int]] = defaultdict(lambda: array("q"))
        self._met: defaultdict[int, int] = defaultdict(int)

    def __missing__(self, template: bytes) -> int:
        number = self[template] = len(self._shapes)
        shape = self._number[_ZEROS.sub(b"0", template)]
        self._shapes.append(shape)
        self._places.append(self._met[shape])
        self._met[shape] += 1
        self._edges[shape].extend(edge for run in _ZEROS.finditer(template) for edge in run.span())
        self.size += len(template)
        return number

    def shapes(self, templates: Ints) -> tuple[Ints, Ints]:
        """The shape of each template, and its place among those of this shape."""
        return np.array(self._shapes)[templates], np.array(self._places)[templates]

    def edges(self, shape: int, runs: Sequence[int]) -> tuple[Ints, Ints]:
        """Where some runs of digits start and stop in the templates of a shape, int64 [runs, templates] each."""
        every = np.array(self._edges[shape]).reshape(self._met[shape], -1, 2)[:, list(runs)]
        return np.ascontiguousarray(every[:, :, 0].T), np.ascontiguousarray(every[:, :, 1].T)


class Chunk:
    """Whole lines of a text, and which of them are alike; if it is ``redrawn`` a return too ends a line."""

    def __init__(self, text: str, templates: Templates, *, redrawn: bool = False) -> None:
        self.text = MARGIN + b"\n" + text.encode("utf-8", "replace")
        self.bytes: Bytes = np.frombuffer(self.text, np.uint8)
        every = self.text.translate(_DRAWN if redrawn else _ALIKE).split(b"\n")
        self.count = len(every) - 2
        which = np.fromiter(map(templates.__getitem__, every[1:-1]), np.int64, self.count)
        self._templates = templates
        self._shapes, self._places = templates.shapes(which)
        ends = self.bytes == 10
        if redrawn:
            ends |= self.bytes == 13
        self._begins = np.flatnonzero(ends) + 1

    @property
    def fed(self) -> NDArray[np.bool_]:
        """Which of the lines end in a line feed."""
        fed: NDArray[np.bool_] = self.bytes[self._begins[1:] - 1] == 10
        return fed

    def line(self, at: int) -> str:
        """One of the lines."""
        start, stop = self._begins[at : at + 2].tolist()
        return self.text[start : stop - 1].decode("utf-8", "replace")

    def alike(self) -> Iterator[tuple[int, Ints]]:
        """The lines of every shape, by the shape's number."""
        shapes = self._shapes
        if len(shapes) and int(shapes.max()) < 1 << 16:
            shapes = shapes.astype(np.uint16)  # which numpy sorts by counting
        order = np.argsort(shapes, kind="stable")
        begins = np.flatnonzero(np.diff(shapes[order], prepend=shapes[order[:1]])) if len(order) else order
        for lines in np.split(order, begins):
            yield int(shapes[lines[0]]), lines

    def edges(self, lines: Ints, runs: Sequence[int]) -> tuple[Ints, Ints]:
        """Where some runs of digits of lines of one shape start and stop in `bytes`, int64 [runs, lines] each."""
        starts, stops = self._templates.edges(int(self._shapes[lines[0]]), runs)
        places, begins = self._places[lines], self._begins[lines]
        return starts[:, places] + begins, stops[:, places] + begins

    def runs(self, lines: Ints, runs: Sequence[int]) -> tuple[Ints, Ints]:
        """The values and lengths of some runs of digits, int64 [runs, lines]; a value is wrong beyond 18 digits."""
        starts, stops = self._templates.edges(int(self._shapes[lines[0]]), runs)
        places = self._places[lines]
        lengths = (stops - starts)[:, places]
        stops = stops[:, places] + self._begins[lines]
        return whole(self.bytes, stops.ravel(), lengths.ravel()).reshape(lengths.shape), lengths

    def lengths(self, lines: Ints, runs: Sequence[int]) -> Ints:
        """The lengths alone."""
        starts, stops = self._templates.edges(int(self._shapes[lines[0]]), runs)
        lengths: Ints = (stops - starts)[:, self._places[lines]]
        return lengths
