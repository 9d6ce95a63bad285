"""Hostile checkpoints are diagnosed in bounded time and memory, nothing of them runs, and their good tensors count."""

from __future__ import annotations

import json
import re
import struct
import subprocess
import sys
import zipfile

import pytest

from tests.pickled import read, said, state, unsafe, view, zipped
from tests.test_checkpoint_bombs import BOMBS, laughing

GOOD = struct.pack("<3f", 1, 2, 3)
BAD = struct.pack("<3f", 1, float("nan"), 3)
COMMAND = b"cos\nsystem\n(S'touch canary'\ntR"

# What each planted pickle wants, beside a state_dict with one tensor that holds a NaN.
PLANTED = {
    "system": COMMAND,
    "inside a call": b"cmy.project\nBuilder\n(" + COMMAND + b"tR",
    "as an argument of a tensor": b"ctorch._utils\n_rebuild_tensor_v2\n(" + COMMAND + b"K\x00)))}tR",
    "as a key": b"}" + COMMAND + b"K\x01s",
    "as a state": b"cmy.project\nThing\n)\x81" + COMMAND + b"b",
    "as a persistent id": COMMAND + b"Q",
    "in a persistent id": b"(X\x07\x00\x00\x00storage" + COMMAND + b"X\x01\x00\x00\x001X\x03\x00\x00\x00cpuK\x03tQ",
    "as the class of an object": b"(" + COMMAND + b"o",
    "called twice": COMMAND + b"(tR",
    "popped": COMMAND + b"0N",
    "in the memo only": COMMAND + b"q\x630N",
    "as an attribute": b"cbuiltins\ngetattr\n(cposixpath\nos\nX\x06\x00\x00\x00systemtR(S'touch canary'\ntR",
    "by its other name": b"cposix\nsystem\n(S'touch canary'\ntR",
    "in another process": b"cmultiprocessing.util\nspawnv_passfds\n(S'sh'\n]tR",
    "by a loader": b"ctorch.serialization\nload\n(S'other.pt'\ntR",
    "by a decoder": b"cpickle\nloads\n(S'x'\ntR",
    "by a debugger": b"cbdb\nBdb\n)R",
    "as a method of a string": b"cbuiltins\ngetattr\n(S'x'\nX\x06\x00\x00\x00formattR",
}


def planted(name):
    whole = state(view())
    return whole[:-2] + b"X\x05\x00\x00\x00extra" + PLANTED[name] + b"u."


@pytest.mark.parametrize("name", PLANTED)
@pytest.mark.parametrize("inside", ["zip", "legacy"])
def test_wherever_a_call_is_planted_it_is_named_and_the_tensors_are_read(tmp_path, monkeypatch, name, inside):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "planted.pt"
    if inside == "zip":
        zipped(path, planted(name), [("0", GOOD)])
    else:
        magic = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
        storages = b"\x80\x02]X\x01\x00\x00\x000a." + struct.pack("<q", 3) + GOOD
        path.write_bytes(magic + b"\x80\x02M\xe9\x03." + b"\x80\x02}." + planted(name) + storages)

    trace = read(path)

    assert unsafe(trace)
    assert trace.checkpoints[0].tensors["t0"].values == (1, 2, 3)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["planted.pt"]


@pytest.mark.parametrize(
    "wrong",
    [
        view(shape=(-3,)),
        view(stride=(-1,)),
        view(stride=(1 << 61,)),
        view(offset=-1),
        view(offset=1 << 61),
        view(shape=(1 << 40, 1 << 40), stride=(1, 1)),
        view(shape=(1,) * 80, stride=(1,) * 80),
        view(shape=(3,), stride=(1, 1)),
        view(count=1 << 62),
        view(count=-1),
        view(shape=(1 << 30,)),
        view(b"missing"),
    ],
)
def test_a_tensor_that_cannot_be_costs_only_itself(tmp_path, wrong):
    path = zipped(tmp_path / "a.pt", state(view(b"good"), wrong, view(b"good")), [("good", GOOD), ("0", GOOD)])

    trace = read(path)

    found = trace.checkpoints[0].tensors
    assert [found[name].values for name in ("t0", "t2")] == [(1, 2, 3)] * 2
    assert found["t1"].mean != found["t1"].mean
    assert "no statistics for t1" in said(trace) or "cut short" in said(trace)


