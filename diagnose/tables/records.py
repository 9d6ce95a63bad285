"""Parsed JSON into a table: which part of it is a history, and which of its values are points."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note
from diagnose.tables.apart import CALLED
from diagnose.tables.cells import number
from diagnose.tables.clock import counts
from diagnose.tables.evidence import BY_CLASS, speaks
from diagnose.tables.named_lists import DEEP, MANY, NUMBERED, SPELLED, are_things, by_class, named_lists, spoken
from diagnose.tables.naming import side_of
from diagnose.tables.pivot import TAGS, pivoted, tag_of
from diagnose.tables.points import are_pairs, framed, is_number, rows_of_points
from diagnose.tables.settings_within import SETTINGS, settings_within
from diagnose.tables.table import KINDS, LABELS, SPLITS, Column, Table
from kb.text import Text

SHORT = 10  # numbers in a list that a configuration may well hold
HISTORIES = ("log_history", "history", "logs", "log", "metrics", "results", "records", "epochs", "data")
COCO = ("AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl")
SO_FAR = re.compile(r"(\d{1,15})/\d{1,15}")
Row = Mapping[str, Any]


def tabled(
    path: Path,
    form: str,
    rows: Sequence[Row],
    lines: Sequence[int] = (),
    notes: Sequence[Note] = (),
    *,
    begun: int | None = None,
) -> Table:
    """One table out of objects that each hold some numbers; nested names are joined with ``/``.

    ``begun`` is the first line with a clock among those that are not given here.
    """
    flat = [dict(leaves(row)) for row in rows]
    split = _split(flat)
    tag = tag_of(dict.fromkeys(name for row in flat for name in row)) if any(TAGS & set(row) for row in flat) else None
    clocked = [any(counts(name) and is_number(one) for name, one in row.items()) for row in flat]
    if begun is not None:
        clocked = [one or line > begun for one, line in zip(clocked, lines, strict=True)]
    settings: dict[str, Any] = {}
    for row in rows[:1]:
        settings.update(
            item for name in SETTINGS & set(row) if isinstance(row[name], dict) for item in leaves(row[name])
        )
    first = clocked.index(True) if any(clocked) else len(flat) if begun is not None else 0
    for row in flat[:first]:  # mmcv and mmengine begin with a line on the machine and the seed
        settings.update(row)
    kept = [at for at in range(first, len(flat)) if any(is_number(one) for one in flat[at].values())]
    found: dict[str, tuple[list[int], list[float]]] = {}
    things: dict[str, set[str]] = {}
    for place, at in enumerate(kept):
        for name, one in flat[at].items():
            if is_number(one):
                places, values = found.setdefault(name.strip(), ([], []))
                if not places or places[-1] != place:  # two names that differ only in blanks
                    places.append(place)
                    values.append(as_float(one))
            elif isinstance(one, str) and name not in (split, tag):
                things.setdefault(name, set()).add(one[:200])
    said = list(notes)
    if why := _no_log(things, len(kept), clocked=any(clocked) or begun is not None):
        said.append(Note(str(path), why))
        found = {}
    columns = {
        name: Column(np.array(places, dtype=np.int64), np.array(values, dtype=np.float64))
        for name, (places, values) in found.items()
    }
    labels = [_label(flat[at].get(split, ""), split) for at in kept] if split is not None else []
    where = [lines[at] for at in kept] if lines else []
    called = next((name for row in flat for name, one in row.items() if name in CALLED and isinstance(one, str)), None)
    runs = [str(flat[at].get(called, "")) for at in kept] if called is not None else []
    table = Table(path, form, len(kept), columns, where, labels, (), said, settings, runs)
    return pivoted(table, [str(flat[at].get(tag, "")) for at in kept]) if tag is not None else table


def documented(path: Path, form: str, document: Any, notes: Sequence[Note] = ()) -> Table:
    """A whole JSON file as a table: rows, named lists, TensorBoard's triples, or nothing and why."""
    if isinstance(document, list) and document and all(_is_event(one) for one in document):
        every = np.arange(len(document))
        wall, step, value = (np.array([as_float(one[at]) for one in document]) for at in range(3))
        name = path.stem.split("-tag-", 1)[-1]  # the download carries the tag in its file name
        columns = {"wall_time": Column(every, wall), "step": Column(every, step), name: Column(every, value)}
        return Table(path, form, len(document), columns, notes=notes)
    settings = settings_within(document)
    document = framed(document)
    history = _paired(document) or rows_of_points(document, path.stem) or history_in(document)
    if isinstance(history, list):
        table = tabled(path, form, history, (), notes)
        return replace(table, settings={**settings, **table.settings})
    if history is None:
        what = Text("JSON, but no training history in it", "是 JSON，但其中没有训练历史")
        return Table(path, form, 0, {}, notes=notes or [Note(str(path), what)])
    columns = {}
    for name, values in history.items():
        rows = [at for at, one in enumerate(values) if is_number(one)]
        columns[name.strip()] = Column(np.array(rows, np.int64), np.array([as_float(values[at]) for at in rows]))
    lengths = sorted({len(values) for values in history.values()})
    if len(lengths) > 1:
        sizes = ", ".join(map(str, lengths))
        what = Text(
            f"lists of different lengths ({sizes}); each is counted from its own start",
            f"各列表长度不同（{sizes}）；各自从头计步",
        )
        notes = [*notes, Note(str(path), what)]
    return Table(path, form, lengths[-1], columns, notes=notes, settings=settings)


