"""Of what a curve is the quantity: the class, data set, head or group left over when its name is explained."""

from __future__ import annotations

import re
from collections.abc import Container
from itertools import pairwise

from diagnose.curve_name import NEUTRAL, OPTIMIZERS, CurveName, Word, left_of
from diagnose.pattern import Pattern

_KEPT = frozenset(("list", "hist", "history", "values", "vals", "array", "arr", "curve"))  # how the numbers were kept
_EMPTY = _KEPT | frozenset(
    ("class", "classes", "cls", "label", "score", "scores", "value", "values", "coef", "coeff", "coefficient", "index",
     "metric", "macro", "micro", "weighted", "binary", "categorical", "sparse", "multiclass", "overall", "total", "of",
     "the", "set", "dataset", "top", "k", "bbox", "segm", "sem", "seg", "semantic", "panoptic", "keypoints", "coco",
     "pascal", "voc", "pseudo", "foreground", "fg", "per", "image", "pixel", "token", "similarity", "rate", "main", "x",
     "pt", "s", "m", "l", "small", "medium", "large", "over", "root", "log", "lm", "cohen", "correlation", "single",
     "or", "region", "out", "reward", "rewards")
)  # fmt: skip
_OF_RATES = OPTIMIZERS | {"optimizer", "optim", "opt", "scheduler", "base", "current", "cur"}
_LOSSES = ("train-loss", "val-loss")
_OF_LOSSES = _KEPT | frozenset(("loss", "losses", "total", "sum", "main", "overall", "lm", "value", "of", "the"))
_AT = frozenset(("map", "average precision", "average recall"))  # a number behind these is a threshold, never a class


def qualifier(name: CurveName, pattern: Pattern, known: Container[str], han: tuple[str, ...]) -> str:
    """The words that are neither the quantity nor a split nor filler, as they are written in the name."""
    explained = pattern.explains(name)
    if pattern.role == "learning-rate":
        numbered = next((word for word in explained if re.fullmatch(r"lr[0-9]+", word.text)), None)
        if numbered is not None:
            return name.text[numbered.start : numbered.end]
        filler = _EMPTY | _OF_RATES
    elif pattern.role in _LOSSES:  # cls_loss is of cls, and dice_loss of dice
        filler, known = _OF_LOSSES, frozenset()
    else:
        filler = _EMPTY
    skipped = _thresholds(name, explained, pattern)
    runs: list[tuple[int, int]] = []
    names = _in_one_piece(name, explained, filler, known)
    for at, word in enumerate(name.words):
        rest = left_of(word.text, han)
        if at in skipped or word in explained or not rest:
            continue
        hangs_on = runs and name.words[at - 1].end == runs[-1][1] and name.text[runs[-1][1] : word.start] == "-"
        if not hangs_on and at not in names and _says_nothing(word, filler, known, name):  # Kvasir-SEG is one name
            continue
        start = word.start + word.text.find(rest) if not word.text.isascii() and rest in word.text else word.start
        end = start + len(rest) if not word.text.isascii() else word.end
        if runs and at and name.words[at - 1].end == runs[-1][1] and _joined(name.text[runs[-1][1] : start]):
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return " ".join(name.text[start:end] for start, end in runs)


def _says_nothing(word: Word, filler: frozenset[str], known: Container[str], name: CurveName) -> bool:
    if word.text in NEUTRAL or word.text in filler:
        return name.text[word.start : word.end] != "M"  # metrics/mAP50(M) is of masks, coco/bbox_mAP_m of middle size
    return len(word.text) > 1 and word.text in known and not word.text.isdigit()


def _joined(between: str) -> bool:
    """``CVC-ClinicDB`` and ``pg_0`` are one word to a reader; a blank or a slash parts two."""
    return between in ("", "-", "_")


def _thresholds(name: CurveName, explained: list[Word], pattern: Pattern) -> set[int]:
    """Which words are the numbers of ``mAP_0.5:0.95``, ``ndcg@10`` and ``acc@1``."""
    places = [at for at, word in enumerate(name.words) if word in explained]
    if not places:
        return set()
    found: set[int] = set()
    at = places[-1] + 1
    while at < len(name.words) and name.words[at].text.isdigit():
        between = name.text[name.words[at - 1].end : name.words[at].start]
        if not found and pattern.quantity not in _AT and "@" not in between:
            break
        found.add(at)
        at += 1
    return found


def _in_one_piece(
    name: CurveName, explained: list[Word], filler: frozenset[str], known: Container[str]
) -> frozenset[int]:
    """Which words are written in one with a word that says something: the image of ImageNet, the k of ADE20K."""
    found: set[int] = set()
    for at, (before, after) in enumerate(pairwise(name.words)):
        if before.end == after.start and before not in explained and after not in explained:
            pair = (before, after)
            if any(not _says_nothing(word, filler, known, name) for word in pair):
                found |= {at, at + 1}
    return frozenset(found)
