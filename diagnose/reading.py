"""What was read and what can be looked for, as lists a person can check at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from diagnose import overview
from diagnose.rates import rates
from diagnose.run import Checkpoint, Run, Series, Source
from kb.collection import Library
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import pad, width_of, wrap

_NAME = 36  # columns for names; a longer one has a line of its own
_NO_ROLE = Text("(none)", "（无）")


def lines(runs: Sequence[Run], lang: Lang, width: int) -> list[Line]:
    """For every run: its files, and each curve with role, points, range and the reason for the role."""
    found: list[Line] = []
    for run in runs:
        found.append(Line("title", run.name))
        checkpoints = {str(one.path): one for one in run.checkpoints}
        for source in run.sources:
            held = _held(source, checkpoints.get(source.path))
            text = Text(f"{source.path} ({source.format}: {held.en})", f"{source.path}（{source.format}：{held.zh}）")
            found += [Line("dim", line) for line in wrap(text.of(lang), width, first="  ", rest="    ")]
        found += _curves(run, lang, width)
        for note in run.notes:
            text = Text(f"{note.path}: {note.what.en}", f"{note.path}：{note.what.zh}")
            found += [Line("dim", line) for line in wrap(text.of(lang), width, first="  ! ", rest="    ")]
        found.append(Line("text", ""))
    return found


def _held(source: Source, checkpoint: Checkpoint | None) -> Text:
    """What a file gave: curves, or the tensors of a checkpoint."""
    if checkpoint is not None and not source.series:
        count = len(checkpoint.tensors)
        at = (
            Text("", "")
            if checkpoint.step is None
            else Text(f" at step {checkpoint.step:,}", f"，第 {checkpoint.step:,} 步")
        )
        return Text(f"{count} tensor{_s(count)}{at.en}", f"{count} 个张量{at.zh}")
    return Text(
        f"{source.series} curve{_s(source.series)}, {source.points:,} point{_s(source.points)}",
        f"{source.series} 条曲线，{source.points:,} 个点",
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _curves(run: Run, lang: Lang, width: int) -> list[Line]:
    """Each curve: name, role and range in one row where they fit; below its role's reason, file, schedule."""
    found: list[Line] = []
    names = min(max((width_of(one.name) for one in run.series), default=0), _NAME)
    roles = max((width_of(_role(one, lang)) for one in run.series), default=0)
    files = {one.source for one in run.series if one.source}
    schedules = {name: rate.text for rate in rates(run) for name in rate.names}
    for one in run.series:
        row = f"  {pad(one.name, names)}  {pad(_role(one, lang), roles)}  {_range(one, lang)}"
        if width_of(one.name) <= names and width_of(row) <= width:
            found.append(Line("text", row))
        else:
            found += [Line("text", line) for line in wrap(one.name, width, first="  ", rest="      ")]
            rest = f"{_role(one, lang)}  {_range(one, lang)}"
            found += [Line("text", line) for line in wrap(rest, width, first="      ", rest="      ")]
        about = [] if one.why is None else [one.why.of(lang)]
        if one.lower_is_better and one.role:
            about.append(Text("better when lower", "越低越好").of(lang))
        if one.qualifier and one.role:
            about.append(Text(f"of {one.qualifier}", f"对象：{one.qualifier}").of(lang))
        if len(files) > 1 and one.source:
            about.append(Path(one.source).name)
        text = ("；" if lang == "zh" else "; ").join(about)
        found += [Line("dim", line) for line in wrap(text, width, first="      ", rest="      ")]
        if one.name in schedules:
            said = schedules[one.name].of(lang)
            found += [Line("text", line) for line in wrap(said, width, first="      ", rest="      ")]
    return found


def symptoms(library: Library, lang: Lang, width: int) -> list[Line]:
    """Every symptom that is looked for, and the roles it needs to see."""
    found: list[Line] = []
    for entry in library.values():
        if entry.check is None:
            continue
        title = entry.zh.title if lang == "zh" else entry.title
        roles = list(dict.fromkeys(entry.check.watch.values()))
        found.append(Line("heading", f"{entry.id}  [{overview.SEVERITY[entry.check.severity].of(lang)}]"))
        text = Text(
            f"{title}; looks at {', '.join(roles) or 'a checkpoint'}",
            f"{title}；查看{' ' + '、'.join(roles) if roles else '检查点'}",
        ).of(lang)
        found += [Line("text", line) for line in wrap(text, width, first="    ", rest="    ")]
    found.append(Line("text", ""))
    found.append(Line("heading", Text("What to log", "需要记录什么").of(lang)))
    for entry in library.values():
        for role, logged in entry.logged_as.items():
            found += [Line("text", f"  {role}"), Line("python", f"      {logged.log_it}")]
    return found


def _role(series: Series, lang: Lang) -> str:
    return series.role or _NO_ROLE.of(lang)


def _range(series: Series, lang: Lang) -> str:
    good = series.values[np.isfinite(series.values)]
    between = f"{good.min():.4g} .. {good.max():.4g}" if len(good) else "nan"
    bad = len(series) - len(good)
    text = Text(
        f"{len(series)} point{_s(len(series))}, steps {series.steps[0]}-{series.steps[-1]}, {between}",
        f"{len(series)} 个点，步 {series.steps[0]}-{series.steps[-1]}，{between}",
    ).of(lang)
    return text + (Text(f", {bad} not finite", f"，{bad} 个非有限值").of(lang) if bad else "")
