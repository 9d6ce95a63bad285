"""Put the run and the library together: one verdict per symptom and subject, never silence."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from diagnose.binding import bind
from diagnose.finding import Evidence, Examined, Unsure, Verdict
from diagnose.recognise import Recogniser, stem
from diagnose.run import Run, Series
from kb.collection import Library
from kb.entry import Entry
from kb.text import Text

_SAVE_IT = "torch.save({'model': model.state_dict(), 'optimizer': optimizer.state_dict(), 'step': step}, path)"


class Examiner:
    """The checks of a library, ready for one run after the other.

    ``roles`` (tag -> role) overrides what names tell; ``waived`` (symptom -> reason) names checks to leave out.
    """

    def __init__(
        self, library: Library, *, roles: Mapping[str, str] | None = None, waived: Mapping[str, str] | None = None
    ) -> None:
        self._recogniser = Recogniser(library)
        self._roles = roles or {}
        waived = waived or {}
        self._checks = [
            _waived(entry, waived[entry.id]) if entry.id in waived else _check(entry, self._recogniser)
            for entry in library.values()
            if entry.check is not None
        ]

    def examine(self, run: Run) -> Examined:
        """Every symptom's verdict on one run."""
        known = self._recogniser.recognise(run, self._roles)
        with np.errstate(all="ignore"):  # values near the largest float overflow in sums; comparisons still hold
            found = [check.judge(known) for check in self._checks]
        return Examined(known, tuple(itertools.chain.from_iterable(found)))


def examine(
    run: Run,
    library: Library,
    *,
    roles: Mapping[str, str] | None = None,
    waived: Mapping[str, str] | None = None,
) -> Examined:
    """The same for a single run."""
    return Examiner(library, roles=roles, waived=waived).examine(run)


def judge(run: Run, entry: Entry, recogniser: Recogniser) -> Sequence[Verdict]:
    """One check on one run whose series have roles: a verdict for each subject found, else a single one."""
    with np.errstate(all="ignore"):
        return _check(entry, recogniser).judge(run)


def _check(entry: Entry, recogniser: Recogniser) -> _Check | _Awaiting:
    assert entry.check is not None
    return _Check(entry, recogniser) if entry.check.detector else _Awaiting(entry, recogniser)


def _waived(entry: Entry, reason: str) -> _Settled:
    return _Settled(Verdict(entry, "waived", reason=Text(reason, reason)))


class _Settled:
    """A check whose verdict no run can change."""

    def __init__(self, verdict: Verdict) -> None:
        self._verdict = (verdict,)

    def judge(self, _run: Run) -> Sequence[Verdict]:
        return self._verdict


class _Awaiting:
    """A symptom that this version knows but cannot look for."""

    def __init__(self, entry: Entry, recogniser: Recogniser) -> None:
        assert entry.check is not None
        self._entry = entry
        self._log_it = {role: recogniser.log_it[role] for role in entry.check.watch.values()}
        en, zh = entry.check.awaits, entry.zh.awaits
        self._reason = Text(f"not looked for in this version; it needs {en}", f"此版本尚不检查；需要{zh}")

    def judge(self, run: Run) -> Sequence[Verdict]:
        missing = [code for role, code in self._log_it.items() if not run.with_role(role)]
        if not self._log_it and not run.checkpoints:
            missing.append(_SAVE_IT)  # what watches no curve looks at checkpoints
        return (Verdict(self._entry, "blind", reason=self._reason, log_it=tuple(line for line in missing if line)),)


