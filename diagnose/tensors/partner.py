"""A second process that summarises tensors of an open file: two threads would spend their time waiting for each other.

The reductions of a tensor are thousands of calls of some ten microseconds, and after each a thread has to win the
interpreter back from the other. A process of its own costs its start, which only large files are worth.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import IO

from diagnose.run import Tensor
from diagnose.tensors import second_process
from diagnose.tensors.records import Dense
from diagnose.tensors.second_process import understood

HOME = Path(__file__).parents[2]  # where this package is imported from, by whatever way
IN_FLIGHT = 4  # tensors handed over and not yet answered: enough that the partner never waits for the next

Task = tuple[str, Dense, bool]  # a tensor by its name, and whether it is to be looked at closely


class Partner:
    """The process, and what it was given to do; ``gone`` when it could not be started or has died."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tasks: deque[Task] = deque()
        self._process = _started(file)
        self.gone = self._process is None

    @property
    def has_room(self) -> bool:
        """Whether it can be given another tensor."""
        return not self.gone and len(self._tasks) < IN_FLIGHT

    def give(self, task: Task) -> None:
        """Have it summarise the tensor, which lies whole in the file."""
        name, record, closely = task
        block = record.storage.bytes_there()
        if self._process is None or self._process.stdin is None or block is None:
            return
        place = record.dtype, record.shape, record.stride, record.offset, block.start, block.size
        try:
            second_process.send(self._process.stdin.fileno(), (name, *place, closely))
        except OSError:
            self.gone = True
        else:
            self._tasks.append(task)

    def answers(self, *, wait: bool = False) -> list[tuple[Task, Tensor | None]]:
        """What it has found since last time, None for a tensor it could not read; all that it owes with ``wait``."""
        found: list[tuple[Task, Tensor | None]] = []
        if self._process is None or self._process.stdout is None:
            return found
        pipe = self._process.stdout.fileno()
        try:
            while self._tasks and (wait or select.select([pipe], [], [], 0)[0]):
                said = second_process.receive(pipe)
                task = self._tasks.popleft()
                found.append((task, understood(task[0], task[1], said) if said else None))
        except (EOFError, OSError):
            self.gone = True
        return found

    def end(self) -> None:
        """Let it go."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _started(file: IO[bytes]) -> subprocess.Popen[bytes] | None:
    """The process, with the file open in it; None where there can be none."""
    paths = [str(HOME), *(str(Path(one).absolute()) for one in sys.path if one)]
    try:
        return subprocess.Popen(  # noqa: S603 - this very program
            # -P: the folder the user stands in is no place to import from; -S: the paths are known, and it is quicker
            [sys.executable, "-PS", "-m", second_process.__name__, str(file.fileno())],
            pass_fds=(file.fileno(),),
            # threads for the sums of a thousand numbers only cost their start
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
    except OSError:
        return None
