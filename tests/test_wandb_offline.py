"""W&B and SwanLab files: all that was logged comes back, damage costs what it hit, and what is cut off is said."""

from __future__ import annotations

import json
import random
import struct
import zlib
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


@cache
def rows_and_their_ends(count):
    """A file of so many rows, and where each of them ends."""
    records = [*many(count), EXIT]
    return wandb(*records), [len(wandb(*records[: at + 1])) for at in range(count)]


@settings(max_examples=60, deadline=None)
@given(end=st.integers(7, 40_000))
def test_a_cut_anywhere_leaves_all_rows_before_it(tmp_path_factory, end):
    data, ends = rows_and_their_ends(500)
    end = min(end, len(data) - 1)
    whole = sum(one <= end for one in ends) if end < 3000 else None

    (trace,) = read(tmp_path_factory.mktemp("cut"), data[:end])

    loss = trace.series[0].values if trace.series else np.zeros(0)
    assert loss.tolist() == [step / 8 for step in range(len(loss))]
    assert whole is None or len(loss) == whole
    assert "cut short" in said([trace])


def test_one_damaged_byte_costs_one_row_and_is_said(tmp_path):
    data = bytearray(wandb(*many(300), EXIT))
    data[data.index(b'"xxxxx"')] ^= 1

    (trace,) = read(tmp_path, bytes(data))

    assert len(trace.series[0]) == 299
    assert said([trace]).startswith("damaged places: 1; what lies between is read")


def test_a_block_of_rubbish_costs_no_more_than_what_touches_it(tmp_path):
    data = bytearray(wandb(*many(2000), EXIT))
    data[BLOCK : 2 * BLOCK] = random.Random(0).randbytes(BLOCK)

    (trace,) = read(tmp_path, bytes(data))

    steps = trace.series[0].steps
    assert steps[0] == 0
    assert steps[-1] == 1999
    assert np.diff(steps).max() > 1
    assert np.count_nonzero(np.diff(steps) > 1) == 1
    assert "damaged places" in said([trace])


def test_a_size_beyond_its_block_costs_the_rest_of_the_block(tmp_path):
    data = bytearray(wandb(*many(2000), EXIT))
    data[len(WANDB) + 4 : len(WANDB) + 6] = b"\xff\xff"

    (trace,) = read(tmp_path, bytes(data))

    assert 0 < trace.series[0].steps[0] < 1000
    assert trace.series[0].steps[-1] == 1999
    assert said([trace]).startswith("damaged places: 1;")


def test_a_block_of_zeros_in_the_middle_is_damage_and_not_the_end(tmp_path):
    data = bytearray(wandb(*many(2000), EXIT))
    data[BLOCK : 2 * BLOCK] = bytes(BLOCK)

    (trace,) = read(tmp_path, bytes(data))

    assert trace.series[0].steps[-1] == 1999
    assert said([trace]).startswith("damaged places:")


def test_a_cut_between_two_blocks_is_seen_by_the_record_it_leaves_open(tmp_path):
    data = wandb(history(_step=0, loss=0.5), history(_step=1, loss=0.25, text="y" * 2 * BLOCK), EXIT)

    (trace,) = read(tmp_path, data[:BLOCK])

    assert points(trace) == {"loss": [(0, "0.5")]}
    assert said([trace]).startswith("the file ends inside a record")


def test_room_set_aside_and_never_written_is_where_the_file_ends(tmp_path):
    (trace,) = read(tmp_path, wandb(history(_step=0, loss=0.5)) + bytes(5000))

    assert points(trace) == {"loss": [(0, "0.5")]}
    assert "cut short" in said([trace])


def test_a_record_that_is_no_message_is_counted_and_skipped(tmp_path):
    (trace,) = read(tmp_path, wandb(history(_step=0, loss=0.5), b"\xff\xff\xff", EXIT))

    assert points(trace) == {"loss": [(0, "0.5")]}
    assert said([trace]) == "records that make no sense: 1; skipped"


def test_absurd_steps_are_not_believed(tmp_path):
    rows = history(_step=10**30, loss=0.5), history(_step=b'"x"', loss=0.25), history(_step=5, loss=0.125)

    (trace,) = read(tmp_path, wandb(*rows, EXIT))

    assert points(trace) == {"loss": [(0, "0.5"), (1, "0.25"), (5, "0.125")]}


def test_a_run_without_history_says_so(tmp_path):
    (trace,) = read(tmp_path, wandb(config(lr=0.1), EXIT))

    assert not trace.series
    assert trace.settings == {"lr": 0.1}
    assert said([trace]) == "no training signal in it"


def test_a_run_that_never_ended_says_so(tmp_path):
    (trace,) = read(tmp_path, wandb(history(_step=0, loss=0.5)))

    assert said([trace]).startswith("the end of the run is not in the file")


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


def test_the_checksum_covers_the_kind_of_a_fragment(tmp_path):
    record = history(_step=0, loss=0.5)
    wrong = struct.pack("<IHB", zlib.crc32(record), len(record), 1) + record

    (trace,) = read(tmp_path, WANDB + wrong)

    assert not trace.series


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
