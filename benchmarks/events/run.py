"""Measures the event reader beside TensorBoard's own loaders and beside merely reading the bytes.

    python -m benchmarks.events.run [--rounds 3] [--files FOLDER] [--write]

Every measurement is a fresh process; the programs take turns, and medians are shown. What a program counts must be
what the generator wrote: a wrong answer is a failed run, not a fast one. The files are read once before, so that
they lie in the page cache for all.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.events import damage
from benchmarks.events.generate import WORKLOADS

RESULTS = Path(__file__).with_name("RESULTS.md")
OURS = "trainoscope"
BOARD = "EventAccumulator"
SERVER = "data server"
BARS = {  # how many times faster than each of them we mean to be
    "single": {BOARD: 200, SERVER: 20},
    "many": {BOARD: 75, SERVER: 8},
    "mixed": {BOARD: 50, SERVER: 4},
}
NEAR = 1.5  # times the whole process of merely reading the bytes, for the single file
MEMORY = 100  # MB
SLOW = {BOARD, "RawEventFileLoader"}  # measured in fewer rounds: they take minutes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="turns of the fast programs")
    parser.add_argument("--slow-rounds", type=int, default=3, help="turns of TensorBoard's loaders")
    parser.add_argument("--files", type=Path, help="where the generated files are kept for the next time")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} beside this program")
    parser.add_argument("--one", nargs=2, metavar=("PROGRAM", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one[0], Path(asked.one[1]))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.files or Path(temporary)
        report = "\n\n".join(compare(folder, name, asked.rounds, asked.slow_rounds) for name in WORKLOADS)
        report += f"\n\n{DAMAGE}\n\n{damage.table(folder / 'damage')}"
    report = f"{introduction(asked.rounds, asked.slow_rounds)}\n\n{report}\n"
    print(report)
    if asked.write:
        RESULTS.write_text(report, encoding="utf-8")


def compare(folder: Path, workload: str, rounds: int, slow_rounds: int) -> str:
    """The Markdown section of one workload."""
    make = WORKLOADS[workload]
    record = folder / f"{workload}.json"
    if not record.exists():
        record.write_text(json.dumps(make(folder / workload)))
    scalars = json.loads(record.read_text())
    paths = files(folder / workload)
    size = sum(len(path.read_bytes()) for path in paths)  # and all are in the page cache
    runs: dict[str, list[dict[str, float]]] = defaultdict(list)
    slow_turns = {
        turn * rounds // slow_rounds for turn in range(slow_rounds)
    }  # spread: a busy spell must hit all alike
    for turn in range(rounds):
        for program in PROGRAMS:
            if program not in SLOW or turn in slow_turns:
                run = fresh(program, folder / workload)
                counted = {"RawEventFileLoader": run["counted"], "bytes": size}.get(program, scalars)
                assert run["counted"] == counted, (program, workload, run["counted"], counted)
                runs[program].append(run)
    assert runs["RawEventFileLoader"][0]["counted"] == runs[OURS][0]["records"], "records"
    what = " ".join((make.__doc__ or "").split())
    return f"## {workload}\n\n{what} {len(paths)} file(s), {size / 1e6:.1f} MB.\n\n" + table(workload, scalars, runs)


def table(workload: str, scalars: int, runs: dict[str, list[dict[str, float]]]) -> str:
    def median(program: str, what: str) -> float:
        return statistics.median(run[what] for run in runs[program])

    ours = median(OURS, "read")
    lines = [
        "| program | rounds | read, s (fastest to slowest) | scalars/s | times ours | whole process, s | peak MB |",
        "|---|---|---|---|---|---|---|",
    ]
    for program, its in runs.items():
        read, times = median(program, "read"), sorted(run["read"] for run in its)
        speed = "" if program == "bytes" else f"{scalars / read:,.0f}"
        lines.append(
            f"| {PROGRAMS[program][0]} | {len(its)} | {read:.3f} ({times[0]:.3f} to {times[-1]:.3f}) | {speed} "
            f"| {read / ours:.2f} | {median(program, 'process'):.2f} | {median(program, 'peak'):.0f} |"
        )
    lines.append("")
    for peer, bar in BARS[workload].items():
        ratio = median(peer, "read") / ours
        lines.append(f"- **{ratio:.1f} times {peer}** (aim: at least {bar}; {'met' if ratio >= bar else 'not met'}).")
    if workload == "single":
        ratio = median(OURS, "process") / median("bytes", "process")
        met = "met" if ratio <= NEAR else "not met"
        lines.append(f"- Whole process: {ratio:.2f} times `np.fromfile(f).sum()` (aim: at most {NEAR}; {met}).")
    peak = max(run["peak"] for run in runs[OURS])
    met = "met" if peak < MEMORY else "not met"
    lines.append(f"- Peak memory {peak:.0f} MB (aim: below {MEMORY}; {met}).")
    return "\n".join(lines)


DAMAGE = """## Damage

