"""A segmentation network small enough to train on a CPU in a minute or two, with one gated attention block."""

import torch
from torch import Tensor, nn


class PositionAttention(nn.Module):
    """Every place looks at every other, and ``gamma`` says how much of that is let in.

    The block of Fu et al., Dual Attention Network for Scene Segmentation, CVPR 2019: ``gamma`` starts at zero,
    so that the block is the identity until training opens the gate. While ``gamma`` is zero, the three
    convolutions behind it receive a gradient of exactly zero.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, channels // 4, 1)
        self.key = nn.Conv2d(channels, channels // 4, 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, channels, high, wide] to the same shape."""
        query = self.query(x).flatten(2).transpose(1, 2)  # [batch, places, channels // 4]
        weights = torch.softmax(query @ self.key(x).flatten(2), dim=-1)  # [batch, places, places]
        seen = self.value(x).flatten(2) @ weights.transpose(1, 2)  # [batch, channels, places]
        return self.gamma * seen.view_as(x) + x


class PolypNet(nn.Module):
    """Down twice, attention at a quarter of the size, up twice with skips; one logit a pixel.

    The last convolution has no bias, because the layer before it ends in a normalisation with one.
    """

    def __init__(self, widths: tuple[int, int, int] = (8, 12, 16)) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.enter = _block(3, fine)
        self.down1 = _block(fine, middle, stride=2)
        self.down2 = _block(middle, coarse, stride=2)
        self.attention = PositionAttention(coarse)
        self.up1 = _block(coarse + middle, middle)
        self.up2 = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, 1, 1, bias=False)

    def forward(self, images: Tensor) -> Tensor:
        """[batch, 3, high, wide] to logits [batch, 1, high, wide]; both sides must divide by four."""
        fine = self.enter(images)
        middle = self.down1(fine)
        coarse = self.attention(self.down2(middle))
        middle = self.up1(torch.cat([_twice(coarse), middle], dim=1))
        return self.head(self.up2(torch.cat([_twice(middle), fine], dim=1)))


def _block(inside: int, outside: int, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv2d(inside, outside, 3, stride, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outside), nn.ReLU())


def _twice(x: Tensor) -> Tensor:
    return nn.functional.interpolate(x, scale_factor=2.0, mode="nearest")
