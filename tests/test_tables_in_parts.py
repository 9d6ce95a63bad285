"""Tables of a large text that is gone through in parts are those of the text as a whole, wherever they lie."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagnose.tables import decode
from diagnose.tables.coco import SCORE
from diagnose.tables.decode import encoding_of
from diagnose.tables.longtext import LongText
from diagnose.tables.printed import in_box, may_head, tables_in
from diagnose.tables.printed_parts import tables_within

BOX = "+-------+------+\n| class | IoU  |\n+-------+------+\n{rows}+-------+------+\n"
TABLES = st.one_of(
    st.integers(1, 30).map(lambda n: BOX.format(rows="".join(f"| c{i} | 0.{i}5 |\n" for i in range(n)))),
    st.integers(1, 30).map(lambda n: "│ 类别 │ Dice │\n" + "".join(f"│ 息肉{i} │ 0.{i}5 │\n" for i in range(n))),
    st.integers(1, 20).map(
        lambda n: "epoch  train_loss  dice\n" + "".join(f"{i}  0.{i}5  0.5\nsaved\n" for i in range(n)) + "\n"
    ),
    st.just(" Average Precision  (AP) @[ IoU=0.50:0.95 | area=   all | maxDets=100 ] = 0.315\n"),
)
LINES = st.integers(0, 40).map(lambda n: "".join(f"Epoch 1 step {i} 损失: 0.{i}\n" for i in range(n)))
TEXTS = st.lists(st.tuples(LINES, TABLES).map("".join), min_size=1, max_size=6).map("".join)


@given(text=TEXTS, block=st.sampled_from([40, 100, 300, 1000]), ended=st.booleans())
def test_tables_are_found_wherever_the_parts_end(text, block, ended):
    text = text if ended else text.rstrip("\n")
    heads = [at for at, line in enumerate(text.split("\n"), 1) if may_head(line) or in_box(line) or SCORE in line]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(decode, "BLOCK", block)
        large = LongText(text.encode(), encoding_of(text.encode()))
        left, found = tables_within(large, heads)
        left = str(left)

    assert (left, found) == tables_in(text, heads)
