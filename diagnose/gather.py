"""Puts together what several writers logged of one training into one folder, so that it is told and judged once."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.attach import home, name_of
from diagnose.one_job import by_job
from diagnose.run import Note, Run, Series
from diagnose.same_values import agree, decimals, differ, equal, tail, telling
from diagnose.serving import BESIDE, BOARDS
from diagnose.tables.file_names import HALVES
from diagnose.tables.naming import LOSSES, SCORES, is_told, side_of, words
from diagnose.trackers.run_folders import RUNS, STATE
from kb.text import Text

CROWD = 40  # logs in one folder beyond which each is taken for a run of its own
WIDE = 16  # curves of a log beyond which only curves of like names are compared
PLAIN = (
    LOSSES
    | SCORES
    | HALVES
    | frozenset(("epoch", "step", "iter", "mean", "avg", "average", "per", "list", "history", "curve", "values", "all"))
)
LOGS = frozenset(("log", "logs", "metrics", "history", "results", "loss", "losses", "scores", "scalars", "curve"))
TABLES = frozenset(  # what trainers call the one log they keep beside their event files
    (
        *("results.csv", "metrics.csv", "progress.csv", "log.csv", "training.log", "history.csv", "history.json"),
        *("metrics.json", STATE, "log.txt"),
    )
)
SCREENS = frozenset(  # what was printed, as shells and people call it
    ("train.log", "nohup.out", "output.log", "console.log", "stdout.log", "stdout.txt")
)
_STREAM = re.compile(r"(?<![a-z])(?:std)?(?:out(?:put)?|err(?:or)?)(?![a-z])", re.IGNORECASE)
_RANK = re.compile(r"(?:^|(?<=[^a-z]))rank[_-]?\d{1,4}(?!\d)", re.IGNORECASE)


def gathered(runs: Sequence[Run], root: Path) -> list[Run]:
    """The runs, those of one folder made one where they hold the same values or the layout says so; in order."""
    runs = by_job(runs, root)
    if len(runs) < 2:
        return list(runs)
    homes: dict[Path, list[int]] = {}
    states = {home(run.path) for run in runs if run.path.name == STATE}
    for at, run in enumerate(runs):
        homes.setdefault(_home(run, root, states), []).append(at)
    out: dict[int, Run] = {}
    for folder, members in homes.items():
        groups = (
            _groups(folder, [runs[at] for at in members])
            if 1 < len(members) <= CROWD
            else [[at] for at in range(len(members))]
        )
        several = [group for group in groups if len(group) > 1]
        for group in groups:
            first = members[group[0]]
            if len(group) == 1:
                out[first] = runs[first]
                continue
            name = name_of(folder, root)
            number = f"#{several.index(group) + 1}" if len(several) > 1 else ""
            out[first] = _merged([runs[members[at]] for at in group], folder, name + number)
    return [out[at] for at in sorted(out)]


def _home(run: Run, root: Path, states: Container[Path]) -> Path:
    """The folder a run was logged to: trackers keep their files one level down, and so do trainers with ``states``."""
    if run.path == root or root not in run.path.parents:
        return run.path
    folder = run.path if run.path.is_dir() else run.path.parent
    if run.path.name == STATE:
        return home(run.path)
    if folder.parent.name == RUNS and folder.parent.parent in states:
        return folder.parent.parent
    below = folder.name in BESIDE or folder.name.lower() in BOARDS
    return folder.parent if below and folder != root else folder


def _groups(folder: Path, runs: Sequence[Run]) -> list[list[int]]:
    """Which runs of a folder are one training, by their places; two of one file (or database) never are."""
    groups = [[at] for at in range(len(runs))]
    for at, run in enumerate(runs):
        for before in range(at):
            mine = next(group for group in groups if at in group)
            theirs = next(group for group in groups if before in group)
            if mine is theirs or _files(runs[one] for one in mine) & _files(runs[one] for one in theirs):
                continue
            if (
                _of_one_job(runs[before], run)
                or _one_training(runs[before], run)
                or _one_layout(folder, runs, before, at)
                or (_is_one_curve(runs[before]) and _is_one_curve(run))
                or ("" not in (halves := {_half(runs[before]), _half(run)}) and len(halves) == 2)
            ):
                theirs += mine
                groups.remove(mine)
    return [sorted(group) for group in groups]


def _files(runs: Iterable[Run]) -> set[str]:
    return {one for run in runs for one in (str(run.path), *(series.source for series in run.series)) if one}


def _of_one_job(one: Run, other: Run) -> bool:
    """Whether both are logs of one name but for the rank of the process that wrote them, or the stream it wrote to.

    As ``log_rank0.txt`` and ``log_rank1.txt``, ``slurm-123.out`` and ``slurm-123.err``.
    """
    for differing in (_RANK, _STREAM):
        names = [(path.parent, *differing.split(path.name)) for path in (one.path, other.path)]
        if names[0] == names[1] and len(names[0]) > 2:
            return True
    return False


def _one_training(one: Run, other: Run) -> bool:
    """Whether some curve of their own is the same in both, and more curves of like names agree than differ."""
    pairs = [(mine, theirs) for mine in one.series if telling(mine) for theirs in other.series if telling(theirs)]
    alike = [(mine, theirs) for mine, theirs in pairs if tail(mine.name) == tail(theirs.name)]
    same = sum(agree(*pair) for pair in alike)
    if same:
        return 2 * same >= sum(differ(*pair) and not agree(*pair) for pair in alike)
    few = len(one.series) <= WIDE and len(other.series) <= WIDE
    return few and any(agree(*pair) for pair in pairs if pair not in alike)


def _one_layout(folder: Path, runs: Sequence[Run], before: int, at: int) -> bool:
    """Whether the trainer is known to write both, and nothing they have in common speaks against it."""
    one, other = runs[before], runs[at]
    if any(
        differ(mine, theirs)
        for mine in one.series
        if telling(mine)
        for theirs in other.series
        if mine.name.lower() == theirs.name.lower()
    ):
        return False
    places = [_place(folder, run) for run in runs]
    kinds = {places[before], places[at]}
    if kinds & {"log", "screen"} and places.count("log") + places.count("screen") > 1:
        return False  # of several texts, no one knows which is the run's
    alone = all(places.count(kind) == 1 for kind in kinds)
    pairs = ({"events", "table"}, {"events", "screen"}, {"tracker", "beside"}, {"events", "beside"})
    texts = ({text, below} for text in ("log", "screen") for below in ("beside", "board"))
    return alone and kinds in (*pairs, {"table", "board"}, *texts)


def _is_one_curve(run: Run) -> bool:
    """Whether a run is no more than a curve in a file called after it: ``val_loss.npy`` beside ``train_loss.npy``.

    A name with any further word may be that of a model, of which there are others beside it.
    """
    name = run.path.stem
    if len(run.series) != 1 or run.series[0].name != name or run.checkpoints:
        return False
    return is_told(name) and set(words(name)) <= PLAIN


def _half(run: Run) -> str:
    """``train``, ``val`` or ``test`` of a log whose name says no more than that (``val_log.csv``), else nothing."""
    said = set(words(run.path.stem))
    return side_of(run.path.stem) if said <= HALVES | LOGS and len(said & HALVES) == 1 and run.series else ""


def _place(folder: Path, run: Run) -> str:
    """What part a run plays in its folder's layout."""
    formats = {source.format for source in run.sources}
    if run.path == folder:
        return "events"
    if run.path.parent == folder and run.path.name.lower() in BOARDS:
        return "board"
    if run.path.parent != folder:
        return "beside"
    if formats == {"wandb_offline"}:
        return "tracker"
    return "table" if run.path.name in TABLES else "screen" if run.path.name in SCREENS else "log"


