"""Reads what Keras prints while it fits: the last state of every epoch's progress bar, however it was redrawn."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from diagnose.run import Series, Trace
from diagnose.tables.longtext import parts
from diagnose.tables.said import Said
from diagnose.tables.textlog import NUMBER, TextLog, is_log, opened, torn

FORMAT = "keras_log"
BATCHES = "batches of the epoch"
_EPOCH = r"(?<![\w/])Epoch:? ([0-9]{1,7})/([0-9]{1,7})(?![0-9/.])"
_BAR = (
    r"(?<![\w/.:-])([0-9]{1,9})/([0-9]{1,9}|Unknown)"
    r"(?: {0,8}(?:\[[=>.]{1,200}\]|[━╸╺─]{1,200})| - (?=[0-9]{1,9}m?s )|(?<=n) {1,4}(?=[0-9]{1,9}m?s ))"
)
_QUIET = r"^ - [0-9]{1,9}s(?: [0-9]{1,9}[mu]?s/\w{1,12})?(?= - )"  # verbose=2 of Keras 1 and 2
_SEEN = re.compile(f"{_EPOCH}|{_BAR}|{_QUIET}")
_PAIR = re.compile(
    r" - ([^\W\d][^\s:]{0,80}): ([-+]?[0-9]{1,40}\.[0-9]{4}(?=[0-9]{4}[-/][0-9]{2})|" + NUMBER.pattern + ")",
    re.IGNORECASE,
)
_ROW = re.compile(
    rf"^(?:{_EPOCH})?.{{0,8}}?{_BAR}.{{0,60}}? - (?!batch_cost:)[^\W\d][^\s:]{{0,80}}: [-+0-9ni]|{_QUIET} - \w",
    re.MULTILINE,
)
_MARKS = re.compile(
    r'^Model: "\w{1,80}"\s{1,4}[_┏]|(?:tensorflow|keras)[\s\S]{1,4096}^Epoch 1/[0-9]{1,7}\s{0,4}$', re.MULTILINE
)


@dataclass
class _Epoch:
    """What was seen of one epoch: ``states`` are those of its bar, by batch; ``words`` the latest of every number."""

    number: int
    line: int
    words: dict[str, str] = field(default_factory=dict)
    scored: dict[str, str] = field(default_factory=dict)
    states: dict[int, tuple[int, int, dict[str, str]]] = field(default_factory=dict)
    batch: int = 0
    batches: str = ""

    @property
    def ended(self) -> bool:
        """Whether its bar reached the end."""
        return str(self.batch) == self.batches

    def is_left_by(self, batch: int, batches: str, words: dict[str, str], line: int) -> bool:
        """Whether a state belongs to another bar: it counts back, or to another end, or says otherwise after the end.

        The last state of a bar is often drawn twice, the second time with the numbers of the validation.
        """
        if not self.words:
            return False
        if batch < self.batch or (batches != self.batches and "Unknown" not in (batches, self.batches)):
            return True
        other = words.keys() <= self.words.keys() and not words.items() <= self.words.items()
        return self.ended and line != self.line and other


def sniff(path: Path, head: bytes) -> bool:
    """A bar with numbers behind it; or, in a log, the first epoch line or the summary of a model."""
    return is_log(path, head, _ROW, _MARKS)


def read(path: Path) -> list[Trace]:
    """One row an epoch; one trace a run. A log that ends within its first epoch is read batch by batch.

    A second bar below the same epoch line is an evaluation: its numbers are named ``eval/...``.
    """
    return _read(path, at_once=True) or _read(path, at_once=False)


def _read(path: Path, *, at_once: bool) -> list[Trace]:
    """The traces; none where the states between the first and the last of a bar matter but were passed over."""
    log = opened(path, FORMAT)
    epochs: list[_Epoch] = []
    headed = any(re.search(_EPOCH, part) for part in parts(log.text))
    many = log.take(_bar) if at_once else None
    doubtful = False
    for line, text, last, place in log.pieces():
        seen = list(_SEEN.finditer(text))
        for match, after in itertools.zip_longest(seen, seen[1:]):
            if match[1]:
                epochs.append(_Epoch(int(match[1]), line))
                continue
            rest = text[match.end() : after.start() if after else None]
            if words := {name: word for name, word in _PAIR.findall(rest) if name != "ETA"}:
                if last and after is None and (name := torn(text, words, _before(epochs, words))):
                    log.note(
                        f"the last line is cut within {name!r}: left out", f"最后一行在 {name!r} 处中断：舍去该值", line
                    )
                    del words[name]
                doubtful |= _state(epochs, match, words, (line, place), headed=headed)
    if many and many.states and doubtful:
        return []
    known = [epoch for epoch in epochs if epoch.words]
    if len(known) == 1 and len(known[0].states) > 1 and not known[0].ended:
        _by_batch(log, known[0])
        if many and many.states:
            every = many.state_table()
            columns = {name: one for name, one in every.columns.items() if name != BATCHES}
            many.table = replace(every, columns=columns)
    else:
        for epoch in known:
            log.add({"epoch": epoch.number, **_values(epoch.words), **_values(epoch.scored, "eval/")}, epoch.line)
        if known and known[-1].batches.isdigit() and not known[-1].ended:
            at = f"{known[-1].batch}/{known[-1].batches}"
            log.note(
                f"the last epoch is not over ({at}): its numbers are means so far",
                f"最后一个 epoch 尚未结束（{at}）：其数值是到目前为止的平均值",
                known[-1].line,
            )
    return log.traces()


def _bar(line: str) -> Said | None:
    """A state of a bar, the only one on its line."""
    seen = list(_SEEN.finditer(line))
    if len(seen) != 1 or not seen[0][3]:
        return None
    pairs = [(pair[1], pair.span(2)) for pair in _PAIR.finditer(line, seen[0].end()) if pair[1] != "ETA"]
    ended = seen[0][4].isdigit()
    clock = [("batch", seen[0].span(3)), (BATCHES, seen[0].span(4))][: 1 + ended]
    names, spans = zip(*clock, *pairs, strict=True)
    return Said("bar", names, spans, 1 + ended) if pairs and len(set(names)) == len(names) else None


def _before(epochs: list[_Epoch], words: dict[str, str]) -> dict[str, str]:
    """What the same numbers were last time; bars show more numbers at the end of an epoch than within it."""
    known = next((epoch.words for epoch in reversed(epochs) if epoch.words), {})
    return {name: known[name] for name in words if name in known}


def _state(
    epochs: list[_Epoch], match: re.Match[str], words: dict[str, str], at: tuple[int, int], *, headed: bool
) -> bool:
    """One state of a bar, given to the epoch it belongs to.

    True if the states after it may belong to another, which cannot be told without looking at each: that is so when
    an evaluation begins before the bar of training is at its end.
    """
    batch, batches = int(match[3] or 0), match[4] or ""
    line, place = at
    again = bool(epochs) and epochs[-1].is_left_by(batch, batches, words, line)
    if not epochs or (again and not headed):
        if match[3] is None:
            return False
        epochs.append(_Epoch(epochs[-1].number + 1 if epochs else 1, line))
    now = epochs[-1]
    if again and headed:
        now.scored |= words
        return not now.ended
    now.words |= words
    now.line, now.batch, now.batches = line, batch, batches
    if len(epochs) == 1:
        now.states[batch] = line, place, words
    return False


def _by_batch(log: TextLog, epoch: _Epoch) -> None:
    log.note(
        f"a single epoch, not over ({epoch.batch}/{epoch.batches}): read batch by batch, every number a mean so far",
        f"只有一个未结束的 epoch（{epoch.batch}/{epoch.batches}）：按 batch 读取，每个数值都是到该处为止的平均值",
    )
    for batch, (line, place, words) in epoch.states.items():
        log.add({"batch": batch, **_values(words)}, line, place)


def _values(words: dict[str, str], prefix: str = "") -> dict[str, float]:
    return {prefix + name: float(word) for name, word in words.items()}


def example(folder: Path) -> tuple[Path, list[Trace]]:
    """Two epochs redrawn with carriage returns, a NaN, and a run appended to the first that is cut in its bar."""
    path = folder / "nohup.out"
    path.write_bytes(
        b'Model: "unet"\n_____\nEpoch 1/2\n'
        b"\r1/2 [====>.....] - ETA: 3s - loss: 0.9000\r2/2 [==========] - ETA: 0s - loss: 0.7500"
        b"\r2/2 [==========] - 4s 2s/step - loss: 0.7500 - val_loss: 0.5000\n"
        b"Epoch 2/2\n"
        b"\r2/2 [==========] - 4s 2s/step - loss: 0.6250 - val_loss: nan\n"
        b"Epoch 1/2\n"
        b"\r1/2 [====>.....] - ETA: 3s - loss: 0.8750"
    )
    runs: list[list[tuple[str, list[int], list[float]]]] = [
        [("loss", [1, 2], [0.75, 0.625]), ("val_loss", [1, 2], [0.5, float("nan")])],
        [("loss", [1], [0.875])],
    ]
    made = [
        tuple(Series(name, np.array(at, np.int64), np.array(by, np.float64), source=str(path)) for name, at, by in run)
        for run in runs
    ]
    return path, [Trace(path, FORMAT, series) for series in made]