def test_a_hidden_member_of_the_same_name_is_told_and_looked_through(tmp_path):
    path = tmp_path / "twice.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", planted("system"))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("archive/data.pkl", state(view()))
        archive.writestr("archive/data/0", GOOD)

    trace = read(path)

    assert unsafe(trace) == ("os.system",)
    assert "several members of one name (archive/data.pkl)" in said(trace)
    assert trace.checkpoints[0].tensors["t0"].values == (1, 2, 3)


@pytest.mark.parametrize("member", ["archive/data.pkl", "archive/data/0"])
def test_a_member_that_does_not_have_its_checksum_is_told(tmp_path, member):
    path = zipped(tmp_path / "a.pt", state(view(), view(b"1")), [("0", GOOD), ("1", GOOD)])
    raw = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo(member)
        at = info.header_offset + 30 + len(member) + (6 if member.endswith("pkl") else 2)
    raw[at] ^= 1
    path.write_bytes(raw)

    assert f"1 of 3 members do not have the checksum stored with them ({member})" in said(read(path))


def test_a_file_saved_without_checksums_is_not_called_damaged(tmp_path):
    torch = pytest.importorskip("torch")
    before = torch.serialization.get_crc32_options()
    torch.serialization.set_crc32_options(False)
    try:
        torch.save({"w": torch.ones(3)}, tmp_path / "a.pt")
    finally:
        torch.serialization.set_crc32_options(before)

    trace = read(tmp_path / "a.pt")

    assert (trace.checkpoints[0].tensors["w"].mean, said(trace)) == (1, "")


def test_large_files_say_that_their_checksums_were_not_verified(tmp_path, monkeypatch):
    monkeypatch.setattr("diagnose.tensors.checksums.QUICKLY", 100)
    path = zipped(tmp_path / "a.pt", state(view()), [("0", GOOD)])

    assert "checksums not verified" in said(read(path))


def header(entries, body=b""):
    raw = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(raw)) + raw + body


def entry(start=0, end=12, shape=(3,)):
    return {"dtype": "F32", "shape": list(shape), "data_offsets": [start, end]}


HEADERS = {
    "endless": struct.pack("<Q", 1 << 63) + b"{}",
    "longer than the file": struct.pack("<Q", 1000) + b'{"a"',
    "deep": header(b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "deep metadata": header(b'{"__metadata__":' + b"[" * 50_000 + b"]" * 50_000 + b"}"),
    "many digits": header(b'{"a":{"dtype":"F32","shape":[' + b"9" * 100_000 + b'],"data_offsets":[0,12]}}', BAD),
    "not text": header(b'{"\xff\xfe":{}}'),
    "NaN for a size": header(b'{"a":{"dtype":"F32","shape":[NaN],"data_offsets":[0,12]}}', BAD),
    "overlapping": header({"a": entry(), "b": entry(4, 16)}, BAD + bytes(4)),
    "the same bytes": header({f"t{at}": entry() for at in range(5_000)}, BAD),
    "hole": header({"a": entry(12, 24)}, BAD + BAD),
    "negative": header({"a": entry(-12, 0), "b": entry()}, BAD),
    "reversed": header({"a": entry(12, 0), "b": entry()}, BAD),
    "beyond": header({"a": entry(), "b": entry(1 << 50, (1 << 50) + 12)}, BAD),
    "empty with bytes": header({"a": entry(0, 12, (0,))}, BAD),
    "twice": header(b"{" + b'"a":{"dtype":"F32","shape":[3],"data_offsets":[0,12]},' * 2 + b'"__metadata__":{}}', BAD),
    "tail": header({"a": entry()}, BAD + b"PK\x03\x04 and more"),
}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("overlapping", "tensors that share bytes with another: 1"),
        ("the same bytes", "tensors that share bytes with another: 4999"),
        ("twice", "names more than once (a)"),
        ("tail", "13 bytes after its last tensor"),
        ("deep", "no JSON"),
        ("not text", "no JSON"),
        ("many digits", "no JSON"),
    ],
)
def test_a_header_that_breaks_the_rules_is_told(tmp_path, name, words):
    from diagnose.readers import safetensors_checkpoint

    path = tmp_path / "a.safetensors"
    path.write_bytes(HEADERS[name])

    (trace,) = safetensors_checkpoint.read(path)

    assert words in said(trace)


