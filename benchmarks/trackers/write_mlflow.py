"""Writes runs with the installed mlflow into its file store and its database; run with that package's own Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"

import mlflow  # type: ignore[import-not-found]
from truth import Truth, rows, write

SETTINGS = {"lr": 1e-3, "optimizer": "adam", "net/name": "pvt"}


def run(folder: Path, file: str, name: str, count: int, *, nested: bool = False) -> Truth:
    """A run with ``count`` rows, a child in it, parameters and a tag."""
    with mlflow.start_run(run_name=name, nested=nested) as started:
        database = file.endswith(".db")
        place = file if database else str(next(folder.glob(f"{file}/*/{started.info.run_id}")).relative_to(folder))
        truth = Truth(place, name if database else None)
        mlflow.log_params(SETTINGS)
        mlflow.set_tag("by", "us")
        truth.settings = {**SETTINGS, "by": "us"}
        for step, row in enumerate(rows(count)):
            mlflow.log_metrics(row, step=step)
            truth.add(row, step)
    return truth


def store(folder: Path, uri: str, file: str) -> None:
    """Several runs, one of them nested, one deleted, one with all its points at one step."""
    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("polyps")
    found = [run(folder, file, "calm-owl", 200), run(folder, file, "red-fox", 40)]
    with mlflow.start_run(run_name="parent"):
        found.append(run(folder, file, "child", 20, nested=True))
    with mlflow.start_run(run_name="gone") as gone:
        mlflow.log_metric("loss", 1.0)
    mlflow.delete_run(gone.info.run_id)
    write(folder, Path(file).stem + "-" + uri.split(":", 1)[0], found)


if __name__ == "__main__":
    target = Path(sys.argv[1]).resolve()
    target.mkdir(parents=True, exist_ok=True)
    store(target, f"sqlite:///{target}/mlflow.db", "mlflow.db")
    store(target, f"file://{target}/mlruns", "mlruns")
