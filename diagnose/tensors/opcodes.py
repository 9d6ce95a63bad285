"""What each opcode of a pickle does to the inert machine; the table is the format, protocols 0 to 5."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import IO, Any

from diagnose.tensors.inert import Ledger, Thing
from diagnose.tensors.machine import NONSENSE, Machine, Step
from diagnose.tensors.rebuild import Context, call, make
from diagnose.tensors.records import Damaged


def read_pickle(file: IO[bytes], size: int, ledger: Ledger, context: Context) -> Any:
    """What the pickle at the file's position builds of inert parts. Raises `Damaged` for no good pickle."""
    return Machine(file, size, ledger, context).run(OPCODES)


def read_pickle_bytes(raw: bytes, ledger: Ledger, context: Context) -> Any:
    """The same for a pickle in memory."""
    return read_pickle(io.BytesIO(raw), len(raw), ledger, context)


def _fixed(layout: str) -> Callable[[Machine], Any]:
    shape = struct.Struct(layout)

    def fetch(machine: Machine) -> Any:
        return shape.unpack(machine.take(shape.size))[0]

    return fetch


_u1, _u2, _i4, _u4, _u8, _f8 = _fixed("<B"), _fixed("<H"), _fixed("<i"), _fixed("<I"), _fixed("<Q"), _fixed(">d")


def _push(value: Callable[[Machine], Any]) -> Step:
    def step(machine: Machine) -> None:
        machine.stack.append(value(machine))

    return step


def _sized(length: Callable[[Machine], int], meaning: Callable[[bytes], Any]) -> Step:
    def step(machine: Machine) -> None:
        machine.stack.append(meaning(machine.take(length(machine))))

    return step


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogatepass")


def _old_text(raw: bytes) -> str | bytes:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw  # Python 2 kept raw arrays in strings


def _quoted(raw: bytes) -> str | bytes:
    if len(raw) < 2 or raw[:1] != raw[-1:] or raw[:1] not in b"\"'":
        raise Damaged(NONSENSE)
    return _old_text(raw[1:-1].decode("unicode_escape").encode("latin-1"))


def _whole(raw: bytes) -> int:
    return int.from_bytes(raw, "little", signed=True)


def _integer(machine: Machine) -> Any:
    raw = machine.line()
    return raw == b"01" if raw in (b"00", b"01") else int(raw)


def _stop(machine: Machine) -> None:
    machine.result, machine.done = machine.stack.pop(), True


def _mark(machine: Machine) -> None:
    machine.marks.append(machine.stack)
    machine.stack = []


def _pop(machine: Machine) -> None:
    if machine.stack:
        machine.stack.pop()
    else:
        machine.since_mark()


def _tuple(count: int) -> Step:
    def step(machine: Machine) -> None:
        if len(machine.stack) < count:
            raise IndexError
        machine.stack[-count:] = [tuple(machine.stack[-count:])]

    return step


def _list(machine: Machine) -> None:
    inside = machine.since_mark()  # it changes the stack: nothing may look at the stack before
    machine.stack.append(inside)


def _tuple_since_mark(machine: Machine) -> None:
    inside = tuple(machine.since_mark())
    machine.stack.append(inside)


def _dict(machine: Machine) -> None:
    flat = machine.since_mark()
    machine.stack.append({})
    machine.update(flat)


def _reduce(machine: Machine) -> None:
    arguments = machine.stack.pop()
    machine.stack[-1] = call(machine.stack[-1], arguments, machine.ledger, machine.context)


def _newobj(extra: int) -> Step:
    def step(machine: Machine) -> None:
        for _ in range(extra):
            machine.stack.pop()  # keyword arguments of __new__
        arguments = machine.stack.pop()
        machine.stack[-1] = make(machine.stack[-1], arguments, machine.ledger, machine.context)

    return step


def _inst(machine: Machine) -> None:
    machine.named(_text(machine.line()), _text(machine.line()))
    what = machine.stack.pop()
    arguments = tuple(machine.since_mark())
    machine.stack.append(call(what, arguments, machine.ledger, machine.context))


