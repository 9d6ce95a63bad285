"""Runs in the peers' own environment: asks each installed peer about every table, as its users would.

``python peer_calls.py FOLDER``: for every ``FOLDER/*.csv`` one line of JSON on standard output: the peer, the run, and
``[[name, severity], ...]``, or the error it ended with. Programs with a command line are called through it (in this
process, so that start-up is paid once); the others through the function their documentation shows.
"""

import contextlib
import csv
import io
import json
import sys
import warnings
from pathlib import Path

LEVELS = {
    "fail": "error",
    "warn": "warning",
    "warning": "warning",
    "error": "error",
    "critical": "error",
    "info": "info",
}
LEVELS |= {"high": "error", "medium": "warning", "low": "info", "pass": "info"}


def level(word):
    """The severity a peer's word stands for; what is not known counts as a warning."""
    return LEVELS.get(str(getattr(word, "value", word)).lower(), "warning")


def spoken(main, arguments):
    """What a command prints on standard output."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()), contextlib.suppress(SystemExit):
        main(arguments)
    return json.loads(out.getvalue())


def runmedic(path):
    from runmedic.cli import main

    told = spoken(main, ["diagnose", str(path), "--json"])
    return [(one["check"], level(one["severity"])) for run in told for one in run["findings"]]


def losslint(path):
    from losslint.cli import main

    told = spoken(main, ["check", str(path), "--format", "json"])
    reports = told if isinstance(told, list) else told.get("reports", told.get("files", [told]))
    return [(one.get("code", one.get("check", "?")), level(one["severity"])) for report in reports
            for one in report.get("findings", [])]  # fmt: skip


def trainproof(path):
    from trainproof.cli import main

    argv, sys.argv = sys.argv, ["trainproof", "diagnose", str(path), "--json"]
    try:
        told = spoken(lambda _: main(), [])
    finally:
        sys.argv = argv
    return [(one["id"], level(one["level"])) for report in told["reports"] for one in report["findings"]]


def runwise(path):
    from runwise import detect_anomalies

    with path.open(encoding="utf-8") as file:
        rows = [{name: float(cell) for name, cell in row.items() if cell} for row in csv.DictReader(file)]
    return [(one.type, level(one.severity)) for one in detect_anomalies(rows)]


def training_doctor(path):
    from training_doctor import Doctor

    head, _, rows = path.read_text(encoding="utf-8").partition("\n")
    names = {"loss": "train_loss", "val_loss": "eval_loss"}  # the only names its detectors ask for
    renamed = path.parent / "renamed" / path.name
    renamed.parent.mkdir(exist_ok=True)
    renamed.write_text(",".join(names.get(name, name) for name in head.strip().split(",")) + "\n" + rows)
    doctor = Doctor().set_auto_print(False)
    doctor.load(renamed)
    return [(one.detector_name, level(one.severity)) for one in doctor.analyze()]


def main():
    """Ask every peer about every table."""
    warnings.simplefilter("ignore")
    for peer in (runmedic, losslint, trainproof, runwise, training_doctor):
        for path in sorted(Path(sys.argv[1]).glob("*.csv")):
            line = {"peer": peer.__name__, "run": path.stem}
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    line["found"] = peer(path)
            except Exception as error:  # noqa: BLE001 - a peer that falls over is counted as silent, and told
                line["error"] = f"{type(error).__name__}: {error}"[:200]
            print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
