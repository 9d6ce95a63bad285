"""What ignite's engines print for MONAI."""

import numpy as np

from diagnose.readers import ignite_log

TRAINER = "[2024-05-06 07:08:09.087][ INFO](ignite.engine.engine.SupervisedTrainer) - "
EVALUATOR = "INFO:ignite.engine.engine.SupervisedEvaluator:"


def read(tmp_path, text):
    path = tmp_path / "run.log"
    path.write_text(text, encoding="utf-8")
    traces = ignite_log.read(path)
    found = [{one.name: (one.steps.tolist(), one.values.tolist()) for one in trace.series} for trace in traces]
    return found, " ".join(note.what.en for trace in traces for note in trace.notes)


def test_steps_are_iterations_since_the_start(tmp_path):
    [found], _ = read(tmp_path, f"{TRAINER}Epoch: 10/50, Iter: 1/2 -- train_loss: 1.3687 \n")

    assert found == {"train_loss": ([19], [1.3687])}


def test_metrics_stand_at_the_end_of_their_epoch(tmp_path):
    [found], _ = read(
        tmp_path,
        f"{TRAINER}Epoch: 10/50, Iter: 2/2 -- train_loss: nan \n"
        f"{TRAINER}Epoch[10] Metrics -- train_left lung_mean_dice: 0.3728 train_mean_dice: 0.2755 \n",
    )

    assert found["train_left lung_mean_dice"] == ([20], [0.3728])
    assert found["train_mean_dice"] == ([20], [0.2755])
    assert np.isnan(found["train_loss"][1]).all()


def test_metrics_alone_are_counted_in_epochs(tmp_path):
    [found], _ = read(tmp_path, "".join(f"{EVALUATOR}Epoch[{n}] Metrics -- val_dice: 0.{n} \n" for n in (1, 2, 3)))

    assert found == {"val_dice": ([1, 2, 3], [0.1, 0.2, 0.3])}


def test_an_evaluator_s_metric_is_of_validation_even_if_its_name_is_silent(tmp_path):
    [found], _ = read(tmp_path, f"{EVALUATOR}Epoch[1] Metrics -- accuracy: 0.5 \n")

    assert list(found) == ["val/accuracy"]


def test_a_restart_begins_another_run(tmp_path):
    row = TRAINER + "Epoch: {}/9, Iter: 1/1 -- train_loss: 0.5 \n"

    found, notes = read(tmp_path, row.format(1) + row.format(2) + row.format(1))

    assert found == [{"train_loss": ([1, 2], [0.5, 0.5])}, {"train_loss": ([1], [0.5])}]
    assert "goes back" in notes


def test_best_values_and_timings_are_no_points(tmp_path):
    [found], notes = read(
        tmp_path,
        f"{TRAINER}Key metric: train_mean_dice best value: 0.3785 at epoch: 8\n"
        f"{TRAINER}Epoch[9] Complete. Time taken: 00:00:01.827\n",
    )

    assert not found
    assert "no training signal" in notes


def test_a_log_that_ends_in_the_first_line_of_its_kind_is_read(tmp_path):
    iteration = f"{TRAINER}Epoch: 1/9, Iter: 1/2 -- train_loss: 0.75 \n"

    [alone], _ = read(tmp_path, iteration.strip("\n"))
    [found], _ = read(tmp_path, f"{iteration}{EVALUATOR}Epoch[1] Metrics -- dice: 0.5")

    assert alone == {"train_loss": ([1], [0.75])}
    assert found["val/dice"] == ([2], [0.5])
