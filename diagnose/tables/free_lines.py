"""The quantities in lines of any text, told by the shape of the line; and those of the tables printed between them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from diagnose.tables.bars import folded, summed_up, without_echoes
from diagnose.tables.longtext import LongText, parts
from diagnose.tables.naming import SLOT
from diagnose.tables.printed import tables_in, with_tables
from diagnose.tables.printed_parts import tables_within
from diagnose.tables.printed_rows import Row
from diagnose.tables.sections import by_section
from diagnose.tables.shape_choice import OFTEN, chosen
from diagnose.tables.shape_rows import Found, rows_of, told_by
from diagnose.tables.spoken import spoken_in
from diagnose.tables.textfile import on_one_line
from diagnose.tables.told_apart import by_data_set

EARLY = 1 << 20  # characters that are looked at for what kind of text it is
_CODE = re.compile(
    r"^ *(?:def |class |import |from [\w.]+ import |return\b|elif |@\w|for [^\n]{1,200}:$)", re.MULTILINE
)
_OPEN = re.compile(r"\bNamespace\((?![^\n]*\)[ \r]*$)", re.MULTILINE)  # that is not closed on its line
_ASSIGNED = re.compile(rf"[\w.]+ = {SLOT}[ ,;#]*")
_TRAINING = re.compile(
    r"epoch|\btrain|\bvalidation\b|checkpoint|训练|验证|轮|エポック|에포크|эпоха|[eé]po[cq]|"
    rf"\b(?:step|iteration):? ?{SLOT}",
    re.IGNORECASE,
)


@dataclass
class Free:
    """``found`` are the rows; ``most`` is the commonest of the shapes they were read by, ``tables`` what tables say.

    ``cut`` is the number of a last line that ends within a number.
    """

    found: Found | None
    most: str
    tables: list[Row]
    cut: int | None


def over_several_lines(text: LongText) -> bool:
    """Whether something that is printed there may go on over several lines."""
    if not text.may_hold("{") and not text.may_hold("Namespace("):
        return False
    return any(_OPEN.search(part) or ("{" in part and ",\n" in part) for part in text)


def free_lines(text: str | LongText, *, within: bool = False) -> Free:
    """What the lines of a text say whose shape recurs and that hold a loss, a score, or a counter and a number.

    ``within``: they are known to stand within the log of a training.
    """
    early = next(iter(parts(text)))[:EARLY]
    code = sum(1 for _ in itertools.islice(_CODE.finditer(early), OFTEN)) == OFTEN
    if isinstance(text, str):
        text = on_one_line(text)
    spoken = spoken_in(text)
    if isinstance(text, str):
        text, tables = tables_in(text, spoken.heads)
    else:
        text, tables = tables_within(text, spoken.heads)
    early = next(iter(parts(text)))[:EARLY]
    spoken = spoken_in(text) if tables else spoken
    said, stray = spoken.numbers, spoken.stray
    if code:
        said = {shape: lines for shape, lines in said.items() if not _ASSIGNED.fullmatch(shape)}
    training = within or any(_TRAINING.search(one) for one in (early, *said))
    del text
    said, bars = folded(said)
    said, shapes = with_tables(
        tables, said, summed_up(said, chosen(said, training=training, stray=stray), bars), within=within
    )
    said, shapes = by_section(said, shapes, spoken.plain)
    said, shapes = by_data_set(*without_echoes(said, shapes), spoken.plain)
    if not shapes:
        return Free(None, "", tables, spoken.cut)
    sizes = {shape: len(lines) for shape, lines in said.items() if shape in shapes}
    most = max(sizes, key=sizes.__getitem__).partition("\n")[0].replace(SLOT, "#")
    told, cut = told_by(said, shapes), spoken.cut
    del said, spoken
    return Free(rows_of(told), most[:100], tables, cut)