2,000 scalars in 4 curves, damaged a quarter into the file (the cut and the zeros: where they say). Scalars found, and
what a user is told at the default log level. That every whole record is kept, wherever the damage lies, is tested in
`tests/test_events_damage.py`; equality with TensorBoard bit for bit in `tests/test_events_oracle.py`."""


def introduction(rounds: int, slow_rounds: int) -> str:
    import numpy as np
    import tensorboard
    import tensorboard_data_server

    found = importlib.util.find_spec("tensorflow")  # TensorBoard reads through it when it is there
    how = "with TensorFlow" if found else "without TensorFlow, so with its own Python record reader"
    return (
        "# Reading event files\n\n"
        "Made by `python -m benchmarks.events.run --write`. Fresh processes taking turns, medians of "
        f"{rounds} rounds ({slow_rounds} for TensorBoard's loaders), files in the page cache. *Read* is the time from "
        "the first call to the last number, imports excluded; *whole process* includes start-up and imports. "
        "All programs that count scalars or records counted the same. "
        "Peak memory of the data server is that of its client.\n\n"
        f"{platform.machine()}, {platform.system()}, CPython {platform.python_version()}, numpy {np.__version__}, "
        f"TensorBoard {tensorboard.__version__} {how}, data server {tensorboard_data_server.__version__}. "
        "The machine is shared: ratios hold better than seconds."
    )


def fresh(program: str, folder: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.events.run", "--one", program, str(folder)]
    started = time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=Path(__file__).parents[2])
    return {**json.loads(done.stdout), "process": time.perf_counter() - started}


def measure(program: str, folder: Path) -> dict[str, float]:
    """Import, read, and account for it, in this process."""
    paths = files(folder)
    read = PROGRAMS[program][1](folder)
    started = time.perf_counter()
    result = read(paths)
    took = time.perf_counter() - started
    return {"read": took, "peak": peak_memory(), **result}


def peak_memory() -> float:
    """The most memory this process has held, in MB; what it was forked from does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6


def files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*tfevents*"))


Reader = Callable[[list[Path]], dict[str, float]]


def ours(_: Path) -> Reader:
    from diagnose.events.batch import read_many
    from diagnose.events.event_file import read_events

    def read(paths: list[Path]) -> dict[str, float]:
        found = list(read_many(paths)) if len(paths) > 1 else [read_events(paths[0])]
        return {
            "counted": sum(len(steps) for events in found for steps, *_ in events.columns.values()),
            "records": sum(events.account.records for events in found),
        }

    return read


def event_accumulator(_: Path) -> Reader:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    guidance = {"scalars": 0, "tensors": 0, "images": 1, "histograms": 1, "compressedHistograms": 1, "audio": 1}

    def read(paths: list[Path]) -> dict[str, float]:
        counted = 0
        for path in paths:
            board = EventAccumulator(str(path), size_guidance=guidance)
            board.Reload()
            counted += sum(len(board.Scalars(tag)) for tag in board.Tags()["scalars"])
        return {"counted": counted}

    return read


def data_server(folder: Path) -> Reader:
    """TensorBoard's own fast way: the server written in Rust reads, and its client gets all points over gRPC."""
    from tensorboard import context
    from tensorboard.data import server_ingester
    from tensorboard.util import grpc_util

    series, last = SERIES[folder.name]

    def read(_: list[Path]) -> dict[str, float]:
        ingester = server_ingester.SubprocessServerDataIngester(
            server_ingester.get_server_binary(),
            str(folder),
            reload_interval=0,
            channel_creds_type=grpc_util.ChannelCredsType.LOCAL,
            samples_per_plugin={"scalars": 0},
        )
        ingester.start()
        asking, board = context.RequestContext(), ingester.data_provider
        while True:  # until it has read to the last step of every curve
            listed = board.list_scalars(asking, experiment_id="", plugin_name="scalars")
            steps = [one.max_step for tags in listed.values() for one in tags.values()]
            if len(steps) == series and min(steps) == last:
                break
            time.sleep(0.002)
        found = board.read_scalars(asking, experiment_id="", plugin_name="scalars", downsample=10**8)
        return {"counted": sum(len(points) for tags in found.values() for points in tags.values())}

    return read


def raw_loader(_: Path) -> Reader:
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader

    return lambda paths: {"counted": sum(sum(1 for _ in RawEventFileLoader(str(path)).Load()) for path in paths)}


def only_bytes(_: Path) -> Reader:
    import numpy as np

    def read(paths: list[Path]) -> dict[str, float]:
        counted = 0
        for path in paths:
            array = np.fromfile(path, np.uint8)
            array[: len(array) // 8 * 8].view(np.uint64).sum()
            counted += len(array)
        return {"counted": counted}

    return read


SERIES = {"single": (20, 49_999), "many": (2_000, 499), "mixed": (3, 19_999)}  # curves, and the last step of each
PROGRAMS: dict[str, tuple[str, Callable[[Path], Reader]]] = {
    OURS: ("**trainoscope**, every checksum verified", ours),
    "bytes": ("limit: `np.fromfile(f).sum()`", only_bytes),
    "RawEventFileLoader": ("RawEventFileLoader (frames and checksums, nothing decoded)", raw_loader),
    SERVER: ("TensorBoard's data server (Rust), through gRPC, no down-sampling", data_server),
    BOARD: ("EventAccumulator, size_guidance 0", event_accumulator),
}

if __name__ == "__main__":
    main()
