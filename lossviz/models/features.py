"""Feature maps: what a linear score may combine."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array


@dataclass(frozen=True)
class FeatureMap:
    """What a linear score may combine; ``expand`` maps (n, d) to (n, features)."""

    name: str
    title: str
    expand: Callable[[Array], Array]
    label: Callable[[tuple[str, ...]], tuple[str, ...]]
    """Names of the features from the names of the columns."""


def _plain(x: Array) -> Array:
    return x


def _with_squares(x: Array) -> Array:
    return np.concatenate([x, x * x], axis=1)


def _with_products(x: Array) -> Array:
    i, j = np.triu_indices(x.shape[1])
    return np.concatenate([x, x[:, i] * x[:, j]], axis=1)


def _product_names(names: tuple[str, ...]) -> tuple[str, ...]:
    i, j = np.triu_indices(len(names))
    return tuple(f"{names[a]}²" if a == b else f"{names[a]} {names[b]}" for a, b in zip(i, j, strict=True))


FEATURES: Mapping[str, FeatureMap] = {
    feature_map.name: feature_map
    for feature_map in (
        FeatureMap("plain", "As they are", _plain, lambda names: names),
        FeatureMap(
            "squares",
            "With squares",
            _with_squares,
            lambda names: (*names, *(f"{name}²" for name in names)),
        ),
        FeatureMap(
            "quadratic",
            "With squares and products",
            _with_products,
            lambda names: (*names, *_product_names(names)),
        ),
    )
}
"""Every feature map by name."""


def design(x: Array, features: str) -> Array:
    """A column of ones, then the features of x (n, d); (n, p)."""
    with np.errstate(over="ignore"):
        return np.concatenate([np.ones((len(x), 1)), FEATURES[features].expand(x)], axis=1)


def check_features(features: str) -> None:
    """Refuse a feature map that is not known.

    Raises:
        ValueError: if no map has that name.
    """
    if features not in FEATURES:
        raise ValueError(f"no feature map is named {features!r:.80}; known: {', '.join(FEATURES)}")
