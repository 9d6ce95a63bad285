"""``python -m benchmarks.diagnosis --made DIR``: judge the diagnosis, and its peers, on made and on real runs."""

import argparse
import tempfile
import time
from pathlib import Path

from benchmarks.diagnosis import report
from benchmarks.diagnosis.formulas import sagemaker
from benchmarks.diagnosis.ours import ours
from benchmarks.diagnosis.outside import corpus, overfitguard
from benchmarks.diagnosis.peers import ask
from benchmarks.diagnosis.plain import table
from benchmarks.diagnosis.score import score
from benchmarks.diagnosis.truths import truths


def main() -> None:
    """Judge what was asked for and print the page, or write it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--made", type=Path, help="what benchmarks.made_runs wrote")
    asked.add_argument("--peers", type=Path, help="the Python of the environment with requirements-peers.txt")
    asked.add_argument("--corpus", type=Path, help="a folder of real logs with MANIFEST.csv")
    asked.add_argument("--overfitguard", type=Path, help="a folder with overfit/ and non_overfit/")
    asked.add_argument("--out", type=Path)
    args = asked.parse_args()
    lines = ["# Diagnosis on made and real runs", ""]
    if args.made:
        lines += _made(args.made, args.peers)
    if args.corpus:
        lines += ["", "## Real logs", "", *report.corpus_lines(*corpus(args.corpus))]
    if args.overfitguard:
        told = overfitguard(args.overfitguard, args.peers)
        lines += ["", "## OverfitGuard's simulated histories", "", *report.overfitting(told)]
    page = "\n".join(lines) + "\n"
    if args.out:
        args.out.write_text(page, encoding="utf-8")
    else:
        print(page)


def _made(folder: Path, python: Path | None) -> list[str]:
    known = truths(folder)
    found, broke, begun = {}, {}, time.perf_counter()
    for one in known:
        found[one.name], broken = ours(folder / "runs" / one.name)
        if broken:
            broke[one.name] = broken
    took = time.perf_counter() - begun
    tables = {one.name: table(folder / "runs" / one.name) for one in known}
    programs = {
        "diagnose": found,
        "SageMaker Debugger's formulas": {name: sagemaker(rows) for name, rows in tables.items()},
    }
    fell = {}
    if python:
        with tempfile.TemporaryDirectory() as place:
            answers, fell = ask(tables, python, Path(place))
        programs |= answers
    logs = {name: score(known, said, ("log", "both")) for name, said in programs.items()}
    state = {"diagnose": score(known, found, ("checkpoint", "both"))}
    healthy = sum(not one.fault for one in known)
    head = f"{len(known)} runs, {healthy} of them healthy; {took / max(1, len(known)):.2f} s a run."
    return [
        "## Made runs", "", head, "",
        "### Mistakes that leave a trace in the log", "", *report.scores_table(logs), "",
        *([f"Fell over (counted as silent): {dict(fell)}", ""] if fell else []),
        "### Mistakes that leave a trace in the checkpoint", "", *report.scores_table(state), "",
        "### By mistake", "", *report.by_fault(known, found), "",
        "### True against named cause", "", *report.confusion(known, found), "",
        "### Misses and false alarms, one by one", "", *report.misses(known, found),
        *[f"- BROKE: {name}: {', '.join(what)}" for name, what in broke.items()],
    ]  # fmt: skip


if __name__ == "__main__":
    main()
