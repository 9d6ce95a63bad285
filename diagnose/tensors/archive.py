"""Opens the zip that ``torch.save`` writes: one pickle, and one stored member a storage."""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import IO, Any

from diagnose.tensors.checksums import checked
from diagnose.tensors.inert import printable
from diagnose.tensors.members import Member, listed, walked
from diagnose.tensors.opcodes import read_pickle_bytes
from diagnose.tensors.opened import Opened
from diagnose.tensors.persistent import persistent
from diagnose.tensors.rebuild import Context
from diagnose.tensors.records import Block, Damaged
from kb.text import Text

MAGIC = b"PK\x03\x04"
OTHER_PICKLES = 8  # further pickles of the archive that are looked through for calls


def read_archive(file: IO[bytes], opened: Opened, nested: Any) -> None:
    """Fill ``opened`` from a torch zip, whole or cut short. Raises `Damaged` when it holds no pickle of torch's."""
    listing = listed(file, opened.size)
    members = listing.members or walked(file, opened.size)
    archive = _Archive(file, members, opened)
    index = _index(members)
    if index is None:
        raise Damaged(
            Text("this zip holds no data.pkl: torch did not write it", "这个 zip 里没有 data.pkl：不是 torch 写的")
        )
    prefix = index[: -len("data.pkl")]
    archive.find_storages(prefix)
    opened.notes += checked(file, members, opened.size)
    if listing.hidden:
        names = ", ".join(printable(name) for name in list(dict.fromkeys(name for name, _ in listing.hidden))[:3])
        en = f"several members of one name ({names}): programs differ in which of them they read"
        opened.notes.append(Text(en, f"有多个同名成员（{names}）：不同程序读取的可能不是同一个"))
    opened.root = archive.pickle(members[index], nested)
    others = [(name, one) for name, one in members.items() if name != index]
    for _, member in [pair for pair in (*listing.hidden, *others) if pair[0].endswith(".pkl")][:OTHER_PICKLES]:
        try:
            archive.pickle(member, nested)
        except Damaged:
            continue  # only looked at for what it would call
    archive.place()
    if f"{prefix}constants.pkl" in members:
        opened.notes.append(
            Text("a TorchScript archive; its code is not looked at", "这是 TorchScript 文件；其中的代码未检查")
        )


def _index(members: dict[str, Member]) -> str | None:
    """The member torch itself would unpickle: data.pkl under the first member's folder, else any."""
    folder = next(iter(members), "").partition("/")[0]
    names = [f"{folder}/data.pkl", *(name for name in members if name.endswith("data.pkl"))]
    return next((name for name in names if name in members), None)


@dataclass
class _Archive:
    file: IO[bytes]
    members: dict[str, Member]
    opened: Opened
    budget: int = 0
    prefix: str = ""
    big_endian: bool = False

    def find_storages(self, prefix: str) -> None:
        self.prefix = prefix
        self.budget = self.opened.size + (1 << 20)  # a compressed member may unpack to this much, all together
        order = self.members.get(f"{prefix}byteorder")
        self.big_endian = order is not None and self.bytes_of(order, 16) == b"big"

    def pickle(self, member: Member, nested: Any) -> Any:
        raw = self.bytes_of(member, member.size)
        context = Context(lambda pid: persistent(pid, self.opened.storages), nested)
        return read_pickle_bytes(raw, self.opened.ledger, context)

    def bytes_of(self, member: Member, limit: int) -> bytes:
        self.file.seek(member.start)
        if not member.compressed:
            return self.file.read(max(0, min(member.size, limit, self.opened.size - member.start)))
        unpack = zlib.decompressobj(-15)
        try:
            raw = unpack.decompress(self.file.read(min(member.packed, self.opened.size)), self.budget)
        except zlib.error as error:
            raise Damaged(Text("a compressed member is damaged", "压缩成员已损坏")) from error
        if unpack.unconsumed_tail:
            raise Damaged(
                Text("a compressed member unpacks to more than the file could need", "压缩成员解压后大得离谱")
            )
        self.budget -= len(raw)
        return raw

    def place(self) -> None:
        """Give every storage its bytes."""
        squeezed = 0
        for key, storage in self.opened.storages.items():
            storage.big_endian = self.big_endian
            member = self.members.get(f"{self.prefix}data/{key}")
            if storage.block is not None or member is None:
                continue
            if member.compressed:
                try:
                    raw = self.bytes_of(member, member.size)
                except Damaged:
                    squeezed += 1
                    continue
                storage.block = Block(io.BytesIO(raw), 0, len(raw))
            else:
                available = max(0, min(member.size, self.opened.size - member.start))
                storage.block = Block(self.file, member.start, available)
        if squeezed:
            en = f"compressed members left packed: {squeezed} (save again with torch.save)"
            zh = f"{squeezed} 个压缩成员未解压（请用 torch.save 重新保存）"
            self.opened.notes.append(Text(en, zh))
