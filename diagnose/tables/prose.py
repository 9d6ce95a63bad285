"""Keeps sentences out of the lines of a text: the shapes of a log come back, prose hardly repeats one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from diagnose.tables.said import Parse
from diagnose.tables.templates import Chunk
from diagnose.tables.timeline import Ints

Group = tuple[int, Ints]  # a shape and its lines
MANY = 1024  # shapes in a piece of a text that do not come back
OFTEN = 3  # lines of a shape that does
LOOKED = 256  # lines that are looked at closely
_STATES = re.compile(  # what a line of a log may say once: a value behind its name, a counter, a table
    r"[:=：] {0,3}[-+]?\.?\d|(?:epoch|step|iter(?:ation)?|第) {0,3}[\[(#]?\d|\d\.\d.*\d\.\d|\S {2,}\S|\t"
    r"|^\D{0,24}\d{1,4}\.\d{2,}\W*$|^ *[|│┃+┏┡├└╭╰═━─]",
    re.IGNORECASE,
)
_HEADS = re.compile(r"[^\d\n]{0,30}(?:train|val|test|训练|验证|测试)[^\d\n]{0,12}", re.IGNORECASE)


@dataclass
class Sifted:
    """Leaves out lines that look like nothing but sentences, where there are a great many; counts them as ``gone``.

    That is where many shapes do not come back, not even when each line is understood by itself.
    """

    parse: Parse
    gone: int = 0

    def __call__(self, chunk: Chunk, groups: Iterable[Group]) -> Iterable[Group]:
        """The groups of a piece of the text that are left."""
        every = list(groups)
        rare = [int(lines[0]) for _, lines in every if len(lines) < OFTEN]
        if len(rare) < MANY or self._alike(chunk, rare):
            return every
        kept = [one for one in every if len(one[1]) >= OFTEN or _is_kept(chunk.line(int(one[1][0])))]
        self.gone += len(every) - len(kept)
        return kept

    def _alike(self, chunk: Chunk, lines: list[int]) -> bool:
        """Whether lines that look different turn out to say the same: all that differs may be the names of files."""
        lines = lines[:: -(-len(lines) // LOOKED)]
        kinds = Counter(said.kind for at in lines if (said := self.parse(chunk.line(at))) is not None)
        return sum(count for count in kinds.values() if count > 1) > len(lines) // 20


def _is_kept(line: str) -> bool:
    return _STATES.search(line) is not None or _HEADS.fullmatch(line) is not None
