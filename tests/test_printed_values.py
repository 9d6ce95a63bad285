"""Numbers as Python prints what holds them: tuples, lists, tensors, arrays and numpy's scalars."""

from __future__ import annotations

import pytest

from tests.free_logs import FALL, RISE, curve, epochs, read


@pytest.mark.parametrize(
    "value",
    [
        "tensor({a})",
        "tensor({a}, device='cuda:0', grad_fn=<MeanBackward0>)",
        "tensor([{a}], device='cuda:0', dtype=torch.float64, grad_fn=<DivBackward0>)",
        "[tensor({a}, grad_fn=<AddBackward0>)]",
        "np.float64({a})",
        "array({a}, dtype=float32)",
        "[array({a})]",
        "[{a}]",
    ],
)
def test_one_number_is_read_whatever_it_is_printed_in(tmp_path, value):
    [found], _ = read(tmp_path, epochs(f"epoch {{n}} loss: {value} dice={value.replace('{a}', '{b}')}\n"))

    assert found == {"loss": curve(FALL), "dice": curve(RISE)}


def test_a_rate_in_brackets_is_what_it_says(tmp_path):
    [found], _ = read(tmp_path, epochs("epoch {n} loss {a} lr [1e-3]\n"))
    [groups], _ = read(tmp_path, epochs("epoch {n} loss {a} lr: [0.001, 0.0001]\n"))

    assert found["lr"] == curve([0.001] * 4)
    assert (groups["lr 0"], groups["lr 1"]) == (curve([0.001] * 4), curve([0.0001] * 4))


def test_the_parts_of_a_tuple_are_called_by_their_places_or_as_another_tuple_calls_them(tmp_path):
    [places], _ = read(tmp_path, epochs("Epoch {n}: train=({a}, {b}), val=({b}, {a})\n"))
    [called], _ = read(tmp_path, epochs("Epoch {n}: train (loss, dice)=({a}, {b}), val (loss, dice)=({b}, {a})\n"))
    [typed], _ = read(tmp_path, epochs("Epoch {n} dice=(np.float64({a}), np.float64({b}))\n"))

    assert places == {"train 0": curve(FALL), "train 1": curve(RISE), "val 0": curve(RISE), "val 1": curve(FALL)}
    names = {"train loss": FALL, "train dice": RISE, "val loss": RISE, "val dice": FALL}
    assert called == {name: curve(values) for name, values in names.items()}
    assert typed == {"dice 0": curve(FALL), "dice 1": curve(RISE)}


def test_tuples_of_settings_sizes_and_thresholds_are_no_curves(tmp_path):
    [found], _ = read(
        tmp_path, epochs("epoch {n} size (352, 352) betas=(0.9, 0.999) mAP (0.5, 0.95): {b} loss: {a} (0.1, 0.9)\n")
    )

    assert found["loss"] == curve(FALL)
    assert not {name for name in found if name.startswith(("size", "betas"))}
    assert RISE[1] not in [value for name in found if name.endswith((" 0", " 1")) for value in found[name][1]]


def test_a_record_of_the_trainer_keeps_what_numpy_and_lists_hold(tmp_path):
    from diagnose.readers import hf_stdout_log

    path = tmp_path / "run.log"
    line = "{{'epoch': {n}, 'loss': np.float64({a}), 'dice': [array({b})], 'iou': [{b}]}}\n"
    path.write_text(epochs(line), encoding="utf-8")

    [trace] = hf_stdout_log.read(path)

    assert {one.name: one.values.tolist() for one in trace.series} == {
        "loss": list(FALL),
        "dice": list(RISE),
        "iou": list(RISE),
    }
