"""Answer a question: find the entries, judge how sure the first is, and say so, offer a few, or admit to know none."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence

from kb.ask import (
    clause,
    comparison,
    confidence,
    console,
    errors,
    foreign,
    myth,
    nearest,
    passage,
    query,
    rank,
    retold,
    retyped,
    traced,
    translated,
)
from kb.ask.index import Index, letters
from kb.ask.passage import Passage
from kb.ask.spelled import A_SLIP, spelling
from kb.entry import Entry
from kb.noun import EMPTY, changed, noun
from kb.problem import Problem
from kb.search import cleaned
from kb.text import Lang, Text
from kb.words import has_han

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Literal

    from kb.collection import Library

    State = Literal["answer", "suggest", "unknown"]

LONGEST = 1_500  # characters of a question that is not a pasted error
_SHOWN = 3
_HARDLY = 0.05  # how sure an answer to a question for a doctor is at most,
_DOUBT = 0.5  # by what it is less sure where a subject is named that the page says nothing of, or next to nothing said:
_LITTLE = 0.37  # a third of the rarest word,
_EXACTLY, _AS_ASKED = 0.9, 0.8  # unless that is how a page is called, or nearly how it is asked for
_COMPARED = 4.0  # what being one of two that are compared is worth: neighbours lead by 3, a third subject by 6
_VERBATIM, _CERTAIN = 0.99, 0.95  # a message that fits its template word for word, and how sure that or a name makes


@noun(frozen=True)
class Reply:
    """What came of a question.

    ``confidence`` in [0, 1] is how likely ``entry`` is the right page; ``beside`` another passage that answers nearly
    as well; ``myth`` is the key of a myth the question takes for granted; ``backing`` the claims nearest to the
    passage; ``frame`` the line of the user's code in a pasted traceback; ``nearest`` whether the page has no such
    message and is only the nearest cause; ``others`` the next best entries; ``further`` whether it goes on with a page
    that has been answered from, whose remedies have been told; ``terms`` how much each of the question tells.
    """

    question: str
    lang: Lang
    state: State
    confidence: float = 0.0
    entry: str | None = None
    passage: Passage | None = None
    beside: Passage | None = None
    myth: str | None = None
    compared: tuple[str, ...] = ()
    backing: tuple[str, ...] = ()
    error: str = ""
    frame: errors.Frame | None = None
    nearest: bool = False
    others: tuple[str, ...] = ()
    further: bool = False
    terms: Mapping[str, float] = EMPTY
    facts: Mapping[str, float] = EMPTY


def reply(library: Library, index: Index, question: str, lang: Lang | None = None) -> Reply:
    """The reply to ``question``; raises `Problem` when it is empty, or too long and no error message."""
    question = translated.named(question)
    text, pasted = checked(question)
    if not _fits(text, index) and (again := retyped.mended(question, index)) != question:
        meant, _ = checked(again)
        if _fits(meant, index):
            question, text = again, meant
    speak: Lang = lang or ("zh" if has_han(text) else "en")
    known = index.asked.get(letters(text)) or any(map(index.called.get, spelling(text).keys))
    printed = traced.was_printed(question) and not known
    fits = not printed or errors.recognise(text, index.errors)
    found = given(library, index, text, query.read(text, index), speak) if fits else None
    if found is None or (printed and not found.facts.get("error")):  # no template speaks for what comes first
        found = _unworded(library, index, text, traced.traced(question), speak)
    return changed(found, frame=errors.users_frame(question)) if pasted else found


def given(
    library: Library,
    index: Index,
    text: str,
    asked: query.Query,
    lang: Lang,
    only: Collection[int] | None = None,
    *,
    surely: bool = False,
) -> Reply:
    """The reply to ``text`` as it was ``asked``; ``only`` these entries are looked at, if given.

    ``surely`` gives the likeliest as an answer, for a question whose surroundings say that one of them is meant.
    """
    best = ranked(text, asked, index, only)
    if not best:
        return Reply(text, lang, "unknown")
    first, facts = best[0]
    limits = confidence.weights()
    sure = certainty(text, first, facts, index)
    if surely:
        sure = max(sure, limits["answer"])
    ids = [index.ids[one.number] for one, _ in best[: _SHOWN + 1]]
    judged = Reply(text, lang, "unknown", sure, facts=facts)
    found = _told(library, index, judged, asked, ids, limits, pasted=bool(first.error))
    if found.state != "answer":
        return found
    entry = library[ids[0]]
    return changed(
        found,
        myth=myth.premise(entry, text, asked.terms, index, lang),
        compared=comparison.compared(asked.sides, entry.id, ids, index) if facts["compared"] else (),
        error=first.template,
    )


def _fits(text: str, index: Index) -> bool:
    """Whether a template fits ``text`` word for word."""
    return any(one.score >= _VERBATIM for one in errors.recognise(text, index.errors)[:1])


def _unworded(library: Library, index: Index, text: str, error: traced.Traced, lang: Lang) -> Reply:
    """The reply to a message a program printed that no page has: the nearest cause, if it is near enough."""
    facts: Mapping[str, float] = {}
    limits: Mapping[str, Any] = retold.LIMITS
    if error.translated:
        told = retold.ranked(error.message, index)
        numbers, sure = [one.number for one in told], retold.probability(told)
    else:
        best = nearest.ranked(error, index)
        facts, limits = best[0].facts if best else {}, nearest.weights()
        numbers = [one.number for one in best]
        sure = nearest.probability(facts, limits["probability"]) if best else 0.0
    ids = [index.ids[number] for number in numbers[:_SHOWN]]
    judged = Reply(text, lang, "unknown", sure, facts=facts)
    found = _told(library, index, judged, query.Query(text), ids, limits, pasted=True)
    return changed(found, nearest=found.state != "unknown")


def _told(
    library: Library,
    index: Index,
    judged: Reply,
    asked: query.Query,
    ids: Sequence[str],
    limits: Mapping[str, float],
    *,
    pasted: bool,
) -> Reply:
    """What is told of the pages ``ids``, best first, by how sure the first is: it, a few of them, or none."""
    if judged.confidence < limits["suggest"]:
        return judged
    if judged.confidence < limits["answer"]:
        return changed(judged, state="suggest", others=tuple(ids[:_SHOWN]))
    entry = library[ids[0]]
    piece, beside = _passages(entry, index, judged.question, asked, judged.lang, pasted=pasted)
    backing = passage.backing(entry, piece, index, judged.lang)
    if beside and beside.part == "claim":
        backing, beside = tuple(dict.fromkeys((beside.key, *backing))), None
    return changed(
        judged,
        state="answer",
        entry=entry.id,
        passage=piece,
        beside=beside,
        backing=backing,
        others=tuple(ids[1:_SHOWN]),
        terms={term: weight * index.weight(term) for term, weight in asked.terms.items()},
    )


def certainty(text: str, first: rank.Candidate, facts: Mapping[str, float], index: Index) -> float:
    """How sure the first candidate is the answer to ``text``, in [0, 1]."""
    sure = confidence.probability(facts)
    if first.error >= _VERBATIM or first.spelled >= A_SLIP or facts["compared"]:
        return max(sure, _CERTAIN)
    if _elsewhere(text, first, index):
        return min(sure, _HARDLY)
    vague = (
        facts["matter"] < _LITTLE * rank.rarest(index)
        and max(facts["spelled"] - _EXACTLY, facts["asked"] - _AS_ASKED) < 0
    )
    return sure * _DOUBT if facts["foreign"] or vague else sure


def checked(question: str) -> tuple[str, bool]:
    """The question as it can be searched, and whether it is a pasted error; raises `Problem` when it is neither."""
    pasted = errors.looks_like_one(question)
    if not pasted and len(question) > LONGEST:
        raise Problem(
            Text(
                f"{len(question):,} characters are too long for a question", f"{len(question):,} 个字符，作为问题太长了"
            ),
            hint=Text(
                "ask in a sentence, or paste an error message or a traceback",
                "请用一句话提问，或粘贴报错信息、traceback",
            ),
        )
    if (
        question.count("\x00")
        or sum(not char.isprintable() and not char.isspace() for char in question[:4000])
        > 0.1 * len(question[:4000])
        > 0
    ):
        raise Problem(Text("that is not text", "这不是文本"), hint=Text("ask in a sentence", "请用一句话提问"))
    text = cleaned(errors.messages(question)[0] if pasted and len(question) > LONGEST else console.ended(question))
    if not any(char.isalnum() for char in text):
        raise Problem(
            Text("there is no question", "没有问题"),
            hint=Text('kb ask "does eval() stop gradients?"', "例如 kb ask eval() 之后还会反向传播吗"),
        )
    return text, pasted


def ranked(
    text: str, asked: query.Query, index: Index, only: Collection[int] | None = None
) -> list[tuple[rank.Candidate, dict[str, float]]]:
    """The candidates in the order of `confidence.order`, each with the facts its confidence is judged by.

    ``unquoted`` is 1 for a page on messages where the question quotes none: there are so many of them that one is
    easily the nearest to a question about something else. What it says of a tool are messages as well.
    """
    sides = asked.sides
    named = sides.numbers if sides else ()
    alike = errors.recognise(text, index.errors)
    quotes = bool(alike) or traced.was_printed(text) or errors.looks_like_one(text)
    best = rank.candidates(asked, index, alike, only, named)
    facts = [one.facts() for one in best]
    for one, fact in zip(best, facts, strict=True):
        fact["compared"] = float(
            one.number in named or (sides is not None and sides.both(index.names[one.number].keys))
        )
    scores = {
        one.number: confidence.order(fact) + _COMPARED * fact["compared"] for one, fact in zip(best, facts, strict=True)
    }
    order = sorted(zip(best, facts, strict=True), key=lambda both: _place(both[0], scores[both[0].number]))
    subjects = foreign.named(text)
    novel, mended, ours = rank.unknown(asked, index), rank.mended(asked, index), rank.ours(asked, index)
    for place, (one, fact) in enumerate(order):
        after = scores[order[place + 1][0].number] if place + 1 < len(order) else -math.inf
        fact["margin"] = math.tanh(max(0.0, scores[one.number] - after) / 2)
        fact["novel"] = novel
        fact["mended"] = mended
        fact["ours"] = ours
        fact["unquoted"] = float(not quotes and one.number in index.wordings.having)
        fact["foreign"] = float(
            sum(
                not index.speaks_of(subject, one.number) or (kind == foreign.TOOL and fact["unquoted"] > 0)
                for subject, kind in subjects.items()
            )
        )
    return order


def _place(one: rank.Candidate, score: float) -> tuple[float, bool, float, float, int]:
    """A page of that very name comes first, then the longest template that fits a message word for word, then others.

    Many a message is the name of the page on one of its causes, and fits a template of the page on all of them as well.
    """
    named = one.spelled if one.spelled >= A_SLIP else 0.0
    return -one.called, one.error < _VERBATIM, -named, -score, one.number


def _elsewhere(text: str, first: rank.Candidate, index: Index) -> bool:
    """Whether it is one for a doctor: about a disease or an organ the page says nothing of in its names, or a drug."""
    if index.kinds[first.number] not in ("polyp", "dataset"):
        return False
    return any(
        kind == foreign.CARE or (kind == foreign.BODY and not index.speaks_of(word, first.number))
        for word, kind in foreign.named(text).items()
    )


def _passages(
    entry: Entry, index: Index, text: str, asked: query.Query, lang: Lang, *, pasted: bool
) -> tuple[Passage, Passage | None]:
    if pasted and (found := passage.part(entry, ("why", "what_you_see"), lang)):
        return changed(found, text=clause.ordered(found.text, errors.sayings(text))), None
    return passage.best(entry, text, asked.terms, index, lang)
