"""Show how well each sentence of a page stands: claims with their mark, myths, numbered references."""

from __future__ import annotations

from kb.entry import Claim, Entry, Reference
from kb.sheet import Sheet
from kb.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from kb.choices import Standing

CLAIMS = Text("What is known, and how well", "结论与依据")
LEGEND: dict[Standing, Text] = {
    "proved": Text("✓ proved by code (`kb verify` runs it)", "✓ 有代码证明（`kb verify` 可运行）"),
    "cited": Text("[1] cited", "[1] 有文献支持"),
    "folklore": Text("~ experience, not proved", "~ 经验之谈，未经证明"),
}


def claims(sheet: Sheet, entry: Entry) -> None:
    """Each claim behind its mark, then what the marks mean."""
    if not entry.claims:
        return
    sheet.heading(CLAIMS)
    for name, claim in entry.claims.items():
        says = (entry.zh.claims.get(name, "") if sheet.lang == "zh" else "") or claim.says
        if claim.standing == "proved" and claim.cites:
            says = f"{says} {_cites(entry, claim)}"
        sheet.item(f"{mark(entry, claim)} ", says, "mark")
    standings = {claim.standing for claim in entry.claims.values()}
    sheet.item("", " · ".join(text.of(sheet.lang) for key, text in LEGEND.items() if key in standings), "dim")


def mark(entry: Entry, claim: Claim) -> str:
    """``✓`` proved, ``[1]`` cited, ``~`` folklore."""
    return {"proved": "✓", "cited": _cites(entry, claim), "folklore": "~"}[claim.standing]


def myths(sheet: Sheet, entry: Entry) -> None:
    """What people say, and what is true instead."""
    if not entry.myths:
        return
    sheet.heading(Text("Often said, and wrong", "常见的错误说法"))
    for name, myth in entry.myths.items():
        other = entry.zh.myths.get(name) if sheet.lang == "zh" else None
        says, truth = (other.says, other.truth) if other else (myth.says, myth.truth)
        if myth.see in entry.claims:
            truth = f"{truth} {mark(entry, entry.claims[myth.see])}"
        sheet.item(Text("✗ people say: ", "✗ 有人说：").of(sheet.lang), says, "mark")
        sheet.item(Text("  in truth:   ", "  实际上：").of(sheet.lang), truth)


def references(sheet: Sheet, entry: Entry) -> None:
    """The numbered sources, in the order of the file."""
    if entry.references:
        sheet.heading(Text("References", "参考文献"))
    for number, reference in enumerate(entry.references.values(), 1):
        sheet.item(f"[{number}] ", source(reference), "link")


def source(reference: Reference) -> str:
    """``Authors. Title. Year. doi:… PMID … URL``, each where known."""
    year = str(reference.year) if reference.year else ""
    parts = [
        part if part[-1] in ".?!。？！" else f"{part}." for part in (reference.authors, reference.title, year) if part
    ]
    where = (
        f"doi:{reference.doi}" if reference.doi else "",
        f"PMID {reference.pmid}" if reference.pmid else "",
        reference.url,
    )
    return " ".join([*parts, *filter(None, where)])


def _cites(entry: Entry, claim: Claim) -> str:
    numbers = {name: number for number, name in enumerate(entry.references, 1)}
    return "[" + ",".join(str(numbers.get(name, "?")) for name in claim.cites) + "]"
