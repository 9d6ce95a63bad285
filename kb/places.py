"""Where a person's own entries and what is kept for speed lie, as platformdirs names it, without loading it."""

from __future__ import annotations

import os
import sys


def data() -> str:
    """The folder for what a person made; it need not exist."""
    return _folder("XDG_DATA_HOME", ".local/share", "Application Support") or _asked("user_data_dir")


def cache() -> str:
    """The folder for what can be made again; it need not exist."""
    return _folder("XDG_CACHE_HOME", ".cache", "Caches") or _asked("user_cache_dir")


def _folder(variable: str, below: str, on_a_mac: str) -> str:
    """The usual place; "" where only platformdirs knows."""
    home, said = os.path.expanduser("~"), os.environ.get(variable, "")
    if sys.platform == "linux":
        return f"{said if os.path.isabs(said) else f'{home}/{below}'}/trainoscope"  # as the XDG specification asks
    return f"{home}/Library/{on_a_mac}/trainoscope" if sys.platform == "darwin" and not said else ""


def _asked(function: str) -> str:
    import platformdirs

    return str(getattr(platformdirs, function)("trainoscope"))
