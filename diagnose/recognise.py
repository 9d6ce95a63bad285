"""Which quantity is this series? Read from its name, by the patterns of the concept entries."""

from __future__ import annotations

import dataclasses
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

from diagnose.run import Checkpoint, Run, Series
from kb.library import Library
from kb.problem import Problem, did_you_mean
from kb.text import Text

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[a-z]+[0-9]*|[0-9]+|[^\W\d_a-z]+")
_SPLITS = frozenset(
    (
        "train",
        "training",
        "tr",
        "val",
        "valid",
        "validation",
        "eval",
        "evaluation",
        "test",
        "dev",
        "训练",
        "验证",
        "测试",
    )
)
_PLAIN = _SPLITS | frozenset(
    ("loss", "total", "epoch", "step", "iter", "mean", "avg", "average", "batch", "running", "main", "overall", "sum",
     "all", "info", "scalars", "logs", "metrics", "损失")
)  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Pattern:
    """One way a role is written: words that must all be there, words that must not."""

    role: str
    concept: str
    wanted: tuple[str, ...]
    forbidden: tuple[str, ...]
    text: str

    def score(self, name: str, words: Sequence[str]) -> float:
        """0 when it does not fit, else the more words it explains the higher."""
        if any(_hits(term, name, words) for term in self.forbidden):
            return 0.0
        if not all(_hits(term, name, words) for term in self.wanted):
            return 0.0
        return len(self.wanted) + min(1.0, len(self.wanted) / max(1, len(words))) / 2


class Recogniser:
    """The patterns of a library, ready to name roles."""

    def __init__(self, library: Library) -> None:
        self.log_it: dict[str, str] = {}
        self.titles: dict[str, Text] = {}
        self._patterns: list[Pattern] = []
        self._lower: dict[str, list[Pattern]] = {}
        for entry in library.values():
            for role, logged in entry.logged_as.items():
                self.log_it[role] = logged.log_it
                self.titles[role] = Text(entry.title, entry.zh.title)
                self._patterns += [_pattern(role, entry.id, name) for name in logged.names]
                self._lower[role] = [_pattern(role, entry.id, name) for name in logged.lower_is_better]

    def recognise(self, run: Run, told: Mapping[str, str]) -> Run:
        """The run with a role on every series it can name; ``told`` (tag -> role) is the user's word and wins."""
        unknown = [role for role in told.values() if role not in self.log_it]
        if unknown:
            raise Problem(
                Text(f"no role called {unknown[0]!r}", f"没有名为 {unknown[0]!r} 的角色"),
                hint=did_you_mean(unknown[0], self.log_it)
                or Text(f"roles: {', '.join(self.log_it)}", f"角色有：{'、'.join(self.log_it)}"),
            )
        series = [self._named(one, told) for one in run.series]
        return dataclasses.replace(
            run,
            series=tuple(_components(series, told)),
            checkpoints=tuple(self._gated(checkpoint) for checkpoint in run.checkpoints),
        )

    def role(self, name: str) -> tuple[str, Pattern | None]:
        """The role a name tells, and the pattern that told it."""
        folded, words = _fold(name), _said(name)
        best = max(self._patterns, key=lambda pattern: pattern.score(folded, words), default=None)
        if best is None or best.score(folded, words) == 0:
            return "", None
        return best.role, best

    def _named(self, series: Series, told: Mapping[str, str]) -> Series:
        folded, words = _fold(series.name), _said(series.name)
        if series.name in told:
            role, why = told[series.name], Text("you said so (--map)", "由 --map 指定")
        else:
            role, pattern = self.role(series.name)
            if pattern is None:
                return dataclasses.replace(series, why=Text("its name tells no role", "从名称看不出角色"))
            why = Text(f"its name fits “{pattern.text}”", f"名称符合“{pattern.text}”")
        lower = any(pattern.score(folded, words) for pattern in self._lower.get(role, ()))
        return dataclasses.replace(series, role=role, why=why, lower_is_better=lower)

    def _gated(self, checkpoint: Checkpoint) -> Checkpoint:
        gates = tuple(name for name in checkpoint.tensors if self.role(name)[0] == "gate")
        return dataclasses.replace(checkpoint, gates=gates)


def split(name: str) -> tuple[str, ...]:
    """A name's words: ``valLoss``, ``val/loss`` and ``val_loss`` all give ('val', 'loss')."""
    return _split(name)


def stem(name: str) -> frozenset[str]:
    """A name's words without those that say training or validation: what a companion curve shares with it."""
    return frozenset(word for word in split(name) if word not in _SPLITS)


@lru_cache(maxsize=65536)
def _split(name: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(_CAMEL.sub(" ", unicodedata.normalize("NFKC", name)).lower()))


def _said(name: str) -> tuple[str, ...]:
    """The words of a name, and those it has when capitals begin no word: ``mIoU`` says miou as well."""
    return tuple(dict.fromkeys((*split(name), *_WORD.findall(_fold(name)))))


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).lower()


def _hits(term: str, name: str, words: Sequence[str]) -> bool:
    """Whether one of the term's alternatives is a word of the name; Han words only need to be inside it."""
    for choice in term.split("|"):
        if choice[:1] > "\u2fff":
            if choice in name:
                return True
        elif any(fnmatchcase(word, choice) for word in words):
            return True
    return False


def _pattern(role: str, concept: str, text: str) -> Pattern:
    terms = text.split()
    wanted = tuple(term for term in terms if not term.startswith("-"))
    return Pattern(role, concept, wanted, tuple(term[1:] for term in terms if term.startswith("-")), text)


def _components(series: Sequence[Series], told: Mapping[str, str]) -> Iterator[Series]:
    """Where a total is logged beside its parts, the parts become component losses, so that one loss is judged once."""
    totals = {one.role for one in series if one.role in ("train-loss", "val-loss") and _is_total(one.name)}
    for one in series:
        if one.role in totals and not _is_total(one.name) and one.name not in told:
            why = Text("a part of a total that is logged too", "同一日志中另有总损失，这是其中一项")
            yield dataclasses.replace(one, role="component-loss", why=why)
        else:
            yield one


def _is_total(name: str) -> bool:
    return all(word in _PLAIN or word.isdigit() for word in split(name))
