"""Measures a folder of many small runs: reading it, and the whole of `diagnose run` up to its first and last word.

    python -m benchmarks.fleet.run [--runs 10000] [--rounds 3] [--files FOLDER] [--write]

Every measurement is a fresh process; the programs take turns, and medians are shown. The files are read once before, so
that they lie in the page cache for all, and our modules are compiled, as those of an installed program are. A
`diagnose run` that takes longer than `PATIENCE` is stopped, and counts as that long. Beside the time on the
clock stands the processor's, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from benchmarks.events.run import peak_memory
from benchmarks.fleet.generate import EVENTS, RUNS, TAGS, fleet

RESULTS = Path(__file__).with_name("RESULTS.md")
BAR = 2.5  # times opening and reading the files
FIRST = 1.0  # seconds to the first finding on the screen
FAULTY = 4  # the number of a run that something is found in
PATIENCE = 400  # seconds for one `diagnose run`
ROOT = Path(__file__).parents[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=RUNS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=Path, help="where the generated runs are kept for the next time")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} beside this program")
    parser.add_argument("--one", nargs=2, metavar=("PROGRAM", "FOLDER"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measured(asked.one[0], Path(asked.one[1]))))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.files or Path(temporary) / "fleet"
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(temporary) / "compiled")
        if not folder.exists():
            fleet(folder, asked.runs)
        size = sum(len(Path(path).read_bytes()) for path in files(folder))
        report = compare(folder, asked.runs, asked.rounds, size)
    print(report)
    if asked.write:
        RESULTS.write_text(report, encoding="utf-8")


def compare(folder: Path, runs: int, rounds: int, size: int) -> str:
    """The report in Markdown."""
    took: dict[str, list[dict[str, float]]] = defaultdict(list)
    load = [os.getloadavg()[0]]
    diagnose(Path(files(folder)[FAULTY]).parent)  # compiles what it imports
    for _ in range(rounds):
        for program in PROGRAMS:
            one = fresh(program, folder)
            expected = {"bytes": size, "columns": runs * len(TAGS), "runs": runs * len(TAGS)}[program]
            assert one["counted"] == expected, (program, one, expected)
            took[program].append(one)
        took["diagnose"].append(diagnose(folder))
        load.append(os.getloadavg()[0])

    def median(program: str, what: str) -> float:
        return statistics.median(one[what] for one in took[program])

    limit = median("bytes", "read")
    lines = [
        INTRODUCTION.format(
            runs=f"{runs:,}",
            events=EVENTS,
            size=f"{size / 1e6:.0f} MB",
            rounds=rounds,
            machine=f"{os.cpu_count()} cores, {platform.machine()}, {platform.system()}, "
            f"CPython {platform.python_version()}",
            load=f"{min(load):.1f} to {max(load):.1f}",
        ),
        "| step | read, s (fastest to slowest) | times the limit | processor, s | times the limit | peak MB |",
        "|---|---|---|---|---|---|",
    ]
    for program, (name, _) in PROGRAMS.items():
        read, times = median(program, "read"), sorted(one["read"] for one in took[program])
        lines.append(
            f"| {name} | {read:.3f} ({times[0]:.3f} to {times[-1]:.3f}) | {read / limit:.2f} "
            f"| {median(program, 'cpu'):.3f} | {median(program, 'cpu') / median('bytes', 'cpu'):.2f} "
            f"| {median(program, 'peak'):.0f} |"
        )
    first, last = median("diagnose", "first"), median("diagnose", "last")
    curves, whole = median("columns", "read") / limit, median("runs", "read") / limit
    rate, count, peak = runs / last, median("diagnose", "lines"), median("diagnose", "peak")
    whole_run = [f"{last:.1f} s ({median('diagnose', 'last_cpu'):.1f} s of processor time)", f"{rate:,.0f} runs/s"]
    whole_run += [f"{count:.0f} lines printed", f"peak memory {peak:.0f} MB"]
    if stopped := sum(one["stopped"] for one in took["diagnose"]):
        whole_run.append(f"**stopped after {PATIENCE} s in {stopped:.0f} of {rounds} rounds**")
    lines.append(
        CLOSING.format(
            curves=f"{curves:.2f}",
            curves_met=_met(curves <= BAR),
            whole=f"{whole:.2f}",
            whole_met=_met(whole <= BAR),
            bar=BAR,
            first=f"{first:.2f}",
            first_cpu=f"{median('diagnose', 'first_cpu'):.2f}",
            first_met=_met(first <= FIRST),
            last=", ".join(whole_run),
        )
    )
    return "\n".join(lines)


INTRODUCTION = """# A folder of many small runs

