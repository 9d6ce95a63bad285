"""The lines of a text that were not read at once, kept as a few long strings: a string a line takes thrice the room."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence

Numbered = tuple[int, str]  # a line and its number


class Leftover:
    """Lines by number, in rising order; going through them gives number and line of each."""

    def __init__(self, lines: Sequence[Numbered] = ()) -> None:
        self._blocks: list[tuple[array[int], str]] = []
        self.add(lines)

    def add(self, lines: Sequence[Numbered]) -> None:
        """Put some lines behind the last."""
        if lines:
            self._blocks.append((array("q", (number for number, _ in lines)), "\n".join(line for _, line in lines)))

    def __len__(self) -> int:
        return sum(len(numbers) for numbers, _ in self._blocks)

    def __iter__(self) -> Iterator[Numbered]:
        for numbers, text in self._blocks:
            yield from zip(numbers, text.split("\n"), strict=True)

    @property
    def end(self) -> int:
        """The number of the last of them, 0 when there is none."""
        return self._blocks[-1][0][-1] if self._blocks else 0