class _Check:
    """One check with its detector, and the verdicts that need no look at the curves."""

    def __init__(self, entry: Entry, recogniser: Recogniser) -> None:
        bound = bind(entry)
        self._entry, self._detector, self._thresholds = entry, bound.detector, bound.check.with_
        kinds: dict[str, dict[str, str]] = {"each": {}, "companion": {}, "all": {}, "checkpoints": {}, "settings": {}}
        for name, look in bound.looks.items():
            kinds[look][name] = bound.check.watch.get(name, "")
        self._each, self._companions, self._all = kinds["each"], kinds["companion"], kinds["all"]
        self._checkpoints, self._settings = tuple(kinds["checkpoints"]), tuple(kinds["settings"])
        self._log_it = {role: recogniser.log_it[role] for role in self._all.values()}
        self._clear = (Verdict(entry, "clear"),)
        self._without = {role: (_without(entry, role, recogniser),) for role in self._each.values()}
        reason = Text("no checkpoint was given", "没有提供检查点文件")
        self._no_checkpoint = (Verdict(entry, "blind", reason=reason, log_it=(_SAVE_IT,)),)

    def judge(self, run: Run) -> Sequence[Verdict]:
        if self._checkpoints and not run.checkpoints and not self._all and not self._each:
            return self._no_checkpoint
        for role in self._each.values():
            if not run.with_role(role):
                return self._without[role]
        answers: list[Evidence | Unsure | None] = []
        for subjects in self._subjects(run):
            try:
                answer = self._detector(**subjects, **self._thresholds)
            except Exception as error:  # noqa: BLE001 - a detector must not take the report down; it is shown as broke
                what = f"{type(error).__name__}: {error}"
                return [Verdict(self._entry, "broke", reason=Text(f"our mistake: {what}", f"程序自身出错：{what}"))]
            answers += list(answer) if isinstance(answer, Sequence) else [answer]
        if not any(answers):
            return self._clear
        found = [Verdict(self._entry, "found", answer) for answer in answers if isinstance(answer, Evidence)]
        if found:
            unsayable = next(filter(None, map(_unsayable, found)), None)
            return [Verdict(self._entry, "broke", reason=unsayable)] if unsayable else found
        unsure = [answer for answer in answers if isinstance(answer, Unsure)]
        if unsure and len(unsure) == len(answers):
            return [Verdict(self._entry, "blind", reason=unsure[0].because, log_it=self._missing(run))]
        return self._clear

    def _missing(self, run: Run) -> tuple[str, ...]:
        """What to log for a detector that had nothing at all to look at; nothing when it merely saw too little."""
        if self._each or run.checkpoints or any(run.with_role(role) for role in self._log_it):
            return ()
        return tuple(code for code in self._log_it.values() if code)

    def _subjects(self, run: Run) -> list[dict[str, Any]]:
        """The arguments of each call: every combination of the series looked at one by one, with their companions."""
        same: dict[str, Any] = {name: run.with_role(role) for name, role in self._all.items()}
        for name in self._checkpoints:
            same[name] = run.checkpoints
        for name in self._settings:
            same[name] = run.settings
        calls = []
        for chosen in itertools.product(*[run.with_role(role) for role in self._each.values()]):
            arguments = dict(zip(self._each, chosen, strict=True)) | same
            for name, role in self._companions.items():
                arguments[name] = _companion(chosen, run.with_role(role))
            calls.append(arguments)
        return calls


def _unsayable(verdict: Verdict) -> Text | None:
    """Why the sentence of a finding cannot be said; a person's own message may ask for facts that nobody gives."""
    try:
        verdict.message("en"), verdict.message("zh")
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        names = ["subject", "first", "last", *(verdict.evidence.facts if verdict.evidence else ())]
        en, zh = ", ".join(f"{{{name}}}" for name in names), "、".join(f"{{{name}}}" for name in names)
        return Text(
            f"its message has a gap nothing fits ({error}); it may use {en}",
            f"消息中有填不上的占位符（{error}），可用 {zh}",
        )
    return None


def _without(entry: Entry, role: str, recogniser: Recogniser) -> Verdict:
    """The verdict of a detector when a curve it cannot do without is not there."""
    title, code = recogniser.titles[role], recogniser.log_it[role]
    reason = Text(f"no curve has the role {role} ({title.en})", f"没有曲线被识别为 {role}（{title.zh}）")
    return Verdict(entry, "blind", reason=reason, log_it=(code,) if code else ())


def _companion(chosen: Sequence[Series], candidates: Sequence[Series]) -> Series | None:
    """The candidate that shares most of its name with the subject: val/box_loss goes with train/box_loss."""
    if len(candidates) < 2:
        return candidates[0] if candidates else None
    return candidates[_nearest(chosen[0].name if chosen else "", tuple(one.name for one in candidates))]


@lru_cache(maxsize=4096)
def _nearest(subject: str, names: tuple[str, ...]) -> int:
    words = stem(subject)
    return max(range(len(names)), key=lambda at: (len(words & stem(names[at])), -len(stem(names[at]) - words)))
