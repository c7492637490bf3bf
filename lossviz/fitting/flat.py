"""Sets of minimisers: where a cost is flat, all coefficients that are as good as the one that was found.

Under a loss with pieces of constant curvature (Huber, Hampel, the insensitive errors) the cost is one
quadratic for as long as no residual leaves its piece. Where its Hessian is singular at a minimiser, the
cost does not change along the Hessian's null directions until a residual does: the minimisers form an
interval, a segment or a polygon, cut out by one strip for each point.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np

from lossviz.fitting.problem import Index, Problem
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

AT_AN_EDGE = 1e-8
"""A residual this near, relatively, to the edge of a flat piece counts as on it."""
ROUNDING = 1e-11
"""What rounding leaves of a residual, against the prediction and the target that it is the difference of."""
SINGULAR = 1e-9
"""Eigenvalues of a Hessian are zero that are this small against what single points put into it."""
AS_GOOD = 1e-11
"""Costs are equal that differ by no more than this share."""
APART = 1e-6
"""Points are two that are further apart than this, in internal coordinates."""
FAR = 1e6
"""A set that reaches this far, in internal coordinates, has no corner there: it is not bounded."""
_OUTSIDE = 1e-3
_SLIGHT = 1e-6
_SQUARE = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


@dataclass(frozen=True)
class Pieces:
    """A loss of piecewise constant curvature: edges (k + 1,), from -inf to inf, and curvatures (k,)."""

    edges: Array
    curvature: Array
    rank: Index
    """Place of each piece in the order of curvature, then of slope, in size: (k,)."""

    def of(self, z: Array, slack: Array) -> Index:
        """Which piece each residual is in; of two that meet within ``slack``, the flatter one."""
        inside = np.searchsorted(self.edges[1:-1], z)
        found = inside
        for side in (-1, 1):
            beside = np.clip(inside + side, 0, len(self.curvature) - 1)
            edge = self.edges[np.where(side < 0, inside, inside + 1)]
            near = np.abs(z - edge) <= slack
            found = np.where(near & (self.rank[beside] < self.rank[found]), beside, found)
        return np.asarray(found)


@functools.lru_cache(maxsize=256)
def pieces(loss: ResidualLoss) -> Pieces | None:
    """The pieces of a loss of piecewise constant curvature that has a flat or straight one; else None."""
    kinks = np.unique(np.asarray(loss.kinks, dtype=np.float64))
    if not len(kinks):
        return None
    width = 1.0 + np.ptp(kinks)
    ends = np.concatenate([[kinks[0] - width], kinks, [kinks[-1] + width]])
    probes = ends[:-1, None] + np.diff(ends)[:, None] * np.array([0.1, 0.35, 0.6, 0.9])
    curvature = np.asarray(loss.curvature(probes), dtype=np.float64)
    if (np.ptp(curvature, axis=1) > 1e-9 * np.abs(curvature).max()).any() or (curvature != 0).all():
        return None
    bend, slope = np.median(curvature, axis=1), np.abs(loss.gradient(probes)).mean(axis=1)
    rank = np.argsort(np.lexsort((slope, np.abs(bend))))
    return Pieces(np.concatenate([[-math.inf], kinks, [math.inf]]), bend, rank)


def doubtful(problem: Problem, coefficients: Array) -> Index:
    """At which coefficients (B, p), all stationary, the cost curves downwards nowhere and is flat somewhere, (B,)."""
    values, largest = _eigenvalues(problem, coefficients)[:2]
    return np.asarray(np.abs(values[:, 0]) <= SINGULAR * largest)


def corners(problem: Problem, coefficients: Array) -> tuple[Array | None, Array | None]:
    """Corners (v, p) of the set of minimisers of one data set that holds these coefficients (p,).

    None where they are no minimum after all, as on a ledge: a flat stretch with an edge that the cost falls
    from. Then, second, coefficients (p,) beyond that edge, where a descent goes on.
    The set is whole for one or two coefficients; of more, and of a set without end, one point is told.
    """
    known, p = pieces(problem.loss), len(coefficients)
    if known is None or p > 2:
        return coefficients[None], None
    values, largest, vectors, z, slack = _eigenvalues(problem, coefficients[None])
    nullity = int((np.abs(values) <= SINGULAR * largest[:, None]).sum())
    if nullity == 0:
        lower = _lower_beside(problem, coefficients[None])
        return (coefficients[None], None) if lower is None else (None, lower)
    piece, counts = known.of(z[0], slack[0]), problem.weights[0] > 0
    slopes = float(problem.unit[0, 0]) * problem.design.points[0, counts]
    low, high = known.edges[piece][counts] - z[0, counts], known.edges[piece + 1][counts] - z[0, counts]
    give = slack[0, counts]
    if nullity == p == 2:
        offsets = _polygon(slopes, low, high, give)
    else:
        free = vectors[0, :, :1]
        offsets = _interval((slopes @ free)[:, 0], low, high)[:, None] * free[:, 0]
    if not (np.abs(offsets) < 0.9 * FAR).all():  # it rises nowhere at all, or only past an edge it falls from
        return None, None
    if not len(offsets):
        return coefficients[None], None
    found = coefficients + _distinct(offsets, APART * (1.0 + np.abs(coefficients).max()))
    lower = _lower_beside(problem, found)
    return (found, None) if lower is None else (None, lower)


def _eigenvalues(problem: Problem, coefficients: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Of the Hessian, each residual at the flatter side of an edge it is on: eigenvalues (B, p) and vectors
    (B, p, p), how large they could be (B,), the residuals in the loss's units and their slack, (B, n)."""
    predicted = problem.design.predict(coefficients)
    z = problem.unit * (predicted - problem.target)
    slack = AT_AN_EDGE * np.abs(z) + ROUNDING * problem.unit * (np.abs(predicted) + np.abs(problem.target))
    sides = [problem.loss.curvature(z - slack), problem.loss.curvature(z + slack)]
    bend = np.where(np.abs(sides[0]) < np.abs(sides[1]), *sides)
    values, vectors = np.linalg.eigh(problem.design.moments(problem.weights * bend))
    spread = problem.design.moments(problem.weights)
    largest = np.trace(spread, axis1=1, axis2=2) * np.abs(bend).max(axis=1)
    known = pieces(problem.loss)
    if known is not None:
        largest = np.trace(spread, axis1=1, axis2=2) * np.abs(known.curvature).max()
    return values, largest, vectors, z, slack