Made by `python -m benchmarks.fleet.run --write`: {runs} runs of {events} events, {size}. Fresh processes taking
turns, medians of {rounds} rounds, files in the page cache, modules compiled before. *Read* begins with the folder, and
so includes finding the files, for the limit too; imports come before it, and count for the first finding and the whole
command. Every checksum is verified; every program counted the same.

{machine}. The machine is shared, with a load of {load} during the
rounds: ratios hold better than seconds.
"""
CLOSING = """
- Reading to curves: **{curves} times** finding, opening and reading the files (aim: at most {bar}; {curves_met}).
- Reading to runs with names, sources, order and notes: **{whole} times** (aim: at most {bar}; {whole_met}).
- First finding on the screen **{first} s** after the start of the process (aim: within 1 s; {first_met}); {first_cpu} s
  of processor time.
- The whole `diagnose run`, every symptom judged in every run:
  {last}.
"""


def _met(yes: bool) -> str:
    return "met" if yes else "not met"


def fresh(program: str, folder: Path) -> dict[str, float]:
    """One measurement in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.fleet.run", "--one", program, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
    return dict(json.loads(done.stdout))


def measured(program: str, folder: Path) -> dict[str, float]:
    """Import, read, and account for it, in this process."""
    read = PROGRAMS[program][1]()
    started, busy = time.perf_counter(), time.process_time()
    counted = read(folder)
    took = {"read": time.perf_counter() - started, "cpu": time.process_time() - busy}
    return {**took, "counted": counted, "peak": peak_memory()}


def diagnose(folder: Path) -> dict[str, float]:
    """Seconds from the start of the process to the first finding and to the end, and how many lines it printed."""
    command = [sys.executable, "-m", "cli.trainoscope_app", "diagnose", "run", str(folder), "--lang", "en"]
    started = time.perf_counter()
    first, first_cpu, lines = 0.0, 0.0, 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        late = threading.Timer(PATIENCE, process.kill)
        late.start()
        for line in process.stdout:
            lines += 1
            if not first and line.startswith("✗"):
                first, first_cpu = time.perf_counter() - started, _busy(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        late.cancel()
    assert process.returncode in (1, -signal.SIGKILL), process.returncode
    return {
        "stopped": process.returncode != 1,
        "first": first,
        "first_cpu": first_cpu,
        "last_cpu": usage.ru_utime + usage.ru_stime,
        "last": time.perf_counter() - started,
        "lines": lines,
        "peak": usage.ru_maxrss * 1024 / 1e6,
    }


def _busy(process: int) -> float:
    """Seconds of processor time a running process has used; NaN where the system does not tell."""
    try:
        words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def files(folder: Path) -> list[str]:
    """Every file below, found in the quickest way there is."""
    waiting, found = [str(folder)], []
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                (waiting if entry.is_dir(follow_symlinks=False) else found).append(entry.path)
    return sorted(found)


Reader = Callable[[Path], int]


def only_bytes() -> Reader:
    def read(folder: Path) -> int:
        counted = 0
        for path in files(folder):
            with open(path, "rb") as file:  # noqa: PTH123 - the quickest way there is
                counted += len(file.read())
        return counted

    return read


def columns() -> Reader:
    from diagnose.events.batch import read_many

    def read(folder: Path) -> int:
        return sum(len(events.columns) for events in read_many(map(Path, files(folder))))  # type: ignore[union-attr] # no file is missing

    return read


def runs_of() -> Reader:
    importlib.import_module("diagnose.readers.tensorboard")  # as the first event file would do it
    from diagnose.assemble import Survey

    return lambda folder: sum(len(run.series) for run in Survey([folder]).runs())


PROGRAMS: dict[str, tuple[str, Callable[[], Reader]]] = {
    "bytes": ("limit: find, open, read and close every file", only_bytes),
    "columns": ("**to curves** (`diagnose.events.batch.read_many`)", columns),
    "runs": ("**to runs** (`diagnose.assemble.Survey`), as `diagnose run` does", runs_of),
}

if __name__ == "__main__":
    main()
