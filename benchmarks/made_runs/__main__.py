"""``python -m benchmarks.made_runs --part dev --out DIR``: train every run of a part that is not made yet."""

import argparse
import fnmatch
import hashlib
import json
import multiprocessing
import os
from collections import Counter
from functools import partial
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"  # sums split over threads round differently
FOLDER = Path(__file__).parents[2] / "build" / "made_runs"


def main() -> None:
    """Make the runs asked for, then count what came out."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--part", choices=("dev", "eval"), default="dev")
    asked.add_argument("--draw", type=int, default=0, help="another number: fresh seeds and data")
    asked.add_argument("--out", type=Path)
    asked.add_argument("--jobs", type=int, default=2)
    asked.add_argument("--only", default="*", help="names of runs, with * for anything")
    asked.add_argument("--again", action="store_true", help="also those that are made already")
    asked.add_argument("--list", action="store_true", help="say what would be made")
    args = asked.parse_args()
    from benchmarks.made_runs.make import cases, make_named

    names = [case.name for case in cases(args.part, args.draw) if fnmatch.fnmatch(case.name, args.only)]
    if args.list:
        print(*names, sep="\n")
        return
    names.sort(key=lambda name: hashlib.sha256(name.encode()).digest())  # what is made first speaks for the whole
    out = args.out or FOLDER / args.part
    job = partial(make_named, args.part, args.draw, out, args.again)
    with multiprocessing.get_context("spawn").Pool(args.jobs) as pool:
        for done, line in enumerate(pool.imap_unordered(job, names, chunksize=2), 1):
            if "already" not in line:
                print(f"{done}/{len(names)} {line}", flush=True)
    count(out)


def count(out: Path) -> None:
    """Say how many runs there are of each kind, and of which faults the outcome shows."""
    truths = [json.loads(path.read_text(encoding="utf-8")) for path in sorted((out / "truth").glob("*.json"))]
    well = [one for one in truths if one["kind"] == "healthy"]
    print(f"healthy: {len(well)}, of which accepted by outcome: {sum(one['accepted'] for one in well)}")
    made, shown = Counter(), Counter()
    for one in truths:
        if one["kind"] == "fault":
            made[one["fault"]] += 1
            shown[one["fault"]] += one["manifested"]
    for fault, number in made.items():
        print(f"{fault:32} {shown[fault]} of {number} manifested")
    print(f"faults: {len(made)}, runs {made.total()}, manifested {shown.total()}")


if __name__ == "__main__":
    main()
