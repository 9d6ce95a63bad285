"""Write TensorBoard event files that come out the same on every machine and at any time of day."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self
from unittest.mock import patch

from torch.utils.tensorboard import SummaryWriter

START = 1_700_000_000  # seconds since 1970; a made-up clock, so that training again changes no byte
SECONDS_A_STEP = 0.1
NAME = f"events.out.tfevents.{START}.example.0"


class EventLog:
    """One event file in ``folder``; whatever event files lay there before are replaced."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        with patch("time.time", return_value=float(START)):  # the file's first record tells when it was opened
            self.writer = SummaryWriter(str(folder))
            self.writer.flush()

    def write(self, step: int, numbers: Mapping[str, float]) -> None:
        """Add scalars, by tag, at ``step``."""
        for tag, number in numbers.items():
            self.writer.add_scalar(tag, number, step, walltime=START + SECONDS_A_STEP * step)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file and give it a name without the host and the process in it."""
        self.writer.close()
        (written,) = self.folder.glob("events.out.tfevents.*")
        written.rename(self.folder / NAME)
