"""Questions as they come from a keyboard: slips, homophones, pinyin, traditional characters, no punctuation."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable

from benchmarks.ask import spelling
from benchmarks.ask.questions import Question

_WORD = re.compile(r"[A-Za-z]{4,}")
_RUN = re.compile(r"[\u4e00-\u9fff]{2,}")
_MARKS = re.compile(r"[，。？！：；、,?!:;]")
_TWICE = 2  # words with a slip in a sentence


def slips(text: str, chance: random.Random) -> str:
    """A letter left out, doubled, changed or exchanged in two of the English words, short ones among them."""
    words = list(_WORD.finditer(text))
    for word in sorted(chance.sample(words, min(_TWICE, len(words))), key=lambda one: -one.start()):
        at = chance.randrange(word.start() + 1, word.end())
        here, after = text[at], text[at + 1 : word.end()]
        put = chance.choice(["", here * 2, chance.choice("aeioustnrl"), after[:1] + here])
        text = text[:at] + put + text[at + 1 + (len(put) == _TWICE and put != here * 2) :]
    return text


def pinyin(text: str, chance: random.Random) -> str:
    """All Chinese characters in Latin letters, run together or a syllable each; empty where one has no known sound."""
    apart = chance.choice(["", " "])
    sounds = {char: spelling.sound_of(char) for run in _RUN.findall(text) for char in run}
    if not sounds or not all(sounds.values()):
        return ""
    return _RUN.sub(lambda run: f" {apart.join(sounds[char] for char in run[0])} ", text).strip()


def run_together(text: str, _: random.Random) -> str:
    """Without punctuation."""
    return _MARKS.sub("", text)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "slips": slips,
    "homophone": spelling.homophone,
    "traditional": spelling.traditional,
    "pinyin": pinyin,
    "run together": run_together,
}


def spoilt(questions: Iterable[Question], seed: int) -> list[Question]:
    """Each question in one of the ways that change it, chosen by chance; ``half`` says which."""
    chance = random.Random(seed)
    found = []
    for one in questions:
        ways = {name: typed for name, kind in KINDS.items() if (typed := kind(one.text, chance)) not in ("", one.text)}
        if ways:
            name = chance.choice(sorted(ways))
            found.append(Question(one.lang, ways[name], one.expected, name))
    return found
