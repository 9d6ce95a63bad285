"""Commands as a user's shell starts them: in a process of their own, with nothing set but what a test sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = str(ROOT / "tests" / "pages")
FOREIGN = {"NO_COLOR", "TRAINOSCOPE_LANG", "LC_ALL", "LC_MESSAGES", "LANG", "PYTHONIOENCODING", "PYTHONUTF8"}


def clean_environment(**more):
    return {name: value for name, value in os.environ.items() if name not in FOREIGN} | {"PYTHONPATH": str(ROOT)} | more


def process(*arguments, encoding="utf-8", **environment):
    """The command as a user's shell starts it."""
    environment.setdefault("PYTHONIOENCODING", encoding)
    return subprocess.run(
        [sys.executable, "-m", "cli.kb_app", *arguments],
        capture_output=True,
        env=clean_environment(**environment),
        encoding=encoding,
        check=False,
        timeout=120,
    )
