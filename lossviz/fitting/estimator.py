"""The minimiser of a cost: one estimator, generic in the loss, for one data set or thousands at once."""

import dataclasses
import itertools
import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossviz.fitting import mad, polyhedral
from lossviz.fitting.descent import descend, is_minimum
from lossviz.fitting.problem import Design, Frame, Problem, solve
from lossviz.losses import Loss, ResidualLoss
from lossviz.losses.base import Array

LIMIT = 1e100
"""Largest size of a number in the data."""
ELEMENTAL_STARTS = 40
"""Starting points through p of the data points each, for losses that may have several minima."""

Scale = float | ArrayLike | Literal["mad"]


@dataclass(frozen=True)
class Fit:
    """Where a cost is lowest, for one data set or, with B on every leading axis, for a batch.

    Residuals are prediction - target. Lists of unequal length across a batch are filled with NaN.
    """

    loss: ResidualLoss
    coefficients: Array
    """(p,): intercept and slope for a line, the constant for a location."""
    cost: Array
    """(): weighted mean of the loss of residual / scale."""
    residuals: Array
    """(n,), in the units of y."""
    scale: Array
    """(): what residuals are divided by inside the loss, in the units of y."""
    converged: Array
    """(): whether the estimating equations hold to working precision."""
    minima: Array
    """(m, p): every local minimum found, the lowest first."""
    minima_cost: Array
    """(m,): their costs."""
    vertices: Array
    """(v, p): corners of the set of all minimisers, which is one point except for absolute and quantile
    error and their kind; ``coefficients`` are then their mean. Whole for one or two coefficients."""

    @property
    def losses(self) -> Array:
        """(n,): each point's own loss."""
        return self.loss.value(self.residuals / self.scale[..., None])

    @property
    def weights(self) -> Array:
        """(n,): IRLS weight of each point; inf where the loss has a corner and the line goes through."""
        return self.loss.weight(self.residuals / self.scale[..., None])


def fit_line(
    loss: Loss,
    x: ArrayLike,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    scale: Scale = 1.0,
    start: ArrayLike | None = None,
    starts: int | None = None,
) -> Fit:
    """Fit intercept + slope x. Shapes: y (n,) or (B, n), x the same or shared (n,).

    The options are those of :func:`fit`.

    Raises:
        ValueError: as :func:`fit`, and where all x are equal.
    """
    x = _numbers("x", x)
    if x.ndim not in (1, 2):
        raise ValueError(f"x must have shape (n,) or (batch, n), got {x.shape}")
    if x.shape[-1] >= 2 and (np.ptp(x, axis=-1) <= 1e-14 * np.abs(x).max(axis=-1)).any():
        raise ValueError("all x are equal: a slope cannot be fitted, only a constant")
    return fit(loss, _with_intercept(x), y, weights=weights, scale=scale, start=start, starts=starts)


def fit_location(
    loss: Loss,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    scale: Scale = 1.0,
    start: ArrayLike | None = None,
    starts: int | None = None,
) -> Fit:
    """Fit one constant to y, (n,) or (B, n): the mean, the median and their kin.

    The options are those of :func:`fit`.
    """
    y = _numbers("y", y)
    design = np.ones((y.shape[-1] if y.ndim else 1, 1))
    return fit(loss, design, y, weights=weights, scale=scale, start=start, starts=starts)


