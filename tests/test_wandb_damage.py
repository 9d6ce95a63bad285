"""W&B files that are cut or damaged: it costs what it hit, and what is cut off is said."""

from __future__ import annotations

import random
import struct
import zlib
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.test_wandb_offline import many, read
from tests.tracker_logs import BLOCK, EXIT, WANDB, config, history, points, said, wandb


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


def test_the_checksum_covers_the_kind_of_a_fragment(tmp_path):
    record = history(_step=0, loss=0.5)
    wrong = struct.pack("<IHB", zlib.crc32(record), len(record), 1) + record

    (trace,) = read(tmp_path, WANDB + wrong)

    assert not trace.series
