"""Stand-ins for whatever a pickle names: they remember what the file said of an object and can do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from diagnose.tensors.records import Damaged
from diagnose.tensors.suspicion import Use, judge
from kb.text import Text

PATIENCE = 3_000_000  # a few seconds; a checkpoint of 10 000 tensors with optimizer takes a tenth
ODD = "<not a plain key>"


class Named:
    """A class or a function a pickle names; it is never imported, so it cannot run."""

    __slots__ = ("module", "name")

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name

    def __repr__(self) -> str:
        return self.full

    @property
    def full(self) -> str:
        """``module.name``, as reports show it."""
        return f"{self.module}.{self.name}"


class Thing:
    """An object of a class we do not have: what it was made with, and what was put into it afterwards."""

    __slots__ = ("args", "items", "kind", "merged", "pairs", "state")

    def __init__(self, kind: str, args: Any = ()) -> None:
        self.kind = kind
        self.args = args
        self.state: Any = None
        self.items: list[Any] | None = None
        self.pairs: dict[Any, Any] | None = None
        self.merged: dict[Any, Any] | None = None

    def fields(self) -> dict[Any, Any]:
        """Its attributes and, for a kind of dictionary, its entries; asked for once the whole file is read."""
        if self.merged is not None:
            return self.merged
        found: dict[Any, Any] = {}
        state = self.state
        parts = (
            state if isinstance(state, tuple) and len(state) == 2 else (state,)
        )  # (dict, slots) of __slots__ classes
        for part in (*parts, self.pairs):
            if isinstance(part, dict):
                found.update(part)
        self.merged = found
        return found


class OddKey:
    """A dictionary key that is no plain value; it compares by identity, so no crafted key can make hashing slow."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        return ODD


@dataclass
class Ledger:
    """What the pickles of one file named (unsafe, or foreign classes they need), and the work they have cost so far.

    ``operations`` and ``copied`` count over all pickles of the file, so that nesting cannot multiply them.
    """

    unsafe: dict[str, None] = field(default_factory=dict)
    foreign: dict[str, None] = field(default_factory=dict)
    operations: int = 0
    copied: int = 0
    most_copied: int = 1 << 26

    def charge(self, count: int) -> None:
        """Pay for copying ``count`` elements or bytes. Raises `Damaged` when a small file asks for too much."""
        self.copied += count
        if self.copied > self.most_copied:
            raise Damaged(Text("its pickle copies the same data again and again", "其中的 pickle 反复复制同一份数据"))

    def note(self, what: Named, use: Use) -> None:
        """Record one use of a name, as `suspicion.judge` sees it."""
        verdict = judge(what.module, what.name, use)
        if verdict == "unsafe":
            self._put(self.unsafe, what.full)
        elif verdict == "foreign":
            self._put(self.foreign, what.full)

    def refuse(self, what: str) -> None:
        """Record a call that is refused whatever it names."""
        self._put(self.unsafe, what)

    @staticmethod
    def _put(where: dict[str, None], name: str) -> None:
        if len(where) < 1000:
            where[printable(name)] = None


def printable(name: str) -> str:
    """A name out of a file, fit for a terminal: no control characters, no lone surrogates, not endless."""
    short = name if len(name) <= 300 else name[:299] + "…"
    return short if short.isprintable() else "".join(one if one.isprintable() else "�" for one in short)


def key_of(value: Any) -> Any:
    """``value`` as a dictionary key: plain values as they are, all else behind an `OddKey`."""
    kind = type(value)
    if kind is str or kind is float or kind is bool or kind is bytes or value is None:
        return value
    if kind is int and -(1 << 60) < value < 1 << 60:
        return value
    return OddKey(value)


@dataclass
class Patience:
    """How many more parts will be looked at: a small file can refer to its parts in endlessly many ways."""

    left: int = field(default_factory=lambda: PATIENCE)

    def spend(self, count: int = 1) -> None:
        """Pay for looking at ``count`` parts. Raises `Damaged` when patience is out."""
        self.left -= count
        if self.left < 0:
            raise Damaged(Text("its parts refer to each other too often", "其各部分之间的相互引用过多"))


def leaves(root: Any, accept: Callable[[Any], bool], patience: Patience, *, deepest: int = 64) -> Iterator[Any]:
    """Every object reachable from ``root`` that ``accept`` likes, each container opened once, without recursion."""
    seen: set[int] = set()
    waiting: list[tuple[Any, int]] = [(root, 0)]
    while waiting:
        value, depth = waiting.pop()
        patience.spend()
        if accept(value):
            yield value
            continue
        inner = contents(value)
        if not inner or depth >= deepest or id(value) in seen:
            continue
        seen.add(id(value))
        waiting.extend((each, depth + 1) for each in reversed(inner))


def contents(value: Any) -> list[Any]:
    """What a container holds; nothing for anything else."""
    if isinstance(value, dict):
        return list(value.values())
    if isinstance(value, (list, tuple)):
        return list(value)
    if isinstance(value, Thing):
        return [value.args, value.state, value.items or (), value.pairs or {}]
    return []
