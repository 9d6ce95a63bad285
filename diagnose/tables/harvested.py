"""Gathers what the lines of a whole text say, with care for a last line that may have been cut short."""

from __future__ import annotations

from pathlib import Path

from diagnose.run import Note
from diagnose.tables.clock import counts
from diagnose.tables.harvest import Harvest
from diagnose.tables.longtext import LongText, to_the_last
from diagnose.tables.said import Parse
from diagnose.tables.textfile import cut_short, unfinished


def harvested(text: str | LongText, parse: Parse, path: Path, notes: list[Note]) -> Harvest:
    """What the lines of a text say; the last value of a last line is left out when it was cut short, and noted."""
    harvest = Harvest(parse)
    whole, last = to_the_last(text)
    harvest.read_parts(whole)
    if said := parse(last):
        harvest.lines += 1
        words = [last[start:stop] for start, stop in said.spans]
        before = harvest.latest.get(said.kind)
        told = None if before is None else parse(before[1])
        old = [before[1][start:stop] for start, stop in told.spans] if before and told else None
        clocks = {name for name in said.names if counts(name)}
        if (told and not clocks <= set(told.names)) or (counts(said.names[-1]) and said.spans[-1][1] == len(last)):
            notes.append(unfinished(path, harvest.lines))  # without its clock it would be filed under another
            return harvest
        if said.spans[-1][1] == len(last.rstrip("ms%]")) and cut_short(words, old):
            notes.append(unfinished(path, harvest.lines))
            said, words = said._replace(names=said.names[:-1], spans=said.spans[:-1]), words[:-1]
        harvest.add(harvest.lines, said, words)
        harvest.gather()  # the kind of this line too must be known to whoever labels the kinds
    return harvest
