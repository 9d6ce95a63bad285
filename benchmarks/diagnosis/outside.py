"""Runs nobody made for this: labelled real logs, and labelled loss histories of OverfitGuard. Read where they lie."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from benchmarks.diagnosis.formulas import sagemaker
from benchmarks.diagnosis.ours import ours
from benchmarks.diagnosis.peers import ask
from benchmarks.diagnosis.plain import table
from benchmarks.diagnosis.score import Share, alarmed
from benchmarks.diagnosis.truths import Finding

LABELS = ("overfit", "non_overfit")

MEANT = {
    "overfitting": ("overfitting",),
    "nan": ("loss-nonfinite", "weights-nonfinite"),
    "diverged": ("loss-diverging", "loss-nonfinite", "lr-too-high"),
    "metric_zero": ("metric-stuck-at-zero", "metric-constant"),
    "stuck_plateau": (
        "loss-plateau",
        "loss-not-decreasing",
        "metric-plateau",
        "metric-constant",
        "metric-stuck-at-zero",
    ),
    "oscillating": ("loss-oscillating", "loss-spikes", "lr-too-high"),
    "lr_too_high": ("lr-too-high", "loss-diverging", "loss-nonfinite", "loss-oscillating", "loss-spikes"),
    "lr_too_low": ("lr-too-low", "still-improving", "lr-vanished", "loss-not-decreasing"),
    "late_improvement": ("still-improving",),
    "lr_constant": ("lr-constant",),
}
WELL = {"healthy", "converged_plateau", "lr_schedule_ok", "lr_constant", "late_improvement", "truncated",
        "resumed/duplicated steps"}  # fmt: skip
INFORMATIVE = {"healthy", "converged_plateau"}


def corpus(folder: Path) -> tuple[dict[str, Share], Share, list[str]]:
    """By label how many files show it, how many healthy files alarm, and a line for each miss and alarm."""
    hits: dict[str, list[bool]] = {label: [] for label in MEANT}
    healthy: list[bool] = []
    lines: list[str] = []
    with (folder / "MANIFEST.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["label_confidence"] in ("high", "medium")]
    for row in rows:
        labels = {one.strip() for one in row["labels"].replace("|", ";").split(";") if one.strip()}
        found, broke = ours(folder / row["local_path"])
        said = {one.symptom for one in found}
        for label in labels & set(MEANT):
            hits[label].append(bool(said & set(MEANT[label])))
            if not hits[label][-1]:
                lines.append(f"missed {label}: {row['local_path']} ({', '.join(sorted(said)) or 'nothing found'})")
        if labels & INFORMATIVE and labels <= WELL:
            healthy.append(alarmed(found))
            if healthy[-1]:
                alarms = sorted({one.symptom for one in found if one.severity != "info"})
                lines.append(f"alarm on {row['local_path']}: {', '.join(alarms)}")
        lines += [f"BROKE {one}: {row['local_path']}" for one in broke if not one.startswith("nothing read")]
    return (
        {label: Share(sum(seen), len(seen)) for label, seen in hits.items()},
        Share(sum(healthy), len(healthy)),
        lines,
    )


def overfitguard(folder: Path, python: Path | None) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of every program that says overfitting, at any severity: the label tells the shape."""
    paths = {path.stem + f"--{label}": path for label in LABELS for path in sorted((folder / label).glob("*.json"))}
    tables = {name: table(path) for name, path in paths.items()}
    answers = {"diagnose": {name: ours(path)[0] for name, path in paths.items()}}
    answers["SageMaker Debugger's formulas"] = {name: sagemaker(rows) for name, rows in tables.items()}
    if python:
        with tempfile.TemporaryDirectory() as place:
            answers |= ask(tables, python, Path(place))[0]
    return {program: _counted(paths, found) for program, found in answers.items()}


def _counted(names: Iterable[str], found: Mapping[str, list[Finding]]) -> dict[str, float]:
    counts = {"tp": 0, "fp": 0, "fn": 0, "tn": 0}
    for name in names:
        said = any("overfit" in one.symptom.lower() for one in found.get(name, []))
        true = name.endswith("--overfit")
        counts[("tp" if said else "fn") if true else ("fp" if said else "tn")] += 1
    precision = counts["tp"] / max(1, counts["tp"] + counts["fp"])
    recall = counts["tp"] / max(1, counts["tp"] + counts["fn"])
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return {**counts, "precision": precision, "recall": recall, "f1": f1}
