"""What a pitfall's reproducer really raises on the installed torch leads back to its page, pasted as a traceback."""

from __future__ import annotations

import warnings

import pytest

from kb.ask import pasted
from tests.built_in import LIBRARY

torch = pytest.importorskip("torch")

RAISING = [page.id for page in LIBRARY.values() if page.reproduce and page.errors and not page.needs]
OPTIONAL = ("pandas", "matplotlib")  # libraries of which pages tell that the tests can do without
TRACEBACK = 'Traceback (most recent call last):\n  File "/home/me/train.py", line 31, in <module>\n    main()\n'


def raised(code: str) -> list[str]:
    """What a snippet ends with: the last line of its traceback; the warnings it gave when there is none."""
    torch.set_warn_always(True)  # some warnings are given once a process, and another test may have had them
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        try:
            exec(compile(code, "train.py", "exec"), {"__name__": "__main__"})
        except Exception as error:  # noqa: BLE001 - whatever it raises is what a user would paste
            return [f"{type(error).__name__}: {error}" if str(error) else type(error).__name__]
        finally:
            torch.set_warn_always(False)
    return [f"{one.category.__name__}: {one.message}" for one in given]


def test_there_are_enough_reproducers_to_speak_of():
    assert len(RAISING) >= 50


@pytest.mark.parametrize("entry", RAISING)
def test_a_reproduced_message_leads_to_its_page(whole, entry):
    code = LIBRARY[entry].reproduce
    said = raised(code)
    if absent := [one for one in OPTIONAL if f"import {one}" in code and f"No module named '{one}'" in said[0]]:
        pytest.skip(f"{absent[0]} is not installed")

    led = [found[0].entry.id for one in said if (found := pasted.explained(LIBRARY, whole, TRACEBACK + one))]
    assert entry in led, said
