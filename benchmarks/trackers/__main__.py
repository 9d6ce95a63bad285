"""Has every tracker write its files with its own package, reads them, and writes down what differs.

``python -m benchmarks.trackers FOLDER`` makes the virtual environments of ``peers.txt`` and the files under FOLDER;
what is there already is kept, so a second call only compares.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from benchmarks.trackers.compare import Tally, compared

HERE = Path(__file__).parent


def written(folder: Path, name: str, program: str, packages: list[str]) -> Path:
    """The folder of files that the package wrote, in an environment of its own."""
    home, files = folder / f"{name}-env", folder / name
    if not files.is_dir():
        venv.create(home, with_pip=True)
        python = home / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=True)
        environment = {**os.environ, "WANDB_SILENT": "true", "WANDB_MODE": "offline"}
        subprocess.run(
            [python, HERE / program, files], check=False, env=environment, cwd=folder
        )  # one stops itself hard
    return files


def page(found: dict[str, Tally]) -> str:
    """The results as Markdown."""
    lines = [
        "# Files of trackers",
        "",
        "Made by `python -m benchmarks.trackers FOLDER`: each package, pinned in [peers.txt](peers.txt), writes",
        "runs; our readers read the files without it; steps, values and settings are compared bit for bit with",
        "what was logged.",
        "",
        "| written by | runs | series | points | settings | differences | never written |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, one in found.items():
        numbers = [one.counts[what] for what in ("runs", "series", "points", "settings")]
        cells = [name, *(f"{number:,}" for number in numbers), str(len(one.differences))]
        lines.append(f"| {' | '.join([*cells, str(one.counts['points never written'])])} |")
    lines += [
        "",
        "The runs hold nested and Chinese names, numbers from 5e-324 to 1.7e308, NaN and infinities, gaps and",
        "repeated steps, rows and settings of more than a block of 32 KiB, images, histograms, tables and words",
        "beside numbers, changed settings, a run started twice, nested and deleted runs, and runs stopped hard.",
        "*Never written*: points of runs stopped hard that W&B had not put into the file yet; what is there must",
        "be the beginning of what was logged.",
    ]
    every = [f"- {name}: {said}" for name, one in found.items() for said in one.differences]
    return "\n".join([*lines, *(["", "Differences:", "", *every] if every else [])]) + "\n"


def main() -> None:
    """Write, compare, and put down the results beside this program."""
    folder = Path(sys.argv[1]).resolve()
    found = {}
    for line in (HERE / "peers.txt").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            name, program, *packages = line.split()
            found[name] = compared(written(folder, name, program, packages))
    text = page(found)
    (HERE / "RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
