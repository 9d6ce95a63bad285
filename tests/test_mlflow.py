"""MLflow and trackio: databases opened without touching them, every run of them apart."""

from __future__ import annotations

import pytest

from diagnose.assemble import assemble
from diagnose.readers import mlflow_database
from tests.tracker_logs import MLFLOW, TRACKIO, database, points, said

METRIC = "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)"
RUN = "INSERT INTO runs VALUES (?, ?, ?)"
LOGGED = (
    "INSERT INTO metrics (run_id, timestamp, run_name, step, metrics) VALUES (?, '2026-01-02T03:04:05+00:00', ?, ?, ?)"
)


def mlflow(folder, metrics, runs=(("a1", "calm-owl", "active"),), params=()):
    return database(
        folder / "mlflow.db", *MLFLOW, (RUN, runs), (METRIC, metrics), ("INSERT INTO params VALUES (?, ?, ?)", params)
    )


def test_nan_and_infinity_come_back_as_they_were_logged(tmp_path):
    largest = 1.7976931348623157e308
    path = mlflow(
        tmp_path,
        [("loss", 0.0, 1000, "a1", 0, 1), ("loss", largest, 2000, "a1", 1, 0), ("loss", -largest, 3000, "a1", 2, 0)],
    )

    (trace,) = mlflow_database.read(path)

    assert points(trace) == {"loss": [(0, "nan"), (1, "inf"), (2, "-inf")]}
    assert trace.series[0].wall is not None
    assert trace.series[0].wall.tolist() == [1, 2, 3]


def test_every_run_is_a_trace_with_settings_of_its_own(tmp_path):
    path = mlflow(
        tmp_path,
        [("loss", 0.5, 0, "a1", 0, 0), ("loss", 0.25, 0, "b2", 5, 0)],
        [("a1", "calm-owl", "active"), ("b2", "red/fox", "active")],
        [("lr", "1e-3", "a1"), ("amp", "True", "a1"), ("note", "two words", "b2")],
    )

    found = mlflow_database.read(path)

    assert [one.path.relative_to(path).as_posix() for one in found] == ["calm-owl", "red-fox"]
    assert [one.settings for one in found] == [{"lr": 0.001, "amp": True}, {"note": "two words"}]


def test_runs_of_one_database_stay_apart_however_their_steps_lie(tmp_path):
    metrics = [("loss", 0.5, 0, "a1", step, 0) for step in range(4)] + [
        ("loss", 0.25, 0, "b2", step, 0) for step in range(3, 9)
    ]
    mlflow(tmp_path, metrics, [("a1", "same", "active"), ("b2", "same", "active")])

    runs = assemble([tmp_path])

    assert [run.name for run in runs] == ["mlflow.db/same-a1", "mlflow.db/same-b2"]
    assert [len(run.series[0]) for run in runs] == [4, 6]


def test_runs_of_one_database_stay_apart_even_with_the_same_values(tmp_path):
    values = [one / 7 for one in range(60)]
    metrics = [("loss", value, 0, run, at, 0) for run in ("a1", "b2") for at, value in enumerate(values)]

    assert len(assemble([mlflow(tmp_path, metrics)])) == 2


def test_deleted_runs_are_left_out_and_counted(tmp_path):
    metrics = [("loss", 0.5, 0, "a1", 0, 0), ("loss", 0.5, 0, "b2", 0, 0)]

    found = mlflow_database.read(mlflow(tmp_path, metrics, [("a1", "kept", "active"), ("b2", "gone", "deleted")]))

    assert [one.path.name for one in found] == ["kept"]
    assert said(found) == "deleted runs left out: 1"


def test_metrics_of_a_run_nobody_registered_are_read(tmp_path):
    (trace,) = mlflow_database.read(mlflow(tmp_path, [("loss", 0.5, 0, "c3", 0, 0)], []))

    assert trace.path.name == "c3"


def test_a_value_that_is_no_number_is_skipped_and_counted(tmp_path):
    metrics = [("loss", "high", 0, "a1", 0, 0), ("loss", 0.5, 0, "a1", "one", 0), ("loss", 0.5, 0, "a1", 2, 0)]

    found = mlflow_database.read(mlflow(tmp_path, metrics))

    assert points(found[0]) == {"loss": [(2, "0.5")]}
    assert said(found) == "metrics that are no numbers: 2; skipped"


@pytest.mark.parametrize("mode", ["DELETE", "WAL"])
def test_reading_leaves_nothing_beside_the_file(tmp_path, mode):
    path = database(mlflow(tmp_path, [("loss", 0.5, 0, "a1", 0, 0)]), f"PRAGMA journal_mode = {mode}")
    before = path.read_bytes()

    found = mlflow_database.read(path)

    assert points(found[0]) == {"loss": [(0, "0.5")]}
    assert [one.name for one in tmp_path.iterdir()] == ["mlflow.db"]
    assert path.read_bytes() == before


