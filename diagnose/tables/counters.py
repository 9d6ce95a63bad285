"""Which numbers of a line count epochs and steps."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass, field

from diagnose.tables.naming import SLOT, is_told

_EPOCH = (
    r"(?:(?<![A-Za-z0-9_])(?:(?:cur|current|num|train|n|i)_)?(?:epoch|ep|époque|época|epoca|эпоха)"
    r"|エポック|에포크|轮次|轮数|周期|第)"
)
_STEP = (
    r"(?:(?<![A-Za-z0-9_])(?<!\bms/)(?<!\bs/)(?:(?:cur|current|num|train|opt|total|n|i)_)?"  # but no train_loss_step
    r"(?:global[_ ]?step|steps?(?=: )|step|iterations?|iters?|itrs?|ite|it(?=: )|update|batch)|"
    r"训练次数|训练步数|迭代次数|迭代|步数)"
)
_COUNTER = re.compile(
    rf"(?P<bar>{SLOT}% ?{SLOT}/{SLOT}(?= ?\[))|"  # Steps: 40% 4/10 [
    rf"(?P<both>\[ ?{SLOT}\] ?\[ ?{SLOT} ?/ ?{SLOT}(?: ?\( ?{SLOT} ?%?\))? ?\])|"  # train: [1][10/500]
    rf"(?:(?P<epoch>{_EPOCH})|(?P<step>{_STEP}))(?: ?(?:num|no\.|idx))?['\"]? ?[:=：#]?[ ]?[\[(]?[ ]?{SLOT}"
    rf"(?: ?(?:/|of) ?{SLOT})?(?P<after> ?(?:轮|个?epoch|步|次迭代|个?batch(?! ?[:=\[(]? ?{SLOT})|次|批))?"
    r"(?! ?%|[A-Za-z0-9_])"
    rf"|(?P<pair>[\[(] ?{SLOT} ?(?:/|,) ?{SLOT} ?(?:\( ?{SLOT} ?%?\) ?)?[\])])"
    rf"|(?P<of>(?<![\w/.]){SLOT} ?/ ?{SLOT})(?: (?:batches|steps|iters|iterations)\b|(?! ?[\w/.]))"
    rf"|(?P<nth>(?<![\w.]){SLOT})(?P<unit>epoch|batch)(?=[ :])"
    rf"|(?P<run>(?:(?<=[{SLOT}\])|,;] )|(?<=train )|(?<=training )|(?<=val )|(?<=validation )|(?<=test ))"
    rf"{SLOT} ?/ ?{SLOT})(?= [a-z][\w ]{{0,20}}[:=]? ?[\[(]?{SLOT})",
    re.IGNORECASE,
)
_FINAL = re.compile(r"[~ ]*final (?:train|val|test)", re.IGNORECASE)  # MONAI's means: "Final training 3/100 loss: 0.5"
_STEPS_AFTER = ("步", "批", "次", "次迭代", "个batch", "batch")  # what follows the number in 第 3 步
_NOT_NOW = re.compile(
    r"(?:max|min|total|num|number of|warm-?up|final|last|stop|patience|every|per|from|until|共|总)"
    r"[ _-]?(?:at |in )?$|best|最佳|最好|最高|最优",  # a line on the past: "best dice 0.8 at epoch 5"
    re.IGNORECASE,
)
_RATIO = re.compile(r"(?<!train)(?<!val)(?<!test)[:=：] ?$", re.IGNORECASE)
_SHARE = re.compile(rf"(?P<name>[^\W\d_][\w@]{{0,30}}) ?[:=] ?{SLOT} ?% ?$")  # Acc: 45.3% (12/128)
_WHOLE = re.compile(
    r"\b(?:over|whole|each|per) $", re.IGNORECASE
)  # "accuracy over epoch: 0.5" is of it, not its number


@dataclass
class Counted:
    """``epoch`` and ``step`` are the slots that count, ``total`` the slot that says how far ``step`` goes.

    ``worded``: a word says what is counted. ``used`` are all slots that count something or say how far it goes,
    ``spans`` where that stands in the text.
    """

    epoch: int | None = None
    step: int | None = None
    total: int | None = None
    worded: bool = False
    used: set[int] = field(default_factory=set)
    spans: list[tuple[int, int]] = field(default_factory=list)


def counted_in(text: str, named: Container[int]) -> Counted:
    """What the numbers of a line's text count, but for those slots that are ``named``."""
    found = Counted()
    pairs: list[tuple[int, int]] = []
    comma = finest = False
    for match in _COUNTER.finditer(text):
        first = text.count(SLOT, 0, match.start())
        slots = range(first, first + match[0].count(SLOT))
        before = text[: match.start()]
        if any(slot in named for slot in slots):
            continue
        if match["both"] and found.epoch is None and found.step is None:
            found.epoch, found.step, found.total = slots[:3]
        elif match["both"]:
            continue
        elif match["bar"]:
            pairs.append((slots[1], slots[2]))
        elif match["pair"] or match["of"] or match["run"]:
            inside_list = "," in match[0] and before.strip("~ -") != ""
            share = _SHARE.search(before)
            if inside_list or (match["of"] and _RATIO.search(before)) or (share and is_told(share["name"])):
                continue  # Accuracy: 98/100
            comma |= "," in match[0]
            pairs.append((slots[0], slots[1]))
        elif (
            _NOT_NOW.search(before)
            or (_WHOLE.search(before) and re.search("[:=：]", match[0]))
            or (match["epoch"] == "第" and not match["after"])
        ):
            continue
        else:
            found.worded = True
            word = (match["step"] or match["unit"] or "").lower()
            by_step = match["step"] or word == "batch" or (match["after"] or "").strip() in _STEPS_AFTER
            beyond = word.startswith("global") and found.total is not None
            if by_step and (found.step is None or beyond or (finest and word not in ("batch", "step"))):
                found.step = slots[0]  # after the batch of an epoch, the iteration of all
                found.total = slots[1] if len(slots) > 1 else None
                finest = word == "batch"
            elif not by_step and found.epoch is None:
                found.epoch = slots[0]
        found.used.update(slots)
        found.spans.append(match.span())
    final = _FINAL.match(text) is not None
    for first, last in pairs:
        if found.epoch is None and (final or (found.step is None and len(pairs) > 1 and not comma)):
            found.epoch = first  # [0/25][100/1583]
        elif found.epoch is None and found.step is None and comma:
            found.epoch, found.step = first, last  # [1, 2000]
        elif found.step is None:
            found.step, found.total = first, last
    return found
