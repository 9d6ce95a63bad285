"""The example runs under ``examples/``: the script that makes them, and that what is committed is what it makes."""

import math
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("tensorboard")

from benchmarks.example_run.eventlog import NAME  # noqa: E402 - only with torch
from benchmarks.example_run.network import PolypNet, PositionAttention  # noqa: E402
from benchmarks.example_run.polyps import draw_set  # noqa: E402
from benchmarks.example_run.recipes import GATE_LEFT_OUT, HEALTHY, PEAK, RECIPES, Recipe  # noqa: E402
from benchmarks.example_run.train import Plan, train  # noqa: E402

GATE = "attention.gamma"
EXAMPLES = Path(__file__).parents[1] / "examples"
TINY = Plan(images=6, validation=2, size=16, batch=2, epochs=1, keep=(1,))  # three steps
each_recipe = pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.name)


def left_out(recipe: Recipe) -> set[str]:
    network = PolypNet()

    held = {id(parameter) for group in recipe.groups(network) for parameter in group["params"]}

    return {name for name, parameter in network.named_parameters() if id(parameter) not in held}


def rates(recipe: Recipe, steps: int) -> list[float]:
    optimizer = recipe.optimizer(PolypNet())
    schedule = recipe.schedule(optimizer, steps)
    seen = []
    for _ in range(steps):
        seen.append(schedule.get_last_lr()[0])
        optimizer.step()
        schedule.step()
    return seen


def test_walking_the_layers_leaves_the_gate_and_nothing_else_out():
    assert left_out(GATE_LEFT_OUT) == {GATE}


def test_walking_the_parameters_leaves_nothing_out():
    assert left_out(HEALTHY) == set()


@each_recipe
def test_no_parameter_is_in_two_groups_and_the_gate_never_decays(recipe):
    network = PolypNet()

    groups = recipe.groups(network)

    held = [id(parameter) for group in groups for parameter in group["params"]]
    assert len(held) == len(set(held))
    assert all(parameter.ndim <= 1 for group in groups if group["weight_decay"] == 0 for parameter in group["params"])
    assert all(parameter.ndim > 1 for group in groups if group["weight_decay"] > 0 for parameter in group["params"])


def test_the_faulty_rate_is_gone_for_more_than_half_of_the_run():
    seen = rates(GATE_LEFT_OUT, Plan().steps)

    assert seen[0] == PEAK
    assert sum(rate < 1e-6 * PEAK for rate in seen) > len(seen) / 2


def test_the_healthy_rate_warms_up_and_ends_on_a_floor_that_still_trains():
    seen = rates(HEALTHY, Plan().steps)

    assert seen[0] < max(seen) / 10
    assert max(seen) == pytest.approx(PEAK)
    assert seen[-1] == pytest.approx(0.02 * PEAK, rel=0.01)
    assert min(seen) >= 0.02 * PEAK


def test_a_closed_gate_passes_its_input_on_unchanged_and_an_open_one_does_not():
    attention, x = PositionAttention(8), torch.randn(2, 8, 4, 4)

    closed = attention(x)
    torch.nn.init.ones_(attention.gamma)
    opened = attention(x)

    assert torch.equal(closed, x)
    assert opened.shape == x.shape
    assert not torch.equal(opened, x)


def test_images_repeat_with_the_seed_and_every_mask_holds_some_polyp_and_some_wall():
    images, masks = draw_set(12, seed=3, size=32)
    again, _ = draw_set(12, seed=3, size=32)
    other, _ = draw_set(12, seed=4, size=32)

    assert torch.equal(images, again)
    assert not torch.equal(images, other)
    assert images.shape == (12, 3, 32, 32)
    assert masks.unique().tolist() == [0, 1]
    assert all(0 < mask.mean() < 0.5 for mask in masks)


