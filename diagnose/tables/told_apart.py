"""Lines of one epoch that measure the same on several data sets: the word they differ in goes into the names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce

import numpy as np

from diagnose.tables.naming import side_of
from diagnose.tables.shape_choice import OFTEN, Lines, carried_by
from diagnose.tables.shapes import Shape

_TOKEN = re.compile(r"[^\W\d_][\w-]*")


def by_data_set(said: Mapping[str, Lines], shapes: Mapping[str, Shape]) -> dict[str, Shape]:
    """The shapes, ``dice`` renamed to ``dice Kvasir`` and ``dice CVC-300`` where both are told every epoch."""
    carried = carried_by(said, shapes)
    when = {text: carried.until(said[text].at) for text in said if text in shapes and shapes[text].step is None}
    alike: dict[tuple[str, ...], list[str]] = {}
    for text, epochs in when.items():
        if len(epochs) >= OFTEN and np.isfinite(epochs).all() and len(np.unique(epochs)) == len(epochs):
            alike.setdefault(tuple(name for name in shapes[text].names if name), []).append(text)
    named = dict(shapes)
    for texts in alike.values():
        labels = _labels(texts)
        if len(texts) > 1 and all(labels) and len(reduce(np.intersect1d, (when[text] for text in texts))) > 1:
            for text, label in zip(texts, labels, strict=True):
                names = tuple(f"{name} {label}" if name else "" for name in shapes[text].names)
                named[text] = replace(shapes[text], names=names)
    return named


def _labels(texts: Sequence[str]) -> list[str]:
    """For every text the word that no other of them has; "" for one that has none, or says more than the others."""
    tokens = [_TOKEN.findall(text) for text in texts]
    if len({len(one) for one in tokens}) > 1:
        return [""] * len(texts)
    found = []
    for at, mine in enumerate(tokens):
        others = {token for place, one in enumerate(tokens) if place != at for token in one}
        own = [token for token in mine if token not in others and not side_of(token)]
        found.append(own[0] if len(own) == 1 else "")
    return found
