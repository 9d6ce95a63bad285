"""What several writers logged of one training is one run; trainings of their own stay apart."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import assemble
from diagnose.run import Series
from diagnose.same_values import agree, differ, telling
from tests.test_assemble import events, points, said

Rows = list[dict[str, float]]


def losses(seed: int, many: int = 20) -> list[float]:
    noise = np.random.default_rng(seed)
    return [round(math.exp(-at / 10) + float(noise.normal()) / 20, 6) for at in range(many)]


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def csv(path: Path, columns: dict[str, list[float]]) -> Path:
    rows = zip(*columns.values(), strict=True)
    return write(path, ",".join(columns) + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))


def jsonl(path: Path, rows: Rows) -> Path:
    return write(path, "".join(json.dumps(row) + "\n" for row in rows))


def mmengine(work: Path, stamp: str, values: list[float]) -> None:
    """A work folder as mmengine leaves it: text log, two copies of the scalars, configuration."""
    rows: Rows = [{"lr": 0.01, "loss": one, "iter": 50 * at, "step": 50 * at} for at, one in enumerate(values, 1)]
    text = "".join(
        f"2024/05/06 07:08:09 - mmengine - INFO - Iter(train) [{row['iter']:4g}/40000]  lr: 1.0000e-02  eta: 1:02:03"
        f"  time: 0.5012  data_time: 0.0042  memory: 7204  loss: {row['loss']:.4f}\n"
        for row in rows
    )
    write(work / stamp / f"{stamp}.log", text)
    jsonl(work / stamp / "vis_data" / f"{stamp}.json", rows)
    jsonl(work / stamp / "vis_data" / "scalars.json", rows)
    write(work / stamp / "vis_data" / "config.py", "model = dict(type='UNet')\n")


def test_a_work_folder_of_mmengine_is_one_run(tmp_path):
    mmengine(tmp_path, "20240506_070809", losses(1))

    (run,) = assemble([tmp_path])

    assert run.name == "20240506_070809"
    assert [name for name in points(run) if "loss" in name] == ["train/loss"]
    assert points(run)["train/loss"] == [(50 * at, value) for at, value in enumerate(losses(1), 1)]
    assert "2 of 2 curves repeat its values and are counted once" in said(run)


def test_two_trainings_of_mmengine_in_one_work_folder_are_two(tmp_path):
    mmengine(tmp_path, "20240506_070809", losses(1))
    mmengine(tmp_path, "20240507_070809", losses(2))

    assert [run.name for run in assemble([tmp_path])] == ["20240506_070809", "20240507_070809"]


def test_the_two_logs_of_mmcv_are_one_run_and_their_neighbours_are_not(tmp_path):
    for stamp, seed in (("20240506_070809", 1), ("20240507_070809", 2)):
        values = losses(seed)
        rows = [{"mode": "train", "epoch": 1, "iter": 50 * at, "loss": one} for at, one in enumerate(values, 1)]
        write(tmp_path / f"{stamp}.log.json", "".join(json.dumps(row) + "\n" for row in rows))
        lines = [
            f"2024-05-06 07:08:09,123 - mmseg - INFO - Iter [{50 * at}/80000]\tlr: 9.995e-03, loss: {one:.4f}\n"
            for at, one in enumerate(values, 1)
        ]
        write(tmp_path / f"{stamp}.log", "".join(lines))

    runs = assemble([tmp_path])

    assert len(runs) == 2
    assert [len([name for name in points(run) if "loss" in name]) for run in runs] == [1, 1]
    assert [len(run.sources) for run in runs] == [2, 2]


def test_results_and_events_of_ultralytics_are_one_run(tmp_path):
    train, dice = losses(1), losses(2)
    csv(
        tmp_path / "exp" / "results.csv",
        {"epoch": list(range(1, 21)), "train/box_loss": train, "metrics/mAP50(B)": dice},
    )
    events(tmp_path / "exp", 1000, {
        "train/box_loss": list(enumerate(train, 1)), "lr/pg0": [(at, 0.01) for at in range(1, 21)]
    })  # fmt: skip
    write(tmp_path / "exp" / "args.yaml", "epochs: 20\nlr0: 0.01\n")

    (run,) = assemble([tmp_path])

    assert run.name == "exp"
    assert sorted(points(run)) == ["lr/pg0", "metrics/mAP50(B)", "train/box_loss"]
    assert run.settings["epochs"] == 20


def test_metrics_and_events_of_lightning_are_one_run(tmp_path):
    folder = tmp_path / "version_0"
    csv(folder / "metrics.csv", {"epoch": [0] * 20, "step": list(range(9, 209, 10)), "train_loss": losses(1)})
    events(folder, 1000, {"train_loss": list(zip(range(9, 209, 10), losses(1), strict=True))})
    write(folder / "hparams.yaml", "lr: 0.001\n")

    (run,) = assemble([tmp_path])

    assert (run.name, run.settings["lr"]) == ("version_0", 0.001)
    assert "train_loss" in points(run)


def test_a_csv_and_events_that_disagree_are_two_runs(tmp_path):
    csv(tmp_path / "exp" / "results.csv", {"epoch": list(range(20)), "train/box_loss": losses(1)})
    events(tmp_path / "exp", 1000, {"train/box_loss": list(enumerate(losses(2)))})

    assert [run.name for run in assemble([tmp_path])] == ["exp", "exp/results.csv"]


def test_logs_of_several_trainings_in_one_folder_stay_apart(tmp_path):
    for seed in range(4):
        csv(tmp_path / f"fold{seed}.csv", {"epoch": list(range(20)), "lr": [0.1] * 20, "loss": losses(seed)})

    assert len(assemble([tmp_path])) == 4


@pytest.mark.parametrize("shared", ["lr", "epoch_time", "momentum"])
def test_a_common_schedule_does_not_make_one_training(shared, tmp_path):
    plan = [0.1 * 0.987**at for at in range(20)]
    for seed in range(2):
        csv(tmp_path / f"fold{seed}.csv", {"epoch": list(range(20)), shared: plan, "loss": losses(seed)})

    assert len(assemble([tmp_path])) == 2


def test_trainings_in_folders_of_their_own_stay_apart_even_with_equal_values(tmp_path):
    for name in "ab":
        csv(tmp_path / name / "results.csv", {"epoch": list(range(20)), "loss": losses(1)})

    assert [run.name for run in assemble([tmp_path])] == ["a/results.csv", "b/results.csv"]


def test_the_screen_and_the_log_of_one_training_are_judged_once(tmp_path):
    lines = "".join(f"Epoch [{at:03d}/020], loss: {value:.4f}\n" for at, value in enumerate(losses(1), 1))
    write(tmp_path / "train_log.txt", lines)
    write(tmp_path / "nohup.out", "some warning\n" + lines)

    (run,) = assemble([tmp_path])

    assert len(run.sources) == 2
    assert [name for name in points(run) if "loss" in name] == ["loss"]


def test_a_file_per_start_that_goes_on_is_one_run(tmp_path):
    def block(first: int, last: int, value: float) -> str:
        said = "".join(
            f"2024-05-06 07:08:09.000000: Epoch {at}\n2024-05-06 07:08:09.000000: train_loss {-value}\n"
            f"2024-05-06 07:08:09.000000: val_loss {-value / 2}\n"
            for at in range(first, last)
        )
        return f"Please cite the following paper when using nnU-Net:\n{said}"

    fold = tmp_path / "fold_0"
    write(fold / "training_log_2024_5_6_11_56_00.txt", block(0, 0, 0) + "2024-05-06 07:08:09.000000: Epoch 0\n"
          "2024-05-06 07:08:09.000000: Current learning rate: 0.01\n")  # fmt: skip
    write(fold / "training_log_2024_5_6_11_57_00.txt", block(0, 49, 0.5))
    write(fold / "training_log_2024_5_6_14_26_00.txt", block(45, 99, 0.75))
    write(tmp_path / "fold_1" / "training_log_2024_5_6_14_26_00.txt", block(0, 99, 0.25))

    first, second = assemble([tmp_path])

    assert points(first)["train_loss"] == [(at, -0.5) for at in range(45)] + [(at, -0.75) for at in range(45, 99)]
    assert "a start that ended in its first step; left out" in said(first)
    assert "training starts again" not in said(first)
    assert "resumed at step 45; 8 earlier points replaced" in said(first)
    assert len(points(second)["train_loss"]) == 99


def test_evaluations_that_count_epochs_lie_at_the_iteration_they_were_made_at(tmp_path):
    rows: Rows = []
    for epoch in range(1, 6):
        steps = range((epoch - 1) * 250 + 50, epoch * 250 + 1, 50)
        rows += [{"lr": 0.01, "loss": 1 / step, "iter": step, "epoch": epoch, "step": step} for step in steps]
        rows.append({"mIoU": 60.0 + epoch, "step": epoch})
    jsonl(tmp_path / "scalars.json", rows)

    (run,) = assemble([tmp_path])

    assert points(run)["mIoU"] == [(250 * epoch, 60.0 + epoch) for epoch in range(1, 6)]
    assert "evaluation rows that count something else: 5; placed at the training row before them" in said(run)


def test_a_dated_file_that_begins_anew_is_another_run(tmp_path):
    for day, seed in ((1, 1), (2, 2)):
        csv(tmp_path / f"log_2024010{day}.csv", {"epoch": list(range(20)), "loss": losses(seed)})

    assert [run.name for run in assemble([tmp_path])] == ["log_20240101.csv", "log_20240102.csv"]


def test_numbered_files_are_runs_of_their_own_even_when_one_begins_later(tmp_path):
    csv(tmp_path / "run1.csv", {"epoch": list(range(20)), "loss": losses(1)})
    csv(tmp_path / "run2.csv", {"epoch": list(range(10, 30)), "loss": losses(2)})

    assert len(assemble([tmp_path])) == 2


def test_segments_of_one_file_are_never_made_one_by_the_copy_beside_it(tmp_path):
    rows = [{"epoch": at, "loss": one} for seed in (1, 2) for at, one in enumerate(losses(seed))]
    jsonl(tmp_path / "scalars.json", rows)
    write(tmp_path / "log.csv", "epoch,loss\n" + "".join(f"{row['epoch']},{row['loss']}\n" for row in rows))

    runs = assemble([tmp_path])

    assert [[value for _, value in points(run)["loss"]] for run in runs] == [losses(1), losses(2)]
    assert [len(run.sources) for run in runs] == [2, 2]


def curve(name: str, values: list[float], first: int = 0, stride: int = 1) -> Series:
    return Series(name, np.arange(len(values), dtype=np.int64) * stride + first, np.array(values))


def test_curves_agree_when_rounded_shifted_counted_otherwise_or_logged_less_often():
    exact = losses(3, 60)
    one = curve("loss", exact)

    assert agree(one, curve("loss", [round(value, 3) for value in exact]))
    assert agree(one, curve("loss", exact, 1))
    assert agree(one, curve("loss", exact, 49, 50))
    assert agree(one, curve("loss", exact[::5], 0, 7))
    assert agree(one, curve("loss", np.float32(exact).astype(float).tolist()))
    assert not agree(one, curve("loss", losses(4, 60)))
    assert differ(one, curve("loss", losses(4, 60)))


def test_coarse_or_few_values_prove_nothing():
    assert not agree(curve("acc", [0.5, 0.5, 0.6, 0.6]), curve("acc", [0.5, 0.5, 0.6, 0.6]))
    assert not agree(curve("loss", [0.123456]), curve("loss", [0.123456]))


def test_names_of_schedules_and_clocks_are_not_telling():
    assert not any(telling(curve(name, [1, 2])) for name in ("lr", "x/lr0", "train/learning_rate", "epoch", "学习率"))
    assert all(telling(curve(name, [1, 2])) for name in ("loss", "dice", "mIoU", "train_loss", "pixel_acc"))


def hugging_face(output: Path, values: list[float], *, state: str = "trainer_state.json") -> None:
    """An output folder as the Hugging Face Trainer leaves it, but for its event files."""
    rows: Rows = []
    for at, one in enumerate(values, 1):
        rows.append({"epoch": at / 10, "learning_rate": 1e-4 / at, "loss": one, "step": 50 * at})
        if at % 10 == 0:
            rows.append({"epoch": at / 10, "eval_loss": one + 0.125, "step": 50 * at})
    write(output / state, json.dumps({"global_step": 50 * len(values), "log_history": rows}))


def tagged(values: list[float], first: int = 1) -> dict[str, list[tuple[int, float]]]:
    evaluated = [(50 * at, one + 0.125) for at, one in enumerate(values, first) if at % 10 == 0]
    return {"train/loss": [(50 * at, one) for at, one in enumerate(values, first)], "eval/loss": evaluated}


@pytest.mark.parametrize("state", ["trainer_state.json", "checkpoint-1000/trainer_state.json"])
@pytest.mark.parametrize("above", [False, True])
def test_the_state_and_the_event_files_of_the_hugging_face_trainer_are_one_run(tmp_path, state, above):
    for name, seed in (("a", 1), ("b", 2)):
        values = losses(seed)
        hugging_face(tmp_path / name, values, state=state)
        events(tmp_path / name / "runs" / "May06_07-08-09_host", 1000, tagged(values[:12]))
        events(tmp_path / name / "runs" / "May07_07-08-09_host", 2000, tagged(values[12:], 13))

    runs = assemble([tmp_path] if above else [tmp_path / "a", tmp_path / "b"])

    assert [run.name for run in runs] == ["a", "b"]
    assert [{name for name in points(run) if "loss" in name} for run in runs] == [{"loss", "eval_loss"}] * 2
    assert [len(points(run)["loss"]) for run in runs] == [20, 20]


def test_an_earlier_attempt_below_the_same_output_folder_stays_a_run_of_its_own(tmp_path):
    hugging_face(tmp_path / "a", losses(1))
    events(tmp_path / "a" / "runs" / "May06_07-08-09_host", 1000, tagged(losses(2)))

    assert len(assemble([tmp_path])) == 2


def test_folders_below_runs_without_a_state_are_runs_of_their_own(tmp_path):
    write(tmp_path / "train.log", "".join(f"epoch {at} loss {one}\n" for at, one in enumerate(losses(1))))
    events(tmp_path / "runs" / "exp1", 1000, tagged(losses(2)))
    events(tmp_path / "runs" / "exp2", 2000, tagged(losses(3)))

    assert len(assemble([tmp_path])) == 3
