"""Prints the library into the wheel, so that what is installed has every page laid out from the first call."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent


class Printed(build_py):
    """Copies the packages, and puts the printed pages and the index for questions beside them."""

    def run(self) -> None:
        """As setuptools does it, then print."""
        super().run()
        if self.editable_mode:
            return  # a clone prints for itself whenever a page changes
        sys.path.insert(0, str(HERE))
        from kb import frozen
        from kb.ask import stored

        made = Path(self.build_lib) / "kb"
        frozen.ship(made / "printed.txt")
        stored.ship(made / "ask" / "index.bin")


setup(cmdclass={"build_py": Printed})
