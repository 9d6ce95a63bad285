"""Paths in, diagnosis out: the one call behind `diagnose run`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from diagnose.assemble import Found, survey
from diagnose.engine import examine
from diagnose.finding import Diagnosis
from diagnose.mapping import check_tags
from diagnose.recognise import Recogniser
from diagnose.run import Note, Run
from kb.library import Library
from kb.problem import Problem
from kb.text import Text

_NAMED = 5  # files named in the complaint that nothing was found


def diagnose(
    paths: Sequence[Path],
    library: Library,
    *,
    roles: Mapping[str, str] | None = None,
    waived: Mapping[str, str] | None = None,
    overridden: Iterable[Text] = (),
) -> Diagnosis:
    """Read every run under ``paths`` and judge it.

    Raises `Problem` for a path that does not exist and where no training signal is found.
    """
    found = _found(paths)
    recogniser = Recogniser(library)
    examined = tuple(examine(run, library, roles=roles, waived=waived, recogniser=recogniser) for run in found.runs)
    return Diagnosis(examined, tuple(overridden), found.unread, found.strangers)


def read(paths: Sequence[Path], library: Library, *, roles: Mapping[str, str] | None = None) -> list[Run]:
    """Every run under ``paths`` with the role of each series, not judged. Raises as `diagnose` does."""
    recogniser = Recogniser(library)
    return [recogniser.recognise(run, roles or {}) for run in _found(paths).runs]


def claimed(tags: Iterable[str], runs: Iterable[Run]) -> None:
    """Raise `Problem` with the nearest name where a tag the user typed is no curve of any run."""
    check_tags(tags, (one.name for run in runs for one in run.series))


def _found(paths: Sequence[Path]) -> Found:
    found = survey(paths)
    if not found.runs:
        raise Problem(
            Text("no training signal found", "没有找到训练信号"),
            path=", ".join(map(str, paths)),
            hint=_seen(found.unread, found.strangers),
        )
    return found


def _seen(unread: Sequence[Note], strangers: int) -> Text:
    """What lay there instead, so that the user knows what to point at."""
    lines = [Text(f"{note.path}: {note.what.en}", f"{note.path}：{note.what.zh}") for note in unread[:_NAMED]]
    if len(unread) > _NAMED:
        more = len(unread) - _NAMED
        lines.append(Text(f"and {more} more like these", f"另有 {more} 个类似的文件"))
    if strangers:
        many = "s" if strangers > 1 else ""
        lines.append(Text(f"{strangers} file{many} of kinds I do not read", f"{strangers} 个不认识的文件"))
    lines.append(
        Text(
            "point at TensorBoard event files, CSV, JSON or text logs, tracker files, "
            "or .pt/.pth/.ckpt/.safetensors checkpoints",
            "请指向 TensorBoard 事件文件、CSV、JSON 或文本日志、实验跟踪工具的文件，"
            "或 .pt/.pth/.ckpt/.safetensors 检查点",
        )
    )
    return Text("\n  ".join(line.en for line in lines), "\n  ".join(line.zh for line in lines))