def _merged(runs: Sequence[Run], folder: Path, name: str) -> Run:
    """One run of all curves, each once: its longest and most exact record, by its name in the log with most points."""
    order = sorted(runs, key=lambda run: -sum(map(len, run.series)))
    kept: list[Series] = list(order[0].series)
    notes: list[Note] = []
    for run in order[1:]:
        repeated = 0
        for one in run.series:
            twin = next((at for at, mine in enumerate(kept) if _repeats(mine, one)), None)
            if twin is None:
                taken = {mine.name for mine in kept}
                kept.append(replace(one, name=f"{one.name} ({Path(one.source).name})") if one.name in taken else one)
                continue
            repeated += 1
            if (len(one), decimals(one.values)) > (len(kept[twin]), decimals(kept[twin].values)):
                kept[twin] = replace(one, name=kept[twin].name)
        notes.append(Note(_first_path(run), _said(repeated, len(run.series), _first_path(order[0]))))
    return Run(
        folder,
        name,
        sources=tuple(source for run in runs for source in run.sources),
        series=tuple(kept),
        settings={key: value for run in reversed(order) for key, value in run.settings.items()},
        notes=(*(note for run in runs for note in run.notes), *notes),
    )


def _repeats(mine: Series, one: Series) -> bool:
    """Whether a curve is there already; a clock or a schedule is when it has the name."""
    alike = tail(mine.name) == tail(one.name) or tail(mine.name.replace("/", "_")) == tail(one.name.replace("/", "_"))
    if telling(mine) and telling(one):
        return agree(mine, one) or (alike and equal(mine, one))
    return alike and not differ(mine, one)


def _first_path(run: Run) -> str:
    return run.sources[0].path if run.sources else str(run.path)


def _said(repeated: int, curves: int, richer: str) -> Text:
    where = Path(richer).name
    if repeated:
        return Text(
            f"the same training as {where}: {repeated} of {curves} curves repeat its values and are counted once",
            f"与 {where} 是同一次训练：{curves} 条曲线中有 {repeated} 条数值重复，只计一次",
        )
    return Text(
        f"logged beside {where} by the same training: read as one run", f"与 {where} 由同一次训练写出：合为一次运行"
    )
