"""Parameters of the model that no group of the optimizer holds."""

from __future__ import annotations

from diagnose.finding import Evidence, Fact, Unsure
from diagnose.resting import Resting, parameters, resting
from diagnose.run import Checkpoint
from kb.text import Text

_CAUSES: dict[Resting, str] = {
    "scattered": "scattered",
    "last-module": "added-later",
    "inside": "passed-by",
    "on-purpose": "frozen-on-purpose",
}


def left_out(checkpoints: tuple[Checkpoint, ...], *, share: float) -> list[Evidence] | Unsure:
    """Count the parameters of the last checkpoint against its optimizer; one finding a cause.

    Causes: ``scattered`` (single ones of modules that are trained, or all that is no matrix), ``added-later`` (the last
    module as a whole), ``passed-by`` (one between trained ones), ``frozen-on-purpose`` (whole modules ahead of all
    trained ones, or ``share`` of the model). Undecided membership is never counted.
    """
    known = [one for one in checkpoints if one.tensors and one.optimizer]
    if not known or known[-1].optimizer is None:
        return Unsure(Text("no checkpoint holds both model and optimizer", "没有同时保存模型和优化器的检查点"))
    last, optimizer = known[-1], known[-1].optimizer
    if optimizer.matched == "unmatched":
        return Unsure(Text("its slots could not be matched to the model", "无法把优化器的位置与模型的参数对应起来"))
    total = parameters(last)
    order = [name for name in total if name not in optimizer.uncertain]
    idle = [name for name in order if optimizer.slot_of(name) is None]
    if len(idle) == len(order):
        return Unsure(Text("it belongs to another model", "这个优化器属于另一个模型"))
    kinds = resting(order, idle, last.tensors, share) if idle else {}
    found = []
    for kind, cause in _CAUSES.items():
        names = [name for name in idle if kinds[name] == kind]
        if names:
            facts: dict[str, Fact] = {"count": len(names), "total": len(total), "file": last.path.name}
            found.append(Evidence(names[0], last.step, last.step, facts, cause))
    return found
