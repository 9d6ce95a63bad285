"""Time installed commands as cold processes, in turn (A B C A B C ...): ``python -m benchmarks.startup --write``.

A wheel of this checkout and the Python client of tldr are each installed into an environment of their own. Ratios are
those of the medians; the seconds of the processor say the same with less noise than those of the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PAGE = """# tar

> Archiving utility.
> More information: <https://www.gnu.org/software/tar>.

- Create an archive from files:

`tar cf {{target.tar}} {{file1 file2}}`

- Extract an archive into the current folder:

`tar xf {{source.tar}}`

- List what an archive holds:

`tar tvf {{source.tar}}`
"""
PYTHON, TLDR = "`python -c pass`", "`tldr tar`, its page cached"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--write", action="store_true", help="write RESULTS.md beside this file")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONPATH", None)  # pip would find this checkout on it, and install nothing
    with tempfile.TemporaryDirectory() as room:
        work = Path(room)
        ours, theirs = installed(work / "ours", wheel(work)), installed(work / "theirs", "tldr==3.4.4")
        cached(work / "cache")
        rows = measured(commands(ours, theirs), work, arguments.rounds)
    table = "\n".join(
        [
            "| cold process | clock, median ms | x python | processor, median ms | x python | x tldr |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {name} | {1000 * wall:.0f} | {wall / rows[PYTHON][0]:.2f} | {1000 * cpu:.1f}"
                f" | {cpu / rows[PYTHON][1]:.2f} | {wall / rows[TLDR][0]:.2f} |"
                for name, (wall, cpu) in rows.items()
            ),
        ]
    )
    print(table)
    if arguments.write:
        head = (
            f"# Start-up\n\nMedians of {arguments.rounds} interleaved rounds of installed commands, output into a pipe;"
            " trust the ratios, not the milliseconds.\nMade by `python -m benchmarks.startup --write`.\n"
        )
        (HERE / "RESULTS.md").write_text(f"{head}\n{table}\n", encoding="utf-8")


def commands(ours: Path, theirs: Path) -> dict[str, list[str]]:
    """What is timed, by the name it has in the table; the first and the last are what the others are held against."""
    kb = str(ours / "kb")
    starter = [str(ours / "python"), "-c", "import re, sys; from cli.start import main; sys.exit(main())"]
    return {
        PYTHON: [str(ours / "python"), "-c", "pass"],
        "`kb lookup sessile`": [kb, "lookup", "sessile"],
        "`kb lookup 无蒂息肉`": [kb, "lookup", "无蒂息肉"],
        "`kb lookup sessile`, from a starter that imports `re`": [*starter, "lookup", "sessile"],
        "`kb lookup sesile polip`, a slip": [kb, "lookup", "sesile polip"],
        "`kb lookup 无带息肉`, a slip": [kb, "lookup", "无带息肉"],
        "`kb lookup sessile --json`": [kb, "lookup", "sessile", "--json"],
        "`kb ask what is a sessile polyp`": [kb, "ask", "what is a sessile polyp"],
        "`kb ask 损失一直不降怎么办`": [kb, "ask", "损失一直不降怎么办"],
        "`kb ask why does my loss become nan`": [kb, "ask", "why does my loss become nan"],
        "`diagnose run examples/gate_left_out`": [str(ours / "diagnose"), "run", str(ROOT / "examples/gate_left_out")],
        "`python -c 'import numpy, typer'`": [str(ours / "python"), "-c", "import numpy, typer"],
        TLDR: [str(theirs / "tldr"), "tar"],
    }


def measured(timed: dict[str, list[str]], work: Path, rounds: int) -> dict[str, tuple[float, float]]:
    """Medians of the seconds by the clock and of the processor; the first round is not counted."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "PYTHON", "XDG_"))}
    told |= {"XDG_CACHE_HOME": str(work / "cache"), "XDG_DATA_HOME": str(work / "data"), "TLDR_NETWORK_ENABLED": "0"}
    told |= {"LANG": "C.UTF-8"}
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in timed}
    for at in range(rounds + 1):
        for name, words in timed.items():
            begin, used = time.perf_counter(), _processor()
            subprocess.run(words, cwd=work, env=told, check=False, capture_output=True)
            if at:
                seconds[name].append((time.perf_counter() - begin, _processor() - used))
    return {name: tuple(map(statistics.median, zip(*taken, strict=True))) for name, taken in seconds.items()}


def wheel(work: Path) -> str:
    """A wheel of this checkout."""
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(work / "dist"), str(ROOT)],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    (made,) = (work / "dist").glob("*.whl")
    return str(made)


def installed(folder: Path, what: str) -> Path:
    """A new environment with this package; gives the folder of its commands."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    pip = [str(python), "-m", "pip", "install", "--quiet", "-c", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, what], check=True)
    subprocess.run([str(python), "-m", "compileall", "-q", str(folder / "lib")], check=False)  # pip may be told not to
    return folder / "bin"


def cached(folder: Path) -> None:
    """The page that tldr is asked for, where it looks first."""
    for name in ("linux", "common"):
        page = folder / "tldr" / "pages" / name / "tar.md"
        page.parent.mkdir(parents=True)
        page.write_text(PAGE, encoding="utf-8")


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
