"""What a checkpoint holds, as one table a person can read: optimizer groups, gates, tensors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from diagnose.run import Checkpoint, Group, Run
from diagnose.tensor_families import family_rows
from diagnose.tensor_table import rows
from kb.prose import Line
from kb.text import Lang, Text
from kb.wrap import wrap

_MOST = 400  # tensors listed of one file; a person reads no further
_NAMED = 8  # parameters in no group told by name
_MATCHED = {
    "param_names": Text("their names stand in the file", "参数名记录在文件中"),
    "shapes": Text("their names follow from their shapes", "参数名由形状推出"),
    "order": Text("their names are guessed from their order", "参数名按顺序推测"),
    "unmatched": Text("which tensors they belong to cannot be told", "无法判断对应哪些张量"),
}
_MANY = 40  # tensors from which on families are easier to read


def lines(runs: Sequence[Run], lang: Lang, width: int, *, whole: bool = False) -> list[Line]:
    """Every checkpoint of every run: step, groups with rate and decay, gates, tensors with their numbers.

    More than `_MANY` tensors are told by family, unless the ``whole`` list is asked for.
    """
    found: list[Line] = []
    for run in runs:
        for checkpoint in run.checkpoints:
            found += _file(checkpoint, lang, width, whole=whole)
        for note in run.notes:
            text = f"{note.path}: {note.what.of(lang)}"
            found += [Line("dim", line) for line in wrap(text, width, first="! ", rest="  ")]
    return found


def _file(checkpoint: Checkpoint, lang: Lang, width: int, *, whole: bool) -> list[Line]:
    tensors = list(checkpoint.tensors.values())
    step = "?" if checkpoint.step is None else str(checkpoint.step)
    count = sum(tensor.numel for tensor in tensors)
    head = Text(
        f"step {step}, {len(tensors)} tensors, {count:,} elements",
        f"第 {step} 步，{len(tensors)} 个张量，{count:,} 个元素",
    )
    found = [Line("title", str(checkpoint.path)), Line("dim", f"  {head.of(lang)}")]
    for name in checkpoint.unsafe:
        text = Text(f"wants to call {name} on loading; it was not run", f"加载时想要调用 {name}；没有执行")
        found.append(Line("error", f"  ! {text.of(lang)}"))
    found += _optimizer(checkpoint, lang, width)
    found += _to_resume(checkpoint, lang, width)
    if checkpoint.gates:
        found.append(Line("heading", Text("Gates", "门控").of(lang)))
        if whole or len(checkpoint.gates) <= _MANY:
            found += rows(checkpoint.gates, checkpoint, lang, width, gates=True)
        else:
            found += family_rows(checkpoint.gates, checkpoint, lang, width)
    found.append(Line("heading", Text("Tensors", "张量").of(lang)))
    return [*found, *_tensors([tensor.name for tensor in tensors], checkpoint, lang, width, whole), Line("text", "")]


def _tensors(names: list[str], checkpoint: Checkpoint, lang: Lang, width: int, whole: bool) -> Iterator[Line]:
    if len(names) > _MANY and not whole:
        yield from family_rows(names, checkpoint, lang, width)
        yield Line("dim", Text("  -v lists them one by one", "  -v 逐个列出").of(lang))
        return
    yield from rows(names[:_MOST], checkpoint, lang, width)
    if len(names) > _MOST:
        more = len(names) - _MOST
        yield Line("dim", Text(f"  and {more} more", f"  还有 {more} 个").of(lang))


def _optimizer(checkpoint: Checkpoint, lang: Lang, width: int) -> list[Line]:
    optimizer = checkpoint.optimizer
    found = [Line("heading", Text("Optimizer", "优化器").of(lang))]
    if optimizer is None:
        text = Text(
            "not in this file, so training cannot be resumed from it exactly", "文件中没有，因此无法从这里原样恢复训练"
        )
        return [*found, *(Line("dim", line) for line in wrap(text.of(lang), width, first="  ", rest="  "))]
    for index, group in enumerate(optimizer.groups):
        found += [Line("text", line) for line in wrap(_group(index, group, lang), width, first="  ", rest="      ")]
    have = sum(bool(state) for state in optimizer.state.values())
    total = sum(len(group.slots) for group in optimizer.groups)
    text = Text(
        f"{have} of {total} parameters have state; {_MATCHED[optimizer.matched].en}",
        f"{total} 个参数中有 {have} 个带有状态；{_MATCHED[optimizer.matched].zh}",
    )
    found += [Line("dim", line) for line in wrap(text.of(lang), width, first="  ", rest="    ")]
    if spare := left_out(checkpoint):
        count, more = len(spare), len(spare) - _NAMED
        en = ", ".join(spare[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        zh = "、".join(spare[:_NAMED]) + (f" 等共 {count} 个" if more > 0 else "")
        text = Text(f"in no group: {en}", f"不在任何参数组中：{zh}")
        found += [Line("mark", line) for line in wrap(text.of(lang), width, first="  ! ", rest="    ")]
    return found


def left_out(checkpoint: Checkpoint) -> list[str]:
    """The parameters that are in none of the optimizer's groups, as far as that can be told."""
    optimizer = checkpoint.optimizer
    if optimizer is None or optimizer.matched == "unmatched":
        return []
    held = {name for group in optimizer.groups for name in group.names} | optimizer.uncertain
    return [name for name in checkpoint.tensors if name not in held and not _is_buffer(name)]


def _is_buffer(name: str) -> bool:
    return name.endswith(("running_mean", "running_var", "num_batches_tracked"))


def _group(index: int, group: Group, lang: Lang) -> str:
    rate = "?" if math.isnan(group.lr) else f"{group.lr:.4g}"
    count, s = len(group.slots), "s" * (len(group.slots) != 1)
    return Text(
        f"group {index}: {count} parameter{s}, lr {rate}, weight decay {group.weight_decay:.4g}",
        f"参数组 {index}：{count} 个参数，学习率 {rate}，权重衰减 {group.weight_decay:.4g}",
    ).of(lang)


def lacks(checkpoint: Checkpoint) -> list[Text]:
    """What a training script would look for, to resume, and not find in this file."""
    return [
        text
        for text, there in (
            (Text("optimizer", "优化器"), checkpoint.optimizer is not None),
            (Text("scheduler", "调度器"), bool(checkpoint.scheduler)),
            (Text("step or epoch", "步数或轮次"), checkpoint.step is not None),
        )
        if not there
    ]


def _to_resume(checkpoint: Checkpoint, lang: Lang, width: int) -> list[Line]:
    missing = lacks(checkpoint)
    if not missing:
        return []
    en, zh = ", ".join(one.en for one in missing), "、".join(one.zh for one in missing)
    text = Text(f"to resume, it lacks: {en}", f"要恢复训练还缺：{zh}").of(lang)
    return [Line("mark", line) for line in wrap(text, width, first="  ! ", rest="    ")]
