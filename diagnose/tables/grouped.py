"""Names that do not stand right before their numbers: ``mIoU/mAcc 0.5/0.6``, ``loss after epoch 3: 0.5``, groups."""

from __future__ import annotations

import re

from diagnose.tables.naming import LOSSES, RATES, SCORES, SLOT, is_told, key_of, parts_of, side_of, words

TENSOR = re.compile(rf"tensor\({SLOT} ?\)")  # what print(loss) writes
_NAME = r"[^\W\d_][\w@-]{0,30}"
_GROUP = re.compile(rf"({_NAME}(?: ?/ ?{_NAME}){{1,9}})[)\]]?:? ?[=(\[]? ?({SLOT}(?:%? ?/ ?{SLOT}){{1,9}})(?!\w)")
_RANK = re.compile(rf"\[(?:gpu|rank|worker|process|proc|device)[ :#]{{0,3}}{SLOT}\]", re.IGNORECASE)
_OVER = re.compile(rf"({_NAME}) ?[(\[]$")
_LIST = re.compile(  # IoU: ['98.5', '71.5']
    rf"(?P<name>{_NAME}(?: {_NAME}){{0,3}})['\"]? ?(?P<sign>[:=：] ?)?(?:[\w.]{{1,12}}\()?[\[(] ?['\"]?"
    rf"(?P<said>{SLOT}(?:['\"]? ?,? ?['\"]?{SLOT}){{1,40}})['\"]? ?[\])](?! ?[:=])"
)
_TUPLE = re.compile(  # val (loss, dice) = (0.5, 0.8)
    rf"(?:(?P<over>{_NAME}) ?)?[\[(] ?(?P<names>{_NAME}(?: ?, ?{_NAME}){{1,9}}) ?[\])] ?(?:[:=：]|->)? ?"
    rf"[\[(] ?(?P<said>{SLOT}(?: ?, ?{SLOT}){{1,9}}) ?[\])]"
)
_ITEM = rf"['\"]?(?P<label>[^\W\d][\w .-]{{0,30}})['\"]? ?[:=] ?{SLOT}%?"
_ITEMS = re.sub(r"\?P<\w+>", "?:", _ITEM)
_BY_CLASS = re.compile(  # Dice: {'lumen': 0.9, 'polyp': 0.8}
    rf"(?P<name>{_NAME}(?:[ -]{_NAME}){{0,4}}) ?[:：=] ?(?P<open>[{{(]?) ?(?P<said>{_ITEMS}(?:[,;|] ?{_ITEMS}){{1,40}})"
)
_CLASS_WISE = re.compile(r"\b(?:per|by|each)[ _-]?class\b|\bclass[ _-]?wise\b|^[ -]+|[ -]+$", re.IGNORECASE)
_WHEN = re.compile(r"[\s|,(\[]*(?:(?<![^\s|,])(?:after|at|for|in|on|of|@))?[\s|,(\[]*$", re.IGNORECASE)
_IS = re.compile(r" ?(?:[:=：]|is|was|to)? ?(?:[:=：]|is|was) ?", re.IGNORECASE)


def in_groups(text: str) -> dict[int, str]:
    """The names of slots in a row as their names are, ``dice (Kvasir/ETIS) 0.8/0.6``; and who wrote it, ``[GPU 0]``.

    Those of a list are numbered from 0 on, as Python does: ``IoU 0`` and ``IoU 1``.
    """
    found: dict[int, str] = {0: "tensor"} if TENSOR.fullmatch(text) else {}
    found |= {text.count(SLOT, 0, match.start()): "rank" for match in _RANK.finditer(text)}
    for match in _GROUP.finditer(text) if "/" in text else ():
        names = [name.strip() for name in match[1].split("/")]
        if len(names) == match[2].count(SLOT):
            over = _OVER.search(text, max(0, match.start() - 40), match.start())
            first = text.count(SLOT, 0, match.start(2))
            found |= {first + at: f"{over[1]} {name}" if over else name for at, name in enumerate(names)}
    for match in _LIST.finditer(text) if "[" in text or "(" in text else ():
        half = bool(side_of(match["name"]) and match["sign"] and "," in match["said"])
        if half or is_told(match["name"]) or RATES & set(words(match["name"])):
            first = text.count(SLOT, 0, match.start("said"))
            found |= {first + at: f"{match['name']} {at}" for at in range(match["said"].count(SLOT))}
    for match in _TUPLE.finditer(text) if "," in text else ():
        names = [name.strip() for name in match["names"].split(",")]
        if len(names) == match["said"].count(SLOT) and any(map(is_told, names)):
            first = text.count(SLOT, 0, match.start("said"))
            head = f"{match['over']} " if match["over"] and not is_told(match["over"]) else ""
            found |= {first + at: f"{head}{name}" for at, name in enumerate(names)}
    for match in _BY_CLASS.finditer(text) if sum(map(text.count, ":=：")) > 2 else ():
        labels = [item["label"].strip() for item in re.finditer(_ITEM, match["said"])]
        bare = _CLASS_WISE.sub("", _CLASS_WISE.sub("", match["name"]))
        if is_told(bare) and (match["open"] or bare != match["name"]) and not any(map(is_told, labels)):
            first = text.count(SLOT, 0, match.start("said"))
            found |= {first + at: f"{bare} {label}" for at, label in enumerate(labels)}
    return found


def before_counter(pieces: list[str], used: set[int], slot: int) -> str:
    """The loss or score whose number follows on a counter: ``val loss after epoch 3: 0.5``; "" when there is none."""
    first = slot
    while first - 1 in used:
        first -= 1
    if first == slot or not _IS.fullmatch(pieces[slot]):
        return ""
    key, _ = key_of(_WHEN.sub("", pieces[first]) + ":", "")
    return key if set(words(key)) & (LOSSES | SCORES) else ""


def group_of(piece: str) -> str:
    """What stands above the name that ends a piece of text: ``tot_loss`` in ``tot_loss[loss=``; no split."""
    parts = [part.strip(" '\"`.#$&^-–=") for part in parts_of(piece)[:-1]]
    last = next((part for part in reversed(parts) if part), "")
    return last if re.fullmatch(_NAME, last) and not side_of(last) else ""
