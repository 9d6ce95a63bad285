"""What wrong calls of the installed torch say leads to the page that explains it, or to none where no page does."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from kb.ask import pasted

torch = pytest.importorskip("torch")

CALLS = [
    tuple(line.split(": ", 1))
    for line in (Path(__file__).parent / "provoked.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
UNEXPLAINED = [
    "torch.set_default_dtype(torch.int64)",
    "torch.arange(0, 3, 0)",
    "torch.rand(3, 3).diagonal(0, 1, 1)",
]
TRACEBACK = 'Traceback (most recent call last):\n  File "/home/me/train.py", line 31, in <module>\n    main()\n'


@pytest.fixture(autouse=True)
def checks_of_distributions():
    """What compiles a function, as reproducers do, switches them off for the whole process."""
    torch.distributions.Distribution.set_default_validate_args(True)


@pytest.fixture(scope="module")
def explained(built_in, whole):
    def page(message):
        found = pasted.explained(built_in, whole, TRACEBACK + message)[0].entry
        return found.id if found else None

    return page


def said(code: str) -> str:
    """The last line of the traceback that the code ends with."""
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "DataLoader": torch.utils.data.DataLoader}
    try:
        exec(compile(code, "train.py", "exec"), {**names, "copy": copy, "np": pytest.importorskip("numpy")})
    except Exception as error:  # noqa: BLE001 - whatever it raises is what a user would paste
        return f"{type(error).__name__}: {error}"
    raise AssertionError(f"nothing is raised by {code}")


def test_there_are_enough_wrong_calls_to_speak_of():
    assert len(CALLS) >= 250
    assert len({page for page, _ in CALLS}) >= 60


@pytest.mark.parametrize(("page", "code"), CALLS)
def test_the_message_of_a_wrong_call_leads_to_its_page(explained, page, code):
    assert explained(said(code)) == page


@pytest.mark.parametrize("code", UNEXPLAINED)
def test_a_message_no_page_explains_leads_to_none(explained, code):
    assert explained(said(code)) is None
