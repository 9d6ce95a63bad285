"""``python -m benchmarks.checkpoints_judged``: train, diagnose, and print true against named causes and every alarm."""

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from benchmarks.checkpoints_judged.train import Made, gate_runs, hard_runs
from benchmarks.diagnosis.ours import ours
from benchmarks.diagnosis.score import Share
from benchmarks.diagnosis.truths import ALARMS, Finding
from kb.library import load

SEEN_IN_FILES = frozenset(
    entry.id for entry in load().values() if entry.check and not entry.check.watch and entry.kind == "symptom"
) | {"gate-stuck-at-zero"}


def main() -> None:
    """Judge what was asked for and print the page, or write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--made", type=Path, help="what benchmarks.made_runs wrote: its healthy runs count as well")
    asked.add_argument("--corpus", type=Path, help="a folder of real checkpoints, told one by one")
    asked.add_argument("--out", type=Path)
    args = asked.parse_args()
    lines = ["# Checkpoints, judged", ""]
    with tempfile.TemporaryDirectory() as place:
        lines += _gates(gate_runs(Path(place) / "gates"))
        lines += _healthy([*hard_runs(Path(place) / "hard"), *_made(args.made)])
    if args.corpus:
        lines += ["", "## Real checkpoints", "", *_real(args.corpus)]
    page = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text(page, encoding="utf-8")
    else:
        print(page)


def _gates(runs: Iterable[Made]) -> Iterator[str]:
    table: Counter[tuple[str, str]] = Counter()
    by_optimizer: dict[str, list[bool]] = {}
    told: list[bool] = []
    quiet: list[bool] = []
    for one in runs:
        found = [each for each in _found(one.folder) if each.symptom == "gate-stuck-at-zero"]
        named = found[0].cause if found else "(nothing)"
        table[one.cause or "(healthy)", named] += 1
        if not one.cause:
            quiet.append(not found)
            continue
        by_optimizer.setdefault(one.kind, []).append(named == one.cause)
        if named not in ("unknown", "(nothing)"):
            told.append(named == one.cause)
    yield from ("## Gates at zero: true against named cause", "", "| true | named | runs |", "|---|---|---|")
    for (true, named), count in sorted(table.items()):
        yield f"| {true} | {named}{'' if named in (true, '(nothing)', 'unknown') else ' (wrong)'} | {count} |"
    yield from ("", f"Right where a cause is named: {Share(sum(told), len(told))}.", "")
    yield f"Healthy gates without a finding: {Share(sum(quiet), len(quiet))}."
    yield from ("", "| optimizer | cause named and right |", "|---|---|")
    for optimizer, right in by_optimizer.items():
        yield f"| {optimizer} | {Share(sum(right), len(right))} |"


def _healthy(runs: Iterable[Made]) -> Iterator[str]:
    alarms: list[tuple[Made, list[Finding]]] = []
    notes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    loud: Counter[str] = Counter()
    for one in runs:
        found = _found(one.folder)
        kinds[one.kind] += 1
        notes.update({f"{each.symptom} [{each.cause}]" for each in found if each.severity not in ALARMS})
        if raised := [each for each in found if each.severity in ALARMS]:
            alarms.append((one, raised))
            loud[one.kind] += 1
    yield from ("", "## Healthy checkpoints", "")
    yield f"Alarms (warning or above, symptoms of checkpoints): {Share(len(alarms), kinds.total())}."
    yield from ("", "| kind | runs | alarms |", "|---|---|---|")
    yield from (f"| {kind} | {count} | {loud[kind]} |" for kind, count in kinds.items())
    yield ""
    for one, raised in alarms:
        yield f"- {one.folder.name}: {', '.join(sorted({f'{each.symptom} [{each.cause}]' for each in raised}))}"
    yield from (f"- told as worth knowing: {what}: {count}" for what, count in notes.most_common())


def _made(folder: Path | None) -> Iterator[Made]:
    """The accepted healthy runs of the harness."""
    if folder is None:
        return
    for path in sorted((folder / "truth").glob("*.json")):
        one = json.loads(path.read_text(encoding="utf-8"))
        if one["accepted"] and not one["fault"]:
            yield Made(folder / "runs" / one["run"], "", "healthy, made runs")


def _real(folder: Path) -> Iterator[str]:
    for path in sorted(one for one in folder.iterdir() if one.is_dir()):
        found = [f"{one.symptom} [{one.cause or '-'}, {one.severity}]" for one in _found(path)]
        yield f"- {path.name}: {', '.join(found) or 'nothing found'}"


def _found(folder: Path) -> list[Finding]:
    found, broke = ours(folder)
    assert not broke, (folder, broke)
    return [one for one in found if one.symptom in SEEN_IN_FILES]


if __name__ == "__main__":
    main()
