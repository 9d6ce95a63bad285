"""Ways to say what was found; each file offers ``render(diagnosis, lang) -> str``. The folder is the registry."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:  # the names of the reports are asked for before anything is read
    from diagnose.finding import Diagnosis
    from kb.text import Lang


class Report(Protocol):
    """What every module of this folder offers."""

    def render(self, diagnosis: Diagnosis, lang: Lang) -> str:
        """The whole report as text."""


def formats() -> list[str]:
    """The names of all reports."""
    return sorted(name for _, name, _ in pkgutil.iter_modules(__path__))


def report(name: str) -> Report:
    """The report of that name; only its module is imported."""
    return cast("Report", importlib.import_module(f"{__name__}.{name}"))
