"""Diagnoses that every report has to render: real ones, an empty one, odd ones, and one that is wicked everywhere."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from diagnose import clinic
from diagnose.engine import examine
from diagnose.finding import Diagnosis, Examined, Verdict
from diagnose.reports import formats
from diagnose.run import Checkpoint, Note, Run, Series, Source, Tensor
from kb.text import Text
from tests.built_in import LIBRARY

ROOT = Path(__file__).parent.parent
LANGS = ("en", "zh")
PROMISED = {"text", "json", "html", "markdown", "sarif", "junit", "github"}
OTHERS = sorted(set(formats()) - {"text", "json"})
HOSTILE = "a<script>alert(1)</script>\"'`]]>&\n::error::x,%\r\x1b[31m\x00@all ![i](http://x.y)|\u202e\udcff"


@cache
def example(name: str) -> Diagnosis:
    return clinic.diagnose([ROOT / "examples" / name], LIBRARY)


@cache
def hostile() -> Diagnosis:
    """Every place a file or a user can put a word into holds the same wicked one."""
    t = np.arange(60)
    rate = Series(f"lr/{HOSTILE}", t, np.where(t < 9, 1e-3, 0.0), source=HOSTILE)
    loss = Series(f"loss/{HOSTILE}", t, np.where(t < 30, 1.0 / (t + 1), np.nan), source=HOSTILE)
    gate = Tensor(f"{HOSTILE}.gamma", "float32", (1,), 0.0, 0.0, 0.0, 0.0, 1, 0)
    notes = (Note(HOSTILE, Text(HOSTILE, HOSTILE), 3),)
    saved = Checkpoint(Path(HOSTILE.replace("\x00", "")), {gate.name: gate}, 60)
    run = Run(Path("r"), HOSTILE, (Source(HOSTILE, "csv_log", 2, 120),), (rate, loss), (saved,), notes=notes)
    waived = {"overfitting": HOSTILE}
    broke = Verdict(LIBRARY["loss-spikes"], "broke", reason=Text(HOSTILE, HOSTILE))
    examined = examine(run, LIBRARY, waived=waived)
    verdicts = tuple(one for one in examined.verdicts if one.entry.id != "loss-spikes")
    return Diagnosis((Examined(examined.run, (*verdicts, broke)),), (Text(HOSTILE, HOSTILE),), notes, 2)


def odd() -> Diagnosis:
    """A run without points, one with a single point, one of NaN only, and a run without a file."""
    runs = [
        Run(Path("none"), "none"),
        Run(Path("empty"), "empty", series=(Series("loss", np.empty(0, np.int64), np.empty(0)),)),
        Run(Path("one"), "one", series=(Series("loss", np.array([7]), np.array([np.inf])),)),
        Run(Path("nan"), "nan", series=(Series("loss", np.arange(40), np.full(40, np.nan)),)),
    ]
    return Diagnosis(tuple(examine(run, LIBRARY) for run in runs))


WHOLE = {
    "sick": lambda: example("gate_left_out"),
    "healthy": lambda: example("healthy"),
    "hostile": hostile,
    "empty": lambda: Diagnosis(()),
    "odd": odd,
}
