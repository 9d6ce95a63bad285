"""Nothing a checkpoint asks for is run; what it would have run is named."""

from __future__ import annotations

import os
import zipfile

import pytest

from diagnose.tensors.suspicion import judge
from tests.pickled import read, said, state, unsafe, view, zipped

torch = pytest.importorskip("torch")


class Calls:
    """Pickles as a call of anything."""

    def __init__(self, what, *arguments):
        self.what, self.arguments = what, arguments

    def __reduce__(self):
        return self.what, self.arguments


@pytest.mark.parametrize("old", [False, True], ids=["zip", "legacy"])
@pytest.mark.parametrize("protocol", [2, 4])
def test_a_planted_command_is_named_and_never_run(tmp_path, old, protocol):
    canary = tmp_path / "canary"
    path = tmp_path / "planted.pt"
    thing = {"model": {"w": torch.ones(3)}, "x": Calls(os.system, f"echo ran > {canary}")}
    torch.save(thing, path, _use_new_zipfile_serialization=not old, pickle_protocol=protocol)

    trace = read(path)

    assert not canary.exists()
    assert unsafe(trace) == (f"{os.system.__module__}.system",)
    assert trace.checkpoints[0].tensors["w"].mean == 1
    assert "nothing was run here" in said(trace)


@pytest.mark.parametrize(
    ("pickled", "named"),
    [
        (b"cos\nsystem\n(S'touch canary'\ntR.", "os.system"),
        (b"(S'touch canary'\nios\nsystem\n.", "os.system"),
        (b"(cos\nsystem\nS'touch canary'\no.", "os.system"),
        (b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x0ctouch canary\x85R.", "os.system"),
        (b"cbuiltins\neval\n(S'open(\"canary\",\"w\")'\ntR.", "builtins.eval"),
        (b"c__builtin__\nexec\n(S'open(\"canary\",\"w\")'\ntR.", "__builtin__.exec"),
        (b"csubprocess\nPopen\n(S'touch canary'\ntR.", "subprocess.Popen"),
        (b"csubprocess\nPopen\n(S'touch canary'\nt\x81.", "subprocess.Popen"),
        (b"cbuiltins\ngetattr\n(cos\nsystem\nS'__call__'\ntR(S'touch canary'\ntR.", "os.system"),
        (b"cbuiltins\ngetattr\n(ctorch\nos\nS'system'\ntR(S'touch canary'\ntR.", "torch.os.system"),
        (b"\x80\x04\x8c\x13torch.serialization\x8c\x09os.system\x93\x8c\x0ctouch canary\x85R.",
         "torch.serialization.os.system"),
        (b"cbuiltins\n__import__\n(S'os'\ntR.", "builtins.__import__"),
        (b"cimportlib\nimport_module\n(S'os'\ntR.", "importlib.import_module"),
        (b"crunpy\nrun_path\n(S'x.py'\ntR.", "runpy.run_path"),
        (b"cpty\nspawn\n(S'sh'\ntR.", "pty.spawn"),
        (b"cshutil\nrmtree\n(S'/'\ntR.", "shutil.rmtree"),
        (b"csocket\nsocket\n)R.", "socket.socket"),
        (b"cctypes\nCDLL\n(S'x.so'\ntR.", "ctypes.CDLL"),
        (b"cwebbrowser\nopen\n(S'http://x'\ntR.", "webbrowser.open"),
        (b"cpip\nmain\n(S'install'\ntR.", "pip.main"),
        (b"ctypes\nFunctionType\n.", "types.FunctionType"),
        (b"coperator\nmethodcaller\n(S'system'\nS'x'\ntR.", "operator.methodcaller"),
        (b"ctorch.hub\nload\n(S'x/y'\ntR.", "torch.hub.load"),
        (b"ctorch\nload\n(S'x'\ntR.", "torch.load"),
        (b"cnumpy\nload\n(S'x'\ntR.", "numpy.load"),
        (b"clogging\nFileHandler\n(S'canary'\ntR.", "logging.FileHandler"),
        (b"cmy.project\nbuild_model\n(S'x'\ntR.", "my.project.build_model"),
        (b"cfunctools\npartial\n(cos\nsystem\nS'touch canary'\ntR)R.", "os.system"),
        (b"ccopyreg\n_reconstructor\n(csubprocess\nPopen\ncbuiltins\nobject\nNtR.", "subprocess.Popen"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("inside", ["zip", "plain"])
def test_every_way_to_call_something_dangerous_is_named(tmp_path, monkeypatch, pickled, named, inside):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "bad.pt"
    if inside == "zip":
        zipped(path, pickled)
    else:
        path.write_bytes(pickled)

    trace = read(path)

    assert named in unsafe(trace)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["bad.pt"]


@pytest.mark.parametrize(
    ("module", "name", "use", "verdict"),
    [
        ("torch.nn.modules.linear", "Linear", "make", "foreign"),
        ("my.models", "UNet", "make", "foreign"),
        ("__main__", "Config", "call", "foreign"),
        ("code.models", "UNet", "make", "foreign"),
        ("types.config", "Config", "make", "foreign"),
        ("omegaconf.dictconfig", "DictConfig", "make", "foreign"),
        ("argparse", "Namespace", "make", "harmless"),
        ("pathlib", "PosixPath", "call", "harmless"),
        ("datetime", "datetime", "call", "harmless"),
        ("numpy", "float64", "mention", "harmless"),
        ("torch.nn.functional", "relu", "mention", "harmless"),
        ("builtins", "print", "mention", "harmless"),
        ("builtins", "ValueError", "call", "harmless"),
        ("builtins", "print", "call", "unsafe"),
        ("my.models", "build", "call", "unsafe"),
        ("code", "InteractiveInterpreter", "make", "unsafe"),
        ("os", "PathLike", "mention", "unsafe"),
        ("tempfile", "mkdtemp", "call", "unsafe"),
    ],
)
def test_the_rule_for_names_is_as_written(module, name, use, verdict):
    assert judge(module, name, use) == verdict


def test_a_call_hidden_in_another_pickle_of_the_zip_or_in_a_nested_file_is_found(tmp_path):
    bad = b"cos\nsystem\n(S'true'\ntR."
    path = zipped(tmp_path / "two.pt", state(view()), [("0", bytes(12))])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("archive/extra.pkl", bad)
    nested = tmp_path / "nested.pkl"
    nested.write_bytes(b"\x80\x03ctorch.storage\n_load_from_bytes\nC" + bytes([len(bad)]) + bad + b"\x85R.")

    assert unsafe(read(path)) == ("os.system",)
    assert unsafe(read(nested)) == ("os.system",)


def test_names_and_keys_of_a_file_are_fit_to_print(tmp_path):
    name = "gate\x1b[31m\n" + "x" * 5000
    path = tmp_path / "odd.pt"
    torch.save({name: torch.ones(2)}, path)

    (found,) = read(path).checkpoints[0].tensors

    assert found.isprintable()
    assert len(found) <= 300
