"""A conversation: a question that leans on the one before is resolved against the entry then in focus."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from kb.ask import intent, passage, query, rank, reply
from kb.ask.index import Index
from kb.ask.passage import Passage
from kb.ask.regex import regex
from kb.ask.reply import Reply
from kb.ask.terms import SOUND
from kb.collection import Library
from kb.page import said
from kb.problem import Problem
from kb.text import Lang, Text
from kb.words import fold, has_han

# Words that point back: "此种情况下", "这5种", "and for segmentation?", "how do I fix it".
_BACK = regex(
    r"(?:此|这|那)种(?:情况|情形)?下?|此时|这个|这些|这样|这两|这几|这\d|那么|那如果|上述|上面|刚才|它们|它|其中|两者|呢[？?]?$|^那"
    r"|^(?:and|but|so|then|what about|how about)\b|\b(?:it|its|that|this|these|those|them|they|both)\b",
    re.IGNORECASE,
)
_ALL = regex(r"分别|逐一|逐个|一一|各自|每一?[种个]|\beach\b|one by one|all of (?:them|these)|both of", re.IGNORECASE)
_HOW_MUCH = regex(
    r"\bhow (?:many|much|long|big|large|small|often|old)\b|多少|多大|多久|多高|多长|几[个张例层步轮]", re.IGNORECASE
)
_MORE = regex(
    r"(?:please )?(?:tell me more|more|go on|continue|elaborate|in more detail|more details?)(?: please)?[.!?]?"
    r"|(?:请|能|可以)?(?:再|继续)?(?:说|讲)?(?:更多|继续|具体一点|详细(?:一?点|讲讲|说说)?|展开(?:讲讲|说说)?|多说一点)"
    r"[吗吧]?[。！？?]?",
    re.IGNORECASE,
)
_COUNT = regex(r"(\d+)\s*[种个类]|\b(\d+)\b|([两二三四五六七八九十])[种个类]")
_HAN_NUMBER = {char: n for n, char in enumerate("一二三四五六七八九十", 1)} | {"两": 2}
_NOTHING = 0.35  # a question with less matter of its own, in rare words, only says which part it wants
_OWN = 2.0  # and one with more is asked afresh
_STRANGE = 0.5  # of a question that is in words no page knows, it is about something else
_SURE = 0.9  # an answer as sure as this is what was asked for, whatever stood before
_FITS = 0.2  # the share of a question that must stand in the names or the summary of a neighbour
_FEWEST, _MOST = 2, 6  # entries told one by one


@dataclass(frozen=True)
class Turn:
    """What a turn gives: one reply, or several of which each tells one entry."""

    replies: tuple[Reply, ...]

    @property
    def known(self) -> bool:
        """Whether anything was found."""
        return any(one.state != "unknown" for one in self.replies)


class Session:
    """Remembers the entry in focus and those the last answer named."""

    def __init__(self, library: Library, index: Index, lang: Lang | None = None) -> None:
        self.library, self.index, self.lang = library, index, lang
        self.focus: str | None = None
        self.last: Reply | None = None
        self.shown: set[str] = set()

    def ask(self, question: str) -> Turn:
        """The turn that answers ``question``; raises `Problem` when it is empty or no text."""
        text, _ = reply.checked(question)
        lang = self.lang or self._spoken(text)
        if self.focus is None:
            return self._told([reply.reply(self.library, self.index, question, lang)])
        if _ALL.search(text) and (members := self._members(text)):
            return self._told([self._whole(text, name, lang) for name in members], keep=True)
        if _MORE.fullmatch(text) and (rest := self.more()):
            return self._told([self._quoted(text, rest[0], lang)])
        own = self._matter(text)
        alone = reply.reply(self.library, self.index, question, lang)
        bare = own < _NOTHING or (own < _OWN / 2 and alone.state != "answer")
        if bare and (piece := self._part(text, lang)):
            return self._told([self._quoted(text, piece, lang)])
        back = bool(_BACK.search(text))
        if back and (piece := self._in_training(text, lang)):
            return self._told([self._quoted(text, piece, lang)])
        if back or (alone.state != "answer" and own < _OWN):
            near = alone.state == "answer" and self._near(alone.entry)
            unsure = alone.state != "answer" or (alone.confidence < _SURE and not near and (back or own < _OWN))
            if unsure and (leaning := self._leaning(text, lang, back=back)):
                return self._told([leaning])
            if back and own < _OWN / 2 and not near and (itself := self._best(text, lang, {self._number})):
                return self._told([itself])
        return self._told([alone])

    def more(self) -> tuple[Passage, ...]:
        """The passages of the entry in focus that were not shown yet."""
        if not self.focus or not self.last:
            return ()
        every = passage.passages(self.library[self.focus], self.last.lang)
        return tuple(one for one in every if one.text not in self.shown)

    def _near(self, name: str | None) -> bool:
        """Whether the entry in focus names this one."""
        return name is not None and self.focus is not None and name in self.library[self.focus].related

    def _told(self, replies: list[Reply], keep: bool = False) -> Turn:
        first = replies[0]
        self.shown |= {told.text for one in replies for told in (one.passage, one.beside) if told}
        if first.entry:
            self.last = first
            self.focus = self.focus if keep else first.entry
        elif first.others:
            self.focus = first.others[0]  # the likeliest, until something better is known
        return Turn(tuple(replies))

    def _spoken(self, text: str) -> Lang:
        if has_han(text):
            return "zh"
        return (
            "zh"
            if self.last and self.last.lang == "zh" and self._matter(text) < _OWN / 2 and not text.isascii()
            else "en"
        )

    def _matter(self, text: str) -> float:
        """How much a question says by itself, counted in words as rare as a page's own name; strange words are rare."""
        asked = query.read(intent.bare(text), self.index)
        rare = 5.0
        known = sum(weight * self.index.table[term].rarity for term, weight in asked.terms.items() if term[0] != SOUND)
        return (known + rank.unknown(asked, self.index) * asked.total) / rare

    def _part(self, text: str, lang: Lang) -> Passage | None:
        """The part of the entry in focus a bare "why?" or "show me the code" asks for."""
        assert self.focus
        parts = tuple(part for part in intent.wanted(text) if part != "in_training")
        return passage.part(self.library[self.focus], (*parts, "body", "summary"), lang) if parts else None

    def _in_training(self, text: str, lang: Lang) -> Passage | None:
        """What the entry in focus says of training, for "and for segmentation?", unless a neighbour is called that."""
        assert self.focus
        rest = _BACK.sub(" ", text)
        named, besides = intent.on_training(rest)
        if not named or self._matter(besides) >= _NOTHING:
            return None
        if any(fold(rest) in key for number in self._neighbours() for key in self.index.names[number].keys):
            return None
        return passage.part(self.library[self.focus], ("in_training",), lang)

    def _neighbours(self) -> set[int]:
        """The entries the one in focus names, and those that name it."""
        naming = (i for i, related in enumerate(self.index.related) if self._number in related)
        return {*self.index.related[self._number], *naming}

    def _quoted(self, text: str, piece: Passage, lang: Lang) -> Reply:
        assert self.focus
        entry = self.library[self.focus]
        sure = self.last.confidence if self.last else 1.0
        backing = passage.backing(entry, piece, self.index, lang)
        return Reply(text, lang, "answer", sure, entry.id, piece, backing=backing, further=True)

    def _leaning(self, text: str, lang: Lang, *, back: bool) -> Reply | None:
        """The reply among the neighbours of the entry in focus, or from the entry itself; None when neither fits.

        A number is asked of the entry itself.
        """
        near = self._neighbours()
        asked = query.read(_BACK.sub(" ", text), self.index)  # "in this case" is no word of the answer
        if not back and rank.unknown(asked, self.index) > _STRANGE:
            return None
        circles = ({self._number}, near) if _HOW_MUCH.search(text) else (near, {self._number})
        for only in circles:
            best = reply.ranked(text, asked, self.index, only)
            if best and best[0][1]["core"] >= _FITS:
                return reply.given(self.library, self.index, text, asked, lang, only, surely=True)
        return None

    def _best(self, text: str, lang: Lang, only: set[int]) -> Reply | None:
        """The best answer these entries have, however little fits."""
        found = reply.given(self.library, self.index, text, query.read(text, self.index), lang, only, surely=True)
        return found if found.state == "answer" else None

    @property
    def _number(self) -> int:
        assert self.focus
        return self.index.number[self.focus]

    def _members(self, text: str) -> list[str]:
        """The entries the last answer spoke of, in the order it did; as many as the question counts."""
        assert self.focus
        entry = self.library[self.focus]
        names = [
            name
            for name in dict.fromkeys(entry.related)
            if name in self.library and self.library[name].kind == entry.kind
        ]
        count = _COUNT.search(text)
        number = (
            next((int(one) if one.isdigit() else _HAN_NUMBER[one] for one in count.groups() if one), 0) if count else 0
        )
        named = self._named(names, self.last.passage.text if self.last and self.last.passage else "")
        if len(named) < (number or _FEWEST):  # the passage names too few of them: as the whole page has them
            body = said(entry, "body", self.last.lang if self.last else "en")
            named = list(dict.fromkeys([*self._named(names, body), *named]))
        chosen = [*named, *(name for name in names if name not in named)]
        if not number and len(named) >= _FEWEST:
            chosen = named
        return chosen[: min(number or _MOST, 2 * _MOST)] if len(chosen) >= _FEWEST else []

    def _named(self, names: list[str], text: str) -> list[str]:
        """Those of the entries that ``text`` names, in the order it does."""
        places = {name: self._place(name, text) for name in names}
        return sorted((name for name in names if places[name] >= 0), key=places.__getitem__)

    def _place(self, name: str, text: str) -> int:
        """Where ``text`` first names the entry; -1 when it does not."""
        entry = self.library[name]
        names = (entry.title, *entry.aliases, entry.zh.title, *entry.zh.aliases)
        places = [text.find(one) for one in names if len(one) > 1]
        return min((place for place in places if place >= 0), default=-1)

    def _whole(self, text: str, name: str, lang: Lang) -> Reply:
        entry = self.library[name]
        parts = [said(entry, part, lang).strip() for part in ("summary", "look", "risk")]
        piece = Passage("summary", "\n\n".join(part for part in parts if part))
        return Reply(text, lang, "answer", 1.0, name, piece)


def history() -> Path:
    """The file that keeps the questions of a person's earlier sessions."""
    import platformdirs

    return platformdirs.user_state_path("trainoscope") / "questions"


def command(line: str) -> tuple[str, str] | None:
    """The name and argument of a line such as ``/lang zh``; None when it is a question; raises `Problem` if unknown."""
    if not line.startswith("/"):
        return None
    name, _, argument = line[1:].strip().partition(" ")
    if name not in COMMANDS:
        listed = ", ".join(f"/{one}" for one in COMMANDS)
        raise Problem(Text(f"no such command: /{name}", f"没有命令 /{name}"), hint=Text(listed, listed))
    return name, argument.strip()


COMMANDS = {
    "lang": Text("/lang zh or /lang en: the language of the answers", "/lang zh 或 /lang en：回答所用的语言"),
    "sources": Text("the sources of the last page", "上一个条目的文献"),
    "more": Text("the rest of the last page", "上一个条目的其余内容"),
    "help": Text("these commands", "显示这些命令"),
    "quit": Text("leave", "退出"),
}
