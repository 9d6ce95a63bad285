"""Names in free text: the words before a number, and whether they speak of a loss, a score, a setting, a split."""

from __future__ import annotations

import re
from functools import lru_cache

SLOT = "\0"  # stands for a number that was taken out
_PARTS = re.compile(
    r"[,;|\[\]{}<>~*，；、。【】•→]|\s[-–—]+\s|--+>?|==+|//+|\.\s|[:：](?=\s|$)|(?<=[^\W\d_])[:：](?=[^\W\d_])|[!?]"
)
_QUOTES = " %'\"`().#$&^\\-–=:：＝_"
_WORDS = re.compile(r"[a-z]+\d*|[^\W\d_a-z]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?<!Io)(?=[A-Z])")  # meanIoU

LOSSES = frozenset(("loss", "losses", "nll", "elbo", "perplexity", "ppl", "bce", "mse", "rmse", "损失", "損失", "손실"))
SCORES = frozenset(
    ("dice", "mdice", "dsc", "iou", "miou", "jaccard", "acc", "acc1", "acc5", "accuracy", "auc", "auroc", "f1",
     "fscore", "precision", "recall", "sensitivity", "specificity", "psnr", "ssim", "bleu", "wer", "cer", "map",
     "map50", "mae", "hd95", "asd", "assd", "nsd", "kappa", "fbeta", "wfm", "mpa", "dic", "mdic",
     "smeasure", "emeasure", "fmeasure", "wfmeasure",
     "灵敏度", "敏感度", "特异度", "特异性", "准确率", "正确率", "精度", "精确率", "召回率", "交并比", "准确度",
     "正解率", "정확도")
)  # fmt: skip
NEVER_NEGATIVE = SCORES - {"psnr", "kappa"} | frozenset(
    ("ap", "ap50", "ap75", "aps", "apm", "apl", "ar", "ar1", "ar10", "ar100", "ars", "arm", "arl", "top1", "top5")
)
RATES = frozenset(("lr", "lrs", "learning", "learningrate", "学习率"))
SETTINGS = frozenset(
    ("weight", "weights", "threshold", "thresh", "thr", "lambda", "alpha", "smooth", "smoothing", "scale", "target",
     "min", "max", "best", "previous", "improved", "patience", "type", "function", "criterion", "base", "initial",
     "coef", "ratio", "factor", "最佳", "最好", "最高")
)  # fmt: skip
LONG = 6  # words of a name; more are a sentence
_TOKENS = re.compile(r"[^\W_]+")
_KIND = re.compile(r"\b(mean|average|avg|overall|global|total|macro|micro)\s$", re.IGNORECASE)
_MEASURE = re.compile(  # of camouflaged objects and polyps: Sm, meanEm, maxSen, F-measure
    r"\b(?:mean|max|adp)?[SEF]m\b|\b(?:mean|max)(?:Sen|Spe)\b|(?<![^\W_])[sefSEF](?:beta)?[-_ ][Mm]easure\b"
)
MEASURES = frozenset(("sm", "em", "fm"))
_OF_SPLIT = MEASURES | {"score"}  # too short or too common to be told elsewhere
_KINDS = frozenset(("score", "coef", "coefficient", "index", "value", "total"))
_SHORT = frozenset(("lr", "学习率", "rank"))  # need no sign before their number either
CASES = frozenset(
    ("case", "idx", "image", "img", "sample", "patient", "subject", "file", "slice", "frame", "id", "样本")
)
LEFT = frozenset(("eta", "elapsed", "remaining", "left"))  # how long it took or will take
_TRAIN = frozenset(("train", "training", "trn", "训练", "训练集", "訓練", "学習", "훈련", "학습"))
_VAL = frozenset(
    (
        "val",
        "cv",
        "valid",
        "validation",
        "validating",
        "eval",
        "evaluation",
        "evaluating",
        "dev",
        "验证",
        "验证集",
        "驗證",
        "検証",
        "검증",
    )
)
_TEST = frozenset(("test", "testing", "测试", "测试集", "測試", "テスト", "테스트"))
IDLE = frozenset(
    ("info", "debug", "root", "main", "logger", "log", "train", "py", "warning", "am", "pm", "set", "avg", "rank")
)


NO_NAMES = frozenset(
    ("is", "was", "at", "of", "in", "to", "for", "on", "by", "with", "from", "the", "and", "or", "than", "after", "it")
)
COUNTERS = frozenset(("epoch", "epochs", "iteration", "iterations", "轮", "轮次", "轮数"))


def parts_of(text: str) -> list[str]:
    """A piece of text, parted where a name cannot go on."""
    return _PARTS.split(text)


