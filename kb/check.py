"""Check files of entries as a reviewer would: their shape, what they point to, both languages, every name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kb import bilingual, library, proofread, sources
from kb.bilingual import Route
from kb.collection import FOLDERS, Meaning
from kb.entry import Entry
from kb.library import AMBIGUOUS, BUILT_IN
from kb.problem import Problem, did_you_mean
from kb.proofread import Page
from kb.text import Text
from kb.words import fold


def check(path: Path) -> list[Problem]:
    """Everything wrong with the file or folder, by file and line; raises `Problem` when there is nothing to check.

    One entry is held against the others of its tree: the folder that has ``polyps``, ``concepts``, ... in it.
    """
    problems: list[Problem] = []
    pages: list[Page] = []
    words: dict[str, tuple[Meaning, ...]] = {}
    given = entry_files(path)
    for file in given:
        try:
            if file.suffix != ".yaml":
                raise _suffix(file)
            if file.name == AMBIGUOUS:
                words = library.read_ambiguous(file)
            else:
                pages.append(Page(*library.read_placed(file)))
        except Problem as problem:
            problems.append(problem)
    tree = tree_of(path)
    known = {file.stem for file in (*library.files(BUILT_IN), *library.files(tree), *given)}
    others = [entry for file in library.files(tree) if file not in given and (entry := _readable(file))]
    words = words or _words(tree)
    for page in pages:
        problems += [
            *_draft(page),
            *_links(page, known),
            *_evidence(page),
            *_languages(page),
            *proofread.punctuation(page),
        ]
    problems += [*_names(pages, others, words), *_meanings(tree, words, known)]
    return in_order(problems)


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems by file and line."""
    return sorted(problems, key=lambda one: (str(one.path), one.line or 0, one.column or 0))


