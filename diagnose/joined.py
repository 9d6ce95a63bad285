"""Puts together what a trainer saved of one moment in several files of a folder: model, optimizer, scheduler, scaler.

The Hugging Face Trainer and Accelerate write ``model.safetensors``, ``optimizer.pt``, ``scheduler.pt`` and
``scaler.pt``; many scripts write ``model_10.pth`` beside ``optimizer_10.pth``; DeepSpeed a partition of the optimizer
for each rank.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from diagnose.run import Checkpoint, Note, Optimizer, Tensor, Trace
from diagnose.tensors.matching import match
from diagnose.tensors.optimizer_state import last_step
from diagnose.tensors.steps import step_of
from diagnose.tensors.zero import PARTITION, rejoined
from kb.text import Text

ROLES = re.compile(
    r"pytorch|diffusion|state_?dict|optimi[sz]er|optims?|opt|lr_?scheduler|scheduler|sched|grad_?scaler|scaler"
    r"|adapter|model|network|net|weights?|checkpoint|ckpt|states?"
)
WHOLE = Text(
    "the optimizer was put together from the partitions of ZeRO, which keep no gradient and a gradient of zero alike",
    "优化器由 ZeRO 的各个分区拼合而成；ZeRO 不区分没有梯度与梯度为零",
)
IN_PART = Text(
    "the optimizer is not judged: partitions of ZeRO are missing, or do not tell their parameters (stage 3)",
    "优化器不作判断：ZeRO 的分区不全，或没有说明其中的参数（第 3 阶段）",
)
HF_FOLDER = re.compile(r"checkpoint-(\d{1,15})")


def joined(traces: Sequence[Trace]) -> list[Trace]:
    """The traces, every optimizer, scheduler and scaler saved apart given to the model it was saved with."""
    folders: dict[Path, list[int]] = {}
    for at, trace in enumerate(traces):
        if len(trace.checkpoints) == 1:
            folders.setdefault(trace.checkpoints[0].path.parent, []).append(at)
    found = list(traces)
    for members in folders.values():
        models = [at for at in members if traces[at].checkpoints[0].tensors]
        parts = [at for at in members if not traces[at].checkpoints[0].tensors]
        owned: dict[int, list[int]] = {}
        for part in parts:
            owner = _owner(traces[part].checkpoints[0].path, [traces[at].checkpoints[0].path for at in models])
            if owner is not None:
                owned.setdefault(models[owner], []).append(part)
        for model, mine in owned.items():
            found[model] = _with(traces[model], [traces[at] for at in mine])
            for at in mine:
                found[at] = replace(traces[at], checkpoints=())
    return found


def _owner(part: Path, models: Sequence[Path]) -> int | None:
    """Which model a part was saved with: the one of the same name but for the role, or the only one there is."""
    rest = _residue(part)
    same = [at for at, model in enumerate(models) if _residue(model) == rest]
    if len(same) > 1:  # the same weights in two formats
        stems = {models[at].suffix for at in same}
        safe = [at for at in same if models[at].suffix == ".safetensors"]
        return safe[0] if len(safe) == 1 and len(stems) == len(same) else None
    if same:
        return same[0]
    return 0 if len(models) == 1 and not (any(map(str.isdigit, rest)) or _numbered(models[0])) else None


def _numbered(model: Path) -> bool:
    return any(map(str.isdigit, _residue(model)))


def _residue(path: Path) -> str:
    """A file's name without what says which part it is, and without the number of its shard."""
    stem = PARTITION.sub("", re.sub(r"-\d{5}-of-\d{5}$", "", path.stem.lower()))
    return re.sub(r"[^a-z0-9]+", " ", ROLES.sub(" ", stem)).strip()


def _with(model: Trace, parts: Sequence[Trace]) -> Trace:
    """The trace of a model with what its parts hold; what the model's own file says wins."""
    whole = model.checkpoints[0]
    notes: list[Note] = []
    shards = [trace.checkpoints[0] for trace in parts if PARTITION.match(trace.path.stem.lower())]
    if shards and whole.optimizer is None:
        optimizer = rejoined([one.optimizer for one in shards if one.optimizer])
        whole = replace(whole, optimizer=_named(whole, optimizer))
        notes.append(Note(str(model.path), WHOLE if optimizer else IN_PART))
    for trace in parts:
        part = trace.checkpoints[0]
        whole = replace(
            whole,
            optimizer=whole.optimizer or (None if shards else _named(whole, part.optimizer)),
            scheduler=whole.scheduler or part.scheduler,
            scaler=whole.scaler or part.scaler,
            numbers={**part.numbers, **whole.numbers},
            unsafe=tuple(dict.fromkeys((*whole.unsafe, *part.unsafe))),
        )
    numbered = HF_FOLDER.fullmatch(whole.path.parent.name)
    if numbered:  # the Trainer counts its own steps; the optimizer counts fewer where the scaler skipped some
        step: int | None = int(numbered[1])
    else:
        steps = last_step(whole.optimizer.state) if whole.optimizer is not None else None
        step = step_of(whole.path, whole.numbers, steps)
    names = ", ".join(trace.path.name for trace in parts)
    notes.insert(0, Note(str(model.path), Text(f"read together with {names}", f"与 {names} 合并读取")))
    return replace(model, checkpoints=(replace(whole, step=step),), notes=(*model.notes, *notes))


def _named(model: Checkpoint, optimizer: Optimizer | None) -> Optimizer | None:
    """The optimizer, its slots matched to the parameters of a model saved apart from it."""
    if optimizer is None or optimizer.matched == "param_names":
        return optimizer
    tied = _tied(model.tensors)
    found = match(
        {name: one for name, one in model.tensors.items() if name not in tied}, optimizer.groups, optimizer.state
    )
    held = {alias for alias, name in tied.items() if found.slot_of(name) is not None or name in found.uncertain}
    return replace(found, uncertain=found.uncertain | held)


def _tied(tensors: Mapping[str, Tensor]) -> dict[str, str]:
    """Tensors whose figures are those of an earlier one to the last bit: embeddings shared with the output layer."""
    first: dict[object, str] = {}
    found: dict[str, str] = {}
    for name, one in tensors.items():
        if len(one.shape) > 1 and one.std > 0:
            figures = (one.dtype, one.shape, one.minimum, one.maximum, one.mean, one.std)
            earlier = first.setdefault(figures, name)
            if earlier != name:
                found[name] = earlier
    return found
