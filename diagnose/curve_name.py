"""The words of a curve's name, and what they say of it: train or val, a best value, a running mean, an average."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from functools import lru_cache

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"io_u(?![a-z])|hold[-_ ]out|[a-z]+[0-9]*|[0-9]+|[^\W\d_a-z]+")
SPLITS = {
    "train": ("train", "training", "trainset", "tr", "trn", "训练", "訓練", "学習", "훈련", "학습"),
    "val": (
        "val",
        "va",
        "vl",
        "vali",
        "valid",
        "validation",
        "validate",
        "valset",
        "eval",
        "evaluation",
        "evaluate",
        "dev",
        "holdout",
        "验证",
        "驗證",
        "検証",
        "검증",
    ),
    "test": ("test", "testing", "testset", "te", "tst", "ts", "测试", "測試", "テスト", "테스트"),
}
_TAKEN = {
    "best": ("best", "lowest", "highest", "max", "min", "maximum", "minimum", "最佳", "最优", "最好", "最高", "最低"),
    "ema": ("ema",),
    "spread": ("std", "stdev", "stddev", "var", "variance", "标准差", "方差"),
    "running": ("running", "smoothed", "moving", "rolling", "滑动"),
    "mean": ("mean", "avg", "average", "averaged", "平均", "均值"),
}
_COUNTED = ("epoch", "epochs", "step", "steps", "iter", "iters", "iteration", "iterations", "batch", "batches", "每轮")
_FOLDERS = ("info", "scalars", "logs", "log", "metrics", "stats", "history", "charts", "perf", "global", "all", "vs")
_OF_SPLIT = {word: split for split, words in SPLITS.items() for word in words}
_OF_TAKEN = {word: taken for taken, words in _TAKEN.items() for word in words}
_GLUED = tuple(word for word in (*_OF_SPLIT, *_OF_TAKEN) if word.isascii() and len(word) > 2)
_HEADS = ("loss", "dice", "iou", "accuracy", "acc", "auc")  # what is written in one word with what follows
_HAN = tuple(
    word
    for word in (*_OF_SPLIT, *_OF_TAKEN, "每轮", "集", "值", "系数", "函数", "当前", "总", "像素")
    if not word.isascii()
)
OPTIMIZERS = frozenset(
    ("adam", "adamw", "sgd", "rmsprop", "lion", "adagrad", "adamax", "nadam", "radam", "lamb", "lars", "adafactor")
)
NEUTRAL = frozenset((*_OF_SPLIT, *_OF_TAKEN, *_COUNTED, *_FOLDERS))


@dataclass(frozen=True)
class Word:
    """One word in small letters, and where it stands in the name."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class CurveName:
    """A name taken apart.

    ``split`` is train, val, test or nothing; ``taken`` holds ``best``, ``ema``, ``spread`` (std), ``running`` and
    ``mean`` as far as the name says them. ``said`` are its words, followed by split and taken with an @ before them.
    """

    text: str
    folded: str
    words: tuple[Word, ...]
    split: str
    taken: frozenset[str]
    said: tuple[str, ...]


def parsed(name: str, known: Container[str]) -> CurveName:
    """The name taken apart; ``known`` words are not cut at capitals, and are found glued to ``val`` or ``loss``."""
    text = unicodedata.normalize("NFKC", name)
    if len(text.lower()) != len(text):  # a letter whose small form is two: places would shift
        text = text.lower()
    words = tuple(word for match in _WORD.finditer(text.lower()) for word in _cut(text, match, known))
    splits = [split for word in words if (split := _one_of(word.text, _OF_SPLIT))]
    taken = frozenset(one for word in words for one in _all_of(word.text, _OF_TAKEN))
    split = splits[-1] if splits else ""
    said = (*(word.text for word in words), *(f"@{one}" for one in (split, *sorted(taken)) if one))
    return CurveName(text, text.lower(), words, split, taken, said)


def split(name: str) -> tuple[str, ...]:
    """A name's words: ``valLoss``, ``val/loss`` and ``val_loss`` all give ('val', 'loss')."""
    return _split(name)


def stem(name: str) -> frozenset[str]:
    """A name's words without those that say training or validation: what a companion curve shares with it."""
    return frozenset(word for word in split(name) if word not in _OF_SPLIT)


def left_of(word: str, explained: tuple[str, ...]) -> str:
    """What remains of a word in Han characters when known words are taken out; other words are one piece."""
    if word.isascii():
        return word
    for part in (*explained, *_HAN):
        word = word.replace(part, "")
    return word


@lru_cache(maxsize=65536)
def _split(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_CAMEL.sub(" ", unicodedata.normalize("NFKC", name)).lower()))


def _cut(text: str, match: re.Match[str], known: Container[str]) -> list[Word]:
    start, end = match.span()
    whole = re.sub(r"(?<=[a-z])[-_ ]", "", match[0])
    if whole in known or whole in NEUTRAL or whole in OPTIMIZERS:
        return [Word(whole, start, end)]
    edges = [start, *(start + cut.start() for cut in _CAMEL.finditer(text[start:end])), end]
    found: list[Word] = []
    while len(edges) > 1:  # the longest known word first: testMeanIoU is test, mean and iou
        long = next((at for at in range(len(edges) - 1, 1, -1) if text[edges[0] : edges[at]].lower() in known), 1)
        found.append(Word(text[edges[0] : edges[long]].lower(), edges[0], edges[long]))
        edges = edges[long:]
    return [part for word in found for part in _unglued(word, known)]


def _unglued(word: Word, known: Container[str]) -> list[Word]:
    """``valloss`` is val and loss, ``focalloss`` is focal and loss."""
    text = word.text
    if text in known or text in NEUTRAL or not text.isascii():
        return [word]
    at = next((len(front) for front in _GLUED if text.startswith(front) and text[len(front) :] in known), 0)
    if not at and text.endswith("loss") and len(text) > len("loss"):
        at = len(text) - len("loss")
    if not at:  # lossval, dicescore
        heads = (head for head in _HEADS if text.startswith(head))
        at = next((len(head) for head in heads if text[len(head) :] in known or text[len(head) :] in NEUTRAL), 0)
    if not at:
        return [word]
    return [Word(text[:at], word.start, word.start + at), Word(text[at:], word.start + at, word.end)]


def _one_of(word: str, names: dict[str, str]) -> str:
    return next(iter(_all_of(word, names)), "")


def _all_of(word: str, names: dict[str, str]) -> list[str]:
    if word.isascii():
        return [names[word]] if word in names else []
    return [meaning for part, meaning in names.items() if not part.isascii() and part in word]
