"""A message that says little is explained in general where code of one's own raised it, and left alone in a library."""

from __future__ import annotations

import pytest

OWN = '  File "/home/me/polyp/lib/model.py", line 55, in choose\n    '
LIBRARY = '  File "/opt/env/lib/python3.10/site-packages/zork/gnome.py", line 5, in part\n    '


@pytest.mark.parametrize(
    ("line", "error", "entry"),
    [
        ("x = self.stages[name](x)", "KeyError: 'stage5'", "missing-key"),
        ("weight = table[value]", "KeyError: 37", "missing-key"),
        ("assert width % self.window == 0", "AssertionError", "bare-assertion"),
        ("raise NotImplementedError", "NotImplementedError", "bare-assertion"),
    ],
)
def test_what_says_little_is_explained_in_code_of_ones_own_only(answered, line, error, entry):
    assert answered(f"{OWN}{line}\n{error}") == entry
    assert answered(f"{LIBRARY}{line}\n{error}") is None
    assert answered(f"{OWN}gnome.part()\n{LIBRARY}{line}\n{error}") is None


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
def test_the_frames_of_a_notebook_tell_whose_code_it_is(answered, frame, own):
    cell = "<ipython-input-3-0c1d> in <module>\n----> 1 first = gnome(0)\n\n"
    assert answered(f"{cell}{frame}weight = table[value]\n\nKeyError: 37") == ("missing-key" if own else None)


def test_what_says_more_is_not_taken_for_a_bare_assertion(answered):
    assert answered(f"{OWN}assert gnome\nAssertionError: the gnome of part seven left") is None
    assert answered(f"{OWN}raise KeyError(text)\nKeyError: 'the gnome of part seven left'") is None
    assert (
        answered(f"{OWN}return _VF.gnome()\nAssertionError: Torch not compiled with CUDA enabled") == "torch-not-cuda"
    )


def test_an_earlier_exception_that_has_a_page_comes_before_what_says_little(answered):
    earlier = f"{OWN}x = self.fc(x)\nRuntimeError: mat1 and mat2 shapes cannot be multiplied (4x25088 and 512x10)\n"
    after = f"\nDuring handling of the above exception, another exception occurred:\n\n{OWN}assert ok\nAssertionError"
    assert answered(earlier + after) == "linear-shape-mismatch"


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
def test_a_module_that_the_project_itself_lacks_is_not_one_to_install(answered, path, line, missing, entry):
    said = answered(
        f"  File \"{path}\", line 5, in <module>\n    {line}\nModuleNotFoundError: No module named '{missing}'"
    )
    assert (said == "local-module-not-found") is entry


def test_what_says_little_is_explained_where_no_frame_was_pasted(answered):
    assert answered("KeyError: 'stage5'") == "missing-key"
    assert answered("KeyError: the gnome of part seven left") is None
    assert answered("AssertionError:") == "bare-assertion"


@pytest.mark.parametrize(
    "text",
    [
        "Keyerror: 'stage5' when testing",
        "I get key error : 'stage5'",
        "Getting KeyError = 'stage5' while training",
        "the result is:\nKeyerror：'stage5' 请问怎么办",
    ],
)
def test_the_name_of_an_exception_is_read_as_people_type_it(answered, text):
    assert answered(text) == "missing-key"


def test_names_without_their_quotes_and_a_last_quote_that_was_not_copied_are_read(answered):
    assert answered("module segmentation.zork has no attribute Gnome") == "no-such-name"
    assert answered("module 'albumentations' has no attribute 'Gnome") == "albumentations-call"
    assert answered("the chat route is not implemented for searching") is None
