"""What is read of progress bars that name their epoch: Lightning's, diffusers', and those of scripts like them."""

from __future__ import annotations

from tests.free_logs import read


def lightning(epoch, before, after, loss):
    """The bar of one epoch of five batches, which shows the validation of the epoch before until it is validated."""
    state = "\rEpoch {e}: {p}%|{bar}| {i}/5 [00:01<00:02,  9.1it/s, v_num=3, train_loss_step={x}{shown}]"
    shown = [before if i < 6 else after for i in range(7)]
    return "".join(
        state.format(
            e=epoch, p=20 * min(i, 5), bar="█" * i or " " * 5, i=min(i, 5), x=round(loss - i / 100, 3), shown=one
        )
        for i, one in enumerate(shown)
    )


def test_what_a_bar_shows_of_the_epoch_before_is_read_once(tmp_path):
    shown = ["", *(f", val_dice=0.{n}5, train_loss_epoch=0.{9 - n}1" for n in (1, 2, 3))]
    text = "".join(lightning(n, shown[n], shown[n + 1], 1 - n / 10) + "\n" for n in range(3))

    [found], _ = read(tmp_path, text)

    assert found["val_dice"] == ([5, 10, 15], [0.15, 0.25, 0.35])
    assert found["train_loss_epoch"] == ([5, 10, 15], [0.81, 0.71, 0.61])
    assert sorted(set(found["train_loss_step"][0])) == list(range(16))


def test_a_mean_that_runs_through_the_bar_is_read_at_every_state(tmp_path):
    bar = "\rEpoch {e}: {i}0%|██ | {i}/4 [00:01<00:02, 9.1it/s, dice=0.{e}{i}]"

    [found], _ = read(tmp_path, "".join(bar.format(e=e, i=i) for e in (1, 2, 3) for i in (1, 2, 3, 4)))

    assert found == {"dice": (list(range(1, 13)), [float(f"0.{e}{i}") for e in (1, 2, 3) for i in (1, 2, 3, 4)])}


def test_a_line_that_counts_all_steps_does_not_disturb_bars_that_count_those_of_an_epoch(tmp_path):
    text = "".join(
        lightning(n, "", "", 1 - n / 10)
        + f"\nEpoch {n}, global step {5 * (n + 1)}: 'val_dice' reached 0.{n + 5}0000 (best 0.{n + 5}0000), saving\n"
        for n in range(3)
    )

    [found], _ = read(tmp_path, text)

    assert sorted(set(found["train_loss_step"][0])) == list(range(16))


def test_the_words_before_a_percentage_are_no_name(tmp_path):
    bar = "Steps: {p}%|{b}| {i}/40 [00:01<00:02,  1.01it/s, lr=1e-5, step_loss=0.{i}3]\r"

    [found], _ = read(tmp_path, "".join(bar.format(p=i * 5 // 2, b="█" * i or " ", i=i) for i in range(10, 40, 2)))

    assert set(found) == {"lr", "step_loss"}
    assert found["step_loss"] == (list(range(10, 40, 2)), [float(f"0.{i}3") for i in range(10, 40, 2)])
