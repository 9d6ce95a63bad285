"""Which reader gets a file, when what tells stands far below what a script prints first."""

import re

import pytest

from diagnose.files import read_file
from diagnose.readers import readers
from tests.test_readers import example

MODEL = "".join(f"    (conv{n}): Conv2d(64, 64, kernel_size=(3, 3), stride=(1, 1))\n" for n in range(200))


def test_a_log_is_known_below_a_long_print_of_the_model(tmp_path):
    path = tmp_path / "run.log"
    path.write_text(MODEL + "2024-05-06 07:08:09.1 Epoch [001/020], Step [0003/0010], [lateral-2: 0.5]\n")

    traces = read_file(path)

    assert traces is not None
    assert [trace.format for trace in traces] == ["cod_log"]


def test_a_log_of_no_framework_below_it_still_goes_to_the_general_reader(tmp_path):
    path = tmp_path / "run.log"
    path.write_text(MODEL + "".join(f"Epoch {n} loss 0.{n}\n" for n in range(4)))

    traces = read_file(path)

    assert traces is not None
    assert [(trace.format, [one.name for one in trace.series]) for trace in traces] == [("general", ["loss"])]


@pytest.mark.parametrize("name", sorted(readers()))
def test_a_cut_last_line_is_told_once(name, tmp_path):
    file_name, data = example(name)
    path = tmp_path / file_name
    for end in range(max(1, len(data) - 20), len(data) + 1):
        path.write_bytes(data[:end])
        notes = [note for trace in read_file(path) or () for note in trace.notes]
        last = data[:end].count(b"\n") + 1
        cut = [note for note in notes if note.line == last and re.search("no end|cut|left out|skipped", note.what.en)]

        assert len({note.what for note in cut}) <= 1


def test_a_last_line_that_may_be_whole_is_told_of(tmp_path):
    path = tmp_path / "run.log"
    path.write_text("epoch 1 loss 0.5\nepoch 2 loss 0.4\nepoch 3 loss 0.3")

    [trace] = read_file(path)

    assert len(trace.series[0]) == 3
    assert any(note.line == 3 and "no end" in note.what.en for note in trace.notes)
