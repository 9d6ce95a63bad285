"""What a question is after: the cause, the remedy, the danger, the look ... and which parts of a page say so."""

from __future__ import annotations

import re
from functools import cache

_WANTED: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        (
            r"when (?:should|would|do|is|does)\b.*\bnot\b|when not\b|shouldn't|"
            r"(?:什么时候|何时|什么情况下)不|不适用|不该用|不能用"
        ),
        ("wrong_when",),
    ),
    (
        (
            r"\bbad\b|\bharm|\bmatter\b|is (?:this|that|it) (?:a bug|normal|ok)|"
            r"有害|坏处|后果|要紧|不[用做]会|正常吗|是不是 ?bug"
        ),
        ("risk", "why", "wrong_when"),
    ),
    (r"what else|other (?:cause|reason)|还有什么原因|还有别的原因|还可能|其他原因", ("cause", "why", "wrong_when")),
    (r"\bcode\b|snippet|\bexample|代码|示例|例子|怎么写", ("snippet",)),
    (
        r"\bwhy\b|\bcause|\breason|how come|为什么|为何|为啥|原因|怎么会|怎么回事",
        (
            "why",
            "cause",
            "what_you_see",
        ),
    ),
    (
        r"\bfind\b|\blocate|\bwhere\b|\bdetect\b|怎么定位|怎么找|哪里|哪一行|怎么发现|怎么看出|怎么查",
        (
            "find_it",
            "look",
        ),
    ),
    (r"\btest\b|\bverify\b|make sure|验证一下|怎么测|怎么确认|如何确认|防止复发", ("test_it",)),
    (
        (
            r"\brisk|danger|harmful|malignan|cancer|\bworry|serious|危险|风险|严重|要紧|(?:会不会|会|是否)?(?:恶变|癌变|变成癌)|"
            r"会不会癌|担心"
        ),
        ("risk",),
    ),
    (
        (
            r"\bremov|\bresect|\btreat|\bsnare\b|follow.?up|surveillance|怎么切|切除|治疗|怎么处理|复查|随访|手术|"
            r"要不要切|切了|切吗|切掉"
        ),
        (
            "management",
            "fix",
        ),
    ),
    (
        r"\blook like|appear|endoscop|recogni[sz]e|\bsee\b|长什么样|什么样|镜下|外观|怎么认|怎么看|特征",
        (
            "look",
            "what_you_see",
        ),
    ),
    (r"\bnetwork|\bmodel\b|\btraining|\bsegment|网络|模型|训练|分割", ("in_training",)),
    (
        (
            r"how (?:do|can|to|should)|\bfix|\bsolve|\bavoid|\bprevent|what (?:can|should|to do)|"
            r"怎么办|怎么解决|如何解决|怎么改|怎么处理|怎么调|如何|怎么避免|(?<!会)怎样"
        ),
        (
            "fix",
            "management",
            "snippet",
        ),
    ),
    (
        (
            r"what (?:is|are|does)|\bexplain\b|\bdefine\b|\bmean|difference|\bvs\b|versus|"
            r"是什么意思|是什么|什么是|什么意思|啥意思|是啥|介绍|区别|有何不同|作用|有什么用"
        ),
        (
            "summary",
            "body",
        ),
    ),
)


_IN_TRAINING = next(pattern for pattern, parts in _WANTED if parts == ("in_training",))


def wanted(question: str) -> tuple[str, ...]:
    """The parts of a page a question asks for, the surest first."""
    text = question.casefold()
    return tuple(part for pattern, parts in _WANTED if re.search(pattern, text) for part in parts)


def bare(question: str) -> str:
    """The question without the words that only say which part of a page it wants; those of a subject stay."""
    text = question.casefold()
    for pattern, english in _said():
        text = (english if text.isascii() else pattern).sub(" ", text)
    return text


@cache
def _said() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """The patterns of the parts, each also with the endings of English words."""
    patterns = [pattern for pattern, parts in _WANTED if parts != ("in_training",)]
    return tuple((re.compile(one), re.compile(rf"(?:{one})\w{{0,4}}")) for one in patterns)


def on_training(question: str) -> tuple[bool, str]:
    """Whether the question names networks or training, and what it says besides."""
    text = question.casefold()
    return re.search(_IN_TRAINING, text) is not None, re.sub(rf"(?:{_IN_TRAINING})\w*", " ", bare(text))
