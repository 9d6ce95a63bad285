"""Event files to test with, made with TensorBoard's own messages, and what TensorBoard reads from them."""

from __future__ import annotations

import numpy as np
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.util.tensor_util import make_ndarray

from benchmarks.events.generate import records

VERSION = Event(wall_time=1.7e9, file_version="brain.Event:2").SerializeToString()

# TensorProto fields, by the name of a way to write one number as a tensor.
_TENSORS = {
    "float": lambda value: {"dtype": 1, "float_val": [value]},
    "double": lambda value: {"dtype": 2, "double_val": [value]},
    "float content": lambda value: {"dtype": 1, "tensor_content": np.float32(value).tobytes()},
    "double content": lambda value: {"dtype": 2, "tensor_content": np.float64(value).tobytes()},
    "half": lambda value: {"dtype": 19, "half_val": [int(np.float16(value).view(np.uint16))]},
    "bfloat16": lambda value: {"dtype": 14, "half_val": [int(np.float32(value).view(np.uint32)) >> 16]},
    "int32": lambda value: {"dtype": 3, "int_val": [clipped(value)]},
    "int64": lambda value: {"dtype": 9, "int64_val": [clipped(value)]},
    "int64 content": lambda value: {"dtype": 9, "tensor_content": np.int64(clipped(value)).tobytes()},
    "bool": lambda value: {"dtype": 10, "bool_val": [value > 0]},
}
NUMBERS = ["simple", *(kind for kind in _TENSORS if kind != "bfloat16")]  # TensorBoard itself cannot read that one
OTHERS = ["histogram", "image", "audio", "text", "vector", "nothing"]


def clipped(value):
    return int(np.clip(np.nan_to_num(value), -1000, 1000))


def summary_value(kind, tag, value=0.0):
    """One Summary.Value: a number written in the way ``kind``, or one of OTHERS."""
    if kind == "simple":
        return Summary.Value(tag=tag, simple_value=np.float32(value))
    if kind in _TENSORS:
        with np.errstate(over="ignore"):
            return Summary.Value(tag=tag, tensor=_TENSORS[kind](value))
    made = Summary.Value(tag=tag)
    if kind == "histogram":
        made.histo.min, made.histo.num = 0.0, 3
        made.histo.bucket_limit.extend([0.0, 1.0, 2.0])
        made.histo.bucket.extend([0.0, 0.0, 3.0])
    elif kind == "image":
        made.image.height, made.image.encoded_image_string = 2, bytes(range(256)) * 9
    elif kind == "audio":
        made.audio.sample_rate, made.audio.encoded_audio_string = 8000.0, bytes(100)
    elif kind == "text":
        made.metadata.plugin_data.plugin_name = "text"
        made.tensor.dtype = 7
        made.tensor.string_val.append(b"hello " * 5)
    elif kind == "vector":
        made.tensor.dtype = 1
        made.tensor.tensor_shape.dim.add(size=3)
        made.tensor.float_val.extend([1.0, 2.0, 3.0])
    return made


def event(step, wall, *values):
    """The payload of one event; ``values`` as for `summary_value`."""
    made = Event(step=step, wall_time=wall)
    made.summary.value.extend(summary_value(*value) for value in values)
    return made.SerializeToString()


def write(path, payloads):
    """The payloads as an event file; its path."""
    path.write_bytes(records([VERSION, *payloads]))
    return path


def oracle(path):
    """Tag -> steps, walls, values of every tag whose points are single numbers, as EventAccumulator reads them."""
    everything = dict.fromkeys(["scalars", "tensors", "images", "histograms", "compressedHistograms", "audio"], 0)
    board = EventAccumulator(str(path), size_guidance=everything, purge_orphaned_data=False).Reload()
    found = {tag: [(e.step, e.wall_time, e.value) for e in board.Scalars(tag)] for tag in board.Tags()["scalars"]}
    for tag in board.Tags()["tensors"]:
        points = [(e.step, e.wall_time, make_ndarray(e.tensor_proto)) for e in board.Tensors(tag)]
        numbers = [(step, wall, float(array.item())) for step, wall, array in points if is_number(array)]
        if numbers:
            found[tag] = numbers
    return {tag: columns(points) for tag, points in found.items()}


def is_number(array):
    return array.size == 1 and array.dtype.kind not in "SOU"


def columns(points):
    steps, walls, values = zip(*points, strict=True)
    return np.array(steps, np.int64), np.array(walls, np.float64), np.array(values, np.float64)


def bits(found):
    """Columns as bytes, so that NaN equals NaN and every bit counts; the order of the tags does not."""
    return {tag: tuple(array.tobytes() for array in column) for tag, column in found.items()}
