"""Ask the peers, in their own environment, about the tables of all runs."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from benchmarks.diagnosis.plain import Row, write
from benchmarks.diagnosis.truths import Finding

CALLS = Path(__file__).with_name("peer_calls.py")
Answers = dict[str, dict[str, list[Finding]]]


def ask(tables: Mapping[str, list[Row]], python: Path, folder: Path) -> tuple[Answers, Counter[str]]:
    """Findings by peer and run, and how often each peer fell over."""
    for name, rows in tables.items():
        if rows:
            write(rows, folder / f"{name}.csv")
    done = subprocess.run([str(python), str(CALLS), str(folder)], capture_output=True, text=True, check=True)
    answers: Answers = {}
    broke: Counter[str] = Counter()
    for line in done.stdout.splitlines():
        told = json.loads(line)
        broke[told["peer"]] += "error" in told
        found = [Finding(name, severity) for name, severity in told.get("found", [])]
        answers.setdefault(told["peer"], {})[told["run"]] = found
    return answers, broke
