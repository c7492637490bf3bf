"""Where to start: the least-squares fit, a least-absolute fit, and fits through a few points each."""

import itertools
import math

import numpy as np

from lossviz.fitting import polyhedral
from lossviz.fitting.problem import Problem, solve
from lossviz.losses.base import Array


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
    """Fits through p points each: mostly the cheapest of many, some from the whole range, (B, starts, p)."""
    batch, n = problem.target.shape
    p = problem.design.size
    if starts <= 0:
        return np.empty((batch, 0, p))
    if math.comb(n, p) <= 10 * starts:
        subsets = np.array(list(itertools.combinations(range(n), p)))
    else:
        subsets = np.random.default_rng(0).random((10 * starts, n)).argpartition(p, axis=1)[:, :p]
    columns = problem.design.points[:, subsets]
    solvable = np.abs(np.linalg.det(columns)) > 1e-9
    columns = np.where(solvable[:, :, None, None], columns, np.eye(p))
    targets = problem.target[:, subsets][..., None]
    through = np.asarray(np.linalg.solve(columns, targets)[..., 0], dtype=np.float64)
    every = problem.rows(np.repeat(np.arange(batch), len(subsets)))
    costs = every.cost(through.reshape(-1, p)).reshape(batch, -1)
    order = np.argsort(np.where(solvable, costs, np.inf), axis=1)
    if len(subsets) <= starts:
        return np.take_along_axis(through, order[:, :, None], axis=1)
    ranks = (np.linspace(0.0, 1.0, starts) ** 2 * (len(subsets) - 1)).astype(int)
    return np.take_along_axis(through, order[:, ranks, None], axis=1)
