"""Which model is asked: what the environment and the project file say, and what is wrong with it."""

from __future__ import annotations

import pytest

from cli import llm
from diagnose import projectfile
from kb.ask.chat import Chat
from kb.problem import Problem


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "no model is set up for --llm"),
        ({llm.URL: "http://localhost:1/v1"}, "no model is set up for --llm"),
        ({llm.URL: "file:///etc/passwd", llm.MODEL: "m"}, "is no address of a model"),
        ({llm.URL: "localhost:11434", llm.MODEL: "m"}, "is no address of a model"),
        ({llm.URL: "http://[::1", llm.MODEL: "m"}, "is no address of a model"),
        ({llm.URL: "http://a\r\nb", llm.MODEL: "m"}, "is no address of a model"),
    ],
)
def test_without_a_model_it_is_told_how_to_set_one_up(tmp_path, environ, sentence):
    with pytest.raises(Problem) as wrong:
        llm.configured(tmp_path, environ)

    assert sentence in wrong.value.of("en")
    assert "http://localhost:11434/v1" in wrong.value.of("zh")


def test_the_project_may_name_the_model_and_the_environment_wins(tmp_path):
    (tmp_path / "trainoscope.toml").write_text('[llm]\nurl = "http://localhost:1/v1"\nmodel = "a"\ntimeout = 5\n')

    assert llm.configured(tmp_path, {}) == Chat("http://localhost:1/v1", "a", "", 5.0)
    assert llm.configured(tmp_path, {llm.MODEL: "b"}).model == "b"


def test_a_key_never_goes_to_an_address_that_only_a_file_names(tmp_path):
    (tmp_path / "trainoscope.toml").write_text('[llm]\nurl = "https://elsewhere.example/v1"\nmodel = "a"\n')

    assert llm.configured(tmp_path, {llm.KEY: "secret"}).key == ""
    assert llm.configured(tmp_path, {llm.KEY: "secret", llm.URL: "https://mine.example"}).key == "secret"
    assert "secret" not in repr(llm.configured(tmp_path, {llm.KEY: "secret", llm.URL: "https://mine.example"}))


@pytest.mark.parametrize(
    "line", ['key = "x"', "timeout = 0", "timeout = true", 'timeout = "a"', "url = 3", "model = []"]
)
def test_a_mistake_in_the_settings_is_named_with_its_line(tmp_path, line):
    (tmp_path / "trainoscope.toml").write_text(f"[llm]\n{line}\n")

    with pytest.raises(Problem) as wrong:
        projectfile.nearest(tmp_path)

    assert wrong.value.line == 2
