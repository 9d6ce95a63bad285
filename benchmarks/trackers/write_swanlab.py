"""Writes an offline backup with the installed swanlab; run with that package's own Python."""

from __future__ import annotations

import sys
from pathlib import Path

import swanlab  # type: ignore[import-not-found]
from truth import Truth, rows, write

if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    found = []
    for name, count in (("calm", 400), ("red", 40)):
        settings = {"lr": 1e-3, "model": {"name": "pvt", "deep": True}, "sizes": [352, 416]}
        swanlab.init(project="polyps", experiment_name=name, mode="offline", logdir=str(target), config=settings)
        (folder,) = {one.parent for one in target.glob("*/*.swanlab")} - {target / Path(one.file) for one in found}
        truth = Truth(str(folder.relative_to(target)))
        truth.settings = settings
        for step, row in enumerate(rows(count)):
            logged = {**row, "val": {"iou": step / 7}, "zero": 0, "数": step * 0.1}
            swanlab.log(logged, step=step * 3)
            truth.add(logged, step * 3)
        swanlab.finish()
        found.append(truth)
    write(target, "swanlab", found)
