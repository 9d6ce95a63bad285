"""What the user says of a curve with --map: the role wins over the name, and a slip of the pen is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from fnmatch import fnmatchcase

from kb.problem import Problem, did_you_mean
from kb.text import Text

_SHOWN = 8  # names listed where none is near


def role_told(name: str, told: Mapping[str, str]) -> str | None:
    """The role the user gave a curve: by its very name, else by the last pattern (``val/dice_*``) it fits; or None."""
    if name in told:
        return told[name]
    roles = [role for tag, role in told.items() if fnmatchcase(name, tag)]
    return roles[-1] if roles else None


def check_roles(told: Mapping[str, str], roles: Collection[str]) -> None:
    """Raise `Problem` with the nearest role for one that does not exist."""
    for role in told.values():
        if role not in roles:
            hint = did_you_mean(role, roles)
            hint = hint or Text(f"roles: {', '.join(roles)}", f"角色有：{'、'.join(roles)}")
            raise Problem(Text(f"no role called {role!r}", f"没有名为 {role!r} 的角色"), hint=hint)


def check_tags(tags: Iterable[str], names: Iterable[str]) -> None:
    """Raise `Problem` with the nearest name for a tag that no curve has."""
    known = list(dict.fromkeys(names))
    for tag in tags:
        if tag in known or any(fnmatchcase(name, tag) for name in known):
            continue
        shown = known[:_SHOWN]
        more = len(known) - len(shown)
        hint = did_you_mean(tag, known) or Text(
            f"curves: {', '.join(shown)}" + (f" and {more} more" if more else ""),
            f"曲线有：{'、'.join(shown)}" + (f" 等，另有 {more} 条" if more else ""),
        )
        raise Problem(Text(f"no curve called {tag!r}", f"没有名为 {tag!r} 的曲线"), hint=hint)
