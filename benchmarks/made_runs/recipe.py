"""One training run, written down: what is learnt, by what, how, and what is left behind on disk."""

import hashlib
from dataclasses import dataclass, fields

LEFT_BEHIND = ("log", "style", "every", "tells", "save", "saves", "name")  # these do not change the training


@dataclass(frozen=True)
class Recipe:
    """Everything about a run that is not a mistake; equal recipes train equal networks.

    ``size`` and ``validation`` count examples, ``frozen`` begins the names of parameters that are not trained,
    ``pretrained`` counts steps taken before the run begins. ``schedule_numbers`` are what the schedule takes.
    ``log`` is the kind of log, ``style`` which of its spellings, ``every`` how many steps lie between two lines
    (0: one line an epoch), ``tells`` what beside the training loss is logged, ``save`` the form of checkpoint.
    """

    task: str
    network: str
    loss: str
    optimizer: str = "adam"
    rate: float = 3e-3
    momentum: float = 0.9
    decay: float = 0.0
    schedule: str = "constant"
    schedule_numbers: tuple[tuple[str, float], ...] = ()
    epochs: int = 12
    batch: int = 8
    size: int = 96
    validation: int = 48
    label_noise: float = 0.0
    augment: bool = False
    dropout: float = 0.0
    clip: float = 0.0
    frozen: str = ""
    pretrained: int = 0
    ema: float = 0.0
    amp: bool = False
    resume_at: int = 0
    data_seed: int = 0
    seed: int = 0
    log: str = "csv"
    style: int = 0
    every: int = 0
    tells: frozenset[str] = frozenset({"val", "metric", "lr"})
    save: str = "full"
    saves: int = 2
    name: str = ""

    @property
    def steps_an_epoch(self) -> int:
        """Optimizer steps of one epoch."""
        return -(-self.size // self.batch)

    @property
    def steps(self) -> int:
        """Optimizer steps of the whole run."""
        return self.epochs * self.steps_an_epoch

    @property
    def key(self) -> str:
        """The same for recipes that train the same network, whatever they leave behind."""
        said = [(one.name, getattr(self, one.name)) for one in fields(self) if one.name not in LEFT_BEHIND]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    def numbers(self) -> dict[str, object]:
        """The recipe as plain values, for the label of the run."""
        return {
            one.name: sorted(value) if isinstance(value := getattr(self, one.name), frozenset) else value
            for one in fields(self)
        }