@each_recipe
def test_three_steps_leave_an_event_file_and_a_checkpoint_that_load_safely(recipe, tmp_path):
    outcome = train(recipe, tmp_path, TINY)

    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["epoch_001.pt", NAME]
    saved = torch.load(tmp_path / "checkpoints/epoch_001.pt", weights_only=True)
    assert (saved["epoch"], saved["global_step"], saved["scheduler"]["last_epoch"]) == (1, 3, 3)
    assert saved["model"][GATE].item() == outcome.gamma
    assert (outcome.gamma == 0) == (recipe is GATE_LEFT_OUT)
    assert not any("param_names" in group for group in saved["optimizer"]["param_groups"])
    assert math.isfinite(outcome.val_loss)
    assert {tag: steps(points) for tag, points in scalars(tmp_path).items()} == {
        "train/loss": [1, 2, 3],
        "train/lr": [1, 2, 3],
        "val/loss": [3],
        "val/dice": [3],
        "val/iou": [3],
    }


def test_training_again_changes_no_byte_and_clears_what_an_older_plan_left(tmp_path):
    train(HEALTHY, tmp_path, TINY)
    first = {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    (tmp_path / "checkpoints/epoch_999.pt").write_bytes(b"stale")

    train(HEALTHY, tmp_path, TINY)

    assert {path.name: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first


def test_the_committed_faulty_run_shows_a_gate_at_zero_without_optimizer_state_and_a_loss_that_stopped():
    saved = committed(GATE_LEFT_OUT)

    assert all(state["model"][GATE].tolist() == [0.0] for state in saved)
    assert all((1,) not in shapes_with_state(state) for state in saved)
    logged = {tag: [point[1] for point in points] for tag, points in scalars(EXAMPLES / GATE_LEFT_OUT.name).items()}
    assert max(logged["val/dice"]) < 0.75
    assert max(logged["val/loss"][10:]) - min(logged["val/loss"][10:]) < 0.05
    assert sum(rate < 1e-6 * logged["train/lr"][0] for rate in logged["train/lr"]) > len(logged["train/lr"]) / 2


def test_the_committed_healthy_run_opened_its_gate_and_converged_without_overfitting():
    saved = committed(HEALTHY)

    assert all(abs(state["model"][GATE].item()) > 0.05 for state in saved)
    assert all((1,) in shapes_with_state(state) for state in saved)
    logged = {tag: [point[1] for point in points] for tag, points in scalars(EXAMPLES / HEALTHY.name).items()}
    assert logged["val/dice"][-1] > 0.85
    assert logged["val/loss"][-1] < 1.02 * min(logged["val/loss"])


@each_recipe
def test_the_committed_files_name_no_machine_and_stay_small(recipe):
    files = [path for path in (EXAMPLES / recipe.name).rglob("*") if path.is_file()]

    assert {path.name for path in files} == {NAME, *(f"epoch_{epoch:03}.pt" for epoch in Plan().keep)}
    assert sum(path.stat().st_size for path in files) < 1_000_000
    assert not any(word in path.read_bytes() for path in files for word in (b"/home/", b"/Users/", b"/work/", b"/tmp/"))


def committed(recipe):
    """The checkpoints of a committed run, in order."""
    files = [EXAMPLES / recipe.name / "checkpoints" / f"epoch_{epoch:03}.pt" for epoch in Plan().keep]
    return [torch.load(path, weights_only=True) for path in files]


def shapes_with_state(saved):
    """Shapes that AdamW has moments for; the gate is the network's only parameter of shape (1,)."""
    return {tuple(state["exp_avg_sq"].shape) for state in saved["optimizer"]["state"].values()}


def steps(points):
    return [step for step, _ in points]


def scalars(folder):
    """Every series of a folder's event file, read with TensorBoard's own loader: tag -> [(step, value)]."""
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    series = {}
    for event in EventFileLoader(str(folder / NAME)).Load():
        for value in event.summary.value:
            number = value.tensor.float_val[0] if value.HasField("tensor") else value.simple_value
            series.setdefault(value.tag, []).append((event.step, number))
    return series
