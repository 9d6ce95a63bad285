"""The ``diagnose`` command: judge runs, show what was read, list and explain what can be looked for."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from cli import deliver, door, language, pager, paint, shelf
from cli.language import both
from cli.options import Bar, Folder, Form, Lang, Mapped, Numbers, Paths, Plain, Speech, Waived, Whole, path
from cli.progress import Progress
from cli.wishes import wishes
from diagnose import reports
from kb.prose import Line

Formats = StrEnum("Formats", [(name, name) for name in reports.formats()])  # type: ignore[misc] # the folder is the list


app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=both(
        "What is wrong with a training run, why, and what to do.", "诊断训练过程：出了什么问题、为什么、怎么办。"
    ),
)


def main(argv: Sequence[str] | None = None, program: str = "diagnose") -> int:
    """Run ``diagnose`` with ``argv`` (the process's own if None); gives the exit code."""
    return door.run(app, argv, program)


def _symptoms(incomplete: str) -> list[str]:
    """For the shell's completion."""
    from kb import printed

    pages = printed.kept(printed.layers())
    cards = pages.cards() if pages else ()
    return [one.id for one in cards if one.kind == "symptom" and one.id.startswith(incomplete)]


def _version(wanted: bool) -> None:
    if wanted:
        paint.show([Line("text", f"trainoscope {door.version()}")])
        raise typer.Exit


@app.callback()
def _diagnose(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=both("print the version", "显示版本号"))
    ] = False,
    _lang: Lang = Speech.auto,
) -> None:
    """Options of ``diagnose`` itself."""


@app.command(help=both("Judge every run found under the paths.", "诊断路径下的每一次训练。"))
def run(
    paths: Paths,
    form: Annotated[Formats, typer.Option("--format", help=both("how to print it", "输出格式"))] = Formats.text,  # type: ignore[attr-defined] # read from the folder
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="FILE", help=both("write to a file; - is the screen", "写入文件；- 表示屏幕")),
    ] = None,
    bar: Annotated[
        Bar, typer.Option("--fail-on", help=both("exit with 1 from this severity on", "达到该级别时退出码为 1"))
    ] = Bar.warning,
    lang: Lang = Speech.auto,
    mapped: Mapped = None,
    numbers: Numbers = None,
    waive: Waived = None,
    folder: Folder = None,
    verbose: Annotated[
        bool,
        typer.Option(
            "-v", "--verbose", help=both("also what was clear, and every note", "同时列出正常的项目和全部说明")
        ),
    ] = False,
) -> int:
    """Exit code 0: nothing at or above the bar; 1: something found; 2: could not do as asked."""
    from diagnose import clinic, settings
    from diagnose.finding import SEVERITIES

    out = None if out == Path("-") else out
    deliver.refuse_early(out)
    speak = language.choose(lang)
    asked = wishes(folder, speak, mapped=mapped, numbers=numbers, waive=waive)
    rounds = clinic.Rounds(paths, asked.pages, roles=asked.roles, waived=asked.waived, overridden=asked.said)
    progress = Progress(paths, speak)
    coming = progress.along(rounds, lambda: rounds.survey.files)
    going = tuple(coming) if mapped else coming
    if isinstance(going, tuple):  # a slip of the pen shows when all curves are known
        clinic.claimed(settings.roles(mapped or ()), (one.run for one in going))
    if form.value == "text" and out is None:
        from diagnose.reports import text
        from diagnose.tally import Tally

        tally = Tally()
        for part in text.parts_of(going, rounds.rest, speak, paint.width(), everything=verbose, tally=tally):
            progress.aside()
            paint.show(part)
            sys.stdout.flush()
        worst = tally.worst
    else:
        examined = tuple(going)
        diagnosis = replace(rounds.rest(), examined=examined)
        if form.value == "json" and out is None:
            from diagnose.reports import json

            paint.show_json(json.as_data(diagnosis))
        else:
            deliver.report(reports.report(form.value).render(diagnosis, speak), out)
        worst = diagnosis.worst()
    if worst is None or bar is Bar.never:
        return 0
    return 1 if SEVERITIES.index(worst) >= SEVERITIES.index(bar.value) else 0


@app.command(
    help=both("Show what was read, and which role each curve was given.", "显示读到了什么，以及每条曲线的角色。")
)
def series(
    paths: Paths, form: Form = Plain.text, lang: Lang = Speech.auto, mapped: Mapped = None, folder: Folder = None
) -> int:
    """File, name, role, why, points and range of every curve."""
    from diagnose import clinic, reading, settings

    speak = language.choose(lang)
    asked = wishes(folder, speak, mapped=mapped)
    runs = clinic.read(paths, asked.pages, roles=asked.roles)
    clinic.claimed(settings.roles(mapped or ()), runs)
    if form is Plain.json:
        from diagnose.reports import json

        paint.show_json(json.as_read(runs))
    else:
        pager.show(reading.lines(runs, speak, paint.width()))
    return 0


