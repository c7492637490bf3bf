"""A part of many rows, drawn at random and always the same: every k-th row would follow any rhythm of the data."""

import numpy as np
from numpy.typing import NDArray


def sample(count: int, most: int, seed: int = 0) -> NDArray[np.intp]:
    """Indices, ascending, of at most ``most`` of ``count`` rows: all of them where that is no more."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))
