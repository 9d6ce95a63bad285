"""The decorator of small classes that are nothing but their fields: as `dataclass`, which a short process does without.

To load `dataclasses` takes longer than a look-up, and to make a class with it a thousandth of a second: it writes the
methods of each as a program. Here those of all nouns are the same.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as noun
    from dataclasses import replace as changed
    from typing import Any

    EMPTY: Any
else:
    EMPTY = object()  # the default of a field that holds a dictionary: each noun has an empty one of its own

    def noun(*, frozen: bool) -> Callable[[type], type]:
        """A class with these fields. Only the type checker keeps those of a frozen one from being set."""

        def made(cls: type) -> type:
            names, own = tuple(cls.__annotations__), vars(cls)
            defaults = {name: own[name] for name in names if name in own}
            tables = [name for name, value in defaults.items() if value is EMPTY]
            known = dict.fromkeys(names).keys()

            def init(one: object, *values: object, **named: object) -> None:
                mine = one.__dict__
                mine.update(defaults)
                mine.update(zip(names, values, strict=False))
                mine.update(named)
                for name in tables:
                    if mine[name] is EMPTY:
                        mine[name] = {}
                if mine.keys() != known:
                    raise TypeError(cls.__name__, *(mine.keys() ^ known))  # missing, or of another class

            cls.__init__, cls.__eq__, cls.__repr__ = init, _equal, _said
            cls.__hash__ = _hash if frozen else None
            cls.__match_args__, cls.__dataclass_fields__ = names, _Fields()
            return cls

        return made

    def changed(one: object, /, **fields: object) -> object:
        """A copy with other values in these fields."""
        return type(one)(**{name: getattr(one, name) for name in one.__match_args__} | fields)

    class _Fields:
        """What `dataclasses` wants to know of a noun, made when it asks: its functions work on nouns as well."""

        def __get__(self, one: object, cls: type) -> dict[str, object]:
            from dataclasses import dataclass, field

            for name in cls.__match_args__:
                if vars(cls).get(name) is EMPTY:
                    setattr(cls, name, field(default_factory=dict))
            dataclass(init=False, repr=False, eq=False)(cls)  # puts the fields in this one's place
            return cls.__dataclass_fields__

    def _values(one: object) -> tuple[object, ...]:
        return tuple([getattr(one, name) for name in one.__match_args__])

    def _equal(one: object, other: object) -> bool:
        return _values(one) == _values(other) if one.__class__ is other.__class__ else NotImplemented

    def _hash(one: object) -> int:
        return hash(_values(one))

    def _said(one: object) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in zip(one.__match_args__, _values(one), strict=True))
        return f"{type(one).__qualname__}({told})"


__all__ = ["EMPTY", "changed", "noun"]
