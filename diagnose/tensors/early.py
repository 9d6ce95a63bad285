"""Says at once what is certain of a large file, long before it has been read to its end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from diagnose.run import Tensor
from kb.text import Text

Tell = Callable[[Path, Text], None]

_listener: ContextVar[Tell | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(tell: Tell) -> Iterator[None]:
    """Have ``tell`` called with what shows early of each large file that is read meanwhile; from any thread."""
    before = _listener.set(tell)
    try:
        yield
    finally:
        _listener.reset(before)


class News:
    """What is to be told of one file; every kind of news once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tell = _listener.get()
        self._told = False

    def unsafe(self, names: tuple[str, ...]) -> None:
        """It wants to call something dangerous."""
        if names and self._tell is not None:
            shown = ", ".join(names[:3])
            en = f"loading it with pickle would run {shown}; still reading its tensors"
            self._tell(self._path, Text(en, f"用 pickle 加载它会执行 {shown}；仍在读取张量"))

    def summarised(self, name: str, tensor: Tensor) -> None:
        """One of its tensors has been read."""
        if tensor.nonfinite and not self._told and self._tell is not None:
            self._told = True
            en = f"{name}: {tensor.nonfinite} of {tensor.numel} elements are NaN or infinite; still reading"
            zh = f"{name}：{tensor.numel} 个元素中有 {tensor.nonfinite} 个是 NaN 或无穷大；仍在读取"
            self._tell(self._path, Text(en, zh))
