"""Fit text into terminal columns, Chinese and English alike, without losing a character."""

from __future__ import annotations

NEVER_FIRST = frozenset("，。；：！？、）》〉」』】〕〗｝］”’…～％‰℃·")  # a line may not begin with these ...
NEVER_LAST = frozenset("（《〈「『【〔〖｛［“‘")  # ... nor end with these
_CLOSING_ASCII = frozenset(",.;:!?)]}%")  # only where no space stands before them: " .pt" is a word
_OPENING_ASCII = frozenset("([{")

_SIGNS = frozenset("/._-")  # a long address or name is best broken behind one of these

_NEVER, _INSIDE_WORD, _AFTER_SIGN, _INSIDE_CODE, _WELCOME = range(5)  # how gladly a line is broken at a place


def width_of(text: str) -> int:
    """How many terminal columns ``text`` takes: wide East Asian characters two, combining marks none."""
    return len(text) if text.isascii() else sum(map(_COLUMNS.__getitem__, text))


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """The lines of one paragraph, each at most ``width`` columns (20 or more), after ``first`` and then ``rest``.

    White space is one space; a line break in the source between two Chinese characters is none.
    A Latin word is broken only when it is longer than a line, a `code` span only when it must be.
    """
    text = one_line(text)
    plain = _bound(text) if text.isascii() else ""
    paragraph = _Paragraph(text) if not plain else None
    lines: list[str] = []
    start = 0
    while start < len(text):
        lead = rest if lines else first
        room = max(2, width - width_of(lead))
        end = plain.rfind(" ", start + 1, start + room + 1) if len(plain) - start > room else len(plain)
        if end < 0 or paragraph:  # a word that fills the line, or characters that may take two columns
            paragraph = paragraph or _Paragraph(text)
            end = paragraph.end(start, room)
        lines.append((lead + text[start:end]).rstrip())
        start = end
        while start < len(text) and text[start] == " ":
            start += 1
    return lines


def pad(text: str, width: int) -> str:
    """``text`` filled with spaces to ``width`` columns."""
    return text + " " * (width - width_of(text))


def one_line(text: str) -> str:
    """A paragraph with each stretch of white space as one space, and none between two Chinese characters."""
    if text.isascii():
        return " ".join(text.split())
    words: list[str] = []
    for line in text.splitlines():
        part = " ".join(line.split())
        if part and words and not (_is_wide(words[-1][-1]) and _is_wide(part[0])):
            words.append(" ")
        if part:
            words.append(part)
    return "".join(words)


def _bound(text: str) -> str:
    """``text`` with something else for each space in a `code` span, so that no line is broken there by choice."""
    parts = text.split("`")
    parts[1::2] = [part.replace(" ", "`") for part in parts[1::2]]
    return "`".join(parts)


class _Paragraph:
    """Where the lines of a text may end; places are those of its characters."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.edges = [edge := 0, *(edge := edge + _COLUMNS[char] for char in text)]
        self.in_code = [inside := False, *(inside := inside ^ (char == "`") for char in text)] if "`" in text else []

    def end(self, start: int, room: int) -> int:
        """The last of the best places that still fit; a line of nothing but closing marks ends where it must."""
        full, last = self.edges[start] + room, start
        while last < len(self.text) and (self.edges[last + 1] <= full or self.text[last] == " "):
            last += 1
        if last == len(self.text):
            return last
        best, gladness = max(last, start + 1), _NEVER
        for at in range(last, start, -1):
            if (glad := self._gladness(at)) > gladness:
                best, gladness = at, glad
                if glad == _WELCOME:
                    break
        return best

    def _gladness(self, at: int) -> int:
        """How gladly a line is begun there; never with a space, nor with a mark that stands on a character."""
        before, here = self.text[at - 1], self.text[at]
        if here == " " or (before != " " and not _COLUMNS[here]):
            return _NEVER
        if before == " ":
            glad = _NEVER if here in NEVER_FIRST or self._base(at - 2) in NEVER_LAST else _WELCOME
        else:
            glad = _joint(self._base(at - 1), here)
        if self.in_code and self.in_code[at]:
            return min(glad, _INSIDE_CODE if before == " " else _AFTER_SIGN)
        return glad

    def _base(self, at: int) -> str:
        while at and not _COLUMNS[self.text[at]] and self.text[at - 1] != " ":
            at -= 1
        return self.text[at]


def _joint(before: str, here: str) -> int:
    if here in NEVER_FIRST or before in NEVER_LAST:
        return _NEVER
    if here in _CLOSING_ASCII or before in _OPENING_ASCII:
        return _NEVER if _is_wide(before) or _is_wide(here) else _INSIDE_WORD
    if _is_wide(before) or _is_wide(here):
        return _WELCOME
    return _AFTER_SIGN if before in _SIGNS else _INSIDE_WORD


class _Columns(dict[str, int]):
    """How many columns a character takes, looked up once."""

    def __missing__(self, char: str) -> int:
        if char < "\u0300":
            columns = 1
        else:
            import unicodedata  # not needed for English

            columns = 0 if unicodedata.category(char) in ("Mn", "Me", "Cf") else 2 if _is_wide(char) else 1
        self[char] = columns
        return columns


_COLUMNS = _Columns()


def _is_wide(char: str) -> bool:
    if char < "\u0300":
        return False
    import unicodedata

    return unicodedata.east_asian_width(char) in "WF"
