"""The nouns: what a training run left behind on disk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from diagnose.noun import noun
from kb.located import located
from kb.text import Text

Curve = NDArray[np.float64]
Steps = NDArray[np.int64]
Few = NDArray[np.float32]
NONE: Few = np.empty(0, np.float32)


@noun(frozen=True)
class Series:
    """One logged number over time: ``steps`` int64 [n], ``values`` float64 [n], ``wall`` epoch seconds [n] or None.

    A reader hands points over in the order they were written; `diagnose.assemble` sorts them.
    Filled in by `diagnose.recognise`: ``role`` and ``why``; ``split`` (train, val, test or nothing), ``quantity``
    (loss, dice, iou, map ...) and ``qualifier`` (class, data set, head or parameter group), as far as the name says.
    ``resumed`` are the steps at which a resumed run took over (`diagnose.stitch`).
    """

    name: str
    steps: Steps
    values: Curve
    wall: Curve | None = None
    source: str = ""
    role: str = ""
    why: Text | None = None
    lower_is_better: bool = False
    split: str = ""
    quantity: str = ""
    qualifier: str = ""
    resumed: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.steps)

    @cached_property
    def measured(self) -> dict[str, Any]:
        """Where `diagnose.measure` keeps what several detectors ask of the same points; it does not pass to a copy."""
        return {}


@noun(frozen=True)
class Tensor:
    """One tensor of a file, summarised over its elements.

    ``dtype`` is torch's name without the prefix (``float32``, ``bfloat16``). minimum, maximum, mean and
    std (population) are over the finite elements, NaN when there are none. ``values`` holds the
    elements themselves, as floats, for tensors of at most `SMALL` elements, else it is empty.
    Of the model's own tensors also ``sample``, at most 64 elements from places that are the same in every
    file, and ``rows``, the largest magnitude among a few elements of each slice along the first axis
    (float32 [rows]); empty where the reader could not tell.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    minimum: float
    maximum: float
    mean: float
    std: float
    zeros: int
    nonfinite: int
    values: tuple[float, ...] = ()
    sample: Few = field(default_factory=lambda: NONE, compare=False, repr=False)
    rows: Few = field(default_factory=lambda: NONE, compare=False, repr=False)

    @property
    def numel(self) -> int:
        """How many elements it has."""
        return int(np.prod(self.shape, dtype=np.int64))

    @property
    def absmax(self) -> float:
        """Largest magnitude among the finite elements; NaN when there are none."""
        return max(abs(self.minimum), abs(self.maximum))


SMALL = 64


@noun(frozen=True)
class Group:
    """One parameter group of an optimizer: its numbers, and the slots (indices) it holds.

    ``names`` gives each slot's parameter name where known, else ""; same length as ``slots``.
    """

    slots: tuple[int, ...]
    names: tuple[str, ...]
    numbers: Mapping[str, float]

    @property
    def lr(self) -> float:
        """Learning rate now; NaN when the file does not say."""
        return self.numbers.get("lr", float("nan"))

    @property
    def weight_decay(self) -> float:
        """Weight decay; 0 when the file does not say."""
        return self.numbers.get("weight_decay", 0.0)


@noun(frozen=True)
class Optimizer:
    """What an optimizer remembers: groups, and per slot its state (``exp_avg_sq`` a Tensor, ``step`` a number).

    ``matched`` says how slots were given names: ``param_names`` (stored in the file), ``shapes``
    (counted, certain), ``order`` (by position and shape, likely) or ``unmatched``.
    ``uncertain`` lists parameters of the model whose membership could not be decided.
    """

    groups: tuple[Group, ...]
    state: Mapping[int, Mapping[str, Tensor | float]]
    matched: str = "unmatched"
    uncertain: frozenset[str] = frozenset()

    def slot_of(self, name: str) -> tuple[Group, int] | None:
        """The group and slot that hold parameter ``name``, or None."""
        for group in self.groups:
            if name in group.names:
                return group, group.slots[group.names.index(name)]
        return None


@noun(frozen=True)
class Checkpoint:
    """One saved model, tensor by tensor, with whatever training state was saved beside it.

    ``tensors`` are the model's (parameters and buffers, by state_dict name); ``unsafe`` names what a
    pickle wanted to call (``os.system``) and was refused; ``numbers`` are plain scalars found beside
    the model (``epoch``, ``global_step``, ``best_dice``), ``scheduler`` and ``scaler`` likewise.
    ``gates`` names the tensors that are gates; filled in by `diagnose.recognise`. ``ema`` is the averaged copy of the
    weights that was saved with them (EMA, SWA, mean teacher), under the names of ``tensors``.
    """

    path: Path
    tensors: Mapping[str, Tensor]
    step: int | None = None
    optimizer: Optimizer | None = None
    scheduler: Mapping[str, Any] = field(default_factory=dict)
    scaler: Mapping[str, float] = field(default_factory=dict)
    numbers: Mapping[str, float] = field(default_factory=dict)
    unsafe: tuple[str, ...] = ()
    gates: tuple[str, ...] = ()
    ema: Mapping[str, Tensor] = field(default_factory=dict)


@noun(frozen=True)
class Note:
    """Something worth telling about how a file was read; never an alarm."""

    path: str
    what: Text
    line: int | None = None


@located
@noun(frozen=True)
class Trace:
    """What one file (or one segment of an appended file) holds; what a reader returns."""

    path: Path
    format: str
    series: tuple[Series, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


@noun(frozen=True)
class Source:
    """One file a run was read from."""

    path: str
    format: str
    series: int
    points: int


@located
@noun(frozen=True)
class Run:
    """Everything known of one training run."""

    path: Path
    name: str
    sources: tuple[Source, ...] = ()
    series: tuple[Series, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()

    def with_role(self, role: str) -> tuple[Series, ...]:
        """The series that were recognised as ``role``, in file order."""
        return self._by_role.get(role, ())

    @cached_property
    def _by_role(self) -> Mapping[str, tuple[Series, ...]]:
        found: dict[str, list[Series]] = {}
        for one in self.series:
            found.setdefault(one.role, []).append(one)
        return {role: tuple(several) for role, several in found.items()}
