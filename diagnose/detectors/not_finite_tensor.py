"""NaN or infinity among saved weights."""

from __future__ import annotations

from diagnose.finding import Evidence
from diagnose.run import Checkpoint, Tensor


def not_finite_tensor(checkpoints: tuple[Checkpoint, ...], *, buffer_share: float) -> list[Evidence]:
    """Point at the first checkpoint that holds non-finite values, one finding a file.

    Buffers that are non-finite in at least ``buffer_share`` of their elements (attention masks filled
    with -inf) are meant to be so. Cause ``running-statistics`` when only those are hit, else ``weights``.
    """
    for checkpoint in checkpoints:
        hit = [one for one in checkpoint.tensors.values() if one.nonfinite and not _is_mask(one, buffer_share)]
        if hit:
            statistics = all("running_" in tensor.name for tensor in hit)
            facts: dict[str, float | int | str] = {
                "count": len(hit),
                "tensors": len(checkpoint.tensors),
                "elements": sum(tensor.nonfinite for tensor in hit),
                "file": checkpoint.path.name,
            }
            cause = "running-statistics" if statistics else "weights"
            return [Evidence(hit[0].name, checkpoint.step, checkpoint.step, facts, cause)]
    return []


def _is_mask(tensor: Tensor, buffer_share: float) -> bool:
    named = any(word in tensor.name.lower() for word in ("mask", "bias_k", "alibi"))
    return named and tensor.nonfinite >= buffer_share * tensor.numel and tensor.nonfinite != tensor.numel
