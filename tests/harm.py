"""Ways in which a file comes to harm, one function a way: each turns the bytes of a file into others.

``chance`` is a `random.Random`, so that hypothesis can shrink what it finds and a long search needs no hypothesis.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from random import Random

NUMBERS = (
    *(b"1e999", b"-1e999", b"nan", b"-inf", b"0x1p3", b"1_000", b"1e", b"--1", b"1.2.3", b"9" * 400),
    *(b"0." + b"1" * 400, b"1" + b"0" * 5000, b"-9223372036854775809", b"18446744073709551616"),
    *("\u0663".encode(), "\uff11\uff12".encode(), "\u00b2".encode()),  # digits of other scripts
)
TEXTS = (
    *(b"\0", b"\xed\xa0\x80", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[31m", b"\r", b"\n\n", b"\x85", "\u2028".encode()),
    *(b'"', b"'", b"{", b"}", b"[", b"]", b",", b":", b"=", b"\t", b"%|", b"\\", b"&a [*a]"),
    b"!!python/name:os.abort ",
)
MARK = (0, 1, -1, 0x7FFFFFFF, 0x40000000, -0x80000000)


def cut(data: bytes, chance: Random) -> bytes:
    """The file ends somewhere."""
    return data[: chance.randint(0, len(data))]


def headless(data: bytes, chance: Random) -> bytes:
    """The file begins somewhere: its first part was rotated away."""
    return data[chance.randint(0, len(data)) :]


def flipped(data: bytes, chance: Random) -> bytes:
    """Up to four bits are wrong."""
    found = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        if found:
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def overwritten(data: bytes, chance: Random) -> bytes:
    """A few bytes are others."""
    at = chance.randint(0, len(data))
    junk = chance.randbytes(chance.randint(1, 16))
    return data[:at] + junk + data[at + len(junk) :]


def inserted(data: bytes, chance: Random) -> bytes:
    """A few bytes came in between."""
    at = chance.randint(0, len(data))
    return data[:at] + chance.randbytes(chance.randint(1, 40)) + data[at:]


def lost(data: bytes, chance: Random) -> bytes:
    """A few bytes are missing."""
    at = chance.randint(0, len(data))
    return data[:at] + data[at + chance.randint(1, 60) :]


def zeroed(data: bytes, chance: Random) -> bytes:
    """A block was never written."""
    at, size = chance.randint(0, len(data)), chance.choice([1, 8, 64, 512, 4096])
    return data[:at] + bytes(len(data[at : at + size])) + data[at + size :]


def huge(data: bytes, chance: Random) -> bytes:
    """Somewhere stands a length of about 1 GB, or a negative one, in any of the usual ways to write it."""
    if len(data) < 8:
        return data
    value = chance.choice(MARK)
    form = chance.choice(["<i", ">i", "<q", ">q"])
    word = struct.pack(form, value) if chance.random() < 0.8 else b"\xff\xff\xff\xff\x07"
    at = chance.randint(0, len(data) - 1)
    return data[:at] + word + data[at + len(word) :]


def numbered(data: bytes, chance: Random) -> bytes:
    """A digit became something else that may pass for a number."""
    digits = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    if not digits:
        return data
    at = chance.choice(digits)
    return data[:at] + chance.choice(NUMBERS) + data[at + 1 :]


def marked(data: bytes, chance: Random) -> bytes:
    """A character that means something to someone came in between."""
    at = chance.randint(0, len(data))
    return data[:at] + chance.choice(TEXTS) + data[at:]


def repeated(data: bytes, chance: Random) -> bytes:
    """A piece was written several times."""
    at, size = chance.randint(0, len(data)), chance.randint(1, 200)
    return data[:at] + data[at : at + size] * chance.randint(2, 9) + data[at + size :]


def shuffled(data: bytes, chance: Random) -> bytes:
    """Lines of several processes went through each other."""
    lines = data.split(b"\n")
    first, last = sorted((chance.randrange(len(lines)), chance.randrange(len(lines))))
    piece = lines[first : last + 1]
    chance.shuffle(piece)
    return b"\n".join([*lines[:first], *piece, *lines[last + 1 :]])


def twice(data: bytes, chance: Random) -> bytes:
    """Two harms one after the other."""
    return chance.choice(ALONE)(chance.choice(ALONE)(data, chance), chance)


ALONE: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(cut, headless, flipped, overwritten, inserted, lost, zeroed, huge, numbered, marked, repeated, shuffled),
)
HARMS = (*ALONE, twice)


def stretched(data: bytes) -> list[bytes]:
    """The file with something in it that goes on and on: what a search that goes back over its text cannot stand."""
    half, size = data[: len(data) // 2], 20_000
    line = max(data.split(b"\n"), key=len)[:400] or b"-"
    return [
        data.replace(b"\n", b" ") * (1 + size // (len(data) + 1)),
        data.replace(b"\n", b"\r") * (1 + size // (len(data) + 1)),
        line * (1 + size // len(line)),
        data.replace(b" ", b" " * (1 + size // (data.count(b" ") + 1))),
        *(half + piece * (size // len(piece)) + data[len(half) :] for piece in (b" ", b"7", b".1", b"a", b"\n", b"\0")),
        *(
            half + piece * (size // len(piece))
            for piece in (b"loss: ", b"[", b'{"a":', b"(", b'"', b"a: ", b"1,", b"| ")
        ),
    ]
