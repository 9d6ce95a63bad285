"""What Caffe, TensorFlow's Estimator and its object detection print: outputs by number, evaluations, dicts in lines."""

from __future__ import annotations

import pytest

from tests.free_logs import read

LOSSES = (2.5, 2.0, 1.5, 1.25)


def caffe(step, loss):
    """Four lines of one display, with the thread, the weighted share and what an evaluation came to before it."""
    stamp = f"I0506 07:0{step // 100}:09.123456 23456 solver.cpp"
    lines = [f"{stamp}:218] Iteration {step} (45.5 iter/s, 2.5s/100 iters), loss = {loss}",
             f"{stamp}:237]     Train net output #0: loss = {loss + 1} (* 1 = {loss + 1} loss)",
             f"{stamp}:105] Iteration {step}, lr = 0.0{step}1"]  # fmt: skip
    if step % 200 == 0:
        lines[:0] = [f"{stamp}:330] Iteration {step}, Testing net (#0)",
                     f"{stamp}:397]     Test net output #0: accuracy = 0.{step}5",
                     f"{stamp}:397]     Test net output #1: loss = {loss + 2} (* 0.5 = {loss} loss)"]  # fmt: skip
    return "".join(f"{line}\n" for line in lines)


def test_caffes_outputs_are_read_by_name_and_those_of_a_test_at_the_iteration_announced(tmp_path):
    steps = [0, 100, 200, 300]

    [found], _ = read(tmp_path, "".join(map(caffe, steps, LOSSES)) + caffe(400, 1.0))

    losses = [*LOSSES, 1.0]
    assert found["loss"] == ([*steps, 400], losses)
    assert found["train/loss"] == ([*steps, 400], [one + 1 for one in losses])
    assert found["lr"][0] == [*steps, 400]
    assert found["test/accuracy"] == ([0, 200, 400], [0.05, 0.2005, 0.4005])
    assert found["test/loss"] == ([0, 200, 400], [losses[0] + 2, losses[2] + 2, losses[4] + 2])
    assert len(found) == 5


def test_an_estimator_evaluates_in_lines_that_say_saving(tmp_path):
    text = "".join(
        f"INFO:tensorflow:loss = {loss}, step = {at}00 (8.5 sec)\n"
        f"INFO:tensorflow:Saving dict for global step {at}50: accuracy = 0.{at}5, global_step = {at}50, loss = 0.{at}\n"
        for at, loss in enumerate(LOSSES, 1)
    )

    [found], _ = read(tmp_path, text)

    assert found == {
        "loss": ([100, 200, 300, 400], list(LOSSES)),
        "val/accuracy": ([150, 250, 350, 450], [0.15, 0.25, 0.35, 0.45]),
        "val/loss": ([150, 250, 350, 450], [0.1, 0.2, 0.3, 0.4]),
    }


def test_a_dict_printed_over_several_lines_is_one(tmp_path):
    stamp = "I0506 07:08:09.123456 140000000000000 model_lib_v2.py"
    text = "".join(
        f"{stamp}:705] Step {at}00 per-step time 0.5s\n{stamp}:708] {{'Loss/box_loss': {loss},\n"
        f" 'Loss/total_loss': {loss + 1},\n 'learning_rate': 0.0{at}}}\n"
        for at, loss in enumerate(LOSSES, 1)
    )

    [found], _ = read(tmp_path, text)

    steps = [100, 200, 300, 400]
    assert found["Loss/box_loss"] == (steps, list(LOSSES))
    assert found["Loss/total_loss"] == (steps, [one + 1 for one in LOSSES])
    assert found["learning_rate"] == (steps, [0.01, 0.02, 0.03, 0.04])


def test_an_accuracy_over_epoch_is_of_it_and_not_its_number(tmp_path):
    text = "".join(
        f"Start of epoch {n}\n"
        + "".join(f"Training loss at step {s}: 0.{9 - n}{s}\n" for s in (1, 2))
        + f"Training acc over epoch: 0.{n}5\nValidation acc: 0.{n}25\n"
        for n in range(3)
    )

    [found], _ = read(tmp_path, text)

    assert found["Training acc over epoch"][1] == [0.05, 0.15, 0.25]
    assert found["Validation acc"][1] == [0.025, 0.125, 0.225]
    assert len(found) == 3


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"[CV {n}/5] END ......C={c}, gamma=0.1;, score=0.{n}5 total time=   0.{n}s\n"
                for c in (1, 10) for n in range(1, 6)),
        "".join(f"[I 2024-05-06 07:08:0{n},123] Trial {n} finished with value: 0.{n}5 and parameters: {{'lr': 0.0{n}}}"
                f". Best is trial 1.\n" for n in range(6)),
        "".join(f"config {n}: trained for 8 epochs, val loss 0.{n}5\n" for n in range(4)),
        "== Status ==\n| Trial name | status | loss | training_iteration |\n|---+---+---+---|\n"
        "| abc_0 | RUNNING | 0.5 | 4 |\n| abc_1 | RUNNING | 0.6 | 5 |\n" * 3,
    ],
)  # fmt: skip
def test_searches_that_print_only_what_a_trial_came_to_make_no_run(tmp_path, text):
    found, _ = read(tmp_path, text)

    assert found == [{}]
