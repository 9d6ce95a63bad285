"""Which process of a job wrote a line, where a launcher or the script put its rank before the line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NamedTuple

MOST = 64  # processes that are told apart
FEW = 3  # lines of each process from which on it is believed
ENOUGH = 0.95  # of the lines that srun must have numbered
_WORD = r"(?:(?:local_|global_)?rank|gpu|proc|process)[ :=_#]{0,2}"
_LOGGED = r"[^\n\w(\[]{0,4}(?:[\d(\[][^\n|a-zA-Z]{10,40})?(?:[A-Z]{4,8}[ \]:|-]{1,4})?"  # when, and how grave
_MARK = re.compile(
    r"^(?:\[(?:default|rank)(?P<torchrun>\d{1,5})\]: ?|\[\d{1,4},(?P<mpirun>\d{1,5})\]<std(?:out|err)>: ?"
    r"|\((?:RayTrainWorker pid=(?P<ray>\d{1,9})|\w{1,60} pid=(?P<tune>\d{1,9}))(?:, ip=[\d.]{7,15})?\) ?"
    rf"|(?P<before>{_LOGGED})(?:\[(?i:{_WORD})(?P<square>\d{{1,4}})\]|\((?i:{_WORD})(?P<round>\d{{1,4}})\)"
    rf"|(?i:{_WORD})(?P<bare>\d{{1,4}}) ?(?=[:|>-]))[ :|>-]{{1,4}})",
    re.MULTILINE,
)
_NUMBERED = re.compile(r"^ {0,4}(?P<srun>\d{1,4}): ", re.MULTILINE)

_LAUNCHED = {"torchrun", "mpirun", "ray", "tune"}  # who may pass on some ranks only; what scripts print counts from 0


class _Only(NamedTuple):
    rank: str
    first: bool
    marks: re.Pattern[str]


_ONLY: ContextVar[_Only | None] = ContextVar("only", default=None)


def ranks_in(text: str) -> list[str]:
    """The processes that wrote a text in turn, by their numbers and in order; fewer than two when one wrote it."""
    return _found(text)[0]


def _found(text: str) -> tuple[list[str], re.Pattern[str]]:
    for marks, share in ((_MARK, 0.0), (_NUMBERED, ENOUGH)):
        kinds = Counter((match.lastgroup or "", match[match.lastgroup or 0]) for match in marks.finditer(text))
        ranks = sorted((rank for (_, rank), count in kinds.items() if count >= FEW), key=int)
        counted = ranks == [str(one) for one in range(len(ranks))] or {kind for kind, _ in kinds} <= _LAUNCHED
        lines = sum(not line.isspace() for line in text.split("\n") if line) if share else 0
        if 1 < len(ranks) <= MOST and counted and sum(kinds.values()) >= share * lines:
            return ranks, marks
    return [], _MARK


def are_trials(text: str) -> bool:
    """Whether the processes that wrote a text are no job's but trials of a search, as Ray passes them on."""
    return any(match["tune"] for match in _MARK.finditer(text)) and not any(
        match["ray"] for match in _MARK.finditer(text)
    )


@contextmanager
def only(rank: str, ranks: list[str], text: str) -> Iterator[None]:
    """Within, every log is read as if this process alone had written it; the first also wrote what bears no rank."""
    token = _ONLY.set(_Only(rank, rank == ranks[0], _found(text)[1]))
    try:
        yield
    finally:
        _ONLY.reset(token)


def of_one(text: str) -> str:
    """The text with the lines of all other processes blank, where one is read `only`."""
    chosen = _ONLY.get()
    if chosen is None:
        return text
    kept = []
    for line in text.split("\n"):
        match = chosen.marks.match(line)
        if match is None:
            kept.append(line if chosen.first else "")
        else:
            before = match["before"] or "" if chosen.marks is _MARK else ""
            kept.append(before + line[match.end() :] if match[match.lastgroup or 0] == chosen.rank else "")
    return "\n".join(kept)
