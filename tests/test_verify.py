"""`kb verify` runs the snippets of a page and says which of its claims do not hold."""

import dataclasses
import sys

import pytest

from kb import verified, verify
from kb.entry import Claim, Entry, Snippet, Translation
from kb.library import BUILT_IN
from kb.verify import exit_code, matches


def entry(**fields):
    return Entry(title="T", summary="S", zh=Translation(title="T", summary="S"), id="t", **fields)


def proof(code):
    return entry(claims={"c": Claim("It holds.", proof=code)})


def outcomes(*entries, trust=True, limit=60.0):
    return [one for some in verify.verify(entries, trust=trust, limit=limit) for one in some]


def only(one):
    (outcome,) = outcomes(one)
    return outcome


@pytest.mark.parametrize(
    "code",
    [
        "assert 1 + 1 == 2",
        "print('this does not reach the pipe', flush=True)",
        "import os; os.write(1, b'nor does this')",
        "try:\n    input()\nexcept EOFError:\n    pass",
        "class A: pass\nimport pickle\nassert isinstance(pickle.loads(pickle.dumps(A())), A)",
        "import inspect\ndef f():\n    return 1\nassert 'return 1' in inspect.getsource(f)",
        "assert __name__ == '__main__'",
    ],
)
def test_a_proof_that_runs_clean_holds(code):
    outcome = only(proof(code))

    assert (outcome.state, outcome.why) == ("held", None)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("x = 1\nassert x == 2, 'two'", "line 2: AssertionError: two"),
        ("def f(:", "line 1: SyntaxError"),
        ("import json\njson.loads('')", "line 2: JSONDecodeError"),
        ("raise SystemExit(0)", "line 1: SystemExit: 0"),
        ("import warnings\nwarnings.warn('only a warning')\nassert 0", "line 3: AssertionError"),
    ],
)
def test_a_proof_that_does_not_hold_says_where(code, why):
    outcome = only(proof(code))

    assert outcome.state == "failed"
    assert why in outcome.why.en


def test_an_endless_proof_is_ended_and_the_next_one_runs():
    endless, fine = outcomes(proof("while True: pass"), proof("assert True"), limit=2.0)

    assert endless.state == "failed"
    assert endless.why.en == "not finished after 2 s"
    assert fine.state == "held"


def test_a_crash_is_told_and_the_next_one_runs():
    crashed, fine = outcomes(proof("import os; os._exit(3)"), proof("assert True"))

    assert crashed.state == "failed"
    assert crashed.why.en == "ended the interpreter (exit code 3)"
    assert fine.state == "held"


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_a_signal_is_named():
    outcome = only(proof("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)"))

    assert outcome.why.en == "ended the interpreter (SIGSEGV)"


def test_what_a_proof_writes_does_not_land_beside_the_user(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    outcome = only(proof("open('left-behind.pt', 'w').close()"))

    assert outcome.state == "held"
    assert list(tmp_path.iterdir()) == []


def test_a_module_that_is_not_installed_is_no_failure():
    outcome = only(proof("import a_module_nobody_has"))

    assert outcome.state == "unchecked"
    assert outcome.why.en == "not checked here: a_module_nobody_has is not installed"


def test_without_torch_its_proofs_are_left_open_and_the_others_run(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError(\"No module named 'torch'\", name='torch')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    with_torch, without = outcomes(proof("import torch\nassert torch"), proof("assert True"))

    assert with_torch.state == "unchecked"
    assert with_torch.why.en == "not checked here: torch is not installed"
    assert without.state == "held"
    assert exit_code([with_torch]) == 2


@pytest.mark.parametrize(
    ("reproduce", "errors", "state"),
    [
        ("int('x')", ("invalid literal for int() with base 10: *",), "held"),
        ("int('x')", ("other", "ValueError: invalid*'x'"), "held"),
        ("raise ValueError('two\\n   lines of [text]')", ("two lines of [*]",), "held"),
        ("import warnings\nwarnings.warn('will be removed')", ("UserWarning: will be *",), "held"),
        ("int('x')", ("something else",), "failed"),
        ("int('3')", ("invalid literal*",), "failed"),
        ("import a_module_nobody_has", ("No module named '*'",), "held"),
        ("import a_module_nobody_has", ("something else",), "unchecked"),
        ("assert int(3.9) == 3", (), "held"),
        ("assert int(3.9) == 4", (), "failed"),
    ],
)
def test_a_reproducer_must_show_one_of_the_messages_or_run_clean_if_there_is_none(reproduce, errors, state):
    assert only(entry(reproduce=reproduce, errors=errors)).state == state


def test_fixed_code_and_right_snippets_must_run_and_wrong_ones_are_left_alone():
    snippets = {"right": Snippet("r", "1"), "wrong": Snippet("w", "1 / 0", faulty=True)}

    found = outcomes(entry(fixed="1 / 0", snippets=snippets))

    assert [(one.part, one.name, one.state) for one in found] == [
        ("fixed", "", "failed"),
        ("snippet", "right", "held"),
    ]


def test_what_needs_another_machine_is_not_run_but_its_proofs_are():
    claims = {"c": Claim("It holds.", proof="assert True")}

    found = outcomes(entry(claims=claims, reproduce="1 / 0", fixed="1 / 0", needs="cuda"))

    assert [one.state for one in found] == ["held", "unchecked", "unchecked"]
    assert found[1].why.en == "needs cuda"


def test_foreign_code_is_not_run_without_trust(tmp_path):
    mark = tmp_path / "ran"
    foreign = proof(f"open({str(mark)!r}, 'w').close()")
    disguised = dataclasses.replace(foreign, path=BUILT_IN / ".." / ".." / "elsewhere" / "concepts" / "t.yaml")

    found = outcomes(foreign, disguised, trust=False)

    assert [one.state for one in found] == ["unchecked", "unchecked"]
    assert not mark.exists()


def test_built_in_code_is_run_without_asking():
    (outcome,) = outcomes(dataclasses.replace(proof("assert True"), path=BUILT_IN / "concepts" / "t.yaml"), trust=False)

    assert outcome.state == "held"


def test_the_exit_code_says_all_some_or_nothing():
    held, failed, unchecked = only(proof("1")), only(proof("1/0")), only(proof("import a_module_nobody_has"))

    assert exit_code([held, unchecked]) == 0
    assert exit_code([held, failed, unchecked]) == 1
    assert exit_code([unchecked]) == 2
    assert exit_code([]) == 2


def test_the_report_names_the_entry_the_piece_and_the_reason():
    found = outcomes(proof("assert 0"))

    lines = [line.text for line in verified.by_entry(found, "zh", 80)]

    assert lines == ["✗ t 1 项中 0 项成立", "    ✗ 结论 c：第 1 行：AssertionError:"]


@pytest.mark.parametrize(
    ("template", "message", "same"),
    [
        ("size mismatch for *: copying", "RuntimeError: size mismatch for a.b: copying a param", True),
        ("a*b*c", "x a1b2c y", True),
        ("a b", "a\n   b", True),
        ("[*] is at version *", "[torch.FloatTensor [2]] is at version 1", True),
        ("a.c", "abc", False),
        ("a*b", "b a", False),
    ],
)
def test_a_star_stands_for_anything_and_everything_else_for_itself(template, message, same):
    assert matches(template, message) == same


def test_every_built_in_fact_holds_on_this_torch(built_in):
    pytest.importorskip("torch")

    found = [one for some in verify.verify(built_in.values(), limit=120.0) for one in some]

    assert [(one.entry, one.name, one.why.en) for one in found if one.state == "failed"] == []
    assert {one.state for one in found} >= {"held"}
