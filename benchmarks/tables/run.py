"""Compares reading large tables and text logs with the fastest parsers: fresh processes that take turns."""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.tables.generate import LINES, log, table

HERE = Path(__file__).parent
PEERS = ("polars", "duckdb", "pandas", "pyarrow", "loadtxt")
ROWS = 1_000_000
RESULTS = HERE / "RESULTS.md"
Told = dict[str, Any]


def one(python: str, program: str, path: Path) -> Told:
    """One reading in a process of its own; ``whole`` is what the process took, start and imports included."""
    begun = time.perf_counter()
    done = subprocess.run(
        [python, str(HERE / "one.py"), program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(HERE.parents[1])},
    )
    told: Told = json.loads(done.stdout)
    return {**told, "whole": time.perf_counter() - begun}


def tables(folder: Path, peers: str, rounds: int) -> list[str]:
    """The table of a million rows, ours and the peers in turn; all must have read the same."""
    path = folder / "metrics.csv"
    if not path.exists():
        table(path, ROWS)
    size = path.stat().st_size / 1e6
    runs: dict[str, list[Told]] = {}
    for _ in range(rounds):
        for program in ("trainoscope", *PEERS):
            python = sys.executable if program == "trainoscope" else peers
            runs.setdefault(program, []).append(one(python, program, path))
    sums = runs["polars"][0]["sums"]
    for program, told in runs.items():
        assert all(math.isclose(a, b, rel_tol=1e-9) for a, b in zip(told[0]["sums"], sums, strict=True)), program
    best = min(statistics.median(run["whole"] for run in runs[peer]) for peer in PEERS)
    made = [
        f"## CSV\n\n{ROWS:,} rows of 12 columns, {size:.0f} MB; medians of {rounds} rounds.\n",
        "| program | import, s | read, s (fastest) | whole, s (fastest) | times the fastest peer | peak, x file |",
        "|---|---|---|---|---|---|",
    ]
    for program, told in runs.items():
        whole = [run["whole"] for run in told]
        read = [run["read"] for run in told]
        made.append(
            f"| {program} | {statistics.median(run['import'] for run in told):.2f} | {statistics.median(read):.2f} "
            f"({min(read):.2f}) | {statistics.median(whole):.2f} ({min(whole):.2f}) "
            f"| {statistics.median(whole) / best:.2f} | {max(run['peak'] for run in told) * 1.048576 / size:.1f} |"
        )
    return made


def kept() -> list[str]:
    """The table of before, where there are no peers to compare with anew."""
    before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
    return [before[before.index("## CSV") : before.index("\n## Text")]] if "## CSV" in before else []


def logs(folder: Path, size: int, rounds: int) -> list[str]:
    """Every text format, from the first byte to the traces."""
    made = [
        (
            f"\n## Text\n\nLook-alikes of {size} MB; medians of {rounds} rounds, fastest in brackets. "
            f"The load before them was {os.getloadavg()[0]:.1f} on {os.cpu_count()} "
            "cores, so the seconds of processor time say more than those of the clock. `times a regex` is that time "
            "over that of finding every number of the file with `re`, in turn.\n"
        ),
        "| lines of | MB | MB/s | MB per second of processor time | times a regex | points | peak, x file |",
        "|---|---|---|---|---|---|---|",
    ]
    paths = {form: log(folder, form, size * 1_000_000) for form in LINES}
    runs: dict[str, list[Told]] = {}
    plain: dict[str, list[float]] = {}
    for _ in range(rounds):
        for form, path in paths.items():
            runs.setdefault(form, []).append(one(sys.executable, "trainoscope", path))
            plain.setdefault(form, []).append(one(sys.executable, "regex", path)["busy"])
    for form, told in runs.items():
        megabytes = paths[form].stat().st_size / 1e6
        speed = [megabytes / run["read"] for run in told]
        busy = [run["busy"] for run in told]
        peak = max(run["peak"] for run in told) * 1.048576 / megabytes
        made.append(
            f"| {form} | {megabytes:.0f} | {statistics.median(speed):.0f} ({max(speed):.0f}) "
            f"| {megabytes / statistics.median(busy):.0f} ({megabytes / min(busy):.0f}) "
            f"| {statistics.median(busy) / statistics.median(plain[form]):.2f} | {told[0]['points']:,} | {peak:.1f} |"
        )
    return made


def main() -> None:
    """Run everything; ``--write`` puts it into RESULTS.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="where the files are made")
    parser.add_argument(
        "--peers", help="python of an environment with requirements.txt; without it the CSV table stays"
    )
    parser.add_argument("--size", type=int, default=200, help="megabytes of a text log")
    parser.add_argument("--rounds", type=int, default=5, help="of the CSV")
    parser.add_argument("--text-rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    told = parser.parse_args()
    told.folder.mkdir(parents=True, exist_ok=True)
    made = [
        "# Reading tables and text logs\n\nMade by `python -m benchmarks.tables.run`. Fresh processes taking turns, "
        "files in the page cache. The machine is shared: ratios hold better than seconds.\n\n"
        f"{platform.machine()}, {platform.system()}, CPython {platform.python_version()}, "
        f"numpy {np.__version__}; peers: " + ", ".join((HERE / "requirements.txt").read_text().split()) + ".\n"
    ]
    made += tables(told.folder, told.peers, told.rounds) if told.peers else kept()
    made += logs(told.folder, told.size, told.text_rounds)
    text = "\n".join(made) + "\n"
    print(text)
    if told.write:
        RESULTS.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
