"""What is read of progress bars that name their epoch: Lightning's, diffusers', and those of scripts like them."""

from __future__ import annotations

from tests.free_logs import read

BACK = "\b"


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


def bar_of_cifar(
    loss, share, done, of, message="  Step: 5{i}ms | Tot: {t} | Loss: {x:.3f} | Acc: {a:.3f}% ({good}/{all})"
):
    """A state of pytorch-cifar's bar: drawn whole, then its count is written back over the middle of it."""
    message = message.format(
        i=done, t=f"{done}s59ms" if done > 1 else "0ms", x=loss, a=share, good=int(share * done), all=100 * done
    )
    return f" [{'=' * done}>{'.' * (of - done)}]{message}{BACK * (len(message) + of // 2)} {done}/{of} "


def cifar(epochs=4, train=9, test=4):
    text = "==> Preparing data..\n"
    for epoch in range(epochs):
        text += f"\nEpoch: {epoch}\n"
        for of, loss in ((train, 2 - epoch / 4), (test, 2.5 - epoch / 4)):
            text += "\r".join(bar_of_cifar(loss - k / 100, 20 + 10 * epoch + k, k, of) for k in range(1, of + 1)) + "\n"
    return text


def test_a_count_written_back_over_its_bar_counts_and_the_shorter_bar_that_follows_is_of_validation(tmp_path):
    [found], _ = read(tmp_path, cifar())

    assert found == {
        "Loss": ([0, 1, 2, 3], [1.91, 1.66, 1.41, 1.16]),
        "Acc": ([0, 1, 2, 3], [29, 39, 49, 59]),
        "val/Loss": ([0, 1, 2, 3], [2.46, 2.21, 1.96, 1.71]),
        "val/Acc": ([0, 1, 2, 3], [24, 34, 44, 54]),
    }


def test_bars_that_get_shorter_without_taking_turns_are_all_of_training(tmp_path):
    text = "".join(
        f"Epoch: {epoch}\n" + "".join(bar_of_cifar(1 / k, 50, k, of) + "\n" for k in range(1, of + 1))
        for epoch, of in enumerate((9, 8, 7, 6))
    )

    [found], _ = read(tmp_path, text)

    assert set(found) == {"Loss", "Acc"}


def test_what_is_written_back_over_other_text_is_kept_with_it(tmp_path):
    text = "".join(f"epoch {n} loss: 0.{9 - n}5 [saving...]{BACK * 9}done\n" for n in range(1, 6))

    [found], _ = read(tmp_path, text)

    assert found == {"loss": ([1, 2, 3, 4, 5], [0.85, 0.75, 0.65, 0.55, 0.45])}


def test_the_share_an_accuracy_is_made_of_counts_no_steps(tmp_path):
    text = "".join(f"Epoch {n} Loss: 0.{9 - n}5 | Acc: {n}5.000% ({n}5/100)\n" for n in range(1, 6))
    other = "".join(f"Epoch 1 Batch: {n}0% ({n}/10) Loss: 0.{9 - n}5\n" for n in range(1, 6))

    [found], _ = read(tmp_path, text)
    [steps], _ = read(tmp_path, other)

    assert found["Acc"] == ([1, 2, 3, 4, 5], [15, 25, 35, 45, 55])
    assert steps["Loss"][0] == [1, 2, 3, 4, 5]


def test_the_bar_of_a_late_epoch_alone_counts_on_from_the_epochs_before(tmp_path):
    bar = "\rEpoch {e}: {i}0%|██ | {i}/10 [00:01<00:02, 9.1it/s, loss=0.{i}5]"

    [late], _ = read(tmp_path, "".join(bar.format(e=7, i=i) for i in range(1, 10)))
    [first], _ = read(tmp_path, "".join(bar.format(e=1, i=i) for i in range(1, 10)))
    [middle], _ = read(tmp_path, "".join(bar.format(e=7, i=i) for i in range(4, 10)))

    assert late["loss"][0] == list(range(61, 70))
    assert first["loss"][0] == list(range(1, 10))
    assert middle["loss"][0] == list(range(4, 10))
