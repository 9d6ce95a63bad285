"""Turns what a file holds into the `Trace` of one checkpoint (or of a saved list of numbers)."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Checkpoint, Curve, Group, Note, Optimizer, Series, Tensor, Trace
from diagnose.tables.lists import series_of
from diagnose.tensors.ahead import Wanted, scan_ahead
from diagnose.tensors.contents import Contents, sorted_out
from diagnose.tensors.inert import printable
from diagnose.tensors.matching import match
from diagnose.tensors.named_tensors import mapping_of, tensor_of
from diagnose.tensors.opened import Opened, incomplete
from diagnose.tensors.optimizer_state import State, last_step, read_optimizers
from diagnose.tensors.records import Damaged, Dense, Record
from diagnose.tensors.steps import step_of
from diagnose.tensors.summary import Allowance, Scanner, identity
from kb.refused import refused
from kb.text import Text

OVERLAP = 8  # times its own size a file may be read before its views are taken to be a trap


@dataclass
class Summaries:
    """Reads tensors through one scanner and remembers which could not be read, and why."""

    scanner: Scanner
    failed: dict[Text, list[str]] = field(default_factory=dict)

    def of(self, name: str, record: Record, *, closely: bool = False) -> Tensor:
        """The tensor's summary; one without figures when its elements cannot be had."""
        try:
            return self.scanner.summary(name, record, closely=closely)
        except Damaged as damage:
            if not _cut(record) or self.scanner.allowance.left < 0:
                self.failed.setdefault(damage.what, []).append(name)
        except OSError as error:
            why = refused(error)
            self.failed.setdefault(Text(f"reading failed: {why.en}", f"读取失败：{why.zh}"), []).append(name)
        return Tensor(name, record.dtype, record.shape, math.nan, math.nan, math.nan, math.nan, 0, 0)

    def number(self, value: Any) -> float | None:
        """A plain number, or the element of a zero-dimensional tensor; None for anything else."""
        if isinstance(value, (bool, complex)):
            return None
        if isinstance(value, (int, float)):
            return float(value) if abs(value) < 1e300 or not isinstance(value, int) else None
        record = tensor_of(value)
        if record is None or math.prod(record.shape) != 1:
            return None
        found = self.of("", record).values
        return found[0] if found else None

    def notes(self) -> list[Text]:
        """One sentence for every reason tensors were not read."""
        said: list[Text] = []
        for why, names in self.failed.items():
            first, more = ", ".join(names[:3]), len(names) - 3
            en = f"no statistics for {first}" + (f" and {more} more" if more > 0 else "")
            zh = f"{first}" + (f" 等 {len(names)} 个张量" if more > 0 else "") + " 没有统计量"
            said.append(Text(f"{en}: {why.en}", f"{zh}：{why.zh}"))
        return said


def _cut(record: Record) -> bool:
    """Whether the file lacks some of the row of bytes a tensor views, which is told for all such rows at once."""
    return isinstance(record, Dense) and incomplete([record.storage]) > 0


def trace_of(path: Path, form: str, opened: Opened) -> Trace:
    """The trace of a file of torch's that has been opened; its tensors are read here."""
    contents = sorted_out(opened.root, path.stem)
    summaries = Summaries(Scanner(Allowance(OVERLAP * opened.size + (64 << 20))))
    scan_ahead(summaries.scanner, _records(contents), path, tuple(opened.ledger.unsafe))
    series = _series(path, contents, summaries)
    checkpoint = _checkpoint(path, contents, summaries, tuple(opened.ledger.unsafe))
    anything = checkpoint.tensors or checkpoint.optimizer or checkpoint.scheduler or checkpoint.scaler
    said = [*opened.notes, *contents.notes, *summaries.notes(), *_foreign(opened)]
    if not anything and not series and not opened.notes and not contents.notes:
        said.append(Text("no tensors found: not a checkpoint", "没有找到张量：这不是检查点"))
    if opened.ledger.unsafe:
        said.append(_refused(opened.ledger.unsafe))
    return Trace(
        path,
        form,
        series=series,
        checkpoints=(checkpoint,) if anything or opened.ledger.unsafe else (),
        settings=contents.settings,
        notes=tuple(Note(str(path), one) for one in said),
    )


