"""One self-contained page: no script, nothing loaded from elsewhere, light and dark as the reader's screen is."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from diagnose import overview, plot, rates, telling
from diagnose.finding import Diagnosis, Examined
from diagnose.run import Note, Run
from diagnose.story import Chapter, story
from diagnose.tally import Tally, health
from kb.neutral import neutral
from kb.text import Lang, Text

_STYLE = """
:root{color-scheme:light dark;--page:#fff;--ink:#1c2126;--dim:#5d6670;--line:#d8dde2;--box:#f5f7f9;
--error:#c62828;--warning:#a15c00;--info:#1565c0;--curve:#1565c0;--stretch:#f6c34466}
@media(prefers-color-scheme:dark){:root{--page:#14181c;--ink:#e4e8ec;--dim:#9aa4ae;--line:#333b43;--box:#1d2329;
--error:#ff7b72;--warning:#e3a13c;--info:#79b8ff;--curve:#79b8ff;--stretch:#8a6a1a88}}
body{margin:0 auto;max-width:52rem;padding:1rem;background:var(--page);color:var(--ink);
font:16px/1.55 system-ui,sans-serif}
h1{font-size:1.4rem}h2{font-size:1.15rem;border-bottom:1px solid var(--line)}h3{font-size:1rem;margin:0 0 .3rem}
body,code{overflow-wrap:anywhere}code{background:var(--box);padding:0 .2em;font-size:.9em}
article{border-left:4px solid var(--line);background:var(--box);padding:.7rem 1rem;margin:1rem 0}
article.error{border-color:var(--error)}article.warning{border-color:var(--warning)}article.info{border-color:var(--info)}
.error>h3{color:var(--error)}.warning>h3{color:var(--warning)}.info>h3{color:var(--info)}
small,.dim,.axis{color:var(--dim)}
small{display:inline-block}ul{padding-left:1.3rem}article code{background:var(--page)}
.axis{font-size:.8rem;margin:0}summary{cursor:pointer}
svg{width:100%;height:auto;background:var(--page);border:1px solid var(--line)}
polyline{fill:none;stroke:var(--curve);stroke-width:1.5}.stretch{fill:var(--stretch)}.broken{stroke:var(--error)}
"""
_RATES = 3  # schedules told of a run
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"  # whatever slipped through could load and run nothing


def render(diagnosis: Diagnosis, lang: Lang) -> str:
    """The whole page: the sum, each run with its findings in the order of the story, then what was not judged."""
    states: Counter[str] = Counter(verdict.state for verdict in diagnosis.verdicts())
    summed = overview.summed(states, lang)
    title = Text("Diagnosis of training runs", "训练诊断报告").of(lang)
    parts = [
        f'<!doctype html>\n<html lang="{"zh-CN" if lang == "zh" else "en"}"><head><meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f"<title>{title}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1><p>{summed}</p>",
    ]
    alone = len(diagnosis.examined) == 1
    told = [one for one in diagnosis.examined if alone or health(one) in {"ill", "odd"}]
    for one in told:
        parts += _run(one, lang)
    quiet = [one for one in diagnosis.examined if not alone and health(one) not in {"ill", "odd"}]
    parts += _folded(
        Text("Runs in which nothing was found", "未发现问题的运行"), [_quiet(one, lang) for one in quiet], lang
    )
    tally = Tally()
    for one in diagnosis.examined:
        tally.add(one)
    parts += _unseen(tally, lang)
    parts += _folded(
        Text("What was changed", "改动过的设置"), [_said(one.of(lang)) for one in diagnosis.overridden], lang
    )
    unread = [_noted(note, lang) for note in diagnosis.unread]
    if diagnosis.strangers:
        unread.append(_said(telling.strangers(diagnosis.strangers).of(lang)))
    parts += _folded(Text("Files that held no run", "没有读出训练的文件"), unread, lang)
    return "\n".join([*parts, "</body></html>"])


def _run(examined: Examined, lang: Lang) -> Iterator[str]:
    run = examined.run
    yield f"<section><h2>{_said(run.name)}</h2><p class=dim>{_said(telling.read_from(run, lang))}</p>"
    yield from (f"<p class=dim>{_said(line)}</p>" for line in rates.lines(run, lang, _RATES))
    for chapter in story(examined.verdicts):
        yield from _finding(run, chapter, lang)
    for one in examined.verdicts:
        if one.state in {"broke", "waived"} and one.reason:
            yield f"<p>{_said(telling.left_out(one, lang, '`{}`'.format))}</p>"
    clear = [
        f"{_said(telling.well(one.entry, lang))} <small>{one.entry.id}</small>"
        for one in examined.verdicts
        if one.state == "clear"
    ]
    yield from _folded(Text("Looked at and clear", "检查正常"), clear, lang)
    yield from _folded(Text("How the files were read", "文件读取说明"), [_noted(one, lang) for one in run.notes], lang)
    yield "</section>"


def _finding(run: Run, chapter: Chapter, lang: Lang) -> Iterator[str]:
    verdict = chapter.verdict
    seen = verdict.evidence
    assert seen is not None
    title = f"{_said(telling.title(verdict.entry, lang))} <small>{_said(telling.marks(verdict, lang))}</small>"
    yield f"<article class={telling.worst(chapter)}><h3>{title}</h3><p>{_said(verdict.message(lang))}</p>"
    if also := telling.also(chapter, lang):
        yield f"<p>{_said(also)}</p>"
    series = next((one for one in run.series if one.name == seen.subject), None)
    if series is not None:
        yield plot.svg(series, seen.first, seen.last, lang)
    if because := verdict.because(lang):
        yield f"<p>{Text('cause: ', '原因：').of(lang)}{_said(because)}</p>"
    yield f"<ul>{''.join(f'<li>{_said(step)}</li>' for step in verdict.fix(lang))}</ul>"
    if chapter.consequences:
        yield f"<p>{Text('this also explains:', '这也解释了：').of(lang)}</p><ul>"
        for one in chapter.consequences:
            text = telling.follows(one, lang, one.verdict.message(lang))
            yield f"<li>{_said(text)} <small>kb lookup {one.verdict.entry.id}</small></li>"
        yield "</ul>"
    yield f"<small>kb lookup {verdict.entry.id}</small></article>"


def _unseen(tally: Tally, lang: Lang) -> Iterator[str]:
    groups, awaiting = telling.unseen(tally.blind.values(), tally)
    items, comma = [], "、" if lang == "zh" else ", "
    for group in groups:
        code = "".join(f"<br><code>{_bare(one)}</code>" for one in group.log_it)
        items.append(f"{_said(group.reason.of(lang))} <small>{comma.join(group.symptoms)}</small>{code}")
    if awaiting:
        known = Text("Known, but not looked for in this version: ", "已收录，但此版本尚不检查：").of(lang)
        items.append(f"{known}{comma.join(awaiting)}")
    yield from _folded(
        Text("Could not be judged, and what to log for it", "无法判断的项目，以及需要记录什么"), items, lang
    )


def _quiet(examined: Examined, lang: Lang) -> str:
    states: Counter[str] = Counter(verdict.state for verdict in examined.verdicts)
    return f"{_said(examined.run.name)}{Text(': ', '：').of(lang)}{overview.summed(states, lang)}"


def _noted(note: Note, lang: Lang) -> str:
    return f"<code>{_bare(telling.place(note))}</code>{Text(': ', '：').of(lang)}{_said(note.what.of(lang))}"


def _folded(title: Text, items: Sequence[str], lang: Lang) -> Iterator[str]:
    """A list behind a click; nothing when there are no items."""
    if items:
        count = Text(f" ({len(items)})", f"（{len(items)}）").of(lang)
        yield f"<details><summary>{title.of(lang)}{count}</summary><ul>"
        yield from (f"<li>{one}</li>" for one in items)
        yield "</ul></details>"


def _said(text: str) -> str:
    """A sentence, its backticks as code."""
    return re.sub(r"`([^`\n]+)`", r"<code>\1</code>", _bare(text))


def _bare(text: str) -> str:
    return html.escape(neutral(text))
