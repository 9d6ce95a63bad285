"""Reads histories kept in YAML: a list of records, lists by name, records by epoch, or a document for each epoch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.clock import counts
from diagnose.tables.decode import decoded, is_binary
from diagnose.tables.evidence import checked, names_curve, speaks
from diagnose.tables.file_names import named_by_file
from diagnose.tables.naming import RATES, words
from diagnose.tables.nested import unnested
from diagnose.tables.points import is_number
from diagnose.tables.records import documented, history_in, leaves
from diagnose.tables.sentinels import measured
from diagnose.tables.table import traces
from diagnose.trackers.settings_names import YAML, holds_settings
from kb import foreign_yaml
from kb.refused import unreadable
from kb.text import Text

FORMAT = "yaml_history"
LARGEST = 32 << 20  # bytes; to build more takes minutes
LEAST = 3  # values of a list, or two records: else it is a setting


def sniff(path: Path, head: bytes) -> bool:
    """Whether it is YAML that no settings are kept in, and begins with losses or scores row by row or in lists."""
    if path.suffix.lower() not in YAML:
        return False
    text, _ = decoded(head)
    if is_binary(text) or holds_settings(path, text):
        return False
    return _is_history(_document(foreign_yaml.read(text).documents), path.stem)


def read(path: Path) -> list[Trace]:
    """The numbers of every record; one trace for every run in the file, at least one."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        return [Trace(path, FORMAT, notes=(Note(str(path), unreadable(error)),))]
    said: list[Text] = []
    if len(data) > LARGEST:
        data = data[: data.rfind(b"\n", 0, LARGEST) + 1]
        said.append(Text(f"read up to its first {LARGEST >> 20} MB", f"只读取了前 {LARGEST >> 20} MB"))
    found = foreign_yaml.read(decoded(data)[0])
    if found.wrong is not None:
        said.append(Text(f"{found.wrong.en}; what stands before it is read", f"{found.wrong.zh}；已读取此前的内容"))
    document = unnested(_document(found.documents), path.stem, said)
    notes = [Note(str(path), what) for what in said]
    if not _is_history(document, path.stem):
        what = Text("YAML, but no training history in it", "是 YAML，但其中没有训练历史")
        return [Trace(path, FORMAT, notes=(*notes, Note(str(path), what)))]
    return traces(checked(measured(named_by_file(documented(path, FORMAT, document, notes)))))


def _document(documents: list[Any]) -> Any:
    """The only document, or the list of them: some trainers append one each epoch."""
    kept = [one for one in documents if one is not None]
    return kept[0] if len(kept) == 1 else kept


def _is_history(document: Any, name: str) -> bool:
    """Whether a value holds records that tell of a loss or a score, or lists of them."""
    if isinstance(document, list) and names_curve(name) and len(document) >= LEAST and all(map(is_number, document)):
        return True
    history = history_in(document)
    if isinstance(history, dict):
        lists = [key for key, one in history.items() if len(one) >= LEAST and names_curve(key) and not _is_rate(key)]
        return bool(lists)
    rows = [dict(leaves(row)) for row in (history or ())[:10]]
    told = [row for row in rows if any(is_number(one) and _measures(key) for key, one in row.items())]
    return len(rows) > 1 and 2 * len(told) >= len(rows) and (_counted(rows) or len(rows) >= LEAST)


def _counted(rows: list[dict[str, Any]]) -> bool:
    return any(counts(key) for row in rows for key in row)


def _measures(key: str) -> bool:
    return speaks([key]) and not _is_rate(key)


def _is_rate(key: str) -> bool:
    return not RATES.isdisjoint(words(key)) and not speaks([word for word in words(key) if word not in RATES])


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Three epochs, a value of one of which is not a number."""
    path = folder / "history.yaml"
    path.write_text(
        "- {epoch: 1, loss: 0.75}\n- {epoch: 2, loss: .nan}\n- epoch: 3\n  loss: 0.25\n  val: {dice: 0.5}\n",
        encoding="utf-8",
    )
    loss = Series("loss", np.array([1, 2, 3], np.int64), np.array([0.75, np.nan, 0.25]), source=str(path))
    dice = Series("val/dice", np.array([3], np.int64), np.array([0.5]), source=str(path))
    return path, [Trace(path, FORMAT, (loss, dice))]
