"""Files beside each other as people keep them: halves, older copies, a curve a file, forms that are not read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diagnose.assemble import survey
from diagnose.readers import torch_checkpoint
from tests.built_in import recogniser
from tests.test_odd_tables import put, said

BINARY = {
    "log.xlsx": (b"PK\x03\x04 xl/workbook.xml", "CSV UTF-8"),
    "history.xls": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(80), "CSV UTF-8"),
    "loss.mat": (b"MATLAB 5.0 MAT-file, Platform: GLNXA64", "writetable"),
    "history.h5": (b"\x89HDF\r\n\x1a\n" + bytes(80), "numpy.savez"),
    "metrics.parquet": (b"PAR1" + bytes(80), "to_csv"),
    "train.log.gz": (b"\x1f\x8b\x08" + bytes(80), "gunzip -k"),
}


@pytest.mark.parametrize("name", BINARY)
def test_a_log_in_a_form_that_is_not_read_is_told_with_the_way_out(tmp_path, name):
    data, remedy = BINARY[name]
    (tmp_path / name).write_bytes(data)

    assert remedy in said(tmp_path)
    assert remedy in said(tmp_path / name)


def test_data_in_such_a_form_is_passed_over_in_silence_unless_it_is_asked_for(tmp_path):
    (tmp_path / "case0001.h5").write_bytes(BINARY["history.h5"][0])

    assert said(tmp_path) == ""
    assert "HDF5" in said(tmp_path / "case0001.h5")


@pytest.mark.parametrize("text", ["lr: 0.1\nmodel: unet\n", "- unet\n- dice\n", "\n" * 9999, "a: " + " " * 9999])
def test_yaml_that_holds_no_history_is_passed_over_in_silence(tmp_path, text):
    (tmp_path / "metrics.yaml").write_text(text)

    assert said(tmp_path) == ""


TABLE = "epoch,loss,dice\n1,0.9,0.1\n2,0.5,0.2\n3,0.4,0.3\n"


@pytest.mark.parametrize("name", ["log.csv~", "log.csv.bak", "log.csv.orig"])
def test_an_older_copy_beside_its_file_is_not_read(tmp_path, name):
    put(tmp_path, **{"log.csv": TABLE, name: TABLE.replace("0.9", "0.8")})

    assert [run.name for run in survey([tmp_path]).runs] == ["log.csv"]
    assert "an older copy of log.csv" in said(tmp_path)


def test_a_copy_whose_file_is_gone_is_read(tmp_path):
    put(tmp_path, **{"log.csv.bak": TABLE})

    assert len(survey([tmp_path]).runs) == 1


def roles(tmp_path: Path) -> list[dict[str, str]]:
    knows = recogniser()
    found = [knows.recognise(run, {}) for run in survey([tmp_path]).runs]
    return [{one.name: f"{one.split} {one.role} {one.qualifier}".strip() for one in run.series} for run in found]


def test_a_log_of_each_half_beside_the_other_is_one_run_with_the_roles_of_both(tmp_path):
    put(tmp_path, **{"train_log.csv": TABLE, "val_log.csv": "epoch,loss,dice\n1,1.9,0.3\n2,1.4,0.4\n3,1.3,0.7\n"})

    assert roles(tmp_path) == [
        {
            "loss": "train-loss",
            "dice": "metric",
            "loss (val_log.csv)": "val val-loss",
            "dice (val_log.csv)": "val metric",
        }
    ]


def test_logs_of_two_models_side_by_side_stay_two_runs(tmp_path):
    put(tmp_path, **{"unet.csv": TABLE, "val_unet.csv": TABLE.replace("0.", "1.")})

    assert len(survey([tmp_path]).runs) == 2


def test_a_log_of_the_test_set_is_none_of_training(tmp_path):
    put(tmp_path, **{"test_log.csv": TABLE})

    assert roles(tmp_path) == [{"loss": "test val-loss", "dice": "test metric"}]


def test_a_log_called_test_something_is_somebody_s_try(tmp_path):
    put(tmp_path, **{"test_lr3.csv": TABLE})

    assert roles(tmp_path) == [{"loss": "train-loss", "dice": "metric"}]


def test_files_that_hold_a_curve_each_are_one_run(tmp_path):
    put(
        tmp_path,
        **{"train_loss.txt": "0.9\n0.5\n0.4\n", "val_loss.txt": "1.9\n1.5\n1.4\n", "val_dice.txt": "1\n2\n3\n"},
    )

    assert roles(tmp_path) == [{"train_loss": "train train-loss", "val_loss": "val val-loss", "val_dice": "val metric"}]


def test_curves_called_after_models_stay_runs_of_their_own(tmp_path):
    put(tmp_path, **{"unet_loss.txt": "0.9\n0.5\n0.4\n", "pranet_loss.txt": "1.9\n1.5\n1.4\n"})

    assert len(survey([tmp_path]).runs) == 2


def mmengine(folder: str, stamp: str) -> dict[str, str]:
    rows = [{"iter": 50 * at, "step": 50 * at, "loss": 1 / at, "grad_norm": 2.5} for at in range(1, 7)]
    scores = [{"step": 150 * at, "mIoU": 60.0 + at} for at in (1, 2)]
    text = "".join(json.dumps(one) + "\n" for one in (*rows[:3], scores[0], *rows[3:], scores[1]))
    return {f"{folder}/{stamp}/vis_data/{name}.json": text for name in (stamp, "scalars")}


def test_few_scores_that_two_files_of_a_run_hold_alike_are_counted_once(tmp_path):
    put(tmp_path, **mmengine("unet", "20240506_071000"))

    (run,) = survey([tmp_path]).runs

    assert sorted((one.name, len(one)) for one in run.series) == [("grad_norm", 6), ("loss", 6), ("mIoU", 2)]


def test_a_checkpoint_beside_one_folder_of_the_time_is_of_the_run_in_it(tmp_path):
    put(tmp_path, **mmengine("unet", "20240506_071000"))
    saved, _ = torch_checkpoint.example(tmp_path / "unet")
    saved.rename(tmp_path / "unet" / "iter_300.pth")

    (run,) = survey([tmp_path]).runs

    assert (len(run.checkpoints), len(run.series)) == (1, 3)


def test_a_checkpoint_beside_several_is_given_to_none(tmp_path):
    put(tmp_path, **mmengine("unet", "20240506_071000"), **mmengine("unet", "20240507_081000"))
    saved, _ = torch_checkpoint.example(tmp_path / "unet")
    saved.rename(tmp_path / "unet" / "iter_300.pth")

    assert not any(run.checkpoints and run.series for run in survey([tmp_path]).runs)
