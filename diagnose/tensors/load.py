"""Opens whatever a file of ``torch.save`` or ``pickle.dump`` turns out to be, and runs none of it."""

from __future__ import annotations

import io
from typing import IO, Any

from diagnose.tensors.archive import MAGIC as ZIP
from diagnose.tensors.archive import read_archive
from diagnose.tensors.inert import Ledger, Thing
from diagnose.tensors.legacy import read_pickles
from diagnose.tensors.opened import Opened, remedy
from diagnose.tensors.records import Damaged
from kb.refused import refused
from kb.text import Text

DEEPEST = 2  # files inside strings inside files


def opened(file: IO[bytes], size: int, *, ledger: Ledger | None = None, depth: int = 0) -> Opened:
    """What an open binary file of ``size`` bytes holds; damage is told in its notes, never raised."""
    found = Opened(size=size, ledger=ledger or Ledger(most_copied=max(1 << 26, 2 * size)))

    def nested(raw: bytes) -> Any:
        # ``pickle.dump`` of a tensor stores its storage as a whole little torch file.
        if depth >= DEEPEST:
            return Thing("torch.storage")
        inner = opened(io.BytesIO(raw), len(raw), ledger=found.ledger, depth=depth + 1)
        return inner.root

    if size == 0:
        found.notes.append(remedy(Text("the file is empty", "文件是空的")))
        return found
    try:
        file.seek(0)
        (read_archive if file.read(4) == ZIP else read_pickles)(file, found, nested)
    except Damaged as damage:
        found.notes.append(remedy(damage.what))
    except OSError as error:
        why = refused(error)
        found.notes.append(Text(f"reading stopped: {why.en}", f"读取中止：{why.zh}"))
    except MemoryError:
        found.notes.append(Text("reading stopped: not enough memory", "读取中止：内存不足"))
    if depth == 0:
        found.count_complete()
    return found
