"""The reports for other programs and pages: each renders any diagnosis, and nothing from a file comes alive in one."""

from __future__ import annotations

import html
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from cli.diagnose_app import main
from diagnose.reports import report
from diagnose.story import story
from tests.diagnoses import LANGS, OTHERS, PROMISED, ROOT, WHOLE, example


def test_every_format_but_text_and_json_is_tested_here():
    assert set(OTHERS) <= PROMISED


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("which", WHOLE)
@pytest.mark.parametrize("name", OTHERS)
def test_every_report_renders_every_diagnosis_in_characters_any_file_can_hold(name, which, lang):
    shown = report(name).render(WHOLE[which](), lang)

    assert shown
    assert shown.encode("utf-8")
    assert [char for char in shown if not char.isprintable() and char not in "\n\t"] == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted({"github", "junit", "markdown", "sarif", "html"} & set(OTHERS)))
def test_every_report_tells_every_root_finding_and_what_to_do(name, lang):
    shown = " ".join(
        re.sub(r"</?code>|[`\\]", "", _plain(name, report(name).render(example("gate_left_out"), lang))).split()
    )

    chapters = story(example("gate_left_out").verdicts())
    assert len(chapters) == 3
    for chapter in chapters:
        for said in (chapter.verdict.message(lang), *chapter.verdict.fix(lang)):
            assert said.replace("`", "") in shown


def _plain(name: str, shown: str) -> str:
    if name == "github":
        return shown.replace("%0A", " ").replace("%25", "%")
    if name == "junit":
        return " ".join(ET.fromstring(shown).itertext())
    if name == "html":
        import html

        return html.unescape(shown)
    return shown


@pytest.mark.parametrize("name", OTHERS)
def test_the_command_prints_every_format(name, capsys, tmp_path):
    code = main(["run", str(ROOT / "examples/gate_left_out"), "--format", name, "--lang", "en"])
    printed = capsys.readouterr().out

    main(["run", str(ROOT / "examples/gate_left_out"), "--format", name, "--lang", "en", "--out", str(tmp_path / "x")])

    assert code == 1
    assert (tmp_path / "x").read_text(encoding="utf-8") == printed


# --- junit


@pytest.mark.parametrize("form", ["html", "junit", "sarif", "json"])
def test_markup_or_json_that_is_sent_to_a_chinese_console_still_is_what_it_says_it_is(form, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding="cp936")
    monkeypatch.setattr("sys.stdout", console)

    main(["run", str(ROOT / "examples" / "gate_left_out"), "--format", form, "--lang", "zh"])

    console.seek(0)
    text = console.buffer.read().decode("utf-8")
    assert text.isascii()
    said = html.unescape(text) if form in ("html", "junit") else json.dumps(json.loads(text), ensure_ascii=False)
    assert "它所在的分支等于被关闭" in said
