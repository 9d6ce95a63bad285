"""A small thing that equals another when all its parts do; a dataclass would take longer to load than a look-up."""

from __future__ import annotations


class Value:
    """Compared, hashed and shown by its ``__slots__``; never changed once it is made."""

    __slots__: tuple[str, ...] = ()

    def _parts(self) -> tuple[object, ...]:
        return tuple(getattr(self, name) for name in self.__slots__)

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and self._parts() == other._parts()

    def __hash__(self) -> int:
        return hash(self._parts())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self._parts()))})"
