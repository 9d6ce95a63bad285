"""Settings that are neither YAML nor JSON: printed arguments, command lines, configurations in Python, never run."""

from __future__ import annotations

import pytest

from diagnose.assemble import assemble
from diagnose.readers import HEAD, readers, settings_file, settings_text


def settings(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    claims = [name for name, reader in readers().items() if reader.sniff(path, path.read_bytes()[:HEAD])]
    reader = readers()[claims[0]]
    (trace,) = reader.read(path)
    return trace.settings


@pytest.mark.parametrize(
    "text",
    [
        "Namespace(lr=0.001, name='pvt, v2', sizes=[352, 416], clip=-0.5, amp=True, none=None)\n",
        "2026-01-01 INFO args: Namespace(lr=1e-3, name='pvt, v2', sizes=[352, 416], clip=-0.5, amp=True)\nmore\n",
        "lr: 0.001\nname: 'pvt, v2'\nsizes/0: 352\nsizes/1: 416\nclip: -0.5\namp: True\n",
        "-- Options --\nlr: 1e-3 \t[default: 2]\nname = pvt, v2\nsizes/0: 352\nsizes/1: 416\nclip: -0.5\namp: True\n",
        '{"lr": 0.001, "name": "pvt, v2", "sizes": [352, 416], "clip": -0.5, "amp": true}\n',
    ],
    ids=["namespace", "namespace in a log line", "lines", "options of pix2pix", "json in a text file"],
)
def test_the_same_settings_come_from_every_way_of_writing_them(tmp_path, text):
    expected = {"lr": 0.001, "name": "pvt, v2", "sizes/0": 352, "sizes/1": 416, "clip": -0.5, "amp": True}

    assert settings(tmp_path, "args.txt", text) == expected


def test_a_namespace_that_python_cannot_parse_is_taken_argument_by_argument(tmp_path):
    text = "Namespace(kind=<class 'torch.optim.Adam'>, lr=0.01, device=device(type='cuda'), name='a=b, c')\n"

    found = settings(tmp_path, "opt.txt", text)

    assert (found["lr"], found["name"]) == (0.01, "a=b, c")


def test_a_configuration_in_python_is_taken_from_its_syntax_and_never_run(tmp_path):
    text = (
        "# as mmengine dumps it\nimg_size = 352\ncrop = (352, 352)\n"
        "model = dict(\n    type='EncoderDecoder',\n    decode_head=dict(num_classes=2, loss={'weight': -1.0}),\n)\n"
        "train_cfg = dict(max_epochs=20)\nsize = img_size\n"
        f"evil = __import__('pathlib').Path({str(tmp_path / 'made')!r}).touch()\n"
    )

    found = settings(tmp_path, "config.py", text)

    assert found == {
        "img_size": 352,
        "crop/0": 352,
        "crop/1": 352,
        "model/type": "EncoderDecoder",
        "model/decode_head/num_classes": 2,
        "model/decode_head/loss/weight": -1.0,
        "train_cfg/max_epochs": 20,
        "size": 352,
    }
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    "text",
    [
        "import os\nlr = 0.1\n",
        "lr = 0.1\nprint(f'epoch {1}: loss {lr}')\n",
        '"""A script."""\n\nlr = 0.1\n\n\ndef main():\n    pass\n',
        "for x in y:\n    lr = 0.1\n",
    ],
)
def test_a_script_is_no_configuration(tmp_path, text):
    path = tmp_path / "train.py"
    path.write_text(text)

    assert not settings_text.sniff(path, text.encode())


def test_prose_of_the_name_is_not_claimed(tmp_path):
    text = "These are the arguments we had.\nNote: nobody agreed.\nThe end came soon.\n"

    assert not settings_text.sniff(tmp_path / "args.txt", text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "(" * 90_000 + "\nb = 1\n",
        "a = " + "-" * 90_000 + "1\nb = 1\n",
        "a = " + "[" * 150 + "]" * 150 + "\nb = 1\n",
    ],
    ids=["brackets left open", "minus without end", "deep lists"],
)
def test_nesting_without_end_is_survived(tmp_path, text):
    path = tmp_path / "config.py"
    path.write_text(text)

    assert all(trace.notes or trace.settings for trace in settings_text.read(path))


def test_hydra_and_wandb_keep_command_lines(tmp_path):
    hidden = tmp_path / ".hydra"
    hidden.mkdir()
    (hidden / "config.yaml").write_text("optim:\n  lr: 0.01\nseed: 3\n")
    (hidden / "overrides.yaml").write_text("- optim.lr=0.01\n- +trainer=gpu\n")
    (tmp_path / "wandb-metadata.json").write_text(
        '{"args": ["--epochs", "20", "--lr=0.1", "--amp", "-x", "-3"], "os": "L"}'
    )
    (tmp_path / "metrics.csv").write_text("epoch,loss\n0,0.5\n1,0.4\n2,0.3\n")

    (run,) = assemble([tmp_path])

    assert run.settings == {
        "optim/lr": 0.01,
        "seed": 3,
        "optim.lr": 0.01,
        "trainer": "gpu",
        "epochs": 20,
        "lr": 0.1,
        "amp": True,
        "x": -3,
    }


def test_what_nnunet_writes_beside_its_log_is_read(tmp_path):
    (tmp_path / "debug.json").write_text(
        '{"initial_lr": "0.01", "num_epochs": "1000", "network": "' + "Conv " * 99 + '"}'
    )
    (tmp_path / "dataset.json").write_text('{"labels": {"background": 0, "polyp": 1}, "numTraining": 900}')

    debug, data = (settings_file.read(tmp_path / name)[0].settings for name in ("debug.json", "dataset.json"))

    assert debug == {"initial_lr": 0.01, "num_epochs": 1000}
    assert data == {"labels/background": 0, "labels/polyp": 1, "numTraining": 900}
    assert settings_file.sniff(tmp_path / "dataset.json", b'{"labels": {"a": 1}}')
    assert not settings_file.sniff(tmp_path / "dataset.json", b'{"loss": [1, 2]}')
