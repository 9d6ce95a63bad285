"""Write kb/ask/han.txt: how Chinese characters sound, and the simplified form of traditional ones.

    python -m benchmarks.ask.make_han      with pypinyin 0.55.0 and opencc-python-reimplemented 0.1.7 installed

Only this program needs the two packages; what they know of the characters of GB 2312 is frozen into the file.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import opencc
import pypinyin

FILE = Path(__file__).parent.parent.parent / "kb" / "ask" / "han.txt"


def gb2312() -> list[str]:
    """The 6,763 characters of the Chinese standard, commonest half first."""
    return [
        bytes((row, cell)).decode("gb2312")
        for row in range(0xB0, 0xF8)
        for cell in range(0xA1, 0xFF)
        if not (row == 0xD7 and cell > 0xF9)
    ]


def main() -> None:
    simple = gb2312()
    sounds = defaultdict(list)
    for char in simple:
        sounds[pypinyin.lazy_pinyin(char)[0].replace("ü", "v")].append(char)
    to_simple = opencc.OpenCC("t2s")
    pairs = [
        (char, plain)
        for char in map(chr, range(0x4E00, 0xA000))
        if (plain := to_simple.convert(char)) != char and plain in simple and len(plain) == 1
    ]
    lines = ["".join(one for one, _ in pairs), "".join(plain for _, plain in pairs)]
    lines += [f"{sound} {''.join(chars)}" for sound, chars in sorted(sounds.items())]
    FILE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{len(pairs)} traditional characters, {len(sounds)} syllables, {FILE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
