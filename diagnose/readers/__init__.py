"""One file per kind of trace: a module with ``sniff``, ``read`` and ``example``. The folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
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


@cache
def readers() -> Mapping[str, Reader]:
    """Every reader by the name of its format; those with ``FALLBACK = True``, which read any shape, come last."""
    names = sorted(name for _, name, _ in pkgutil.iter_modules(__path__))
    modules = {name: importlib.import_module(f"{__name__}.{name}") for name in names}
    asked = sorted(names, key=lambda name: getattr(modules[name], "FALLBACK", False))
    return {name: cast("Reader", modules[name]) for name in asked}
