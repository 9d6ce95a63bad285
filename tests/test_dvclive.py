"""The plots of DVCLive: one run of many files, whatever the metrics are called."""

from __future__ import annotations

import pytest

from diagnose.assemble import assemble
from diagnose.known_settings import as_written
from diagnose.readers import HEAD, csv_log, dvclive
from tests.tracker_logs import points, said


def plot(folder, name, text):
    path = folder / "dvclive" / "plots" / "metrics" / f"{name}.tsv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_the_plots_of_a_folder_are_one_run_with_its_settings(tmp_path):
    plot(tmp_path, "train/loss", "step\tloss\n0\t0.5\n1\t0.25\n")
    plot(tmp_path, "val dice", "timestamp\tstep\tval dice\n1700000000000\t1\t0.75\n")
    (tmp_path / "dvclive" / "params.yaml").write_text("lr: 0.001\n")

    (run,) = assemble([tmp_path])

    assert [one.name for one in run.series] == ["val dice", "train/loss"]
    assert (run.name, as_written(run.settings)) == ("dvclive", {"lr": 0.001})


@pytest.mark.parametrize("name", ["nan", "inf", "1"])
def test_a_metric_may_be_called_like_a_number(tmp_path, name):
    path = plot(tmp_path, name, f"step\t{name}\n0\tnan\n1\tinf\n")

    (trace,) = dvclive.read(path)

    assert points(trace) == {name: [(0, "nan"), (1, "inf")]}
    assert not csv_log.sniff(path, path.read_bytes()[:HEAD])


def test_one_plot_by_itself_is_a_run(tmp_path):
    (run,) = assemble([plot(tmp_path, "train/loss", "step\tloss\n0\t0.5\n1\t0.25\n")])

    assert [one.name for one in run.series] == ["train/loss"]


def test_lines_that_say_nothing_are_counted_and_a_half_line_is_told(tmp_path):
    found = dvclive.read(plot(tmp_path, "loss", "step\tloss\n0\t0.5\nx\ty\n\n2\t0.25\n3\t"))

    assert points(found[0]) == {"loss": [(0, "0.5"), (2, "0.25")]}
    assert said(found) == "the last line is cut short; it is left out\nlines without a number: 1; skipped"


def test_another_table_of_steps_is_left_to_the_reader_of_tables(tmp_path):
    path = tmp_path / "log.tsv"
    path.write_text("step\tloss\n0\t0.5\n")

    assert not dvclive.sniff(path, path.read_bytes())
    assert csv_log.sniff(path, path.read_bytes())
