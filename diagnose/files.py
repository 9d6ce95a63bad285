"""Hands every file to the reader that knows it; event files, which come in hundreds, are read many at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

from diagnose.folder import Unit
from diagnose.foreign import kind_of, may_be_log
from diagnose.one_job import each_trial, one_job
from diagnose.readers import HEAD, of_checkpoints, readers
from diagnose.run import Note, Trace
from diagnose.serving import is_event_file
from diagnose.tables.decode import decoded
from diagnose.tables.ranks import are_trials, only, ranks_in
from diagnose.tables.textfile import told_once
from kb.refused import unreadable
from kb.text import Text

CHECKPOINTS = frozenset((".pt", ".pth", ".ckpt", ".safetensors", ".distcp"))
PICTURES = (  # which lie in their thousands beside a log, and need not be shown to every reader
    *(b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*", b"\0\0\1\0"),
    *(b"%PDF-", b"\x1aE\xdf\xa3"),
)
FURTHER = 1 << 19  # bytes shown to the readers of known formats when the first of them told nothing


def read_units(units: Iterable[Unit]) -> Iterator[tuple[Unit, list[list[Trace] | None]]]:
    """Each unit with what its files hold, file by file; None for a file that no reader knows.

    Event files are read ahead, across units, a buffer full of them together.
    """
    ahead, units = itertools.tee(units)
    together = _event_files(file for unit in ahead for file in unit.places if is_event_file(file))
    for unit in units:
        yield unit, [next(together) if is_event_file(file) else read_file(Path(file)) for file in unit.places]


def _event_files(places: Iterable[str]) -> Iterator[list[Trace] | None]:
    from diagnose.readers import tensorboard

    asked, places = itertools.tee(places)
    try:
        for trace in tensorboard.read_many(places):
            next(asked)
            yield [trace]
    except Exception:  # noqa: BLE001 - our bug in one file must not cost the user all the others: `read_file` says which
        yield from (read_file(Path(place)) for place in asked)


def read_file(path: Path) -> list[Trace] | None:
    """What the first reader (in order of name) that claims the file makes of it; None when none does.

    Where it finds no run of its kind, one that reads any shape may find a run of another.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        if head.startswith(PICTURES) and b"\0" in head:
            return None
        ranks, sample = _ranks(path, head)
    except OSError as error:
        return _unreadable(path, "", error)
    if len(ranks) < 2:
        return _read(path, head)
    told = {}
    for rank in ranks:
        with only(rank, ranks, sample):
            told[rank] = _read(path, head) or []
    return each_trial(told) if are_trials(sample) else one_job(told)


def _ranks(path: Path, head: bytes) -> tuple[list[str], str]:
    """The processes of a job that wrote a text in turn, and the part of it that shows them."""
    if b"\0" in head or not head.count(b"\n"):
        return [], ""
    if len(ranks_in(decoded(head)[0])) < 2:
        if len(head) < HEAD:
            return [], ""
        with path.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - HEAD))
            if len(ranks_in(decoded(file.read())[0])) < 2:
                return [], ""
    with path.open("rb") as file:
        sample = decoded(file.read(FURTHER))[0]
    return ranks_in(sample), sample


def _read(path: Path, head: bytes) -> list[Trace] | None:
    name = ""
    try:
        name = _claimed(path, head)
        found = readers()[name].read(path) if name else []
        if name and not _any_shape(name) and not any(one.series or one.checkpoints for one in found):
            second = next((one for one in readers() if _any_shape(one) and readers()[one].sniff(path, head)), "")
            other = readers()[second].read(path) if second else []
            found = other if any(one.series for one in other) else found
        return told_once(found) if name else _foreign(path, head)
    except OSError as error:  # gone, or another file by now
        return _unreadable(path, name, error)
    except MemoryError:
        what = Text(
            "reading it takes more memory than there is; cut it, as with tail -c 1G",
            "读取它需要的内存超出可用内存；请先截短，例如 tail -c 1G",
        )
        return [Trace(path, name, notes=(Note(str(path), what),))]
    except Exception as bug:  # noqa: BLE001 - one file must not cost the user all the others
        why = f"{type(bug).__name__}: {bug}"[:200]
        what = Text(
            f"the {name or 'search for a'} reader broke here, which is our bug: {why}",
            f"{name or '查找'}读取器在此出错，这是我们的缺陷：{why}",
        )
        return [Trace(path, name, notes=(Note(str(path), what),))]


def _unreadable(path: Path, name: str, error: OSError) -> list[Trace]:
    return [Trace(path, name, notes=(Note(str(path), unreadable(error)),))]


def _foreign(path: Path, head: bytes) -> list[Trace] | None:
    """A note on a file that by its name is a log and by its content in a form that is not read; None for any other."""
    if not may_be_log(path) or (what := kind_of(path, head)) is None:
        return None
    return [Trace(path, "", notes=(Note(str(path), what),))]


def _claimed(path: Path, head: bytes) -> str:
    """The reader that claims a file, "" when none does. Before one of any shape gets it, the others look further in.

    A log begins with whatever its script prints first: settings, the model, a screen of warnings.
    """
    if path.suffix.lower() in CHECKPOINTS and b"\0" in head:  # no log: the thirty readers of logs need no import
        claimed = next((name for name in of_checkpoints() if readers()[name].sniff(path, head)), "")
        if claimed:
            return claimed
    claims = (name for name, reader in readers().items() if reader.sniff(path, head))
    name = next(claims, "")
    if not _any_shape(name) or len(head) < HEAD:
        return name
    with path.open("rb") as file:
        further = file.read(FURTHER)
    exact = (one for one in readers() if not _any_shape(one))
    return next((one for one in exact if readers()[one].sniff(path, further)), name)


def _any_shape(name: str) -> bool:
    return bool(getattr(readers().get(name), "FALLBACK", False))
