"""A checkpoint's object as read from disk, before anybody asks what its parts mean."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from diagnose.tensors.inert import Ledger
from diagnose.tensors.records import Storage
from kb.text import Text


@dataclass
class Opened:
    """``root`` is what was saved; ``storages`` the rows of bytes its tensors view; ``size`` the bytes of the file."""

    root: Any = None
    size: int = 0
    storages: dict[str, Storage] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    notes: list[Text] = field(default_factory=list)

    def count_complete(self) -> None:
        """Note how many storages the file really holds, when it does not hold all."""
        missing = incomplete(self.storages.values())
        if missing:
            whole, total = len(self.storages) - missing, len(self.storages)
            en = f"cut short: {whole} of {total} storages are complete; tensors in the others have no statistics"
            zh = f"文件不完整：{total} 个存储块中有 {whole} 个完整；其余存储块中的张量没有统计量"
            self.notes.append(remedy(Text(en, zh)))


def incomplete(storages: Iterable[Storage]) -> int:
    """How many storages are missing or shorter than the index says."""
    return sum(one.block is None or one.block.size < one.size for one in storages)


def remedy(what: Text) -> Text:
    """A complaint, with what to do about it."""
    return Text(
        f"{what.en}; copy the file again or use an earlier checkpoint",
        f"{what.zh}；请重新复制该文件，或改用更早的检查点",
    )
