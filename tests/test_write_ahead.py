"""A database whose newest pages lie in its write-ahead log is read as its writer sees it, and left alone."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import mlflow_database
from diagnose.trackers.write_ahead import merged
from tests.tracker_logs import TRACKIO, points, said


def writer(path, rows, page=1024, checkpoint=0):
    """An open connection that has put rows into the log and not into the file."""
    opened = sqlite3.connect(path)
    opened.execute(f"PRAGMA page_size = {page}")
    opened.execute("PRAGMA journal_mode = WAL")
    opened.execute(f"PRAGMA wal_autocheckpoint = {checkpoint}")
    for statement in TRACKIO:
        opened.execute(statement)
    for step, metrics in rows:
        values = ("a1", "calm", step, metrics)
        opened.execute("INSERT INTO metrics (run_id, run_name, step, metrics) VALUES (?, ?, ?, ?)", values)
        opened.commit()
    return opened


def test_rows_that_are_only_in_the_log_are_read_and_told(tmp_path):
    path = tmp_path / "trackio.db"
    with closing(writer(path, [(step, f'{{"loss": {step / 4}}}') for step in range(9)])):
        before = {one.name: one.read_bytes() for one in tmp_path.iterdir()}

        found = mlflow_database.read(path)

        assert {one.name: one.read_bytes() for one in tmp_path.iterdir()} == before
    assert points(found[0]) == {"loss": [(step, repr(step / 4)) for step in range(9)]}
    assert "trackio.db-wal: the program that writes has not ended" in said(found)


def test_a_transaction_that_has_not_ended_is_not_read(tmp_path):
    path = tmp_path / "trackio.db"
    with closing(writer(path, [(0, '{"loss": 0.5}')], page=512)) as opened:
        opened.execute("PRAGMA cache_size = 1")  # makes SQLite put pages of it into the log before it ends
        for step in range(1, 200):
            opened.execute(
                "INSERT INTO metrics (run_id, run_name, step, metrics) VALUES ('a1', 'calm', ?, ?)",
                (step, '{"loss": 0.25, "pad": "' + "x" * 300 + '"}'),
            )

        found = mlflow_database.read(path)

    assert points(found[0]) == {"loss": [(0, "0.5")]}


@pytest.mark.parametrize("page", [512, 4096, 65536])
@pytest.mark.parametrize("checkpoint", [0, 3])
def test_it_is_what_sqlite_itself_sees(tmp_path, page, checkpoint):
    path, chance = tmp_path / "trackio.db", random.Random(page + checkpoint)
    rows = [(step, f'{{"loss": {chance.random()}, "pad": "{"x" * chance.randrange(900)}"}}') for step in range(60)]
    with closing(writer(path, rows, page, checkpoint)) as opened:
        opened.execute("DELETE FROM metrics WHERE step % 7 = 1")
        opened.commit()
        whole = merged(path)
        with closing(sqlite3.connect(":memory:")) as read:
            read.deserialize(whole.data)

            assert read.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert (
                read.execute("SELECT * FROM metrics").fetchall() == opened.execute("SELECT * FROM metrics").fetchall()
            )


def test_a_log_cut_or_damaged_anywhere_costs_what_follows_and_never_raises(tmp_path):
    path = tmp_path / "trackio.db"
    with closing(writer(path, [(step, '{"loss": 0.5}') for step in range(20)], page=512)):
        database, log = path.read_bytes(), (tmp_path / "trackio.db-wal").read_bytes()
    copy = tmp_path / "copy.db"
    copy.write_bytes(database)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, len(log) - 1), st.booleans())
    def check(at, cut):
        (tmp_path / "copy.db-wal").write_bytes(log[:at] if cut else log[:at] + bytes((log[at] ^ 4,)) + log[at + 1 :])

        found = mlflow_database.read(copy)

        rows = points(found[0]).get("loss", []) if found[0].series else []
        assert rows == [(step, "0.5") for step in range(len(rows))]
        assert found[0].notes

    check()


def test_a_change_that_was_broken_off_is_told(tmp_path):
    path = tmp_path / "mlflow.db"
    with closing(sqlite3.connect(path)) as opened:
        for statement in TRACKIO:
            opened.execute(statement)
        opened.execute("INSERT INTO metrics (run_id, run_name, step, metrics) VALUES ('a', 'b', 0, '{\"loss\": 1}')")
        opened.commit()
    (tmp_path / "mlflow.db-journal").write_bytes(b"\xd9\xd5\x05\xf9 pages as they were")

    assert "mlflow.db-journal lies beside it" in said(mlflow_database.read(path))
