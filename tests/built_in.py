"""The library that comes with the program, read once however many tests look at it: nothing of it can be changed."""

from __future__ import annotations

from functools import cache

from diagnose.recognise import Recogniser
from kb.choices import Kind
from kb.collection import Library
from kb.library import load

LIBRARY = load()


@cache
def of_kinds(*kinds: Kind) -> Library:
    """What `kb.library.load` gives of these kinds."""
    return Library({name: page for name, page in LIBRARY.items() if page.kind in kinds}, LIBRARY.ambiguous)


@cache
def recogniser(*kinds: Kind) -> Recogniser:
    """One that knows the entries of these kinds, or all of them; it remembers names, which every test may share."""
    return Recogniser(of_kinds(*kinds) if kinds else LIBRARY)