def _interval(along: Array, low: Array, high: Array) -> Array:
    """Both ends of all s with low <= s along <= high, (2,), no further off than ``FAR``."""
    moves = np.abs(along) > 1e-12 * np.abs(along).max()
    first, second = low[moves] / along[moves], high[moves] / along[moves]
    return np.clip([np.minimum(first, second).max(), np.maximum(first, second).min()], -FAR, FAR)


def _polygon(slopes: Array, low: Array, high: Array, give: Array) -> Array:
    """Corners (v, 2), in order, of all d with low <= slopes d <= high.

    Strips that meet in no more than a line would miss each other by rounding: all are wider by ``give``
    until the corners are known.
    """
    limits = np.concatenate([high, -low])
    bounded = np.isfinite(limits)
    limits, give = limits[bounded], np.concatenate([give, give])[bounded]
    normals = np.concatenate([slopes, -slopes])[bounded]
    found = FAR * _SQUARE
    for _ in range(2):  # from near by once more: a corner cut from a far side has that side's rounding
        middle, half = 0.5 * (found.max(axis=0) + found.min(axis=0)), np.ptp(found, axis=0)
        found = _clipped(middle + half * _SQUARE, normals, limits + give)
        if not len(found):
            break
    for k, corner in enumerate(found):
        own = ROUNDING * (np.abs(normals) @ np.abs(corner) + np.abs(limits))  # what cutting has left
        touching = np.abs(normals @ corner - limits) <= 2.0 * give + own
        found[k] += np.linalg.lstsq(normals[touching], (limits - normals @ corner)[touching], rcond=None)[0]
    return found


def _clipped(corner_points: Array, normals: Array, limits: Array) -> Array:
    """What half planes ``normals d <= limits`` leave of a convex polygon: Sutherland & Hodgman (1974)."""
    for normal, limit in zip(normals, limits, strict=True):
        over = corner_points @ normal - limit
        if (over <= 0).all():
            continue
        kept = []
        for k in range(len(corner_points)):
            here, there = over[k - 1], over[k]
            if (here <= 0) != (there <= 0):
                share = here / (here - there)
                kept.append(corner_points[k - 1] + share * (corner_points[k] - corner_points[k - 1]))
            if there <= 0:
                kept.append(corner_points[k])
        corner_points = np.array(kept).reshape(-1, 2)
        if not kept:
            break
    return corner_points


def _distinct(points: Array, size: float) -> Array:
    """Corners (v, p), in order, without those that are one with the corner before; the middle of all if all are."""
    if not len(points):
        return points
    apart = np.abs(points - np.roll(points, 1, axis=0)).max(axis=1) > size
    return points[apart] if apart.any() else points.mean(axis=0, keepdims=True)


def _lower_beside(problem: Problem, found: Array) -> Array | None:
    """Coefficients (p,) just outside a set with these corners where the cost is lower, if there are any."""
    centre, p = found.mean(axis=0), found.shape[1]
    size = _OUTSIDE * max(float(np.abs(found - centre).max()), 0.01)
    between = 0.5 * (found + np.roll(found, 1, axis=0))
    border = np.concatenate([found, between])
    angles = np.linspace(0.0, 2.0 * math.pi, 12, endpoint=False)
    ways = np.array([[-1.0], [1.0]]) if p == 1 else np.stack([np.cos(angles), np.sin(angles)], axis=1)
    around = (border[:, None, :] + size * ways).reshape(-1, p)
    every = np.concatenate([found, centre[None], around])
    costs = problem.rows(np.zeros(len(every), dtype=np.intp)).cost(every)
    here = costs[: len(found) + 1].max()
    fall, change = here - costs.min(), np.abs(costs - here).max()
    if fall <= _SLIGHT * change + AS_GOOD * abs(here):
        return None
    return np.asarray(every[costs.argmin()])
