"""Joins what a trainer writes into a new file every epoch: ``metrics_epoch_0.json``, ``metrics_epoch_1.json``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from kb.text import Text

PLAIN = frozenset(("csv", "jsonl"))
NUMBER = re.compile(r"\d+")


def in_one(files: Mapping[Path, list[Trace]]) -> dict[Path, list[Trace]]:
    """The traces by file; those of files that hold a point each, and differ in a number of their names, in the first.

    Their steps must differ: else they are the results of several runs.
    """
    families: dict[tuple[Path, str], list[Path]] = {}
    for path, traces in files.items():
        if len(traces) == 1 and NUMBER.search(path.name) and _is_point(traces[0]):
            families.setdefault((path.parent, NUMBER.sub("#", path.name)), []).append(path)
    found = dict(files)
    for members in families.values():
        traces = [files[path][0] for path in members]
        steps = [{int(one.steps[0]) for one in trace.series} for trace in traces]
        if len(members) < 2 or any(len(one) > 1 for one in steps) or len(set().union(*steps)) < len(members):
            continue
        order = np.argsort([min(one) for one in steps])
        found[members[0]] = [_joined([traces[at] for at in order.tolist()])]
        for path in members[1:]:
            del found[path]
    return found


def _is_point(trace: Trace) -> bool:
    """Whether a trace is one record of a text; trackers, whose runs have numbers too, keep theirs together."""
    plain = trace.format in PLAIN and bool(trace.series)
    return plain and all(len(one) == 1 for one in trace.series)


def _joined(traces: list[Trace]) -> Trace:
    """One trace of all points, in the order given."""
    parts: dict[str, list[Series]] = {}
    for trace in traces:
        for one in trace.series:
            parts.setdefault(one.name, []).append(one)
    series = tuple(_end_to_end(some) for some in parts.values())
    last = traces[-1].path.name
    what = Text(
        f"a file for each epoch: {len(traces)}, up to {last}; read as one run",
        f"每个 epoch 一个文件：共 {len(traces)} 个，直到 {last}；合为一次运行",
    )
    first = traces[0]
    return replace(first, series=series, notes=(*first.notes, Note(str(first.path), what)))


def _end_to_end(parts: list[Series]) -> Series:
    walls = [one.wall for one in parts if one.wall is not None]
    return replace(
        parts[0],
        steps=np.concatenate([one.steps for one in parts]),
        values=np.concatenate([one.values for one in parts]),
        wall=np.concatenate(walls) if len(walls) == len(parts) else None,
    )
