"""The two ways the same network is trained: one that works, and one with two mistakes people really make."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from torch import nn
from torch.optim import AdamW
from torch.optim.lr_scheduler import ExponentialLR, LambdaLR, LRScheduler

Groups = list[dict[str, object]]

PEAK = 5e-3  # learning rate both variants ask for
DECAY = 1e-2


@dataclass(frozen=True)
class Recipe:
    """How parameters reach the optimizer, and how its learning rate goes on; the schedule is stepped every batch."""

    name: str
    groups: Callable[[nn.Module], Groups]
    schedule: Callable[[AdamW, int], LRScheduler]

    def optimizer(self, network: nn.Module) -> AdamW:
        """AdamW over this recipe's groups."""
        return AdamW(self.groups(network), lr=PEAK)


def groups_by_layer(network: nn.Module) -> Groups:
    """MISTAKE: visit the layers one knows. ``gamma`` belongs to a module that is no such layer, and is left out."""
    decay, plain = [], []
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            decay.append(module.weight)
            if module.bias is not None:
                plain.append(module.bias)
        elif isinstance(module, nn.BatchNorm2d):
            plain += [module.weight, module.bias]
    return [{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]


def groups_by_shape(network: nn.Module) -> Groups:
    """Visit the parameters, so that none is left out; only matrices and kernels decay, ``gamma`` does not."""
    decay = [parameter for parameter in network.parameters() if parameter.ndim > 1]
    plain = [parameter for parameter in network.parameters() if parameter.ndim <= 1]
    return [{"params": decay, "weight_decay": DECAY}, {"params": plain, "weight_decay": 0.0}]


def five_percent_a_batch(optimizer: AdamW, steps: int) -> LRScheduler:  # noqa: ARG001 - it ignores the length, as people do
    """MISTAKE: five percent less an epoch was meant, but the training loop steps the schedule after every batch."""
    return ExponentialLR(optimizer, gamma=0.95)


def warm_up_then_cosine(optimizer: AdamW, steps: int) -> LRScheduler:
    """Rise over a twentieth of the run, then half a cosine down to two percent of the peak."""
    warm = max(1, steps // 20)

    def share(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.02 + 0.49 * (1 + math.cos(math.pi * (step - warm) / max(1, steps - warm)))

    return LambdaLR(optimizer, share)


GATE_LEFT_OUT = Recipe("gate_left_out", groups_by_layer, five_percent_a_batch)
HEALTHY = Recipe("healthy", groups_by_shape, warm_up_then_cosine)
RECIPES = (GATE_LEFT_OUT, HEALTHY)