def _obj(machine: Machine) -> None:
    what, *arguments = machine.since_mark()
    machine.stack.append(call(what, tuple(arguments), machine.ledger, machine.context))


def _global(machine: Machine) -> None:
    machine.named(_text(machine.line()), _text(machine.line()))


def _stack_global(machine: Machine) -> None:
    name = machine.stack.pop()
    machine.named(machine.stack.pop(), name)


def _persistent(machine: Machine) -> None:
    machine.stack.append(machine.context.persistent(machine.stack.pop()))


def _extension(length: Callable[[Machine], int]) -> Step:
    return _push(lambda machine: Thing(f"copyreg.extension_{length(machine)}"))


def _set_one(machine: Machine) -> None:
    value = machine.stack.pop()
    key = machine.stack.pop()
    machine.update([key, value])


OPCODES: dict[bytes, Step] = {
    b"(": _mark,
    b".": _stop,
    b"0": _pop,
    b"1": lambda m: (m.since_mark(), None)[1],
    b"2": lambda m: m.stack.append(m.stack[-1]),
    b"F": _push(lambda m: float(m.line())),
    b"I": _push(_integer),
    b"J": _push(_i4),
    b"K": _push(_u1),
    b"L": _push(lambda m: int(m.line().rstrip(b"L"))),
    b"M": _push(_u2),
    b"N": _push(lambda _: None),
    b"P": _push(lambda m: m.context.persistent(_text(m.line()))),
    b"Q": _persistent,
    b"R": _reduce,
    b"S": _push(lambda m: _quoted(m.line().strip())),
    b"T": _sized(_u4, _old_text),
    b"U": _sized(_u1, _old_text),
    b"V": _push(lambda m: m.line().decode("raw-unicode-escape")),
    b"X": _sized(_u4, _text),
    b"a": lambda m: m.extend([m.stack.pop()]),
    b"b": lambda m: m.build(),
    b"c": _global,
    b"d": _dict,
    b"}": _push(lambda _: {}),
    b"e": lambda m: m.extend(m.since_mark()),
    b"g": _push(lambda m: m.memo[int(m.line())]),
    b"h": _push(lambda m: m.memo[_u1(m)]),
    b"i": _inst,
    b"j": _push(lambda m: m.memo[_u4(m)]),
    b"l": _list,
    b"]": _push(lambda _: []),
    b"o": _obj,
    b"p": lambda m: m.remember(int(m.line())),
    b"q": lambda m: m.remember(_u1(m)),
    b"r": lambda m: m.remember(_u4(m)),
    b"s": _set_one,
    b"t": _tuple_since_mark,
    b")": _push(lambda _: ()),
    b"u": lambda m: m.update(m.since_mark()),
    b"G": _push(_f8),
    b"\x80": lambda m: (m.take(1), None)[1],
    b"\x81": _newobj(0),
    b"\x82": _extension(_u1),
    b"\x83": _extension(_u2),
    b"\x84": _extension(_i4),
    b"\x85": _tuple(1),
    b"\x86": _tuple(2),
    b"\x87": _tuple(3),
    b"\x88": _push(lambda _: True),
    b"\x89": _push(lambda _: False),
    b"\x8a": _sized(_u1, _whole),
    b"\x8b": _sized(_u4, _whole),
    b"B": _sized(_u4, bytes),
    b"C": _sized(_u1, bytes),
    b"\x8c": _sized(_u1, _text),
    b"\x8d": _sized(_u8, _text),
    b"\x8e": _sized(_u8, bytes),
    b"\x8f": _push(lambda _: []),  # sets are kept as lists: their members need no hash then
    b"\x90": lambda m: m.extend(m.since_mark()),
    b"\x91": _list,
    b"\x92": _newobj(1),
    b"\x93": _stack_global,
    b"\x94": lambda m: m.remember(len(m.memo)),
    b"\x95": lambda m: (m.take(8), None)[1],
    b"\x96": _sized(_u8, bytes),
    b"\x97": _push(lambda _: Thing("pickle.buffer")),
    b"\x98": lambda _: None,
}
