"""Reads one file with one program and prints a line of JSON; also runs where this project is not installed."""

import json
import resource
import sys
import time


def polars(path):
    import polars as pl

    yield
    frame = pl.read_csv(path)
    yield [frame[name].to_numpy() for name in frame.columns]


def pyarrow(path):
    from pyarrow import csv

    yield
    yield [column.to_numpy() for column in csv.read_csv(path).columns]


def duckdb(path):
    import duckdb

    yield
    yield list(duckdb.read_csv(path).fetchnumpy().values())


def pandas(path):
    import pandas as pd

    yield
    frame = pd.read_csv(path)
    yield [frame[name].to_numpy() for name in frame.columns]


def loadtxt(path):
    import numpy as np

    yield
    yield list(np.loadtxt(path, delimiter=",", skiprows=1).T)


def regex(path):
    import re
    from pathlib import Path

    yield
    for _ in re.finditer(rb"[0-9]+[.]?[0-9]*", Path(path).read_bytes()):
        pass
    yield []


def trainoscope(path):
    from pathlib import Path

    from diagnose.readers import HEAD, readers

    every = readers()
    yield
    with Path(path).open("rb") as file:
        head = file.read(HEAD)
    reader = next(one for one in every.values() if one.sniff(Path(path), head))
    traces = reader.read(Path(path))
    yield [traces[0].series[0].steps, *(one.values for trace in traces for one in trace.series)]  # noqa: PD011


def main() -> None:
    """``one.py PROGRAM FILE``."""
    program, path = sys.argv[1:]
    begun = time.perf_counter()
    work = globals()[program](path)
    next(work)
    loaded, before = time.perf_counter(), time.process_time()
    columns = next(work)
    done, after = time.perf_counter(), time.process_time()
    numbers = [float(column.astype("float64").sum()) for column in columns]
    told = {
        "import": loaded - begun,
        "read": done - loaded,
        "busy": after - before,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "points": sum(map(len, columns)),
        "sums": sorted(numbers),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
