"""Small files that ask for endless memory or time get a bounded share of either, and a note."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile

import pytest

from diagnose.tensors import inert, machine
from tests.pickled import read, said, state, view, zipped


def within(megabytes, act):
    tracemalloc.start()
    try:
        result = act()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < megabytes << 20, f"{peak >> 20} MiB"
    return result


def laughing(levels):
    """A list that holds the list before twice, and so on: tiny on disk, endless when walked or compared."""
    steps = b"".join(b"](h" + bytes([at]) + b"h" + bytes([at]) + b"eq" + bytes([at + 1]) for at in range(levels))
    return b"\x80\x02]q\x00" + steps + b"."


def hashed(levels):
    """The same with tuples, as the key of a dictionary: endless to hash."""
    steps = b"".join(b"h" + bytes([at]) + b"h" + bytes([at]) + b"\x86q" + bytes([at + 1]) for at in range(levels))
    return b"\x80\x02)q\x00" + steps + b"}h" + bytes([levels]) + b"Ns."


def copied():
    """A list of 100 000, turned into a set 100 000 times."""
    long = b"\x80\x02](" + b"N" * 100_000 + b"eq\x00cbuiltins\nset\nq\x01]("
    return long + b"h\x01h\x00\x85R" * 100_000 + b"e."


BOMBS = {
    "laughing": laughing(200),
    "hashed": hashed(200),
    "copied": copied(),
    "huge memo index": b"\x80\x02Nr\xff\xff\xff\x7f.",
    "huge text": b"\x80\x02X\xff\xff\xff\xff.",
    "huge bytes": b"\x80\x04\x8e" + b"\xff" * 7 + b"\x7f.",
    "huge integer": b"\x80\x02\x8b\xff\xff\xff\x7f\x01.",
    "many digits": b"I" + b"9" * 100_000 + b"\n.",
    "many marks": b"\x80\x02" + b"(" * 200_000,
    "deep tuples": b"\x80\x02)" + b"\x85" * 200_000 + b".",
    "deep lists": b"\x80\x02" + b"]" * 100_000 + b"a" * 99_999 + b".",
    "deep calls": b"\x80\x02cm\nC\n)R" + b"\x85cm\nC\n0" * 100 + b".",
    "itself": b"\x80\x02]q\x00h\x00a.",
    "its own key": b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.",
    "repeated bytes": b"\x80\x02cbuiltins\nbytearray\n\x8b\x08\x00\x00\x00" + b"\xff" * 7 + b"\x7f\x85R.",
    "stack underflow": b"\x80\x02a.",
    "no mark": b"\x80\x02t.",
    "a state for a name": b"cos\npath\n}b.",
    "negative put": b"Np-1\ng-1\n.",
    "wide storage": state(view(count=1 << 59)),
    "impossible storage": state(view(count=1 << 62)),
    "negative sizes": state(view(shape=(-3,))),
    "endless shape": state(view(shape=(1 << 40, 1 << 40))),
    "offset beyond": state(view(offset=1 << 50)),
    "stretched": state(view(shape=(1 << 20, 1 << 20), stride=(0, 0))),
    "overlapping": state(view(shape=(1 << 25, 3), stride=(0, 1)), view(shape=(2, 2), stride=(1, 1))),
    "window": b"\x80\x02](" + b"X\x07\x00\x00\x00storage" + b"t\x85Q.",
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("inside", ["zip", "plain"])
def test_a_bomb_does_not_go_off(tmp_path, name, inside):
    path = tmp_path / "bomb.pt"
    if inside == "zip":
        zipped(path, BOMBS[name], [("0", struct.pack("<3f", 1, 2, 3))])
    else:
        path.write_bytes(BOMBS[name])

    trace = within(250, lambda: read(path))

    assert trace.notes or trace.checkpoints


def test_an_endless_pickle_is_given_up_with_a_note(tmp_path, monkeypatch):
    monkeypatch.setattr(machine, "OPERATIONS", 10_000)
    path = zipped(tmp_path / "endless.pt", b"\x80\x02" + b"]0" * 6_000 + b".")

    trace = read(path)

    assert "unreasonably long" in said(trace)


def shared(entries):
    """A dictionary of many keys that all mean the same long list (or something that holds it)."""
    keys = b"".join(b"X\x06\x00\x00\x00" + b"%06d" % at + one for at, one in enumerate(entries))
    return b"\x80\x02](" + b"N" * 30_000 + b"eq\x00](" + b"K\x01" * 30_000 + b"eq\x01}(" + keys + b"u."


@pytest.mark.parametrize("entry", [b"h\x00", b"]h\x00a", b"h\x01", b"]h\x01a"])
def test_many_ways_to_the_same_part_do_not_multiply_the_work(tmp_path, monkeypatch, entry):
    monkeypatch.setattr(inert, "PATIENCE", 100_000)
    path = zipped(tmp_path / "shared.pt", shared([entry] * 5_000))

    trace = within(250, lambda: read(path))

    assert "refer to each other too often" in said(trace)


def test_views_that_overlap_a_million_times_are_given_up_with_a_note(tmp_path):
    ground = bytes(4 << 20)
    many = [view(count=1 << 20, offset=at, shape=(1 << 19,)) for at in range(600)]
    path = zipped(tmp_path / "overlap.pt", state(*many), [("0", ground)])

    trace = read(path)

    assert "overlap so much" in said(trace)
    assert len(trace.checkpoints[0].tensors) == 600


def test_a_compressed_zip_is_read_within_reason_and_a_zip_bomb_is_not(tmp_path):
    values = bytes(range(256)) * 100
    small = zipped(tmp_path / "small.pt", state(view(count=6400, shape=(6400,))), [("0", values)], zipfile.ZIP_DEFLATED)
    large = zipped(
        tmp_path / "large.pt",
        state(view(), view(b"1", 50 << 20, 0, (50 << 20,))),
        [("0", struct.pack("<3f", 1, 2, 3)), ("1", bytes(200 << 20))],
        zipfile.ZIP_DEFLATED,
    )

    first, second = read(small), within(60, lambda: read(large))

    assert first.checkpoints[0].tensors["t0"].numel == 6400
    assert said(first) == ""
    assert second.checkpoints[0].tensors["t0"].mean == 2
    assert "compressed members left packed: 1" in said(second)


def test_names_in_the_zip_are_never_used_as_paths(tmp_path):
    path = tmp_path / "paths.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../data.pkl", state(view(b"../../../etc/passwd")))
        archive.writestr("../../data/../../../etc/passwd", struct.pack("<3f", 1, 2, 3))

    trace = read(path)

    assert trace.checkpoints[0].tensors["t0"].mean == 2
    assert [one.name for one in tmp_path.iterdir()] == ["paths.pt"]
