"""Begin an entry: a commented file of its kind, with the Chinese half in place, that `kb check` accepts once filled."""

from __future__ import annotations

import re
from pathlib import Path

from kb.choices import Kind
from kb.collection import FOLDERS
from kb.problem import Problem
from kb.refused import refused
from kb.text import Text

_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST = 80  # characters of an id; the longest of the built-in ones has half of it
_HEAD = """\
# {id}: a {kind}. Fill in what is empty; to use a field that begins with #, delete the #.
# 条目 {id}（{kind}）。请填写空着的字段；以 # 开头的字段去掉 # 即可使用。
# Then / 然后： kb check {file}
"""
# Each field: what it holds in English and Chinese, the lines of the English half, the lines of the Chinese half.
_FIELDS: dict[str, tuple[str, str, str]] = {
    "aliases": (
        "other names as people type them / 人们会输入的其他名称",
        "aliases: [another name of {id}]",
        "aliases: [{id} 的别名]",
    ),
    "asked": (
        "how people ask for it without its name, searched and not shown / 不说名称时人们怎么问，只供检索",
        "asked: [why does it ...]",
        "asked: [为什么会……]",
    ),
    "body": ("the explanation / 正文", "body: |\n  ...", "body: |\n  ……"),
    "look": ("how it looks through the endoscope / 内镜下表现", "look: |\n  ...", "look: |\n  ……"),
    "risk": (
        "risk of cancer, with its source in claims / 癌变风险，出处写在 claims",
        "risk: |\n  ...",
        "risk: |\n  ……",
    ),
    "management": ("what doctors do / 处理", "management: |\n  ...", "management: |\n  ……"),
    "in_training": (
        "what it means for training a network / 对训练网络的意义",
        "in_training: |\n  ...",
        "in_training: |\n  ……",
    ),
    "what_you_see": ("what it looks like / 现象", "what_you_see: |\n  ...", "what_you_see: |\n  ……"),
    "why": ("why it happens / 原因", "why: |\n  ...", "why: |\n  ……"),
    "fix": ("what to do, cheapest first / 解决办法，代价小的在前", "fix:\n  - ...", "fix:\n  - ……"),
    "wrong_when": ("when it does not apply / 何时不适用", "wrong_when:\n  - ...", "wrong_when:\n  - ……"),
    "errors": (
        "its error messages word for word, * for what varies / 报错原文，变化处写 *",
        'errors:\n  - "..."',
        "",
    ),
    "causes": (
        "causes that can be told apart / 可以区分的原因",
        "causes:\n  first-cause:\n    says: ...\n    fix: [...]",
        "causes:\n  first-cause:\n    says: ……\n    fix: [……]",
    ),
    "check": (
        "how `diagnose` looks for it; `kb check` tries the cases / `diagnose` 怎样检查它；`kb check` 会试跑各个案例",
        """\
check:
  detector: low
  watch: {{used: gpu-util}}
  with: {{points: 20, skip: 0.1, level: 50, full: 80, idle: 2}}
  severity: warning
  message: "{{subject}} is typically at {{level:.0f}}%"
  cases:
    steadily low: {{expect: found, series: {{gpu/utilization: 30 + 3*noise}}}}
    at work: {{expect: clear, series: {{gpu/utilization: 95 + noise}}}}
    not logged: {{expect: blind, series: {{train/loss: exp(-t/80)}}}}""",
        'message: "{{subject}} 通常只有 {{level:.0f}}%"',
    ),
    "snippets": (
        "code to copy / 可复制的代码",
        "snippets:\n  use:\n    says: ...\n    code: |\n      pass",
        "snippets:\n  use: ……",
    ),
    "claims": (
        "statements that can be true or false, each with its source / 可判真伪的结论，各有出处",
        "claims:\n  first-claim:\n    says: ...\n    cites: [source]",
        "claims:\n  first-claim: ……",
    ),
    "references": (
        "each needs a doi, a pmid or a url / 每条需要 doi、pmid 或 url",
        'references:\n  source: {{title: "...", authors: "...", year: 2024, url: "https://..."}}',
        "",
    ),
    "related": ("ids of pages to read next / 相关条目的 id", "related: []", ""),
}
_ALWAYS = ("claims", "references", "related")
_OF_KIND: dict[Kind, tuple[str, ...]] = {
    "polyp": ("body", "look", "risk", "management", "in_training"),
    "dataset": ("body", "in_training"),
    "concept": ("body", "why", "wrong_when", "snippets"),
    "pitfall": ("what_you_see", "why", "fix", "wrong_when", "errors", "snippets"),
    "symptom": ("what_you_see", "why", "check", "causes", "fix", "wrong_when"),
}


def new(kind: Kind, name: str, folder: Path) -> Path:
    """Write an empty entry ``name`` into ``folder``; its path. Raises `Problem` for a bad id and where a file is."""
    if not _ID.fullmatch(name) or len(name) > _LONGEST:
        raise Problem(
            Text(f"{name[:100]!r} cannot be an id", f"{name[:100]!r} 不能作为 id"),
            hint=Text(
                "small letters and digits joined by hyphens: cold-snare", "小写字母和数字，以连字符相连，如 cold-snare"
            ),
        )
    path = place(kind, name, folder)
    write(path, skeleton(kind, name, path))
    return path


def place(kind: Kind, name: str, folder: Path) -> Path:
    """The file of the entry ``name`` in ``folder``."""
    return folder / next(where for where, one in FOLDERS.items() if one == kind) / f"{name}.yaml"


def write(path: Path, text: str) -> None:
    """Write a new file; raises `Problem` where there is one already or none can be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        what = Text("there is such a file already; it was left as it is", "文件已存在，未作改动")
        raise Problem(what, path=path, hint=Text("choose another id", "请换一个 id")) from None
    except OSError as error:
        why = refused(error)
        what = Text(f"cannot be written ({why.en})", f"无法写入（{why.zh}）")
        raise Problem(what, path=path) from None


def skeleton(kind: Kind, name: str, path: Path) -> str:
    """The text of an empty entry: titles and summaries to fill, the other fields of its kind as comments."""
    fields = ("aliases", "asked", *_OF_KIND[kind], *_ALWAYS)
    lines = ["title:", "# one or two sentences / 一两句话", "summary:"]
    chinese = ["zh:", "  title:", "  summary:"]
    for field in fields:
        about, english, translated = _FIELDS[field]
        lines += [f"# {about}", *_commented(english.format(id=name))]
        chinese += _commented(translated.format(id=name), "  ")
    return _HEAD.format(id=name, kind=kind, file=path) + "\n".join([*lines, *chinese]) + "\n"


def _commented(text: str, indent: str = "") -> list[str]:
    return [f"#{indent}{line}" for line in text.splitlines()]
