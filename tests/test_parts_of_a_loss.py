"""Which of several losses is the whole, told by their names."""

from pathlib import Path

import numpy as np

from diagnose.run import Run, Series
from tests.built_in import recogniser

RECOGNISER = recogniser()


def roles_of(*names):
    curves = tuple(Series(name, np.arange(9), np.linspace(1, 0.5, 9)) for name in names)
    return [one.role for one in RECOGNISER.recognise(Run(Path(), "run", series=curves), {}).series]


def test_the_main_part_of_a_loss_is_a_part_where_the_whole_is_logged_too():
    assert roles_of("train_loss", "loss_main", "loss_aux") == ["train-loss", "component-loss", "component-loss"]
    assert roles_of("avg_loss", "loss1", "loss2") == ["train-loss", "component-loss", "component-loss"]
    assert roles_of("loss", "wbce", "wiou") == ["train-loss", "component-loss", "component-loss"]


def test_a_loss_called_main_or_first_is_the_loss_where_there_is_no_other():
    assert roles_of("loss_main", "loss_aux") == ["train-loss", "component-loss"]
    assert roles_of("loss", "avg_loss") == ["train-loss", ""]
