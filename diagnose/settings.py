"""What the user changes about the checks: thresholds (``--set``), roles (``--map``) and waivers (``--waive``)."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Iterable, Mapping

from kb.collection import Library
from kb.problem import Problem, did_you_mean
from kb.text import Text


def with_numbers(library: Library, changes: Iterable[str]) -> tuple[Library, tuple[Text, ...]]:
    """The library with thresholds replaced by ``symptom.number=value``, and a sentence for each change.

    Raises `Problem` naming the nearest symptom or number where a word is wrong.
    """
    entries = dict(library)
    said = []
    for change in changes:
        where, _, text = change.partition("=")
        symptom, _, number = where.strip().rpartition(".")
        if not symptom:
            symptom, number = number, ""
        checked(library, symptom)
        check = entries[symptom].check
        assert check is not None
        if not number:
            raise Problem(
                Text(f"{change!r} names no number of {symptom}", f"{change!r} 没有写明 {symptom} 的哪个数值"),
                hint=Text(f"it has {', '.join(check.with_)}", f"可用：{'、'.join(check.with_)}"),
            )
        if number not in check.with_:
            raise Problem(
                Text(f"{symptom} has no number called {number!r}", f"{symptom} 没有名为 {number!r} 的数值"),
                hint=did_you_mean(number, check.with_)
                or Text(f"it has {', '.join(check.with_)}", f"可用：{'、'.join(check.with_)}"),
            )
        value = _number(change, text)
        new = dataclasses.replace(check, with_=check.with_ | {number: value})
        entries[symptom] = dataclasses.replace(entries[symptom], check=new)
        before = check.with_[number]
        en, zh = f"set to {value:g} (was {before:g})", f"改为 {value:g}（原为 {before:g}）"
        said.append(Text(f"{symptom}.{number} {en}", f"{symptom}.{number} {zh}"))
    return Library(entries, library.ambiguous), tuple(said)


def waivers(library: Library, wishes: Iterable[str]) -> dict[str, str]:
    """Symptom -> reason, from ``symptom=reason``; a waiver without a reason is refused."""
    found = {}
    for wish in wishes:
        symptom, _, reason = wish.partition("=")
        checked(library, symptom.strip())
        if not reason.strip():
            raise Problem(
                Text(f"a waiver of {symptom} needs a reason", f"豁免 {symptom} 需要写明理由"),
                hint=Text(f'--waive {symptom}="why it is all right here"', f'--waive {symptom}="为什么这里没有问题"'),
            )
        found[symptom.strip()] = reason.strip()
    return found


def roles(wishes: Iterable[str]) -> Mapping[str, str]:
    """Tag -> role, from ``role=tag`` as it is typed."""
    found = {}
    for wish in wishes:
        role, equals, tag = wish.partition("=")
        if not equals or not tag:
            raise Problem(
                Text(f"{wish!r} is not of the form ROLE=TAG", f"{wish!r} 不是“角色=曲线名”的形式"),
                hint=Text("--map train-loss=my/odd/tag", "--map train-loss=my/odd/tag"),
            )
        found[tag] = role.strip()
    return found


def checked(library: Library, symptom: str) -> None:
    """Raise `Problem` unless ``symptom`` is one that is looked for."""
    known = [entry.id for entry in library.values() if entry.check]
    if symptom not in known:
        raise Problem(
            Text(f"no symptom called {symptom!r}", f"没有名为 {symptom!r} 的症状"),
            hint=_elsewhere(library, symptom)
            or did_you_mean(symptom, known)
            or Text("`diagnose list` names them all", "`diagnose list` 可列出全部症状"),
        )


def _elsewhere(library: Library, name: str) -> Text | None:
    """Where to read of a page that is no symptom."""
    return Text(f"kb lookup {name}", f"kb lookup {name}") if name in library else None


def _number(change: str, text: str) -> float:
    with contextlib.suppress(ValueError):
        if math.isfinite(value := float(text)):
            return value
    raise Problem(
        Text(f"{change!r} does not end in a number", f"{change!r} 的结尾不是数字"),
        hint=Text("--set lr-vanished.share=0.6", "--set lr-vanished.share=0.6"),
    )
