"""The worker of `kb.verify`: runs one piece of code after another and says how each ended, as JSON lines.

A job is ``{"code": ..., "torch": true|false}``. The worker answers ``{"begun": true}`` once whatever the
code needs is imported, then ``{"raised": null | "Type: message", "missing": null | "module",
"warned": [...], "line": n}``. What the code prints goes nowhere near the pipe.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import json
import linecache
import os
import random
import sys
import traceback
import types
import warnings
from typing import Any, TextIO

_NAME = "<proof>"


def main() -> None:
    """Answer jobs until the parent closes the pipe."""
    jobs, answers = _own_pipes()
    for line in jobs:
        job = json.loads(line)
        if job["torch"]:
            _ready_torch()
        _send(answers, {"begun": True})
        _send(answers, run(job["code"]))


def run(code: str) -> dict[str, Any]:
    """Run ``code`` as a program of its own; every way it can end is an answer."""
    linecache.cache[_NAME] = (len(code), None, code.splitlines(keepends=True), _NAME)  # for inspect.getsource
    module = types.ModuleType("__main__")
    sys.modules["__main__"] = module  # what the code defines can be pickled, as in a script
    answer: dict[str, Any] = {"raised": None, "missing": None, "warned": [], "line": None}
    with warnings.catch_warnings(record=True) as seen, contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        try:
            exec(compile(code, _NAME, "exec"), module.__dict__)  # noqa: S102 - what this worker is for
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - SystemExit and the like are ways to end, too
            answer["raised"] = f"{type(error).__name__}: {error}"
            answer["missing"] = error.name if isinstance(error, ModuleNotFoundError) else None
            answer["line"] = _line(error)
    answer["warned"] = [f"{one.category.__name__}: {one.message}" for one in seen]
    return answer


def _own_pipes() -> tuple[TextIO, TextIO]:
    """The pipes to the parent, moved out of the reach of ``input()`` and ``print()``."""
    jobs = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(nothing, stream)
    return jobs, answers


def _send(answers: TextIO, data: dict[str, Any]) -> None:
    answers.write(json.dumps(data) + "\n")
    answers.flush()


def _ready_torch() -> None:
    """Import torch where there is one, and put back what an earlier job may have changed."""
    random.seed(0)
    try:
        torch = importlib.import_module("torch")  # by name: the library itself needs no torch
    except ImportError:
        return
    torch.set_num_threads(1)
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.use_deterministic_algorithms(False)
    torch.autograd.set_detect_anomaly(False)


def _line(error: BaseException) -> int | None:
    if isinstance(error, SyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == _NAME]
    return lines[-1] if lines else None


if __name__ == "__main__":
    main()
