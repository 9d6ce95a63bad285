"""Writes runs with the installed trackio, the last of them stopped hard; run with that package's own Python."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from truth import Truth, rows, write

if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    os.environ["TRACKIO_DIR"] = str(target)  # read on import
    import trackio  # type: ignore[import-not-found]

    found = []
    for name, count in (("calm", 200), ("red", 40), ("stopped", 30)):
        truth = Truth("polyps.db", name)
        truth.settings = {"lr": 1e-3, "model": {"name": "pvt", "deep": True}}
        trackio.init(project="polyps", name=name, config=truth.settings)
        for step, row in enumerate(rows(count)):
            logged = {**row, "val": {"iou": step / 7}, "note": "a word", "flag": True}
            trackio.log(logged, step=step * 5)
            truth.add(logged, step * 5)
        found.append(truth)
        if name != "stopped":
            trackio.finish()
    write(target, "trackio", found)
    time.sleep(5)  # what is logged goes to the file in a thread
    os._exit(0)
