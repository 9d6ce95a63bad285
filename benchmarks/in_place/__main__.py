"""Writes what the installed torch says of edits in place into the page: `python -m benchmarks.in_place`."""

from __future__ import annotations

import re
from pathlib import Path

from benchmarks.in_place.table import chinese, english

PAGE = Path(__file__).parent.parent.parent / "kb" / "entries" / "pitfalls" / "inplace-op-breaks-backward.yaml"


def written(text: str) -> str:
    """The page with both tables made anew."""
    for table, indent in ((english(), "  "), (chinese(), "    ")):
        block = "".join(f"{indent}{line}\n" for line in table.split("\n"))
        text = re.sub(
            rf"(?m)^({indent[2:]}figure: \|\n)(?:{indent}.*\n)+", lambda found, new=block: found[1] + new, text
        )
    return text


def main() -> None:
    PAGE.write_text(written(PAGE.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