def test_changes_still_in_the_write_ahead_log_are_told(tmp_path):
    path = mlflow(tmp_path, [("loss", 0.5, 0, "a1", 0, 0)])
    (tmp_path / "mlflow.db-wal").write_bytes(b"newer pages")

    assert "mlflow.db-wal" in said(mlflow_database.read(path))


@pytest.mark.parametrize("name", ["what?.db", "a#b %20.db"])
def test_a_file_name_may_hold_what_means_something_in_an_address(tmp_path, name):
    path = mlflow(tmp_path, [("loss", 0.5, 0, "a1", 0, 0)]).rename(tmp_path / name)

    assert points(mlflow_database.read(path)[0]) == {"loss": [(0, "0.5")]}


@pytest.mark.parametrize(
    "statements",
    [
        ("CREATE TABLE photos (name TEXT)",),
        ("CREATE TABLE metrics (name TEXT, weight FLOAT)",),
        ("CREATE VIEW metrics AS SELECT 'loss' AS key, 0.5 AS value, 'a1' AS run_uuid",),
    ],
    ids=["other tables", "other columns", "a view"],
)
def test_a_database_of_another_kind_gives_a_note(tmp_path, statements):
    found = mlflow_database.read(database(tmp_path / "other.db", *statements))

    assert not any(trace.series for trace in found)
    assert said(found) == "a SQLite file, but not of MLflow or trackio"


def test_a_database_without_metrics_gives_a_note(tmp_path):
    found = mlflow_database.read(mlflow(tmp_path, []))

    assert not any(trace.series for trace in found)
    assert "no training signal" in said(found)


def test_what_lies_before_a_damaged_page_is_read(tmp_path):
    path = mlflow(tmp_path, [("loss", 1 / (step + 1), step, "a1", step, 0) for step in range(2000)])
    data = bytearray(path.read_bytes())
    middle = len(data) // 2 // 4096 * 4096
    data[middle : middle + 4096] = b"\xee" * 4096
    path.write_bytes(data)

    found = mlflow_database.read(path)

    steps = found[0].series[0].steps.tolist()
    assert steps == list(range(len(steps)))
    assert 200 < len(steps) < 2000
    assert "cannot be read after" in said(found)


def trackio(folder, rows, configs=()):
    return database(
        folder / "project.db", *TRACKIO, (LOGGED, rows), ("INSERT INTO configs VALUES (NULL, ?, ?, ?)", configs)
    )


def test_trackio_keeps_a_row_of_json_for_each_step(tmp_path):
    rows = [
        ("r1", "bold-hat", 0, '{"loss": 0.5, "val": {"dice": 0.25}, "img": {"_type": "trackio.image", "size": 3}}'),
        ("r1", "bold-hat", 1, b'{"loss": "NaN", "val": {"dice": "-Infinity"}, "stage": "late"}'),
        ("r2", "new-cap", 0, '{"loss": 1}'),
    ]

    found = mlflow_database.read(trackio(tmp_path, rows, [("r1", "bold-hat", '{"lr": 0.1, "net": {"depth": 4}}')]))

    assert [one.path.name for one in found] == ["bold-hat", "new-cap"]
    assert points(found[0]) == {"loss": [(0, "0.5"), (1, "nan")], "val/dice": [(0, "0.25"), (1, "-inf")]}
    assert found[0].settings == {"lr": 0.1, "net/depth": 4}
    assert found[0].series[0].wall is not None
    assert not said(found)


def test_a_trackio_row_that_is_no_object_is_counted(tmp_path):
    rows = [("r1", "hat", 0, '{"loss": 0.5}'), ("r1", "hat", 1, '{"loss": 0.'), ("r1", "hat", 2, "[1]")]

    found = mlflow_database.read(trackio(tmp_path, rows))

    assert points(found[0]) == {"loss": [(0, "0.5")]}
    assert said(found) == "rows that are not JSON objects: 2; skipped"


def test_tags_of_a_database_are_settings_but_for_those_of_mlflow_itself(tmp_path):
    path = database(
        mlflow(tmp_path, [("loss", 0.5, 0, "a1", 0, 0)]),
        "CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT)",
        ("INSERT INTO tags VALUES (?, ?, 'a1')", [("by", "us"), ("mlflow.user", "me"), ("lr", "hidden")]),
        "INSERT INTO params VALUES ('lr', '0.5', 'a1')",
    )

    assert {key: one for key, one in mlflow_database.read(path)[0].settings.items() if key != "epochs"} == {
        "lr": 0.5,
        "by": "us",
    }
