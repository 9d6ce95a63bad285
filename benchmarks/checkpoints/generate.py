"""Writes the checkpoint that is measured: a seeded state_dict of float32 and bfloat16 with one NaN in it."""

from __future__ import annotations

import sys
from pathlib import Path


def generate(path: Path, megabytes: int) -> None:
    """A file of about ``megabytes`` at ``path``: blocks of 16 MB, of a float32 and a bfloat16 weight and small ones."""
    import torch

    torch.manual_seed(0)
    tensors = {}
    for at in range(max(1, megabytes // 16)):
        tensors[f"block{at}.attn.weight"] = torch.randn(1024, 2560) * 0.02
        tensors[f"block{at}.mlp.weight"] = (torch.randn(1024, 2688) * 0.02).bfloat16()
        tensors[f"block{at}.norm.weight"] = torch.ones(1024) + torch.randn(1024) * 1e-3
        tensors[f"block{at}.bias"] = torch.zeros(1024)
        tensors[f"block{at}.gamma"] = torch.zeros(1)
    tensors["block0.attn.weight"][7, 7] = float("nan")
    torch.save(tensors, path)


if __name__ == "__main__":
    generate(Path(sys.argv[1]), int(sys.argv[2]))
