"""Lines in turn that measure the same on several data sets: the word or heading they differ in goes into the names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from diagnose.tables.naming import side_of, words
from diagnose.tables.shape_choice import NONE, Lines, carried_by, naming
from diagnose.tables.shapes import Shape
from diagnose.tables.timeline import Ints

FEW = 8  # lines of which two an epoch are no chance
MOST = 12  # data sets that one network is tested on
_TOKEN = re.compile(r"[^\W\d_][\w-]*")


def by_data_set(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints]
) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """Lines and shapes, ``dice`` renamed to ``dice Kvasir`` and ``dice CVC-300`` where both are told time and again.

    ``plain`` are the lines without a number, by text: they may be headings.
    """
    lines, found = _by_heading(said, shapes, plain)
    return _by_turn(lines, _by_word(lines, found))


def _by_word(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """Shapes that name the same and differ in one word of their text, or two: the word, or the second, in the names."""
    alike: dict[tuple[object, ...], dict[str, str]] = {}
    for text, shape in shapes.items():
        tokens = _TOKEN.findall(text) if shape.step is None and len(said[text]) > 1 else []
        for more in (0, 1):  # class_1 (polyp)
            for at, token in enumerate(tokens[more:]):
                key = (more, *tokens[:at], "", *tokens[at + more + 1 :])
                alike.setdefault(key, {})[text] = _without_side(token)
                alike.setdefault((shape.names, *key), {})[text] = _without_side(token)
    named = dict(shapes)
    for labels in sorted(alike.values(), key=len, reverse=True):
        texts = [text for text in labels if named[text] is shapes[text]]
        sets = list(dict.fromkeys(labels[text] for text in texts))
        if not 1 < len(sets) <= MOST or not all(sets) or not _collide(texts, shapes):
            continue
        if _in_turn([np.concatenate([said[text].at for text in texts if labels[text] == one]) for one in sets]):
            named |= {text: _labelled(shapes[text], labels[text]) for text in texts}
    return named


def _by_heading(
    said: Mapping[str, Lines], shapes: Mapping[str, Shape], plain: Mapping[str, Ints]
) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """A shape whose lines stand under several headings in turn, parted by them."""
    heads = list(plain)
    where = np.concatenate([NONE, *plain.values()])
    order = np.argsort(where, kind="stable")
    at, which = where[order], np.repeat(np.arange(len(heads)), [len(one) for one in plain.values()])[order]
    lines, found = dict(said), dict(shapes)
    for text, shape in shapes.items():
        mine = said[text]
        place = np.searchsorted(at, mine.at) - 1
        if shape.step is not None or not len(at) or (place < 0).any() or (at[place[1:]] < mine.at[:-1]).any():
            continue
        over = which[place]
        own = np.unique(over).tolist()
        labels = _labels([heads[one] for one in own])
        below = len(own) == len(mine) and (at[place] == mine.at - 1).all()  # a log of one epoch
        turns = 1 < len(own) <= MOST and (below or _in_turn([mine.at[over == one] for one in own]))
        if turns and all(labels):
            del lines[text], found[text]
            for one, label in zip(own, labels, strict=True):
                lines[f"{text}\n{label}"] = mine.of(over == one)
                found[f"{text}\n{label}"] = _labelled(shape, label)
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _by_turn(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> tuple[dict[str, Lines], dict[str, Shape]]:
    """A shape told twice an epoch with values that jump to and fro, parted into the first and the second of each.

    Two processes write so, or a loop that prints training and validation alike.
    """
    carried = carried_by(said, naming(said, shapes), shapes)
    lines, found = dict(said), dict(shapes)
    for text, shape in shapes.items():
        if shape.step is not None or len(said[text]) < FEW:
            continue
        epochs = carried.until(said[text].at)
        pairs = epochs[: len(epochs) // 2 * 2].reshape(-1, 2)
        if not (pairs[:, 0] == pairs[:, 1]).all():
            continue
        values = np.stack([said[text].numbers[slot] for slot in shape.named], axis=1)
        to_and_fro = np.abs(np.diff(values, axis=0)).sum(axis=0) > 3 * np.abs(values[2:] - values[:-2]).sum(axis=0)
        if len(np.unique(epochs)) >= len(epochs) // 2 and to_and_fro.any():
            del lines[text], found[text]
            for turn, number in ((0, ""), (1, " 2")):
                lines[f"{text}\n{turn}"] = said[text].of(slice(turn, None, 2))
                names = tuple(f"{name}{number}" if name else "" for name in shape.names)
                found[f"{text}\n{turn}"] = replace(shape, names=names)
    return dict(sorted(lines.items(), key=lambda item: int(item[1].at[0]))), found


def _collide(texts: Iterable[str], shapes: Mapping[str, Shape]) -> bool:
    names = [{name for name in shapes[text].names if name} for text in texts]
    return bool(set.intersection(*names))


def _in_turn(parts: Sequence[Ints]) -> bool:
    """Whether each of the parts comes before any of them comes again, and so at least twice over."""
    order = np.argsort(np.concatenate(parts), kind="stable")
    which = np.repeat(np.arange(len(parts)), [len(one) for one in parts])[order]
    which = which[np.diff(which, prepend=-1) != 0]  # a line may be printed and logged
    period = len(parts)
    again = which[period:] == which[:-period]
    return len(again) > 1 and bool(again.mean() >= 0.8) and len(np.unique(which[:period])) == period


def _labelled(shape: Shape, label: str) -> Shape:
    """The label at the end of every name, and nowhere else."""
    bare = (re.sub(rf"(?<![\w-]){re.escape(label)}(?![\w-])[ /:_-]*", "", name).strip() or name for name in shape.names)
    return replace(shape, names=tuple(f"{name} {label}" if name and name != label else name for name in bare))


def _without_side(token: str) -> str:
    """``Kvasir`` of ``Test-Kvasir``; "" of a word that says nothing but a split."""
    parts = re.split(r"([-_])", token)
    while parts and side_of(parts[0]):
        parts = parts[2:]
    return "".join(parts)


def _labels(texts: Sequence[str]) -> list[str]:
    """For every text the word that no other of them has; "" for one that has none, or says more than the others."""
    tokens = [_TOKEN.findall(text) for text in texts]
    if len({len(one) for one in tokens}) > 1:
        return [""] * len(texts)
    found = []
    for at, mine in enumerate(tokens):
        others = {token for place, one in enumerate(tokens) if place != at for token in one}
        own = [_without_side(token) for token in mine if token not in others]
        found.append(own[0] if len(own) == 1 and words(own[0]) else "")
    return found
