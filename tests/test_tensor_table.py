"""The table of a checkpoint stays within its width in both languages, and says how open each gate is."""

from __future__ import annotations

import pytest

from diagnose.contents import lines
from diagnose.run import Run
from kb.wrap import width_of
from tests.built_in import recogniser

torch = pytest.importorskip("torch")
RECOGNISER = recogniser()


def saved(tmp_path):
    from tests.trained import read

    state = {
        "encoder.stages.0.blocks.11.a_rather_long_module_name.attention.value.weight": torch.randn(30, 30),
        "b.ls1.gamma": torch.full((16,), 1e-5),
        "c.gamma": torch.zeros(1),
        "d.gamma": torch.tensor([0.0, 0.5, 0.1, 0.0]),
        "e.gamma": torch.tensor([0.3]),
        "bad.weight": torch.full((4, 4), float("nan")),
    }
    (checkpoint,) = read(tmp_path, {"model": state}).checkpoints
    return RECOGNISER.recognise(Run(tmp_path, "run", checkpoints=(checkpoint,)), {})


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_row_is_wider_than_the_terminal(lang, width, tmp_path):
    table = [line for line in lines([saved(tmp_path)], lang, width) if "/" not in line.text]

    assert max(width_of(line.text) for line in table) <= width


def test_each_gate_is_said_to_be_open_or_closed_and_what_is_missing_is_named(tmp_path):
    said = "\n".join(line.text for line in lines([saved(tmp_path)], "en", 120))

    assert [word for word in ("all channels equal", "closed", "2 of 4 closed", "open") if word not in said] == []
    assert "to resume, it lacks: optimizer, scheduler, step or epoch" in said
    assert "16 NaN" in said


def large(tmp_path):
    from tests.trained import read

    torch.manual_seed(0)
    state = {}
    for stage in range(4):
        for block in range(6):
            inside = f"backbone.stages.{stage}.blocks.{block}"
            state[f"{inside}.mlp.fc1.weight"] = torch.randn(8, 8) * (0 if (stage, block) == (2, 3) else 1)
            state[f"{inside}.ls1.gamma"] = torch.rand(4) + (100 if (stage, block) == (1, 1) else 1)
    state["head.weight"] = torch.randn(2, 8)
    (checkpoint,) = read(tmp_path, {"model": state}).checkpoints
    return RECOGNISER.recognise(Run(tmp_path, "run", checkpoints=(checkpoint,)), {})


def test_many_tensors_are_told_by_family_with_those_that_stand_out(tmp_path):
    said = [line.text for line in lines([large(tmp_path)], "en", 120)]
    table = said[said.index("Tensors") + 2 :]

    assert [row.split()[:2] for row in table[:3]] == [
        ["backbone.stages.*.blocks.*.mlp.fc1.weight", "24"],
        ["backbone.stages.*.blocks.*.ls1.gamma", "24"],
        ["head.weight", "1"],
    ]
    assert "  ! backbone.stages.2.blocks.3.mlp.fc1.weight: all zero, unlike the others" in table
    assert any("stages.1.blocks.1.ls1.gamma: norm" in row for row in table)
    assert len([row for row in table if row.startswith("  !")]) == 2


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_row_of_a_family_is_wider_than_the_terminal(lang, width, tmp_path):
    table = [line for line in lines([large(tmp_path)], lang, width) if "/" not in line.text or "√" in line.text]

    assert max(width_of(line.text) for line in table) <= width


def test_the_whole_list_is_there_for_the_asking(tmp_path):
    said = [line.text for line in lines([large(tmp_path)], "en", 120, whole=True)]

    assert sum("mlp.fc1.weight" in line for line in said) == 24
    assert not any("*" in line for line in said)


def test_a_step_that_points_one_way_all_the_time_has_the_scale_of_one(tmp_path):
    from tests.trained import read

    layer = torch.nn.Linear(4, 4, bias=False)
    learner = torch.optim.Adam(layer.parameters(), lr=1e-3)
    for _ in range(20):
        layer.weight.grad = torch.ones(4, 4)
        learner.step()
    (checkpoint,) = read(tmp_path, {"model": layer.state_dict(), "optimizer": learner.state_dict()}).checkpoints
    row = next(
        one.text for one in lines([Run(tmp_path, "r", checkpoints=(checkpoint,))], "en", 120) if "4x4" in one.text
    )

    assert row.split()[-1] == "1"
