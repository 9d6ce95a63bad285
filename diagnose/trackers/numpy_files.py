"""Takes lists of numbers out of ``.npy`` and ``.npz`` files; what is pickled in them is read inertly."""

from __future__ import annotations

import ast
import io
import re
import zipfile
import zlib
from typing import IO, Any

import numpy as np

from diagnose.run import Curve
from diagnose.tensors.arrays import Array
from diagnose.tensors.contents import sorted_out
from diagnose.tensors.inert import Patience
from diagnose.tensors.load import opened
from kb.parser_words import in_both
from kb.text import Text

MAGIC = b"\x93NUMPY"
Curves = dict[str, Curve]
MOST = 1 << 24  # points of a curve; beyond it is data
_UNPACKED = (ValueError, NotImplementedError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)
LONGEST = 1 << 16  # bytes of a header
_MEASURES = re.compile(
    r"(?<![a-z])(loss|losses|acc|accs|accuracy|dice|dsc|iou|miou|map|auc|f1|mae|mse|psnr|ssim|precision|recall|error|"
    r"err|lr|lrs|metric|metrics|score|scores|history|hist|log|logs|reward|rewards|grad|perplexity|ppl)s?(?![a-z])"
)


def measures(name: str) -> bool:
    """Whether a name says that what it stands for is measured during training."""
    return _MEASURES.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()) is not None


def lists_in(file: IO[bytes], size: int, name: str, said: list[Text]) -> Curves:
    """The curves of a ``.npy`` file of ``size`` bytes. Raises OSError."""
    file.seek(0)
    head = _head(file, said)
    if head is None:
        return {}
    kind, shape = head
    if kind == "O":
        return _pickled(file.read(size), name, said)
    if not measures(name) or len(shape) not in (1, 2) or (len(shape) == 2 and shape[1] > 16):
        return {}
    try:
        dtype = np.dtype(kind)
    except (TypeError, ValueError, SyntaxError):  # numpy parses "2,f8" as Python does
        return {}
    if dtype.kind not in "fiu" or dtype.itemsize > 8:
        return {}
    wanted = int(np.prod([*shape, 1], dtype=object))
    if wanted > MOST:
        return {}
    raw = file.read(wanted * dtype.itemsize)
    values = np.frombuffer(raw[: len(raw) // dtype.itemsize * dtype.itemsize], dtype).astype(np.float64)
    if len(values) < wanted:
        said.append(
            Text(f"cut short: {len(values)} of {wanted} numbers", f"文件不完整：{wanted} 个数中有 {len(values)} 个")
        )
    if len(shape) == 1:
        return {name: values} if len(values) > 1 else {}
    rows = values[: len(values) // shape[1] * shape[1]].reshape(-1, shape[1]) if shape[1] else values.reshape(0, 0)
    return {f"{name}.{at}": rows[:, at] for at in range(rows.shape[1])} if len(rows) > 1 else {}


def arrays_in(file: IO[bytes], size: int, name: str, said: list[Text]) -> Curves:
    """The curves of a ``.npz`` file of ``size`` bytes. Raises OSError and zipfile.BadZipFile."""
    found: Curves = {}
    patience = 8 * MOST + 2 * size  # bytes taken out of the archive, however small they are packed
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist()[:1000]:
            inner = member.filename.removesuffix(".npy")
            full = inner if measures(inner) else f"{name}/{inner}"
            if not measures(full) or member.file_size > patience:
                continue
            patience -= member.file_size
            try:
                with archive.open(member) as part:
                    found |= lists_in(io.BytesIO(part.read(member.file_size)), member.file_size, full, said)
            except _UNPACKED as error:
                why = in_both(str(error), Text(type(error).__name__, "数据已损坏"))
                said.append(
                    Text(
                        f"{member.filename}: cannot be unpacked ({why.en})",
                        f"{member.filename}：无法解压（{why.zh}）",
                    )
                )
    return found


def _head(file: IO[bytes], said: list[Text]) -> tuple[str, tuple[int, ...]] | None:
    """Kind of number and shape. The header is a Python dictionary; it is parsed as a literal."""
    start = file.read(8)
    wide = start[6:7] != b"\1"
    length = int.from_bytes(file.read(4 if wide else 2), "little")
    text = file.read(min(length, LONGEST)).decode("latin-1")
    try:
        told = ast.literal_eval(text.strip())
        kind, shape = told["descr"], told["shape"]
        good = (
            isinstance(kind, str) and isinstance(shape, tuple) and all(type(one) is int and one >= 0 for one in shape)
        )
    except (SyntaxError, ValueError, TypeError, KeyError, RecursionError, MemoryError):
        good = False
    if not start.startswith(MAGIC) or not good:
        empty = Text("the file is empty", "文件是空的")
        said.append(empty if not start else Text("the header of the file is damaged", "文件头已损坏"))
        return None
    return kind.lstrip("|") if "O" in kind else kind, shape


def _pickled(raw: bytes, name: str, said: list[Text]) -> Curves:
    """A dictionary or list of lists that numpy pickled, as Keras users keep ``history.history``."""
    found = opened(io.BytesIO(raw), len(raw))
    said += found.notes
    root: Any = found.root
    while isinstance(root, Array) and len(root.values) == 1:
        root = root.values[0]
    if isinstance(root, Array):
        root = root.values
    if found.ledger.unsafe:
        names = ", ".join(list(found.ledger.unsafe)[:4])
        said.append(
            Text(f"loading it would run {names}; nothing was run here", f"加载它会执行 {names}；这里什么都没有执行")
        )
    lists = sorted_out(root, name).histories
    number = Patience(MOST)
    curves: Curves = {}
    for key, values in lists.items():
        number.spend()
        curve = [float(one) for one in values if isinstance(one, int | float)]
        if len(curve) == len(values) and (measures(key) or measures(name)):
            curves[key] = np.array(curve)
    return curves
