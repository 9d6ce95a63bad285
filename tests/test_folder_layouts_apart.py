"""Which files of a folder are several trainings, and layouts that were written after the first were read right."""

from __future__ import annotations

import pytest

from tests.test_folder_layouts import JOINED, Layout, read

APART: dict[str, Layout] = {
    "trials in numbered folders, of other rates": (
        {"0/stdout.log": "log 0-30 1 lr=0.1", "1/stdout.log": "log 0-30 2 lr=0.01"},
        ("0/stdout.log", "1/stdout.log"),
    ),
    "trials in numbered folders, of other lengths": (
        {"0/stdout.log": "log 0-30 1", "1/stdout.log": "log 0-12 2"},
        ("0/stdout.log", "1/stdout.log"),
    ),
    "jobs of a multirun": (
        {f"multirun/10-11-12/{at}/train.log": f"log 0-30 {at}" for at in range(3)},
        tuple(f"multirun/10-11-12/{at}/train.log" for at in range(3)),
    ),
    "versions of a logger": (
        {f"version_{at}/metrics.csv": f"csv 0-30 {at}" for at in range(3)},
        tuple(f"version_{at}/metrics.csv" for at in range(3)),
    ),
    "versions of a logger that follow each other": (
        {"version_0/metrics.csv": "csv 0-30 1", "version_1/metrics.csv": "csv 30-60 2"},
        ("version_0/metrics.csv", "version_1/metrics.csv"),
    ),
    "seeds": (
        {"seed0/log.txt": "log 0-30 1", "seed1/log.txt": "log 0-30 2"},
        ("seed0/log.txt", "seed1/log.txt"),
    ),
    "folds": (
        {f"fold{at}.csv": f"csv 0-30 {at}" for at in range(5)},
        tuple(f"fold{at}.csv" for at in range(5)),
    ),
    "numbered logs that each begin anew": (
        {"log1.txt": "log 0-30 1", "log2.txt": "log 0-40 2"},
        ("log1.txt", "log2.txt"),
    ),
    "a resume that resumed nothing": (
        {"metrics.csv": "csv 0-30 1", "metrics_resume.csv": "csv 0-30 2"},
        ("metrics.csv", "metrics_resume.csv"),
    ),
    "models of which one was logged late": (
        {"unet.csv": "csv 0-30 1", "resnet.csv": "csv 20-60 2"},
        ("resnet.csv", "unet.csv"),
    ),
    "numbered models of which one was logged late": (
        {"resnet18.csv": "csv 0-30 1", "resnet34.csv": "csv 25-60 2"},
        ("resnet18.csv", "resnet34.csv"),
    ),
    "a resume with columns of its own": (
        {"metrics.csv": "csv 0-30 1", "metrics_resume.csv": "csv 25-60 2 dice"},
        ("metrics.csv", "metrics_resume.csv"),
    ),
    "a numbered log long after the first": (
        {"log.txt": "log 0-30 1", "log1.txt": "log 500-530 2"},
        ("log.txt", "log1.txt"),
    ),
    "jobs of one queue that each begin anew": (
        {"slurm-4711.out": "log 0-30 1", "slurm-4712.out": "log 0-30 2"},
        ("slurm-4711.out", "slurm-4712.out"),
    ),
    "streams of two jobs": (
        {"slurm-1.out": "log 0-30 1", "slurm-2.err": "log 0-30 2 val_loss"},
        ("slurm-1.out", "slurm-2.err"),
    ),
    "several experiments beside one folder of snapshots": (
        {
            "logs/expA/log.csv": "csv 0-30 1",
            "logs/expB/log.csv": "csv 0-30 2",
            "snapshots/m.safetensors": "weights",
        },
        ("logs/expA/log.csv", "logs/expB/log.csv", "snapshots/m.safetensors"),
    ),
    "snapshots of another experiment": (
        {"logs/expA/log.csv": "csv 0-30 1", "snapshots/expB/m.safetensors": "weights"},
        ("logs/expA/log.csv", "snapshots/expB/m.safetensors"),
    ),
    "two logs beside a folder of checkpoints": (
        {"logs/a.log": "log 0-30 1", "logs/b.log": "log 0-30 2", "checkpoints/m.safetensors": "weights"},
        ("logs/a.log", "logs/b.log", "checkpoints/m.safetensors"),
    ),
    "experiments in folders of their own": (
        {
            "a/log.csv": "csv 0-30 1",
            "a/checkpoints/m.safetensors": "weights",
            "b/log.csv": "csv 0-30 2",
            "b/checkpoints/m.safetensors": "weights",
        },
        ("a/log.csv a/checkpoints/m.safetensors", "b/log.csv b/checkpoints/m.safetensors"),
    ),
    "nohup above several experiments": (
        {
            "nohup.out": "log 0-30 9 val_loss",
            "runs/a/events.out.tfevents.1000.a": "events 0-30 1",
            "runs/b/events.out.tfevents.1000.a": "events 0-30 2",
        },
        ("nohup.out", "runs/a/events.out.tfevents.1000.a", "runs/b/events.out.tfevents.1000.a"),
    ),
    "nohup beside an event file whose loss is another": (
        {"nohup.out": "log 0-30 1", "events.out.tfevents.1000.a": "events 0-30 2"},
        ("events.out.tfevents.1000.a", "nohup.out"),
    ),
    "logs of two trainings": (
        {"train_a.log": "log 0-30 1", "train_b.log": "log 0-30 2"},
        ("train_a.log", "train_b.log"),
    ),
    "training logs of two models and one validation": (
        {"train_unet.log": "log 0-30 1", "train_fpn.log": "log 0-30 2", "val.log": "log 0-30 3"},
        ("train_fpn.log", "train_unet.log", "val.log"),
    ),
    "a log above the folders of several event files": (
        {
            "train.log": "log 0-30 9 val_loss",
            "tensorboard/a/events.out.tfevents.1000.a": "events 0-30 1",
            "tensorboard/b/events.out.tfevents.1000.a": "events 0-30 2",
        },
        ("tensorboard/a/events.out.tfevents.1000.a", "tensorboard/b/events.out.tfevents.1000.a", "train.log"),
    ),
    "experiments that a script numbers": (
        {
            f"experiment_{at}/{name}": what.format(at)
            for at in range(2)
            for name, what in (("events.out.tfevents.1000.a", "events 0-30 {}"), ("model.safetensors", "weights"))
        },
        tuple(f"experiment_{at}/events.out.tfevents.1000.a experiment_{at}/model.safetensors" for at in range(2)),
    ),
    "ranks of two jobs": (
        {f"{job}/attempt_0/{at}/stdout.log": f"log 0-30 {at}{ord(job)}" for job in "ab" for at in range(2)},
        tuple(" ".join(f"{job}/attempt_0/{at}/stdout.log" for at in range(2)) for job in "ab"),
    ),
}


