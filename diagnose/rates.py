"""What each learning rate did, in a sentence: its schedule, how far it has come, and whether it ends with the run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from diagnose.epochs import epoch_length
from diagnose.measure import changes, finite, median
from diagnose.run import Run, Series
from diagnose.schedule import Schedule, schedule
from kb.text import Lang, Text

_NEAR = 0.03  # an end within this share of the run is the run's own
_NAMED = 3  # curves of one schedule that are named
_OPEN = ("milestones", "overrun")  # their end is a place in the past, and no goal


@dataclass(frozen=True)
class Rate:
    """The schedule of one curve, or of several that share it.

    ``through`` is the share of the schedule that was logged, None for one without an end; ``planned`` the step at
    which the settings say the run ends, None where they do not; ``text`` says all of it.
    """

    names: tuple[str, ...]
    schedule: Schedule
    through: float | None
    planned: float | None
    text: Text


def rates(run: Run) -> list[Rate]:
    """Every learning rate of a run whose schedule can be told, those that did the same together, in file order."""
    watched = (*run.with_role("val-loss"), *run.with_role("train-loss"))[:1]
    length = epoch_length(run.with_role("epoch"), run.settings)
    alike: dict[Text, Rate] = {}
    for one in run.with_role("learning-rate"):
        seen = schedule(one)
        if seen is not None and seen.name == "milestones" and watched:
            seen = schedule(one, watched[0])
        if seen is None:
            continue
        rate = _rate(one, seen, length, run.settings)
        names = (*alike[rate.text].names, one.name) if rate.text in alike else (one.name,)
        alike[rate.text] = Rate(names, rate.schedule, rate.through, rate.planned, rate.text)
    return list(alike.values())


def _rate(one: Series, seen: Schedule, length: float | None, settings: Mapping[str, Any]) -> Rate:
    steps = finite(one)[0]
    first, last, grid = float(steps[0]), float(steps[-1]), median(changes(steps))
    planned = _planned(steps[-1], grid, length, settings)

    def at(step: float) -> Text:
        epoch = f"{step / length:,.3g}" if length is not None and length > 1.5 else ""
        en, zh = (f" (epoch {epoch})", f"（第 {epoch} 轮）") if epoch else ("", "")
        return Text(f"step {step:,.0f}{en}", f"第 {step:,.0f} 步{zh}")

    text, through = seen.text(at), None
    if seen.ends is not None and seen.name not in _OPEN:
        through = min(1.0, (last - first) / max(1.0, seen.ends - first))
        parts = [seen.shape(), *_ending(float(seen.ends), first, last, grid, planned, at)]
        text = Text("; ".join(one.en for one in parts), "；".join(one.zh for one in parts))
    return Rate((one.name,), seen, through, planned, text)


def _planned(last: float, grid: float, length: float | None, settings: Mapping[str, Any]) -> float | None:
    """The last step of the planned run, as this log counts steps; None where the settings leave it open."""
    epochs, iterations = (_number(settings.get(key)) for key in ("planned-epochs", "planned-iterations"))
    if epochs is not None and length is not None:
        planned: float | None = epochs * length
    elif epochs is not None and grid == 1 and last <= epochs + 1:
        planned = epochs  # steps that count up to the planned epochs one by one are epochs
    else:
        planned = iterations
    return planned if planned is not None and planned >= last / (1 + _NEAR) - grid else None


def _ending(
    end: float, first: float, last: float, grid: float, planned: float | None, at: Callable[[float], Text]
) -> Iterator[Text]:
    """Where a schedule ends, against the last logged step and against the planned one."""
    near, where = max(2 * grid, _NEAR * (end - first)), at(end)
    part = f"{(last - first) / max(1.0, end - first):.0%}"
    goes_on = planned is not None and last < planned - near
    if end < last - near:
        rest = f"{(last - end) / (last - first):.0%}"
        en = f"ended at {where.en}, and the run went on for another {rest} of its length"
        yield Text(en, f"在{where.zh}结束，此后又训练了全程的 {rest}")
    elif goes_on or (end > last + near and planned is None):
        yield Text(f"ends at {where.en}, {part} of it done", f"终点在{where.zh}，已走完 {part}")
    elif end > last + near:
        yield Text(f"ends at {where.en}, the run after {part} of it", f"终点在{where.zh}，训练在走完 {part} 时就结束了")
    else:
        yield Text("ends with the run", "与训练同时结束")
    if planned is None or not goes_on or not 0.1 <= end / planned <= 10:
        return
    if planned > end + near:
        yield Text(f"the run is planned to go on to {at(planned).en}", f"而训练计划持续到{at(planned).zh}")
    elif planned < end - near:
        yield Text(
            f"the run is planned to end before, at {at(planned).en}", f"而训练计划在此之前的{at(planned).zh}就结束"
        )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and value > 0 else None


def lines(run: Run, lang: Lang, most: int | None = None, name: Callable[[str], str] = str) -> Iterator[str]:
    """A line for each schedule of a run, at most ``most`` and then how many more; ``name`` writes a curve's name."""
    known = rates(run)
    for one in known[:most]:
        names = ", ".join(map(name, one.names[:_NAMED]))
        more = f" (+{len(one.names) - _NAMED})" if len(one.names) > _NAMED else ""
        yield f"{names}{more}{Text(': ', '：').of(lang)}{one.text.of(lang)}"
    if most is not None and (rest := len(known) - most) > 0:
        en, zh = f"{rest} more schedules (diagnose series)", f"另有 {rest} 种学习率调度（diagnose series 可列出）"
        yield Text(en, zh).of(lang)
