"""Fits whose loss is measured in units of the residuals' own spread, so that units do not matter.

The loss is taken of r / s, where s is the median absolute residual divided by 0.67449 (the upper
quartile of the standard normal), about zero and not about the residuals' median. Coefficients and
scale are found together, from the least-squares fit on: the fixed point of alternating a reweighted
least-squares step with a new scale, which is what statsmodels' RLM and R's MASS::rlm compute
(MASS rounds the constant to 0.6745). Source: Huber & Ronchetti (2009), ch. 7; Holland & Welsch (1977).
"""

import dataclasses

import numpy as np

from lossviz.fitting.descent import irls_weights
from lossviz.fitting.problem import Index, Problem, solve
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

UPPER_QUARTILE = 0.6744897501960817
MAX_ITERATIONS = 500
_FLOOR = 1e-14


def scale_of(errors: Array, weights: Array) -> tuple[Array, Index, Index]:
    """MAD of errors (B, n) about zero, normalised to the normal, (B,), and the two terms it averages.

    With weights it is the weighted median: whole-number weights count a point that many times. A
    scale of zero (more than half of the points on the line) is replaced by the rounding level.
    """
    sizes = np.abs(errors)
    order = np.argsort(sizes, axis=1)
    share = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    half = 0.5 * share[:, -1:]
    last = sizes.shape[1] - 1
    each = np.arange(len(sizes))
    lower = order[each, np.minimum((share < half * (1 - 1e-12)).sum(axis=1), last)]
    upper = order[each, np.minimum((share <= half * (1 + 1e-12)).sum(axis=1), last)]
    scale = 0.5 * (sizes[each, lower] + sizes[each, upper]) / UPPER_QUARTILE
    floor = np.maximum(_FLOOR, 1e-12 * sizes.max(axis=1))
    return np.maximum(scale, floor), lower, upper


def reweights(loss: ResidualLoss) -> bool:
    """Whether the loss's weights fall with distance, so that reweighted least squares finds its fits."""
    distance = np.append(0.0, np.geomspace(1e-6, 1e3, 200))
    sides = loss.weight(np.stack([distance, -distance]))
    return bool(np.isfinite(sides).all() and (np.diff(sides, axis=1) <= 1e-12 * sides.max()).all())


def rescaled(problem: Problem, coefficients: Array) -> Problem:
    """The problem with its residuals in units of their MAD at these coefficients."""
    scale, _, _ = scale_of(problem.errors(coefficients), problem.weights)
    return dataclasses.replace(problem, unit=1.0 / scale[:, None])


def fixed_point(problem: Problem, start: Array) -> tuple[Array, Index]:
    """Coefficients (B, p) that are stationary at their own scale, and whether they are, (B,)."""
    best, converged = start.copy(), np.zeros(len(start), dtype=bool)
    active, part, here = np.arange(len(start)), problem, start
    reach = np.full(len(start), np.inf)
    for _ in range(MAX_ITERATIONS):
        errors = part.errors(here)
        scale, *_ = scale_of(errors, part.weights)
        z = errors / scale[:, None]
        pull = part.design.pull(part.weights * part.loss.gradient(z))
        step = -solve(part.design.moments(irls_weights(part, z) / scale[:, None]), pull)
        near = np.flatnonzero(reach < 0.3 * scale)
        if len(near):
            step[near] = _newton(part.rows(near), here[near], step[near], pull[near])
        there = here + step
        reach = np.abs(step).max(axis=1)
        done = reach <= 1e-14 * (1.0 + np.abs(here).max(axis=1))
        best[active], converged[active] = there, done
        if done.all():
            break
        here = there
        if done.any():
            left = ~done
            active, part, here, reach = active[left], part.rows(left), there[left], reach[left]
    return best, converged


def _newton(problem: Problem, here: Array, fallback: Array, pull: Array) -> Array:
    """A Newton step on the estimating equations where that brings them much closer to zero.

    d/db sum w psi(e/s) x = sum w psi'(z) x (x - z ds/db)' / s, where s moves with the middle residuals.
    """
    errors = problem.errors(here)
    scale, lower, upper = scale_of(errors, problem.weights)
    z = errors / scale[:, None]
    each = np.arange(len(here))
    middle = np.zeros_like(errors)
    for index in (lower, upper):
        middle[each, index] += 0.5 * np.sign(errors[each, index]) / UPPER_QUARTILE
    curvature = problem.weights * problem.loss.curvature(z) / scale[:, None]
    jacobian = problem.design.moments(curvature) - (
        problem.design.pull(curvature * z)[:, :, None] * problem.design.pull(middle)[:, None, :]
    )
    step = -solve(jacobian, pull)
    there = problem.errors(here + step)
    scale_there, _, _ = scale_of(there, problem.weights)
    pull_there = problem.design.pull(problem.weights * problem.loss.gradient(there / scale_there[:, None]))
    size, size_there = np.abs(pull).max(axis=1), np.abs(pull_there).max(axis=1)
    close = np.abs(step).max(axis=1) <= 20.0 * np.abs(fallback).max(axis=1)
    return np.where((close & (size_there <= 0.2 * size))[:, None], step, fallback)
