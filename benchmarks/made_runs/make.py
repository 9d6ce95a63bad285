"""Make the runs of a part: train each, leave its traces in ``runs/``, and say what is true of it in ``truth/``."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from benchmarks.made_runs.fault import Fault, Variant, all_faults
from benchmarks.made_runs.healthy import healthy, well
from benchmarks.made_runs.history import Outcome
from benchmarks.made_runs.meddling import Meddle
from benchmarks.made_runs.recipe import Recipe
from benchmarks.made_runs.train import Training


@dataclass(frozen=True)
class Case:
    """One run to make; ``fault`` None is a healthy one."""

    name: str
    part: str
    recipe: Recipe
    fault: Fault | None = None
    variant: Variant | None = None


def cases(part: str, draw: int = 0) -> Iterator[Case]:
    """Every run of a part, in a fixed order; another ``draw`` has other seeds, data and teachers throughout."""
    for at, recipe in enumerate(healthy(part)):
        yield Case(f"healthy-{at:03}-{recipe.task}-{recipe.name}", part, _drawn(recipe, draw))
    for fault in all_faults():
        for at, given in enumerate(fault.variants(part)):
            twin = given.twin and _drawn(given.twin, draw)
            variant = replace(given, recipe=_drawn(given.recipe, draw), twin=twin)
            yield Case(f"{fault.name}-{at}-{variant.recipe.task}", part, variant.recipe, fault, variant)


def _drawn(recipe: Recipe, draw: int) -> Recipe:
    return replace(recipe, seed=recipe.seed + 20_000 * draw, data_seed=recipe.data_seed + 20_000 * draw)


def make_named(part: str, draw: int, out: Path, again: bool, name: str) -> str:
    """`make` for a worker process, which is told a name."""
    try:
        return make(_by_name(part, draw)[name], out, again=again)
    except Exception as error:  # noqa: BLE001 - one run that fails must not end the others; it stays unmade and is told
        return f"{name}: FAILED: {type(error).__name__}: {error}"


@lru_cache
def _by_name(part: str, draw: int) -> dict[str, Case]:
    return {case.name: case for case in cases(part, draw)}


def make(case: Case, out: Path, *, again: bool = False) -> str:
    """Train a case unless that was done; the outcome is judged anew. A line that says how it ended."""
    truth = out / "truth" / f"{case.name}.json"
    recipe = json.loads(json.dumps(case.recipe.numbers()))  # as it comes back from the file: lists for tuples
    known = json.loads(truth.read_text(encoding="utf-8")) if truth.exists() and not again else {}
    fresh = known.get("recipe") != recipe
    outcome = _trained(case, out / "runs" / case.name) if fresh else known["outcome"]
    told = {**_head(case), **_judgement(case, outcome, out), "outcome": outcome, "recipe": recipe}
    _write(truth, told)
    shown = "manifested" if told["manifested"] else ("accepted" if told["accepted"] else "NOT SHOWN")
    return f"{case.name}: {shown}{'' if fresh else ' (made already)'}"


def _trained(case: Case, folder: Path) -> Outcome:
    shutil.rmtree(folder, ignore_errors=True)
    meddle = case.variant.meddle if case.variant else Meddle()
    return Training(case.recipe, meddle, folder).run().outcome()


def _head(case: Case) -> dict[str, Any]:
    recipe = case.recipe
    said = ("network", "optimizer", "loss", "schedule", "batch", "seed")
    return {
        "run": case.name,
        "part": case.part,
        "kind": "fault" if case.fault else "healthy",
        "fault": case.fault.name if case.fault else "",
        **{name: getattr(recipe, name) for name in said},
    }


def _judgement(case: Case, outcome: Outcome, out: Path) -> dict[str, Any]:
    fault, variant = case.fault, case.variant
    if fault is None or variant is None:
        fine = well(outcome, case.recipe)
        return {"expected": [], "also": [], "causes": {}, "manifested": False, "accepted": fine}
    twin = _twin(variant.twin or variant.recipe, out)
    told = fault.causes(outcome) if callable(fault.causes) else fault.causes
    causes = {**told, **variant.causes}
    return {
        "expected": list(variant.symptoms or fault.symptoms),
        "also": list(fault.also),
        "causes": {symptom: list(words) for symptom, words in causes.items()},
        "trace": fault.trace,
        "criterion": fault.criterion,
        "manifested": bool(fault.shown(outcome, twin)),
        "accepted": False,
        "twin": twin,
    }


def _twin(recipe: Recipe, out: Path) -> Outcome:
    """The outcome of the same run without the mistake; trained once for all faults that share it."""
    path = out / "twins" / f"{recipe.key}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    outcome = Training(recipe, Meddle(), None).run().outcome()
    _write(path, outcome)
    return outcome


def _write(path: Path, value: object) -> None:
    """Whole or not at all, so that a run that was stopped is made again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(f".{os.getpid()}")
    beside.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
