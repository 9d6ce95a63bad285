"""Put the run and the library together: one verdict per symptom and subject, never silence."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from diagnose.binding import Bound, bind
from diagnose.finding import Evidence, Examined, Unsure, Verdict
from diagnose.recognise import Recogniser, stem
from diagnose.run import Run, Series
from kb.entry import Entry
from kb.library import Library
from kb.text import Text

_SAVE_IT = "torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'step': step}, path)"


def examine(
    run: Run,
    library: Library,
    *,
    roles: Mapping[str, str] | None = None,
    waived: Mapping[str, str] | None = None,
    recogniser: Recogniser | None = None,
) -> Examined:
    """Every symptom's verdict on one run.

    ``roles`` (tag -> role) overrides what names tell; ``waived`` (symptom -> reason) names checks to leave out.
    ``recogniser``, made from the same library, saves reading its patterns anew for each of many runs.
    """
    recogniser = recogniser or Recogniser(library)
    known = recogniser.recognise(run, roles or {})
    verdicts: list[Verdict] = []
    for entry in library.values():
        if entry.check is None:
            continue
        if waived and entry.id in waived:
            verdicts.append(Verdict(entry, "waived", reason=Text(waived[entry.id], waived[entry.id])))
        else:
            verdicts += judge(known, entry, recogniser)
    return Examined(known, tuple(verdicts))


def judge(run: Run, entry: Entry, recogniser: Recogniser) -> list[Verdict]:
    """One check on one run whose series have roles: a verdict for each subject found, else a single one."""
    if entry.check is not None and not entry.check.detector:
        return [_awaiting(run, entry, recogniser)]
    bound = bind(entry)
    unseen = _unseen(run, entry, bound, recogniser)
    if unseen:
        return [unseen]
    answers: list[Evidence | Unsure | None] = []
    for subjects in _subjects(run, bound):
        try:
            with np.errstate(all="ignore"):  # values near the largest float overflow in sums; comparisons still hold
                answer = bound.detector(**subjects, **bound.check.with_)
        except Exception as error:  # noqa: BLE001 - a detector must not take the report down; it is shown as broke
            what = f"{type(error).__name__}: {error}"
            return [Verdict(entry, "broke", reason=Text(f"our mistake: {what}", f"程序自身出错：{what}"))]
        answers += list(answer) if isinstance(answer, Sequence) else [answer]
    found = [Verdict(entry, "found", answer) for answer in answers if isinstance(answer, Evidence)]
    if found:
        return found
    unsure = [answer for answer in answers if isinstance(answer, Unsure)]
    if unsure and len(unsure) == len(answers):
        return [Verdict(entry, "blind", reason=unsure[0].because, log_it=_missing(run, bound, recogniser))]
    return [Verdict(entry, "clear")]


def _awaiting(run: Run, entry: Entry, recogniser: Recogniser) -> Verdict:
    """The verdict of a symptom that this version knows but cannot look for."""
    assert entry.check is not None
    missing = [recogniser.log_it[role] for role in entry.check.watch.values() if not run.with_role(role)]
    if not entry.check.watch and not run.checkpoints:
        missing.append(_SAVE_IT)  # what watches no curve looks at checkpoints
    en, zh = entry.check.awaits, entry.zh.awaits
    reason = Text(f"not looked for in this version; it needs {en}", f"此版本尚不检查；需要{zh}")
    return Verdict(entry, "blind", reason=reason, log_it=tuple(line for line in missing if line))


def _unseen(run: Run, entry: Entry, bound: Bound, recogniser: Recogniser) -> Verdict | None:
    """A blind verdict when something the detector cannot do without is not there."""
    for name, look in bound.looks.items():
        if look == "checkpoints" and not run.checkpoints and not {"all", "each"} & set(bound.looks.values()):
            reason = Text("no checkpoint was given", "没有提供检查点文件")
            return Verdict(entry, "blind", reason=reason, log_it=(_SAVE_IT,))
        if look == "each" and not run.with_role(bound.check.watch[name]):
            role = bound.check.watch[name]
            title = recogniser.titles[role]
            reason = Text(f"no curve has the role {role} ({title.en})", f"没有曲线被识别为 {role}（{title.zh}）")
            log_it = recogniser.log_it[role]
            return Verdict(entry, "blind", reason=reason, log_it=(log_it,) if log_it else ())
    return None


def _missing(run: Run, bound: Bound, recogniser: Recogniser) -> tuple[str, ...]:
    """What to log for a detector that had nothing at all to look at; nothing when it merely saw too little."""
    roles = [bound.check.watch[name] for name, look in bound.looks.items() if look == "all"]
    if run.checkpoints or any(run.with_role(role) for role in roles):
        return ()
    return tuple(recogniser.log_it[role] for role in roles if recogniser.log_it[role])


def _subjects(run: Run, bound: Bound) -> list[dict[str, Any]]:
    """The arguments of each call: every combination of the series looked at one by one, with their companions."""
    each = [name for name, look in bound.looks.items() if look == "each"]
    calls = []
    for chosen in itertools.product(*(run.with_role(bound.check.watch[name]) for name in each)):
        arguments: dict[str, Any] = dict(zip(each, chosen, strict=True))
        for name, look in bound.looks.items():
            if look == "companion":
                arguments[name] = _companion(chosen, run.with_role(bound.check.watch[name]))
            elif look == "all":
                arguments[name] = run.with_role(bound.check.watch[name])
            elif look == "checkpoints":
                arguments[name] = run.checkpoints
        calls.append(arguments)
    return calls


def _companion(chosen: Sequence[Series], candidates: Sequence[Series]) -> Series | None:
    """The candidate that shares most of its name with the subject: val/box_loss goes with train/box_loss."""
    if not candidates:
        return None
    words = stem(chosen[0].name) if chosen else frozenset()
    return max(candidates, key=lambda series: (len(words & stem(series.name)), -len(stem(series.name) - words)))
