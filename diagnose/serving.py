"""Which folders hold part of the run of the folder they lie in: by their names, and what is beside and in them."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Iterable, Sequence

from diagnose.trackers.run_folders import PARTS, tracked

HALVES = frozenset({"train", "training", "val", "validation", "valid", "test", "eval", "evaluation"})
FOLDERS = frozenset(
    {
        *("checkpoint", "checkpoints", "ckpt", "ckpts", "model", "models", "weights", "snapshot", "snapshots"),
        *("saved_model", "saved_models", "save", "saves"),
    }
)
BESIDE = frozenset({"files", "vis_data", "tf_logs"})  # where W&B, mmengine and mmcv put the other half of a run's log
BOARDS = frozenset({"tensorboard", "tensorboard_logs", "tb", "tb_logs", "tb_log", "tblogs", "summaries", "summary"})
LOGGED = BOARDS | {"log", "logs", "logging", "tf_logs", "runs", "events", "history"}  # what lies beside checkpoints
RANK = re.compile(r"(?:rank|attempt)[-_]?\d{1,4}", re.IGNORECASE)  # folders of the processes of a job, and its starts
STREAMS = frozenset({"stdout.log", "stderr.log"})  # what torchrun writes for a process into a folder called ``0``
MANY = 100  # folders that are looked into, and read together, to find out what belongs to what
STAMPED = re.compile(r"\d{8}_\d{6}")  # mmengine logs into a folder of the time, and saves beside it
SESSION = re.compile(r"\d{9,}\.\d+")  # SummaryWriter.add_hparams writes into a folder named after the time
NUMBERED = re.compile(r"(checkpoint|ckpt|step|epoch|global_step|iter)[-_]?\d+", re.IGNORECASE)
PLOTTED = 64  # curves of one plot
_CALLED_SO = FOLDERS | HALVES
_NUMBER = re.compile(f"{SESSION.pattern}|{NUMBERED.pattern}|{RANK.pattern}", re.IGNORECASE)

Entry = os.DirEntry[str]


def serving_of(names: Sequence[str], inner: Sequence[Entry]) -> dict[str, Entry]:
    """Which folders, by name, hold part of the run of the folder that holds them and the files of these names."""
    serving = {one.name: one for one in inner if _serves(one.name)}
    logged = _logged(serving, inner) if serving else {}
    if not names and not logged and not any(map(_always_serves, serving)):
        serving = {}  # with nothing to serve they are folders like any other
    serving |= logged
    numbers = [one for one in inner if one.name.isdigit()]
    if len(numbers) <= MANY:  # the processes of a job; more are a sweep
        serving |= {one.name: one for one in numbers if not STREAMS.isdisjoint(_inside(one))}
    boards = [one for one in inner if names and one.name.lower() in BOARDS]
    serving |= {one.name: one for one in boards if any(map(is_event_file, _inside(one)))}
    beside = (*names, *serving)
    serving |= {one.name: one for one in inner if one.name in PARTS and tracked(one, beside)}
    if any(name.endswith(".pth") for name in names):
        stamped = [one for one in inner if STAMPED.fullmatch(one.name)]
        if len(stamped) == 1:  # of several, no one knows whose they are
            serving[stamped[0].name] = stamped[0]
    if any(map(is_event_file, names)):  # SummaryWriter.add_scalars: a folder for every curve
        serving |= {one.name: one for one in inner if "_" in one.name or _holds_folders_alone(one)}
    return serving


def _holds_folders_alone(folder: Entry) -> bool:
    """Whether there is nothing but folders in it, as in those that tensorboardX names after the parts of a tag."""
    try:
        with os.scandir(folder.path) as found:
            kinds = [one.is_dir(follow_symlinks=False) for one in itertools.islice(found, PLOTTED + 1)]
    except OSError:
        return False
    return 0 < len(kinds) <= PLOTTED and all(kinds)


def _logged(serving: Iterable[str], inner: Sequence[Entry]) -> dict[str, Entry]:
    """The folders of logs beside those of checkpoints, when they hold so few that all may be read together."""
    if FOLDERS.isdisjoint(one.lower() for one in serving):
        return {}
    logged = {one.name: one for one in inner if one.name.lower() in LOGGED}
    return logged if all(_is_small(one.path) for one in logged.values()) else {}


def _is_small(folder: str) -> bool:
    """Whether there are at most `MANY` folders in a folder, and in those in it."""
    waiting = [folder]
    for place in waiting:
        try:
            with os.scandir(place) as found:
                waiting += [one.path for one in found if one.is_dir(follow_symlinks=False)]
        except OSError:
            continue
        if len(waiting) > MANY:
            return False
    return True


def _inside(folder: Entry) -> list[str]:
    """The names in a folder; none when it cannot be read, which is told when the walk comes to it."""
    try:
        return os.listdir(folder.path)  # noqa: PTH208 - names are all that is asked for
    except OSError:
        return []


def is_event_file(name: str) -> bool:
    """Whether a file of this name, or at this place, is called like TensorBoard's: it needs no look inside."""
    return name.rfind("tfevents") > name.rfind(os.sep)


def _serves(name: str) -> bool:
    """Whether a folder of this name may hold part of the run of the folder it lies in."""
    return name.lower() in _CALLED_SO or name in BESIDE or _NUMBER.fullmatch(name) is not None


def _always_serves(name: str) -> bool:
    """Whether it does even when nothing else lies beside it, as the ``train`` and ``validation`` of Keras."""
    always = name == "vis_data" or NUMBERED.fullmatch(name) is not None or RANK.fullmatch(name) is not None
    return always or name.lower() in HALVES
