"""Networks whose gates have other names: LayerScale, ReZero, LoRA, zero convolutions, adaLN-Zero."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.made_runs.networks import Switched, _block
from benchmarks.made_runs.tasks import CLASSES, LENGTH, WIDTH

DIM = 24


class LayerScale(nn.Module):
    """A number a channel, 1e-5 at first (timm)."""

    def __init__(self, dim: int, start: float = 1e-5) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.full((dim,), start))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gamma


class Heads(nn.Module):
    """Causal self-attention with two heads."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(dim, 3 * dim)
        self.proj = nn.Linear(dim, dim)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = self.qkv(x).unflatten(-1, (3, 2, -1)).permute(2, 0, 3, 1, 4)
        seen = functional.scaled_dot_product_attention(query, key, value, is_causal=True)
        return self.proj(seen.transpose(1, 2).flatten(2))


class ScaledBlock(Switched):
    """Attention and a perceptron, each behind a norm and a LayerScale."""

    def __init__(self, dim: int, start: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn = Heads(dim)
        self.ls1 = LayerScale(dim, start)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, 2 * dim)
        self.fc2 = nn.Linear(2 * dim, dim)
        self.ls2 = LayerScale(dim, start)

    def last_layer(self) -> nn.Module:
        """The layer whose output a gate multiplies."""
        return self.fc2

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.ls1(self.attn(self.norm1(x)))
        if not self.wired:
            return x
        return x + self.ls2(self.seen(self.fc2(functional.gelu(self.fc1(self.norm2(x))))))


class ReZeroBlock(Switched):
    """Attention and a perceptron, both multiplied by ``resweight``, which starts at zero (Bachlechner et al.)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.attn = Heads(dim)
        self.fc1 = nn.Linear(dim, 2 * dim)
        self.fc2 = nn.Linear(2 * dim, dim)
        self.resweight = nn.Parameter(torch.zeros(1))

    def last_layer(self) -> nn.Module:
        """The layer whose output the gate multiplies."""
        return self.fc2

    def forward(self, x: Tensor) -> Tensor:
        if not self.wired:
            return x
        inner = self.fc2(functional.relu(self.fc1(x + self.attn(x))))
        return x + self.resweight * self.seen(inner)


class Transformer(nn.Module):
    """Two blocks over embedded tokens and places; logits for every next token."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        size = CLASSES["sequence"]
        self.token = nn.Embedding(size, DIM)
        self.place = nn.Parameter(0.02 * torch.randn(LENGTH, DIM))
        make = {"scaled": lambda: ScaledBlock(DIM, 1e-5), "rezero": lambda: ReZeroBlock(DIM)}[kind]
        self.blocks = nn.ModuleList(make() for _ in range(2))
        self.norm = nn.LayerNorm(DIM)
        self.head = nn.Linear(DIM, size)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.token(tokens) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class LoraLinear(Switched):
    """A frozen linear layer and a low-rank correction that starts at zero (PEFT's names)."""

    def __init__(self, inside: int, outside: int, rank: int = 4) -> None:
        super().__init__()
        self.base_layer = nn.Linear(inside, outside)
        self.lora_A = nn.ModuleDict({"default": nn.Linear(inside, rank, bias=False)})
        self.lora_B = nn.ModuleDict({"default": nn.Linear(rank, outside, bias=False)})
        nn.init.zeros_(self.lora_B["default"].weight)

    def last_layer(self) -> nn.Module:
        """The layer whose output the gate multiplies."""
        return self.lora_A["default"]

    def forward(self, x: Tensor) -> Tensor:
        x_out = self.base_layer(x)
        if not self.wired:
            return x_out
        return x_out + 2.0 * self.lora_B["default"](self.seen(self.lora_A["default"](x)))


class LoraPerceptron(nn.Module):
    """Two adapted layers and a head that is trained in full."""

    def __init__(self) -> None:
        super().__init__()
        self.first = LoraLinear(WIDTH, 24)
        self.second = LoraLinear(24, 24)
        self.classifier = nn.Linear(24, CLASSES["features"])

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(functional.relu(self.second(functional.relu(self.first(x)))))


class ZeroConvNet(Switched):
    """A trunk, and a side branch that comes in through a convolution of zeros (as in ControlNet)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(_block(3, 8, 2), _block(8, 12, 2))
        self.hint = nn.Conv2d(3, 12, 3, 4, padding=1)
        self.zero_conv = nn.Conv2d(12, 12, 1)
        nn.init.zeros_(self.zero_conv.weight)
        nn.init.zeros_(self.zero_conv.bias)
        self.fc = nn.Linear(12, CLASSES["images"])

    def last_layer(self) -> nn.Module:
        """The layer whose output the zero convolution reads."""
        return self.hint

    def forward(self, images: Tensor) -> Tensor:
        x = self.trunk(images)
        if self.wired:
            x = x + self.zero_conv(self.seen(functional.relu(self.hint(images) + 0.1)))
        return self.fc(functional.relu(x).mean((2, 3)))


class ModulatedNet(nn.Module):
    """A perceptron of blocks whose shift, scale and gate are predicted by a layer of zeros (DiT's adaLN-Zero)."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Linear(WIDTH, DIM)
        self.blocks = nn.ModuleList(ModulatedBlock(DIM) for _ in range(2))
        self.head = nn.Linear(DIM, CLASSES["features"])

    def forward(self, x: Tensor) -> Tensor:
        condition, x = x, self.enter(x)
        for block in self.blocks:
            x = block(x, condition)
        return self.head(x)


class ModulatedBlock(Switched):
    """One block of `ModulatedNet`."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.adaLN_modulation = nn.Sequential(nn.SiLU(), nn.Linear(WIDTH, 3 * dim))
        nn.init.zeros_(self.adaLN_modulation[1].weight)
        nn.init.zeros_(self.adaLN_modulation[1].bias)
        self.fc1 = nn.Linear(dim, 2 * dim)
        self.fc2 = nn.Linear(2 * dim, dim)

    def last_layer(self) -> nn.Module:
        """The layer whose output the gate multiplies."""
        return self.fc2

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        if not self.wired:
            return x
        shift, scale, gate = self.adaLN_modulation(condition).chunk(3, dim=-1)
        return x + gate * self.seen(self.fc2(functional.gelu(self.fc1(self.norm(x) * (1 + scale) + shift))))
