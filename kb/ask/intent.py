"""What a question is after: the cause, the remedy, the danger, the look ... and which parts of a page say so."""

from __future__ import annotations

from kb.ask.regex import Either

_WANTED: tuple[tuple[tuple[str, ...], Either], ...] = (
    (
        ("wrong_when",),
        Either(
            r"when (?:should|would|do|is|does)\b.*\bnot\b|when not\b|shouldn't",
            "(?:什么时候|何时|什么情况下)不|不适用|不该用|不能用",
        ),
    ),
    (
        ("risk", "why", "wrong_when"),
        Either(
            r"\bbad\b|\bharm|\bmatter\b|is (?:this|that|it) (?:a bug|normal|ok)",
            "有害|坏处|后果|要紧|不[用做]会|正常吗|是不是 ?bug",
        ),
    ),
    (
        ("cause", "why", "wrong_when"),
        Either("what else|other (?:cause|reason)", "还有什么原因|还有别的原因|还可能|其他原因"),
    ),
    (("snippet",), Either(r"\bcode\b|snippet|\bexample", "代码|示例|例子|怎么写")),
    (
        ("why", "cause", "what_you_see"),
        Either(r"\bwhy\b|\bcause|\breason|how come", "为什么|为何|为啥|原因|怎么会|怎么回事"),
    ),
    (
        ("find_it", "look"),
        Either(r"\bfind\b|\blocate|\bwhere\b|\bdetect\b", "怎么定位|怎么找|哪里|哪一行|怎么发现|怎么看出|怎么查"),
    ),
    (("test_it",), Either(r"\btest\b|\bverify\b|make sure", "验证一下|怎么测|怎么确认|如何确认|防止复发")),
    (
        ("risk",),
        Either(
            r"\brisk|danger|harmful|malignan|cancer|\bworry|serious",
            "危险|风险|严重|要紧|(?:会不会|会|是否)?(?:恶变|癌变|变成癌)|会不会癌|担心",
        ),
    ),
    (
        ("management", "fix"),
        Either(
            r"\bremov|\bresect|\btreat|\bsnare\b|follow.?up|surveillance",
            "怎么切|切除|治疗|怎么处理|复查|随访|手术|要不要切|切了|切吗|切掉",
        ),
    ),
    (
        ("look", "what_you_see"),
        Either(r"\blook like|appear|endoscop|recogni[sz]e|\bsee\b", "长什么样|什么样|镜下|外观|怎么认|怎么看|特征"),
    ),
    (("in_training",), Either(r"\bnetwork|\bmodel\b|\btraining|\bsegment", "网络|模型|训练|分割")),
    (
        ("fix", "management", "snippet"),
        Either(
            r"how (?:do|can|to|should)|\bfix|\bsolve|\bavoid|\bprevent|what (?:can|should|to do)",
            "怎么办|怎么解决|如何解决|怎么改|怎么处理|怎么调|如何|怎么避免|(?<!会)怎样",
        ),
    ),
    (
        ("summary", "body"),
        Either(
            r"what (?:is|are|does)|\bexplain\b|\bdefine\b|\bmean|difference|\bvs\b|versus",
            "是什么意思|是什么|什么是|什么意思|啥意思|是啥|介绍|区别|有何不同|作用|有什么用",
        ),
    ),
)
_IN_TRAINING = next(said for parts, said in _WANTED if parts == ("in_training",))


def wanted(question: str) -> tuple[str, ...]:
    """The parts of a page a question asks for, the surest first."""
    text = question.casefold()
    return tuple(part for parts, said in _WANTED if said.within(text) for part in parts)


def bare(question: str) -> str:
    """The question without the words that only say which part of a page it wants; those of a subject stay."""
    text = question.casefold()
    for _, said in _WANTED:
        if said is not _IN_TRAINING:
            text = said.taken_from(text, r"\w{0,4}" if text.isascii() else "")  # and endings of English words
    return text


def on_training(question: str) -> tuple[bool, str]:
    """Whether the question names networks or training, and what it says besides."""
    text = question.casefold()
    return _IN_TRAINING.within(text), _IN_TRAINING.taken_from(bare(text), r"\w*")