LATER: dict[str, Layout] = {  # written after the first of these were read right, to see what they leave
    "both streams of the ranks of a job": (
        {
            f"attempt_0/{at}/{name}": f"log 0-30 {at}{seed} {tag}"
            for at in range(2)
            for name, seed, tag in (("stdout.log", 1, "loss"), ("stderr.log", 2, "val_loss"))
        },
        ("attempt_0/0/stdout.log attempt_0/1/stdout.log attempt_0/0/stderr.log attempt_0/1/stderr.log",),
    ),
    "ranks of a job that was started again": (
        {
            "job/attempt_0/0/stdout.log": "log 0-30 1",
            "job/attempt_0/1/stdout.log": "log 0-30 2",
            "job/attempt_1/0/stdout.log": "log 25-60 3",
            "job/attempt_1/1/stdout.log": "log 25-60 4",
        },
        (" ".join(f"job/attempt_{which}/{at}/stdout.log" for which in range(2) for at in range(2)),),
    ),
    "ranks beside the checkpoints of their job": (
        {"rank0/log.txt": "log 0-30 1", "rank1/log.txt": "log 0-30 2", "checkpoints/m.safetensors": "weights"},
        ("rank0/log.txt rank1/log.txt checkpoints/m.safetensors",),
    ),
    "a log copied with a number in brackets that goes on": (
        {"train.log": "log 0-30 1", "train(1).log": "log 30-50 2"},
        ("train.log train(1).log",),
    ),
    "a resumed log of a named model": (
        {"unet.log": "log 0-30 1", "unet_resume.log": "log 28-50 2", "fpn.log": "log 0-30 3"},
        ("unet.log unet_resume.log", "fpn.log"),
    ),
    "a log resumed twice": (
        {"log.csv": "csv 0-30 1", "log_resume.csv": "csv 25-50 2", "log_resume2.csv": "csv 45-90 3"},
        ("log.csv log_resume.csv log_resume2.csv",),
    ),
    "one experiment below logs, its snapshots beside": (
        {"logs/run1/events.out.tfevents.1000.a": "events 0-30 1", "snapshots/m.safetensors": "weights"},
        ("logs/run1/events.out.tfevents.1000.a snapshots/m.safetensors",),
    ),
    "logs beside saved models in a project with code": (
        {"train.py": "words", "logs/log.txt": "log 0-30 1", "saved_models/m.safetensors": "weights"},
        ("logs/log.txt saved_models/m.safetensors",),
    ),
    "experiments of one name, a log file and a folder of checkpoints by epoch": (
        {
            "logs/a.csv": "csv 0-30 1",
            "logs/b.csv": "csv 0-30 2",
            "weights/a/epoch_1/m.safetensors": "weights",
            "weights/b/epoch_1/m.safetensors": "weights",
        },
        ("logs/a.csv weights/a/epoch_1/m.safetensors", "logs/b.csv weights/b/epoch_1/m.safetensors"),
    ),
    "streams of a SLURM array": (
        {
            "slurm-9_0.out": "log 0-30 1",
            "slurm-9_0.err": "log 0-30 2 val_loss",
            "slurm-9_1.out": "log 0-30 3",
            "slurm-9_1.err": "log 0-30 4 val_loss",
        },
        ("slurm-9_0.out slurm-9_0.err", "slurm-9_1.out slurm-9_1.err"),
    ),
    "tasks of a SLURM array": (
        {f"slurm-9_{at}.out": f"log 0-30 {at}" for at in range(4)},
        tuple(f"slurm-9_{at}.out" for at in range(4)),
    ),
    "nohup beside the folder of one board": (
        {"nohup.out": "log 0-30 1 val_loss", "tb/events.out.tfevents.1000.a": "events 0-900 2"},
        ("nohup.out tb/events.out.tfevents.1000.a",),
    ),
    "two tries, the second killed early and begun anew": (
        {"log.txt": "log 0-30 1", "log1.txt": "log 0-10 2", "log2.txt": "log 0-30 3"},
        ("log.txt", "log1.txt", "log2.txt"),
    ),
    "two tries and a log that may go on either": (
        {"log1.txt": "log 0-30 1", "log2.txt": "log 0-30 2", "log3.txt": "log 25-60 3"},
        ("log1.txt", "log2.txt", "log3.txt"),
    ),
    "stages of a training with losses of their own": (
        {"stage1.csv": "csv 0-30 1 seg_loss", "stage2.csv": "csv 30-60 2 refine_loss"},
        ("stage1.csv", "stage2.csv"),
    ),
    "a log of the trainer beside its event file, and one of somebody else": (
        {
            "log.txt": "log 0-30 1 val_loss",
            "train.log": "log 0-30 2",
            "events.out.tfevents.1000.a": "events 0-900 3",
        },
        ("events.out.tfevents.1000.a log.txt", "train.log"),
    ),
    "two screens beside one event file": (
        {
            "nohup.out": "log 0-30 1 val_loss",
            "train.log": "log 0-30 2 val_dice",
            "events.out.tfevents.1000.a": "events 0-900 3",
        },
        ("events.out.tfevents.1000.a", "nohup.out", "train.log"),
    ),
    "networks trained one after the other": (
        {"train_step1.log": "log 0-30 1", "train_step2.log": "log 0-30 2"},
        ("train_step1.log", "train_step2.log"),
    ),
    "an epoch's results beside the table of the run": (
        {"metrics.csv": "csv 0-30 1", "epoch_10/metrics.csv": "csv 0-5 2 dice"},
        ("metrics.csv", "epoch_10/metrics.csv"),
    ),
    "numbered trials of a search with a log each": (
        {f"trial_{at}/stdout.log": f"log 0-30 {at}" for at in range(3)},
        tuple(f"trial_{at}/stdout.log" for at in range(3)),
    ),
    "train and test logs of two models": (
        {"a_train.csv": "csv 0-30 1", "a_test.csv": "csv 0-30 2", "b_train.csv": "csv 0-30 3"},
        ("a_train.csv", "a_test.csv", "b_train.csv"),
    ),
    "logs in two projects with checkpoints": (
        {
            "p/logs/log.csv": "csv 0-30 1",
            "q/logs/log.csv": "csv 0-30 2",
            "q/checkpoints/m.safetensors": "weights",
        },
        ("p/logs/log.csv", "q/logs/log.csv q/checkpoints/m.safetensors"),
    ),
}


@pytest.mark.parametrize("name", [*JOINED, *APART, *LATER])
def test_a_folder_is_read_as_the_trainings_in_it(name, tmp_path):
    layout, truth = {**JOINED, **APART, **LATER}[name]

    found = read(tmp_path, layout)

    assert sorted(map(sorted, found)) == sorted(sorted(line.split()) for line in truth)
