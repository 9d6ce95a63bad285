"""Measures the checkpoint scan beside the straightforward torch loop, merely reading the bytes, and importing torch.

    python -m benchmarks.checkpoints.run [--rounds 5] [--megabytes 2000] [--write]

Every measurement is a fresh process; the programs take turns, and medians are shown. Both scans must find the same
figures for every tensor: a wrong answer is a failed run, not a fast one. The file is read once before, so that it
lies in the page cache for all.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).with_name("RESULTS.md")
ROOT = Path(__file__).parents[2]
FIGURES = ("minimum", "maximum", "mean", "std", "zeros", "nonfinite")
OURS, LOOP, LIMIT, IMPORT = "trainoscope", "torch loop", "bytes", "import torch"
COMMAND, SMALL = "diagnose run", "diagnose run, small"
SMALL_MEGABYTES = 48
START = "import sys; from cli.diagnose_app import main; sys.exit(main())"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5, help="turns of each program")
    parser.add_argument("--megabytes", type=int, default=2000, help="size of the generated file")
    parser.add_argument("--write", action="store_true", help=f"write {RESULTS.name} beside this program")
    parser.add_argument("--one", nargs=2, metavar=("PROGRAM", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        print(json.dumps(measure(asked.one[0], Path(asked.one[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.pt"
        # in a process of its own: what this one has held in memory would count as the peak of its children
        module, root = "benchmarks.checkpoints.generate", ROOT
        subprocess.run([sys.executable, "-m", module, str(path), str(asked.megabytes)], check=True, cwd=root)
        small = Path(folder) / "small.pt"
        subprocess.run([sys.executable, "-m", module, str(small), str(SMALL_MEGABYTES)], check=True, cwd=root)
        fresh(LIMIT, path)
        report = compare(path, small, asked.rounds)
    print(report)
    if asked.write:
        RESULTS.write_text(report, encoding="utf-8")


def compare(path: Path, small: Path, rounds: int) -> str:
    size = path.stat().st_size
    runs: dict[str, list[dict]] = defaultdict(list)
    for _ in range(rounds):
        for program in PROGRAMS:
            runs[program].append(fresh(program, path))
        runs[COMMAND].append(command(path))
        runs[SMALL].append(command(small))
    ours, theirs = runs[OURS][0]["figures"], runs[LOOP][0]["figures"]
    differing = [name for name in theirs if not agree(ours[name], theirs[name])]
    assert ours.keys() == theirs.keys(), "tensors"
    assert not differing, differing
    return introduction(size, len(ours), rounds) + "\n\n" + table(size, runs) + "\n"


def agree(ours: list[float], theirs: list[float]) -> bool:
    """Counts and extremes exactly; mean and spread to torch's own float32 accuracy."""
    exact = all(one == other for one, other in zip((*ours[:2], *ours[4:]), (*theirs[:2], *theirs[4:]), strict=True))
    size = max(abs(theirs[0]), abs(theirs[1]))
    return exact and all(math.isclose(ours[at], theirs[at], rel_tol=1e-3, abs_tol=1e-6 * size) for at in (2, 3))


