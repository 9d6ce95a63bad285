"""JSON logs with the json module: a step by the trainer's own key, a new run where it goes back."""

from __future__ import annotations

import json
from pathlib import Path

from . import Run, add, written

OPTIONAL = {"iter", "epoch", "step", "it", "iteration", "n_parameters", "total_flos", "num_input_tokens_seen"}


def runs(path: Path) -> list[Run]:
    text = path.read_text(encoding="utf-8")
    form = path.parts[-3]
    if form == "hf_trainer_state":
        rows = json.loads(text)["log_history"]
        return written([_run((row["step"], row) for row in rows)])
    rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    if form == "jsonl_deit_mae":
        return _split([(row.get("epoch", row.get("it")), True, row) for row in rows])
    if form == "detectron2":
        return _split([(row["iteration"], True, row) for row in rows])
    if form == "mmcv_text":
        rows = [row for row in rows if "mode" in row]
        length = max(row["iter"] for row in rows if row["mode"] == "train")
        for row in rows:
            for key in [key for key in row if key not in ("mode", "epoch", "iter", "step")]:
                row[f"{row['mode']}/{key}"] = row.pop(key)
        return _split([((row["epoch"] - 1) * length + row["iter"], row["mode"] == "train", row) for row in rows])
    shared = {key for row in rows if "loss" in row for key in row} - {"step"}
    evaluated = [{(f"val/{key}" if key in shared else key): value for key, value in row.items()} for row in rows]
    return _split(
        [
            (row["step"], "loss" in row, row if "loss" in row else other)
            for row, other in zip(rows, evaluated, strict=True)
        ]
    )


def _split(rows: list[tuple[float, bool, dict]]) -> list[Run]:
    """Runs: a training row below the one before it begins another; a validation row that counts epochs goes along."""
    found: list[list[tuple[float, dict]]] = []
    reached = None
    for step, trained, row in rows:
        if trained:
            if reached is None or step < reached:
                found.append([])
            reached = step
        place = step if trained or (reached is not None and step == reached) else reached
        found[-1].append((place, row))
    return written(_run(part) for part in found)


def _run(rows) -> Run:
    run: Run = {}
    for step, row in rows:
        for key, value in row.items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                continue
            add(run, f"?{key}" if key in OPTIONAL else key, step, value)
    return run
