"""What can be looked for, and what a checkpoint holds, as plain data for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from diagnose.contents import lacks, left_out
from diagnose.reports.json import as_plain
from diagnose.run import Checkpoint, Optimizer, Run, Tensor
from diagnose.tensor_table import norm, step_scale
from kb.collection import Library
from kb.text import Text

SYMPTOMS = "trainoscope.symptoms/1"
CHECKPOINTS = "trainoscope.checkpoints/1"


def symptoms(library: Library) -> dict[str, Any]:
    """Every symptom with the roles it looks at and the numbers it uses; every role with the line that logs it."""
    return {
        "schema": SYMPTOMS,
        "symptoms": [
            {
                "id": entry.id,
                "title": {"en": entry.title, "zh": entry.zh.title},
                "severity": entry.check.severity,
                "confidence": entry.check.confidence,
                "detector": entry.check.detector or None,
                "looks_at": list(dict.fromkeys(entry.check.watch.values())),
                "numbers": {name: as_plain(value) for name, value in entry.check.with_.items()},
            }
            for entry in library.values()
            if entry.check is not None
        ],
        "roles": [
            {"role": role, "log_it": logged.log_it}
            for entry in library.values()
            for role, logged in entry.logged_as.items()
        ],
    }


def checkpoints(runs: Sequence[Run]) -> dict[str, Any]:
    """Every checkpoint of every run, every tensor of each; numbers that JSON has no word for become text."""
    return {
        "schema": CHECKPOINTS,
        "checkpoints": [{"run": run.name, **_checkpoint(one)} for run in runs for one in run.checkpoints],
        "notes": [
            {"path": note.path, "line": note.line, "what": note.what.en, "what_zh": note.what.zh}
            for run in runs
            for note in run.notes
        ],
    }


def _checkpoint(one: Checkpoint) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "step": one.step,
        "parameters": sum(tensor.numel for tensor in one.tensors.values()),
        "tensors": [_tensor(tensor, one) for tensor in one.tensors.values()],
        "gates": list(one.gates),
        "ema": len(one.ema),
        "optimizer": _optimizer(one.optimizer, one) if one.optimizer else None,
        "scheduler": {name: _plain(value) for name, value in one.scheduler.items()},
        "scaler": {name: as_plain(value) for name, value in one.scaler.items()},
        "lacks": [_text(what) for what in lacks(one)],
        "unsafe": list(one.unsafe),
    }


def _tensor(tensor: Tensor, checkpoint: Checkpoint) -> dict[str, Any]:
    figures = {
        "min": tensor.minimum,
        "max": tensor.maximum,
        "mean": tensor.mean,
        "std": tensor.std,
        "norm": norm(tensor),
        "step_scale": step_scale(tensor, checkpoint),
    }
    return {
        "name": tensor.name,
        "shape": list(tensor.shape),
        "dtype": tensor.dtype,
        **{name: as_plain(value) for name, value in figures.items()},
        "zeros": tensor.zeros,
        "nonfinite": tensor.nonfinite,
    }


def _optimizer(optimizer: Optimizer, checkpoint: Checkpoint) -> dict[str, Any]:
    return {
        "matched": optimizer.matched,
        "groups": [
            {
                "parameters": len(group.slots),
                "names": [name for name in group.names if name],
                "numbers": {name: as_plain(value) for name, value in group.numbers.items()},
            }
            for group in optimizer.groups
        ],
        "with_state": sum(bool(state) for state in optimizer.state.values()),
        "in_no_group": left_out(checkpoint),
    }


def _plain(value: Any) -> Any:
    """What a scheduler keeps: numbers, words, and lists and mappings of these."""
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool) else as_plain(value)


def _text(text: Text) -> dict[str, str]:
    return {"en": text.en, "zh": text.zh}