def history_in(document: Any, depth: int = 0) -> list[Row] | dict[str, list[Any]] | None:
    """The rows, or the named lists, of a JSON document that is a history; None when it is something else."""
    if isinstance(document, list):
        return [one for one in document if isinstance(one, dict)] or None
    if not isinstance(document, dict):
        return None
    for name in HISTORIES:
        inner = document.get(name)
        inner_rows = isinstance(inner, list) and any(isinstance(one, dict) for one in inner)
        if (inner_rows or isinstance(inner, dict)) and depth < DEEP and (found := history_in(inner, depth + 1)):
            return found if isinstance(found, list) else _beside(document, found)
    if rows := _numbered_rows(document):
        return rows
    every = dict(named_lists(document))
    lists = {name: one for name, one in every.items() if one and sum(map(is_number, one)) * 2 > len(one)}
    lists = {name: one for name, one in lists.items() if not BY_CLASS.search(name)}
    if not any(counts(name) for name in lists):
        named = {len(one) for one in every.values() if len(one) > 2 and are_things(one)}
        lists = {name: one for name, one in lists.items() if len(one) not in named}  # a score for each file or class
    others = sum(not isinstance(one, list | dict) for one in document.values())
    if others > len(lists) and max(map(len, lists.values()), default=0) < SHORT:
        return None  # a configuration with an image size and a mean in it
    lengths = {len(one) for name, one in lists.items() if counts(name) or speaks([name])}
    if lengths:  # beside a history, a list of another length is a setting: an image size, the weights of classes
        lists = {name: one for name, one in lists.items() if len(one) in lengths or speaks([name])}
    return {**lists, **by_class(every, {len(one) for one in lists.values()})} or None


