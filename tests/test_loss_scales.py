"""The loss scale as fairseq, apex and DeepSpeed print it when they skip a step: a curve at the steps around it."""

from __future__ import annotations

import numpy as np
import pytest

from diagnose.files import read_file
from diagnose.tables.decode import encoding_of
from diagnose.tables.longtext import LongText
from diagnose.tables.loss_scales import scales_in

APEX = "Gradient overflow.  Skipping step, loss scaler {which} reducing loss scale to {scale}\n"
DEEPSPEED = (
    "[2024-05-06 07:08:09,123] [INFO] [loss_scaler.py:183:update_scale] [deepspeed] OVERFLOW! Rank 0 Skipping step. "
    "Attempted loss scale: {before}, reducing to {scale}\n"
)
FAIRSEQ = "| WARNING: overflow detected, setting loss scale to: {scale}\n"


def scale_of(path):
    """The steps and values of the one curve of scales."""
    [one] = [one for trace in read_file(path) for one in trace.series if one.name.endswith("loss_scale")]
    return one.steps.tolist(), one.values.tolist()


def written(tmp_path, text):
    path = tmp_path / "train.log"
    path.write_text(text, encoding="utf-8")
    return path


def steps(first, last):
    return "".join(f"Epoch [1/5] step {n * 10}: loss {1 / n:.4f} lr 0.001\n" for n in range(first, last))


@pytest.mark.parametrize(
    "line, scale",
    [
        (APEX.format(which=0, scale=4096.0), 4096.0),
        (APEX.format(which=0, scale="1.52587890625e-05"), 2.0**-16),
        (DEEPSPEED.format(before=65536, scale=32768), 32768.0),
        (DEEPSPEED.replace("Rank 0 ", "").format(before="65536.0", scale="32768.0"), 32768.0),
        (FAIRSEQ.format(scale=0.25), 0.25),
        ("2024-05-06 07:08:09 | INFO | fairseq.trainer | NOTE: " + FAIRSEQ[11:].format(scale="64.0"), 64.0),
    ],
)
def test_every_wording_tells_the_scale_it_was_lowered_to(line, scale):
    assert scales_in(line).values.tolist() == [scale]
    assert scales_in(LongText(line.encode(), encoding_of(line.encode()))).values.tolist() == [scale]


@pytest.mark.parametrize(
    "line",
    [
        "loss scale: 65536\n",
        "RuntimeWarning: overflow encountered in exp\n",
        "OVERFLOW! Rank 0 Skipping step. Attempted loss scale: 65536, but hysteresis is 2. Reducing hysteresis to 1\n",
        "Gradient overflow.  Skipping step, loss scaler 0 reducing loss scale to e-e\n",
        "stack overflow detected, see manual\n",
    ],
)
def test_what_lowers_no_scale_is_none(line):
    assert not len(scales_in(line))


def test_of_several_scalers_the_first_is_followed():
    text = "".join(APEX.format(which=n, scale=s) for n, s in [(1, 512.0), (0, 8.0), (1, 256.0)])

    assert scales_in(text).values.tolist() == [512.0, 256.0]


def test_skips_between_two_rows_are_a_step_apart_as_far_as_there_is_room(tmp_path):
    skips = [APEX.format(which=0, scale=2.0**-n) for n in range(12)]

    path = written(tmp_path, steps(1, 6) + skips[0] + steps(6, 7) + "".join(skips[1:]) + steps(7, 12))

    assert scale_of(path) == ([51, *range(61, 70)], [1.0, *(2.0**-n for n in range(1, 9)), 2.0**-11])


def test_skips_before_the_first_row_and_behind_the_last_stand_beside_them(tmp_path):
    path = written(tmp_path, APEX.format(which=0, scale=0.5) + steps(3, 12) + APEX.format(which=0, scale=0.25) * 2)

    assert scale_of(path) == ([29, 111, 112], [0.5, 0.25, 0.25])


def test_the_skips_of_a_scale_that_finds_its_place_are_a_note_and_no_curve(tmp_path):
    skips = "".join(APEX.format(which=0, scale=2.0**n) for n in (15, 14, 13))

    (trace,) = read_file(written(tmp_path, skips + steps(1, 12) + APEX.format(which=0, scale=1.0)))

    assert [one.name for one in trace.series if "scale" in one.name] == []
    assert any("gradient overflows reported: 4" in note.what.en for note in trace.notes)


def test_losses_stay_where_they_were(tmp_path):
    plain = read_file(written(tmp_path, steps(1, 20)))[0]
    mixed = read_file(written(tmp_path, steps(1, 9) + DEEPSPEED.format(before=2, scale=1) * 3 + steps(9, 20)))[0]
    curves = {one.name: one for one in mixed.series}

    for one in plain.series:
        assert np.array_equal(one.steps, curves[one.name].steps)
        assert np.array_equal(one.values, curves[one.name].values)


def test_where_only_epochs_are_counted_the_last_of_an_epoch_remains(tmp_path):
    rows = [f"Epoch {n}: loss {1 / n:.4f}\n" for n in range(1, 9)]
    rows[4] += "".join(APEX.format(which=0, scale=2.0**-n) for n in range(3))

    assert scale_of(written(tmp_path, "".join(rows))) == ([5], [0.25])


def test_a_paste_of_nothing_else_is_a_curve(tmp_path):
    text = "".join(DEEPSPEED.format(before=2.0**n, scale=2.0 ** (n - 1)) for n in range(8, -4, -1))

    assert scale_of(written(tmp_path, text))[1] == [2.0 ** (n - 1) for n in range(8, -4, -1)]


def test_the_trainer_of_hugging_face_prints_losses_between_them(tmp_path):
    rows = "".join(
        f"{{'loss': {2 - n / 10:.4f}, 'learning_rate': 1e-05, 'epoch': {n / 10}}}\n"
        + DEEPSPEED.format(before=2.0 ** (7 - n), scale=2.0 ** (6 - n))
        for n in range(1, 12)
    )

    assert scale_of(written(tmp_path, rows))[1] == [2.0 ** (6 - n) for n in range(1, 12)]


def test_fairseq_goes_on_with_the_field_of_its_rows(tmp_path):
    row = "| epoch 027 | loss 6.343 | num_updates 198 | lr 0.0006 | loss_scale 0.500\n"

    path = written(tmp_path, row + "".join(FAIRSEQ.format(scale=2.0**-n) for n in range(2, 5)))

    assert scale_of(path) == ([198, 199, 200, 201], [0.5, 0.25, 0.125, 0.0625])
