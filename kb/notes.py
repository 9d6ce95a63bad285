"""Turn notes of questions and answers into draft entries, one a heading, so that no line of the notes is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from kb import draft, library
from kb.choices import Kind
from kb.entry import Entry
from kb.problem import Problem
from kb.prose import Line
from kb.refused import refused
from kb.text import Lang, Text
from kb.words import has_han

_HEADING = re.compile(r" {0,3}####(?!#)[ \t]*(.*)")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_SENTENCE = re.compile(r".+?(?:[。！？!?]|\.(?=\s)|$)")
_LARGEST = 20_000_000  # bytes of a file of notes
_LARGEST_ENTRY = 1_900_000  # bytes; a little below what a page may have
_LONGEST = 40  # characters of an id made from a heading
_SPACES = "\n\t\u00a0\u3000"  # what a block of text may hold beside what is printable


@dataclass(frozen=True)
class Section:
    """A heading and the lines below it; ``first`` and ``last`` are their numbers in the file, from 1."""

    heading: str
    lines: tuple[str, ...]
    first: int

    @property
    def last(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines)


@dataclass(frozen=True)
class Imported:
    """Where each part of the notes went: drafts written, headings that have an entry already, lines without one."""

    written: tuple[tuple[Section, Path], ...]
    there: tuple[tuple[Section, Path], ...]
    loose: tuple[int, ...]


def read(path: Path) -> str:
    """The text of the notes, UTF-8 or GB 18030; raises `Problem` where it is none."""
    try:
        raw = path.read_bytes() if path.stat().st_size <= _LARGEST else None
    except OSError as error:
        why = refused(error)
        raise Problem(Text(f"cannot be read ({why.en})", f"无法读取（{why.zh}）"), path=path) from None
    if raw is None:
        raise Problem(Text("is too large for notes", "作为笔记太大了"), path=path)
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Problem(
        Text("holds no text", "里面不是文本"),
        path=path,
        hint=Text("save the notes as UTF-8", "请把笔记另存为 UTF-8 编码"),
    )


def sections(text: str) -> tuple[list[Section], list[str]]:
    """The parts of the notes in order, and the lines before the first heading; a heading in code is code."""
    before: list[str] = []
    found: list[tuple[str, list[str], int]] = []
    fence = ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), 1):
        heading = None if fence else _HEADING.fullmatch(line)
        if heading:
            found.append((heading[1].strip(), [], number))
            continue
        (found[-1][1] if found else before).append(line)
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            fence = ""
    return [Section(heading, tuple(lines), first) for heading, lines, first in found], before


def import_(path: Path, folder: Path, kind: Kind = "concept") -> Imported:
    """Write a draft entry into ``folder`` for each ``####`` heading of the notes; nothing that is there is changed.

    Raises `Problem` when the notes cannot be read, have no such heading, or a draft cannot be written.
    """
    parts, before = sections(read(path))
    if not parts:
        raise Problem(
            Text("has no heading of a question", "没有问题标题"),
            path=path,
            hint=Text("a question is a line that begins with ####", "问题是以 #### 开头的一行"),
        )
    titles = {entry.title: entry.path for entry in _readable(folder)}
    taken = {one.stem for layer in library.layers(folder) for one in library.files(layer)}
    plan: list[tuple[Section, Path, str]] = []
    there: list[tuple[Section, Path]] = []
    for number, part in enumerate(parts, 1):
        title = part.heading or _summary(part) or f"{path.stem} {number}"
        if title in titles:
            there.append((part, titles[title]))
            continue
        name = _free(_slug(part.heading) or f"{_slug(path.stem) or 'note'}-{number:02}", taken)
        taken.add(name)
        text = _entry(part, title, path)
        if len(text.encode()) > _LARGEST_ENTRY:
            raise Problem(
                Text("this answer is too long for an entry", "这个回答太长，不能作为一个条目"),
                path=path,
                line=part.first,
                hint=Text("divide it by a #### heading", "请用 #### 标题分开"),
            )
        plan.append((part, draft.place(kind, name, folder), text))
    for _, file, text in plan:
        draft.write(file, text)
    loose = tuple(number for number, line in enumerate(before, 1) if line.strip())
    return Imported(tuple((part, file) for part, file, _ in plan), tuple(there), loose)


def told(found: Imported, folder: Path, lang: Lang) -> list[Line]:
    """Where every part of the notes went, for a person to read."""
    lines = [_went(part, path, "", lang) for part, path in found.written]
    if found.there:
        count = len(found.there)
        said = Text(f"{count} had an entry already; left as it is:", f"已有 {count} 篇同名条目，未作改动：")
        lines.append(Line("heading", said.of(lang)))
        lines += [_went(part, path, "  ", lang) for part, path in found.there]
    for number in found.loose:
        said = Text(
            f"line {number} stands before the first heading and is in no draft",
            f"第 {number} 行在第一个标题之前，没有放进任何草稿",
        )
        lines.append(Line("error", said.of(lang)))
    count = len(found.written)
    said = Text(
        f"{count} drafts in {folder}; each is marked as one until you review it: kb check {folder}",
        f"{count} 篇草稿，位于 {folder}；审阅之前都带有草稿标记：kb check {folder}",
    )
    return [*lines, Line("dim", said.of(lang))]


def _went(part: Section, path: Path, indent: str, lang: Lang) -> Line:
    where = Text(f"lines {part.first}-{part.last}", f"第 {part.first}-{part.last} 行").of(lang)
    return Line("text", f"{indent}{path.stem}  {where}  {part.heading[:60]}")


def _readable(folder: Path) -> Iterator[Entry]:
    for file in library.files(folder):
        try:
            yield library.read_entry(file)
        except Problem:
            continue  # `kb check` complains about it; here it only cannot be compared


def _slug(heading: str) -> str:
    """The Latin words of a heading as an id, or nothing where they do not make a name."""
    words = re.findall(r"[a-z0-9]+", heading.lower())
    while len("-".join(words)) > _LONGEST and len(words) > 1:
        words.pop()
    slug = "-".join(words)
    return slug if re.search(r"[a-z]{2}", slug) and len(slug) <= _LONGEST else ""


def _free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it where another entry has it: a draft hides no page."""
    number = 1
    while (free := name if number == 1 else f"{name}-{number}") in taken:
        number += 1
    return free


