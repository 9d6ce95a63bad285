"""What curves logged together say of each other: parts of a total, smoothed copies, summaries, rewards."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from diagnose.curve_name import NEUTRAL, CurveName, left_of
from diagnose.run import Series
from kb.text import Text

LOSSES = ("train-loss", "val-loss")
_OF_A_TOTAL = NEUTRAL | {"loss", "losses", "total", "main", "overall", "sum", "lm", "损失"}
_SUMS = frozenset(("total", "overall", "sum"))  # det_total_loss is a total where no plain one is logged
_REWARDS = (
    frozenset({"reward"}),
    frozenset({"rew"}),
    frozenset({"eprewmean"}),
    frozenset({"episodic", "return"}),
    frozenset({"episode", "return"}),
    frozenset({"rollout"}),
    frozenset({"ep", "ret"}),
    frozenset({"approx", "kl"}),
    frozenset({"explained", "variance"}),
    frozenset({"policy", "value", "loss"}),
)
_ENOUGH = 4  # points of a curve beside which a single value is its summary


@dataclasses.dataclass(frozen=True)
class Named:
    """A curve with what its name says; ``told`` when the user said the role."""

    series: Series
    name: CurveName
    told: bool = False

    def without_role(self, why: Text) -> Named:
        """The same curve, judged as nothing."""
        return self.with_role("", why)

    def with_role(self, role: str, why: Text) -> Named:
        """The same curve in another role."""
        return dataclasses.replace(self, series=dataclasses.replace(self.series, role=role, why=why))


def together(curves: Sequence[Named]) -> list[Named]:
    """The curves of one run, their roles corrected by what else was logged; the user's own words stand."""
    found = list(curves)
    for rule in (_rewarded, _summaries, _copies, _parts, _step_times):
        corrected = rule(found)
        found = [old if old.told else new for old, new in zip(found, corrected, strict=True)]
    return found


def _rewarded(curves: list[Named]) -> list[Named]:
    """Where rewards are logged, a loss need not fall, and no verdict on it would be right."""
    words = [set(one.name.said) for one in curves]
    ranked = any(said & {"chosen", "rejected"} for said in words)  # pairs of preferences: an ordinary loss
    everything = set().union(*words) if words else set()
    if ranked or not any(
        sign <= said for sign in _REWARDS for said in (*words, everything if len(sign) > 2 else set())
    ):
        return curves
    why = Text("a loss of reinforcement learning need not fall", "强化学习的损失不一定下降，不作判断")
    return [one.without_role(why) if one.series.role in LOSSES else one for one in curves]


def _summaries(curves: list[Named]) -> list[Named]:
    """A single value beside a curve of the same quantity is its mean or last value, written at the end."""
    full = {_same(one) for one in curves if len(one.series) >= _ENOUGH}
    why = Text("one value that sums up a curve logged beside it", "旁边已有完整曲线，这是它的一个汇总值")
    return [
        one.without_role(why) if one.series.role in LOSSES and len(one.series) == 1 and _same(one) in full else one
        for one in curves
    ]


def _copies(curves: list[Named]) -> list[Named]:
    """A running mean beside the plain curve is that curve smoothed; a mean over an epoch has fewer points."""
    plain: dict[tuple[str, ...], int] = {}
    for one in curves:
        if not _smooth(one) and not _first_part(one):
            plain[_same(one)] = max(plain.get(_same(one), 0), size(len(one.series)))
    why = Text("a smoothed copy of a curve logged beside it", "旁边已有原始曲线，这是它的平滑副本")
    return [
        one.without_role(why) if _smooth(one) and size(len(one.series)) >= plain.get(_same(one), 99) - 1 else one
        for one in curves
    ]


def _first_part(one: Named) -> bool:
    """Whether a loss is the part called main or first where a total of a plainer name is logged too, else a total."""
    numbered = any(word.text.removeprefix("loss").isdigit() for word in one.name.words)
    return one.series.role in LOSSES and (numbered or "main" in one.name.said)


def size(points: int) -> int:
    """How long a curve is, in powers of two; all that the rules here look at, so that runs can be remembered by it."""
    return points.bit_length()


def _smooth(one: Named) -> bool:
    averaged = {"running"} if one.series.role == "metric" else {"running", "mean"}  # a mean Dice is one over classes
    return one.series.role in (*LOSSES, "metric") and not averaged.isdisjoint(one.name.taken)


def _same(one: Named) -> tuple[str, ...]:
    told = one.series.role == "metric" or one.series.split == "test"  # else a loss says its split in its role
    part = one.series.split if told else ""
    return one.series.role, part, one.series.quantity, one.series.qualifier


def _parts(curves: list[Named]) -> list[Named]:
    """Where a total is logged beside its parts, the parts become component losses, so that one loss is judged once."""
    losses = [one for one in curves if one.series.role in LOSSES]
    totals = {one.series.role for one in losses if is_total(one.name)}
    unnumbered = {one.series.role for one in losses if is_total(one.name, numbered=False) and not _first_part(one)}
    sums = {one.series.name: one.series.role for one in losses if not _SUMS.isdisjoint(one.name.said)}
    alone = {role for role in sums.values() if role not in totals and list(sums.values()).count(role) == 1}
    why = Text("a part of a total that is logged too", "同一日志中另有总损失，这是其中一项")
    return [
        one.with_role("component-loss", why)
        if (one.series.role in totals and not is_total(one.name, numbered=one.series.role not in unnumbered))
        or (one.series.role in unnumbered and _first_part(one))
        or (one.series.role in alone and one.series.name not in sums)
        else one
        for one in curves
    ]


def is_total(name: CurveName, *, numbered: bool = True) -> bool:
    """Whether a loss's name says nothing of what it is the loss of; ``loss_1`` may be a total, or the first part."""
    for word in name.words:
        if word.text.isdigit():
            if not numbered:
                return False
        elif word.text not in _OF_A_TOTAL and (word.text.isascii() or left_of(word.text, ("损失",))):
            return False
    return True


def _step_times(curves: list[Named]) -> list[Named]:
    """``time`` beside the time for data is that of a step, and ``data`` beside a bare ``time`` is the one for data."""
    bare = {_bare(one) for one in curves}
    waits = any(one.series.role == "data-time" for one in curves)
    found = []
    for one in curves:
        word = "" if one.series.role else _bare(one)
        if word == "time" and (waits or "data" in bare):
            why = Text("logged beside the time spent waiting for data", "与等待数据的时间一起记录")
            found.append(one.with_role("step-time", why))
        elif word == "data" and "time" in bare:
            why = Text("logged beside the time of a step", "与每步耗时一起记录")
            found.append(one.with_role("data-time", why))
        else:
            found.append(one)
    return found


def _bare(one: Named) -> str:
    """The only word of a name that says something, or nothing."""
    words = [word.text for word in one.name.words if word.text not in NEUTRAL]
    return words[0] if len(words) == 1 else ""
