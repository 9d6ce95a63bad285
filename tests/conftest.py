"""What several tests share: the small library of `tests/pages` and the golden screens."""

import gc
import os
from pathlib import Path

import pytest

from kb import library
from kb.ask import index, reply

HERE = Path(__file__).parent
os.environ.setdefault("OMP_NUM_THREADS", "1")  # a worker of pytest has one processor: more threads only wait in turns


def pytest_addoption(parser):
    parser.addoption("--update-golden", action="store_true", help="write tests/golden anew instead of comparing")


def pytest_collection_finish():
    """What was collected stays to the end: the garbage collector need not go through it again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Nothing of a test is kept in the cache folder of the person who runs it, and nothing of theirs is read."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def pages():
    """The folder of four hand-made entries; the built-in ones may change without changing a test."""
    return HERE / "pages"


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """No built-in entries lie beneath those of the test."""
    monkeypatch.setattr(library, "BUILT_IN", tmp_path / "nothing-built-in")


@pytest.fixture
def small(pages):
    return library.load(pages)


@pytest.fixture(scope="session")
def built_in():
    from tests.built_in import LIBRARY

    return LIBRARY


@pytest.fixture(scope="session")
def whole(built_in):
    """The index of the built-in entries: seconds to build, so once for all tests that only ask it."""
    return index.build(built_in.values())


@pytest.fixture(scope="session")
def asked(built_in, whole):
    """The reply to a question or a pasted text."""
    return lambda text, lang=None: reply.reply(built_in, whole, text, lang)


@pytest.fixture(scope="session")
def answered(asked):
    """The page that a question or a pasted text is answered from, if it is."""
    return lambda text: asked(text).entry


@pytest.fixture
def golden(request):
    """Compares what a person reads with the file of that name, or writes the file with --update-golden."""

    def compare(name, text):
        file = HERE / "golden" / name
        if request.config.getoption("--update-golden"):
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8")

    return compare
