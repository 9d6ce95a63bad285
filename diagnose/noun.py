"""The decorator of what is made by the ten thousand: a frozen dataclass that is quick to make."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dataclasses import dataclass as noun
else:
    from dataclasses import dataclass

    def noun(*, frozen: bool) -> Callable[[type], type]:
        """A dataclass whose fields the type checker keeps from being set.

        At run time nothing does: to refuse it there costs a call for every field of every object, four fifths of
        the time it takes to make one.
        """
        assert frozen, "what may change is an ordinary dataclass"
        return dataclass(unsafe_hash=True)


__all__ = ["noun"]