def fit(
    loss: Loss,
    design: ArrayLike,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    scale: Scale = 1.0,
    start: ArrayLike | None = None,
    starts: int | None = None,
) -> Fit:
    """Fit y = design @ coefficients by minimising the mean loss of the residuals.

    Piecewise linear losses are solved exactly, other convex ones by Newton's method to working
    precision. Losses that may have several local minima are minimised from the least-squares and the
    least-absolute fit and from elemental fits (through p points each); the lowest is chosen and all
    are reported.

    Args:
        loss: a loss of the residual.
        design: (n, p), or (B, n, p); a column of ones for an intercept.
        y: (n,) or (B, n).
        weights: (n,) or (B, n), not negative; a weight of 2 counts a point twice.
        scale: residuals are divided by it inside the loss. A number (or one for each data set) is in
            the units of y; 1 leaves the loss's parameters in those units. "mad" takes the residuals'
            own median absolute deviation, found together with the coefficients from the least-squares
            fit on (see ``mad.py``), so that the fit does not depend on the units.
        start: (p,) or (B, p), a guess that saves time, such as the fit before a point moved.
        starts: elemental starts for losses with several minima; default 40, with ``start`` none.

    Raises:
        ValueError: for a loss that is not of the residual, shapes that do not match, numbers that are
            not finite or above 1e100, fewer points than coefficients, dependent columns, or a weight
            or scale out of its range.
    """
    if not isinstance(loss, ResidualLoss):
        raise ValueError(f"{loss.name} is not a loss of the residual and cannot be fitted here")
    columns, target, shares, single = _check(design, y, weights)
    frame = Frame.of(columns, target)
    inner = Design(frame.columns(columns))
    _check_rank(inner, shares)
    fixed = None if isinstance(scale, str) else _check_scale(scale, len(target))
    if isinstance(scale, str) and scale != "mad":
        raise ValueError(f"scale must be a positive number or 'mad', got {scale!r:.40}")
    unit = frame.spread if fixed is None else frame.spread / fixed
    problem = Problem(loss, inner, frame.target(target), shares, unit)
    guess = None if start is None else frame.inward(_check_start(start, len(target), inner.size))
    count = starts if starts is not None else (ELEMENTAL_STARTS if guess is None else 0)
    found = _minimise(problem, guess, count) if fixed is not None else _minimise_mad(problem, guess, count)

    best = found.coefficients
    errors = problem.errors(best)
    if fixed is None:
        problem = mad.rescaled(problem, best)
    results = dict(
        coefficients=frame.outward(best),
        cost=problem.cost(best),
        residuals=errors * frame.spread,
        scale=(frame.spread / problem.unit)[:, 0],
        converged=found.converged,
        minima=frame.outward(found.minima),
        minima_cost=found.minima_cost,
        vertices=frame.outward(found.vertices),
    )
    if single:
        results = {name: result[0] for name, result in results.items()}
        for name in ("minima", "minima_cost", "vertices"):
            rows = results[name]
            results[name] = rows[~np.isnan(rows.reshape(len(rows), -1)[:, 0])]
    return Fit(loss=loss, **results)


@dataclass(frozen=True)
class _Found:
    """Minimisers in internal coordinates: the chosen (B, p), all (B, m, p), and corners (B, v, p)."""

    coefficients: Array
    converged: Array
    minima: Array
    minima_cost: Array
    vertices: Array


def _minimise(problem: Problem, guess: Array | None, starts: int) -> _Found:
    bends = polyhedral.hinges(problem.loss)
    if bends is not None:
        return _exact(problem, guess, *bends)
    if problem.loss.convex and problem.loss.smooth:
        return _convex(problem, guess)
    return _several(problem, guess, starts)


def _exact(problem: Problem, guess: Array | None, kinks: Array, slopes: Array) -> _Found:
    start = least_squares(problem) if guess is None else guess
    flat = (problem.loss.gradient(problem.unit * problem.errors(start)) == 0).all(axis=1)
    best, corners = polyhedral.minimise(polyhedral.Terms.of(problem, kinks, slopes), start)
    best[flat] = start[flat]
    corners = [start[b : b + 1] if flat[b] else corner for b, corner in enumerate(corners)]
    return _one(problem, best, np.ones(len(best), dtype=bool), _pad(corners))


def _convex(problem: Problem, guess: Array | None) -> _Found:
    best, converged = descend(problem, least_squares(problem) if guess is None else guess)
    if not converged.all():
        rest = np.flatnonzero(~converged)
        again = problem.rows(rest)
        best[rest], converged[rest] = descend(again, least_absolute(again))
    return _one(problem, best, converged, best[:, None, :])