def key_of(piece: str, after: str) -> tuple[str, list[str]]:
    """The name that ends a piece of text, and the words before it; "" when the number after it has no name."""
    bare = re.sub(r"(?:tensor\(|np\.float\d+\(|\$)$", "", piece.rstrip())
    if bare.endswith("[") and after.lstrip().startswith("]"):
        bare = bare[:-1]
    bare = bare.rstrip()
    bare = re.sub(r"(?<=[:=])(\s*)['\"]$", "", bare) if after[:1] in ("'", '"') else bare  # {'dice': '0.8'}
    if pair := re.search(r"\(['\"]([\w ./-]{1,40})['\"],$", bare):  # OrderedDict([('loss', 0.5)])
        bare = f"{bare[: pair.start()]}[{pair[1]}:"
    sign = re.search(r"(?:[:=：＝]|->|(?<=\s)(?:is|reached)|(?<=[^\W\da-zA-Z_])[为是])$", bare)
    if sign is None and bare.endswith(("(", "[", "'", '"', "/", ",", "<", ">", "|")):
        return "", words(bare)
    text = bare[: sign.start()].rstrip() if sign else bare.removesuffix(" of")  # a dice of 0.8
    inner = re.search(r"([\w][\w ./@-]{0,40}\([\w /%]{1,20}\))$", text)
    parts = [inner[1]] if inner else _PARTS.split(text)
    key = parts[-1] if inner or "(" in parts[-1] else parts[-1].rpartition(") ")[2]
    key = key.strip(_QUOTES if not inner else _QUOTES.replace(")", "")).strip()
    if not key.isascii() and len(key) > 2:
        key = key.removesuffix("为").removesuffix("是")
    before = words(text[: len(text) - len(parts[-1])])
    sentence = len(key.split()) > LONG
    while (first := key.partition(" "))[2] and first[0].lower() in NO_NAMES:  # with val_dice
        key = first[2]
    said = words(key)
    if sentence and (core := _core(key)) and (sign or key.endswith(core)):
        return core, before + said
    if (
        not said
        or said[0] in LEFT
        or len(key.split()) > LONG
        or len(key) > 60
        or not re.search(r"[^\W\d_]", key)
        or SLOT in key
    ):
        return "", before + said
    if sign is None:
        whole = re.search(r"[|,;，；]\s*$", text[: len(text) - len(parts[-1])]) and re.match(
            r"\s*(?:[|,;，；]|$)", after
        )
        last = next(word for word in reversed(said) if not word.isdecimal())
        known = bool({last, words(key.lower())[-1]} & (LOSSES | SCORES | _SHORT)) or inside(key) or _whole(key, said)
        known |= inner is not None and is_told(key.partition("(")[0])  # f1-score (micro avg) 0.5
        known |= last == "score" and side_of(key) != ""  # ValidScore 0.5
        if not (known and len(said) <= 4) and not (whole and len(said) <= 3):
            return "", before + said
    return key, before


def _whole(key: str, said: list[str]) -> bool:
    """Whether a name says as a whole that it is one: ``loss_seg``, ``Dice score``, ``learning rate``."""
    told = not (LOSSES | SCORES).isdisjoint((*said, *words(key.lower())))
    return (told and (" " not in key or said[-1] in _KINDS)) or (said[0] in RATES and said[-1] == "rate")


def _core(sentence: str) -> str:
    """``mean Dice`` of ``The mean Dice over all validation images``; "" where no loss or score is spoken of, or two."""
    told = [match for match in _TOKENS.finditer(sentence) if {*words(match[0]), match[0].lower()} & (LOSSES | SCORES)]
    if len(told) != 1 or (SETTINGS | NO_NAMES - {"of", "the"}) & set(words(sentence[: told[0].start()])):
        return ""
    ahead = _KIND.search(sentence, 0, told[0].start())
    return f"{ahead[1]} {told[0][0]}" if ahead else told[0][0]


def drops(name: str) -> bool:
    """Whether a name is none of a quantity: a particle, a version, a rank, or the epoch of something else.

    ``best_epoch`` is the epoch of something; ``train_loss_epoch`` is a loss, the one of the epoch.
    """
    said = words(name)
    counts = said[-1] in COUNTERS and (not is_told(name) or not SETTINGS.isdisjoint(said))
    return set(said) <= NO_NAMES or counts or name.lower() in ("v_num", "pid", "seed")


def side_of(text: str) -> str:
    """``train``, ``val`` or ``test`` when a word says so."""
    said = set(words(text))
    for side, choices in (("val", _VAL), ("test", _TEST), ("train", _TRAIN)):
        if said & choices or any(choice in text for choice in choices if not choice.isascii()):
            return side
    return ""


def is_told(name: str) -> bool:
    """Whether a name is that of a loss or a score; IoU has a capital in its middle, a mere score is of a split."""
    said = {*words(name), *words(name.lower())}
    of_split = not _OF_SPLIT.isdisjoint(said) and side_of(name) != ""
    known = not (LOSSES | SCORES).isdisjoint(said) or of_split or {"correct", "global"} <= said
    return known or _MEASURE.search(name) is not None or inside(name)


@lru_cache(maxsize=65536)
def never_negative(name: str) -> bool:
    """Whether a name is that of a score from 0 upwards; ``mAP_s`` says ``map`` in small letters only."""
    return not NEVER_NEGATIVE.isdisjoint((*words(name), *words(name.lower())))


def inside(name: str) -> bool:
    """Whether a known word stands inside a run of Han characters, which have no blanks between words."""
    folded = name.lower()
    return any(word in folded for word in LOSSES | SCORES if not word.isascii()) or bool(
        re.search(r"[^\x00-\x7f](?:loss|dice|iou|acc|miou)|(?:loss|dice|iou|acc|miou)[^\x00-\x7f]", folded)
    )


def words(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return _WORDS.findall(_CAMEL.sub(" ", text).lower())
