"""The networks of both parts: U-Nets with gated attention, small convolutional classifiers, perceptrons."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.made_runs.tasks import CLASSES, WIDTH


class Switched(nn.Module):
    """A module with a gated branch that a mistake can leave out (``wired``) or make constant (``constant``)."""

    wired = True
    constant = False

    def seen(self, branch: Tensor) -> Tensor:
        """What the branch gives, or zeros that depend on nothing."""
        return torch.zeros_like(branch) if self.constant else branch


class SelfAttention(Switched):
    """Every place looks at every other; ``gamma`` starts at zero (SAGAN, DANet)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.query = nn.Conv2d(channels, max(1, channels // 4), 1)
        self.key = nn.Conv2d(channels, max(1, channels // 4), 1)
        self.value = nn.Conv2d(channels, channels, 1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def last_layer(self) -> nn.Module:
        """The layer whose output the gate multiplies."""
        return self.value

    def forward(self, x: Tensor) -> Tensor:
        if not self.wired:
            return x
        weights = torch.softmax(self.query(x).flatten(2).transpose(1, 2) @ self.key(x).flatten(2), dim=-1)
        seen = (self.value(x).flatten(2) @ weights.transpose(1, 2)).view_as(x)
        return self.gamma * self.seen(seen) + x


class Scale(nn.Module):
    """A number that multiplies; spelled ``gamma.scale`` in mmcv."""

    def __init__(self, start: float = 0.0) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(start))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class ChannelAttention(Switched):
    """Channels look at each other through a projection; ``gamma.scale`` starts at zero (as in mmseg's DAHead)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.project = nn.Conv2d(channels, channels, 1)
        self.gamma = Scale(0.0)

    def last_layer(self) -> nn.Module:
        """The layer whose output the gate multiplies."""
        return self.project

    def forward(self, x: Tensor) -> Tensor:
        if not self.wired:
            return x
        flat = self.project(x).flatten(2)
        weights = torch.softmax(flat @ flat.transpose(1, 2) / flat.shape[-1], dim=-1)
        return self.gamma(self.seen((weights @ flat).view_as(x))) + x


class SkipGate(nn.Module):
    """An additive attention gate on a skip connection (Oktay et al., Attention U-Net, 2018)."""

    def __init__(self, skip: int, coarse: int) -> None:
        super().__init__()
        self.of_skip = nn.Conv2d(skip, 4, 1)
        self.of_coarse = nn.Conv2d(coarse, 4, 1)
        self.opens = nn.Conv2d(4, 1, 1)

    def forward(self, skip: Tensor, coarse: Tensor) -> Tensor:
        return skip * torch.sigmoid(self.opens(functional.relu(self.of_skip(skip) + self.of_coarse(coarse))))


def _block(inside: int, outside: int, stride: int = 1, dropout: float = 0.0) -> nn.Sequential:
    layers = [nn.Conv2d(inside, outside, 3, stride, padding=1), nn.BatchNorm2d(outside), nn.ReLU()]
    return nn.Sequential(*layers, *([nn.Dropout2d(dropout)] if dropout else []))


class UNet(nn.Module):
    """Down twice, attention, up twice with skips; one logit a pixel. ``gated`` puts a gate on each skip."""

    def __init__(self, widths: tuple[int, int, int], attention: type[Switched], dropout: float, *, gated: bool) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.enter = _block(3, fine)
        self.down1 = _block(fine, middle, stride=2)
        self.down2 = _block(middle, coarse, stride=2, dropout=dropout)
        self.attention = attention(coarse)
        self.gate1 = SkipGate(middle, coarse) if gated else None
        self.up1 = _block(coarse + middle, middle)
        self.gate2 = SkipGate(fine, middle) if gated else None
        self.up2 = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        fine = self.enter(images)
        middle = self.down1(fine)
        up = functional.interpolate(self.attention(self.down2(middle)), scale_factor=2.0)
        up = self.up1(torch.cat([up, self.gate1(middle, up) if self.gate1 else middle], dim=1))
        up = functional.interpolate(up, scale_factor=2.0)
        return self.head(self.up2(torch.cat([up, self.gate2(fine, up) if self.gate2 else fine], dim=1)))


class PlainCNN(nn.Module):
    """Three convolutions with batch norm, mean over places, one linear layer."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.features = nn.Sequential(_block(3, 8, 2), _block(8, 12, 2), _block(12, 16, 2))
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(16, CLASSES["images"])

    def forward(self, images: Tensor) -> Tensor:
        return self.classifier(self.dropout(self.features(images).mean((2, 3))))


class Residual(nn.Module):
    """Two convolutions and a shortcut; the second norm starts at zero when asked (timm, torchvision's option)."""

    def __init__(self, channels: int, *, zero: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        if zero:
            nn.init.zeros_(self.bn2.weight)

    def forward(self, x: Tensor) -> Tensor:
        inner = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        return functional.relu(x + inner)


class ResidualCNN(nn.Module):
    """A stem, two residual blocks with downsampling between, mean over places, one linear layer."""

    def __init__(self, dropout: float = 0.0) -> None:
        super().__init__()
        self.stem = _block(3, 8, 2)
        self.layer1 = Residual(8, zero=True)
        self.down = _block(8, 14, 2)
        self.layer2 = Residual(14, zero=True)
        self.dropout = nn.Dropout(dropout)
        self.fc = nn.Linear(14, CLASSES["images"])

    def forward(self, images: Tensor) -> Tensor:
        return self.fc(self.dropout(self.layer2(self.down(self.layer1(self.stem(images)))).mean((2, 3))))


def perceptron(outside: int, hidden: tuple[int, ...], activation: type[nn.Module], dropout: float) -> nn.Sequential:
    """Linear layers with an activation between."""
    layers: list[nn.Module] = []
    inside = WIDTH
    for width in hidden:
        layers += [nn.Linear(inside, width), activation(), *([nn.Dropout(dropout)] if dropout else [])]
        inside = width
    return nn.Sequential(*layers, nn.Linear(inside, outside))


class NormedPerceptron(nn.Module):
    """Linear layers with layer norm and GELU, and a shortcut around the second."""

    def __init__(self, outside: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.enter = nn.Linear(WIDTH, 28)
        self.norm = nn.LayerNorm(28)
        self.inner = nn.Linear(28, 28)
        self.dropout = nn.Dropout(dropout)
        self.leave = nn.Linear(28, outside)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.gelu(self.enter(x))
        return self.leave(self.dropout(x + functional.gelu(self.inner(self.norm(x)))))