def _records(contents: Contents) -> Iterator[Wanted]:
    """Every tensor of a file that will be asked for, cheaply found."""
    yield from ((name, record, True) for name, record in (*contents.model.items(), *contents.average.items()))
    for optimizer in contents.optimizers:
        for entry in (mapping_of(optimizer.get("state")) or {}).values():
            found = ((str(key), tensor_of(part)) for key, part in (mapping_of(entry) or {}).items())
            yield from ((printable(key), record, False) for key, record in found if record is not None)


def _checkpoint(path: Path, contents: Contents, summaries: Summaries, unsafe: tuple[str, ...]) -> Checkpoint:
    tensors = {name: summaries.of(name, record, closely=True) for name, record in contents.model.items()}
    optimizer = None
    steps = None
    if contents.optimizers:
        try:
            groups, state = read_optimizers(contents.optimizers, summaries.of, summaries.number, contents.patience)
            optimizer = _matched(tensors, _tied(contents.model), groups, state)
            steps = last_step(state)
        except Damaged as damage:
            contents.notes.append(damage.what)
    numbers = _numbers(contents.numbers, summaries)
    return Checkpoint(
        path,
        tensors,
        step_of(path, numbers, steps),
        optimizer,
        contents.scheduler,
        _numbers(contents.scaler, summaries),
        numbers,
        unsafe,
        ema={name: summaries.of(name, record, closely=True) for name, record in contents.average.items()},
    )


def _matched(tensors: Mapping[str, Tensor], tied: Mapping[str, str], groups: list[Group], state: State) -> Optimizer:
    """The optimizer matched to the model; a tensor saved under two names is one parameter."""
    if not tensors:
        return Optimizer(tuple(groups), state)
    found = match({name: one for name, one in tensors.items() if name not in tied}, groups, state)
    held = {alias for alias, name in tied.items() if found.slot_of(name) is not None or name in found.uncertain}
    return replace(found, uncertain=found.uncertain | held)


def _tied(model: Mapping[str, Record]) -> dict[str, str]:
    """Names that mean the same elements as an earlier name, with that name."""
    first: dict[Any, str] = {}
    return {
        name: first[key] for name, record in model.items() if first.setdefault(key := identity(record), name) != name
    }


def _numbers(parts: Mapping[str, Any], summaries: Summaries) -> dict[str, float]:
    found = {key: summaries.number(value) for key, value in parts.items()}
    return {key: value for key, value in found.items() if value is not None}


def _series(path: Path, contents: Contents, summaries: Summaries) -> tuple[Series, ...]:
    found: dict[str, Curve] = {}
    for name, values in contents.histories.items():
        numbers = [summaries.number(value) for value in values]
        found[name] = np.array([math.nan if value is None else value for value in numbers], np.float64)
    return series_of(path, found)


def _foreign(opened: Opened) -> list[Text]:
    names = [name for name in opened.ledger.foreign if not name.startswith(("torch.", "argparse.", "__torch__."))]
    modules = [name for name in opened.ledger.foreign if name.startswith("torch.nn.")]
    if not names and not modules:
        return []
    shown = ", ".join((names or modules)[:4]) + (", …" if len(names or modules) > 4 else "")
    return [
        Text(
            f"loading it with torch needs the classes it names ({shown}); it was read here without them",
            f"用 torch 加载它需要其中提到的类（{shown}）；这里不需要它们也能读取",
        )
    ]


def _refused(unsafe: Mapping[str, None]) -> Text:
    shown = ", ".join(list(unsafe)[:4]) + (", …" if len(unsafe) > 4 else "")
    return Text(
        f"loading it with pickle would run {shown}; nothing was run here. Do not torch.load it",
        f"用 pickle 加载它会执行 {shown}；这里什么都没有执行。请勿用 torch.load 打开",
    )
