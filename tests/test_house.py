"""The house rules, kept by a machine: which room may import which, how long a file may be, what start-up may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT = {
    "kb": {"kb", "yaml", "rapidfuzz", "platformdirs"},
    "diagnose": {"diagnose", "kb", "numpy"},
    "cli": {"cli", "kb", "diagnose", "typer", "rich", "mcp", "pydantic"},
}
FILES = [path for room in MAY_IMPORT for path in sorted((ROOT / room).rglob("*.py"))]
TESTS = sorted((ROOT / "tests").glob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of everything a file imports, wherever it does so, but for the standard library."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written out in full"
            found.add((node.module or "").split(".")[0])
    return found - set(sys.stdlib_module_names)


def calls(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def loaded_by(code: str) -> set[str]:
    shown = f"import sys\n{code}\nprint('LOADED', *sys.modules)"
    done = subprocess.run([sys.executable, "-c", shown], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_run_from_cli_to_diagnose_to_kb_and_never_back(path):
    assert imported(path) <= MAY_IMPORT[path.relative_to(ROOT).parts[0]]


@pytest.mark.parametrize("path", [*FILES, *TESTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_has_at_most_300_lines_and_says_first_what_it_is_for(path):
    text = path.read_text(encoding="utf-8")

    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("path", [path for path in FILES if "cli" not in path.parts], ids=lambda path: path.name)
def test_only_the_doors_print(path):
    text = path.read_text(encoding="utf-8")

    prints = "print" in calls(path) or "sys.stdout.write" in text

    assert not prints or path.name == "proving.py"  # the worker that runs proofs speaks over its own pipe


@pytest.mark.parametrize("command", [["check"], ["format", "--check"]], ids=" ".join)
def test_the_linter_finds_nothing_to_complain_of(command):
    pytest.importorskip("ruff")

    run = [sys.executable, "-m", "ruff", *command, "--no-cache", "."]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr


def test_looking_a_word_up_loads_no_numpy_torch_or_tensorboard():
    loaded = loaded_by("from cli.kb_app import main\nassert main(['lookup', 'sessile']) == 0")

    assert loaded.isdisjoint({"numpy", "torch", "tensorboard"})


def test_diagnosing_logs_loads_no_torch_or_tensorboard():
    loaded = loaded_by("from cli.diagnose_app import main\nassert main(['run', 'examples/gate_left_out']) == 1")

    assert loaded.isdisjoint({"torch", "tensorboard"})
    assert "numpy" in loaded


def test_no_test_code_or_benchmark_is_shipped():
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

    assert project["tool"]["setuptools"]["packages"]["find"]["include"] == ["kb*", "diagnose*", "cli*"]
