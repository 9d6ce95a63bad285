"""A small, real training run in two variants, one of them wrong: the logs and checkpoints under ``examples/``."""
