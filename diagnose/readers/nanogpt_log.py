"""Reads what nanoGPT, llm.c, llama2.c and modded-nanogpt print: a step a line, often below a copy of the script."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.harvested import harvested
from diagnose.tables.said import Said
from diagnose.tables.table import traces
from diagnose.tables.textfile import head_text, no_numbers, no_signal, opened

FORMAT = "nanogpt"
KINDS = ("iter", "step", "of", "s", "bare", "llmc", "who")
SHORT = {"trl": "train/loss", "tel": "val/loss", "norm": "grad_norm"}  # llm.c saves letters
SHORT |= {"train": "train/loss", "val": "val/loss", "hella": "val/hellaswag accuracy"}  # and so does build-nanogpt
_TIME = r"(?:[^\n|]{0,60}%\|[^\n|]{0,200}\|[^\n\]]{0,80}\] ?)?(?:> ?)?(?:\[?\d[\d:/.,T \-]{6,30}\]? )?"
_LINE = re.compile(
    rf"^{_TIME}(?:"
    r"iter (?P<iter>\d{1,15}): (?=loss [^\s,]{1,40},)|step (?P<step>\d{1,15}): (?=(?:train|val) loss )|"
    r"step:(?P<of>\d{1,15})/\d{1,15} (?=(?:train|val)_loss:)|s:(?P<s>\d{1,15}) (?=(?:tel|trl|eval):)|"
    r"(?P<bare>\d{1,15}) \| (?=loss )|step +(?P<llmc>\d{1,15})/\d{1,15} \| (?=loss )|"
    r"(?P<who>\d{1,15}) (?=(?:train|val|hella) [-+\d.naif]{1,30}$)"
    r")(?P<pairs>[^\n]{1,400})",
    re.MULTILINE,
)
_PAIR = re.compile(r"(?P<name>(?:train |val )?[A-Za-z_]{1,40})[: ](?P<value>[^\s,|:]{1,40})")
_SPENT = re.compile(r"(?<=\| )(?P<value>\d{1,12}(?:\.\d{1,6})?) ?ms(?= *\||$)")  # llama2.c and llm.c give it no name
_AFTER = re.compile(rf"^{_TIME}val loss (?P<value>[-+]?(?:\d{{1,9}}\.\d{{1,9}}|nan|inf))\s*$")  # of the step above it
_UNIT = re.compile(r"(?:(?<=[\d.])|(?<=nan)|(?<=inf))(?:ms|%|s)$")
_SCRIPT = re.compile(r"open\(sys\.argv\[0\]\) as \w+:\s+code ?= ?f\.read\(\)")


def sniff(path: Path, head: bytes) -> bool:
    """A line of theirs among the first, or a log that opens with the script that wrote it."""
    text = head_text(head)
    if _LINE.search(text) is not None:
        return True
    return path.suffix.lower() in (".txt", ".log", ".out") and _SCRIPT.search(text) is not None


def read(path: Path) -> list[Trace]:
    """The numbers of every step; llm.c's ``trl``, ``tel`` and ``norm`` are written out."""
    text, notes = opened(path)
    harvest = harvested(text, _said, path, notes)
    del text  # large
    notes += no_numbers(path, harvest.damage)
    table = harvest.table(path, FORMAT, notes)
    if not table.count:
        return [Trace(path, FORMAT, notes=tuple(notes or [no_signal(path)]))]
    return traces(table)


def _said(line: str) -> Said | None:
    """The numbers of a step without their units; a validation repeats the times of the step before, which are left."""
    match = _LINE.search(line)
    if match is None:
        after = _AFTER.search(line)
        return Said("after", ("val loss",), (after.span("value"),)) if after else None
    kind = next(name for name in KINDS if match[name])
    pairs = list(_PAIR.finditer(line, *match.span("pairs")))
    if any(pair["name"] == "val_loss" for pair in pairs):
        pairs = [pair for pair in pairs if pair["name"] == "val_loss"]
    if not pairs:
        return None
    names = [SHORT.get(pair["name"], pair["name"]) for pair in pairs]
    spans = [(pair.start("value"), pair.end("value") - _unit(pair["value"])) for pair in pairs]
    if (match["llmc"] or match["bare"]) and (spent := _SPENT.search(line)):
        at = sum(span < spent.span("value") for span in spans)
        names.insert(at, "time")
        spans.insert(at, spent.span("value"))
    return Said(kind, ("step", *names), (match.span(kind), *spans))


def _unit(value: str) -> int:
    match = _UNIT.search(value)
    return len(match[0]) if match else 0


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """NanoGPT below a piece of its source: an evaluation, a loss that becomes NaN, a restart, a line cut short."""
    path = folder / "pretrain.log"
    path.write_text(
        'print(f"iter {n}: loss {l:.4f}, time {dt}ms, mfu {u}%")\n'
        "step 0: train loss 4.5, val loss 4.75\n"
        "iter 0: loss 4.5, time 250.00ms, mfu -100.00%\n"
        "iter 10: loss nan, time 125.00ms, mfu 12.50%\n"
        "step 0: train loss 4.25, val loss 4.5\n"
        "iter 0: loss 4.25, time 2",
        encoding="utf-8",
    )
    first = {
        "train loss": ([0], [4.5]),
        "val loss": ([0], [4.75]),
        "loss": ([0, 10], [4.5, np.nan]),
        "time": ([0, 10], [250.0, 125.0]),
        "mfu": ([0, 10], [-100.0, 12.5]),
    }
    second = {"train loss": ([0], [4.25]), "val loss": ([0], [4.5]), "loss": ([0], [4.25])}
    return path, [_made(path, first), _made(path, second)]


def _made(path: Path, curves: dict[str, tuple[list[int], list[float]]]) -> Trace:
    series = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, (steps, values) in curves.items()
    )
    return Trace(path, FORMAT, series, notes=(Note(str(path), no_signal(path).what),))