@app.command(help=both("Show tensors, gates and optimizer of checkpoints.", "显示检查点中的张量、门控与优化器。"))
def checkpoint(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH...",
            parser=path,
            help=both("checkpoint files, or folders that hold some", "检查点文件，或含有检查点的文件夹"),
        ),
    ],
    form: Form = Plain.text,
    lang: Lang = Speech.auto,
    folder: Folder = None,
    verbose: Whole = False,
) -> int:
    """One table a file: groups with rate and decay, gates with values, tensors with norm and zeros."""
    from diagnose import clinic, contents

    speak = language.choose(lang)
    runs = clinic.read_checkpoints(paths, shelf.symptoms(folder, speak)[0])
    if form is Plain.json:
        from diagnose import as_listed

        paint.show_json(as_listed.checkpoints(runs))
    else:
        pager.show(contents.lines(runs, speak, paint.width(), whole=verbose))
    return 0


@app.command(help=both("Compare two runs, or two folders of runs.", "比较两次训练，或两个文件夹里的训练。"))
def compare(
    a: Annotated[
        Path,
        typer.Argument(
            metavar="A", parser=path, help=both("a run, or a folder of runs", "一次训练，或一组训练的文件夹")
        ),
    ],
    b: Annotated[
        Path, typer.Argument(metavar="B", parser=path, help=both("what it is compared with", "与之比较的另一方"))
    ],
    form: Form = Plain.text,
    lang: Lang = Speech.auto,
    mapped: Mapped = None,
    numbers: Numbers = None,
    waive: Waived = None,
    folder: Folder = None,
) -> int:
    """Exit code 1: B shows something at warning or above that A does not."""
    from diagnose import clinic, settings, side_by_side
    from diagnose import compare as comparing

    speak = language.choose(lang)
    asked = wishes(folder, speak, mapped=mapped, numbers=numbers, waive=waive)
    sides = [clinic.diagnose([one], asked.pages, roles=asked.roles, waived=asked.waived).examined for one in (a, b)]
    clinic.claimed(settings.roles(mapped or ()), (one.run for side in sides for one in side))
    seen = comparing.compare(sides[0], sides[1], asked.pages)
    if form is Plain.json:
        paint.show_json(side_by_side.as_data(seen))
    else:
        told = [Line("dim", one.of(speak)) for one in asked.said]
        pager.show([*side_by_side.lines(seen, speak, paint.width()), *told])
    return int(any(one.side == "b" and one.verdict.severity != "info" for one in seen.verdicts))


@app.command(help=both("Follow growing logs and tell what changes.", "跟踪正在写入的日志，报告变化。"))
def watch(
    paths: Paths,
    every: Annotated[
        float,
        typer.Option("--every", min=0, metavar="SECONDS", help=both("seconds between two looks", "两次查看之间的秒数")),
    ] = 10.0,
    looks: Annotated[
        int,
        typer.Option(
            "--looks",
            min=0,
            metavar="COUNT",
            help=both("stop after so many looks; 0: never", "看这么多次后停止；0 表示不停"),
        ),
    ] = 0,
    bar: Annotated[
        Bar, typer.Option("--fail-on", help=both("stop with 1 from this severity on", "达到该级别时停止，退出码为 1"))
    ] = Bar.error,
    bell: Annotated[bool, typer.Option("--bell", help=both("ring at every finding", "每有发现就响铃"))] = False,
    lang: Lang = Speech.auto,
    mapped: Mapped = None,
    numbers: Numbers = None,
    waive: Waived = None,
    folder: Folder = None,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help=both("tell what is worth knowing, too", "也报告提示级别的发现"))
    ] = False,
) -> int:
    """Exit code 1: a finding at or above the bar; 0: stopped by hand or after the looks asked for."""
    from cli import watcher

    speak = language.choose(lang)
    return watcher.follow(
        paths,
        wishes(folder, speak, mapped=mapped, numbers=numbers, waive=waive),
        every=every,
        looks=looks,
        bar=bar.value,
        bell=bell,
        lang=speak,
        told="info" if verbose else "warning",
    )


@app.command(
    "list", help=both("List what can be looked for, and what to log for it.", "列出可以检查的症状，以及需要记录什么。")
)
def list_(form: Form = Plain.text, lang: Lang = Speech.auto, folder: Folder = None) -> int:
    """Every symptom with its severity and the curves it needs."""
    from diagnose import reading

    speak = language.choose(lang)
    pages = shelf.symptoms(folder, speak)[0]
    if form is Plain.json:
        from diagnose import as_listed

        paint.show_json(as_listed.symptoms(pages))
    else:
        pager.show(reading.symptoms(pages, speak, paint.width()))
    return 0


@app.command(help=both("Explain a symptom: the page the finding points to.", "解释一个症状，即发现所指向的页面。"))
def explain(
    symptom: Annotated[
        str, typer.Argument(metavar="SYMPTOM", autocompletion=_symptoms, help=both("the id of a symptom", "症状的 id"))
    ],
    lang: Lang = Speech.auto,
    folder: Folder = None,
) -> int:
    """The entry of the library, as `kb lookup` prints it."""
    from diagnose import settings
    from kb import page

    speak = language.choose(lang)
    pages = shelf.opened(folder, speak)
    settings.checked(pages, symptom)
    pager.show(page.render(pages[symptom], pages, speak, paint.width()))
    return 0
