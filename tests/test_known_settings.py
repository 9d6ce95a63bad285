"""Settings come from wherever a script left them, under the names the checks ask for, and nothing is executed."""

from __future__ import annotations

from pathlib import Path

import pytest

from diagnose.assemble import assemble
from diagnose.known_settings import NAMES, as_written, with_known
from diagnose.printed_settings import printed_settings
from diagnose.trackers.python_settings import assignments

LINES = "".join(f"Epoch [{at:03d}/020], loss: {1 / at:.4f}\n" for at in range(1, 21))


def test_names_of_many_scripts_become_one():
    told = with_known({"optimizer/lr": 0.1, "num_train_epochs": 3.0, "NUM_CLASSES": "9", "train/batch-size": 16})

    assert {name: told[name] for name in ("learning-rate", "planned-epochs", "classes", "batch-size")} == {
        "learning-rate": 0.1,
        "planned-epochs": 3,
        "classes": 9,
        "batch-size": 16,
    }


def test_the_settings_themselves_stay_as_they_were_written():
    told = with_known({"lr": 0.1, "weird": "x"})

    assert told == {"learning-rate": 0.1, "lr": 0.1, "weird": "x"}


@pytest.mark.parametrize(
    "given", [{"max_steps": -1}, {"epochs": True}, {"num_classes": "many"}, {"lr": None}, {"opt": ""}]
)
def test_a_value_that_says_nothing_is_no_setting(given):
    assert with_known(given) == given


def test_the_plainer_name_wins_over_that_of_a_section():
    assert with_known({"scheduler/lr": 0.5, "lr": 0.1})["learning-rate"] == 0.1
    assert with_known({"lr": 0.1, "scheduler/lr": 0.5})["learning-rate"] == 0.1


def test_what_was_written_can_be_had_back():
    given = {"lr": 0.1, "seed": 3, "optim": "adam", "weird": "x"}

    assert with_known(given)["optimizer"] == "adam"
    assert as_written(with_known(given)) == given


def test_no_name_stands_for_two_settings():
    every = [name for names in NAMES.values() for name in names]

    assert len(every) == len(set(every))


def test_a_printed_namespace_gives_the_settings_of_the_log_below_it(tmp_path):
    header = "Namespace(lr=0.01, epochs=20, device=device(type='cuda'), name='a) b', decay=[0.1, (2, 3)], amp=True)\n"
    (tmp_path / "train.log").write_text("using GPU 0\n" + header + LINES, encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert run.settings["learning-rate"] == 0.01
    assert run.settings["planned-epochs"] == 20
    assert run.settings["mixed-precision"] is True
    told = printed_settings(header)
    assert (told["name"], told["decay/1/0"], "device" in told) == ("a) b", 2, False)


def test_a_printed_configuration_ends_where_the_log_begins():
    text = (
        "2024/05/06 07:08:09 - mmengine - INFO - Config:\n"
        "model = dict(\n    decode_head=dict(num_classes=4,\n        type='Head'),\n    type='Net')\n"
        "train_cfg = dict(max_iters=40000)\n\n"
        "2024/05/06 07:08:10 - mmengine - INFO - lr = 3\n"
    )

    assert printed_settings(text) == {
        "model/decode_head/num_classes": 4,
        "model/decode_head/type": "Head",
        "model/type": "Net",
        "train_cfg/max_iters": 40000,
    }


def test_what_is_printed_is_never_run(tmp_path):
    proof = tmp_path / "ran"
    source = f"a = open({str(proof)!r}, 'w')\nb = __import__('os').system('true')\nlr = 0.1\n"

    assert assignments(source) == {"lr": 0.1}
    assert printed_settings(f"Namespace(a=open({str(proof)!r}, 'w'), lr=0.1)") == {"lr": 0.1}
    assert not proof.exists()


@pytest.mark.parametrize(
    "text", ["Namespace(", "Namespace(a=1", "Namespace(a='", "Namespace(((((", "Config:\n" + "[" * 9000]
)
def test_what_is_cut_short_or_too_deep_gives_nothing(text):
    assert printed_settings(text) == {}


def test_settings_beside_the_curves_of_mmengine_belong_to_the_run_above(tmp_path: Path):
    beside = tmp_path / "20240506_070809" / "vis_data"
    beside.mkdir(parents=True)
    rows = "".join(f'{{"loss": {1 / at}, "lr": 0.01, "iter": {50 * at}, "step": {50 * at}}}\n' for at in range(1, 20))
    (beside / "scalars.json").write_text(rows, encoding="utf-8")
    (beside / "config.py").write_text("default_scope = 'mmseg'\ntrain_cfg = dict(max_iters=40000)\n", encoding="utf-8")

    (run,) = assemble([tmp_path])

    assert run.settings["planned-iterations"] == 40000


def test_a_link_to_the_latest_run_neither_doubles_nor_names_it(tmp_path: Path):
    folder = tmp_path / "wandb" / "run-20240506_070809-abc"
    folder.mkdir(parents=True)
    (folder / "log.csv").write_text("epoch,loss\n0,2\n1,1\n2,0.5\n", encoding="utf-8")
    (tmp_path / "wandb" / "latest-run").symlink_to(folder, target_is_directory=True)

    assert [run.name for run in assemble([tmp_path])] == ["wandb/run-20240506_070809-abc/log.csv"]
    assert [run.name for run in assemble([tmp_path / "wandb" / "latest-run"])] == ["log.csv"]
