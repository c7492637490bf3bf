"""Points that are out of line: far off in y (outliers), or far out in x (leverage)."""

import functools
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from lossviz.data.cloud import Cloud
from lossviz.data.sampling import sample
from lossviz.losses.base import Array

CHANCE = 0.01
"""Share of clean normal samples in which any point at all may be called an outlier."""
_ON_THE_LINE = 1e-9  # of the range of y; a residual below is zero, up to rounding
_NORMAL = 1.4826  # median absolute deviation of a normal sample, as its standard deviation
_PAIRS = 500
_SEARCHED = 2_000
_ROUNDS = 10


def leverage(x: Array) -> Array:
    """Pull of each x on its own fitted value under least squares, between 1/n and 1."""
    centred = x - x.mean()
    spread = float((centred**2).sum())
    return 1.0 / len(x) + (centred**2 / spread if spread > 0 else np.zeros_like(x))


def outliers(cloud: Cloud, *, constant: bool = False) -> NDArray[np.intp]:
    """Indices of points too far for chance from the least-squares line, or constant, through the others.

    The others are found as by Rousseeuw & Leroy (1987): those within 2.5 standard deviations
    1.4826 (1 + 5/(n - p)) median|r| of the line with the least median of squares, or of the median.
    A point is then judged by its deleted residual, which has Student's t distribution, at the level
    ``CHANCE`` shared by all n points (Cook & Weisberg, 1982), and the others are those that pass, until
    they no longer change (after Hadi & Simonoff, 1993). Fewer than 5 points have no outliers.
    """
    n, rise, run = len(cloud), float(np.ptp(cloud.y)), float(np.ptp(cloud.x))
    if n < 5 or rise == 0:
        return np.empty(0, dtype=np.intp)
    y = (cloud.y - np.median(cloud.y)) / rise
    x = np.zeros(n) if constant or run == 0 else (cloud.x - cloud.x.min()) / run
    p = 2 if x.any() else 1
    off = y if p == 1 else _off_the_majority(x, y)
    deviation = _NORMAL * (1.0 + 5.0 / (n - p)) * np.median(np.abs(off))
    others = np.abs(off) <= max(2.5 * deviation, _ON_THE_LINE)
    most = NormalDist().inv_cdf(1.0 - CHANCE / (2 * n))
    for _ in range(_ROUNDS):
        if others.sum() < p + 2:
            return np.empty(0, dtype=np.intp)
        passed = _surprise(x, off, others, p) <= most
        if (passed == others).all():
            break
        others = passed
    return np.flatnonzero(~others)


def _off_the_majority(x: Array, y: Array) -> Array:
    """Residuals (n,) of the line with the least median of squares, its slope that of two of the points.

    The best intercept for a slope is the middle of the shortest interval that holds half of y - slope x. Among more
    than ``_SEARCHED`` points it is the line of so many of them, drawn at random.
    """
    some = sample(len(x), _SEARCHED)
    first, second = _pairs(len(some))
    across, up = x[some], y[some]
    apart = across[second] - across[first]
    usable = apart != 0
    slope = (up[second] - up[first])[usable] / apart[usable]
    if not len(slope):  # no two of those searched are apart in x
        slope = np.zeros(1)
    off = up - slope[:, None] * across
    ordered = np.sort(off, axis=1)
    half = len(some) // 2 + 1
    width = ordered[:, half - 1 :] - ordered[:, : len(some) - half + 1]
    line, begin = np.unravel_index(np.argmin(width), width.shape)
    return y - slope[line] * x - 0.5 * (ordered[line, begin] + ordered[line, begin + half - 1])


@functools.lru_cache(maxsize=16)
def _pairs(n: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of every pair of n points, or of some hundreds of them, always the same."""
    first, second = np.triu_indices(n, k=1)
    if len(first) <= _PAIRS:
        return first, second
    chosen = np.random.default_rng(0).choice(len(first), _PAIRS, replace=False)
    return first[chosen], second[chosen]


def _surprise(x: Array, off: Array, others: NDArray[np.bool_], p: int) -> Array:
    """Deleted residuals (n,) of the least-squares fit to ``others``, as normal deviates, not negative.

    A point outside is compared with the fit's prediction there, one inside with the fit without it.
    Student's t is made normal by Wallace (1959): z = (8v + 1)/(8v + 3) sqrt(v log(1 + t^2/v)).
    """
    count = int(others.sum())
    x, off = x - x[others].mean(), off - off[others].mean()
    spread = float((x[others] ** 2).sum()) or 1.0
    off = off - x * (x[others] @ off[others]) / spread
    reach = 1.0 / count + x**2 / spread
    total = float((off[others] ** 2).sum())
    left = np.where(others, total - off**2 / np.maximum(1.0 - reach, _ON_THE_LINE), total)
    freedom = count - p - others
    variance = np.maximum(left, 0.0) / freedom * np.where(others, 1.0 - reach, 1.0 + reach)
    square = np.where(np.abs(off) > _ON_THE_LINE, off**2 / np.maximum(variance, _ON_THE_LINE**4), 0.0)
    return (8 * freedom + 1) / (8 * freedom + 3) * np.sqrt(freedom * np.log1p(square / freedom))
