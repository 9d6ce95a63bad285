"""Time cold processes in turn (A B C A B C ...) and print medians and ratios: ``python -m benchmarks.startup``."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
KB = "import sys; from cli.kb_app import main; sys.exit(main())"
STRAIGHT = "import sys; from cli.start import main; sys.exit(main())"
DIAGNOSE = "import sys; from cli.diagnose_app import main; sys.exit(main())"
COMMANDS = {
    "python -c pass": ["-c", "pass"],
    "python -c 'import typer, rich'": ["-c", "import typer, rich"],
    "kb lookup sessile": ["-c", STRAIGHT, "lookup", "sessile"],
    "kb lookup 无蒂息肉": ["-c", STRAIGHT, "lookup", "无蒂息肉"],
    "kb lookup sesile-polip (a near name)": ["-c", STRAIGHT, "lookup", "sesile polip"],
    "kb lookup sessile --json": ["-c", KB, "lookup", "sessile", "--json"],
    "diagnose run examples/gate_left_out": ["-c", DIAGNOSE, "run", "examples/gate_left_out", "--fail-on", "never"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--out", type=Path, help="write the table to this file as well")
    arguments = parser.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for words in COMMANDS.values():  # what can be kept is kept from now on, and the page cache is warm
        subprocess.run([sys.executable, *words], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
    for _ in range(arguments.rounds):
        for name, words in COMMANDS.items():
            begin = time.perf_counter()
            subprocess.run([sys.executable, *words], cwd=ROOT, check=False, stdout=subprocess.DEVNULL)
            seconds[name].append(time.perf_counter() - begin)
    median = {name: statistics.median(taken) for name, taken in seconds.items()}
    bare, libraries = (median[name] for name in list(COMMANDS)[:2])
    rows = [
        "| cold process | median ms | x python | x typer + rich |",
        "|---|---:|---:|---:|",
        *(
            f"| `{name}` | {1000 * taken:.0f} | {taken / bare:.1f} | {taken / libraries:.2f} |"
            for name, taken in median.items()
        ),
    ]
    table = "\n".join(rows)
    print(table)
    if arguments.out:
        head = (
            f"# Start-up\n\nMedians of {arguments.rounds} interleaved rounds; trust the ratios, not the milliseconds.\n"
        )
        arguments.out.write_text(
            f"{head}Made by `python -m benchmarks.startup --out benchmarks/startup/RESULTS.md`.\n\n{table}\n",
            encoding="utf-8",
        )


if __name__ == "__main__":
    main()
