"""One data set: what to predict from, what to predict, and where it comes from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MAX_ROWS = 100_000
"""Most rows that are fitted; of more, so many are drawn at random."""
MAX_DRAWN = 2_000
"""Most points that are drawn, and that are fitted again and again, as while one of them is moved."""
MAX_BY_HAND = 450
"""Most points that can be moved by hand, and the most that a link holds."""


@dataclass(frozen=True)
class Dataset:
    """Samples for a fit.

    ``x`` has shape (n,) for one predictor or (n, d) for d features; ``y`` has shape (n,), numbers
    in regression and the labels 0 and 1 in classification. ``names`` are the labels of the columns
    of x followed by that of y, units included; ``source`` is a citation or the generator's recipe.
    Where y holds class numbers from 0 on, ``classes`` are the classes' names.
    """

    x: Array
    y: Array
    names: tuple[str, ...]
    source: str
    classes: tuple[str, ...] = ()
