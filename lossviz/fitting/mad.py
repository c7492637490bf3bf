"""Fits whose loss is measured in units of the residuals' own spread, so that units do not matter.

The loss is taken of r / s, where s is the median absolute residual divided by 0.67449 (the upper
quartile of the standard normal), about zero and not about the residuals' median. Coefficients and
scale are found together: the fit is the limit of the textbook iteration, which takes turns with a new
scale and a weighted least-squares fit, from the least-squares fit (or a given start) on. That is what
statsmodels' RLM and R's MASS::rlm compute (MASS rounds the constant to 0.6745). Where the weights of the
points determine no fit, the step is the shortest. Sources: Huber & Ronchetti (2009), ch. 7; Holland &
Welsch (1977); Maronna, Martin & Yohai (2006), ch. 4.

The iteration need not have a limit: it can run in a circle. Then half of each step is taken, from the
same start, and the limit of that is the fit: it solves the same equations. Where neither has a limit the
fit is where the first one was left, and has not converged. Where the scale falls to zero, half or more of
the points being fitted exactly in the limit, that limit is the fit.

A fit of this kind minimises nothing, since its scale moves with it, and is one of possibly many: under a
redescending loss other starts can lead to other fits.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from lossviz.fitting.descent import SETTLED, STATIONARY, irls_weights
from lossviz.fitting.problem import Design, Index, Problem, longest, solve
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

UPPER_QUARTILE = 0.6744897501960817
MAX_STEPS = 4000
"""Most steps of the iteration."""
NEAR = 0.3
"""The limit is looked for once a step is this small against the scale."""
WORTHWHILE = 0.8
"""Work goes on for all data sets while at least this share of them needs it: copying costs more."""
STRAIGHT = 0.1
"""How far, at most, a step may be from what is linear about the limit, against what it has to shrink by."""
CIRCLE = 1e-9
"""A place is one visited before when it is this near, against the step that led there."""
SINGULAR = 1e-12
"""Columns that are alike to this degree over the points that have weight determine no fit."""
_FLOOR = 1e-14


@dataclass(frozen=True)
class Spread:
    """MAD of each data set's errors about zero, normalised to the normal, and the two middle sizes, (B,)."""

    scale: Array
    lower: Array
    upper: Array

    @classmethod
    def of(cls, errors: Array, weights: Array, *, even: bool) -> "Spread":
        """Of errors and weights (B, n), ``even`` where they are equal. A weight is a count: the median is of
        points so repeated.

        A scale of zero (more than half of the points on the line) is replaced by the rounding level.
        """
        sizes, n = np.abs(errors), errors.shape[1]
        if even:
            ordered = np.sort(sizes, axis=1)  # much faster than to ask for the order
            lower, upper = ordered[:, (n - 1) // 2], ordered[:, n // 2]
        else:
            each, order = np.arange(len(sizes)), np.argsort(sizes, axis=1)
            ordered = np.take_along_axis(sizes, order, axis=1)
            share = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
            half = 0.5 * share[:, -1:]
            lower = ordered[each, np.minimum((share < half * (1 - 1e-12)).sum(axis=1), n - 1)]
            upper = ordered[each, np.minimum((share <= half * (1 + 1e-12)).sum(axis=1), n - 1)]
        return cls(np.maximum(0.5 * (lower + upper) / UPPER_QUARTILE, _least(ordered[:, -1])), lower, upper)

    def rows(self, which: Index | slice) -> "Spread":
        return Spread(self.scale[which], self.lower[which], self.upper[which])

    def slope(self, design: Design, errors: Array) -> Array:
        """Derivative of the scale in the coefficients, (B, p): that of the two middle sizes."""
        each, sizes = np.arange(len(errors)), np.abs(errors)
        middles = (self.lower,) if (self.lower == self.upper).all() else (self.lower, self.upper)
        total = np.zeros((len(errors), design.size))
        for middle in middles:
            at = (sizes == middle[:, None]).argmax(axis=1)
            total += np.sign(errors[each, at])[:, None] * design.columns[each % len(design.columns), :, at]
        return total / (UPPER_QUARTILE * len(middles))


def reweights(loss: ResidualLoss) -> bool:
    """Whether the loss's weights fall with distance, so that reweighted least squares finds its fits."""
    distance = np.append(0.0, np.geomspace(1e-6, 1e3, 200))
    sides = loss.weight(np.stack([distance, -distance]))
    return bool(np.isfinite(sides).all() and (np.diff(sides, axis=1) <= 1e-12 * sides.max()).all())


def evenly(weights: Array) -> bool:
    """Whether the points of each data set weigh the same."""
    return bool((weights == weights[:, :1]).all())


def rescaled(problem: Problem, coefficients: Array) -> Problem:
    """The problem with its residuals in units of their MAD at these coefficients."""
    spread = Spread.of(problem.errors(coefficients), problem.weights, even=evenly(problem.weights))
    return dataclasses.replace(problem, unit=1.0 / spread.scale[:, None])


def fixed_point(problem: Problem, start: Array) -> tuple[Array, Index]:
    """The limit of the textbook iteration from each start, (B, p), and whether there is one, (B,)."""
    best, settled = _limit(problem, start, 1.0)
    astray = np.flatnonzero(~settled)
    if len(astray):
        halfway, found = _limit(problem.rows(astray), start[astray], 0.5)
        best[astray[found]], settled[astray] = halfway[found], found
    return best, settled


def _limit(problem: Problem, start: Array, share: float) -> tuple[Array, Index]:
    """Where steps of the iteration, or a share of each, lead to, (B, p), and whether they come to rest, (B,).

    In the end each step is a constant share of the one before, which may be near 1. Once they are short,
    Newton's method looks ahead for the limit. What it finds is taken as soon as the steps are seen to lead
    there: until then they go on.
    """
    best, settled = start.copy(), np.zeros(len(start), dtype=bool)
    active, part, here, visited = np.arange(len(start)), problem, start, start
    even = evenly(problem.weights)
    step, ceiling = np.full_like(start, np.inf), np.full(len(start), np.inf)
    ahead = _Ahead.nothing(start, problem.target.shape[1])
    for count in range(MAX_STEPS + 1):
        now = _Equations.at(part, here, even=even)
        reach = longest(step)
        done = now.hold | (reach <= SETTLED * (1.0 + longest(here)))
        near = ~done & (reach < np.minimum(NEAR * now.spread.scale, ceiling))
        if near.any() and (count > 1 or near.mean() > 0.5):
            # Data sets are picked only where that saves work; a slice does not copy.
            some = slice(None) if near.mean() > WORTHWHILE else near
            ahead.put(some, _look_ahead(now.rows(some), here[some], share))
            ceiling[some] = np.where(ahead.rate[some] < 1.0, 1e-3, 0.1) * reach[some]
        leads = ahead.leads(here - step, here, now) & ~done
        here, done = np.where(leads[:, None], ahead.end, here), done | leads
        best[active], settled[active] = here, done
        over = done | (longest(here - visited) <= CIRCLE * reach) & (count > 0)
        if over.all():
            break
        if over.any():
            left = ~over
            active, now, here, step = active[left], now.rows(left), here[left], step[left]
            part, visited, ceiling, ahead = now.problem, visited[left], ceiling[left], ahead.rows(left)
        if count & (count - 1) == 0:
            visited = here  # Brent (1980): a circle comes back to where it was after a power of two of steps
        last, step = step, share * now.reweighted_step()
        here = here + step
        if count % 16 == 15:
            here, step = _exact_fit(part, here, last, step)
    return best, settled


@dataclass(frozen=True)
class _Ahead:
    """Solutions that the steps may be leading to: (B, p).

    ``order``, (B, n), is which errors are below, in, and to either side above the middle there. ``shrinks``,
    (B, p, p), is what a step about the solution does to the distance from it, and ``rate``, (B,), its spectral
    radius: 1 or more, or NaN, where there is nothing to lead to.
    """

    end: Array
    order: Index
    shrinks: Array
    rate: Array

    @classmethod
    def nothing(cls, here: Array, n: int) -> "_Ahead":
        batch, p = here.shape
        order = np.zeros((batch, n), dtype=np.int8)
        return cls(np.zeros((batch, p)), order, np.zeros((batch, p, p)), np.full(batch, np.nan))

    def put(self, which: Index | slice, other: "_Ahead") -> None:
        self.end[which], self.order[which] = other.end, other.order
        self.shrinks[which], self.rate[which] = other.shrinks, other.rate

    def rows(self, which: Index) -> "_Ahead":
        return _Ahead(self.end[which], self.order[which], self.shrinks[which], self.rate[which])

    def leads(self, before: Array, here: Array, now: "_Equations") -> Index:
        """Whether a step from ``before`` to ``here``, (B, p), leads to the solution, (B,).

        It does where each step about the solution shrinks the distance, where this one did so as it would if
        the iteration were linear, and where the scale is that of the same errors all the way to the solution:
        between two places where the errors are ordered about the middle in the same way.
        """
        right = self.rate < 1.0
        if right.any():
            off = before[right] - self.end[right]
            bent = here[right] - self.end[right] - (self.shrinks[right] @ off[:, :, None])[:, :, 0]
            room = STRAIGHT * (1.0 - self.rate[right]) * longest(off)
            right[right] = longest(bent) <= room
        if right.any():
            right[right] = (now.rows(right).order() == self.order[right]).all(axis=1)
        return np.asarray(right)


@dataclass(frozen=True)
class _Equations:
    """What a fit makes zero: ``pull``, the sums of w psi(e/s) x, (B, p), and what it is made of, (B, n)."""

    problem: Problem
    even: bool
    errors: Array
    spread: Spread
    z: Array
    slope: Array
    pull: Array

    @classmethod
    def at(cls, problem: Problem, here: Array, *, even: bool) -> "_Equations":
        errors = problem.errors(here)
        spread = Spread.of(errors, problem.weights, even=even)
        z = errors / spread.scale[:, None]
        slope = problem.weights * problem.loss.gradient(z)
        return cls(problem, even, errors, spread, z, slope, problem.design.pull(slope))

    def rows(self, which: Index | slice) -> "_Equations":
        return _Equations(
            self.problem.rows(which),
            self.even,
            self.errors[which],
            self.spread.rows(which),
            self.z[which],
            self.slope[which],
            self.pull[which],
        )

    @property
    def size(self) -> Array:
        """How far the equations are from holding, (B,)."""
        return longest(self.pull)

    @property
    def hold(self) -> Index:
        """Whether they do, to working precision, (B,)."""
        return np.asarray(self.size <= STATIONARY * (np.abs(self.slope) @ np.ones(self.slope.shape[1])))

    def order(self) -> Index:
        """Of each error 0 below the middle, its sign in the middle and twice its sign above, (B, n)."""
        size = np.abs(self.errors)
        half = (
            (size >= self.spread.lower[:, None]).view(np.int8),
            (size > self.spread.upper[:, None]).view(np.int8),
        )
        return (half[0] + half[1]) * (2 * (self.errors > 0).view(np.int8) - 1)

    def stiffness(self) -> Array:
        """The matrix of weighted least squares, (B, p, p)."""
        weights = irls_weights(self.problem, self.z, self.slope)
        return self.problem.design.moments(weights) / self.spread.scale[:, None, None]

    def jacobian(self) -> Array:
        """Derivative in the coefficients, with which the scale moves, (B, p, p).

        d/db sum w psi(e/s) x = sum w psi'(z) x (x - z ds/db)' / s; ds/db is that of the middle errors.
        """
        design = self.problem.design
        curvature = self.problem.weights * self.problem.loss.curvature(self.z)
        moving = (
            design.pull(curvature * self.z)[:, :, None] * self.spread.slope(design, self.errors)[:, None, :]
        )
        return (design.moments(curvature) - moving) / self.spread.scale[:, None, None]

    def reweighted_step(self) -> Array:
        """The step to the weighted least-squares fit, (B, p): the shortest of several."""
        stiffness = self.stiffness()
        step = -solve(stiffness, self.pull)
        if self.problem.design.size == 2:
            (a, b), (c, d) = stiffness.transpose(1, 2, 0)
            singular = a * d - b * c <= SINGULAR * a * d
        else:
            size = np.diagonal(stiffness, axis1=1, axis2=2).prod(axis=1)
            singular = np.linalg.det(stiffness) <= SINGULAR * size
        if singular.any():
            inverse = np.linalg.pinv(stiffness[singular], rcond=SINGULAR, hermitian=True)
            step[singular] = -(inverse @ self.pull[singular, :, None])[:, :, 0]
        return step


def _look_ahead(now: _Equations, here: Array, share: float) -> _Ahead:
    """The solutions of the equations that Newton's method finds from ``here``, (B, p), where they are ``now``."""
    found = _Ahead.nothing(here, now.z.shape[1])
    active, at = np.arange(len(here)), here
    going = np.ones(len(here), dtype=bool)
    reach, residue = np.full(len(here), np.inf), np.full(len(here), np.inf)
    for _ in range(20):
        done = now.hold | (reach <= SETTLED * (1.0 + longest(at)))
        ends = going & done
        if ends.any():
            some = slice(None) if ends.all() else ends
            there = now.rows(some)
            found.put(active[some], _Ahead(at[some], there.order(), *_about(there, share)))
        going &= ~done & (now.size < 0.5 * residue)
        if not going.any():
            break
        if going.mean() < WORTHWHILE:
            now, active, at, reach = now.rows(going), active[going], at[going], reach[going]
            going = going[going]
        step = -solve(now.jacobian(), now.pull)
        length = longest(step)
        # One that runs away is not followed: its equations would have to hold better than at all.
        residue = np.where(length <= np.minimum(2.0 * reach, now.spread.scale), now.size, 0.0)
        at, reach = at + step, length
        now = _Equations.at(now.problem, at, even=now.even)
    return found


def _about(there: _Equations, share: float) -> tuple[Array, Array]:
    """What a step does to a small distance from a solution, (B, p, p), and its spectral radius, (B,)."""
    stiffness, p = there.stiffness(), there.problem.design.size
    jacobian = there.jacobian()
    columns = [solve(stiffness, jacobian[:, :, k]) for k in range(p)]
    shrinks = np.eye(p) - share * np.stack(columns, axis=2)
    if p != 2:
        return shrinks, np.abs(np.linalg.eigvals(shrinks)).max(axis=1)
    half = 0.5 * np.trace(shrinks, axis1=1, axis2=2)
    area = shrinks[:, 0, 0] * shrinks[:, 1, 1] - shrinks[:, 0, 1] * shrinks[:, 1, 0]
    split = half * half - area
    real = np.abs(half) + np.sqrt(np.maximum(split, 0.0))
    return shrinks, np.where(split < 0, np.sqrt(np.abs(area)), real)


def _exact_fit(problem: Problem, here: Array, last: Array, step: Array) -> tuple[Array, Array]:
    """The fit to which a scale that falls to zero leads, (B, p), and no step where it does, (B, p).

    Close to a fit that leaves no scale, the equations know directions from it but no distances, so that
    the iteration comes down on it along a ray, each step a constant share of the one before: it is where
    these steps add up to. ``last`` and ``step`` are the last two steps, ``here`` where they led.
    """
    rate = (step * last).sum(axis=1) / np.maximum((last * last).sum(axis=1), 1e-300)
    uneven = longest(step - rate[:, None] * last)
    falling = (rate > 0) & (rate < 1) & (uneven <= STRAIGHT * (1.0 - rate) * longest(step))
    here, step = here.copy(), step.copy()
    for b in np.flatnonzero(falling):
        one, r, at = problem.rows(np.array([b])), float(rate[b]), here[b : b + 1]
        end = at + step[b] * r / (1.0 - r)
        now, then = np.abs(one.errors(at)), np.abs(one.errors(end))
        held = one.weights * (then <= 0.05 * now + 1e-9 * now.max())
        inverse = np.linalg.pinv(one.design.moments(held), rcond=SINGULAR, hermitian=True)
        end = end - one.design.pull(held * one.errors(end)) @ inverse[0]
        there, left = at - end, one.errors(end)
        exact = Spread.of(left, one.weights, even=evenly(one.weights)).scale <= 2.0 * _least(
            np.abs(left).max(axis=1)
        )
        bent = np.abs(there - r * (there - step[b])).max()
        if exact.all() and bent <= STRAIGHT * (1.0 - r) * np.abs(there - step[b]).max():
            here[b], step[b] = end[0], 0.0
    return here, step


def _least(widest: Array) -> Array:
    """The scale of errors of which half or more are zero, up to rounding."""
    return np.maximum(_FLOOR, 1e-12 * widest)
