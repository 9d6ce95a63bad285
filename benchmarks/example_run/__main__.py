"""``python -m benchmarks.example_run [FOLDER]``: train both recipes and say how each ended."""

import sys
from pathlib import Path

from benchmarks.example_run.recipes import RECIPES
from benchmarks.example_run.train import train

EXAMPLES = Path(__file__).parents[2] / "examples"


def main() -> None:
    """Train into ``examples/``, or into the folder named on the command line."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else EXAMPLES
    for recipe in RECIPES:
        end = train(recipe, folder / recipe.name)
        print(
            f"{recipe.name:14} train loss {end.train_loss:.4f}  validation loss {end.val_loss:.4f}"
            f"  Dice {end.dice:.4f}  IoU {end.iou:.4f}  gamma {end.gamma:.6g}"
        )


if __name__ == "__main__":
    main()
