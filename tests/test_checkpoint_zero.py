"""What DeepSpeed's ZeRO leaves: a model, and a partition of flat optimizer state for each rank."""

from __future__ import annotations

import sys
import types
from dataclasses import dataclass

import pytest

from diagnose import clinic
from diagnose.clinic import diagnose
from tests.built_in import LIBRARY

torch = pytest.importorskip("torch")


@dataclass
class fragment_address:  # noqa: N801 - DeepSpeed's name
    numel: int
    start: int


@pytest.fixture(autouse=True)
def the_class_of_deepspeed(monkeypatch):
    """Pickled under DeepSpeed's name, which nothing but these tests can import."""
    names = ("deepspeed", "deepspeed.utils", "deepspeed.utils.tensor_fragment")
    for name in names:
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    sys.modules[names[-1]].fragment_address = fragment_address
    monkeypatch.setattr(fragment_address, "__module__", names[-1])


class Gated(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stem = torch.nn.Linear(8, 8)
        self.attn = torch.nn.Module()
        self.attn.value = torch.nn.Linear(8, 8)
        self.attn.gamma = torch.nn.Parameter(torch.zeros(1))
        self.head = torch.nn.Linear(8, 2)

    def forward(self, x):
        x = self.stem(x)
        return self.head(x + self.attn.gamma * torch.relu(self.attn.value(x)))


def trained(*, without: str = "nothing"):
    torch.manual_seed(0)
    model = Gated()
    held = [(name, one) for name, one in model.named_parameters() if without not in name]
    learner = torch.optim.AdamW([one for _, one in held], lr=1e-2)
    data, target = torch.randn(64, 8), torch.randint(0, 2, (64,))
    for _ in range(12):
        learner.zero_grad()
        torch.nn.functional.cross_entropy(model(data), target).backward()
        learner.step()
    return model, held, learner


def saved(folder, model, held, learner, ranks=3):
    """Stage 2: the parameters end to end, cut into one row a rank; each row tells where its pieces lie."""
    at = folder / "global_step12"
    at.mkdir(parents=True)
    modelled = {"module": model.state_dict(), "optimizer": None, "global_steps": 12, "dp_world_size": ranks}
    torch.save(modelled, at / "mp_rank_00_model_states.pt")
    long = sum(one.numel() for _, one in held)
    size = -(-long // ranks)
    rows = {
        key: torch.nn.functional.pad(torch.cat([learner.state[one][key].flatten() for _, one in held]), (0, size))
        for key in ("exp_avg", "exp_avg_sq")
    }
    for rank in range(ranks):
        first, last = rank * size, (rank + 1) * size
        places, begin = {}, 0
        for name, one in held:
            low, high = max(begin, first), min(begin + one.numel(), last)
            if low < high:
                places[name] = fragment_address(high - low, low - first)
            begin += one.numel()
        state = {"step": torch.tensor(12.0), **{key: row[first:last].clone() for key, row in rows.items()}}
        base = {"state": {0: state}, "param_groups": [{"lr": 1e-2, "weight_decay": 0.01, "params": [0]}]}
        zero = {"base_optimizer_state": base, "partition_count": [ranks],
                "param_slice_mappings": [places]}  # fmt: skip
        torch.save({"optimizer_state_dict": zero}, at / f"zero_pp_rank_{rank}_mp_rank_00_optim_states.pt")
    return at


def read(folder):
    (run,) = clinic.read([folder], LIBRARY)
    (checkpoint,) = run.checkpoints
    return checkpoint, " ".join(note.what.en for note in run.notes)


def gate(folder):
    (examined,) = diagnose([folder], LIBRARY).examined
    (verdict,) = [one for one in examined.verdicts if one.entry.id == "gate-stuck-at-zero"]
    return verdict.state, verdict.evidence.cause if verdict.evidence else ""


@pytest.mark.parametrize("ranks", [1, 3])
def test_every_parameter_gets_its_piece_of_the_flat_state_back(ranks, tmp_path):
    model, held, learner = trained()
    saved(tmp_path, model, held, learner, ranks)

    checkpoint, said = read(tmp_path)

    assert "put together from the partitions of ZeRO" in said
    for name, one in held:
        group, slot = checkpoint.optimizer.slot_of(name)
        seen, true = checkpoint.optimizer.state[slot]["exp_avg_sq"], learner.state[one]["exp_avg_sq"]
        assert (seen.numel, seen.maximum) == (one.numel(), true.max().item())
        assert seen.mean == pytest.approx(true.mean().item(), rel=1e-5)
        assert seen.std == pytest.approx(true.std(unbiased=False).item() if one.numel() > 1 else 0, rel=1e-4)
        assert (group.lr, checkpoint.optimizer.state[slot]["step"]) == (1e-2, 12)


def test_a_gate_is_judged_by_what_the_partitions_hold(tmp_path):
    saved(tmp_path / "left_out", *trained(without="gamma"))
    saved(tmp_path / "healthy", *trained())

    assert gate(tmp_path / "healthy") == ("clear", "")
    assert gate(tmp_path / "left_out") == ("found", "not-in-optimizer")


def test_where_a_partition_is_missing_nothing_is_said_to_be_left_out(tmp_path):
    at = saved(tmp_path, *trained(without="gamma"))
    (at / "zero_pp_rank_1_mp_rank_00_optim_states.pt").unlink()

    checkpoint, said = read(tmp_path)

    assert checkpoint.optimizer is None
    assert "partitions of ZeRO are missing" in said
    assert gate(tmp_path) == ("found", "unknown")


@pytest.mark.parametrize("place", [(10**9, 0), (-1, 0), (4, 10**12), ("4", None), (2, -3)])
def test_a_place_outside_of_the_row_is_no_state(place, tmp_path):
    model, held, learner = trained()
    at = saved(tmp_path, model, held, learner, 1)
    path = at / "zero_pp_rank_0_mp_rank_00_optim_states.pt"
    whole = torch.load(path, weights_only=False)
    whole["optimizer_state_dict"]["param_slice_mappings"][0]["attn.gamma"] = fragment_address(*place)
    torch.save(whole, path)

    checkpoint, _ = read(tmp_path)

    _, slot = checkpoint.optimizer.slot_of("attn.gamma")
    assert "exp_avg_sq" not in checkpoint.optimizer.state[slot]