def _entry(part: Section, title: str, notes: Path) -> str:
    body = "\n".join(part.lines).strip("\n").rstrip()
    chinese = has_han(title + body)
    heading, summary = _quoted(title), _quoted(_summary(part) or title)
    source = _quoted(notes.name)
    lines = [
        f"# From {source}, lines {part.first}-{part.last}: not reviewed. Correct it, write the other language, then",
        "# delete the next line. / 导入自笔记，尚未审阅。请核对、补上另一种语言，然后删去下一行。",
        "draft: true",
        f"title: {heading}",
        f"summary: {summary}",
    ]
    if not chinese:
        lines += _block(body, "")
    lines += ["zh:", f"  title: {heading}", f"  summary: {summary}"]
    if chinese:
        lines += _block(body, "  ")
    return "\n".join(lines) + "\n"


def _summary(part: Section) -> str:
    """The first sentence of the answer that is not code."""
    for line in part.lines:
        if _FENCE.match(line):
            break
        if found := _SENTENCE.match(line.strip()):
            return found[0]
    return ""


def _block(body: str, indent: str) -> list[str]:
    if not body.strip():
        return []
    if all(char.isprintable() or char in _SPACES for char in body):
        return [f"{indent}body: |2", *(f"{indent}  {line}" if line else "" for line in body.split("\n"))]
    return [f"{indent}body: {_quoted(body)}"]


def _quoted(text: str) -> str:
    """The text as one line of YAML, whatever characters it holds."""
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=10**9).strip()
