"""What a library raises is read from its sources, whatever its message is put together from."""

from __future__ import annotations

import pytest

from benchmarks.ask.raised import Raised, raised, unexplained

SOURCE = """
import warnings
class NetError(ValueError): pass
def load(path, size):
    assert size > 0, f"the size of {path} must be positive, not {size!r}"
    if size > 9:
        raise errors.NetError("no more than %d slices " % 9 + "can be loaded from {}".format(path))
    warnings.warn(" ".join(["slices are", "loaded", path]))
    msg = f"cannot identify the slice {path!r}"
    msg += " of this volume"
    raise OSError(msg)
    raise ValueError("short")
    raise NotImplementedError("each subclass has to say how it is loaded")
    raise path
"""
SAID = [
    Raised("AssertionError", "the size of * must be positive, not *", "net.py", "load"),
    Raised("NetError", "no more than * slices can be loaded from *", "net.py", "load"),
    Raised("UserWarning", "slices are loaded *", "net.py", "load"),
    Raised("OSError", "cannot identify the slice * of this volume", "net.py", "load"),
]


def test_messages_are_read_with_stars_for_whatever_differs(tmp_path):
    (tmp_path / "net.py").write_text(SOURCE, encoding="utf-8")
    assert list(raised(tmp_path)) == SAID


@pytest.mark.parametrize("source", ["raise", "x = '\\ud800'", "", "message = 'no slice of that name'"])
def test_sources_that_raise_nothing_are_passed_over(tmp_path, source):
    (tmp_path / "net.py").write_bytes(source.encode())
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "net.py").write_text(SOURCE, encoding="utf-8")
    assert list(raised(tmp_path)) == []


@pytest.mark.parametrize("source", ["def (:", "\x00"])
def test_sources_that_do_not_parse_are_named(tmp_path, capsys, source):
    (tmp_path / "net.py").write_bytes(source.encode())
    assert list(raised(tmp_path)) == []
    assert "net.py" in capsys.readouterr().err


def test_what_a_page_explains_is_told_from_what_none_does(whole):
    known = Raised("RuntimeError", "mat1 and mat2 shapes cannot be multiplied (*x* and *x*)", "x.py", "f")
    assert not unexplained(known, whole.errors)
    assert unexplained(Raised("ValueError", "the gnome of part * left with *", "x.py", "f"), whole.errors)
