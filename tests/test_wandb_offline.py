"""W&B and SwanLab files: all that was logged comes back, with its times and settings."""

from __future__ import annotations

import json

import pytest

from diagnose.assemble import assemble
from diagnose.readers import jsonl_log, wandb_offline
from tests.tracker_logs import BLOCK, EXIT, SWANLAB, WANDB, config, field, framed, history, points, said, scalar, wandb


def read(tmp_path, data, name="run-abc.wandb"):
    path = tmp_path / name
    path.write_bytes(data)
    return wandb_offline.read(path)


def many(count):
    return [history(_step=step, _timestamp=1.7e9 + step, loss=step / 8, pad="x" * (step % 97)) for step in range(count)]


def test_every_point_of_many_blocks_comes_back_with_its_time(tmp_path):
    data = wandb(*many(2000), EXIT)

    (trace,) = read(tmp_path, data)

    assert len(data) > 3 * BLOCK
    (loss,) = trace.series
    assert loss.steps.tolist() == list(range(2000))
    assert loss.values.tolist() == [step / 8 for step in range(2000)]
    assert loss.wall is not None
    assert loss.wall.tolist() == [1.7e9 + step for step in range(2000)]


def test_a_record_larger_than_a_block_is_put_together(tmp_path):
    (trace,) = read(tmp_path, wandb(history(_step=3, loss=0.5, text="y" * 3 * BLOCK), EXIT))

    assert points(trace) == {"loss": [(3, "0.5")]}


@pytest.mark.parametrize("spare", range(9))
def test_a_block_may_end_with_any_few_bytes_to_spare(tmp_path, spare):
    rest = BLOCK - len(WANDB) - spare - 7 - len(field(9, b"z" * 20000))
    records = [field(9, b"z" * 20000), field(9, b"z" * (rest - 11)), history(_step=0, loss=0.5), EXIT]

    (trace,) = read(tmp_path, wandb(*records))

    assert points(trace) == {"loss": [(0, "0.5")]}
    assert not trace.notes


def test_a_finished_run_is_read_without_a_word(tmp_path):
    (trace,) = read(tmp_path, wandb(config(lr=0.1), history(_step=0, loss=0.5), EXIT))

    assert not trace.notes


@pytest.mark.parametrize("written", [b"NaN", b'"NaN"', b"Infinity", b'"-Infinity"'])
def test_values_that_are_not_finite_are_points(tmp_path, written):
    (trace,) = read(tmp_path, wandb(history(_step=0, loss=written), EXIT))

    ((_, value),) = points(trace)["loss"]
    assert value == repr(float(written.strip(b'"')))


def test_typed_values_are_read_as_well_as_json(tmp_path):
    typed = field(1, field(1, "count") + field(5, 7)) + field(1, field(1, "dice") + field(6, 0.75))

    (trace,) = read(tmp_path, wandb(field(2, typed + field(2, field(1, 12))), EXIT))

    assert points(trace) == {"count": [(12, "-4.0")], "dice": [(12, "0.75")]}


def test_nested_names_are_joined_whether_written_as_parts_or_as_one_object(tmp_path):
    rows = history(_step=0, **{"val/dice": 0.5}), history(_step=1, val={"dice": 0.75, "note": "fine"})

    (trace,) = read(tmp_path, wandb(*rows, EXIT))

    assert points(trace) == {"val/dice": [(0, "0.5"), (1, "0.75")]}


def test_images_histograms_words_and_truth_values_are_no_curves_but_named(tmp_path):
    row = history(
        _step=0, loss=0.5, ok=True, stage="warm-up", grads={"_type": "histogram", "values": [1], "packed": 3},
        **{"img/_type": "image-file", "img/width": 640},
    )  # fmt: skip

    (trace,) = read(tmp_path, wandb(row, EXIT))

    assert list(points(trace)) == ["loss"]
    assert said([trace]) == "no curves, passed by: ok, stage, grads, img"


def test_rows_without_a_step_are_counted(tmp_path):
    (trace,) = read(tmp_path, wandb(history(loss=0.5), history(loss=0.25), EXIT))

    assert points(trace) == {"loss": [(0, "0.5"), (1, "0.25")]}


def test_a_step_that_goes_back_begins_another_run(tmp_path):
    steps = [0, 1, 2, 0, 1]

    found = read(tmp_path, wandb(*(history(_step=step, loss=0.5) for step in steps), EXIT))

    assert [one.series[0].steps.tolist() for one in found] == [[0, 1, 2], [0, 1]]
    assert said(found) == "_step goes back from 2 to 0: a new run starts here"


