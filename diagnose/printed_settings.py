"""Finds the settings a script printed before it trained: ``Namespace(lr=0.1)``, or the configuration of OpenMMLab."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from diagnose.trackers.plain import Plain
from diagnose.trackers.python_settings import ASSIGNED, assignments, namespaces

FAR = 1 << 18  # characters of a log that are looked at
_CONFIG = re.compile(r"(?m)^.{0,120}?\b(?:Config|config):[ \t]*$")


def printed_settings(text: str) -> Mapping[str, Any]:
    """The settings by joined names (``optimizer/lr``), from the beginning of a log; {} when none are printed."""
    text = text[:FAR]
    plain = Plain()
    for _, found in namespaces(text):
        plain.take("", found)
    for match in _CONFIG.finditer(text):
        plain.take("", assignments(_below(text[match.end() :])))
    return plain.values


def _below(text: str) -> str:
    """The lines of a configuration, up to the first that can be none of it."""
    kept: list[str] = []
    depth = 0
    for line in text.lstrip("\n").split("\n"):
        if depth <= 0 and line.strip() and not ASSIGNED.match(line) and not line.startswith((" ", "]", "}", ")")):
            break
        depth += sum(line.count(mark) for mark in "([{") - sum(line.count(mark) for mark in ")]}")
        kept.append(line)
    return "\n".join(kept)