def corpus(folder):
    """Every hostile file of the suite, each in a folder of its own as each is a run of its own."""

    def place(name, suffix=".pt"):
        inside = folder / name.replace(" ", "-")
        inside.mkdir(parents=True)
        return inside / f"model{suffix}"

    for name in PLANTED:
        zipped(place(f"planted {name}"), planted(name), [("0", BAD)])
    for name, raw in BOMBS.items():
        zipped(place(f"bomb {name}"), raw, [("0", BAD)])
        place(f"plain bomb {name}").write_bytes(raw)
    for name, raw in HEADERS.items():
        place(f"header {name}", ".safetensors").write_bytes(raw)
    zipped(place("deflated"), state(view()), [("0", bytes(1 << 29))], zipfile.ZIP_DEFLATED)
    zipped(place("deflated pickle"), b"\x80\x02" + b"N0" * (1 << 25) + b".", [], zipfile.ZIP_DEFLATED)
    whole = zipped(place("whole"), state(view()), [("0", BAD)]).read_bytes()
    for at in range(1, len(whole), 37):
        place(f"cut {at}").write_bytes(whole[:at])
    with zipfile.ZipFile(place("names"), "w") as archive:
        archive.writestr("/../../data.pkl", state(view(b"../../canary")))
        archive.writestr("/../../data/../../canary", BAD)
        archive.writestr("C:\\canary", b"x")
    zipped(place("many members"), state(view()), [(str(at), b"") for at in range(20_000)])
    distributed = place("distributed", ".distcp")
    distributed.write_bytes(whole)
    (distributed.parent / ".metadata").write_bytes(b"\x80\x02" + COMMAND + b".")
    laughed = place("distributed laughing", ".distcp")
    laughed.write_bytes(whole)
    (laughed.parent / ".metadata").write_bytes(laughing(200))


def test_a_folder_of_hostile_files_is_diagnosed_within_bounds_and_nothing_runs(tmp_path):
    where = tmp_path / "hostile"
    corpus(where)
    files = sorted(where.rglob("*"))

    bounds = "import resource as r; r.setrlimit(r.RLIMIT_AS, (2 << 30,) * 2); r.setrlimit(r.RLIMIT_CPU, (240, 240))"
    peak = tmp_path / "peak"  # its own: what the system counts begins with that of the process it was forked from
    start = (
        f"{bounds}; import pathlib, sys; from cli.diagnose_app import main; code = main(); sys.stdout.flush();"
        f"pathlib.Path({str(peak)!r}).write_text(pathlib.Path('/proc/self/status').read_text()); sys.exit(code)"
    )
    command = [sys.executable, "-c", start, "run", str(where), "--format", "json"]
    with (tmp_path / "out").open("wb") as out:
        ended = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, cwd=tmp_path, text=True, check=False)

    assert (ended.returncode, ended.stderr) == (1, "")
    used = int(re.search(r"VmHWM:\s+(\d+) kB", peak.read_text())[1])
    assert used < 250 << 10, f"{used >> 10} MiB"
    assert sorted(where.rglob("*")) == files
    assert not list(tmp_path.rglob("canary"))
    runs = json.loads((tmp_path / "out").read_bytes())["runs"]
    found = {}
    for run in runs:
        symptoms = {one["symptom"] for one in run["verdicts"] if one["state"] == "found"}
        found.setdefault(run["name"].partition("/")[0], set()).update(symptoms)
    assert not [one for run in runs for one in run["verdicts"] if one["state"] == "broke"]
    for name in PLANTED:
        assert {"checkpoint-unsafe", "weights-nonfinite"} <= found[f"planted-{name.replace(' ', '-')}"]
    for name in ("overlapping", "beyond", "negative", "reversed", "twice", "tail"):
        assert "weights-nonfinite" in found[f"header-{name}"]
