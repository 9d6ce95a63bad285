"""What a coding assistant gets from ``kb mcp``: asked by the SDK's own client, over a real process."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import cli
from cli import kb_app
from diagnose import clinic
from diagnose.bounded import bounded
from diagnose.reports import json as report
from kb import library
from tests.built_in import of_kinds

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"
ALONE = (  # the command without the built-in pages, which would take seconds to print
    "import sys; from pathlib import Path; from kb import library; library.BUILT_IN = Path(sys.argv[1]);"
    "from cli.kb_app import main; sys.exit(main(sys.argv[2:]))"
)
CALLS = {
    "page": ("lookup", {"term": "button polyp"}),
    "meanings": ("lookup", {"term": "BP"}),
    "answer": ("ask", {"question": "纽扣息肉有风险吗？"}),
    "unknown": ("ask", {"question": "who won the football game last night"}),
    "diagnosis": ("diagnose", {"path": str(ROOT / "examples" / "gate_left_out")}),
    "no word": ("lookup", {"term": ""}),
    "no question": ("ask", {"question": "  "}),
    "long question": ("ask", {"question": "x " * 50_000}),
    "no path": ("diagnose", {"path": "no/such/run"}),
    "empty path": ("diagnose", {"path": ""}),
    "odd path": ("diagnose", {"path": "a\0b"}),
    "no run": ("diagnose", {"path": str(ROOT / "cli")}),
    "missing argument": ("ask", {}),
    "wrong type": ("lookup", {"term": ["a"]}),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """The small library with one page that is broken."""
    folder = tmp_path_factory.mktemp("entries")
    shutil.copytree(PAGES, folder, dirs_exist_ok=True)
    (folder / "concepts" / "bad.yaml").write_text("title: [\n")
    return folder


@pytest.fixture(scope="module")
def spoken(tmp_path_factory):
    """The tools over the small library, and the result of every call."""
    mcp = pytest.importorskip("mcp")
    from cli import mcp_server

    async def session():
        async with mcp.Client(mcp_server.server(PAGES)) as client:
            tools = {tool.name: tool for tool in (await client.list_tools()).tools}
            return tools, {name: await client.call_tool(*call) for name, call in CALLS.items()}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(library, "BUILT_IN", tmp_path_factory.mktemp("nothing-built-in"))
        return asyncio.run(session())


def printed(capsys, *arguments):
    capsys.readouterr()
    kb_app.main([*arguments, "--json", "--kb", str(PAGES)])
    return json.loads(capsys.readouterr().out)


def test_three_harmless_tools_are_offered_and_every_argument_is_explained(spoken):
    tools, _ = spoken

    assert set(tools) == {"lookup", "ask", "diagnose"}
    for tool in tools.values():
        assert len(tool.description) > 100
        assert tool.annotations.read_only_hint
        assert all(one["type"] == "string" and one["description"] for one in tool.input_schema["properties"].values())


@pytest.mark.parametrize(
    ("call", "command"),
    [("page", "lookup"), ("meanings", "lookup"), ("answer", "ask"), ("unknown", "ask")],
)
def test_a_tool_gives_what_the_command_prints_as_data(spoken, capsys, alone, call, command):
    found = spoken[1][call]

    assert not found.is_error
    assert found.structured_content == printed(capsys, command, *CALLS[call][1].values())
    assert json.loads(found.content[0].text) == found.structured_content


def test_a_path_is_diagnosed_and_the_runs_gate_is_found(spoken):
    found = spoken[1]["diagnosis"].structured_content

    assert found["schema"] == "trainoscope.diagnosis/1"
    assert found["summary"]["found"] > 0
    assert "gate-stuck-at-zero" in {one["symptom"] for one in found["runs"][0]["verdicts"] if one["state"] == "found"}


@pytest.mark.parametrize(
    ("call", "english", "chinese"),
    [
        ("no word", "there is no word to look up", "没有可查的词"),
        ("no question", "there is no question", "没有问题"),
        ("long question", "too long for a question", "太长了"),
        ("no path", "no/such/run: no such file or folder", "没有这个文件或文件夹"),
        ("empty path", "no such file or folder", "没有这个文件或文件夹"),
        ("odd path", "no such file or folder", "没有这个文件或文件夹"),
        ("no run", "no training signal found", "没有找到训练信号"),
    ],
)
def test_a_mistake_is_an_error_of_the_tool_in_both_languages(spoken, call, english, chinese):
    found = spoken[1][call]

    assert found.is_error
    assert english in found.content[0].text
    assert chinese in found.content[0].text


@pytest.mark.parametrize("call", ["missing argument", "wrong type"])
def test_an_argument_that_does_not_fit_the_schema_is_an_error_of_the_tool(spoken, call):
    assert spoken[1][call].is_error


def served(broken):
    return [sys.executable, "-c", ALONE, str(broken / "nothing-built-in"), "mcp", "--kb", str(broken)]


def test_the_sdks_client_is_served_by_a_real_process(broken):
    mcp = pytest.importorskip("mcp")

    async def session():
        command, *rest = served(broken)
        process = mcp.StdioServerParameters(command=command, args=rest, cwd=ROOT, env=dict(os.environ))
        async with asyncio.timeout(60), mcp.Client(mcp.stdio_client(process)) as client:
            return [await client.call_tool(*CALLS[name]) for name in ("page", "no word", "answer")]

    found, wrong, answer = asyncio.run(session())

    assert found.structured_content["entry"]["id"] == "button-polyp"
    assert wrong.is_error
    assert answer.structured_content["lang"] == "zh"


def test_nothing_but_the_protocol_is_printed_although_an_entry_of_the_users_is_broken(broken):
    pytest.importorskip("mcp")
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "0"}}
    requests = [
        {"id": 1, "method": "initialize", "params": hello},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/call", "params": {"name": "lookup", "arguments": {"term": "button polyp"}}},
    ]
    with subprocess.Popen(
        served(broken),
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    ) as server:  # fmt: skip
        for one in requests:
            server.stdin.write(json.dumps({"jsonrpc": "2.0", **one}) + "\n")
            server.stdin.flush()
        answers = [json.loads(server.stdout.readline()) for one in requests if "id" in one]
        rest, complaints = server.communicate(timeout=60)  # the client hangs up

    assert [one["id"] for one in answers] == [1, 2]
    assert answers[1]["result"]["isError"] is False
    assert rest == ""
    assert "bad.yaml" in complaints
    assert "Traceback" not in complaints
    assert server.returncode == 0


@pytest.mark.parametrize(("lang", "said"), [("en", "is not installed"), ("zh", "没有安装")])
def test_without_the_extra_the_command_to_install_it_is_told(monkeypatch, capsys, lang, said):
    monkeypatch.delitem(sys.modules, "cli.mcp_server", raising=False)
    monkeypatch.delattr(cli, "mcp_server", raising=False)
    for name in [name for name in sys.modules if name.startswith("mcp.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "mcp", None)

    code = kb_app.main(["mcp", "--lang", lang])

    out = capsys.readouterr()
    assert (code, out.out) == (2, "")
    assert said in out.err
    assert 'pip install "trainoscope[mcp]"' in out.err


@pytest.fixture(scope="module")
def sick():
    one = report.as_data(clinic.diagnose([ROOT / "examples" / "gate_left_out"], of_kinds("symptom", "concept")))
    return {**one, "runs": [{**one["runs"][0], "name": f"run{n}"} for n in range(40)]}


def length(data):
    return len(json.dumps(data, ensure_ascii=False))


def test_a_diagnosis_that_fits_is_left_as_it_is(sick):
    assert bounded(sick, 10**9) == {**sick, "left_out": []}


@pytest.mark.parametrize("most", [4_000, 20_000, 40_000, 300_000, 600_000])
def test_a_long_diagnosis_is_cut_to_its_worst_findings_and_says_so(sick, most):
    cut = bounded(sick, most)

    assert length(cut) <= most
    assert cut["summary"] == sick["summary"]
    assert cut["left_out"][0] == "clear verdicts"
    kept = [one for run in cut["runs"] for one in run["verdicts"]]
    assert kept
    assert any(one["state"] == "found" and one["fix"]["en"] for one in kept)


def test_errors_outlast_warnings_and_a_run_whose_name_is_too_long_gives_way():
    def run(name, *severities):
        verdicts = [{"state": "found", "severity": one, "message": "m" * 500} for one in severities]
        return {"path": name, "verdicts": verdicts}

    runs = [run("a", *["warning"] * 20), run("b", "error"), run("c" * 9000, "error"), run("d")]
    cut = bounded({"runs": runs, "unread": ["u" * 9000], "overridden": [], "summary": {"found": 22}}, 4_000)

    assert length(cut) <= 4_000
    assert [(one["path"], one["verdicts"][0]["severity"]) for one in cut["runs"]] == [("a", "warning"), ("b", "error")]


@pytest.mark.parametrize("slow", ["a file", "a run"])
def test_a_diagnosis_that_takes_too_long_is_given_up_with_a_remedy_in_both_languages(monkeypatch, slow):
    mcp = pytest.importorskip("mcp")
    from cli import mcp_server

    gone, ends = threading.Event(), threading.Event()

    def runs(rounds):
        if slow == "a file":
            ends.wait(30)  # as long as the test needs to hear that it was given up
        yield from ()
        while slow == "a run" and not gone.wait(0.02):
            yield None

    async def asked():
        async with mcp.Client(mcp_server.server(PAGES, limit=0.2)) as client:
            return await client.call_tool("diagnose", {"path": str(ROOT / "examples" / "gate_left_out")})

    monkeypatch.setattr(clinic.Rounds, "__iter__", runs)
    found = asyncio.run(asked())
    gone.set()
    ends.set()
    for one in threading.enumerate():
        if one.name == "diagnosis":
            one.join(30)  # what it complains of is no other test's

    assert found.is_error
    assert "not diagnosed within 0.2 s" in found.content[0].text
    assert "0.2 秒内未能完成诊断" in found.content[0].text
    assert "--limit" in found.content[0].text
