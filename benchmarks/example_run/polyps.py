"""Draw small images that look a little like colonoscopy frames, with the mask of the polyps in them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Plane = NDArray[np.float64]

SIZE = 64
MUCOSA = np.array([0.80, 0.46, 0.40])  # red, green, blue of a well-lit wall
LUMEN = np.array([0.16, 0.05, 0.05])  # what the light does not reach
REDDER = np.array([0.04, -0.06, -0.05])  # a polyp against its wall, at most; often much less


def draw_set(count: int, seed: int, size: int = SIZE) -> tuple[Tensor, Tensor]:
    """Images float32 [count, 3, size, size] in -2..2, and masks float32 [count, 1, size, size] of 0 and 1."""
    rng = np.random.default_rng(seed)
    frames, masks = zip(*(draw(rng, size) for _ in range(count)), strict=True)
    images = torch.from_numpy(np.stack(frames)).permute(0, 3, 1, 2)
    return ((images - 0.5) / 0.25).float().contiguous(), torch.from_numpy(np.stack(masks))[:, None].float()


def draw(rng: np.random.Generator, size: int = SIZE) -> tuple[Plane, NDArray[np.bool_]]:
    """One frame [size, size, 3] in 0..1 and its mask [size, size]; one polyp, sometimes two."""
    y, x = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    frame = _wall(rng, x, y)
    mask = np.zeros((size, size), dtype=bool)
    for _ in range(1 + int(rng.random() < 0.3)):
        frame, inside = _add_polyp(rng, frame, x, y)
        mask |= inside
    frame = frame * (1 - rng.uniform(0.15, 0.4) * (x**2 + y**2))[..., None]  # vignetting
    frame = _add_highlights(rng, frame, x, y)
    return np.clip(frame + rng.normal(0, 0.02, frame.shape), 0, 1), mask


def _wall(rng: np.random.Generator, x: Plane, y: Plane) -> NDArray[np.float64]:
    """Mucosa with a dark lumen, ring-shaped folds around it, and blotches: [size, size, 3]."""
    from_x, from_y = rng.uniform(-0.9, 0.9, 2)
    angle = np.arctan2(y - from_y, x - from_x)
    depth = np.hypot(x - from_x, y - from_y)
    depth = depth * (1 + 0.12 * np.cos(rng.integers(2, 5) * angle + rng.uniform(0, 6.3)))
    folds = 0.10 * np.cos(rng.uniform(6, 12) * depth + rng.uniform(0, 6.3)) * np.minimum(depth, 1)
    light = 1 - 0.9 * np.exp(-((depth / rng.uniform(0.15, 0.35)) ** 2)) + folds + 0.06 * _blotches(rng, x, y)
    colour = MUCOSA + rng.normal(0, 0.03, 3)
    return LUMEN + (colour - LUMEN) * np.clip(light, 0, 1.3)[..., None]


def _add_polyp(
    rng: np.random.Generator, frame: NDArray[np.float64], x: Plane, y: Plane
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The frame with one more polyp, a lobed and lit bump of nearly the wall's colour, and where it is."""
    at_x, at_y = rng.uniform(-0.6, 0.6, 2)
    turn, squeeze = rng.uniform(0, np.pi), rng.uniform(0.65, 1)
    u = (x - at_x) * np.cos(turn) + (y - at_y) * np.sin(turn)
    v = ((y - at_y) * np.cos(turn) - (x - at_x) * np.sin(turn)) / squeeze
    angle = np.arctan2(v, u)
    lobes = sum(rng.normal(0, 0.05) * np.cos(k * angle + rng.uniform(0, 6.3)) for k in (2, 3, 5))
    reach = np.hypot(u, v) / (rng.uniform(0.2, 0.45) * (1 + lobes))  # 1 on the outline
    dome = np.sqrt(np.clip(1 - reach**2, 0, None))
    rim = np.exp(-(((reach - 1) / 0.12) ** 2))  # the shadow at the foot is what one often sees first
    light = rng.uniform(0.8, 0.95) + 0.25 * dome - 0.08 * (y - at_y) + 0.08 * _blotches(rng, x, y)
    wall = np.median(frame, axis=(0, 1))
    tint = wall + rng.uniform(0.1, 0.9) * REDDER + rng.normal(0, 0.015, 3)
    cover = np.clip((1 - reach) * 8 + 0.5, 0, 1)[..., None]  # a soft edge two or three pixels wide
    bump = frame * (1 - cover) + (tint * light[..., None]) * cover
    return bump * (1 - rng.uniform(0.05, 0.2) * rim)[..., None], reach < 1


def _add_highlights(rng: np.random.Generator, frame: NDArray[np.float64], x: Plane, y: Plane) -> NDArray[np.float64]:
    """The frame with a few small white reflections, on polyps and wall alike."""
    for _ in range(rng.integers(2, 7)):
        at_x, at_y = rng.uniform(-0.85, 0.85, 2)
        wide, high = rng.uniform(0.02, 0.07, 2)
        glow = np.exp(-(((x - at_x) / wide) ** 2) - ((y - at_y) / high) ** 2)[..., None]
        frame = frame + (1 - frame) * 0.9 * glow
    return frame


def _blotches(rng: np.random.Generator, x: Plane, y: Plane) -> Plane:
    """Smooth irregular light and dark, about -1 to 1."""
    waves = [np.cos(rng.normal(0, 5) * x + rng.normal(0, 5) * y + rng.uniform(0, 6.3)) for _ in range(4)]
    return np.asarray(sum(waves)) / 2
