"""fairseq's progress lines through its versions."""

import numpy as np

from diagnose.readers import fairseq_log

NOW = "2024-05-06 07:08:09 | INFO |"


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    [trace] = fairseq_log.read(path)
    found = {one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series}
    return found, " ".join(note.what.en for note in trace.notes)


def test_old_versions_part_their_fields_with_bars(tmp_path):
    found, _ = read(
        tmp_path,
        "| epoch 027 | loss 6.343 | ppl 31.65 | num_updates 198 | lr 0.0006 | gnorm 0.390 | clip 5% | oom 0\n"
        "| epoch 027 | valid on 'valid' subset | valid_loss 8.5 | num_updates 198 | best 4.46\n",
    )

    assert found["train/loss"] == ([198], [6.343])
    assert found["train/clip"] == ([198], [5.0])
    assert found["valid_loss"] == ([198], [8.5])


def test_lines_within_an_epoch_and_its_mean_are_two_curves(tmp_path):
    found, _ = read(
        tmp_path,
        f"{NOW} train_inner | epoch 001:   10 / 20 loss=8.5, num_updates=10, lr=9e-06\n"
        f"{NOW} train_inner | epoch 001:   20 / 20 loss=7.5, num_updates=20, lr=9e-06\n"
        f"{NOW} train | epoch 001 | loss 8.0 | num_updates 20\n",
    )

    assert found["train/loss"] == ([10, 20], [8.5, 7.5])
    assert found["train epoch/loss"] == ([20], [8.0])


def test_records_in_json_are_read_although_their_numbers_are_text(tmp_path):
    found, _ = read(
        tmp_path,
        f'{NOW} train_inner | {{"epoch": 1, "update": 0.5, "loss": "8.5", "num_updates": "10", "lr": "0.25"}}\n'
        f'{NOW} valid | {{"epoch": 1, "valid_loss": "nan", "valid_num_updates": "10"}}\n',
    )

    assert found["train/loss"] == ([10], [8.5])
    assert np.isnan(found["valid/loss"][1]).all()


def test_a_test_subset_keeps_its_name(tmp_path):
    found, _ = read(tmp_path, "| epoch 003 | valid on 'test' subset | loss 2.5 | num_updates 30\n")

    assert found["test/loss"] == ([30], [2.5])


def test_overflows_are_counted_and_told(tmp_path):
    warning = "| WARNING: overflow detected, setting loss scale to: {}\n"

    _, notes = read(tmp_path, "| epoch 001 | loss 6.5 | num_updates 9\n" + warning.format(0.5) + warning.format(0.25))

    assert "overflows reported: 2" in notes
    assert "0.25" in notes


def test_saved_checkpoints_and_tracebacks_are_no_points(tmp_path):
    found, notes = read(
        tmp_path, "| saved checkpoint a/checkpoint28.pt (epoch 28 @ 9165 updates) (writing took 7.2 seconds)\n"
    )

    assert not found
    assert "no training signal" in notes


def test_a_number_cut_at_the_end_of_the_file_is_left_out(tmp_path):
    row = f"{NOW} train_inner | epoch 001: {{}} / 20 loss={{}}, num_updates={{}}, lr=0.25\n"

    found, notes = read(tmp_path, row.format(10, 8.5, 10) + row.format(20, 7.5, 20).replace("0.25\n", "0.2"))

    assert found["train/lr"] == ([10], [0.25])
    assert "cut short" in notes


def test_a_log_that_ends_in_its_first_evaluation_is_read(tmp_path):
    line = f"{NOW} train_inner | epoch 001:     50 / 100 loss=8.5, ppl=362.04, num_updates=50, lr=0.25\n"

    found, _ = read(
        tmp_path,
        f"{line}{NOW} valid | epoch 001 | valid on 'valid' subset | loss 7.5 | num_updates 100 | best_loss 7.5",
    )

    assert found["valid/loss"] == ([100], [7.5])
