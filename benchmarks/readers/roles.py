"""The truth about roles: `roles.tsv`, written by hand from the names alone, before the recogniser was asked."""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).parent
NONE = "-"


def table() -> dict[tuple[str, str], frozenset[str]]:
    """Format and name -> the roles that are right; "" stands for no role."""
    path = HERE / "roles.tsv"
    if not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))
    return {
        (form, name): frozenset("" if one == NONE else one for one in said.split("|")) for form, name, said in rows[1:]
    }


def expected(truth: dict[tuple[str, str], frozenset[str]], form: str, name: str) -> frozenset[str] | None:
    """The right roles of a series, None when the table does not know it; ``IoU.*`` stands for that of every class."""
    return truth.get((form, name), truth.get((form, f"{name.partition('.')[0]}.*")))
