"""What is true of a network and its optimizer at the end of a run, measured on the live objects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from benchmarks.made_runs.build import gate_names
from benchmarks.made_runs.history import Outcome

if TYPE_CHECKING:
    from benchmarks.made_runs.train import Training


def state_facts(training: Training, begun: dict[str, Tensor]) -> Outcome:
    """Gates, unmoved and non-finite tensors, parameters without optimizer, batches counted, distance of the EMA."""
    network = training.network
    named = dict(network.named_parameters())
    facts: Outcome = {}
    gates = gate_names(network)
    if gates:
        facts["gate_most"] = max(float(named[name].detach().abs().max()) for name in gates)
        facts["gate_at_zero"] = float(facts["gate_most"] == 0)
        facts["gate_unmoved"] = float(all(torch.equal(named[name], begun[name]) for name in gates))
    held = {id(one) for group in training.optimizer.param_groups for one in group["params"]}
    facts["missing"] = float(sum(id(one) not in held for one in named.values()))
    facts["unmoved"] = float(sum(torch.equal(one, begun[name]) for name, one in named.items() if one.numel() > 1))
    weights = [value for value in network.state_dict().values() if value.is_floating_point()]
    facts["nonfinite_tensors"] = float(sum(not bool(torch.isfinite(value).all()) for value in weights))
    facts["absmax"] = max(float(value.abs().max()) for value in weights)
    counted = [value for name, value in network.state_dict().items() if name.endswith("num_batches_tracked")]
    if counted:
        facts["batches_a_step"] = float(counted[0]) / max(1, training.step)
    if training.recipe.amp:
        facts["loss_scale"] = float(training.scaler.get_scale())
    if training.ema is not None:
        facts["ema_lag"] = _lag(training, begun)
    return facts


def _lag(training: Training, begun: dict[str, Tensor]) -> float:
    """Squared distance from the average to the network, as a share of what the network has travelled."""
    mean, apart, travelled = training.ema.state_dict(), 0.0, 0.0
    for name, one in training.network.named_parameters():
        apart += float((mean[name] - one).detach().square().sum())
        travelled += float((begun[name] - one).detach().square().sum())
    return apart / travelled if travelled else 0.0
