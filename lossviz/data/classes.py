"""Seeded toy data of two classes, or of many, on two features, by name: ``make("moons", n=200, seed=0)``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.data.dataset import Dataset

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ToyClasses:
    """A recipe: ``draw(rng, labels)`` returns the points of shape (n, 2) for labels of shape (n,)."""

    name: str
    title: str
    question: str
    """What the data set is there to show."""
    draw: Callable[[np.random.Generator, Array], Array]
    share: float = 0.5
    """Share of label 1, of two classes; many are equally large."""
    classes: int = 2
    features: str = "plain"
    """The feature map with which a linear score can follow the boundary (``models.FEATURES``)."""


def _blobs(distance: float) -> Callable[[np.random.Generator, Array], Array]:
    def draw(rng: np.random.Generator, labels: Array) -> Array:
        side = (labels - 0.5) * distance / np.sqrt(2.0)
        return side[:, None] + rng.normal(0.0, 1.0, (len(labels), 2))

    return draw


def _moons(rng: np.random.Generator, labels: Array) -> Array:
    angle = rng.uniform(0.0, np.pi, len(labels))
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=-1)
    arcs = np.where(labels[:, None] == 1, lower, upper) - [0.5, 0.25]
    return 1.5 * arcs + rng.normal(0.0, 0.2, (len(labels), 2))


def _circles(rng: np.random.Generator, labels: Array) -> Array:
    angle = rng.uniform(0.0, 2.0 * np.pi, len(labels))
    radius = np.where(labels == 1, 1.0, 2.2) + rng.normal(0.0, 0.2, len(labels))
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _xor(rng: np.random.Generator, labels: Array) -> Array:
    horizontal = rng.choice([-1.0, 1.0], len(labels))
    vertical = np.where(labels == 1, -horizontal, horizontal)
    return 1.3 * np.stack([horizontal, vertical], axis=-1) + rng.normal(0.0, 0.5, (len(labels), 2))


def _around(classes: int, radius: float) -> Callable[[np.random.Generator, Array], Array]:
    """Blobs of spread 1 about the corners of a regular polygon, one of them at the top."""

    def draw(rng: np.random.Generator, labels: Array) -> Array:
        angle = 2.0 * np.pi * labels / classes
        return radius * np.stack([np.sin(angle), np.cos(angle)], axis=-1) + rng.normal(
            0.0, 1.0, (len(labels), 2)
        )

    return draw


def _rings(rng: np.random.Generator, labels: Array) -> Array:
    angle = rng.uniform(0.0, 2.0 * np.pi, len(labels))
    radius = 0.5 + 1.2 * labels + rng.normal(0.0, 0.2, len(labels))
    return radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=-1)


CLASSES: Mapping[str, ToyClasses] = {
    recipe.name: recipe
    for recipe in (
        ToyClasses("blobs", "Blobs", "What does a clear boundary look like?", _blobs(4.0)),
        ToyClasses(
            "overlapping_blobs",
            "Overlapping blobs",
            "How sure may a model be where classes mix?",
            _blobs(2.0),
        ),
        ToyClasses("moons", "Moons", "How far does a straight boundary get?", _moons, features="quadratic"),
        ToyClasses("circles", "Circles", "What do squared features add?", _circles, features="squares"),
        ToyClasses("xor", "XOR", "What can no straight line separate?", _xor, features="quadratic"),
        ToyClasses(
            "imbalanced_blobs",
            "Imbalanced blobs",
            "What is accuracy worth when one class is rare?",
            _blobs(2.5),
            share=0.1,
        ),
    )
}
"""Every recipe of two classes by name, in the order of a menu."""

MANY: Mapping[str, ToyClasses] = {
    recipe.name: recipe
    for recipe in (
        ToyClasses(
            "three_blobs",
            "Three blobs",
            "Where do three regions meet?",
            _around(3, 2.2),
            classes=3,
        ),
        ToyClasses(
            "five_blobs", "Five blobs", "How does one class give way to the next?", _around(5, 3.2), classes=5
        ),
        ToyClasses(
            "rings",
            "Three rings",
            "Which features bend a boundary?",
            _rings,
            features="squares",
            classes=3,
        ),
    )
}
"""Every recipe of more than two classes by name."""


def make(name: str, n: int = 200, seed: int = 0) -> Dataset:
    """The toy data set of that name: x of shape (n, 2), labels from 0 in random order.

    Equal arguments give equal data. All classes are always there: of two, label 1 has
    round(share * n) samples, at least one; many differ in size by at most one.

    Raises:
        ValueError: if the name is unknown or n is not from the number of classes to 100,000.
    """
    known = {**CLASSES, **MANY}
    if name not in known:
        raise ValueError(f"no toy data set is named {str(name)[:80]!r}; known: {', '.join(known)}")
    recipe = known[name]
    if not recipe.classes <= n <= 100_000:
        raise ValueError(f"n must be from {recipe.classes} to 100,000 samples, got {n!r:.80}")
    rng = np.random.default_rng(seed)
    two = np.arange(n) < max(1, round(recipe.share * n))
    labels = rng.permutation(two if recipe.classes == 2 else np.arange(n) % recipe.classes).astype(np.float64)
    return Dataset(
        x=recipe.draw(rng, labels),
        y=labels,
        names=("x₁", "x₂", "class"),
        source=f"{recipe.title}: {n} simulated samples, seed {seed}",
    )
