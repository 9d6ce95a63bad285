"""The lines of nanoGPT, llm.c and modded-nanogpt, and the source code they stand below."""

import numpy as np
import pytest

from diagnose.readers import nanogpt_log


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    return nanogpt_log.read(path)


def curves(trace):
    return {one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series}


def said(trace):
    return " ".join(note.what.en for note in trace.notes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iter 10: loss 3.5, time 12.50ms, mfu 14.12%\n", {"loss": 3.5, "time": 12.5, "mfu": 14.12}),
        ("step 10: train loss 4.03, val loss 4.04\n", {"train loss": 4.03, "val loss": 4.04}),
        ("s:10 tel:3.27\n", {"val/loss": 3.27}),
        ("s:10 trl:3.25 lr:0.000001 norm:15.37\n", {"train/loss": 3.25, "lr": 1e-6, "grad_norm": 15.37}),
        ("step:10/20 val_loss:3.2785 train_time:5ms step_avg:nanms\n", {"val_loss": 3.2785}),
        ("10 | loss 2.5 | lr 1.0e-04 | 20.00ms | mfu 1.68%\n", {"loss": 2.5, "lr": 1e-4, "mfu": 1.68, "time": 20.0}),
        (
            "step   10/99 | loss 2.5 (+nanz)| norm 1.5 (+nanz)| lr 1.0e-04 | 20.00 ms | 42.6% MFU\nval loss 2.25\n",
            {"loss": 2.5, "grad_norm": 1.5, "lr": 1e-4, "time": 20.0, "val loss": 2.25},
        ),
        (
            "10 train 2.5\n10 val 2.25\n10 hella 0.25\n",
            {"train/loss": 2.5, "val/loss": 2.25, "val/hellaswag accuracy": 0.25},
        ),
        ("2023-03-22 09:33:02 iter 10: loss 2.5, time 1.00ms, mfu 1.00%\n", {"loss": 2.5, "time": 1.0, "mfu": 1.0}),
    ],
)
def test_every_dialect_gives_its_numbers_at_its_step(tmp_path, text, expected):
    [trace] = read(tmp_path, text)

    assert curves(trace) == {name: ([10], [value]) for name, value in expected.items()}


def test_the_script_above_the_log_gives_no_points(tmp_path):
    source = (
        "print(f'step:{step}/{n} val_loss:{val_loss:.4f} train_time:{t:.0f}ms')\n"
        'print(f"iter {it}: loss {lossf:.4f}, time {dt*1000:.2f}ms")\nval_loss = 0.0\n'
    )

    [trace] = read(tmp_path, source + "step:1/9 train_loss:4.5 train_time:9ms step_avg:9.0ms\n")

    assert curves(trace) == {"train_loss": ([1], [4.5]), "train_time": ([1], [9.0]), "step_avg": ([1], [9.0])}


def test_a_loss_of_nan_is_a_value(tmp_path):
    [trace] = read(tmp_path, "iter 0: loss 4.5, time 1.00ms, mfu 1%\niter 1: loss nan, time 1.00ms, mfu 1%\n")

    assert np.isnan(curves(trace)["loss"][1][1])


def test_a_step_that_goes_back_begins_another_run(tmp_path):
    found = read(tmp_path, "s:0 trl:5.0\ns:1 trl:4.0\ns:0 trl:5.5\n")

    assert [curves(trace) for trace in found] == [
        {"train/loss": ([0, 1], [5.0, 4.0])},
        {"train/loss": ([0], [5.5])},
    ]


def test_a_number_cut_at_the_end_of_the_file_is_left_out(tmp_path):
    [trace] = read(tmp_path, "s:0 trl:5.250 norm:1.50\ns:1 trl:5.125 norm:1")

    assert curves(trace)["grad_norm"] == ([0], [1.5])
    assert "cut short" in said(trace)


def test_a_whole_last_line_without_a_line_end_is_kept(tmp_path):
    [trace] = read(tmp_path, "s:0 trl:5.250\ns:1 trl:5.125")

    assert curves(trace)["train/loss"] == ([0, 1], [5.25, 5.125])


def test_a_word_in_place_of_a_number_is_told_and_skipped(tmp_path):
    [trace] = read(tmp_path, "s:0 trl:5.250\ns:1 trl:oops norm:2.0\n")

    assert curves(trace) == {"train/loss": ([0], [5.25]), "grad_norm": ([1], [2.0])}
    assert "'oops'" in said(trace)


def test_a_script_alone_has_no_training_signal(tmp_path):
    [trace] = read(tmp_path, "import sys\nwith open(sys.argv[0]) as f:\n    code = f.read()\n")

    assert not trace.series
    assert "no training signal" in said(trace)
