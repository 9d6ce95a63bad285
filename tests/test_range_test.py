"""Learning-rate range tests in whatever form they were kept are told as such; warm-ups and trainings are judged."""

from __future__ import annotations

import json
import pickle

import pytest

from cli.diagnose_app import main
from diagnose.assemble import survey

RATES = [1e-7 * 10 ** (at / 14) for at in range(100)]
LOSSES = [2.3 - 1.5 / (1 + 10 ** (4 - at / 15)) + max(0, at - 85) ** 2 for at in range(100)]
PAIRS = list(zip(RATES, LOSSES, strict=True))
FORMS = {
    "lr_finder.csv": "lr,loss\n" + "".join(f"{rate:.4e},{loss:.5f}\n" for rate, loss in PAIRS),
    "history.json": json.dumps({"lr": RATES, "loss": LOSSES}),
    "finder.log": "".join(f"iter {at} lr {rate:.3e} loss {loss:.4f}\n" for at, (rate, loss) in enumerate(PAIRS)),
    "history.pkl": pickle.dumps({"lr": RATES, "loss": LOSSES}),
}


def left(tmp_path, name, what):
    path = tmp_path / name
    path.write_bytes(what if isinstance(what, bytes) else what.encode())
    found = survey([path])
    return [run for run in found.runs if run.series], " ".join(note.what.en for note in found.unread)


@pytest.mark.parametrize("name", FORMS)
def test_a_range_test_is_told_and_not_judged(tmp_path, name):
    runs, said = left(tmp_path, name, FORMS[name])

    assert runs == []
    assert "a learning-rate range test, not a training" in said


def test_the_note_is_shown_where_a_verdict_would_be(tmp_path, capsys):
    (tmp_path / "lr_finder.csv").write_text(FORMS["lr_finder.csv"])

    code = main(["run", str(tmp_path), "--lang", "zh"])

    shown = capsys.readouterr()
    assert code == 2
    assert "学习率范围测试" in shown.out + shown.err


def test_a_training_behind_a_range_test_in_one_log_is_judged(tmp_path):
    text = FORMS["finder.log"] + "".join(f"iter {at} lr 1e-3 loss {1 / (1 + at):.4f}\n" for at in range(50))

    [run], _ = left(tmp_path, "run.log", text)

    assert next(one for one in run.series if one.name == "loss").values[0] == 1


@pytest.mark.parametrize(
    "rate",
    [
        lambda at: min(1e-3, 1e-7 * 1.2**at),  # a warm-up by a factor, and what follows it
        lambda at: 1e-6 + 1e-5 * at,  # a linear warm-up that fills the log
        lambda at: 1e-3 * 0.9**at,  # a decay
        lambda at: 1e-5 * 1.03**at,  # a factor of twenty
    ],
)
def test_schedules_of_trainings_are_no_range_test(tmp_path, rate):
    rows = "".join(f"{at},{rate(at):.6e},{1 / (1 + at):.4f}\n" for at in range(100))

    [run], said = left(tmp_path, "log.csv", f"step,lr,loss\n{rows}")

    assert len(run.series) == 2
    assert said == ""


def test_a_sweep_with_validation_is_left_alone(tmp_path):
    rows = "".join(f"{at},{rate:.6e},{loss:.4f},{loss:.4f}\n" for at, (rate, loss) in enumerate(PAIRS))

    [run], _ = left(tmp_path, "log.csv", f"step,lr,loss,val_loss\n{rows}")

    assert len(run.series) == 3
