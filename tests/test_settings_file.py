"""Settings files: plain words and numbers by name, nothing built, nothing followed, logs left to others."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from diagnose.readers import jsonl_log, settings_file
from kb import foreign_yaml
from tests.tracker_logs import said


def read(tmp_path, text, name="hparams.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    (trace,) = settings_file.read(path)
    assert not trace.series
    return trace


def test_nested_names_are_joined_and_words_keep_their_meaning(tmp_path):
    text = (
        "lr: 1e-3\nsteps: 40_000\nepochs: 20\namp: true\nseed: null\nsched: .inf\nname: 'off'\nversion: '1.0'\n"
        "model:\n  name: unet\n  sizes: [352, 416]\n"
    )

    trace = read(tmp_path, text)

    assert trace.settings == {
        "lr": 0.001, "steps": "40_000", "epochs": 20, "amp": True, "sched": float("inf"), "name": "off",
        "version": "1.0", "model/name": "unet", "model/sizes/0": 352, "model/sizes/1": 416,
    }  # fmt: skip
    assert not trace.notes


def test_yaml_and_json_say_the_same(tmp_path):
    written = {"lr": 0.01, "net": {"depth": 4, "deep": True, "name": "pvt"}, "betas": [0.9, 0.999], "none": None}

    from_yaml = read(tmp_path, yaml.safe_dump(written), "config.yml")
    from_json = read(tmp_path, json.dumps(written), "config.json")

    assert from_yaml.settings == from_json.settings
    assert from_json.settings["net/depth"] == 4


@pytest.mark.parametrize(
    "bad",
    [
        "!!python/object/apply:pathlib.Path.touch [!!python/object/apply:pathlib.Path [{made}]]",
        "!!python/object/new:pathlib.PosixPath [{made}]",
        "!!python/name:os.system ''",
        "!!python/module:antigravity ''",
        "!include {made}",
    ],
)
def test_what_a_tag_asks_for_is_refused_and_the_rest_is_read(tmp_path, bad):
    made = tmp_path / "made"

    trace = read(tmp_path, f"lr: 0.5\nbad: {bad.format(made=made)}\nwd: 0.25\n")

    assert trace.settings == {"lr": 0.5, "wd": 0.25}
    assert said([trace]).startswith("refused to build what these tags ask for: !")
    assert not made.exists()


def test_arguments_dumped_as_a_namespace_are_plain_settings(tmp_path):
    trace = read(
        tmp_path, "!!python/object:argparse.Namespace\nlr: 0.5\nsize: !!python/tuple [352, 352]\n", "args.yaml"
    )

    assert trace.settings == {"lr": 0.5, "size/0": 352, "size/1": 352}
    assert not trace.notes


@pytest.mark.parametrize("name", ["config.yaml", "config.json"])
def test_wandb_values_are_called_by_their_own_names(tmp_path, name):
    wrapped = {"_wandb": {"value": {"cli": "0.31"}}, "lr": {"desc": None, "value": 0.5}, "net": {"value": {"depth": 4}}}

    assert read(tmp_path, json.dumps(wrapped), name).settings == {"lr": 0.5, "net/depth": 4}


def test_a_setting_that_happens_to_be_called_value_keeps_its_name(tmp_path):
    assert read(tmp_path, "loss:\n  value: dice\n  weight: 2\n").settings == {"loss/value": "dice", "loss/weight": 2}


def test_references_to_mappings_are_counted_and_not_followed(tmp_path):
    lines = [
        "a0: &a0 [x, x]",
        *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)),
        "lr: &lr 0.5",
        "lr2: *lr",
    ]

    trace = read(tmp_path, "\n".join(lines) + "\n")

    assert trace.settings == {"a0/0": "x", "a0/1": "x", "lr": 0.5, "lr2": 0.5}
    assert "references to other parts of the file: 78" in said([trace])


@pytest.mark.parametrize(
    ("name", "text"), [("config.yaml", "a: " + "[" * 500_000), ("config.json", '{"a": ' + "[" * 50_000)]
)
def test_nesting_without_end_is_survived(tmp_path, name, text):
    trace = read(tmp_path, text, name)

    assert trace.notes


def test_what_stands_before_nesting_without_end_is_read_and_the_line_is_told(tmp_path):
    trace = read(tmp_path, "lr: 0.5\nnet: " + "[" * 1_001 + "]" * 1_001 + "\n", "config.yaml")

    assert trace.settings["lr"] == 0.5
    assert "nested more than 1,000 deep at line 2" in said([trace])


def test_what_is_too_long_too_deep_or_too_many_is_left_out_and_counted(tmp_path):
    deep: object = 1
    for _ in range(12):
        deep = {"in": deep}
    written = {"lr": 0.5, "model": "Conv2d " * 100, "classes": list(range(500)), "deep": deep}

    trace = read(tmp_path, json.dumps(written), "config.json")

    assert trace.settings == {"lr": 0.5}
    assert said([trace]) == "settings left out as too long, too deep or too many: 3"


def test_no_more_than_a_thousand_settings_are_kept(tmp_path):
    trace = read(tmp_path, "".join(f"k{n}: {n}\n" for n in range(1500)))

    assert len(trace.settings) == 1000
    assert said([trace]).endswith(": 500")


def test_a_file_cut_short_gives_what_stands_before(tmp_path):
    from_yaml = read(tmp_path, "lr: 0.5\nnet: {depth: 4, na")
    from_json = read(tmp_path, '{"lr": 0.5, "net": {"depth": 4, "na', "config.json")

    assert from_yaml.settings["net/depth"] == from_json.settings["net/depth"] == 4
    assert from_yaml.notes
    assert from_json.notes


@pytest.mark.parametrize("text", ["{}", "[1, 2]", "just words", "--- \n"])
def test_a_file_without_settings_says_so(tmp_path, text):
    trace = read(tmp_path, text)

    assert not trace.settings
    assert said([trace]) == "no settings in it"


@pytest.mark.parametrize(
    ("name", "text", "reader"),
    [
        ("config.json", '{"lr": 0.5}', settings_file),
        ("config.json", '{\n  "lr": 0.5,\n  "epochs": 20\n}\n', settings_file),
        ("adapter_config.json", '{"r": 8}', settings_file),
        ("config.json", '{"epoch": 1, "loss": 0.5}\n{"epoch": 2, "loss": 0.25}\n', jsonl_log),
        ("args.json", '{"loss": [0.5, 0.25], "epoch": [1, 2]}', jsonl_log),
        ("params.json", '{"best": 0.5, "log_history": [{"step": 1, "loss": 0.5}]}', jsonl_log),
        ("metrics.json", '{"lr": 0.5}', jsonl_log),
    ],
)
def test_settings_and_logs_in_json_are_told_apart(tmp_path, name, text, reader):
    claims = [one for one in (jsonl_log, settings_file) if one.sniff(tmp_path / name, text.encode())]

    assert claims == [reader]


@pytest.mark.parametrize(
    ("name", "claimed"), [("hparams.yaml", True), ("Config.YML", True), ("meta.yaml", False), ("args", False)]
)
def test_a_yaml_file_is_claimed_by_its_name(tmp_path, name, claimed):
    assert settings_file.sniff(tmp_path / name, b"lr: 0.5\n") is claimed


def test_a_binary_file_of_that_name_is_not_claimed(tmp_path):
    assert not settings_file.sniff(tmp_path / "config.yaml", bytes(range(64)))


words = st.text("abcxyz", min_size=1, max_size=6)
plain = st.one_of(st.integers(-(10**9), 10**9), st.booleans(), st.floats(allow_nan=False), words)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(words, st.one_of(plain, st.dictionaries(words, plain, max_size=4)), max_size=6))
def test_what_yaml_writes_comes_back(written):
    (document,) = foreign_yaml.read(yaml.safe_dump(written)).documents

    assert document == written


def shape(value: object) -> object:
    """Mappings and lists as they are nested, without what stands in them."""
    if isinstance(value, dict):
        return {key: shape(one) for key, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else None


@settings(max_examples=200, deadline=None)
@given(st.text("ab:-[]{},|>'\"\n #?%@1e~", max_size=60))
def test_whatever_yaml_can_load_is_nested_as_yaml_nests_it(text):
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        expected = list(yaml.load_all(text, loader))
    except yaml.YAMLError:
        expected = None

    found = foreign_yaml.read(text)

    assert expected is None or shape(found.documents) == shape(expected)
    assert expected is None or found.wrong is None


def test_names_stay_as_they_are_written(tmp_path):
    assert read(tmp_path, "1e3: 1\nnull: 2\ntrue: 3\n").settings == {"1e3": 1, "null": 2, "true": 3}
