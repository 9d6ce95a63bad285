"""Fields that have a few fixed values, for the type checker and for `kb.shape`; loading `typing` takes a while."""

from __future__ import annotations

from typing import Literal

Kind = Literal["polyp", "dataset", "concept", "pitfall", "symptom"]
Severity = Literal["error", "warning", "info"]
Confidence = Literal["certain", "likely", "possible"]
Expect = Literal["found", "clear", "blind"]
Standing = Literal["proved", "cited", "folklore"]
