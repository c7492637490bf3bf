"""Seeded toy data about a line, by name: ``make("outliers", n=80, seed=0)``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.data.dataset import Dataset

Array = NDArray[np.float64]

INTERCEPT, SLOPE, NOISE = 1.0, 2.0, 0.5
"""The true line and the standard deviation about it."""


@dataclass(frozen=True)
class ToyLine:
    """A recipe: ``noise(rng, x)`` is what is added to the true line at x (n,)."""

    name: str
    title: str
    question: str
    """What the data set is there to show."""
    noise: Callable[[np.random.Generator, Array], Array]


def _even(rng: np.random.Generator, x: Array) -> Array:
    return rng.normal(0.0, NOISE, len(x))


def _with_outliers(rng: np.random.Generator, x: Array) -> Array:
    noise = _even(rng, x)
    far = np.argsort(x)[-max(1, len(x) // 10) :]
    noise[far] -= rng.uniform(6.0, 9.0, len(far))
    return noise


def _growing(rng: np.random.Generator, x: Array) -> Array:
    return rng.normal(0.0, 0.1 + 0.6 * x)


LINES: Mapping[str, ToyLine] = {
    recipe.name: recipe
    for recipe in (
        ToyLine("line", "Line", "How does a line find its data?", _even),
        ToyLine("outliers", "Line with outliers", "Which losses are dragged along?", _with_outliers),
        ToyLine("heteroscedastic", "Growing noise", "What if the noise grows with x?", _growing),
    )
}
"""Every recipe by name, in the order of a menu."""


def make(name: str, n: int = 80, seed: int = 0) -> Dataset:
    """The toy data set of that name: x (n,) from 0 to 3 and y about the line 1 + 2x.

    Equal arguments give equal data.

    Raises:
        ValueError: if the name is unknown or n is not from 2 to 100,000.
    """
    if name not in LINES:
        raise ValueError(f"no toy data set is named {str(name)[:80]!r}; known: {', '.join(LINES)}")
    if not 2 <= n <= 100_000:
        raise ValueError(f"n must be from 2 to 100,000 samples, got {n!r:.80}")
    recipe = LINES[name]
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 3.0, n)
    return Dataset(
        x=x,
        y=INTERCEPT + SLOPE * x + recipe.noise(rng, x),
        names=("x", "y"),
        source=f"{recipe.title}: {n} simulated samples, seed {seed}",
    )
