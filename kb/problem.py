"""The one error a user can mend: where it is, what is wrong, what to try."""

from __future__ import annotations

from collections.abc import Iterable

from kb.text import Lang, Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path


class Problem(Exception):  # noqa: N818 - it is the user's problem to solve, not a fault of the program
    """Something the user can fix; the doors print it as one line and a hint, and exit with 2."""

    def __init__(
        self,
        what: Text,
        *,
        path: Path | str | None = None,
        line: int | None = None,
        column: int | None = None,
        hint: Text | None = None,
    ) -> None:
        self.what, self.path, self.line, self.column, self.hint = what, path, line, column, hint
        super().__init__(self.of("en"))

    def of(self, lang: Lang) -> str:
        """``file:line:column: what`` and, on a line of its own, the hint."""
        place = "".join(f"{part}:" for part in (self.path, self.line, self.column) if part is not None)
        first = f"{place} {self.what.of(lang)}" if place else self.what.of(lang)
        if self.hint is None:
            return first
        return f"{first}\n  {'提示：' if lang == 'zh' else 'hint: '}{self.hint.of(lang)}"


def did_you_mean(word: str, known: Iterable[str]) -> Text | None:
    """A hint naming the nearest known word, or nothing when none is near."""
    import difflib  # imported only when something is already wrong

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Text(f"did you mean {close[0]!r}?", f"是不是想写 {close[0]!r}？") if close else None
