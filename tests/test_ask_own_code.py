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


@pytest.mark.parametrize(
    ("frame", "own"),
    [
        ("<ipython-input-4-1ab2> in load(self, index)\n----> 5 ", True),
        ("Cell In[9], line 3, in load(index)\n----> 3 ", True),
        ("~/polyp/data.py in load(self, index)\n---> 55 ", True),
        ("/usr/local/lib/python3.6/dist-packages/zork/gnome.py in part(self)\n---> 55 ", False),
        ("File /opt/env/lib/python3.10/site-packages/zork/gnome.py:55, in part(self)\n---> 55 ", False),
    ],
)
def test_the_frames_of_a_notebook_tell_whose_code_it_is(page, frame, own):
    cell = "<ipython-input-3-0c1d> in <module>\n----> 1 first = gnome(0)\n\n"
    assert page(f"{cell}{frame}weight = table[value]\n\nKeyError: 37") == ("missing-key" if own else None)


def test_what_says_more_is_not_taken_for_a_bare_assertion(page):
    assert page(f"{OWN}assert gnome\nAssertionError: the gnome of part seven left") is None
    assert page(f"{OWN}raise KeyError(text)\nKeyError: 'the gnome of part seven left'") is None
    assert page(f"{OWN}return _VF.gnome()\nAssertionError: Torch not compiled with CUDA enabled") == "torch-not-cuda"


def test_an_earlier_exception_that_has_a_page_comes_before_what_says_little(page):
    earlier = f"{OWN}x = self.fc(x)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)\n"
    after = f"\nDuring handling of the above exception, another exception occurred:\n\n{OWN}assert ok\nAssertionError"
    assert page(earlier + after) == "linear-shape-mismatch"


@pytest.mark.parametrize(
    ("path", "line", "missing", "entry"),
    [
        ("/home/me/zorknet/zork/solver/loss.py", "from ..models.gnome import part", "zork.models.gnome", True),
        ("/home/me/zorknet/zork/__init__.py", "from zork.models.gnome import *", "zork.models.gnome", True),
        ("zork\\__init__.py", "from zork.models.gnome import *", "gnome", True),  # as Python 2 names it
        ("/home/me/zorknet/zork/solver/loss.py", "import gnome.part", "gnome.part", False),
        ("/home/me/zorknet/zork/ops/__init__.py", "from zork import _ext", "zork._ext", False),
        ("/opt/env/lib/python3.10/site-packages/zork/a.py", "from .gnome import part", "zork.gnome", False),
    ],
)
def test_a_module_that_the_project_itself_lacks_is_not_one_to_install(page, path, line, missing, entry):
    said = page(f"  File \"{path}\", line 5, in <module>\n    {line}\nModuleNotFoundError: No module named '{missing}'")
    assert (said == "local-module-not-found") is entry


def test_what_says_little_is_explained_where_no_frame_was_pasted(page):
    assert page("KeyError: 'stage5'") == "missing-key"
    assert page("KeyError: the gnome of part seven left") is None


def test_names_without_their_quotes_and_a_last_quote_that_was_not_copied_are_read(page):
    assert page("module segmentation.zork has no attribute Gnome") == "no-such-name"
    assert page("module 'albumentations' has no attribute 'Gnome") == "albumentations-call"
    assert page("the chat route is not implemented for searching") is None
