"""What the network is trained on and judged by: BCE plus soft Dice, and Dice and IoU of the thresholded mask."""

import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def bce_dice(logits: Tensor, masks: Tensor) -> Tensor:
    """Mean binary cross-entropy plus one minus the soft Dice, averaged over images; both [batch, 1, high, wide]."""
    chance = torch.sigmoid(logits)
    shared = (chance * masks).sum(dim=(1, 2, 3))
    dice = (2 * shared + 1) / (chance.sum(dim=(1, 2, 3)) + masks.sum(dim=(1, 2, 3)) + 1)
    return binary_cross_entropy_with_logits(logits, masks) + (1 - dice).mean()


def dice_and_iou(logits: Tensor, masks: Tensor) -> tuple[Tensor, Tensor]:
    """Dice [batch] and IoU [batch] of every image's mask at a chance of one half; every mask holds a polyp."""
    found, true = logits > 0, masks > 0.5
    shared = (found & true).sum(dim=(1, 2, 3)).double()
    either = (found | true).sum(dim=(1, 2, 3)).double()
    return 2 * shared / (shared + either), shared / either
