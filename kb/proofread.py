"""Proofread the Chinese of a page: half-width punctuation does not belong in a Chinese sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.bilingual import Route, chinese_route, pairs
from kb.entry import Entry
from kb.problem import Problem
from kb.text import Text
from kb.yamlfile import Places

_HAN = "[\u3400-\u9fff]"
_HALF_WIDTH = re.compile(f"(?<={_HAN})[,;:?!()]|[,;:?!()](?={_HAN})")
_NOT_PROSE = re.compile(r"```.*?(```|\Z)|`[^`]*`|https?://\S+|[A-Za-z_][\w.]*\([^()\u3400-\u9fff]*\)", re.DOTALL)
_FULL_WIDTH = str.maketrans(",;:?!()", "，；：？！（）")


@dataclass(frozen=True)
class Page:
    """An entry, and where each of its parts stands in its file."""

    entry: Entry
    places: Places

    def problem(self, route: Route, what: Text, hint: Text | None = None) -> Problem:
        """A complaint about the part at ``route``."""
        line, column = self.places.near(route)
        return Problem(what, path=self.entry.path, line=line, column=column, hint=hint)


def punctuation(page: Page) -> Iterator[Problem]:
    """One complaint for each Chinese text with half-width marks, quoting the first."""
    for route, _, text in pairs(page.entry):
        prose = _NOT_PROSE.sub("x", text)
        if found := _HALF_WIDTH.search(prose):
            around = " ".join(prose[max(0, found.start() - 8) : found.end() + 8].split())
            full = found[0].translate(_FULL_WIDTH)
            yield page.problem(
                chinese_route(route),
                Text(
                    f"half-width {found[0]!r} in a Chinese sentence: {around}",
                    f"中文句子里用了半角 {found[0]!r}：{around}",
                ),
                Text(f"write {full}", f"请写成 {full}"),
            )
