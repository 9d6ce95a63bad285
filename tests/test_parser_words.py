"""Complaints of other parsers reach a Chinese reader in Chinese, an English one in English, and say where it is."""

from __future__ import annotations

import io
import json
import re
import sqlite3
import tomllib
import zipfile

import numpy as np
import pytest
import yaml

from diagnose.readers import jsonl_log, mlflow_database, numpy_history
from diagnose.tables.jsontext import parsed
from kb import foreign_yaml
from kb.parser_words import in_both
from kb.text import Text

OTHERWISE = Text("a mistake", "写法有误")
JSON = [
    *('{"a": }', "{a: 1}", '{"a" 1}', '{"a": 1 "b": 2}', '["a', "[1] 2", '["\t"]', '["\\x"]', "[1,]"),
    "[1" + "0" * 9 + "x]",
]
YAML = [
    *("a: b: c", "a: [1, 2", "a: {b: 1", "- a\nb: 1", "a: @b", "a: 'b", 'a: "\\z"', "\ta: 1"),
    *("a:\n  - b\n c: 1", "*x y"),
]
TOML = ["a = ", "a", "[a", "a=1 b=2", "a=1\na=2", "[a]\n[a]", "a=[1", "a={b=1", "a = 'x", 'a = "x', "= 3"]


@pytest.mark.parametrize("text", JSON)
def test_a_mistake_in_json_is_told_in_words_of_either_language_with_its_place(text):
    _, wrong = parsed(text)

    with pytest.raises(json.JSONDecodeError) as said:
        json.loads(text)
    assert wrong.en.startswith(f"not valid JSON at line {said.value.lineno}, column {said.value.colno}: ")
    assert said.value.msg in wrong.en
    assert f"第 {said.value.lineno} 行第 {said.value.colno} 列" in wrong.zh
    assert not re.search(r"[A-Za-z]{3}", wrong.zh.replace("JSON", ""))
    assert "写法有误" not in wrong.zh


@pytest.mark.parametrize("text", YAML)
def test_a_mistake_in_yaml_is_told_in_words_of_either_language_with_its_place(text):
    wrong = foreign_yaml.read(text).wrong

    with pytest.raises(yaml.YAMLError):
        list(yaml.parse(text, Loader=foreign_yaml._Loader))
    assert re.match(r"not valid YAML at line \d+, column \d+: .{9}", wrong.en)
    assert re.match(r"第 \d+ 行第 \d+ 列不是有效的 YAML：", wrong.zh)
    assert not re.search(r"[A-Za-z]{3}", wrong.zh.replace("YAML", ""))


@pytest.mark.parametrize("text", TOML)
def test_a_mistake_in_toml_is_told_in_words_of_either_language(text):
    with pytest.raises(tomllib.TOMLDecodeError) as wrong:
        tomllib.loads(text)

    told = in_both(str(wrong.value).partition(" (at")[0], OTHERWISE)
    assert told.zh != OTHERWISE.zh
    assert told.en in str(wrong.value)


def test_a_damaged_database_is_told_in_either_language(tmp_path):
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as database:
        database.execute("create table metrics (a)")
    data = bytearray(path.read_bytes())
    data[100:200] = bytes(100)
    path.write_bytes(data)

    [trace] = mlflow_database.read(path)
    what = trace.notes[0].what

    assert what.en == "the database cannot be read: database disk image is malformed"
    assert what.zh == "数据库无法读取：文件内容已损坏"


def test_a_damaged_member_of_an_archive_is_told_in_either_language(tmp_path):
    path = tmp_path / "history.npz"
    array = io.BytesIO()
    np.save(array, np.arange(9.0))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("loss.npy", array.getvalue())
    data = bytearray(path.read_bytes())
    data[180] ^= 255
    path.write_bytes(data)

    [trace] = numpy_history.read(path)
    said = [note.what for note in trace.notes]

    assert any("cannot be unpacked (Bad CRC-32 for file" in one.en for one in said)
    assert any("无法解压（校验和不符，数据已损坏）" in one.zh for one in said)


@pytest.mark.parametrize(
    ("said", "chinese"),
    [
        ("no such table: metrics", "缺少数据表 metrics"),
        ("no such column: run_uuid", "缺少列 run_uuid"),
        ("Could not decode to UTF-8 column 'key' with text '\udcff'", "列 key 中的文字不是有效的 UTF-8"),
        ("database is locked", "数据库正被其他程序占用"),
        ("something nobody foresaw", "写法有误"),
        ("", "写法有误"),
    ],
)
def test_names_are_kept_and_what_is_unknown_is_told_in_general(said, chinese):
    told = in_both(said, OTHERWISE)

    assert told.zh == chinese
    assert told.en == (said or "a mistake")


def test_a_good_file_is_told_nothing(tmp_path):
    path = tmp_path / "log.json"
    path.write_text('[{"epoch": 1, "loss": 0.5}, {"epoch": 2, "loss": 0.25}]', encoding="utf-8")

    assert [note for trace in jsonl_log.read(path) for note in trace.notes] == []
    assert foreign_yaml.read("a: [1, 2]").wrong is None
