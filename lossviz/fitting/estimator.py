"""The minimiser of a cost: one estimator, generic in the loss, for one data set or thousands at once."""

import dataclasses
import math
import warnings
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossviz.fitting import bounds, flat, mad, polyhedral
from lossviz.fitting.checks import arrays, check_rank, numbers, positive_scale, starting_point
from lossviz.fitting.descent import descend, is_bowl
from lossviz.fitting.problem import Design, Frame, Index, Problem
from lossviz.fitting.starts import elemental, least_absolute, least_squares
from lossviz.losses import Loss, ResidualLoss
from lossviz.losses.base import Array
from lossviz.losses.own import Own

ELEMENTAL_STARTS = 40
"""Starting points through a few of the data points each, for losses that may have several minima."""

ON_THE_WAY = (0.5, 0.382, 0.29)
"""Where between two ends is looked: half way alone there may be a third minimum that is as low."""
LEDGES = 5
"""Most ledges that a descent comes down from, one after the other."""

_LOCAL = np.array("local")

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
    converged: Index
    """(): whether the estimating equations hold to working precision."""
    lowest: Index
    """(): how sure it is that nothing costs less, up to rounding: "certain", "likely" after a search, else "local"."""
    minima: Array
    """(m, p): every local minimum found, the lowest first, equally low ones by slope; of a set its middle."""
    minima_cost: Array
    """(m,): their costs."""
    vertices: Array
    """(v, p): corners of the set of minimisers that the coefficients are the middle of: one point, or, where the
    cost is flat, an interval, a segment or a polygon. Whole for one or two coefficients, of more one corner.
    With ``scale="mad"`` it holds at the final scale, and the coefficients are one of the set."""

    @property
    def losses(self) -> Array:
        """(n,): each point's own loss."""
        return self.loss.value(self.residuals / self.scale[..., None])

    @property
    def equally_good(self) -> Index:
        """(m,): which of the minima cost as little as the lowest, up to rounding."""
        cost = self.cost[..., None]
        return np.asarray(self.minima_cost <= cost + flat.AS_GOOD * np.abs(cost))

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
    x = numbers("x", x)
    if x.ndim not in (1, 2):
        raise ValueError(f"x must have shape (n,) or (batch, n), got {x.shape}")
    if x.shape[-1] >= 2 and (np.ptp(x, axis=-1) <= 1e-14 * np.abs(x).max(axis=-1)).any():
        raise ValueError("all x are equal: a slope cannot be fitted, only a constant")
    return fit(
        loss,
        np.stack([np.ones_like(x), x], axis=-1),
        y,
        weights=weights,
        scale=scale,
        start=start,
        starts=starts,
    )


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
    y = numbers("y", y)
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
    least-absolute fit and from elemental fits (through p points, or midpoints of two, each); the lowest
    is chosen and all that were found are reported.

    What is guaranteed: the fit of a convex loss costs the least that is possible, up to rounding. So does
    one coefficient, such as a constant, under a loss that is convex about zero and concave beyond, as all
    here are (see ``bounds.py``). For more coefficients under such a loss, as for a line, the lowest minimum
    is only very likely: searches of the whole plane find no lower one on thousands of small data sets, but
    nothing proves that there is none. Near a ``start``, without ``starts``, and with ``scale="mad"`` it may
    be another than the lowest. ``Fit.lowest`` says which of these a fit is.

    Args:
        loss: a loss of the residual.
        design: (n, p), or (B, n, p); a column of ones for an intercept.
        y: (n,) or (B, n).
        weights: (n,) or (B, n), not negative; a weight of 2 counts a point twice.
        scale: residuals are divided by it inside the loss. A number (or one for each data set) is in
            the units of y; 1 leaves the loss's parameters in those units. "mad" takes the residuals'
            own median absolute deviation, found together with the coefficients from the least-squares
            fit, or from ``start``, on (see ``mad.py``), so that the fit does not depend on the units.
            Such a fit minimises nothing, as its scale moves with it: it is where reweighting comes to
            rest, and ``converged`` says whether it does.
        start: (p,) or (B, p), a guess that saves time, such as the fit before a point moved.
        starts: elemental starts of either kind, for losses with several minima; default 40, with ``start``
            none. With none there is no search for the lowest minimum.

    Raises:
        ValueError: for a loss that is not of the residual, shapes that do not match, numbers that are
            not finite or above 1e100, fewer points than coefficients, dependent columns, or a weight
            or scale out of its range.
    """
    if not isinstance(loss, ResidualLoss):
        raise ValueError(f"{loss.name} is not a loss of the residual and cannot be fitted here")
    if loss.falls_without_end:
        raise ValueError(f"{loss.short} falls without end on one side, so that no fit costs least")
    if not isinstance(loss, Own):
        return _fit(loss, design, y, weights, scale, start, starts)
    # A formula may have poles, jumps and stretches where it is no number, which no method foresees.
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return _fit(loss, design, y, weights, scale, start, starts)
    except (np.linalg.LinAlgError, IndexError) as fault:
        raise ValueError(f"{loss.short} leads the search to places where it is no number") from fault


def _fit(
    loss: ResidualLoss,
    design: ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None,
    scale: Scale,
    start: ArrayLike | None,
    starts: int | None,
) -> Fit:
    columns, target, shares, single = arrays(design, y, weights)
    frame = Frame.of(columns, target)
    inner = Design(frame.columns(columns))
    check_rank(inner, shares)
    fixed = None if isinstance(scale, str) else positive_scale(scale, len(target))
    if isinstance(scale, str) and scale != "mad":
        raise ValueError(f"scale must be a positive number or 'mad', got {scale!r:.40}")
    unit = frame.spread if fixed is None else frame.spread / fixed
    problem = Problem(loss, inner, frame.target(target), shares, unit)
    guess = None if start is None else frame.inward(starting_point(start, len(target), inner.size))
    count = starts if starts is not None else (ELEMENTAL_STARTS if guess is None else 0)
    if fixed is None:
        found, problem = _minimise_mad(problem, guess, count)
    else:
        found = _minimise(problem, guess, count)

    best = found.coefficients
    errors = problem.errors(best)
    results = dict(
        coefficients=frame.outward(best),
        cost=found.minima_cost[:, 0],
        residuals=errors * frame.spread,
        scale=(frame.spread / problem.unit)[:, 0],
        converged=found.converged,
        lowest=np.where(found.converged, found.lowest, "local"),
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
    converged: Index
    lowest: Index
    """As of :class:`Fit`, where it has converged: (B,) or one for all."""
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
    best, corners = polyhedral.minimise(polyhedral.Terms.of(problem, kinks, slopes), start)
    idle = (problem.loss.gradient(problem.unit * problem.errors(start)) == 0).all(axis=1)
    if idle.any() and problem.design.size > 1:  # no term is at its kink, where the walk could begin
        best[idle] = start[idle]
        found, _ = _sets(problem, best, np.flatnonzero(idle))
        corners = [found.get(b, corner) for b, corner in enumerate(corners)]
    return _one(problem, best, np.ones(len(best), dtype=bool), _pad(corners))


def _convex(problem: Problem, guess: Array | None) -> _Found:
    best, converged = descend(problem, least_squares(problem) if guess is None else guess)
    if not converged.all():
        rest = np.flatnonzero(~converged)
        again = problem.rows(rest)
        start = least_absolute(again)
        other, settled = descend(again, start)
        stays = ~settled & _balanced_within_rounding(again, start)
        other[stays] = start[stays]
        better = settled | stays | (again.cost(other) < again.cost(best[rest]))
        best[rest[better]] = other[better]
        converged[rest] = settled | _balanced_within_rounding(again, best[rest])
    if flat.pieces(problem.loss) is None:
        return _one(problem, best, converged, best[:, None, :])
    found, _ = _sets(problem, best, np.flatnonzero(converged & flat.doubtful(problem, best)))
    if not found:
        return _one(problem, best, converged, best[:, None, :])
    return _one(problem, best, converged, _pad([found.get(b, best[b : b + 1]) for b in range(len(best))]))


def _balanced_within_rounding(problem: Problem, coefficients: Array) -> Index:
    """Whether the pulls cancel for some residuals that rounding does not tell from these, (B,).

    So they do where a loss bends within less than a residual's last digit, as Huber's with a delta far below the
    data's unit. A convex loss pulls between what it does a few digits below and above.
    """
    errors = problem.errors(coefficients)
    size = Design(np.abs(problem.design.columns)).predict(np.abs(coefficients)) + np.abs(problem.target)
    blur = 4.0 * np.finfo(np.float64).eps * size
    pulls = [
        problem.weights * problem.loss.gradient(problem.unit * (errors + side * blur)) for side in (-1, 1)
    ]
    columns = np.broadcast_to(problem.design.columns, (len(errors), *problem.design.columns.shape[1:]))
    ends = np.stack([columns * pull[:, None, :] for pull in pulls])
    return np.asarray(((ends.min(axis=0).sum(axis=2) <= 0) & (ends.max(axis=0).sum(axis=2) >= 0)).all(axis=1))


def _sets(problem: Problem, best: Array, which: Index) -> tuple[dict[int, Array], dict[int, Array]]:
    """Corners (v, p) of the sets of minimisers of those data sets; ``best`` moves to the middle of each.

    Second, for those that are on a ledge, coefficients (p,) below it.
    """
    found, below = {}, {}
    for b in which:
        corners, lower = flat.corners(problem.rows(np.array([b])), best[b])
        if corners is not None:
            found[int(b)] = corners
            best[b] = corners.mean(axis=0)
        elif lower is not None:
            below[int(b)] = lower
    return found, below


def _several(problem: Problem, guess: Array | None, starts: int) -> _Found:
    squares = least_squares(problem)
    pool = [squares, least_absolute(problem), *([] if guess is None else [guess])]
    begin = [np.stack(pool, axis=1), elemental(problem, starts)]
    lowest: Index = np.array("likely" if starts > 0 else "local")
    if starts > 0 and problem.design.size == 1 and not math.isnan(problem.loss.turn):
        places, certain = bounds.lowest(problem)
        begin.append(places)
        lowest = np.where(certain, "certain", "likely")
    batch, tries, p = (first := np.concatenate(begin, axis=1)).shape
    many = problem.rows(np.repeat(np.arange(batch), tries))
    ends, ended = descend(many, first.reshape(-1, p))
    strict = is_bowl(many, ends)
    sets: dict[int, Array] = {}
    if flat.pieces(problem.loss) is not None:
        strict &= ~flat.doubtful(many, ends)
        left = _distinct(np.flatnonzero(ended & ~strict), ends, tries)
        for _ in range(LEDGES):
            found, below = _sets(many, ends, left)
            sets |= found
            left = np.array(list(below), dtype=np.intp)
            if not len(left):
                break
            part = many.rows(left)
            ends[left], ended[left] = descend(part, np.array(list(below.values())))
            strict[left] = is_bowl(part, ends[left]) & ~flat.doubtful(part, ends[left])
            left = _distinct(left[ended[left] & ~strict[left]], ends, tries)
        strict[list(sets)] = True
    costs = many.cost(ends).reshape(batch, tries)
    if not np.isfinite(costs).any(axis=1).all():
        raise ValueError(f"{problem.loss.short} is no number at some point of every fit that was tried")
    genuine = (ended & strict).reshape(batch, tries)
    converged = np.asarray(genuine.any(axis=1))
    # Where no start ends in a minimum, the cheapest end stands in.
    genuine |= ~converged[:, None] & (costs == costs.min(axis=1, keepdims=True))
    order = _lowest_first(ends.reshape(batch, tries, p), np.where(genuine, costs, np.inf))
    ends = np.take_along_axis(ends.reshape(batch, tries, p), order[:, :, None], axis=1)
    costs = np.take_along_axis(costs, order, axis=1)
    genuine = np.take_along_axis(genuine, order, axis=1)
    apart = np.abs(ends[:, :, None, :] - ends[:, None, :, :]).max(axis=3)
    size = 1.0 + np.abs(ends).max(axis=2)
    earlier = np.tril(np.ones((tries, tries), dtype=bool), k=-1)
    one = apart < 1e-6 * size[:, :, None]
    one |= _connected(problem, ends, costs, earlier & ~one & genuine[:, :, None] & genuine[:, None, :])
    genuine &= ~(one & earlier & genuine[:, None, :]).any(axis=2)
    best = ends[:, 0].copy()
    chosen = np.arange(batch) * tries + order[:, 0]
    return _Found(
        best,
        converged,
        lowest,
        _pad([ends[b, genuine[b]] for b in range(batch)]),
        _pad([costs[b, genuine[b]] for b in range(batch)]),
        _pad([sets.get(int(at), best[b : b + 1]) for b, at in enumerate(chosen)]),
    )


def _distinct(which: Index, ends: Array, tries: int) -> Index:
    """Those of the ends (B tries, p) that are not the same as an earlier one of the same data set."""
    keys = np.column_stack([which // tries, np.round(ends[which], 8)])
    return which[np.sort(np.unique(keys, axis=0, return_index=True)[1])]


def _connected(problem: Problem, ends: Array, costs: Array, pairs: Index) -> Index:
    """Which of those pairs of ends, (B, m, m), cost the same, and on the way too: one minimum, but blunt.

    Where the curvature is zero too, as between two points that are two turns apart, a minimum is not known to
    more than a quarter of the digits.
    """
    equal = np.abs(costs[:, :, None] - costs[:, None, :]) <= flat.AS_GOOD * np.abs(costs[:, :, None])
    of, one, other = np.nonzero(pairs & equal)
    found = np.zeros_like(pairs)
    if len(of):
        found[of, one, other] = True
        for share in ON_THE_WAY:
            between = problem.rows(of).cost(ends[of, one] + share * (ends[of, other] - ends[of, one]))
            there = np.abs(between - costs[of, one]) <= flat.AS_GOOD * np.abs(costs[of, one])
            found[of, one, other] &= there
    return found


def _lowest_first(ends: Array, costs: Array) -> Index:
    """Order (B, m) by cost; equally good ones by slope, then intercept, so that no start decides which is chosen."""
    lowest = costs.min(axis=1, keepdims=True)
    shared = np.where(costs <= lowest + flat.AS_GOOD * np.abs(lowest), lowest, costs)
    return np.lexsort((*np.moveaxis(np.round(ends, 6), 2, 0), shared), axis=1)


def _minimise_mad(problem: Problem, guess: Array | None, starts: int) -> tuple[_Found, Problem]:
    """What is found, and the problem at its own scale."""
    start = least_squares(problem) if guess is None else guess
    if mad.reweights(problem.loss):
        best, converged = mad.fixed_point(problem, start)
        scaled = mad.rescaled(problem, best)
        fitted = _one(scaled, best, converged, best[:, None, :])
        return dataclasses.replace(fitted, lowest=_LOCAL), scaled
    # Losses that least squares cannot reweight: minimise at the present scale, then take a new scale.
    for _ in range(50):
        scaled = mad.rescaled(problem, start)
        found = _minimise(scaled, start, starts)
        as_good = scaled.cost(start) <= found.minima_cost[:, 0] * (1.0 + flat.AS_GOOD)
        best = np.where(as_good[:, None], start, found.coefficients)
        moved = np.abs(best - start).max(axis=1)
        found, start = dataclasses.replace(found, coefficients=best), best
        if (moved <= 1e-12 * (1.0 + np.abs(start).max(axis=1))).all():
            break
    settled = dataclasses.replace(found, converged=found.converged & (moved <= 1e-9), lowest=_LOCAL)
    return settled, mad.rescaled(problem, best)


def _one(problem: Problem, best: Array, converged: Array, vertices: Array) -> _Found:
    certain = np.array("certain")
    return _Found(best, converged, certain, best[:, None, :], problem.cost(best)[:, None], vertices)


def _pad(lists: list[Array]) -> Array:
    """Arrays of unequal length, one for each data set, in one array filled with NaN."""
    longest = max(len(rows) for rows in lists)
    padded = np.full((len(lists), longest, *lists[0].shape[1:]), np.nan)
    for b, rows in enumerate(lists):
        padded[b, : len(rows)] = rows
    return padded
