"""What a person reads when they ask: each kind of reply in both languages, on a narrow and on a wide screen."""

from __future__ import annotations

import pytest

from kb.ask import show
from kb.ask.errors import Frame
from kb.ask.passage import Passage, part
from kb.ask.reply import Reply

NARROW, WIDE = 60, 100


def replies(small, lang):
    """A reply of every kind, made by hand so that no change of the ranking changes a screen."""
    polyp, crash = small["button-polyp"], small["int-of-text"]
    summary = part(polyp, ("summary",), lang)
    claim = Passage("claim", part(polyp, ("claim",), lang).text, "two-holes", "cited")
    return {
        "answer": Reply("?", lang, "answer", 0.93, polyp.id, claim, others=("loss-curve",)),
        "myth": Reply("?", lang, "answer", 0.8, polyp.id, summary, myth="four-holes", backing=("two-holes",)),
        "comparison": Reply("?", lang, "answer", 0.7, polyp.id, summary, compared=(polyp.id, "loss-curve")),
        "error": Reply(
            "?", lang, "answer", 0.99, crash.id, part(crash, ("why", "summary"), lang),
            error=crash.errors[0], frame=Frame("net.py", 17, "forward", "steps = int('3.5')"),
        ),
        "suggest": Reply("?", lang, "suggest", 0.5, others=(polyp.id, "loss-curve", "loss-flat")),
        "nearest": Reply(
            "?", lang, "answer", 0.82, crash.id, part(crash, ("why", "summary"), lang), nearest=True,
        ),
        "near": Reply("?", lang, "suggest", 0.5, nearest=True, others=(polyp.id, "loss-curve")),
        "unknown": Reply("?", lang, "unknown", 0.1),
    }  # fmt: skip


@pytest.mark.parametrize("width", [NARROW, WIDE])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_of_reply_reads_like_this(small, golden, lang, width):
    screens = [
        "\n".join([f"=== {name}", *(line.text for line in show.lines(one, small, lang, width))])
        for name, one in replies(small, lang).items()
    ]

    golden(f"ask-{width}.{lang}.txt", "\n\n".join(screens) + "\n")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_narrow_screen_loses_no_character(small, lang):
    for one in replies(small, lang).values():
        narrow, wide = ("".join(line.text for line in show.lines(one, small, lang, width)) for width in (NARROW, 400))

        assert "".join(narrow.split()) == "".join(wide.split())