def entry_files(path: Path) -> list[Path]:
    """The file given, or every entry file below the folder; raises `Problem` when there is none."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise Problem(Text("no such file or folder", "没有这个文件或文件夹"), path=path)
    found = sorted(one for one in path.rglob("*") if _is_entry(one))
    if not found:
        raise Problem(
            Text("holds no entries", "里面没有条目"),
            path=path,
            hint=Text("an entry is a file called <id>.yaml", "条目是名为 <id>.yaml 的文件"),
        )
    return found


def _is_entry(path: Path) -> bool:
    """Whether a file looks like an entry; editors hide locks and copies beside it, behind a dot."""
    return path.suffix.lower() in (".yaml", ".yml") and not path.name.startswith(".") and path.is_file()


def _suffix(file: Path) -> Problem:
    return Problem(
        Text("an entry's file name ends in .yaml", "条目的文件名应以 .yaml 结尾"),
        path=file,
        hint=Text(f"rename it to {file.stem}.yaml", f"请改名为 {file.stem}.yaml"),
    )


def tree_of(path: Path) -> Path:
    """The folder that has ``polyps``, ``concepts``, ... in it, of a file or folder within."""
    folder = path if path.is_dir() else path.parent
    return folder.parent if folder.absolute().name in FOLDERS else folder


def _readable(file: Path) -> Entry | None:
    try:
        return library.read_entry(file)
    except Problem:
        return None  # not one of the files asked about


def _words(tree: Path) -> dict[str, tuple[Meaning, ...]]:
    try:
        return library.read_ambiguous(tree / AMBIGUOUS)
    except Problem:
        return {}


def _draft(page: Page) -> Iterator[Problem]:
    if page.entry.draft:
        what = Text("still marked as a draft", "仍标记为草稿")
        hint = Text("review it, then delete this line", "请审阅，然后删去这一行")
        yield page.problem(("draft",), what, hint)


def _links(page: Page, known: set[str]) -> Iterator[Problem]:
    """Ids that no file has, and names that no claim of the page has."""
    entry = page.entry
    ids: list[tuple[Route, str]] = [(("related", index), name) for index, name in enumerate(entry.related)]
    ids += [(("leads_to", index), name) for index, name in enumerate(entry.leads_to)]
    for word, cause in entry.causes.items():
        ids += [(("causes", word, "see", index), name) for index, name in enumerate(cause.see)]
    for route, name in ids:
        if name not in known:
            yield page.problem(
                route, Text(f"no entry called {name!r}", f"没有名为 {name!r} 的条目"), did_you_mean(name, known)
            )
    for name, myth in entry.myths.items():
        if myth.see and myth.see not in entry.claims:
            what = Text(f"the page has no claim {myth.see!r}", f"本页没有名为 {myth.see!r} 的结论")
            yield page.problem(("myths", name, "see"), what, did_you_mean(myth.see, entry.claims))
    for name in entry.check.because if entry.check else ():
        if entry.check and name not in entry.check.with_:
            what = Text(f"'with' has no number {name!r}", f"'with' 中没有数字 {name!r}")
            yield page.problem(("check", "because", name), what, did_you_mean(name, entry.check.with_))


def _evidence(page: Page) -> Iterator[Problem]:
    """Claims without a source, sources that nobody can look up."""
    entry = page.entry
    for name, claim in entry.claims.items():
        if entry.kind == "polyp" and not claim.cites:
            yield page.problem(
                ("claims", name), Text("a claim about polyps needs a reference", "关于息肉的结论必须有参考文献")
            )
        for index, cite in enumerate(claim.cites):
            if cite not in entry.references:
                what = Text(f"no reference called {cite!r}", f"没有名为 {cite!r} 的参考文献")
                yield page.problem(("claims", name, "cites", index), what, did_you_mean(cite, entry.references))
    for name, reference in entry.references.items():
        if not (reference.doi or reference.pmid or reference.url):
            what = Text("a reference needs a doi, a pmid or a url", "参考文献需要 doi、pmid 或 url")
            yield page.problem(("references", name), what)
        for field, what, hint in sources.wrong(reference):
            yield page.problem(("references", name, field), what, hint)


def _languages(page: Page) -> Iterator[Problem]:
    for route in bilingual.untranslated(page.entry):
        yield page.problem(route, Text(f"{_spelt(route)} has no Chinese", f"{_spelt(route)} 缺少中文"))
    for route in bilingual.unmatched(page.entry):
        yield page.problem(route, Text(f"{_spelt(route)} has no English", f"{_spelt(route)} 没有对应的英文"))


def _spelt(route: Route) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in route).lstrip(".")


def _names(pages: list[Page], others: list[Entry], words: dict[str, tuple[Meaning, ...]]) -> Iterator[Problem]:
    """Names that lead to two entries, or nowhere."""
    owners: dict[str, Entry] = {}
    ids = {entry.id: entry for entry in others}
    for entry in others:
        for _, name in _named(entry):
            owners.setdefault(fold(name), entry)
    for page in pages:
        entry = page.entry
        if ids.setdefault(entry.id, entry) is not entry:
            where = ids[entry.id].path
            yield page.problem((), Text(f"{where} has the same id", f"与 {where} 的 id 相同"))
            continue
        for route, name in _named(entry):
            key = fold(name)
            if not key:
                yield page.problem(route, Text(f"{name!r} has no letter or digit", f"{name!r} 中没有文字或数字"))
            elif key in words:
                if entry.id not in {meaning.entry for meaning in words[key]}:
                    yield page.problem(
                        route,
                        Text(
                            f"{name!r} is ambiguous and none of its meanings leads here",
                            f"{name!r} 是多义词，但没有一个含义指向本页",
                        ),
                        Text(f"add {entry.id} to it in {AMBIGUOUS}", f"请在 {AMBIGUOUS} 中为它加上 {entry.id}"),
                    )
            elif owners.setdefault(key, entry).id != entry.id:
                yield page.problem(
                    route,
                    Text(f"{name!r} is also a name of {owners[key].id!r}", f"{name!r} 也是 {owners[key].id!r} 的名称"),
                    Text(f"keep it in one, or declare it in {AMBIGUOUS}", f"请只保留一处，或在 {AMBIGUOUS} 中声明"),
                )


def _named(entry: Entry) -> Iterator[tuple[Route, str]]:
    yield (), entry.id
    yield ("title",), entry.title
    yield ("zh", "title"), entry.zh.title
    for index, name in enumerate(entry.aliases):
        yield ("aliases", index), name
    for index, name in enumerate(entry.zh.aliases):
        yield ("zh", "aliases", index), name


def _meanings(tree: Path, words: dict[str, tuple[Meaning, ...]], known: set[str]) -> Iterator[Problem]:
    for word, meanings in words.items():
        for meaning in meanings:
            if meaning.entry and meaning.entry not in known:
                yield Problem(
                    Text(
                        f"{word!r} leads to {meaning.entry!r}, which no file is",
                        f"{word!r} 指向不存在的条目 {meaning.entry!r}",
                    ),
                    path=tree / AMBIGUOUS,
                    hint=did_you_mean(meaning.entry, known),
                )
