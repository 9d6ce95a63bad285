"""Nouns with a path, which may be given as a text (cast to Path): it becomes one when somebody asks for it, as few do.

To make a path takes a third of the time that a small file takes, and to load `pathlib` half of that of a look-up.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import TypeVar

    _Noun = TypeVar("_Noun")


class _Place:
    def __get__(self, one: object | None, owner: type | None = None) -> Path:
        if one is None:
            raise AttributeError
        found: Path | str = one.__dict__["path"]
        if isinstance(found, str):
            from pathlib import Path

            found = one.__dict__["path"] = Path(found)
        return found

    def __set__(self, one: object, value: Path | str) -> None:
        one.__dict__["path"] = value


def located(cls: type[_Noun]) -> type[_Noun]:
    """A noun with such a ``path``."""
    cls.path = _Place()  # type: ignore[attr-defined]
    return cls
