"""Reads logs in JSON: one object a line (mmengine, detectron2, DeiT), a list of objects, or a history of lists."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.evidence import checked
from diagnose.tables.file_names import named_by_file
from diagnose.tables.jsontext import from_python, parsed, salvaged
from diagnose.tables.nested import unnested
from diagnose.tables.object_line import LABELS, bare, said_in_object
from diagnose.tables.points import in_folds, is_number, rows_of_points
from diagnose.tables.records import Row, documented, history_in, tabled
from diagnose.tables.sentinels import measured
from diagnose.tables.table import traces
from diagnose.tables.taken import merged, taken
from diagnose.tensors.shards import INDEX
from diagnose.trackers.catboost_files import is_ours
from diagnose.trackers.settings_names import holds_settings
from kb.refused import unreadable
from kb.text import Text

FORMAT = "jsonl"
WANDB_BESIDE = {  # what Weights & Biases puts beside a run: numbers with a step that are no curve
    "wandb-summary.json": Text(
        "the last value of every curve: a summary, not a log", "每条曲线的最后一个值：是汇总，不是日志"
    ),
    **dict.fromkeys(
        ("debug-internal.log", "debug-core.log"),
        Text("what W&B says of itself, not a training log", "W&B 自身的日志，不是训练日志"),
    ),
}
NAMES = (".json", ".jsonl", ".ndjson")
HISTORY = re.compile(r"\{\s*'[^'\n]{1,100}'\s*:\s*\[")  # str(history.history)
OBJECT = re.compile(r'\{\s*"[^"\n]{1,200}"\s*:[^\n]*(\}\s*(\n|\Z)|\Z)')


def sniff(path: Path, head: bytes) -> bool:
    """A .json or .jsonl that opens as JSON does; under any other name, a first line that is an object."""
    text = decoded(head)[0].lstrip()
    if is_binary(text) or text[:1] not in ("{", "[") or holds_settings(path, text) or path.name.endswith(INDEX):
        return False
    if is_ours(path, text):
        return False
    if path.suffix.lower() in NAMES or HISTORY.match(text) is not None:
        return True
    return OBJECT.match(text.replace("\r", "\n")) is not None


def read(path: Path) -> list[Trace]:
    """The numbers of every object; one trace for every run in the file, at least one."""
    try:
        data = path.read_bytes()
    except OSError as error:
        return [Trace(path, FORMAT, notes=(_note(path, unreadable(error)),))]
    text, encoding = decoded(data)
    del data  # large
    if path.name in WANDB_BESIDE:
        return [Trace(path, FORMAT, notes=(_note(path, WANDB_BESIDE[path.name]),))]
    notes = [] if encoding == "utf-8" else [_note(path, Text(f"read as {encoding}", f"按 {encoding} 编码读取"))]
    if not text.strip():
        notes.append(_note(path, Text("the file is empty", "文件是空的")))
        return [Trace(path, FORMAT, notes=tuple(notes))]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if HISTORY.match(text.lstrip()):
        text = from_python(text)
    bulk = taken(text, said_in_object, path, FORMAT, LABELS)
    every = [(number, line.strip()) for number, line in bulk.others]
    written = [line for _, line in every if line.strip("[], ")]
    whole = bulk.table.count + sum(1 for line in written if bare(line))
    count = bulk.table.count + len(written)
    if count > 1 and 2 * whole >= count:
        del text
        rows, where, damage = _rows(path, every, bulk.table.count)
        begun = int(bulk.lines[0]) if len(bulk.lines) else None
        few = tabled(path, FORMAT, rows, where, [*notes, *damage], begun=begun)
        return traces(checked(measured(merged(few, bulk.table))))
    document, wrong = salvaged(text)
    if wrong is not None:
        notes.append(_note(path, wrong))
    within: list[Text] = []
    document = unnested(document, path.stem, within)
    notes += [_note(path, what) for what in within]
    first = isinstance(document, dict) and len(written) == 1 and any(map(is_number, document.values()))
    if first and history_in(document) is None and not rows_of_points(document, path.stem):
        document = [document]  # a log after its first record
    found: list[Trace] = []
    for part in in_folds(document):
        said = [*notes, *([_note(path, part.what)] if part.what else [])]
        table = documented(path, FORMAT, part.document, [] if found and not part.what else said)
        found += traces(checked(measured(named_by_file(table))))
    return found


def _rows(path: Path, every: list[tuple[int, str]], others: int) -> tuple[list[Row], list[int], list[Note]]:
    """The objects that stand on a line of their own, the lines they stand on, and the lines that hold none.

    ``others`` is how many objects were read before.
    """
    rows: list[Row] = []
    where: list[int] = []
    broken: list[int] = []
    for number, line in every:
        if not line.strip("[], "):
            continue
        found, wrong = parsed(bare(line))
        if wrong is not None:
            found, _ = salvaged(bare(line))  # two records on one line
        objects = found if isinstance(found, list) else [found]
        good = [one for one in objects if isinstance(one, dict)]
        rows += good
        where += [number] * len(good)
        if not good:
            broken.append(number)
    notes = []
    if broken and broken[-1] == every[-1][0]:  # no line end after it: it was being written
        read = len(rows) + others
        what = Text(f"the last record is cut short; {read} read", f"最后一条记录不完整；已读取 {read} 条")
        notes.append(_note(path, what, broken.pop()))
    if broken:
        what = Text(
            f"lines that are not JSON objects: {len(broken)}; skipped", f"有 {len(broken)} 行不是 JSON 对象，已跳过"
        )
        notes.append(_note(path, what, broken[0]))
    return rows, where, notes


def _note(path: Path, what: Text, line: int | None = None) -> Note:
    return Note(str(path), what, line)


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two training records and an evaluation, as mmengine writes them."""
    path = folder / "scalars.json"
    path.write_text(
        '{"lr": 0.01, "loss": 0.9, "iter": 50, "step": 50}\n'
        '{"lr": 0.005, "loss": 0.5, "iter": 100, "step": 100}\n'
        '{"mIoU": 61.5, "step": 100}\n',
        encoding="utf-8",
    )
    series = [("lr", [50, 100], [0.01, 0.005]), ("loss", [50, 100], [0.9, 0.5]), ("mIoU", [100], [61.5])]
    made = tuple(
        Series(name, np.array(steps, np.int64), np.array(values, np.float64), source=str(path))
        for name, steps, values in series
    )
    return path, [Trace(path, FORMAT, made)]
