"""Local minima of smooth costs: Newton's method, guarded by iteratively reweighted least squares.

A reweighted least-squares step always descends for the losses of robust statistics (Huber & Ronchetti
2009, ch. 7) but converges linearly; a Newton step converges quadratically but may go astray. Each
iteration takes the Newton step where it lowers the cost and the better of several others where not.
"""

import numpy as np

from lossviz.fitting.problem import Design, Index, Problem, solve
from lossviz.losses.base import Array

MAX_ITERATIONS = 200
STATIONARY = 1e-13
"""A gradient is zero when it is this small against the sum of the pulls that make it."""
SETTLED = 1e-14
"""A step of this size, in internal units, changes nothing any more."""
ROUNDING = 1e-10
"""Steps below this that shrink no more are rounding: the residuals are small against the data."""
_STIFFEST = 1e12
_SHRINK = 4.0 ** -np.arange(1, 14)
_STRETCH = np.array([1.0, 2.0, 4.0, 0.25])


def descend(problem: Problem, start: Array) -> tuple[Array, Index]:
    """A local minimum reached from each start, (B, p), and whether it is one to working precision, (B,)."""
    best, converged = start.copy(), np.zeros(len(start), dtype=bool)
    active, part, here = np.arange(len(start)), problem, start
    last = np.full(len(start), np.inf)
    for _ in range(MAX_ITERATIONS):
        gradient, pull, newton, majorant = _derivatives(part, here)
        cost = part.cost(here)
        still = np.asarray((np.abs(gradient) <= STATIONARY * pull).all(axis=1))
        step = -solve(newton + 1e-12 * majorant, gradient)
        if not part.loss.convex:
            bowl = np.linalg.eigvalsh(newton)[:, 0] > 1e-9 * np.linalg.eigvalsh(majorant)[:, -1]
            still &= bowl
            step = np.where(bowl[:, None], step, -solve(majorant, gradient))
        there = here + step
        size = (np.abs(step) / (1.0 + np.abs(here))).max(axis=1)
        stalled = (size <= ROUNDING) & (size >= 0.5 * last)
        # A residual that is small against what it is the difference of carries that rounding into the cost.
        blur = 1e-15 * part.unit[:, 0] * (pull * (1.0 + np.abs(here))).sum(axis=1)
        with np.errstate(over="ignore", invalid="ignore"):  # where the loss is all but flat, Newton leaps
            lowered = np.asarray(part.cost(there) <= cost + 1e-14 * np.abs(cost) + blur)
        lost = np.flatnonzero(~(still | lowered))
        if len(lost):
            reweighted = -solve(majorant[lost], gradient[lost])
            there[lost] = _rescue(part.rows(lost), here[lost], step[lost], reweighted, gradient[lost])
        settled = (np.abs(there - here) <= SETTLED * (1.0 + np.abs(here))).all(axis=1)
        there = np.where(still[:, None], here, there)
        done = np.asarray(still | settled | stalled)
        best[active], converged[active] = there, still | stalled | (settled & lowered)
        if done.all():
            break
        if done.any():
            left = ~done
            active, part, here, last = active[left], part.rows(left), there[left], size[left]
        else:
            here, last = there, size
    return best, converged


def is_bowl(problem: Problem, coefficients: Array) -> Index:
    """Whether the Hessian is positive definite, (B,): a minimum and not a saddle or a flat."""
    *_, newton, _ = _derivatives(problem, coefficients)
    eigenvalues = np.linalg.eigvalsh(newton)
    return eigenvalues[:, 0] > 1e-12 * np.abs(eigenvalues[:, -1])


def irls_weights(problem: Problem, z: Array, slope: Array) -> Array:
    """Weighted slopes w gradient(z) divided by z, (B, n); finite and not negative."""
    with np.errstate(all="ignore"):
        ratio = slope / z
    centre = z == 0
    if centre.any():
        ratio[centre] = problem.weights[centre] * min(float(problem.loss.weight(0.0)), _STIFFEST)
    return np.minimum(np.maximum(ratio, 0.0), _STIFFEST)


def _derivatives(problem: Problem, coefficients: Array) -> tuple[Array, Array, Array, Array]:
    """Gradient (B, p), the size of what it sums (B, p), Hessian and its majorant (B, p, p).

    All are divided by the unit, which a step -solve(matrix, gradient) does not see.
    """
    z = problem.unit * problem.errors(coefficients)
    slope = problem.weights * problem.loss.gradient(z)
    design, unit = problem.design, problem.unit
    gradient = design.pull(slope)
    pull = Design(np.abs(design.columns)).pull(np.abs(slope))
    newton = design.moments(problem.weights * problem.loss.curvature(z)) * unit[:, :, None]
    majorant = design.moments(irls_weights(problem, z, slope)) * unit[:, :, None]
    return gradient, pull, newton, majorant


def _rescue(problem: Problem, here: Array, newton: Array, reweighted: Array, gradient: Array) -> Array:
    """The cheapest point on short Newton steps, reweighted least-squares steps and foreseeing steps."""
    with np.errstate(over="ignore", invalid="ignore"):
        foreseen = _foreseen(problem, here, newton, gradient)
        steps = np.concatenate(
            [
                newton[:, None, :] * _SHRINK[:, None],
                reweighted[:, None, :] * _STRETCH[:, None],
                foreseen[:, None, :] * _STRETCH[:, None],
            ],
            axis=1,
        )
        count, tries, p = steps.shape
        points = (here[:, None, :] + steps).reshape(-1, p)
        costs = problem.rows(np.repeat(np.arange(count), tries)).cost(points).reshape(count, tries)
    pick = np.nanargmin(np.where(np.isnan(costs), np.inf, costs), axis=1)
    each = np.arange(count)
    better = costs[each, pick] < problem.cost(here)
    return np.where(better[:, None], points.reshape(count, tries, p)[each, pick], here)


def _foreseen(problem: Problem, here: Array, step: Array, gradient: Array) -> Array:
    """Newton's step with, for each point, the curvature of here or of where ``step`` leads, the larger.

    A step that would run into a wall behind a flat stretch (epsilon-insensitive error) turns along it.
    """
    curvatures = [problem.loss.curvature(problem.unit * problem.errors(at)) for at in (here, here + step)]
    stiffness = problem.weights * np.maximum(np.maximum(*curvatures), 0.0)
    return -solve(problem.design.moments(stiffness) * problem.unit[:, :, None], gradient)
