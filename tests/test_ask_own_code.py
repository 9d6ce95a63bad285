"""A message that says little is explained in general where code of one's own raised it, and left alone in a library."""

from __future__ import annotations

import pytest

from kb.ask import reply

OWN = '  File "/home/me/polyp/lib/model.py", line 55, in choose\n    '
LIBRARY = '  File "/opt/env/lib/python3.10/site-packages/zork/gnome.py", line 5, in part\n    '


@pytest.fixture(scope="module")
def page(built_in, whole):
    return lambda text: reply.reply(built_in, whole, text).entry


@pytest.mark.parametrize(
    ("line", "error", "entry"),
    [
        ("x = self.stages[name](x)", "KeyError: 'stage5'", "missing-key"),
        ("weight = table[value]", "KeyError: 37", "missing-key"),
        ("assert width % self.window == 0", "AssertionError", "bare-assertion"),
        ("raise NotImplementedError", "NotImplementedError", "bare-assertion"),
    ],
)
def test_what_says_little_is_explained_in_code_of_ones_own_only(page, line, error, entry):
    assert page(f"{OWN}{line}\n{error}") == entry
    assert page(f"{LIBRARY}{line}\n{error}") is None
    assert page(f"{OWN}gnome.part()\n{LIBRARY}{line}\n{error}") is None


def test_what_says_more_is_not_taken_for_a_bare_assertion(page):
    assert page(f"{OWN}assert gnome\nAssertionError: the gnome of part seven left") is None
    assert page(f"{OWN}raise KeyError(text)\nKeyError: 'the gnome of part seven left'") is None
    assert page(f"{OWN}return _VF.gnome()\nAssertionError: Torch not compiled with CUDA enabled") == "torch-not-cuda"


def test_an_earlier_exception_that_has_a_page_comes_before_what_says_little(page):
    earlier = f"{OWN}x = self.fc(x)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)\n"
    after = f"\nDuring handling of the above exception, another exception occurred:\n\n{OWN}assert ok\nAssertionError"
    assert page(earlier + after) == "linear-shape-mismatch"
