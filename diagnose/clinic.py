"""Paths in, diagnosis out: the one call behind `diagnose run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.assemble import Found, Survey, survey
from diagnose.finding import Diagnosis, Examined
from diagnose.mapping import check_tags
from diagnose.recognise import Recogniser
from diagnose.run import Note, Run
from diagnose.tables.textfile import NO_SIGNAL
from kb.collection import Library
from kb.problem import Problem
from kb.text import Text

_NAMED = 5  # files named in the complaint that nothing was found
_CHECKPOINT = Text(
    "a checkpoint is a .pt, .pth, .ckpt or .safetensors file", "检查点是 .pt、.pth、.ckpt 或 .safetensors 文件"
)


class Rounds:
    """Judges the runs under ``paths`` one after the other, each as soon as it is read."""

    def __init__(
        self,
        paths: Sequence[Path],
        library: Library,
        *,
        roles: Mapping[str, str] | None = None,
        waived: Mapping[str, str] | None = None,
        overridden: Iterable[Text] = (),
    ) -> None:
        self.survey = Survey(paths)
        self._paths, self._library, self._overridden = paths, library, tuple(overridden)
        self._roles, self._waived = roles, waived

    def __iter__(self) -> Iterator[Examined]:
        """Every run with its verdicts. Raises as `diagnose` does."""
        from diagnose.engine import Examiner

        examiner = Examiner(self._library, roles=self._roles, waived=self._waived)
        none = True
        for run in self.survey.runs():
            none = False
            yield examiner.examine(run)
        if none:
            raise _nothing(self._paths, self.survey.unread, self.survey.strangers)

    def rest(self) -> Diagnosis:
        """What there is to say besides the runs, once all were given."""
        return Diagnosis((), self._overridden, tuple(self.survey.unread), self.survey.strangers)


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
    rounds = Rounds(paths, library, roles=roles, waived=waived, overridden=overridden)
    examined = tuple(rounds)
    return replace(rounds.rest(), examined=examined)


def read(paths: Sequence[Path], library: Library, *, roles: Mapping[str, str] | None = None) -> list[Run]:
    """Every run under ``paths`` with the role of each series, not judged. Raises as `diagnose` does."""
    recogniser = Recogniser(library)
    return [recogniser.recognise(run, roles or {}) for run in _found(paths).runs]


def read_checkpoints(paths: Sequence[Path], library: Library) -> list[Run]:
    """As `read`, for one who asks for checkpoints: raises `Problem` where none lies there, whatever else does."""
    found = survey(paths)
    if not any(run.checkpoints for run in found.runs):
        lines = [*_unread(found.unread, found.strangers), _CHECKPOINT]
        raise Problem(Text("no checkpoint there", "这里没有检查点"), path=_named(paths), hint=_stacked(lines))
    recogniser = Recogniser(library)
    return [recogniser.recognise(run, {}) for run in found.runs]


def claimed(tags: Iterable[str], runs: Iterable[Run]) -> None:
    """Raise `Problem` with the nearest name where a tag the user typed is no curve of any run."""
    check_tags(tags, (one.name for run in runs for one in run.series))


def _found(paths: Sequence[Path]) -> Found:
    found = survey(paths)
    if not found.runs:
        raise _nothing(paths, found.unread, found.strangers)
    return found


def _nothing(paths: Sequence[Path], unread: Sequence[Note], strangers: int) -> Problem:
    return Problem(
        Text("no training signal found", "没有找到训练信号"),
        path=_named(paths),
        hint=_seen(unread, strangers),
    )


def _named(paths: Sequence[Path]) -> str:
    return ", ".join(map(str, paths))


def _unread(unread: Sequence[Note], strangers: int) -> list[Text]:
    """What lay there and was not read."""
    lines = [Text(f"{note.path}: {note.what.en}", f"{note.path}：{note.what.zh}") for note in unread[:_NAMED]]
    if len(unread) > _NAMED:
        more = len(unread) - _NAMED
        lines.append(Text(f"and {more} more like these", f"另有 {more} 个类似的文件"))
    if strangers:
        many = "s" if strangers > 1 else ""
        lines.append(Text(f"{strangers} file{many} of kinds I do not read", f"{strangers} 个不认识的文件"))
    return lines


def _seen(unread: Sequence[Note], strangers: int) -> Text:
    """What lay there instead, so that the user knows what to point at."""
    lines = _unread(unread, strangers) or [Text("there is no file in it", "里面没有任何文件")]
    lines.append(
        Text(
            "point at TensorBoard event files, CSV, JSON or text logs, tracker files, "
            "or .pt/.pth/.ckpt/.safetensors checkpoints",
            "请指向 TensorBoard 事件文件、CSV、JSON 或文本日志、实验跟踪工具的文件，"
            "或 .pt/.pth/.ckpt/.safetensors 检查点",
        )
    )
    if any(note.what == NO_SIGNAL for note in unread):
        lines.append(
            Text(
                "where a program ended with an error, `kb ask - < FILE` explains it",
                "如果程序是报错退出的，`kb ask - < FILE` 可解释该错误",
            )
        )
    return _stacked(lines)


def _stacked(lines: Sequence[Text]) -> Text:
    return Text("\n  ".join(line.en for line in lines), "\n  ".join(line.zh for line in lines))