def table(size: int, runs: dict[str, list[dict]]) -> str:
    def median(program: str, what: str) -> float:
        return statistics.median(run[what] for run in runs[program])

    lines = [
        "| program | scan, s (range) | GB/s | times ours | CPU, s | whole process, s | times ours | peak MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for program, its in runs.items():
        process, peak, spent = (median(program, what) for what in ("process", "peak", "spent"))
        scanned = program not in (IMPORT, COMMAND, SMALL)
        scan, times = median(program, "scan") if scanned else 0.0, sorted(run.get("scan", 0.0) for run in its)
        lines.append(
            f"| {NAMES[program]} "
            + (f"| {scan:.3f} ({times[0]:.3f} to {times[-1]:.3f}) | {size / scan / 1e9:.2f} " if scanned else "| | ")
            + (f"| {scan / median(OURS, 'scan'):.2f} " if scanned else "| ")
            + f"| {spent:.2f} | {process:.2f} | {process / median(OURS, 'process'):.2f} | {peak:.0f} |"
        )
    first, whole = median(COMMAND, "first"), median(COMMAND, "process")
    lines += ["", f"`diagnose run` told of the NaN after {first:.2f} s of {whole:.2f} s."]
    return "\n".join(lines)


def introduction(size: int, tensors: int, rounds: int) -> str:
    import numpy as np
    import torch

    return (
        "# Scanning a checkpoint\n\n"
        f"Made by `python -m benchmarks.checkpoints.run --write`: {size / 1e6:.0f} MB, {tensors} tensors of float32 "
        f"and bfloat16, one NaN. Fresh processes taking turns, medians of {rounds} rounds, file in the page cache. "
        "*Scan* is from opening the file to the last figure, imports excluded; *CPU* is the time all threads and "
        "processes were at work, start-up and imports included; *whole process* is what a clock shows. The scans give "
        "minimum, maximum, mean, standard deviation, zeros and non-finite elements of every tensor, and gave the same. "
        "Ours uses two processes, and torch two threads; merely reading uses one.\n\n"
        f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, CPython {platform.python_version()}, "
        f"numpy {np.__version__}, torch {torch.__version__}. The machine is shared (load "
        f"{os.getloadavg()[0]:.0f}): ratios hold better than seconds, and two wait where one would not."
    )


def fresh(program: str, path: Path) -> dict:
    """One measurement in a process of its own."""
    module = [sys.executable, "-m", "benchmarks.checkpoints.run", "--one", program, str(path)]
    found = timed(module, subprocess.PIPE, None)
    return {**json.loads(found.pop("said")), **found}


def command(path: Path) -> dict:
    """The whole command as users give it, and after how many seconds it first said something of the file."""
    return timed([sys.executable, "-c", START, "run", str(path)], None, subprocess.PIPE)


def timed(program: list[str], out: int | None, err: int | None) -> dict:
    started = time.perf_counter()
    going = subprocess.Popen(program, stdout=out or subprocess.DEVNULL, stderr=err, cwd=ROOT)
    first = 0.0
    if going.stderr is not None:
        going.stderr.readline()
        first = time.perf_counter() - started
        going.stderr.read()
    said = going.stdout.read() if going.stdout is not None else b""
    _, _, used = os.wait4(going.pid, 0)
    going.returncode = 0
    took = time.perf_counter() - started
    spent = used.ru_utime + used.ru_stime
    return {"said": said, "first": first, "process": took, "spent": spent, "peak": used.ru_maxrss / 1024}


def measure(program: str, path: Path) -> dict:
    """Import, scan, and account for it, in this process."""
    scan = PROGRAMS[program][1]()
    started = time.perf_counter()
    figures = scan(path)
    took = time.perf_counter() - started
    return {"scan": took, "figures": figures}


Scan = Callable[[Path], dict[str, list[float]]]


def ours() -> Scan:
    from diagnose.readers import torch_checkpoint

    def scan(path: Path) -> dict[str, list[float]]:
        tensors = torch_checkpoint.read(path)[0].checkpoints[0].tensors
        return {name: [getattr(one, figure) for figure in FIGURES] for name, one in tensors.items()}

    return scan


def torch_loop(threads: int = 0) -> Scan:
    import torch

    if threads:
        torch.set_num_threads(threads)

    def scan(path: Path) -> dict[str, list[float]]:
        found = {}
        for name, tensor in torch.load(path, weights_only=True).items():
            values = tensor.float()
            good = torch.isfinite(values)
            bad = int((~good).sum())
            values = values[good] if bad else values
            spread = values.std(unbiased=False)
            figures = (values.min(), values.max(), values.mean(), spread, (values == 0).sum())
            found[name] = [*(float(one) for one in figures), bad]
        return found

    return scan


def only_bytes() -> Scan:
    import numpy as np

    def scan(path: Path) -> dict[str, list[float]]:
        buffer = np.empty(1 << 17, np.uint64)
        with path.open("rb", buffering=0) as file:
            while got := file.readinto(buffer):
                buffer[: got // 8].sum()
        return {}

    return scan


def only_import() -> Scan:
    import torch

    assert torch
    return lambda _: {}


PROGRAMS: dict[str, tuple[str, Callable[[], Scan]]] = {
    OURS: ("**trainoscope**", ours),
    LIMIT: ("limit: reading 1 MiB at a time and adding up", only_bytes),
    LOOP: ("torch.load and one call a figure, all cores", torch_loop),
    "torch loop, 1 thread": ("the same, one thread", lambda: torch_loop(1)),
    IMPORT: ('`python -c "import torch"`', only_import),
}
NAMES = {name: shown for name, (shown, _) in PROGRAMS.items()} | {
    COMMAND: "**`diagnose run FILE`**",
    SMALL: f"**`diagnose run FILE`** of {SMALL_MEGABYTES} MB",
}

if __name__ == "__main__":
    main()