def test_settings_follow_their_changes_and_leave_out_what_wandb_notes_of_itself(tmp_path):
    later = field(5, field(1, field(1, "lr") + field(16, "0.01")) + field(2, field(1, "old") + field(16, "null")))
    before = config(lr=0.1, old=1, model={"name": "unet", "depth": 4}, _wandb={"cli_version": "0.31"}, none=None)

    (trace,) = read(tmp_path, wandb(before, later, history(_step=0, loss=0.5), EXIT))

    assert trace.settings == {"lr": 0.01, "model/name": "unet", "model/depth": 4}


def stats(**values):
    """A StatsRecord; dots are written as underscores."""
    items = b"".join(
        field(3, field(1, name.replace("_", ".")) + field(16, json.dumps(one))) for name, one in values.items()
    )
    return field(7, field(2, field(1, 1_700_000_000)) + items)


def test_how_busy_the_cards_were_is_a_curve_at_the_steps_of_the_history(tmp_path):
    path = tmp_path / "run.wandb"
    path.write_bytes(
        wandb(
            history(_step=0, loss=1.0),
            stats(gpu_0_gpu=35, cpu=90),
            history(_step=7, loss=0.5),
            stats(gpu_0_gpu=40.5),
            EXIT,
        )
    )

    (trace,) = wandb_offline.read(path)

    assert points(trace)["system/gpu.0.gpu"] == [(0, "35.0"), (7, "40.5")]
    assert set(points(trace)) == {"loss", "system/gpu.0.gpu"}


def test_of_several_cards_those_of_the_run_count(tmp_path):
    path = tmp_path / "run.wandb"
    path.write_bytes(wandb(history(_step=0, loss=1.0), stats(gpu_0_gpu=0, gpu_1_gpu=95, gpu_process_1_gpu=95), EXIT))

    (trace,) = wandb_offline.read(path)

    assert set(points(trace)) == {"loss", "system/gpu.process.1.gpu"}


def test_what_swanlab_measures_of_the_machine_is_no_curve_but_for_busy_cards(tmp_path):
    path = tmp_path / "backup.swanlab"
    names = (
        "loss",
        "__swanlab__.gpu.0.pct",
        "__swanlab__.gpu.0.mem.pct",
        "__swanlab__.cpu.pct",
        "__swanlab__.npu.1-0.pct",
    )
    path.write_bytes(framed(SWANLAB, [scalar(name, 1, 50.0) for name in names]))

    (trace,) = wandb_offline.read(path)

    assert set(points(trace)) == {"loss", "system/gpu.0.gpu", "system/npu.1-0.gpu"}


def test_a_swanlab_backup_is_read_with_its_zeros(tmp_path):
    data = framed(SWANLAB, [scalar("acc", 0, 0.0), scalar("loss", -1, 0.5), scalar("acc", 1, 0.25), field(11, b"")])

    (trace,) = read(tmp_path, data, "run-abc.swanlab")

    assert points(trace) == {"acc": [(0, "0.0"), (1, "0.25")], "loss": [(-1, "0.5")]}
    assert trace.series[0].wall is not None
    assert not trace.notes


@pytest.mark.parametrize("head", [b":W&B\xe1\xbe\x00", b":SWL\xd6\xe1\x02"])
def test_both_are_claimed_by_what_they_begin_with(tmp_path, head):
    assert wandb_offline.sniff(tmp_path / "any.name", head)
    assert not wandb_offline.sniff(tmp_path / "run-abc.wandb", b"loss: 0.5")


@pytest.mark.parametrize("name", ["wandb-summary.json", "debug-internal.log", "debug-core.log"])
def test_what_wandb_puts_beside_a_run_is_no_run(tmp_path, name):
    path = tmp_path / name
    path.write_text(json.dumps({"_step": 120, "_runtime": 9, "loss": 0.25, "val_dice": 0.5}) + "\n", encoding="utf-8")

    found = jsonl_log.read(path)

    assert not any(trace.series for trace in found)
    assert said(found)
    assert assemble([tmp_path]) == []


def test_the_same_object_under_another_name_is_the_first_record_of_a_log(tmp_path):
    path = tmp_path / "history.jsonl"
    path.write_text(json.dumps({"_step": 120, "loss": 0.25}) + "\n", encoding="utf-8")

    (trace,) = jsonl_log.read(path)

    assert points(trace) == {"loss": [(120, "0.25")]}