def _beside(document: Row, history: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The named lists of a history, with lists of losses, scores or rates as long that stand beside it."""
    lengths = {len(one) for one in history.values()}
    lists = {name: one for name, one in document.items() if isinstance(one, list) and len(one) in lengths}
    more = {name: one for name, one in lists.items() if spoken(name) and all(map(is_number, one))}
    return {**history, **{name: one for name, one in more.items() if name not in history}}


def _paired(document: Any) -> list[Row]:
    """Lists of ``[step, value]``, one for each name, as rows in order of the step; none when it is something else.

    Beside plain lists of losses or scores pairs are something else: counts of two classes.
    """
    lists = dict(named_lists(document)) if isinstance(document, dict) else {}
    if any(one and is_number(one[0]) and spoken(name) for name, one in lists.items()):
        return []
    rows: dict[float, dict[str, Any]] = {}
    for name, one in lists.items():
        if one and are_pairs(one):
            for step, value in one:
                rows.setdefault(step, {"step": step})[name] = value
    return [rows[step] for step in sorted(rows)]


def as_float(one: float) -> float:
    """The number as a float; whole numbers beyond its range become infinite, as they would in training."""
    try:
        return float(one)
    except OverflowError:
        return float("inf") if one > 0 else float("-inf")


def _split(flat: Sequence[Row]) -> str | None:
    """The key that files each row under a word (``mode``: train or val), when there are few such words.

    A ``type`` or an ``event`` does when its words tell of both halves; of what else happens it may tell as well.
    """
    words: dict[str, set[str]] = {}
    for row in flat:
        for name in (*SPLITS, *KINDS):
            if isinstance(one := row.get(name), str):
                words.setdefault(name, set()).add(one)
    few = {name: found for name, found in words.items() if len(found) <= LABELS}
    sure = (name for name, found in few.items() if name in SPLITS or len({*map(side_of, found)} - {""}) > 1)
    return next(sure, None)


def _label(word: Any, split: str) -> str:
    return str(word) if split in SPLITS or side_of(str(word)) else ""


def leaves(row: Row, prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """What an object holds by its whole name, but for nulls, settings and lists that are no points."""
    spelled = any(isinstance(one, str) and SPELLED.fullmatch(one) and spoken(name) for name, one in row.items())
    for name, one in row.items():
        full = f"{prefix}/{name}" if prefix else str(name)
        if isinstance(one, dict):
            if depth < DEEP and name not in SETTINGS:
                yield from leaves(one, full, depth + 1)
        elif isinstance(one, list):
            yield from _elements(full, one)
        elif isinstance(one, str):
            yield _read_out(full, one, spelled=spelled)
        elif one is not None:
            yield full, one


def _elements(name: str, values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """The numbers of a list within a record: rates by group, scores by class, the twelve of COCO's evaluation."""
    coco = "coco_eval" in name and len(values) == len(COCO)
    if 0 < len(values) <= MANY and all(map(is_number, values)) and (coco or spoken(name)):
        names = COCO if coco else range(1, len(values) + 1)
        for one, value in zip(names, values, strict=True):
            yield (f"{name}/{one}" if len(values) > 1 else name), value


def _read_out(name: str, text: str, *, spelled: bool) -> tuple[str, Any]:
    """The number in a text: of a record that spells its loss (fairseq), or of how many (``"step/max": "10/939"``)."""
    if spelled and SPELLED.fullmatch(text):
        return name, float(text)
    if 1 < len(text) <= 80 and (text[-1] in ")%]") and spoken(name):  # str() of a tensor, or of a share
        with suppress(ValueError):
            found = number(text)
            return name, text if found is None else found
    bare = name.partition("/")[0]
    if counts(bare) and (match := SO_FAR.fullmatch(text)):
        return bare, int(match[1])
    return name, text


def _is_event(one: Any) -> bool:
    """A ``[wall time, step, value]`` of TensorBoard's JSON download."""
    return isinstance(one, list) and len(one) == 3 and all(map(is_number, one)) and as_float(one[0]) > 1e8


def _numbered_rows(document: Row) -> list[Row]:
    """``{"1": {"loss": 0.9}, "epoch_2": {...}}`` as rows with a clock."""
    rows: list[Row] = []
    for key, one in document.items():
        match = NUMBERED.fullmatch(key)
        if match is None or not isinstance(one, dict) or len(match[2]) > 15:
            return []
        rows.append({(match[1] or "epoch").lower(): int(match[2]), **one})
    return rows


def _no_log(things: Mapping[str, set[str]], rows: int, *, clocked: bool) -> Text | None:
    if clocked:
        return None
    if rows == 1:
        return Text(
            "one object of numbers without a step or epoch: a result, not a log",
            "只有一组数值，没有 step 或 epoch：是结果而不是日志",
        )
    name = next((name for name, words in things.items() if len(words) > max(2, rows // 2)), None)
    if name is None:
        return None
    return Text(
        f"a list of things ({name!r}) without a step or epoch: not a training log",
        f"这是一份清单（{name!r}），没有 step 或 epoch：不是训练日志",
    )
