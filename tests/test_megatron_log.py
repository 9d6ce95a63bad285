"""Megatron's lines: losses that vanish when they are NaN, skipped iterations, evaluations."""

import numpy as np

from diagnose.readers import megatron_log

HEAD = " iteration {:8d}/     100 | consumed samples: {:8d} | learning rate: 1.000E-04 |"
GOOD = " lm loss: {} | loss scale: 1.0 | grad norm: 0.5 | number of skipped iterations:   0 |\n"
GONE = " loss scale: 1.0 | grad norm: nan | number of skipped iterations: {:3d} |\n"


def line(step, loss=None, skipped=0):
    end = GOOD.format(loss) if loss is not None else GONE.format(skipped)
    return HEAD.format(step, 8 * step) + end


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    [trace] = megatron_log.read(path)
    return trace, {one.name: one for one in trace.series}, " ".join(note.what.en for note in trace.notes)


def test_every_field_is_a_curve_by_iteration(tmp_path):
    _, found, notes = read(tmp_path, line(1, "2.5E+00") + line(2, "2.0E+00"))

    assert found["lm loss"].values.tolist() == [2.5, 2.0]
    assert found["consumed samples"].values.tolist() == [8, 16]
    assert found["grad norm"].steps.tolist() == [1, 2]
    assert notes == ""


def test_a_loss_that_disappears_is_nan_and_is_told(tmp_path):
    _, found, notes = read(tmp_path, line(1, "2.5E+00") + line(2) + line(3))

    assert np.isnan(found["lm loss"].values).tolist() == [False, True, True]
    assert "lines without a loss: 2" in notes


def test_a_loss_that_was_never_there_is_nan_as_well(tmp_path):
    _, found, _ = read(tmp_path, line(7) + line(8))

    assert found["lm loss"].steps.tolist() == [7, 8]
    assert np.isnan(found["lm loss"].values).all()


def test_a_line_whose_iterations_were_all_skipped_has_no_loss_to_lose(tmp_path):
    _, found, notes = read(tmp_path, line(1, "2.5E+00") + line(11, skipped=10) + line(21, "2.0E+00"))

    assert found["lm loss"].steps.tolist() == [1, 21]
    assert "every iteration was skipped" in notes


def test_a_line_with_some_iterations_skipped_lost_its_loss_to_nan(tmp_path):
    _, found, _ = read(tmp_path, line(1, "2.5E+00") + line(11, skipped=3))

    assert found["lm loss"].steps.tolist() == [1, 11]


def test_a_line_cut_before_the_loss_loses_none(tmp_path):
    _, found, notes = read(tmp_path, line(1, "2.5E+00") + HEAD.format(2, 16)[:-5])

    assert found["lm loss"].steps.tolist() == [1]
    assert "cut short" in notes


def test_an_evaluation_keeps_its_losses_apart(tmp_path):
    text = line(1, "2.5E+00") + " validation loss at iteration 1 | lm loss value: 3.0E+00 | lm loss PPL: 2.0E+01 |\n"

    _, found, _ = read(tmp_path, text)

    assert found["val/lm loss"].values.tolist() == [3.0]
    assert found["lm loss"].values.tolist() == [2.5]


def test_timers_alone_have_no_training_signal(tmp_path):
    _, found, notes = read(tmp_path, "time (ms) | forward-compute: 193.77 | optimizer: 63.01\n")

    assert not found
    assert "no training signal" in notes
