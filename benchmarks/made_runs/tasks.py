"""What is learnt: polyp masks, textures, sequences, teacher's labels and a noisy quantity, all drawn from a seed."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from benchmarks.example_run.polyps import draw_set
from benchmarks.made_runs.recipe import Recipe

SIDE = 24  # pixels of an image
POOL = 160  # polyp images drawn for a seed; drawing is the slowest part
CLASSES = {"images": 5, "sequence": 12, "features": 6}
LENGTH = 16  # tokens the network sees
WIDTH = 16  # numbers of a feature vector


@dataclass
class Data:
    """Inputs and targets to train on and to be judged by."""

    x: Tensor
    y: Tensor
    val_x: Tensor
    val_y: Tensor


def draw_data(recipe: Recipe) -> Data:
    """The data of a recipe, label noise in the training part only."""
    x, y = _pool(recipe.task, recipe.data_seed)
    vx, vy = _pool(recipe.task, recipe.data_seed + 500)
    rng = np.random.default_rng(recipe.data_seed * 1009 + recipe.seed)
    chosen = torch.from_numpy(rng.permutation(len(x))[: recipe.size])
    data = Data(x[chosen].clone(), y[chosen].clone(), vx[: recipe.validation].clone(), vy[: recipe.validation].clone())
    if recipe.label_noise:
        disturb(data, recipe, rng)
    return data


def disturb(data: Data, recipe: Recipe, rng: np.random.Generator) -> None:
    """Give a share of the training targets a wrong value: another class, a shifted mask, a little noise."""
    if recipe.task == "segmentation":
        wrong = np.flatnonzero(rng.random(len(data.y)) < recipe.label_noise)
        for at in wrong:
            data.y[at] = data.y[at].roll(tuple(int(v) for v in rng.integers(-4, 5, 2)), (-2, -1))
    elif recipe.task == "density":
        data.y += recipe.label_noise * torch.from_numpy(rng.normal(0, 1, tuple(data.y.shape))).float()
    else:
        classes = CLASSES[recipe.task]
        wrong = torch.from_numpy(rng.random(tuple(data.y.shape)) < recipe.label_noise)
        data.y[wrong] = torch.from_numpy(rng.integers(0, classes, int(wrong.sum())))


@lru_cache(maxsize=24)
def _pool(task: str, seed: int) -> tuple[Tensor, Tensor]:
    if task == "segmentation":
        return draw_set(POOL, seed + 31, SIDE)
    rng = np.random.default_rng(seed)
    return {"images": _textures, "sequence": _sequences, "features": _features, "density": _density}[task](rng, seed)


def _textures(rng: np.random.Generator, seed: int) -> tuple[Tensor, Tensor]:
    """Gratings in five directions over a blotchy ground: [1200, 3, 24, 24] and classes [1200]."""
    del seed
    count = 1200
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    label = rng.integers(0, CLASSES["images"], count)
    angle = label * np.pi / CLASSES["images"] + rng.normal(0, 0.12, count)
    along = x * np.cos(angle)[:, None, None] + y * np.sin(angle)[:, None, None]
    wave = np.sin(along * rng.uniform(5, 12, count)[:, None, None] + rng.uniform(0, 6.3, count)[:, None, None])
    ground = np.cos(rng.normal(0, 4, count)[:, None, None] * x + rng.normal(0, 4, count)[:, None, None] * y)
    colour = rng.normal(0.7, 0.3, (count, 3))[:, :, None, None]
    image = colour * wave[:, None] + 0.8 * ground[:, None] + rng.normal(0, 0.7, (count, 3, SIDE, SIDE))
    return torch.from_numpy(image).float(), torch.from_numpy(label)


def _sequences(rng: np.random.Generator, seed: int) -> tuple[Tensor, Tensor]:
    """Tokens of a chain in which the last two decide the next, seven times out of ten: [900, 16] and the next ones."""
    language = np.random.default_rng(77 + seed // 1000)  # one language for training and validation
    size, count = CLASSES["sequence"], 900
    following = language.integers(0, size, (size, size))
    tokens = np.zeros((count, LENGTH + 1), dtype=np.int64)
    tokens[:, :2] = rng.integers(0, size, (count, 2))
    for at in range(2, LENGTH + 1):
        likely = following[tokens[:, at - 2], tokens[:, at - 1]]
        tokens[:, at] = np.where(rng.random(count) < 0.7, likely, rng.integers(0, size, count))
    return torch.from_numpy(tokens[:, :-1].copy()), torch.from_numpy(tokens[:, 1:].copy())


def _features(rng: np.random.Generator, seed: int) -> tuple[Tensor, Tensor]:
    """Vectors and the class a fixed random network gives them: [6000, 16] and classes [6000]."""
    teacher = np.random.default_rng(5 + seed // 1000)
    first = teacher.normal(0, 1, (WIDTH, 24)) / 4
    second = teacher.normal(0, 1, (24, CLASSES["features"]))
    x = rng.normal(0, 1, (6000, WIDTH))
    scores = np.tanh(2 * x @ first) @ second
    return torch.from_numpy(x).float(), torch.from_numpy(scores.argmax(1))


def _density(rng: np.random.Generator, seed: int) -> tuple[Tensor, Tensor]:
    """Vectors and a smooth quantity measured with little noise: [6000, 16] and [6000, 1]."""
    teacher = np.random.default_rng(9 + seed // 1000)
    direction = teacher.normal(0, 1, (WIDTH, 3)) / 4
    x = rng.normal(0, 1, (6000, WIDTH))
    hidden = x @ direction
    y = np.sin(2 * hidden[:, :1]) + 0.5 * hidden[:, 1:2] * hidden[:, 2:3]
    return torch.from_numpy(x).float(), torch.from_numpy(y + rng.normal(0, 0.03, y.shape)).float()
