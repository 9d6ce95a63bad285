"""`python -m benchmarks.readers`: reads every file of the corpus both ways and prints how right the readers are.

    python -m benchmarks.readers [--corpus FOLDER] [--format NAME] [--verbose] [--names] [--write RESULTS.md]

The oracles are the formats' own libraries where there are any; `requirements.txt` beside this file pins them.
"""

from __future__ import annotations

import argparse
import os
import traceback
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from diagnose.assemble import survey
from diagnose.recognise import Recogniser
from kb.library import load

from . import corpus, roles
from .compare import Verdict, verdict

HERE = Path(__file__).parent
DEFAULT = HERE.parents[2] / "shared" / "corpus"


@dataclass
class Tally:
    """What came out for one format."""

    files: int = 0
    silent_files: int = 0
    kept_silent: int = 0
    tracebacks: int = 0
    unmeasured: int = 0
    signal: int = 0
    whole: int = 0
    runs_right: int = 0
    roles: int = 0
    roles_right: int = 0
    notes: int = 0
    verdicts: list[Verdict] = field(default_factory=list)

    def total(self, name: str) -> int:
        values = [getattr(one, name) for one in self.verdicts]
        return sum(len(value) if isinstance(value, list) else value for value in values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, default=DEFAULT)
    parser.add_argument("--format")
    parser.add_argument("--verbose", action="store_true", help="name every series that is not right")
    parser.add_argument("--names", action="store_true", help="print the series names of the independent parsers")
    parser.add_argument("--write", type=Path, help="write the table here")
    told = parser.parse_args()
    if told.names:
        for form, name in sorted(names(told.corpus)):
            print(f"{form}\t{name}")
        return
    tallies = measure(told.corpus, told.format, verbose=told.verbose)
    table = rows(tallies)
    print("\n".join(table))
    table += ["", *short(tallies)]
    if told.write:
        told.write.write_text(
            (HERE / "README.part").read_text(encoding="utf-8") + "\n".join(table) + "\n", encoding="utf-8"
        )


def names(folder: Path) -> set[tuple[str, str]]:
    """Every distinct series name of every format, as the independent parsers give it."""
    return {
        (form, name.removeprefix("?"))
        for form, path in corpus.files(folder)
        for run in corpus.expected(form, path)
        for name in run
    }


def measure(folder: Path, only: str | None, *, verbose: bool) -> dict[str, Tally]:
    """A tally a format."""
    library, truth = Recogniser(load()), roles.table()
    tallies: dict[str, Tally] = defaultdict(Tally)
    for form, path in corpus.files(folder):
        if only and form != only:
            continue
        tally = tallies[form]
        tally.files += 1
        try:
            found = survey([path])
            read = [library.recognise(run, {}) for run in found.runs]
        except Exception:  # noqa: BLE001 - a traceback is what is counted here
            tally.tracebacks += 1
            traceback.print_exc()
            continue
        try:
            expected = corpus.expected(form, path)
        except ImportError as missing:
            tally.unmeasured += 1
            print(f"not measured: {path.name}: {missing}")
            continue
        given = [
            {one.name: list(zip(one.steps.tolist(), one.values.tolist(), strict=True)) for one in run.series}
            for run in read
        ]
        given = [run for run in given if run]
        tally.notes += len(found.unread) + sum(len(run.notes) for run in read)
        if not expected:
            tally.silent_files += 1
            tally.kept_silent += not given
        else:
            tally.signal += 1
        result = verdict(expected, given)
        tally.verdicts.append(result)
        tally.whole += bool(expected) and result.whole
        tally.runs_right += bool(expected) and result.expected_runs == result.read_runs
        wrong_roles = []
        for name, role in {(one.name, one.role) for run in read for one in run.series}:
            wanted = roles.expected(truth, form, name)
            if wanted is None:
                continue
            tally.roles += 1
            if role in wanted:
                tally.roles_right += 1
            else:
                wrong_roles.append(f"{name}: {role or '-'} instead of {'|'.join(one or '-' for one in wanted)}")
        if verbose and (not result.whole or wrong_roles):
            _tell(form, path, result, wrong_roles)
    return tallies


def _tell(form: str, path: Path, result: Verdict, wrong_roles: Iterable[str]) -> None:
    print(f"== {form}/{path.parts[-2]}/{path.name}: runs {result.read_runs} of {result.expected_runs}")
    for kind in ("missing", "invented", "wrong"):
        for what in getattr(result, kind)[:8]:
            print(f"   {kind} {what}")
        if len(getattr(result, kind)) > 8:
            print(f"   {kind} ... {len(getattr(result, kind))} in all")
    for what in sorted(wrong_roles)[:30]:
        print(f"   role {what}")


def short(tallies: dict[str, Tally]) -> list[str]:
    """What is not right, a line a file, by format; the verbose output names the files."""
    lines = []
    for form, one in sorted(tallies.items()):
        for result in one.verdicts:
            if not result.whole and (result.expected_runs or result.read_runs):
                parts = [
                    f"{len(result.missing)} missing",
                    f"{len(result.wrong)} wrong",
                    f"{len(result.invented)} invented",
                ]
                first = next(iter([*result.missing, *result.wrong, *result.invented]), "")
                runs = f"runs {result.read_runs} of {result.expected_runs}"
                lines.append(f"- {form}: {runs}; series {', '.join(parts)}, such as `{first}`")
    return ["Not right:", "", *lines] if lines else ["Every file is right."]


HEADS = (
    *("format", "files", "no traceback", "with signal", "read right", "series", "points", "points right"),
    *("missing", "wrong", "invented", "runs right", "silent", "roles right", "notes"),
)


def rows(tallies: dict[str, Tally]) -> list[str]:
    """A Markdown table, all formats in the last row."""
    lines = [f"| {' | '.join(HEADS)} |", "|" + "---|" * len(HEADS)]
    every = Tally()
    for form, one in sorted(tallies.items()):
        lines.append(_row(form, one))
        for name in (
            "files",
            "silent_files",
            "kept_silent",
            "tracebacks",
            "signal",
            "whole",
            "runs_right",
            "roles",
            "roles_right",
            "notes",
        ):
            setattr(every, name, getattr(every, name) + getattr(one, name))
        every.verdicts += one.verdicts
    return [*lines, _row("**all**", every)]


def _row(form: str, one: Tally) -> str:
    cells = (
        *(form, one.files, one.files - one.tracebacks, one.signal, _of(one.whole, one.signal)),
        *(one.total("series"), one.total("points"), one.total("right_points")),
        *(one.total("missing"), one.total("wrong"), one.total("invented")),
        *(
            _of(one.runs_right, one.signal),
            _of(one.kept_silent, one.silent_files),
            _of(one.roles_right, one.roles),
            one.notes,
        ),
    )
    return f"| {' | '.join(map(str, cells))} |"


def _of(part: int, whole: int) -> str:
    return f"{part}/{whole}" if whole else "-"


if __name__ == "__main__":
    main()
