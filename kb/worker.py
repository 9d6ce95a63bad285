"""A process of its own for code that may hang or crash: jobs in, answers out, killed when it takes too long."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any, Self

_PATIENCE = 180.0  # seconds to import torch on a cold disk, which no piece of code is blamed for


class Worker:
    """Runs `kb.proving`, and starts it anew after a piece of code has hung or killed it."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._room: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self._room = tempfile.TemporaryDirectory(prefix="kb-verify-")
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()
        if self._room:
            self._room.cleanup()

    def run(self, code: str, limit: float) -> dict[str, Any] | None:
        """How ``code`` ended (see `kb.proving`), None when it was killed after ``limit`` seconds.

        ``{"died": ...}`` when the interpreter itself went away; the next job gets a new one.
        """
        process = self._started()
        assert process.stdin is not None
        try:
            process.stdin.write(json.dumps({"code": code, "torch": "torch" in code}) + "\n")
            process.stdin.flush()
            if self._next(_PATIENCE) is not None:
                answer = self._next(limit)
                if answer is not None:
                    return answer
        except queue.Empty:
            self._stop()
            return None
        except BrokenPipeError:
            pass  # it went away before it could take the job; said below
        code_of_exit = process.wait()
        self._stop()
        return {"died": _exit_name(code_of_exit)}

    def _next(self, seconds: float) -> dict[str, Any] | None:
        line = self._answers.get(timeout=seconds)
        answer: dict[str, Any] | None = None if line is None else json.loads(line)
        return answer

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            root = str(Path(__file__).parent.parent)
            path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
            self._process = subprocess.Popen(
                [sys.executable, "-m", "kb.proving"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
                cwd=self._room.name if self._room else None,  # what a snippet saves is swept away
                env={**os.environ, "PYTHONPATH": path},
                start_new_session=os.name == "posix",  # so that its own children can be ended with it
            )
            self._answers = queue.Queue()
            threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True).start()
        return self._process

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if os.name == "posix":
            with contextlib.suppress(ProcessLookupError):  # it has ended by itself
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):  # a job it never took is still in the buffer
                    pipe.close()


def _listen(process: subprocess.Popen[str], answers: queue.Queue[str | None]) -> None:
    """Hand every line on; None at the end. A thread, because not every system can wait for a pipe."""
    assert process.stdout is not None
    try:
        for line in process.stdout:
            answers.put(line)
    except ValueError:
        pass  # closed while it was read: the worker was stopped
    answers.put(None)


def _exit_name(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
