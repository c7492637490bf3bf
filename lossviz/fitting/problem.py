"""A linear model and its cost, for many data sets at once, in coordinates where all is of order one.

Shapes: B data sets of n points, p coefficients. The optimisers see only these internal
coordinates; ``Frame`` knows the way there and back.
"""

import dataclasses
import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

Index = NDArray[Any]
"""Whole numbers, or booleans, that pick from an array."""


@dataclass(frozen=True)
class Design:
    """The columns of a linear model: shape (1, p, n) where all data sets share them, else (B, p, n).

    Points come last because the sums run over them.
    """

    columns: Array

    @property
    def size(self) -> int:
        """Number of coefficients, p."""
        return self.columns.shape[1]

    @property
    def points(self) -> Array:
        """The same with one row for each point, (1 or B, n, p)."""
        return self.columns.transpose(0, 2, 1)

    def rows(self, which: Index | slice) -> "Design":
        """The designs of those data sets."""
        return self if len(self.columns) == 1 else Design(self.columns[which])

    def predict(self, coefficients: Array) -> Array:
        """(B, p) -> (B, n)."""
        if len(self.columns) == 1:
            return coefficients @ self.columns[0]
        return np.einsum("bp,bpn->bn", coefficients, self.columns)

    def pull(self, values: Array) -> Array:
        """X' v for values (B, n) -> (B, p)."""
        if len(self.columns) == 1:
            return values @ self.columns[0].T
        return np.einsum("bn,bpn->bp", values, self.columns)

    def moments(self, values: Array) -> Array:
        """X' diag(v) X for values (B, n) -> (B, p, p)."""
        if len(self.columns) == 1:
            p, x = self.size, self.columns[0]
            return (values @ (x[:, None, :] * x[None, :, :]).reshape(p * p, -1).T).reshape(-1, p, p)
        return (self.columns * values[:, None, :]) @ self.points


@dataclass(frozen=True)
class Problem:
    """Minimise ``sum_i w_i loss(z_i)`` over the coefficients, with z = unit (prediction - target).

    ``target`` is (B, n), ``weights`` (B, n) with rows that sum to one, ``unit`` (B, 1).
    """

    loss: ResidualLoss
    design: Design
    target: Array
    weights: Array
    unit: Array

    def rows(self, which: Index | slice) -> "Problem":
        """The problem of those data sets, in that order; one may be asked for several times."""
        return dataclasses.replace(
            self,
            design=self.design.rows(which),
            target=self.target[which],
            weights=self.weights[which],
            unit=self.unit[which],
        )

    def errors(self, coefficients: Array) -> Array:
        """Prediction minus target in internal units, (B, n)."""
        return self.design.predict(coefficients) - self.target

    def cost(self, coefficients: Array) -> Array:
        """Weighted mean loss, (B,)."""
        return (self.weights * self.loss.value(self.unit * self.errors(coefficients))).sum(axis=1)


@dataclass(frozen=True)
class Frame:
    """The change between the units of the data and internal coordinates.

    Columns are centred, where there is an intercept, and divided by their half range; targets are
    centred at their median and divided by their spread. Divisors are powers of two, so that the
    change itself does not round.
    """

    shift: Array
    """(1 or B, p): subtracted from the columns; 0 without an intercept."""
    stretch: Array
    """(1 or B, p): divides the columns."""
    level: Array
    """(B, 1): subtracted from the target."""
    spread: Array
    """(B, 1): divides the target."""
    intercept: int | None
    """Index of the column of ones."""

    @classmethod
    def of(cls, columns: Array, target: Array) -> "Frame":
        """The frame that suits columns (1 or B, p, n) and target (B, n)."""
        low, high = columns.min(axis=2), columns.max(axis=2)
        ones = np.flatnonzero(((low == 1.0) & (high == 1.0)).all(axis=0))
        intercept = int(ones[0]) if len(ones) else None
        shift = np.zeros_like(low)
        level = np.zeros((len(target), 1))
        if intercept is not None:
            shift = 0.5 * low + 0.5 * high
            shift[:, intercept] = 0.0
            level = _middle(target)
        stretch = _power_of_two(np.maximum(high - shift, shift - low))
        distance = np.abs(target - level)
        typical, widest = _middle(distance), distance.max(axis=1, keepdims=True)
        spread = _power_of_two(np.where(typical > 1e-9 * widest, typical, widest))
        return cls(shift, stretch, level, spread, intercept)

    def columns(self, columns: Array) -> Array:
        return (columns - self.shift[:, :, None]) / self.stretch[:, :, None]

    def target(self, target: Array) -> Array:
        return (target - self.level) / self.spread

    def inward(self, coefficients: Array) -> Array:
        """Coefficients of the data, (B, p), as internal ones."""
        inner = coefficients * self.stretch / self.spread
        if self.intercept is not None:
            centre = (coefficients * self.shift).sum(axis=1) - self.level[:, 0]
            inner[:, self.intercept] += centre / self.spread[:, 0]
        return inner

    def outward(self, coefficients: Array) -> Array:
        """Internal coefficients, (B, ..., p), as those of the data; NaN stays NaN."""
        between = (-1,) + (1,) * (coefficients.ndim - 2)
        spread = self.spread.reshape(*between, 1)
        p = coefficients.shape[-1]
        outer = coefficients * spread / self.stretch.reshape(*between, p)
        if self.intercept is not None:
            centre = (outer * self.shift.reshape(*between, p)).sum(axis=-1)
            outer[..., self.intercept] += self.level.reshape(between) - centre
        return outer


def _middle(values: Array) -> Array:
    """A median of each row, (B, 1)."""
    return np.sort(values, axis=1)[:, values.shape[1] // 2, None]


def _power_of_two(size: Array) -> Array:
    """The power of two nearest to each size; 1 for a size of zero or next to nothing."""
    return np.where(size > 1e-100, np.exp2(np.round(np.log2(np.where(size > 1e-100, size, 1.0)))), 1.0)


def longest(vectors: Array) -> Array:
    """The largest entry, in size, of each of some short vectors (B, p), (B,): many times faster than ``max``."""
    sizes = np.abs(vectors)
    return functools.reduce(np.maximum, [sizes[:, k] for k in range(sizes.shape[1])])


def solve(matrices: Array, vectors: Array) -> Array:
    """Solutions (B, p) of systems (B, p, p), with a ridge of 1e-14 so that all have one."""
    size = longest(matrices.reshape(len(matrices), -1))
    usable = size > 1e-280
    if matrices.shape[-1] == 2:
        scale = np.where(usable, size, 1.0)
        (a, b), (c, d) = (matrices / scale[:, None, None]).transpose(1, 2, 0)
        ridge = np.where(usable, 1e-14, 1.0)
        a, d = a + ridge, d + ridge
        determinant = a * d - b * c
        if determinant.all():
            v, w = vectors.T
            solution = np.stack([d * v - b * w, a * w - c * v], axis=1)
            return np.asarray(solution / (determinant * scale)[:, None], dtype=np.float64)
    ridges = np.where(usable, 1e-14 * size, 1.0)[:, None, None] * np.eye(matrices.shape[-1])
    try:
        solutions = np.linalg.solve(matrices + ridges, vectors[:, :, None])
    except np.linalg.LinAlgError:  # an eigenvalue below zero, such as a saddle has, can cancel the ridge
        solutions = np.linalg.pinv(matrices, rcond=1e-13, hermitian=True) @ vectors[:, :, None]
    return np.asarray(solutions[:, :, 0], dtype=np.float64)
