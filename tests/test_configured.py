"""Settings that lie beside a log reach the run they belong to, and no other."""

from __future__ import annotations

from diagnose.assemble import survey

LOG = "step,loss\n1,0.5\n2,0.4\n"


def test_a_run_gets_the_settings_of_its_own_folder(tmp_path):
    for name, rate in (("a", 0.1), ("b", 0.2)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "metrics.csv").write_text(LOG)
        (tmp_path / name / "hparams.yaml").write_text(f"lr: {rate}\nepochs: 20\n")

    found = survey([tmp_path])

    assert [(run.settings["lr"], run.settings["planned-epochs"]) for run in found.runs] == [(0.1, 20), (0.2, 20)]
    assert all(any(source.path.endswith("hparams.yaml") for source in run.sources) for run in found.runs)


def test_settings_without_a_log_make_no_run(tmp_path):
    (tmp_path / "hparams.yaml").write_text("lr: 0.1\n")

    found = survey([tmp_path])

    assert found.runs == ()


def test_settings_of_a_folder_above_are_not_taken(tmp_path):
    (tmp_path / "config.yaml").write_text("lr: 0.1\n")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "metrics.csv").write_text(LOG)

    (run,) = survey([tmp_path]).runs

    assert dict(run.settings) == {}


def test_a_log_with_several_runs_and_settings_of_its_own_is_read(tmp_path):
    (tmp_path / "log.txt").write_text(
        "".join(
            f"Namespace(base_lr={rate}, batch_size=8)\n"
            + "".join(f"[10:13:1{i}.792] iteration {i} : loss : {1 / (i + 1):f}, loss_ce: 0.5\n" for i in range(1, 6))
            for rate in (0.01, 0.02)
        )
    )

    found = survey([tmp_path])

    assert [run.settings["base_lr"] for run in found.runs] == [0.01, 0.02]
