"""Holds the members of a zip against the checksums stored with them, where that takes no noticeable time."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import IO

from diagnose.tensors.inert import printable
from diagnose.tensors.members import Member
from kb.text import Text

QUICKLY = 64 << 20  # bytes of a file that are checked in well under a tenth of a second
PIECE = 1 << 20


def checked(file: IO[bytes], members: Mapping[str, Member], size: int) -> list[Text]:
    """What is to be said of the checksums of the members that lie whole and unpacked in a file of ``size`` bytes."""
    known = {
        name: one for name, one in members.items() if one.crc and not one.compressed
    }  # those unpacked from deflate would show damage of their own; torch can be told to write zeros
    if not known:
        return []
    if size > QUICKLY:
        en = "checksums not verified: for a file of this size it would take longer than reading its tensors"
        return [Text(en, "未核对校验和：对这么大的文件，核对所需时间比读取张量还长")]
    wrong = [name for name, one in known.items() if one.start + one.size <= size and _crc(file, one) != one.crc]
    if not wrong:
        return []
    if len(wrong) == len(known) > 1:
        en = "none of its checksums is right: saved without them, or damaged throughout"
        return [Text(en, "校验和全部不符：保存时未写入校验和，或文件整体损坏")]
    shown = ", ".join(printable(name) for name in wrong[:3]) + (", …" if len(wrong) > 3 else "")
    en = f"{len(wrong)} of {len(known)} members do not have the checksum stored with them ({shown}): damaged or altered"
    zh = f"{len(known)} 个成员中有 {len(wrong)} 个与所存校验和不符（{shown}）：文件已损坏或被改动"
    return [Text(en, zh)]


def _crc(file: IO[bytes], member: Member) -> int:
    file.seek(member.start)
    crc, left = 0, member.size
    while left > 0 and (piece := file.read(min(left, PIECE))):
        crc, left = zlib.crc32(piece, crc), left - len(piece)
    return crc
