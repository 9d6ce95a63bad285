"""Follows runs that are still being written and tells what has become of each verdict since the last look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from diagnose.engine import Examiner
from diagnose.finding import SEVERITIES, Examined, Verdict
from diagnose.follow import Follower
from diagnose.run import Run
from diagnose.story import story
from kb.choices import Severity
from kb.collection import Library
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import wrap

_Key = tuple[str, str, str]  # symptom, subject, cause


@dataclass(frozen=True)
class Change:
    """What happened to a run: it was met or is gone, or one of its findings is new or gone. ``step`` is its last."""

    run: str
    step: int
    kind: Literal["met", "left", "found", "gone"]
    verdict: Verdict | None = None


class Watch:
    """Looks at ``paths`` again and again; nothing is told of findings below ``bar``."""

    def __init__(
        self,
        paths: Sequence[Path],
        library: Library,
        *,
        bar: Severity = "warning",
        roles: Mapping[str, str] | None = None,
        waived: Mapping[str, str] | None = None,
    ) -> None:
        self._follower = Follower(paths)
        self._bar = bar
        self._examiner = Examiner(library, roles=roles, waived=waived)
        self._met: dict[str, tuple[tuple[object, ...], Examined]] = {}

    def look(self) -> list[Change]:
        """What has changed since the last look. Raises `Problem` for a path that does not exist."""
        changes: list[Change] = []
        now: dict[str, tuple[tuple[object, ...], Examined]] = {}
        for run in self._follower.look().runs:
            mark = _mark(run)
            before = self._met.get(run.name)
            if before is not None and before[0] == mark:
                now[run.name] = before
                continue
            seen = self._examiner.examine(run)
            now[run.name] = (mark, seen)
            changes += self._changed(run, before[1] if before else None, seen)
        changes += [Change(name, 0, "left") for name in self._met if name not in now]
        self._met = now
        return changes

    @property
    def worst(self) -> Severity | None:
        """The most harmful finding of all runs as they stand."""
        found = [one.severity for _, seen in self._met.values() for one in seen.verdicts if one.severity]
        return max(found, key=SEVERITIES.index, default=None)

    def _changed(self, run: Run, before: Examined | None, now: Examined) -> Iterator[Change]:
        step = max((int(one.steps[-1]) for one in run.series if len(one)), default=0)
        if before is None:
            yield Change(run.name, step, "met")
        old = self._loud(before) if before else {}
        new = self._loud(now)
        for key, verdict in new.items():
            if key not in old:
                yield Change(run.name, step, "found", verdict)
        for key, verdict in old.items():
            if key not in new:
                yield Change(run.name, step, "gone", verdict)

    def _loud(self, examined: Examined) -> dict[_Key, Verdict]:
        """The roots among the findings at or above the bar; what follows from a root is told with it, not again."""
        return {
            (one.entry.id, one.evidence.subject, one.evidence.cause): one
            for chapter in story(examined.verdicts)
            if (one := chapter.verdict).evidence is not None
            and one.severity is not None
            and SEVERITIES.index(one.severity) >= SEVERITIES.index(self._bar)
        }


def _mark(run: Run) -> tuple[object, ...]:
    """What differs when a run has something new in it."""
    points = tuple((one.name, len(one), int(one.steps[-1]) if len(one) else 0) for one in run.series)
    return points, tuple((str(one.path), one.step) for one in run.checkpoints)


def lines(change: Change, at: str, lang: Lang, width: int) -> list[Line]:
    """A change in words, behind the time ``at`` it was seen."""
    head = f"{at}  {change.run}"
    if change.kind == "left":
        text = Text(f"{head}: no longer there", f"{head}：已不存在").of(lang)
        return [Line("dim", line) for line in wrap(text, width, rest="    ")]
    place = Text(f"{head}, step {change.step:,}: ", f"{head}，第 {change.step:,} 步：").of(lang)
    verdict = change.verdict
    if verdict is None:
        text = place + Text("following", "开始跟踪").of(lang)
        return [Line("dim", line) for line in wrap(text, width, rest="    ")]
    title = verdict.entry.zh.title if lang == "zh" else verdict.entry.title
    if change.kind == "gone":
        text = place + Text(f"no longer: {title}", f"已消失：{title}").of(lang)
        return [Line("text", line) for line in wrap(text, width, first="✓ ", rest="    ")]
    found = [Line("error", line) for line in wrap(place + title, width, first="✗ ", rest="    ")]
    found += [Line("text", line) for line in wrap(verdict.message(lang), width, first="    ", rest="    ")]
    if fix := verdict.fix(lang):
        found += [Line("text", line) for line in wrap(fix[0], width, first="    → ", rest="      ")]
    return [*found, Line("dim", f"      kb lookup {verdict.entry.id}")]
