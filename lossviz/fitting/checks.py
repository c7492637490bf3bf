"""What may be fitted: shapes, finite numbers, enough points, and columns that can be told apart."""

import math

import numpy as np
from numpy.typing import ArrayLike

from lossviz.fitting.problem import Design
from lossviz.losses.base import Array
from lossviz.number_format import short

LIMIT = 1e100
"""Largest size of a number in the data."""


def numbers(name: str, values: ArrayLike) -> Array:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers") from None
    bad = ~(np.abs(array) <= LIMIT)
    if bad.any():
        raise ValueError(
            f"{name} holds {bad.sum()} value(s) that are not finite or above {short(LIMIT)} in size; "
            "leave those points out"
        )
    return array


def arrays(design: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> tuple[Array, Array, Array, bool]:
    """Columns (1 or B, p, n), target (B, n), weights (B, n) that sum to one, and whether B was not given."""
    columns, target = numbers("design", design), numbers("y", y)
    if columns.ndim not in (2, 3) or target.ndim not in (1, 2):
        raise ValueError(
            "design must have shape (n, p) or (batch, n, p) and y (n,) or (batch, n), "
            f"got {columns.shape} and {target.shape}"
        )
    single = columns.ndim == 2 and target.ndim == 1
    columns, target = columns[None] if columns.ndim == 2 else columns, np.atleast_2d(target)
    n, p = columns.shape[1:]
    if target.shape[1] != n or (len(columns) not in (1, len(target)) and len(target) != 1):
        raise ValueError(f"x and y must have as many points each, got {n} and {target.shape[1]}")
    if n < p or p < 1:
        raise ValueError(f"{n} point(s) cannot determine {p} coefficient(s): at least {p} are needed")
    target = np.broadcast_to(target, (max(len(target), len(columns)), n))
    given = np.ones(n) if weights is None else numbers("weights", weights)
    if given.ndim > 2 or given.shape[-1:] != (n,) or (given.ndim == 2 and len(given) not in (1, len(target))):
        raise ValueError(f"weights must have shape ({n},) or that of y, got {given.shape}")
    if (given < 0).any() or (given.max(axis=-1) == 0).any():
        raise ValueError("weights must not be negative, nor all zero")
    shares = np.broadcast_to(given / given.max(axis=-1, keepdims=True), target.shape)
    columns = np.ascontiguousarray(columns.transpose(0, 2, 1))
    return columns, target, shares / shares.sum(axis=1, keepdims=True), single


def check_rank(design: Design, weights: Array) -> None:
    """Raise ValueError unless the internal columns are independent over the points that count."""
    counts = weights > 0
    used = design if counts.all() else Design(design.columns * counts[:, None, :])
    n = used.columns.shape[2]
    # The cheap test sees the square of the condition; only what it cannot tell goes to the exact one.
    normal = used.columns @ used.points
    doubtful = np.linalg.eigvalsh(normal)[:, 0] < 1e-6
    if (
        doubtful.any()
        and (np.linalg.matrix_rank(used.columns[doubtful], tol=1e-10 * math.sqrt(n)) < used.size).any()
    ):
        raise ValueError(
            "the columns of the design are linearly dependent over the points that count: "
            "their coefficients cannot be told apart"
        )


def positive_scale(scale: ArrayLike, batch: int) -> Array:
    sizes = numbers("scale", scale)
    if sizes.ndim > 1 or (sizes.ndim == 1 and len(sizes) not in (1, batch)) or not (sizes >= 1 / LIMIT).all():
        raise ValueError(
            f"scale must be 'mad', a number above {short(1 / LIMIT)} or {batch} of them, got {scale!r:.40}"
        )
    return np.broadcast_to(sizes, (batch,))[:, None]


def starting_point(start: ArrayLike, batch: int, p: int) -> Array:
    guess = numbers("start", start)
    if guess.shape not in ((p,), (1, p), (batch, p)):
        raise ValueError(f"start must have shape ({p},) or ({batch}, {p}), got {guess.shape}")
    return np.broadcast_to(guess, (batch, p)).copy()
