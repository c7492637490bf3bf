"""Where to start: the least-squares fit, a least-absolute fit, and fits through a few points each."""

import itertools
import math

import numpy as np

from lossviz.fitting import polyhedral
from lossviz.fitting.problem import Index, Problem, solve
from lossviz.losses.base import Array

FEW = 200
"""Of more points than this no midpoints are needed: a point is near to any place that matters."""
MIDPOINTS = 60
"""Most midpoints of two points that fits are drawn through."""


def least_squares(problem: Problem) -> Array:
    """The weighted least-squares fit, (B, p), refined once so that collinearity costs no digits."""
    design, weights = problem.design, problem.weights
    normal = design.moments(weights)
    start = solve(normal, design.pull(weights * problem.target))
    return start - solve(normal, design.pull(weights * problem.errors(start)))


def least_absolute(problem: Problem) -> Array:
    """A fit of least absolute deviations, or near it, (B, p)."""
    terms = polyhedral.Terms.of(problem, np.zeros(1), np.array([-1.0, 1.0]))
    return polyhedral.minimise(terms, least_squares(problem), whole=False)[0]


def elemental(problem: Problem, starts: int) -> Array:
    """Fits through p points each, and as many through midpoints of two points too, (B, up to 2 starts, p).

    Midpoints lead to minima that no point is near to, as between points that are evenly spread.
    """
    batch, n = problem.target.shape
    p = problem.design.size
    if starts <= 0:
        return np.empty((batch, 0, p))
    random = np.random.default_rng(0)
    points, heights = problem.design.points, problem.target
    found = [_through(problem, points, heights, starts, random)]
    if p > 1 and n <= FEW:
        one, other = _subsets(n, 2, MIDPOINTS, random).T
        points = np.concatenate([points, 0.5 * points[:, one] + 0.5 * points[:, other]], axis=1)
        heights = np.concatenate([heights, 0.5 * heights[:, one] + 0.5 * heights[:, other]], axis=1)
        found.append(_through(problem, points, heights, starts, random))
    return np.concatenate(found, axis=1)


def _through(
    problem: Problem, points: Array, heights: Array, starts: int, random: np.random.Generator
) -> Array:
    """Fits through p of some points (1 or B, m, p) with heights (B, m): mostly the cheapest of many, some from
    the whole range."""
    batch, p = len(problem.target), problem.design.size
    subsets = _subsets(heights.shape[1], p, 10 * starts, random)
    columns = points[:, subsets]
    solvable = np.abs(np.linalg.det(columns)) > 1e-9
    columns = np.where(solvable[:, :, None, None], columns, np.eye(p))
    targets = heights[:, subsets][..., None]
    through = np.asarray(np.linalg.solve(columns, targets)[..., 0], dtype=np.float64)
    every = problem.rows(np.repeat(np.arange(batch), len(subsets)))
    costs = every.cost(through.reshape(-1, p)).reshape(batch, -1)
    order = np.argsort(np.where(solvable, costs, np.inf), axis=1)
    if len(subsets) <= starts:
        return np.take_along_axis(through, order[:, :, None], axis=1)
    ranks = (np.linspace(0.0, 1.0, starts) ** 2 * (len(subsets) - 1)).astype(int)
    return np.take_along_axis(through, order[:, np.maximum(ranks, np.arange(starts)), None], axis=1)


def _subsets(n: int, size: int, most: int, random: np.random.Generator) -> Index:
    """Subsets of that size of n things, (m, size): all of them where there are no more than ``most``."""
    if math.comb(n, size) <= most:
        return np.array(list(itertools.combinations(range(n), size)), dtype=np.intp).reshape(-1, size)
    return random.random((most, n)).argpartition(size, axis=1)[:, :size]
