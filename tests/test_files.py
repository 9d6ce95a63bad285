"""Which reader gets a file, when what tells stands far below what a script prints first."""

from diagnose.files import read_file

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
