"""Writes a run with the installed dvclive; run with that package's own Python."""

from __future__ import annotations

import sys
from pathlib import Path

from dvclive import Live  # type: ignore[import-not-found]
from truth import Truth, rows, write

if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    truth = Truth("dvclive")
    truth.settings = {"lr": 1e-3, "model": {"name": "pvt", "deep": True}, "epochs": 5}
    with Live(str(target / "dvclive"), save_dvc_exp=False, dvcyaml=None) as live:
        live.log_params(truth.settings)
        for step, row in enumerate(rows(200)):
            for name, value in row.items():
                live.log_metric(name, value, timestamp=name == "lr")
            truth.add(row, step)
            live.next_step()
    write(target, "dvclive", [truth])
