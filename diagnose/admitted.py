"""Which pages a diagnosis works with: the built-in ones, and a person's own that can do their work."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from diagnose.binding import disagreements
from kb import library
from kb.bilingual import Route
from kb.collection import Library
from kb.entry import Entry
from kb.problem import Problem, did_you_mean
from kb.proofread import Page
from kb.text import Text

_Complaint = tuple[Route, Text, Text | None]


def admitted(pages: Library, built_in: Library) -> tuple[Library, tuple[Text, ...]]:
    """``pages`` as a diagnosis can use them, and a sentence for each symptom of the user's that is looked for.

    A page that hides a built-in one takes its place only if it does its work: a symptom with a check, a concept with
    the names of curves. Checks that fit no detector are among the ``problems`` and left out.
    """
    own = [one for one in pages.values() if one.id not in built_in or one.path != built_in[one.id].path]
    chosen = dict(built_in)
    chosen |= {one.id: one for one in own if one.kind == "concept" and _names_curves(one, built_in.get(one.id))}
    roles = {role for entry in chosen.values() for role in entry.logged_as}
    problems, said = list(pages.problems), []
    for one in own:
        if one.kind != "symptom" or one.check is None:
            continue
        wrong = [placed(one, *complaint) for complaint in complaints(one, roles)]
        problems += wrong
        if not wrong:
            chosen[one.id] = one
            said.append(
                Text(f"with your own symptom {one.id} ({one.path})", f"包含你自己的症状 {one.id}（{one.path}）")
            )
    return Library(chosen, {}, problems=problems), tuple(said)


def complaints(entry: Entry, roles: Collection[str]) -> Iterator[_Complaint]:
    """What keeps the check of a symptom from being looked for, where curves can have these ``roles``."""
    assert entry.check is not None
    if entry.check.detector:
        yield from disagreements(entry)
    for name, role in entry.check.watch.items():
        if role not in roles:
            what = Text(f"no curve can have the role {role!r}", f"没有名为 {role!r} 的曲线角色")
            names = sorted(roles)
            known = Text(f"roles: {', '.join(names)}", f"可用的角色：{'、'.join(names)}")
            yield ("check", "watch", name), what, did_you_mean(role, names) or known


def placed(entry: Entry, route: Route, what: Text, hint: Text | None) -> Problem:
    """The complaint with its line; where a page was laid out beforehand, its file is read again for that."""
    try:
        return Page(*library.read_placed(entry.path)).problem(route, what, hint)
    except Problem:  # written anew meanwhile
        return Problem(what, path=entry.path, hint=hint)


def _names_curves(own: Entry, built_in: Entry | None) -> bool:
    return set(built_in.logged_as if built_in else ()) <= set(own.logged_as)
