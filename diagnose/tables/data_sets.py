"""The line PraNet and its relatives write for every test set: ``epoch: 1, dataset: Kvasir, dice: 0.5, iou: 0.4``."""

from __future__ import annotations

import re

from diagnose.tables.log_lines import WORD

SCORED = re.compile(
    r"epoch:? ?(?P<epoch>\d{1,7}), ?dataset:? ?(?P<set>[^,\n]{1,80}),"
    r"(?P<said>(?: ?[A-Za-z][\w@-]{0,20}(?: ?: ?| )[-+\w.]{1,40},?){1,20})",
    re.ASCII,
)
_SCORE = re.compile(rf"(?P<name>[A-Za-z][\w@-]{{0,20}})(?: ?: ?| ){WORD}", re.ASCII)
SETS = frozenset(
    ("cvc-300", "cvc-clinicdb", "cvc-colondb", "cvc-612", "kvasir", "kvasir-seg", "etis-laribpolypdb", "etis", "test",
     "endoscene", "polypgen", "sun-seg", "bkai", "isic", "isic2017", "isic2018", "camo", "cod10k", "chameleon", "nc4k")
)  # fmt: skip  # the sets that scripts of this family name; other words before a number may mean anything


def data_set_scores(match: re.Match[str]) -> list[tuple[str, tuple[int, int]]]:
    """Every score of the line under ``dice Kvasir``, ``iou Kvasir``, and where in the line it stands."""
    scores = _SCORE.finditer(match.string, *match.span("said"))
    return [(f"{score['name']} {match['set'].strip()}", score.span("value")) for score in scores]
