"""Fits whose loss is measured in units of the residuals' own spread, so that units do not matter.

The loss is taken of r / s, where s is the median absolute residual divided by 0.67449 (the upper
quartile of the standard normal), about zero and not about the residuals' median. Coefficients and
scale are found together, from the least-squares fit on: the fixed point of alternating a reweighted
least-squares step with a new scale, which is what statsmodels' RLM and R's MASS::rlm compute
(MASS rounds the constant to 0.6745). Source: Huber & Ronchetti (2009), ch. 7; Holland & Welsch (1977).
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from lossviz.fitting.descent import SETTLED, STATIONARY, irls_weights
from lossviz.fitting.problem import Index, Problem, solve
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

UPPER_QUARTILE = 0.6744897501960817
MAX_ITERATIONS = 500
NEAR = 0.3
"""Newton steps are tried once a step is this small against the scale."""
WORTHWHILE = 0.8
"""Work goes on for all data sets while at least this share of them needs it: copying costs more."""
_FLOOR = 1e-14


@dataclass(frozen=True)
class Spread:
    """MAD of each data set's errors about zero, normalised to the normal, (B,), and its two middle terms."""

    scale: Array
    lower: Index
    upper: Index

    @classmethod
    def of(cls, errors: Array, weights: Array) -> "Spread":
        """Of errors and weights (B, n). A weight is a count: the median is of points so repeated.

        A scale of zero (more than half of the points on the line) is replaced by the rounding level.
        """
        sizes, n = np.abs(errors), errors.shape[1]
        each = np.arange(len(sizes))
        order = np.argsort(sizes, axis=1)
        if (weights == weights[:, :1]).all():
            lower, upper = order[:, (n - 1) // 2], order[:, n // 2]
        else:
            share = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
            half = 0.5 * share[:, -1:]
            lower = order[each, np.minimum((share < half * (1 - 1e-12)).sum(axis=1), n - 1)]
            upper = order[each, np.minimum((share <= half * (1 + 1e-12)).sum(axis=1), n - 1)]
        widest = sizes[each, order[:, -1]]
        scale = 0.5 * (sizes[each, lower] + sizes[each, upper]) / UPPER_QUARTILE
        return cls(np.maximum(scale, np.maximum(_FLOOR, 1e-12 * widest)), lower, upper)

    def rows(self, which: Index | slice) -> "Spread":
        return Spread(self.scale[which], self.lower[which], self.upper[which])


def reweights(loss: ResidualLoss) -> bool:
    """Whether the loss's weights fall with distance, so that reweighted least squares finds its fits."""
    distance = np.append(0.0, np.geomspace(1e-6, 1e3, 200))
    sides = loss.weight(np.stack([distance, -distance]))
    return bool(np.isfinite(sides).all() and (np.diff(sides, axis=1) <= 1e-12 * sides.max()).all())


def rescaled(problem: Problem, coefficients: Array) -> Problem:
    """The problem with its residuals in units of their MAD at these coefficients."""
    spread = Spread.of(problem.errors(coefficients), problem.weights)
    return dataclasses.replace(problem, unit=1.0 / spread.scale[:, None])


def fixed_point(problem: Problem, start: Array) -> tuple[Array, Index]:
    """Coefficients (B, p) that are stationary at their own scale, and whether they are, (B,).

    Once reweighted steps are short, Newton steps take over. Where one has not brought the estimating
    equations closer to zero, reweighted steps go on until they are ten times shorter.
    """
    best, converged = start.copy(), np.zeros(len(start), dtype=bool)
    active, part, here = np.arange(len(start)), problem, start
    before, reach, limit = (np.full(len(start), np.inf) for _ in range(3))
    for _ in range(MAX_ITERATIONS):
        errors = part.errors(here)
        spread = Spread.of(errors, part.weights)
        z = errors / spread.scale[:, None]
        slope = part.weights * part.loss.gradient(z)
        pull = part.design.pull(slope)
        residue = np.abs(pull).max(axis=1)
        done = residue <= STATIONARY * np.abs(slope).sum(axis=1)
        done |= reach <= SETTLED * (1.0 + np.abs(here).max(axis=1))
        best[active] = here
        converged[active] |= done
        if converged[active].all():
            break
        limit = np.where(residue > 0.5 * before, 0.1 * reach, np.minimum(limit, NEAR * spread.scale))
        step = np.zeros_like(here)
        quick = reach < limit
        if quick.any():
            # Data sets are picked only where that saves work; a slice does not copy.
            near = slice(None) if quick.mean() > WORTHWHILE else quick
            step[near] = _newton_step(part.rows(near), spread.rows(near), z[near], pull[near])
            quick &= np.abs(step).max(axis=1) <= 2.0 * reach
        if not quick.all():
            slow = ~quick if quick.any() else slice(None)
            stiffness = irls_weights(part.rows(slow), z[slow], slope[slow]) / spread.scale[slow, None]
            step[slow] = -solve(part.design.rows(slow).moments(stiffness), pull[slow])
        before = np.where(quick, residue, np.inf)
        here = here + step
        reach = np.abs(step).max(axis=1)
        if converged[active].mean() > 1.0 - WORTHWHILE:
            left = ~converged[active]
            active, part, here = active[left], part.rows(left), here[left]
            before, reach, limit = before[left], reach[left], limit[left]
    return best, converged


def _newton_step(problem: Problem, spread: Spread, z: Array, pull: Array) -> Array:
    """Newton's step (B, p) on the estimating equations, in which the scale moves with the coefficients.

    d/db sum w psi(e/s) x = sum w psi'(z) x (x - z ds/db)' / s; ds/db is that of the middle errors.
    """
    each = np.arange(len(z))
    middle = np.zeros_like(z)
    for index in (spread.lower, spread.upper):
        middle[each, index] += 0.5 * np.sign(z[each, index]) / UPPER_QUARTILE
    design = problem.design
    curvature = problem.weights * problem.loss.curvature(z) / spread.scale[:, None]
    moving = design.pull(curvature * z)[:, :, None] * design.pull(middle)[:, None, :]
    return -solve(design.moments(curvature) - moving, pull)
