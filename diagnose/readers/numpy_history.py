"""Reads curves kept with numpy: ``np.save`` of a list or a history dictionary, ``np.savez`` of several lists.

Pickled dictionaries are read without being unpickled. An array is a curve when its name says what it measures: lists
of numbers under other names may be anything.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from diagnose.run import Note, Series, Trace
from diagnose.tables.lists import series_of
from diagnose.trackers.numpy_files import MAGIC, Curves, arrays_in, lists_in
from kb.refused import unreadable
from kb.text import Text

FORMAT = "numpy_history"


def sniff(path: Path, head: bytes) -> bool:
    """A file of ``np.save`` or ``np.savez``."""
    return head.startswith(MAGIC) or (path.suffix.lower() == ".npz" and head.startswith(b"PK\x03\x04"))


def read(path: Path) -> list[Trace]:
    """One trace; every curve has the steps saved with it, or counts from 0."""
    said: list[Text] = []
    curves: Curves = {}
    try:
        with path.open("rb") as file:
            size = path.stat().st_size
            curves = (arrays_in if file.read(2) == b"PK" else lists_in)(file, size, path.stem, said)
    except OSError as error:
        said.append(unreadable(error))
    except zipfile.BadZipFile:
        said.append(Text("the archive is damaged or cut short", "压缩包已损坏或不完整"))
    if not curves and not said:
        said.append(Text("arrays, but none whose name says that it is a curve", "其中有数组，但名称都看不出是曲线"))
    return [Trace(path, FORMAT, series_of(path, curves), notes=tuple(Note(str(path), what) for what in said))]


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """A list of losses."""
    path = folder / "train_loss.npy"
    values = np.array([0.5, 0.25, np.nan])
    np.save(path, values)
    return path, [Trace(path, FORMAT, (Series("train_loss", np.arange(3), values, source=str(path)),))]