def _several(problem: Problem, guess: Array | None, starts: int) -> _Found:
    squares = least_squares(problem)
    pool = [squares, least_absolute(problem), *([] if guess is None else [guess])]
    begin = np.concatenate([np.stack(pool, axis=1), _elemental(problem, starts)], axis=1)
    batch, tries, p = begin.shape
    many = problem.rows(np.repeat(np.arange(batch), tries))
    ends, _ = descend(many, begin.reshape(-1, p))
    costs = many.cost(ends).reshape(batch, tries)
    genuine = is_minimum(many, ends).reshape(batch, tries)
    # Where no start ends in a true minimum (all points on the loss's flat), the cheapest end stands in.
    genuine |= ~genuine.any(axis=1, keepdims=True) & (costs == costs.min(axis=1, keepdims=True))
    order = np.argsort(np.where(genuine, costs, np.inf), axis=1, kind="stable")
    ends = np.take_along_axis(ends.reshape(batch, tries, p), order[:, :, None], axis=1)
    costs = np.take_along_axis(costs, order, axis=1)
    genuine = np.take_along_axis(genuine, order, axis=1)
    apart = np.abs(ends[:, :, None, :] - ends[:, None, :, :]).max(axis=3)
    size = 1.0 + np.abs(ends).max(axis=2)
    earlier = np.tril(np.ones((tries, tries), dtype=bool), k=-1)
    genuine &= ~((apart < 1e-6 * size[:, :, None]) & earlier & genuine[:, None, :]).any(axis=2)
    best = ends[:, 0].copy()
    return _Found(
        best,
        is_minimum(problem, best),
        _pad([ends[b, genuine[b]] for b in range(batch)]),
        _pad([costs[b, genuine[b]] for b in range(batch)]),
        best[:, None, :],
    )


def _minimise_mad(problem: Problem, guess: Array | None, starts: int) -> _Found:
    start = least_squares(problem) if guess is None else guess
    if mad.reweights(problem.loss):
        best, converged = mad.fixed_point(problem, start)
        return _one(mad.rescaled(problem, best), best, converged, best[:, None, :])
    # Losses that least squares cannot reweight: minimise at the present scale, then take a new scale.
    for _ in range(50):
        scaled = mad.rescaled(problem, start)
        found = _minimise(scaled, start, starts)
        moved = np.abs(found.coefficients - start).max(axis=1)
        start = found.coefficients
        if (moved <= 1e-12 * (1.0 + np.abs(start).max(axis=1))).all():
            break
    return dataclasses.replace(found, converged=found.converged & (moved <= 1e-9))


def _one(problem: Problem, best: Array, converged: Array, vertices: Array) -> _Found:
    return _Found(best, converged, best[:, None, :], problem.cost(best)[:, None], vertices)


def least_squares(problem: Problem) -> Array:
    """The weighted least-squares fit, (B, p), refined once so that collinearity costs no digits."""
    design, weights = problem.design, problem.weights
    normal = design.moments(weights)
    start = solve(normal, design.pull(weights * problem.target))
    return start - solve(normal, design.pull(weights * problem.errors(start)))


def least_absolute(problem: Problem) -> Array:
    """A least-absolute-deviations fit, (B, p)."""
    terms = polyhedral.Terms.of(problem, np.zeros(1), np.array([-1.0, 1.0]))
    return polyhedral.minimise(terms, least_squares(problem))[0]


def _elemental(problem: Problem, starts: int) -> Array:
    """Fits through p points each: mostly the cheapest of many, some from the whole range, (B, starts, p)."""
    batch, n = problem.target.shape
    p = problem.design.size
    if starts <= 0:
        return np.empty((batch, 0, p))
    if math.comb(n, p) <= 10 * starts:
        subsets = np.array(list(itertools.combinations(range(n), p)))
    else:
        subsets = np.random.default_rng(0).random((10 * starts, n)).argpartition(p, axis=1)[:, :p]
    columns = problem.design.columns[:, subsets]
    solvable = np.abs(np.linalg.det(columns)) > 1e-9
    columns = np.where(solvable[:, :, None, None], columns, np.eye(p))
    through = np.linalg.solve(columns, problem.target[:, subsets][..., None])[..., 0]
    every = problem.rows(np.repeat(np.arange(batch), len(subsets)))
    costs = every.cost(through.reshape(-1, p)).reshape(batch, -1)
    order = np.argsort(np.where(solvable, costs, np.inf), axis=1)
    ranks = (np.linspace(0.0, 1.0, min(starts, len(subsets))) ** 2 * (len(subsets) - 1)).astype(int)
    return np.take_along_axis(through, order[:, ranks, None], axis=1)


