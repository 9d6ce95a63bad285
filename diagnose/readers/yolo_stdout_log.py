"""Reads the tables Ultralytics prints while it trains: the losses of an epoch, and the scores of all classes after."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.said import LOOK, Said
from diagnose.tables.textlog import TextLog, is_log, number, opened
from diagnose.tables.timeline import Ints

FORMAT = "yolo_stdout_log"
TRAIN = "train"
_HEADER = re.compile(r"^\s{0,40}Epoch\s{1,40}(?:GPU_mem|gpu_mem)\s{1,40}(?P<names>[^:|%]{1,300})$")
_TRAIN = re.compile(
    r"^\s{0,40}(?P<epoch>[0-9]{1,6})/[0-9]{1,6}\s{1,40}[0-9.]{1,12}[GM]?\s{1,40}(?P<words>[^:|%]{1,400}?)(?::\s|:?\s{0,9}$)"
)
_SCORES = re.compile(
    r"^\s{0,40}(?:Class\s{1,40}Images\s{1,40}(?:Instances|Labels|Targets)|classes)\s{1,40}(?P<names>[^|%]{1,300}?)(?::\s|:?\s{0,9}$)"
)
_ALL = re.compile(r"^\s{0,40}all\s{1,40}(?P<words>[^|%:]{1,300})$")
_ROW = re.compile(
    r"^\s{0,40}(?:Epoch\s{1,40}(?:GPU_mem|gpu_mem)\s{1,40}\w|Class\s{1,40}Images\s{1,40}(?:Instances|Labels|Targets)\s)",
    re.MULTILINE,
)
_MARKS = re.compile(
    r"^(?:Ultralytics (?:YOLO\S{0,12} ?)?v?[0-9]|YOLO(?:v[0-9]|R).{0,60}torch [0-9]|.{0,9}engine/trainer: )",
    re.MULTILINE,
)
_DONE = re.compile(r"%\|[^|]{0,200}\| {0,9}(?P<done>[0-9]{1,9})/(?P<of>[0-9]{1,9}) \[")
_COUNTS = ("instances", "labels", "targets", "size", "img_size")  # of the last batch: no curve of training
_KINDS = re.compile(r"\b(Box|Mask|Pose)\(")
_WHOLE = {"p": "precision", "r": "recall"}


def sniff(path: Path, head: bytes) -> bool:
    """The header of either table; or, in a log, the line Ultralytics introduces itself with."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """One row an epoch, of the last state of its bar; one trace a run.

    Losses are ``train/NAME`` as the header names them, scores ``val/box/precision``, ``val/mask/mAP50`` and so on;
    behind those of a class stands its name.
    """
    log = opened(path, FORMAT)
    losses: list[str] = []
    scores: list[str] = []
    row: dict[str, float] = {}
    early: tuple[int, dict[str, float]] | None = None
    counts = 2  # images and instances stand before the scores, in most versions
    strays: list[int] = []
    unread: list[int] = []
    tried: list[tuple[int, bool]] = []
    many = log.take(_bar)
    classes = False  # whether rows of classes may follow
    for line, text, last, place in log.pieces():
        below, classes = classes, False
        if match := _HEADER.match(text):
            losses = _loss_names(match["names"])
        elif match := _SCORES.match(text):
            scores = _score_names(match["names"])
        elif match := _TRAIN.match(text):
            epoch, words = int(match["epoch"]), match["words"].split()
            tried.append((place, bool(losses) and len(words) > len(losses)))
            if not tried[-1][1]:
                unread.append(line)
                continue
            if row.get("epoch") != epoch or any(name.startswith("val/") for name in row):
                if early and epoch > 1:
                    log.add({"epoch": epoch - 1, **early[1]}, early[0])
                    early = None
                row = {"epoch": epoch}
                log.add(row, line, place)
            row.update(_numbers(log, losses, words, line))
        elif (match := _ALL.match(text)) and scores:
            words = match["words"].split()
            short = len(words) < counts + len(scores) or len(words[-1].partition(".")[2]) < 3
            if len(words) < len(scores) or (last and short):
                unread.append(line)
                continue
            counts = len(words) - len(scores)
            values = _numbers(log, scores, words[-len(scores) :], line)
            if not row:
                early = early or (line, values)
            elif row.keys() & values.keys():
                strays.append(line)
            else:
                row.update(values)
                classes = True
        elif below and not last and (name := _class_name(text, counts + len(scores))):
            of_class = [f"{one} {name}" for one in scores]
            row.update(_numbers(log, of_class, text.split()[-len(scores) :], line))
            classes = True
    if unread:
        count = len(unread) + _unread_between(tried, many.aside(TRAIN)[0])
        log.note(
            f"rows without a header or with too few cells: {count}; left out",
            f"有 {count} 行缺少表头或单元格不足，未计入",
            unread[0],
        )
    if early:
        log.note("scores before the first epoch: left out", "第一轮之前的评估：已舍去", early[0])
    if strays:
        log.note(
            f"evaluations beyond one an epoch: {len(strays)}; left out (the last is usually that of the best model)",
            f"每轮一次之外的评估：{len(strays)} 次，未计入（最后一次通常是对最佳模型的评估）",
            strays[0],
        )
    return log.traces()


def _bar(line: str) -> Said | None:
    """A state of the bar of an epoch or of an evaluation, with how far it has got."""
    bar = _DONE.search(line)
    if _HEADER.match(line) or _ALL.match(line):
        return LOOK
    if bar is None:
        return LOOK if _class_name(line, 4) else None
    done = bar.span("done")
    if match := _SCORES.match(line):
        return Said(f"scores of {match['names']}", ("done", "of"), (done, bar.span("of")), 2)
    if (match := _TRAIN.match(line)) is None:
        return None
    begin = match.start("words")
    spans = [(begin + word.start(), begin + word.end()) for word in re.finditer(r"\S+", match["words"])]
    return Said(TRAIN, ("done", "epoch", *map(str, range(len(spans)))), (done, match.span("epoch"), *spans), 2)


def _class_name(text: str, cells: int) -> str:
    """The name of the class in a row with so many numbers behind it; "" when it is none."""
    words = text.split()
    if len(words) <= cells or not all(number(word) is not None for word in words[-cells:]) or len(text) > 200:
        return ""
    name = " ".join(words[:-cells])
    return "" if number(name) is not None or ":" in name else name


def _unread_between(tried: list[tuple[int, bool]], between: Ints) -> int:
    """How many of the states that were passed over, by place, go with one that was not to be read."""
    places, good = zip(*tried, strict=True) if tried else ((), ())
    of = np.searchsorted(np.array(places, np.int64), between) - 1
    return int((~np.array([True, *good])[of + 1]).sum())


def _numbers(log: TextLog, names: list[str], words: list[str], line: int) -> dict[str, float]:
    """The cells of a row that are numbers; the others are noted."""
    found = {name: (word, number(word)) for name, word in zip(names, words, strict=False)}
    log.broken([word for word, one in found.values() if one is None], line)
    return {name: one for name, (_, one) in found.items() if one is not None}


def _loss_names(header: str) -> list[str]:
    """The columns of the training table that are losses; early versions call them ``box``, ``obj``, ``total``."""
    names = [name for name in header.split() if name.lower() not in _COUNTS]
    return [f"train/{name}" if "loss" in name else f"train/{name}_loss" for name in names]


def _score_names(header: str) -> list[str]:
    """``Box(P R mAP50 mAP50-95) Mask(P ...`` as one name a column; versions before the brackets name no kind."""
    found = []
    kind = ""
    for word in _KINDS.sub(lambda match: f" {match[1].lower()}( ", header).split():
        if word.endswith("("):
            kind = f"{word[:-1]}/"
        elif bare := word.strip("():"):
            found.append(f"val/{kind}{_WHOLE.get(bare.lower(), bare)}")
    return found


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs with their scores, a NaN, and a run appended to the first that is cut before its scores."""
    path = folder / "yolo.log"
    header = "      Epoch    GPU_mem   box_loss   seg_loss  Instances       Size\n"
    scores = "      Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|#####| 4/4\n"
    path.write_text(
        f"Ultralytics 8.3.0 Python-3.11 torch-2.5.0\n{header}"
        "        1/2      2.50G      1.750      nan        7        640:  50%|##   | 1/2\r"
        "        1/2      2.50G      1.500      nan        9        640: 100%|#####| 2/2\n"
        f"{scores}        all         10         12      0.500      0.250      0.375      0.125\n\n{header}"
        "        2/2      2.50G      1.250      2.5        9        640: 100%|#####| 2/2\n"
        f"{scores}        all         10         12      0.625      0.375      0.500      0.250\n\n{header}"
        "        1/2      2.50G      1.500      2.5        9        640: 100%|#####| 2/2\n",
        encoding="utf-8",
    )
    both = [1, 2]
    runs: list[list[tuple[str, list[int], list[float]]]] = [
        [
            ("train/box_loss", both, [1.5, 1.25]),
            ("train/seg_loss", both, [float("nan"), 2.5]),
            ("val/box/precision", both, [0.5, 0.625]),
            ("val/box/recall", both, [0.25, 0.375]),
            ("val/box/mAP50", both, [0.375, 0.5]),
            ("val/box/mAP50-95", both, [0.125, 0.25]),
        ],
        [("train/box_loss", [1], [1.5]), ("train/seg_loss", [1], [2.5])],
    ]
    made = [
        tuple(Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path)) for name, at, by in run)
        for run in runs
    ]
    return path, [Trace(path, FORMAT, series) for series in made]
