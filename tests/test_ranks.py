"""What the processes of one job write into one file, or into a file each, is one run."""

from __future__ import annotations

import pytest

from diagnose.assemble import survey
from diagnose.tables.ranks import ranks_in
from tests.built_in import recogniser

STEPS = list(range(10, 70, 10))
LAUNCHERS = ("[rank{}]: ", "[default{}]:", "[1,{}]<stdout>:", "{}: ", "(RayTrainWorker pid=70{}) ")
SCRIPTS = (
    "(RANK {}) ",
    "[GPU {}] ",
    "rank {}: ",
    "Rank {} | ",
    "[rank={}] ",
    "2024-05-06 07:08:09,123 - INFO - [Rank {}] ",
)


def lines(before, rank, *, alike=False):
    lost = (0 if alike else rank) + 1
    return [f"{before.format(rank)}Epoch 1 step {step} loss: {lost}.{step} lr: 0.0{step}" for step in STEPS]


def in_turn(before, count=3, **how):
    every = [lines(before, rank, **how) for rank in range(count)]
    return "".join(f"{line}\n" for step in zip(*every, strict=True) for line in step)


def read(path):
    runs = survey([path]).runs
    return [{one.name: (one.steps.tolist(), one.values.tolist()) for one in run.series} for run in runs], runs


def written(tmp_path, text, name="run.log"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("before", [*LAUNCHERS, *SCRIPTS])
def test_lines_of_several_processes_are_one_run(tmp_path, before):
    [found], [run] = read(written(tmp_path, in_turn(before)))

    first, second = ("700", "701") if "pid" in before else ("0", "1")
    assert found["loss"] == (STEPS, [float(f"1.{step}") for step in STEPS])
    assert found["lr"] == (STEPS, [float(f"0.0{step}") for step in STEPS])
    assert found[f"loss (rank {second})"] == (STEPS, [float(f"2.{step}") for step in STEPS])
    assert len(found) == 4
    assert f"read as one run, that of rank {first}" in " ".join(note.what.en for note in run.notes)


@pytest.mark.parametrize("before", [*LAUNCHERS, *SCRIPTS])
def test_what_all_processes_print_alike_is_told_once(tmp_path, before):
    [found], _ = read(written(tmp_path, in_turn(before, alike=True)))

    assert set(found) == {"loss", "lr"}


def test_trials_of_a_search_are_runs_of_their_own(tmp_path):
    found, _ = read(written(tmp_path, "Tuning\n" + in_turn("(train_fn pid=70{}) ")))

    assert [run["loss"] for run in found] == [
        (STEPS, [float(f"{lost}.{step}") for step in STEPS]) for lost in (1, 2, 3)
    ]
    assert all(set(run) == {"loss", "lr"} for run in found)


def test_the_loss_of_another_process_is_no_second_training_loss(tmp_path):
    _, [run] = read(written(tmp_path, in_turn("[rank{}]: ")))

    roles = {one.name: one.role for one in recogniser().recognise(run, {}).series}

    assert roles["loss"] == "train-loss"
    assert roles["loss (rank 1)"] == "component-loss"


def test_a_score_that_only_the_last_process_prints_is_kept(tmp_path):
    text = in_turn("[rank{}]: ")
    for step, dice in ((30, 0.25), (60, 0.5)):
        now = f"[rank2]: Epoch 1 step {step}"
        text = text.replace(now, f"[rank2]: val dice: {dice} \n{now}")

    [found], _ = read(written(tmp_path, text))

    assert found["val dice"][1] == [0.25, 0.5]


def test_the_reader_of_a_known_trainer_reads_one_process_too(tmp_path):
    meter = "[rank{k}]: Epoch: [0]  [{s:>2}/20]  eta: 0:01:00  lr: 0.001  loss: {k}.{s} (0.5)  time: 0.5\n"

    [found], _ = read(written(tmp_path, "".join(meter.format(k=k, s=s) for s in (10, 15, 19) for k in (0, 1))))

    assert found["train/loss"] == ([10, 15, 19], [0.10, 0.15, 0.19])
    assert found["train/loss (rank 1)"] == ([10, 15, 19], [1.10, 1.15, 1.19])


@pytest.mark.parametrize("name", ["log_rank{}.txt", "train.log.rank{}", "rank_{}.log"])
def test_a_file_for_each_process_is_one_run(tmp_path, name):
    for rank in range(3):
        written(tmp_path, "\n".join(lines("", rank)) + "\n", name.format(rank))

    [found], _ = read(tmp_path)

    assert found["loss"] == (STEPS, [float(f"1.{step}") for step in STEPS])
    assert found[f"loss ({name.format(2)})"] == (STEPS, [float(f"3.{step}") for step in STEPS])
    assert len(found) == 4


@pytest.mark.parametrize(
    "names", [("fold0.log", "fold1.log"), ("rank0.log", "other_rank1.log"), ("frank1.log", "frank2.log")]
)
def test_files_that_differ_in_more_than_a_rank_are_runs_of_their_own(tmp_path, names):
    for at, name in enumerate(names):
        written(tmp_path, "\n".join(lines("", at)) + "\n", name)

    found, _ = read(tmp_path)

    assert len(found) == 2


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"Rank-{k}: {n}.5\nRank-1 : 0.{n}\n" for n in range(4) for k in (1, 5)),
        "".join(f"Rank 1: 0.{n}\nRank 5: 0.{n}5\nRank 10: 0.{n}7\n" for n in range(9)),
        "".join(f"{n}: 12.{n}, 13.{n} avg loss\n" for n in range(9)),
        "".join(f"Epoch {n}\n0: 0.{n}\n1: 0.{n}5\n" for n in range(9)),
        "".join(f"[rank0]: step {n} loss 0.{n}\n" for n in range(9)),
        "",
    ],
)
def test_other_numbers_before_a_line_are_no_ranks(text):
    assert ranks_in(text) == []
