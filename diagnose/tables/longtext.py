"""A large text that is decoded part by part, every time it is gone through.

Of a Python text every character takes two bytes as soon as one of them is Chinese, or a block of a progress bar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from diagnose.tables.decode import Encoding, blocks

LARGE = 1 << 22  # bytes of a file from which on it is worth it

Cut = tuple[int, int, str]  # where a piece of a part begins and ends, and what stands there instead
Parts = Iterable[tuple[str, int]]  # texts, and up to where they are to be read


class LongText:
    """The text of a file; going through it gives parts of whole lines, the last of which may lack its end.

    ``clean`` is what is done to each part: it must not reach beyond a line feed.
    """

    def __init__(self, data: bytes, encoding: Encoding, clean: Callable[[str], str] | None = None) -> None:
        self.data, self.encoding = data, encoding
        self._clean = clean
        self._cuts: Mapping[int, Sequence[Cut]] = {}
        self._places = list(blocks(data, encoding.codec, encoding.start))

    def __iter__(self) -> Iterator[str]:
        return map(self._part, range(len(self._places)))

    def __bool__(self) -> bool:
        return any(self)

    def __contains__(self, some: str) -> bool:
        """Whether the text holds what is not spread over lines."""
        return any(some in part for part in self)

    def __str__(self) -> str:
        if self._cuts:
            return "".join(self)
        text = self.encoding.text(self.data)
        return text if self._clean is None else self._clean(text)

    @property
    def large(self) -> bool:
        """Whether to go through it rather than to hold it."""
        return len(self.data) >= LARGE

    def count(self, some: str) -> int:
        """How often the text holds what is not spread over lines."""
        return sum(part.count(some) for part in self)

    def may_hold(self, some: str) -> bool:
        """Whether the text may hold these ASCII characters, as far as a look at the bytes alone can tell."""
        narrow = self.encoding.codec in ("utf-8", "gb18030")
        if not narrow or b"\x1b" in self.data or b"\b" in self.data:  # colours may part them, backspaces become returns
            return True
        letters = (self.data.find(letter) for letter in some.encode())  # to look for one is ten times as fast
        return min(letters) >= 0 and some.encode() in self.data

    def cleaned(self, clean: Callable[[str], str]) -> LongText:
        """The text of which every part has been cleaned."""
        first = self._clean
        return LongText(self.data, self.encoding, clean if first is None else lambda part: clean(first(part)))

    def without(self, cuts: Mapping[int, Sequence[Cut]]) -> LongText:
        """The text with these pieces of its parts, by their numbers and in order, replaced."""
        found = LongText(self.data, self.encoding, self._clean)
        found._cuts = cuts
        return found

    def to_the_last(self, marks: str) -> tuple[Parts, str]:
        """Its parts up to behind the last of the ``marks``, and what is left behind that."""
        last = self._part(-1) if self._places else ""
        end = _behind(last, marks)
        return ((part, end if at == len(self._places) else len(part)) for at, part in enumerate(self, 1)), last[end:]

    def _part(self, at: int) -> str:
        part = self.encoding.text(self.data, *self._places[at])
        part = part if self._clean is None else self._clean(part)
        kept, done = [], 0
        for start, stop, instead in self._cuts.get(at % len(self._places), ()):
            kept += [part[done:start], instead]
            done = stop
        return "".join([*kept, part[done:]]) if kept else part


def to_the_last(text: str | LongText, marks: str = "\n") -> tuple[Parts, str]:
    """A text in parts up to behind the last of the ``marks``, and what is left behind that."""
    if isinstance(text, LongText):
        return text.to_the_last(marks)
    end = _behind(text, marks)
    return [(text, end)], text[end:]


def parts(text: str | LongText) -> Iterable[str]:
    """A text in parts of whole lines."""
    return text if isinstance(text, LongText) else [text]


def may_hold(text: str | LongText, some: str) -> bool:
    """Whether a text may hold these ASCII characters; False costs little."""
    return text.may_hold(some) if isinstance(text, LongText) else some in text


def _behind(text: str, marks: str) -> int:
    return max(text.rfind(mark) for mark in marks) + 1