def _pad(lists: list[Array]) -> Array:
    """Arrays of unequal length, one for each data set, in one array filled with NaN."""
    longest = max(len(rows) for rows in lists)
    padded = np.full((len(lists), longest, *lists[0].shape[1:]), np.nan)
    for b, rows in enumerate(lists):
        padded[b, : len(rows)] = rows
    return padded


def _with_intercept(x: Array) -> Array:
    return np.stack([np.ones_like(x), x], axis=-1)


def _numbers(name: str, values: ArrayLike) -> Array:
    try:
        array = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} must hold numbers") from None
    bad = ~(np.abs(array) <= LIMIT)
    if bad.any():
        raise ValueError(
            f"{name} holds {bad.sum()} value(s) that are not finite or above {LIMIT:g} in size; "
            "leave those points out"
        )
    return array


def _check(design: ArrayLike, y: ArrayLike, weights: ArrayLike | None) -> tuple[Array, Array, Array, bool]:
    """Columns (1 or B, n, p), target (B, n), weights (B, n) that sum to one, and whether B was not given."""
    columns, target = _numbers("design", design), _numbers("y", y)
    if columns.ndim not in (2, 3) or target.ndim not in (1, 2):
        raise ValueError(
            "design must have shape (n, p) or (batch, n, p) and y (n,) or (batch, n), "
            f"got {columns.shape} and {target.shape}"
        )
    single = columns.ndim == 2 and target.ndim == 1
    columns, target = columns.reshape(-1, *columns.shape[-2:]), np.atleast_2d(target)
    n, p = columns.shape[1:]
    if target.shape[1] != n or (len(columns) not in (1, len(target)) and len(target) != 1):
        raise ValueError(f"x and y must have as many points each, got {n} and {target.shape[1]}")
    if n < p or p < 1:
        raise ValueError(f"{n} point(s) cannot determine {p} coefficient(s): at least {p} are needed")
    target = np.broadcast_to(target, (max(len(target), len(columns)), n))
    given = np.ones(n) if weights is None else _numbers("weights", weights)
    if given.ndim > 2 or given.shape[-1:] != (n,) or (given.ndim == 2 and len(given) not in (1, len(target))):
        raise ValueError(f"weights must have shape ({n},) or that of y, got {given.shape}")
    if (given < 0).any() or (given.max(axis=-1) == 0).any():
        raise ValueError("weights must not be negative, nor all zero")
    shares = np.broadcast_to(given / given.max(axis=-1, keepdims=True), target.shape)
    return columns, target, shares / shares.sum(axis=1, keepdims=True), single


def _check_rank(design: Design, weights: Array) -> None:
    if design.size == 1 and (weights > 0).all() and design.columns.all():
        return
    used = design.columns[:1] if len(design.columns) == 1 and (weights > 0).all() else design.columns
    if not (weights > 0).all():
        used = used * (weights > 0)[:, :, None]
    if (np.linalg.matrix_rank(used, tol=1e-10 * math.sqrt(used.shape[1])) < design.size).any():
        raise ValueError(
            "the columns of the design are linearly dependent over the points that count: "
            "their coefficients cannot be told apart"
        )


def _check_scale(scale: ArrayLike, batch: int) -> Array:
    sizes = _numbers("scale", scale)
    if sizes.ndim > 1 or (sizes.ndim == 1 and len(sizes) not in (1, batch)) or not (sizes > 0).all():
        raise ValueError(f"scale must be 'mad', a positive number or {batch} of them, got {scale!r:.40}")
    return np.broadcast_to(sizes, (batch,))[:, None]


def _check_start(start: ArrayLike, batch: int, p: int) -> Array:
    guess = _numbers("start", start)
    if guess.shape not in ((p,), (1, p), (batch, p)):
        raise ValueError(f"start must have shape ({p},) or ({batch}, {p}), got {guess.shape}")
    return np.broadcast_to(guess, (batch, p)).copy()
