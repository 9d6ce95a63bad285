"""Tells a plot of DVCLive from any other table, and which run and metric it is of."""

from __future__ import annotations

from pathlib import Path

_FOLDERS = (("plots", "metrics"), ("metrics",), ("scalars",))  # today's, and those of versions 1 and 0


def header_of(path: Path, text: str) -> list[str] | None:
    """The names of the columns; None when the first line is not that of a plot of this name."""
    header = text[:4096].replace("\r", "\n").split("\n", 1)[0].split("\t")
    ours = path.suffix == ".tsv" and header in (["step", path.stem], ["timestamp", "step", path.stem])
    return header if ours else None


def run_of(path: Path) -> tuple[Path, str]:
    """The folder DVCLive was given, and the metric's name: ``train/loss`` lies in a folder of its own."""
    for names in _FOLDERS:
        for folder in path.parents:
            if folder.parts[-len(names) :] == names:
                inside = folder.parents[len(names) - 1]
                return inside, path.relative_to(folder).with_suffix("").as_posix()
    return path.parent, path.stem
