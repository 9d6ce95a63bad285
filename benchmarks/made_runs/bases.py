"""Recipes that work, for each task and part: what healthy runs vary and what mistakes are made in.

The two parts share no network, no seed, no spelling of a log and no data.
"""

from dataclasses import replace

from benchmarks.made_runs.recipe import Recipe

PARTS = ("dev", "eval")
SEEDS = {"dev": 100, "eval": 9000}
DATA_SEEDS = {"dev": 0, "eval": 5000}
NETWORKS = {
    ("dev", "segmentation"): "unet",
    ("eval", "segmentation"): "gate-unet",
    ("dev", "images"): "cnn",
    ("eval", "images"): "resnet",
    ("dev", "sequence"): "scaled-transformer",
    ("eval", "sequence"): "rezero-transformer",
    ("dev", "features"): "mlp",
    ("eval", "features"): "normed-mlp",
    ("dev", "density"): "mlp",
    ("eval", "density"): "normed-mlp",
}
TASKS = ("segmentation", "images", "sequence", "features", "density")
LOSSES = {"segmentation": ("bce+dice", "bce", "dice"), "density": ("nll", "mse")}
SHAPES = {  # epochs, batch, size, validation
    "segmentation": (10, 8, 128, 48),
    "images": (12, 32, 900, 200),
    "sequence": (12, 32, 800, 120),
    "features": (16, 64, 4500, 600),
    "density": (16, 64, 4500, 600),
}
OPTIMIZERS = {
    "segmentation": ("adam", "adamw", "rmsprop", "momentum"),
    "images": ("adamw", "momentum", "adam", "sgd", "rmsprop"),
    "sequence": ("adam", "adamw", "rmsprop"),
    "features": ("momentum", "adam", "sgd", "adamw", "rmsprop"),
    "density": ("adam", "adamw", "rmsprop"),
}
RATES = {
    "segmentation": {"adam": 1e-2, "adamw": 1e-2, "rmsprop": 3e-3, "momentum": 0.1, "sgd": 0.3},
    "images": {"adam": 3e-3, "adamw": 3e-3, "rmsprop": 1e-3, "momentum": 0.03, "sgd": 0.1},
    "sequence": {"adam": 5e-3, "adamw": 5e-3, "rmsprop": 2e-3},
    "features": {"adam": 3e-3, "adamw": 3e-3, "rmsprop": 1e-3, "momentum": 0.05, "sgd": 0.2},
    "density": {"adam": 2e-3, "adamw": 2e-3, "rmsprop": 5e-4},
}
LOGS = ("csv", "events", "jsonl", "text")
SAVES = ("full", "lightning", "mmengine", "hf", "full")


def base(part: str, task: str, at: int, **changes: object) -> Recipe:
    """Recipe number ``at`` of a task: optimizer, loss, log, checkpoint and seed go round at different paces."""
    kind = str(changes.get("optimizer", OPTIMIZERS[task][at % len(OPTIMIZERS[task])]))
    epochs, batch, size, validation = SHAPES[task]
    losses = LOSSES.get(task, ("ce",))
    recipe = Recipe(
        task=task,
        network=NETWORKS[part, task],
        loss=losses[at % len(losses)],
        optimizer=kind,
        rate=RATES[task].get(kind, 1e-3),
        decay=0.01 if kind == "adamw" else 0.0,
        schedule="cosine",
        epochs=epochs,
        batch=batch,
        size=size,
        validation=validation,
        data_seed=DATA_SEEDS[part] + at % 4,
        seed=SEEDS[part] + at,
        log=LOGS[at % len(LOGS)],
        style=at // len(LOGS) % 2 + 2 * (part == "eval"),
        every=(1, 0, 2)[at % 3],
        save=SAVES[at % len(SAVES)],
    )
    return replace(recipe, **changes)
