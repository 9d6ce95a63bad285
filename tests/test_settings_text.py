"""Settings that are neither YAML nor JSON: printed arguments, command lines."""

from __future__ import annotations

import pytest

from diagnose.assemble import assemble
from diagnose.known_settings import as_written
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


def test_prose_of_the_name_is_not_claimed(tmp_path):
    text = "These are the arguments we had.\nNote: nobody agreed.\nThe end came soon.\n"

    assert not settings_text.sniff(tmp_path / "args.txt", text.encode())


@pytest.mark.parametrize("inside", ["(" * 90_000, "-" * 90_000 + "1", "[" * 150 + "]" * 150])
def test_nesting_without_end_is_survived(tmp_path, inside):
    path = tmp_path / "args.txt"
    path.write_text(f"Namespace(a={inside}, b=1)\n")

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

    assert as_written(run.settings) == {
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
