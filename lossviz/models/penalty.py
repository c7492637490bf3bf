"""Penalties on the weights: value, gradient and proximal step.

A penalty is a function of the weights alone, (..., p) -> (...); the cost leaves intercepts and biases
out. Its strength λ multiplies the norm of the sum of weights as written here; libraries that take
means or sums over samples differ by that factor.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from lossviz.losses.base import Array
from lossviz.number_format import short


class Penalty(Protocol):
    """What is added to the mean loss for the size of the weights."""

    @property
    def label(self) -> str: ...

    @property
    def smooth(self) -> bool:
        """It has a gradient everywhere, and a second derivative."""
        ...

    @property
    def curvature(self) -> float:
        """Second derivative in each weight, where it is not zero."""
        ...

    def value(self, w: Array) -> Array:
        """(..., p) -> (...)."""
        ...

    def gradient(self, w: Array) -> Array:
        """(..., p); at a corner 0, the subgradient of least size there."""
        ...

    def prox(self, w: Array, step: float) -> Array:
        """argmin over v of penalty(v) + |v - w|² / (2 step), the proximal step; (..., p)."""
        ...


def _check(name: str, strength: float) -> None:
    if not 0.0 <= strength < np.inf:
        raise ValueError(f"{name} must be in [0, inf), got {strength!r:.80}")


@dataclass(frozen=True)
class L2:
    """(λ / 2) |w|², ridge; at λ = 0 no penalty at all.

    Raises:
        ValueError: if the strength is negative or not finite.
    """

    strength: float = 0.0

    smooth = True

    def __post_init__(self) -> None:
        _check("l2", self.strength)

    @property
    def label(self) -> str:
        return f"L2, λ = {short(self.strength)}" if self.strength else ""

    @property
    def curvature(self) -> float:
        return self.strength

    def value(self, w: Array) -> Array:
        return 0.5 * np.sum(self.strength * w * w, axis=-1)

    def gradient(self, w: Array) -> Array:
        return self.strength * w

    def prox(self, w: Array, step: float) -> Array:
        return w / (1.0 + step * self.strength)


@dataclass(frozen=True)
class L1:
    """λ |w|₁, the lasso's (Tibshirani 1996); its proximal step is soft thresholding.

    Raises:
        ValueError: if the strength is negative or not finite.
    """

    strength: float = 0.0

    curvature = 0.0

    def __post_init__(self) -> None:
        _check("l1", self.strength)

    @property
    def label(self) -> str:
        return f"L1, λ = {short(self.strength)}" if self.strength else ""

    @property
    def smooth(self) -> bool:
        return self.strength == 0

    def value(self, w: Array) -> Array:
        return self.strength * np.abs(w).sum(axis=-1)

    def gradient(self, w: Array) -> Array:
        return self.strength * np.sign(w)

    def prox(self, w: Array, step: float) -> Array:
        return np.copysign(np.maximum(np.abs(w) - step * self.strength, 0.0), w)


@dataclass(frozen=True)
class ElasticNet:
    """λ (ρ |w|₁ + (1 - ρ) |w|² / 2) with ρ the share of L1 (Zou & Hastie 2005).

    Raises:
        ValueError: if the strength is negative or not finite, or the share outside 0 to 1.
    """

    strength: float = 0.0
    l1_ratio: float = 0.5

    def __post_init__(self) -> None:
        _check("elastic net", self.strength)
        if not 0.0 <= self.l1_ratio <= 1.0:
            raise ValueError(f"l1_ratio must be in [0, 1], got {self.l1_ratio!r:.80}")

    @property
    def label(self) -> str:
        return f"Elastic net, λ = {short(self.strength)}, ρ = {short(self.l1_ratio)}" if self.strength else ""

    @property
    def smooth(self) -> bool:
        return self.strength * self.l1_ratio == 0

    @property
    def curvature(self) -> float:
        return self.strength * (1.0 - self.l1_ratio)

    def value(self, w: Array) -> Array:
        return self.strength * (
            self.l1_ratio * np.abs(w).sum(axis=-1) + 0.5 * (1.0 - self.l1_ratio) * np.sum(w * w, axis=-1)
        )

    def gradient(self, w: Array) -> Array:
        return self.strength * (self.l1_ratio * np.sign(w) + (1.0 - self.l1_ratio) * w)

    def prox(self, w: Array, step: float) -> Array:
        shrunk = np.copysign(np.maximum(np.abs(w) - step * self.strength * self.l1_ratio, 0.0), w)
        return shrunk / (1.0 + step * self.curvature)
