"""Which files of a folder are one training: layouts as projects keep them, each with the truth written beside it.

A layout is written as paths with what lies there; its truth is a line for each run, with the files that belong to it.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from diagnose.assemble import assemble
from diagnose.folder import Walk
from tests.test_assemble import events, points, said

Layout = tuple[dict[str, str], tuple[str, ...]]


def curve(seed: int, steps: range) -> list[float]:
    """A loss that falls with the step, and noise of its own for each seed."""
    noise = np.random.default_rng(seed)
    return [round(2 * math.exp(-at / 30) + float(noise.normal()) / 30 + 0.2, 6) for at in steps]


def write(path: Path, what: str) -> None:
    """``csv 0-20 1 lr``: a table of steps 0 to 19, its noise from seed 1, with a rate; ``log``, ``events`` likewise."""
    kind, *rest = what.split()
    path.parent.mkdir(parents=True, exist_ok=True)
    if kind == "weights":
        head = json.dumps({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}).encode()
        path.write_bytes(len(head).to_bytes(8, "little") + head + bytes(8))
        return
    if kind == "words":
        path.write_text("+ python train.py\nWarning: no GPU was found, the CPU is used\n" * 3, encoding="utf-8")
        return
    first, last = map(int, rest[0].split("-"))
    steps, seed, more = range(first, last), int(rest[1]), rest[2:]
    losses = curve(seed, steps)
    rate = next((float(one[3:]) for one in more if one.startswith("lr=")), None)
    tag = next((one for one in more if "=" not in one), "loss")
    if kind == "csv":
        rows = [f"{step},{loss}" + (f",{rate}" if rate else "") for step, loss in zip(steps, losses, strict=True)]
        path.write_text("\n".join([f"step,{tag}" + (",lr" if rate else ""), *rows]) + "\n", encoding="utf-8")
    elif kind == "log":
        rows = [
            f"Epoch {step} {tag}: {loss}" + (f" lr: {rate}" if rate else "")
            for step, loss in zip(steps, losses, strict=True)
        ]
        path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    elif kind == "events":
        begun = 1000 + next((int(one[3:]) for one in more if one.startswith("at=")), 0)
        made = events(path.parent, begun, {tag: list(zip(steps, losses, strict=True))})
        made.rename(path)


JOINED: dict[str, Layout] = {
    "the ranks that torchrun gives a folder each": (
        {"0/stdout.log": "log 0-30 1", "1/stdout.log": "log 0-30 2", "2/stdout.log": "log 0-30 3"},
        ("0/stdout.log 1/stdout.log 2/stdout.log",),
    ),
    "ranks of an attempt, with what they said of trouble": (
        {
            "attempt_0/0/stdout.log": "log 0-30 1",
            "attempt_0/0/stderr.log": "words",
            "attempt_0/1/stdout.log": "log 0-30 2",
            "attempt_0/1/stderr.log": "words",
        },
        ("attempt_0/0/stdout.log attempt_0/1/stdout.log",),
    ),
    "ranks below the id of an elastic job": (
        {f"none_k3j5/attempt_0/{at}/stdout.log": f"log 0-30 {at}" for at in range(4)},
        (" ".join(f"none_k3j5/attempt_0/{at}/stdout.log" for at in range(4)),),
    ),
    "ranks that report progress on stderr": (
        {"attempt_0/0/stderr.log": "log 0-30 1", "attempt_0/1/stderr.log": "log 0-30 2"},
        ("attempt_0/0/stderr.log attempt_0/1/stderr.log",),
    ),
    "a second attempt that goes on where the first was lost": (
        {"attempt_0/0/stdout.log": "log 0-30 1", "attempt_1/0/stdout.log": "log 25-60 2"},
        ("attempt_0/0/stdout.log attempt_1/0/stdout.log",),
    ),
    "folders called after their rank": (
        {"rank_0/train.log": "log 0-30 1", "rank_1/train.log": "log 0-30 2"},
        ("rank_0/train.log rank_1/train.log",),
    ),
    "a table and its resume": (
        {"metrics.csv": "csv 0-30 1", "metrics_resume.csv": "csv 20-50 2"},
        ("metrics.csv metrics_resume.csv",),
    ),
    "a log and its resume": (
        {"log.txt": "log 0-30 1", "log_resume.txt": "log 25-60 2"},
        ("log.txt log_resume.txt",),
    ),
    "a log and a numbered one that goes on": (
        {"log.txt": "log 0-30 1", "log1.txt": "log 30-60 2", "log2.txt": "log 55-90 3"},
        ("log.txt log1.txt log2.txt",),
    ),
    "a table in parts": (
        {"history_part1.csv": "csv 0-30 1", "history_part2.csv": "csv 30-60 2"},
        ("history_part1.csv history_part2.csv",),
    ),
    "a log that was rotated": (
        {"train.log": "log 60-90 3", "train.log.1": "log 30-60 2", "train.log.2": "log 0-30 1"},
        ("train.log train.log.1 train.log.2",),
    ),
    "a job that was requeued under the next number": (
        {"slurm-4711.out": "log 0-30 1", "slurm-4712.out": "log 25-60 2"},
        ("slurm-4711.out slurm-4712.out",),
    ),
    "event files beside a folder of snapshots": (
        {"logs/events.out.tfevents.1000.a": "events 0-30 1", "snapshots/model_10.safetensors": "weights"},
        ("logs/events.out.tfevents.1000.a snapshots/model_10.safetensors",),
    ),
    "a text log beside a folder of checkpoints": (
        {"logs/train.log": "log 0-30 1", "checkpoints/best.safetensors": "weights"},
        ("logs/train.log checkpoints/best.safetensors",),
    ),
    "a table in a folder beside one of weights": (
        {"log/metrics.csv": "csv 0-30 1", "weights/last.safetensors": "weights"},
        ("log/metrics.csv weights/last.safetensors",),
    ),
    "experiments whose logs and snapshots go by one name": (
        {
            "logs/expA/events.out.tfevents.1000.a": "events 0-30 1",
            "logs/expB/events.out.tfevents.1000.a": "events 0-30 2",
            "snapshots/expA/m.safetensors": "weights",
            "snapshots/expB/m.safetensors": "weights",
        },
        (
            "logs/expA/events.out.tfevents.1000.a snapshots/expA/m.safetensors",
            "logs/expB/events.out.tfevents.1000.a snapshots/expB/m.safetensors",
        ),
    ),
    "text logs and checkpoints that go by one name": (
        {
            "logs/unet.log": "log 0-30 1",
            "logs/fpn.log": "log 0-30 2",
            "checkpoints/unet/best.safetensors": "weights",
            "checkpoints/fpn/best.safetensors": "weights",
        },
        ("logs/fpn.log checkpoints/fpn/best.safetensors", "logs/unet.log checkpoints/unet/best.safetensors"),
    ),
    "two hosts that write into one folder at a time": (
        {"events.out.tfevents.1000.hosta": "events 0-30 1", "events.out.tfevents.1002.hostb": "events 0-30 2 at=2"},
        ("events.out.tfevents.1000.hosta events.out.tfevents.1002.hostb",),
    ),
    "both streams of a SLURM job": (
        {"slurm-123.out": "log 0-30 1", "slurm-123.err": "log 0-30 2 val_loss"},
        ("slurm-123.out slurm-123.err",),
    ),
    "both streams in files called so": (
        {"stdout.txt": "log 0-30 1", "stderr.txt": "log 0-30 2 val_loss"},
        ("stdout.txt stderr.txt",),
    ),
    "both streams as shells redirect them": (
        {"train.out": "log 0-30 1", "train.err": "log 0-30 2 val_loss"},
        ("train.out train.err",),
    ),
    "nohup beside the event file of the same numbers": (
        {"nohup.out": "log 0-30 1", "events.out.tfevents.1000.a": "events 0-30 1"},
        ("nohup.out events.out.tfevents.1000.a",),
    ),
    "nohup that prints other curves than the event file": (
        {"nohup.out": "log 0-30 1 val_loss", "events.out.tfevents.1000.a": "events 0-900 2"},
        ("nohup.out events.out.tfevents.1000.a",),
    ),
    "logs of training and validation": (
        {"train.log": "log 0-30 1", "val.log": "log 0-30 2"},
        ("train.log val.log",),
    ),
    "tables of training, validation and test": (
        {"train.csv": "csv 0-30 1", "valid.csv": "csv 0-30 2", "test.csv": "csv 0-30 3"},
        ("train.csv valid.csv test.csv",),
    ),
    "a log above the folder of its event file": (
        {"train.log": "log 0-30 1 val_loss", "tensorboard/events.out.tfevents.1000.a": "events 0-900 2"},
        ("train.log tensorboard/events.out.tfevents.1000.a",),
    ),
}


def read(folder: Path, layout: dict[str, str]) -> list[set[str]]:
    """The files of each run under ``folder`` once the layout was written there."""
    for path, what in layout.items():
        write(folder / path, what)
    return [{Path(one.path).relative_to(folder).as_posix() for one in run.sources} for run in assemble([folder])]


def one_run(folder: Path, layout: dict[str, str]):
    for path, what in layout.items():
        write(folder / path, what)
    (run,) = assemble([folder])
    return run, points(run)


def rows(seed: int, first: int, last: int) -> list[tuple[int, float]]:
    return list(zip(range(first, last), curve(seed, range(first, last)), strict=True))


def test_a_resume_in_another_file_wins_from_where_it_began(tmp_path):
    run, found = one_run(tmp_path, {"log.txt": "log 0-30 1", "log_resume.txt": "log 25-60 2"})

    assert found["loss"] == [*rows(1, 0, 30)[:25], *rows(2, 25, 60)]
    assert run.series[0].resumed == (25,)
    assert "resumed at step 25; 5 earlier points replaced" in said(run)


def test_the_ranks_of_a_job_are_told_as_its_first_and_what_the_others_saw_otherwise(tmp_path):
    layout = {f"job/attempt_0/{at}/stdout.log": f"log 0-30 {at + 1} lr=0.1" for at in range(2)}
    run, found = one_run(tmp_path, layout)

    assert run.name == "job"
    assert found == {
        "loss": rows(1, 0, 30),
        "lr": [(step, 0.1) for step in range(30)],
        "loss (rank 1)": rows(2, 0, 30),
    }
    assert "written by 2 processes of one job (0, 1)" in said(run)


def test_processes_that_wrote_at_a_time_do_not_replace_each_other(tmp_path):
    first, second = "events.out.tfevents.1000.hosta", "events.out.tfevents.1002.hostb"
    run, found = one_run(tmp_path, {first: "events 0-30 1", second: "events 0-30 2 at=2"})

    assert [len(one) for one in found.values()] == [30, 30]
    assert list(found) == ["loss", f"loss ({second})"]
    assert [value for _, value in found["loss"]] == pytest.approx([value for _, value in rows(1, 0, 30)])
    assert "written at the same time as" in said(run)


def test_two_writers_of_the_same_numbers_are_told_once(tmp_path):
    first, second = "events.out.tfevents.1000.a", "events.out.tfevents.1000.b"
    _, found = one_run(tmp_path, {first: "events 0-30 1", second: "events 0-30 1"})

    assert list(found) == ["loss"]


def test_a_start_behind_another_still_replaces_what_it_repeats(tmp_path):
    first, second = "events.out.tfevents.1000.a", "events.out.tfevents.1020.b"
    run, found = one_run(tmp_path, {first: "events 0-30 1", second: "events 10-60 2 at=20"})

    assert list(found) == ["loss"]
    assert len(found["loss"]) == 60
    assert "resumed at step 10" in said(run)


def test_a_large_folder_of_logs_is_not_kept_waiting_for_the_checkpoints_beside_it(tmp_path):
    for at in range(120):
        write(tmp_path / "logs" / "sweep" / f"run_{at:03d}" / "log.csv", f"csv 0-30 {at}")
    write(tmp_path / "checkpoints" / "m.safetensors", "weights")

    assert sum(1 for _ in Walk().units(tmp_path)) == 121


def test_a_folder_of_runs_is_still_given_run_by_run(tmp_path):
    for at in range(5):
        write(tmp_path / "runs" / f"{at}" / "events.out.tfevents.1000.a", f"events 0-30 {at}")

    assert [len(unit.places) for unit in Walk().units(tmp_path)] == [1] * 5
