"""The umbrella command ``trainoscope kb ...`` / ``trainoscope diagnose ...``, for people who have another ``kb``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from cli import door, paint
from cli.language import both
from cli.options import Lang, Speech
from kb.prose import Line

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=both("An endoscope for training runs.", "训练过程的内窥镜。"),
)
_THROUGH: dict[str, Any] = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": [],
    "allow_interspersed_args": False,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``trainoscope`` with ``argv`` (the process's own if None); gives the exit code."""
    return door.run(app, argv, "trainoscope")


def _version(wanted: bool) -> None:
    if wanted:
        paint.show([Line("text", f"trainoscope {door.version()}")])
        raise typer.Exit


@app.callback()
def _trainoscope(
    _version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help=both("print the version", "显示版本号"))
    ] = False,
    _lang: Lang = Speech.auto,
) -> None:
    """Options of ``trainoscope`` itself."""


@app.command(context_settings=_THROUGH, help=both("Look words up; same as the command kb.", "查词，等同于命令 kb。"))
def kb(context: typer.Context) -> int:
    """Hand everything on to ``kb``."""
    from cli import kb_app

    return kb_app.main(context.args, "trainoscope kb")


@app.command(
    context_settings=_THROUGH,
    help=both("Examine logs and checkpoints; same as the command diagnose.", "检查日志与检查点，等同于命令 diagnose。"),
)
def diagnose(context: typer.Context) -> int:
    """Hand everything on to ``diagnose``."""
    from cli import diagnose_app

    return diagnose_app.main(context.args, "trainoscope diagnose")


if __name__ == "__main__":
    sys.exit(main())
