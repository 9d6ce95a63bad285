"""Has the C library keep freed memory at hand, where arrays of some size come and go all the time."""

from __future__ import annotations

import numpy as np


def keep_memory(size: int) -> None:
    """Keep the memory of freed arrays of up to ``size`` bytes, below 32 MB, in huge pages where there are any.

    Handing it back, and getting it again page by page, would take a fifth of the time. glibc keeps blocks smaller
    than the largest it has seen freed. The second time it takes the block from what it keeps, and numpy asks the
    system for huge pages there. Neither is touched, and so they take no memory.
    """
    for _ in range(2):
        np.empty(size, np.uint8)
