"""Which quantity is this series? Read from its name, by the patterns of the concept entries, and from its siblings."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from fnmatch import translate
from functools import lru_cache

import numpy as np

from diagnose.curve_name import CurveName, parsed, split, stem
from diagnose.curve_shape import after_a_loss, by_shape, warmed_down
from diagnose.mapping import check_roles, role_told
from diagnose.pattern import Pattern, literals, pattern
from diagnose.qualifier import qualifier
from diagnose.run import Checkpoint, Run, Series
from diagnose.siblings import Named, size, together
from kb.collection import Library
from kb.text import Text

__all__ = ["Recogniser", "split", "stem"]

_PARTS = "component-loss"  # given by what else was logged, so no entry lists names for it
_NONE = "none"  # what a user says of a curve that shall not be judged
_MOST = 65536  # names and runs remembered; a folder of runs repeats a handful
_TOLD = ("role", "why", "lower_is_better", "split", "quantity", "qualifier")  # what a name tells of a series
_HAN = re.compile(r"[\u3400-\u9fff]+")
_NO_STEPS, _NO_VALUES = np.empty(0, np.int64), np.empty(0)  # what is remembered of a run holds no points
_SAID = {
    "best": Text("the best value so far, not the curve itself", "这是至今的最好值，不是曲线本身"),
    "ema": Text("a moving average, not the curve itself", "这是滑动平均，不是曲线本身"),
    "spread": Text("a spread, not the curve itself", "这是离散程度，不是曲线本身"),
}


_HALVES = frozenset(("val", "valid", "validation", "eval"))
_LOGS = frozenset(("test", "log", "logs", "metrics", "history", "loss", "losses", "scalars"))
_SPLIT = {
    "train": Text("of training", "属于训练集"),
    "val": Text("of validation", "属于验证集"),
    "test": Text("of a test set", "属于测试集"),
}


class Known:
    """The words patterns know, wildcards included; ``han`` lists those in Han characters, long ones first."""

    def __init__(self, texts: Sequence[str]) -> None:
        words = {word for text in texts for word in literals(text)}
        self._exact = frozenset(word for word in words if not re.search(r"[*?\[]", word))
        wild = [translate(word) for word in sorted(words - self._exact) if len(word) > 1]
        self._wild = re.compile("|".join(wild) or r"(?!)")
        self.han = tuple(sorted({word for text in texts for word in _HAN.findall(text)}, key=len, reverse=True))

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word in self._exact or self._wild.fullmatch(word) is not None)


@dataclasses.dataclass(frozen=True)
class Meaning:
    """What a name alone says of a curve."""

    name: CurveName
    pattern: Pattern | None
    qualifier: str
    why: Text

    @property
    def role(self) -> str:
        """The role, or nothing."""
        return self.pattern.role if self.pattern else ""


class Recogniser:
    """The patterns of a library, ready to name roles."""

    def __init__(self, library: Library) -> None:
        self.log_it: dict[str, str] = {}
        self.titles: dict[str, Text] = {}
        self._patterns: list[Pattern] = []
        for entry in library.values():
            for role, logged in entry.logged_as.items():
                self.log_it[role] = logged.log_it
                self.titles[role] = Text(entry.title, entry.zh.title)
                self._patterns += [pattern(role, text, logged.never) for text in logged.names]
                self._patterns += [pattern(role, text, logged.never, lower=True) for text in logged.lower_is_better]
        self._gates = [one for one in self._patterns if one.role == "gate"]
        self._known = Known([one.text for one in self._patterns])
        self._meanings: dict[str, Meaning] = {}
        self._runs: dict[tuple[tuple[str, int, str, str], ...], list[Series]] = {}

    @property
    def roles(self) -> tuple[str, ...]:
        """Every role a user may give with --map."""
        return (*self.log_it, _PARTS, _NONE)

    def recognise(self, run: Run, told: Mapping[str, str]) -> Run:
        """The run with a role on every series it can name; ``told`` (tag -> role) is the user's word and wins.

        A tag may be a pattern like ``val/dice_*``; a series called exactly so comes first. Raises `Problem` for
        a role that does not exist.
        """
        check_roles(told, self.roles)
        return dataclasses.replace(
            run,
            series=tuple(self._series(run.series, told)),
            checkpoints=tuple(self._gated(checkpoint) for checkpoint in run.checkpoints),
        )

    def role(self, name: str) -> tuple[str, Pattern | None]:
        """The role a name tells, and the pattern that told it."""
        meaning = self.meaning(name)
        return meaning.role, meaning.pattern

    def meaning(self, name: str) -> Meaning:
        """All a name tells."""
        if name not in self._meanings:
            if len(self._meanings) > _MOST:
                self._meanings.clear()
            self._meanings[name] = self._read(parsed(name, self._known))
        return self._meanings[name]

    def _read(self, name: CurveName) -> Meaning:
        best = self._best(name)
        if best is None:
            return Meaning(name, None, "", self._why_not(name))
        return Meaning(name, best, qualifier(name, best, self._known, self._known.han), _why(name, best))

    def _best(self, name: CurveName) -> Pattern | None:
        scores = [one.score(name) for one in self._patterns]
        top = max(scores, default=0.0)
        return self._patterns[scores.index(top)] if top > 0 else None

    def _why_not(self, name: CurveName) -> Text:
        """A best value or moving average is told as such where the name would otherwise have a role."""
        for taken, why in _SAID.items():
            if taken in name.taken:
                said = tuple(word for word in name.said if word != f"@{taken}")
                plain = dataclasses.replace(name, taken=name.taken - {taken}, said=said)
                if self._best(plain) is not None:
                    return why
        return Text("its name tells no role", "从名称看不出角色")

    def _series(self, series: Sequence[Series], told: Mapping[str, str]) -> list[Series]:
        key = tuple((one.name, size(len(one)), _half_of(one.source), _own(one)) for one in series)
        if told:
            return _shaped([one.series for one in together([self._named(one, told) for one in series])])
        if key not in self._runs:
            if len(self._runs) > _MOST:
                self._runs.clear()
            named = together([self._named(one, told) for one in series])
            self._runs[key] = [dataclasses.replace(one.series, steps=_NO_STEPS, values=_NO_VALUES) for one in named]
        models = zip(series, self._runs[key], strict=True)
        return _shaped(
            [dataclasses.replace(one, **{name: getattr(model, name) for name in _TOLD}) for one, model in models]
        )

    def _named(self, series: Series, told: Mapping[str, str]) -> Named:
        own = _own(series)
        meaning = self.meaning(own)
        if not meaning.name.split and (half := _half_of(series.source)):
            meaning = self.meaning(f"{half}/{own}")
        role = role_told(series.name, told)
        named = dataclasses.replace(
            series,
            role=meaning.role if role is None else role.removeprefix(_NONE),
            why=meaning.why if role is None else Text("you said so (--map)", "由 --map 指定"),
            lower_is_better=meaning.pattern is not None and meaning.pattern.lower,
            split=meaning.name.split,
            quantity=meaning.pattern.quantity if meaning.pattern else "",
            qualifier=meaning.qualifier,
        )
        return Named(named, meaning.name, role is not None)

    def _gated(self, checkpoint: Checkpoint) -> Checkpoint:
        gates = tuple(name for name in checkpoint.tensors if self._may_be_gate(name) and self.role(name)[0] == "gate")
        return dataclasses.replace(checkpoint, gates=gates)

    def _may_be_gate(self, name: str) -> bool:
        """A quick look that spares the thousands of other tensors the full reading."""
        words = parsed(name, self._known)
        return any(one.score(words) for one in self._gates)


def _shaped(series: Sequence[Series]) -> list[Series]:
    return warmed_down(by_shape(after_a_loss(series)))


def _own(series: Series) -> str:
    """The name a curve was logged under: without that of its file, where another of its run has the same."""
    if not series.name.endswith(")"):
        return series.name
    name = re.split(r"[/\\]", series.source)[-1]
    return series.name.removesuffix(f" ({name})")


@lru_cache(maxsize=4096)
def _half_of(source: str) -> str:
    """``val`` when a file is called after validation (``val_log.csv``), or its folder is (``eval/log.txt``).

    ``test`` when its whole name says that it logs the test set; a ``test_3.log`` is more often somebody's try.
    """
    *_, folder, name = re.split(r"[/\\]", f"/{source}")  # every run has its own, and a `Path` takes longer to make
    words = set(split(name.rpartition(".")[0] or name))
    if folder.lower() in _HALVES or (not _HALVES.isdisjoint(words) and not {"train", "training"} & words):
        return "val"
    return "test" if "test" in words and len(words) == 2 and words <= _LOGS else ""


def _why(name: CurveName, best: Pattern) -> Text:
    """The words of the name that told its role, and the split they were said of."""
    shown = [name.text[word.start : word.end] for word in best.explains(name)]
    shown += [word for word in best.han if word in name.folded and not any(word in one for one in shown)]
    en = "its name says " + " and ".join(f"“{word}”" for word in shown)
    zh = "名称中有" + "和".join(f"“{word}”" for word in shown)
    if not name.split:
        return Text(en, zh)
    return Text(f"{en}, {_SPLIT[name.split].en}", f"{zh}，{_SPLIT[name.split].zh}")
