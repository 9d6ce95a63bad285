"""Files that came to harm: whatever happened to them, every reader stays calm, tells of it, and harms nothing itself.

A long search is the same with more examples: ``pytest tests/test_fuzz_readers.py --hypothesis-profile=long``.
"""

from __future__ import annotations

import signal
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.assemble import survey
from diagnose.readers import HEAD, readers
from diagnose.run import Trace
from diagnose.tables.clock import tail
from tests.harm import HARMS, stretched
from tests.test_readers import example

settings.register_profile("long", max_examples=20_000)
FEW = 20 if settings.get_current_profile_name() != "long" else 20_000
every_reader = pytest.mark.parametrize("name", sorted(readers()))
pytestmark = pytest.mark.filterwarnings("error")  # a warning of numpy would land on the user's screen
SECONDS = 20  # of one processor: far beyond any of these files, so that only a search without end is stopped
ROOM = 34 << 20  # what a reader may hold before the first byte: event files are read into a buffer of 24 MB
TIMES = 120  # bytes held for a byte of text: a cell of two characters becomes a float, a line number and a word
FORBIDDEN = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "socket.connect", "pickle.find_class")


@contextmanager
def no_hang() -> Iterator[None]:
    """Stops what works longer than `SECONDS`."""

    def stop(*_: object) -> None:
        raise TimeoutError(f"more than {SECONDS} seconds of work")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def points(traces: list[Trace]) -> set[tuple[str, int, str]]:
    """Every point that was read; counters are left out, for the rows that follow decide which of them is the clock."""
    return {
        (one.name, step, repr(value))
        for trace in traces
        for one in trace.series
        if not tail(one.name)
        for step, value in zip(one.steps.tolist(), one.values.tolist(), strict=True)
    }


def assert_sound(traces: list[Trace]) -> None:
    """What holds for the traces of any file: whole curves, names that can be printed, words in both languages."""
    assert traces
    for one in (one for trace in traces for one in trace.series):
        assert one.steps.dtype == np.int64
        assert one.values.dtype == np.float64
        assert len(one.steps) == len(one.values) > 0
        assert one.name.encode()
    for note in (note for trace in traces for note in trace.notes):
        assert note.what.en.encode()
        assert note.what.zh.encode()
    assert any(trace.series or trace.checkpoints or trace.settings or trace.notes for trace in traces)


@every_reader
def test_no_harm_to_a_file_makes_a_reader_raise_or_fall_silent(name, tmp_path):
    file_name, data = example(name)
    path = tmp_path / file_name

    @settings(max_examples=FEW, deadline=None)
    @given(st.sampled_from(HARMS), st.integers(0, 1 << 32))
    def check(harm, seed):
        damaged = harm(data, Random(seed))
        path.write_bytes(damaged)

        with no_hang():
            claims = [other.sniff(path, damaged[:HEAD]) for other in readers().values()]
            found = readers()[name].read(path)

        assert set(claims) <= {True, False}
        assert_sound(found)

    check()


@every_reader
def test_every_whole_line_before_a_cut_is_still_read(name, tmp_path):
    file_name, data = example(name)
    path = tmp_path / file_name

    def read(end: int) -> set[tuple[str, int, str]]:
        path.write_bytes(data[:end])
        return points(readers()[name].read(path))

    @settings(max_examples=FEW, deadline=None)
    @given(st.integers(0, len(data)))
    def check(end):
        whole, cut = read(data.rfind(b"\n", 0, end) + 1), read(end)
        latest = max((step for _, step, _ in whole), default=0)  # an evaluation that goes on has another result

        assert {(one, value) for one, step, value in whole if step < latest} <= {(one, value) for one, _, value in cut}

    check()


@every_reader
@pytest.mark.parametrize("way", range(len(stretched(b""))))
def test_a_file_stretched_out_of_shape_costs_no_more_than_its_size(name, way, tmp_path):
    file_name, data = example(name)
    path = tmp_path / file_name
    path.write_bytes(stretched(data)[way])

    tracemalloc.start()
    try:
        with no_hang():
            found = readers()[name].read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert_sound(found)
    assert peak < ROOM + TIMES * path.stat().st_size


def test_harmed_files_do_not_cost_the_others_in_their_folder(tmp_path):
    for number, name in enumerate(sorted(readers())):
        folder = tmp_path / f"{number:02}"
        folder.mkdir()
        file_name, data = example(name)
        for harm in HARMS:
            (folder / f"{harm.__name__} {file_name}").write_bytes(harm(data, Random(number)))
    (tmp_path / "99").mkdir()
    good = tmp_path / "99" / "log.csv"
    good.write_text("epoch,loss\n" + "".join(f"{epoch},{1 / epoch}\n" for epoch in range(1, 30)))

    with no_hang():
        found = survey([tmp_path])

    (run,) = [run for run in found.runs if any(source.path == str(good) for source in run.sources)]
    assert [(one.name, len(one)) for one in run.series] == [("loss", 29)]
    said = [note.what.en for note in (*found.unread, *(note for run in found.runs for note in run.notes))]
    assert not [what for what in said if "our bug" in what]


def test_reading_writes_nothing_starts_nothing_and_runs_nothing(tmp_path):
    for name in sorted(readers()):
        (tmp_path / name).mkdir()
        readers()[name].example(tmp_path / name)
    survey([tmp_path])  # what is imported late is imported
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    seen: list[str] = []
    watching = True

    def hook(event: str, told: tuple[object, ...]) -> None:
        if not watching:
            return
        if event in FORBIDDEN or event == "exec":
            seen.append(event)
        if event == "open" and isinstance(told[1], str) and set(told[1]) & set("wax+"):
            seen.append(f"opened {told[0]} to write")

    sys.addaudithook(hook)
    survey([tmp_path])
    watching = False

    assert seen == []
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_table_of_twenty_thousand_columns_is_read(tmp_path):
    path = tmp_path / "wide.csv"
    names = [f"loss {number}" for number in range(20_000)]
    rows = [[str(step), *["0.5"] * len(names)] for step in (1, 2)]
    path.write_text("".join(",".join(row) + "\n" for row in [["step", *names], *rows]))

    with no_hang():
        (found,) = readers()["csv_log"].read(path)

    assert [one.name for one in found.series] == names
