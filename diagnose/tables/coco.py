"""What COCO's evaluation prints: twelve lines of average precision and recall, a score in each."""

from __future__ import annotations

import re
from collections.abc import Iterator

SCORE = "maxDets"  # is in every line of COCO's evaluation
_COCO = re.compile(
    r"[^\n]{0,80}?Average (?:Precision|Recall) {1,9}\((?P<of>A[PR])\) {1,9}@\[ {0,4}"
    r"IoU ?= ?(?P<iou>\d?\.\d{1,4}(?::\d?\.\d{1,4})?) {0,9}\| {0,4}area ?= {0,9}(?P<area>\w{1,12}) {0,9}"
    r"\| {0,4}maxDets ?= {0,9}(?P<most>\d{1,6}) {0,4}\] {0,4}= {0,4}(?P<value>-?\d{1,3}(?:\.\d{0,12})?|nan)\s*"
)
_KIND = re.compile(r"(?:IoU metric: |annotation type \*|Evaluating |results for )(?P<kind>[a-z]\w{1,20})\b")


def coco_scores(lines: Iterator[str], before: str) -> tuple[int, dict[str, float]]:
    """How many lines it has, and ``AP50`` and the like, below ``bbox`` where the text ``before`` says so."""
    kind = [match["kind"] for match in _KIND.finditer(before)][-1:]
    values: dict[str, float] = {}
    used = 0
    for match in map(_COCO.fullmatch, lines):
        if match is None:
            break
        used += 1
        iou = "" if ":" in match["iou"] else f"{float(match['iou']) * 100:.0f}"
        size = match["area"][0] if match["area"] != "all" else ""
        most = match["most"] if match["of"] == "AR" and not iou + size else ""
        values.setdefault("/".join([*kind, f"{match['of']}{iou}{size}{most}"]), float(match["value"]))
    return max(used, 1), values
