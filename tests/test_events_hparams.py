"""Settings that the HParams plugin wrote, and several writers in one folder, end up in the run they belong to."""

from __future__ import annotations

import pytest

pytest.importorskip("tensorboard")

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.plugins.hparams import summary_v2

from benchmarks.events.generate import records
from diagnose.assemble import assemble
from diagnose.events import alike, hparams
from diagnose.readers import tensorboard
from tests.event_logs import VERSION, event
from tests.test_assemble import events, line, points

GIVEN = {"lr": 0.1, "optimizer": "adam", "augment": True, "优化器": "自适应"}


def session(settings):
    """The payload that starts a session, as TensorBoard's own library writes it."""
    return Event(wall_time=1.7e9, summary=summary_v2.hparams_pb(settings)).SerializeToString()


def write(path, payloads):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(records([VERSION, *payloads]))
    return path


def test_settings_of_the_plugin_are_those_of_the_trace(tmp_path):
    path = write(tmp_path / "events.out.tfevents.1.h", [session(GIVEN), event(1, 1.7e9, ("simple", "loss", 2.0))])

    (trace,) = tensorboard.read(path)

    assert trace.settings == GIVEN
    assert trace.notes == ()


def test_a_sweep_of_sessions_read_together_keeps_each_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(alike, "WORTH_LEARNING", 2)
    for at in range(12):
        payloads = [session({"lr": float(at)}), *(event(step, 1.7e9, ("simple", "loss", 2.0)) for step in range(60))]
        write(tmp_path / f"run_{at:02d}" / "events.out.tfevents.1.h", payloads)

    assert [run.settings["lr"] for run in assemble([tmp_path])] == [float(at) for at in range(12)]


def test_what_add_hparams_of_torch_writes_belongs_to_the_run_above(tmp_path):
    pytest.importorskip("torch")
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(tmp_path / "exp")) as writer:
        for step in range(30):
            writer.add_scalar("loss", 1 / (step + 1), step)
        writer.add_hparams({"lr": 0.1, "net": "unet"}, {"loss": 0.03, "hparam/dice": 0.9})

    (run,) = assemble([tmp_path])

    assert run.settings["lr"] == pytest.approx(0.1)
    assert run.settings["net"] == "unet"
    assert run.name == "exp"
    assert len(points(run)["loss"]) == 30
    assert points(run)["hparam/dice"] == [(0, pytest.approx(0.9))]


def test_a_session_without_scores_sets_the_run_above(tmp_path):
    events(tmp_path / "exp", 1000, {"loss": line(range(5))})
    write(tmp_path / "exp" / "1700000000.25" / "events.out.tfevents.1001.h", [session(GIVEN)])

    (run,) = assemble([tmp_path])

    assert GIVEN.items() <= run.settings.items()


@pytest.mark.parametrize("cut", range(1, 160, 7))
def test_a_damaged_session_gives_what_it_gives_and_never_an_exception(cut):
    whole = session(GIVEN)

    assert hparams.settings_of(whole[:-cut]) == {}
    assert hparams.settings_of(whole) == GIVEN


def test_two_writers_of_one_folder_that_log_different_curves_are_one_run(tmp_path):
    events(tmp_path, 1000, {}).rename(tmp_path / "events.out.tfevents.1000.host.2.0")
    events(tmp_path, 1000, {"train/loss": line(range(50), 1)})
    events(tmp_path, 1001, {"val/loss": line(range(0, 50, 5), 2)})

    (run,) = assemble([tmp_path])

    assert points(run) == {"train/loss": line(range(50), 1), "val/loss": line(range(0, 50, 5), 2)}
