"""One file per kind of trace: a module with ``sniff``, ``read`` and ``example``. The folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from diagnose.run import Trace

HEAD = 4096  # bytes of a file that `sniff` is shown


class Reader(Protocol):
    """What every module of this folder offers."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Whether the file is of this kind; ``head`` is its first `HEAD` bytes."""

    def read(self, path: Path) -> list[Trace]:
        """What the file holds, one trace a segment; damage becomes notes, never an exception."""

    def example(self, folder: Path) -> tuple[Path, list[Trace]]:
        """Write the smallest file worth reading into ``folder``; return it and what reading it must give."""


class _Registry(Mapping[str, Reader]):
    """The readers of this folder, each imported when it is first asked for: a table needs no reader of checkpoints."""

    def __init__(self) -> None:
        self._names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
        self._known: dict[str, Reader] = {}
        self._order: list[str] = []

    def __getitem__(self, name: str) -> Reader:
        if name not in self._known:
            if name not in self._names:
                raise KeyError(name)
            self._known[name] = cast("Reader", importlib.import_module(f"{__name__}.{name}"))
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        if self._order:
            yield from self._order
            return
        late = []
        for name in self._names:
            if getattr(self[name], "FALLBACK", False):
                late.append(name)
            else:
                yield name
        yield from late
        self._order = [name for name in self._names if name not in late] + late

    def __len__(self) -> int:
        return len(self._names)


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by the name of its format; those with ``FALLBACK = True``, which read any shape, come last."""
    return _Registry()


@cache
def of_checkpoints() -> tuple[str, ...]:
    """The readers of checkpoints, by the names of their formats; none of the others is imported for it."""
    return tuple(sorted(name for _, name, _ in pkgutil.iter_modules(__path__) if name.endswith("_checkpoint")))
