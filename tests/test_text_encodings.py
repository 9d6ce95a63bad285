"""However a log was saved, coloured or passed on, what was printed is what is read."""

from __future__ import annotations

import codecs
from collections.abc import Callable

import pytest

from diagnose.readers import readers
from diagnose.run import Trace
from tests.test_readers import example, opened

TEXT = sorted(name for name in readers() if name.endswith("_log") and name not in ("csv_log", "jsonl_log"))
BAR = b"  1%|1         | 1/60 [00:02<01:58,  2.00s/it]"
OWN_BARS = ("hf_stdout_log", "yolo_stdout_log")  # to these a bar at the start of a line says something


def each(data: bytes, before: bytes, behind: bytes = b"") -> bytes:
    """Something before and behind every line that is not empty."""
    return b"\n".join(before + line + behind if line else line for line in data.split(b"\n"))


SAVED: dict[str, Callable[[bytes], bytes]] = {
    "UTF-8 with a mark": lambda data: codecs.BOM_UTF8 + data,
    "UTF-16 as PowerShell saves it": lambda data: codecs.BOM_UTF16_LE + data.decode().encode("utf-16-le"),
    "UTF-16 without a mark": lambda data: data.decode().encode("utf-16-le"),
    "UTF-16, big end first": lambda data: codecs.BOM_UTF16_BE + data.decode().encode("utf-16-be"),
    "UTF-16, big end first, without a mark": lambda data: data.decode().encode("utf-16-be"),
    "GBK": lambda data: ("开始训练\n" + data.decode()).encode("gbk", "replace"),
    "Windows line ends": lambda data: data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"),
    "Windows line ends, doubled": lambda data: data.replace(b"\n", b"\r\r\n"),
    "in colour": lambda data: each(data, b"\x1b[1;38;5;214m", b"\x1b[0m\x1b[K"),
    "docker logs -t": lambda data: each(data, b"2024-05-06T07:08:09.123456789Z "),
    "kubernetes": lambda data: each(data, b"2024-05-06T07:08:09.123456789Z stdout F "),
    "mpirun --tag-output": lambda data: each(data, b"[1,0]<stdout>:"),
    "torchrun --tee 3": lambda data: each(data, b"[default0]:"),
    "ray": lambda data: each(data, b"(RayTrainWorker pid=1234) "),
}


def shown(traces: list[Trace]) -> list[list[tuple[str, list[int], str]]]:
    return [[(one.name, one.steps.tolist(), str(one.values.tolist())) for one in trace.series] for trace in traces]


@pytest.mark.parametrize("saved", SAVED)
@pytest.mark.parametrize("name", TEXT)
def test_what_was_printed_is_read_however_it_was_saved(name, saved):
    file_name, data = example(name)

    claimed, found = opened(name, file_name, SAVED[saved](data))

    assert claimed
    assert shown(found) == shown(opened(name, file_name, data)[1])


@pytest.mark.parametrize("bar", [BAR, b"\r" + BAR, b"\r" + BAR + b"\r"], ids=["glued", "redrawn", "wiped"])
@pytest.mark.parametrize("name", [name for name in TEXT if name not in OWN_BARS])
def test_a_bar_before_a_line_hides_nothing_of_it(name, bar):
    file_name, data = example(name)

    claimed, found = opened(name, file_name, each(data, bar))

    assert claimed
    assert shown(found) == shown(opened(name, file_name, data)[1])
