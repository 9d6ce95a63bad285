"""Reads a pickle without unpickling it: every opcode is carried out on inert stand-ins, within fixed limits."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from typing import IO, Any

from diagnose.tensors.inert import Ledger, Named, Thing, key_of
from diagnose.tensors.rebuild import Context
from diagnose.tensors.records import RECORDS, Damaged
from kb.text import Text

OPERATIONS = 5_000_000  # each makes at most one small object, so this bounds time (seconds) and memory (a few 100 MB)
LONGEST_NAME = 1000
LINE = 1 << 20  # longest text line of protocol 0
CUT = Text("its pickle is cut short", "其中的 pickle 数据被截断")
NONSENSE = Text("its pickle makes no sense", "其中的 pickle 数据不合法")
AT_ONCE = 1 << 16  # larger requests are first held against what is left of the file

Step = Callable[["Machine"], None]


class Machine:
    """One pickle of an open binary file; ``size`` is where the bytes end."""

    def __init__(self, file: IO[bytes], size: int, ledger: Ledger, context: Context) -> None:
        self.file, self.size, self.ledger, self.context = file, size, ledger, context
        self.stack: list[Any] = []
        self.marks: list[list[Any]] = []
        self.memo: dict[int, Any] = {}
        self.result: Any = None
        self.done = False

    def run(self, steps: Mapping[bytes, Step]) -> Any:
        """What the pickle builds, ``steps`` being what each opcode does. Raises `Damaged` for no good pickle."""
        start = self.file.tell()
        try:
            self._all(steps)
        except KeyError as error:
            raise self._complaint(start, error) from error
        except (
            IndexError,
            ValueError,
            TypeError,
            AttributeError,
            OverflowError,
            struct.error,
            RecursionError,
        ) as error:
            raise Damaged(NONSENSE) from error
        return self.result

    def _all(self, steps: Mapping[bytes, Step]) -> None:
        read = self.file.read
        budget = OPERATIONS - self.ledger.operations
        count = 0
        try:
            while not self.done:
                steps[read(1)](self)
                count += 1
                if count > budget:
                    raise Damaged(Text("its index is unreasonably long", "其索引长得不合理"))
        finally:
            self.ledger.operations += count

    def _complaint(self, start: int, error: KeyError) -> Damaged:
        if error.args != (b"",):
            return Damaged(NONSENSE)
        if self.file.tell() == start:
            return Damaged(Text("the file ends where a pickle should begin", "文件在 pickle 数据开始之前就结束了"))
        return Damaged(CUT)

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes. Raises `Damaged` past the end."""
        if count > AT_ONCE and count > self.size - self.file.tell():
            raise Damaged(CUT)
        found = self.file.read(count) if count >= 0 else b""
        if len(found) != count:
            raise Damaged(CUT)
        return found

    def line(self) -> bytes:
        """The next line, without its end."""
        found = self.file.readline(LINE)
        if not found.endswith(b"\n"):
            raise Damaged(CUT)
        return found[:-1]

    def since_mark(self) -> list[Any]:
        """What was pushed since the last mark."""
        found, self.stack = self.stack, self.marks.pop()
        return found

    def remember(self, at: int) -> None:
        """Put the top of the stack into the memo."""
        self.memo[at] = self.stack[-1]

    def extend(self, values: list[Any]) -> None:
        """Append to the list on the stack."""
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(values)
        elif isinstance(target, Thing):
            if target.items is None:
                target.items = []
            target.items.extend(values)
        else:
            raise Damaged(Text("its pickle appends to what is no list", "其中的 pickle 向并非列表的对象追加元素"))

    def update(self, flat: list[Any]) -> None:
        """Set keys of the dictionary on the stack."""
        target = self.stack[-1]
        if isinstance(target, Thing):
            if target.pairs is None:
                target.pairs = {}
            target = target.pairs
        if not isinstance(target, dict) or len(flat) % 2:
            raise Damaged(Text("its pickle sets keys of what is no dictionary", "其中的 pickle 向并非字典的对象写入键"))
        for at in range(0, len(flat), 2):
            target[key_of(flat[at])] = flat[at + 1]

    def named(self, module: Any, name: Any) -> None:
        """Push a class or function by name."""
        if not isinstance(module, str) or not isinstance(name, str):
            raise Damaged(Text("its pickle names something that is no name", "其中的 pickle 引用了不是名称的东西"))
        if len(module) + len(name) > LONGEST_NAME:
            raise Damaged(NONSENSE)
        what = Named(module, name)
        self.ledger.note(what, "mention")
        self.stack.append(what)

    def build(self) -> None:
        """Give the object on the stack its state."""
        state = self.stack.pop()
        target = self.stack[-1]
        if isinstance(target, Thing):
            target.state = state
        elif hasattr(target, "receive"):
            self.ledger.charge(sum(len(part) for part in state[:8] if isinstance(part, str)))
            target.receive(state)
        elif not isinstance(target, (dict, list, *RECORDS)):
            self.ledger.refuse(f"{target!r}.__setstate__" if isinstance(target, Named) else "__setstate__")
