"""Elementary functions that keep their digits where the textbook formula loses them.

All work on float64 arrays, broadcast, and return the limit at infinite arguments.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def sigmoid(z: ArrayLike) -> Array:
    """Logistic function 1 / (1 + exp(-z)), with full relative precision in both tails."""
    z = np.asarray(z, dtype=np.float64)
    decay = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, decay) / (1.0 + decay)


def softplus(z: ArrayLike) -> Array:
    """log(1 + exp(z)), without overflow: max(z, 0) + log1p(exp(-|z|))."""
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def log_sigmoid(z: ArrayLike) -> Array:
    """log(sigmoid(z)) = -softplus(-z)."""
    return -softplus(-np.asarray(z, dtype=np.float64))


def logit(p: ArrayLike) -> Array:
    """log(p / (1 - p)); -inf at 0 and inf at 1."""
    p = np.asarray(p, dtype=np.float64)
    with np.errstate(divide="ignore"):
        return np.log(p) - np.log1p(-p)


def log_of_pair(p: ArrayLike, q: ArrayLike) -> Array:
    """log(p) where p + q = 1 and both are given: near p = 1 the digits are in q."""
    p, q = np.asarray(p, dtype=np.float64), np.asarray(q, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p < 0.5, np.log(p), np.log1p(-q))


def product(a: ArrayLike, b: ArrayLike) -> Array:
    """a * b with the convention 0 * inf = 0 of sums of t log t."""
    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where((a == 0) | (b == 0), 0.0, a * b)


_ATANH_TAIL = np.array([0.0, *(2.0 / (2 * k + 1) for k in range(1, 18))])


def log1p_gap(u: ArrayLike) -> Array:
    """u - log(1 + u) for u >= 0, without the cancellation near 0.

    With s = u / (2 + u), log(1 + u) = 2 atanh(s) and u - 2s = u s, so that for u <= 1 the gap is
    s (u - 2 (s^2/3 + s^4/5 + ...)), a series in s^2 <= 1/9.
    """
    u = np.asarray(u, dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        s = u / (2.0 + u)
        near = s * (u - np.polynomial.polynomial.polyval(s * s, _ATANH_TAIL))
        return np.select([u <= 1.0, np.isinf(u)], [near, np.inf], u - np.log1p(u))
