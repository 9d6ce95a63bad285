"""What an entry of the library holds; these nouns are the schema of the YAML files.

A field called ``with_`` is written ``with`` in the file. English stands at the top level of a
file, Chinese in one ``zh:`` block with the same keys (`Translation`).
"""

from __future__ import annotations

from kb.located import located
from kb.noun import EMPTY, noun

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from kb.choices import Confidence, Expect, Kind, Severity, Standing

BY_LOADER = ("id", "kind", "path")  # fields of an `Entry` that no file has: they are told by where it lies


@noun(frozen=True)
class Reference:
    """Where a statement can be checked; at least one of doi, pmid or url."""

    title: str
    authors: str = ""
    year: int | None = None
    doi: str = ""
    pmid: str = ""
    url: str = ""


@noun(frozen=True)
class Claim:
    """One sentence that can be true or false, and what shows it."""

    says: str
    proof: str = ""
    cites: tuple[str, ...] = ()

    @property
    def standing(self) -> Standing:
        """How well the sentence stands; derived, never typed."""
        if self.proof:
            return "proved"
        return "cited" if self.cites else "folklore"


@noun(frozen=True)
class Myth:
    """A statement that circulates and is wrong, what is true instead, and the claim that shows it."""

    says: str
    truth: str
    see: str = ""


@noun(frozen=True)
class Snippet:
    """Code people copy: run by the tests; ``faulty`` marks the variant that circulates and is wrong."""

    says: str
    code: str
    faulty: bool = False


@noun(frozen=True)
class LoggedAs:
    """How a quantity is named in logs: each name is a list of words (``a|b`` either, ``-a`` not, ``a*`` begins).

    Names under ``lower_is_better`` are of quantities that should fall; a word under ``never`` rules out every name that
    does not ask for it. The full grammar: `diagnose.pattern`.
    """

    names: tuple[str, ...]
    log_it: str = ""
    lower_is_better: tuple[str, ...] = ()
    never: tuple[str, ...] = ()


@noun(frozen=True)
class CaseOptimizer:
    """A tiny optimizer state: groups (``lr``, ``weight_decay``, ``holds``) and per-parameter slots."""

    groups: tuple[dict[str, Any], ...] = ()
    state: dict[str, dict[str, float]] = EMPTY


@noun(frozen=True)
class CaseCheckpoint:
    """A tiny checkpoint: each tensor a curve over ``t`` (``side`` x ``side`` elements) or a constant (one element)."""

    tensors: dict[str, str]
    step: int | None = None
    optimizer: CaseOptimizer | None = None
    unsafe: tuple[str, ...] = ()
    dtype: str = "float32"
    side: int = 8
    ema: dict[str, str] = EMPTY
    scaler: dict[str, float] = EMPTY
    scheduler: dict[str, float] = EMPTY
    numbers: dict[str, float] = EMPTY


@noun(frozen=True)
class Case:
    """A tiny run, written as curves over ``t``, and what the check must say of it.

    ``cause: none`` demands that no cause is named; left out, any will do. ``resumed`` are steps at which a
    resumed run took over; before a step in ``gaps`` so many steps are left out, before one in ``pauses`` the clock
    stands for so many of the usual waits (and only then there is a clock).
    """

    expect: Expect
    cause: str = ""
    severity: str = ""
    steps: int = 400
    every: int = 1
    resumed: tuple[int, ...] = ()
    gaps: dict[str, int] = EMPTY
    pauses: dict[str, float] = EMPTY
    settings: dict[str, float] = EMPTY
    series: dict[str, str] = EMPTY
    checkpoints: tuple[CaseCheckpoint, ...] = ()


@noun(frozen=True)
class Cause:
    """One possible reason: how it is told apart, and its own remedy, cheapest first.

    ``follows`` names the symptoms that are then the root, the likeliest first: the first of them that is found in the
    same run is told first and this under it. ``message`` takes the place of the check's where that does not fit.
    """

    says: str
    fix: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    message: str = ""
    severity: Severity | None = None
    confidence: Confidence | None = None


@noun(frozen=True)
class Check:
    """How a symptom is looked for: a detector by name, what it watches, and every number it needs.

    A symptom that no detector can see yet says in ``awaits`` which trace it needs; its verdict is blind.
    """

    message: str
    severity: Severity
    cases: dict[str, Case] = EMPTY
    detector: str = ""
    awaits: str = ""
    watch: dict[str, str] = EMPTY
    with_: dict[str, float] = EMPTY
    because: dict[str, str] = EMPTY
    confidence: Confidence = "likely"


@noun(frozen=True)
class MythText:
    """A myth in the other language."""

    says: str
    truth: str


@noun(frozen=True)
class CauseText:
    """A cause in the other language."""

    says: str
    fix: tuple[str, ...] = ()
    message: str = ""


@noun(frozen=True)
class Translation:
    """The Chinese half of a page: the same keys, texts only."""

    title: str
    summary: str
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    body: str = ""
    figure: str = ""
    what_you_see: str = ""
    why: str = ""
    look: str = ""
    risk: str = ""
    management: str = ""
    in_training: str = ""
    find_it: str = ""
    test_it: str = ""
    fix: tuple[str, ...] = ()
    wrong_when: tuple[str, ...] = ()
    message: str = ""
    awaits: str = ""
    claims: dict[str, str] = EMPTY
    myths: dict[str, MythText] = EMPTY
    snippets: dict[str, str] = EMPTY
    causes: dict[str, CauseText] = EMPTY
    because: dict[str, str] = EMPTY


@located
@noun(frozen=True)
class Entry:
    """One page of the library.

    Texts are plain sentences with ``- `` bullets, ``` fences and `code` spans. ``figure`` is printed
    as it stands. ``asked`` are sentences in which people ask for the page without its name: they are searched, never
    shown. ``needs`` says what a reproducer needs that a CPU has not (``cuda``, ``windows``).
    ``draft`` marks a page made from notes that nobody has reviewed yet.
    """

    title: str
    summary: str
    zh: Translation
    aliases: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    body: str = ""
    figure: str = ""
    what_you_see: str = ""
    why: str = ""
    look: str = ""
    risk: str = ""
    management: str = ""
    in_training: str = ""
    find_it: str = ""
    test_it: str = ""
    fix: tuple[str, ...] = ()
    wrong_when: tuple[str, ...] = ()
    log_it: str = ""
    logged_as: dict[str, LoggedAs] = EMPTY
    check: Check | None = None
    causes: dict[str, Cause] = EMPTY
    errors: tuple[str, ...] = ()
    reproduce: str = ""
    fixed: str = ""
    needs: str = ""
    leads_to: tuple[str, ...] = ()
    snippets: dict[str, Snippet] = EMPTY
    claims: dict[str, Claim] = EMPTY
    myths: dict[str, Myth] = EMPTY
    references: dict[str, Reference] = EMPTY
    related: tuple[str, ...] = ()
    draft: bool = False
    id: str = ""
    kind: Kind = "concept"
    path: Path = "."  # type: ignore[assignment] # becomes a path when it is asked for
