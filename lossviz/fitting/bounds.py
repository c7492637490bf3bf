"""The lowest of several minima for certain, where there is one coefficient: branch and bound.

A loss that gives up on far points is convex up to its turn and concave beyond it, on either side. So there is
a straight line below the cost of a point over any interval: the chord where it is concave, a tangent where it
is convex, the lower of the two from the convex end where it turns within. Their sum is a straight line below
the whole cost, and its lower end a bound. Intervals whose bound is above a cost that was seen hold no minimum
to look for; the others are divided. The line is as good as the interval is short, squared, so that soon
nothing is left but the surroundings of the lowest minima. Source: Land & Doig (1960), Econometrica 28; the
lines are those of McCormick (1976), Math. Programming 10.
"""

from dataclasses import dataclass

import numpy as np

from lossviz.fitting.problem import Index, Problem
from lossviz.losses.base import Array

CERTAIN = 1e-11
"""Share of the lowest cost by which nothing that was left out can be lower."""
PARTS = 4
"""Into how many an interval is divided."""
FIRST = 64
"""Most intervals to begin with, from data point to data point."""
MOST = 40_000_000
"""Residuals that are looked at, at most, for one data set: then the search stops, and is not certain."""
TIES = 8
"""Places told for one data set, at most, that are equally low."""
_AT_ONCE = 1_000_000
_LEVELS = 60


@dataclass(frozen=True)
class Intervals:
    """From ``low`` to ``high`` of the coefficient of data set ``of``, (m,)."""

    of: Index
    low: Array
    high: Array

    def rows(self, which: Index) -> "Intervals":
        return Intervals(self.of[which], self.low[which], self.high[which])

    def divided(self) -> "Intervals":
        share = np.arange(PARTS + 1) / PARTS
        cuts = self.low[:, None] * (1.0 - share) + self.high[:, None] * share
        whole = Intervals(np.repeat(self.of, PARTS), cuts[:, :-1].ravel(), cuts[:, 1:].ravel())
        return whole.rows(whole.low < whole.high)


def lowest(problem: Problem) -> tuple[Array, Index]:
    """Places (B, k, 1) from which descents lead to the lowest minimum, and whether that is certain, (B,).

    Then no coefficient costs less than the best of them by more than ``CERTAIN``. Of equally low ones several
    are told; a data set with fewer repeats its best.

    For a loss that knows its ``turn`` and never falls with distance, and one coefficient.
    """
    places = _through_points(problem)
    batch, n = problem.target.shape
    best, where = np.full(batch, np.inf), places[:, 0].copy()
    spans, looks, certain = _first(places), np.zeros(batch), np.ones(batch, dtype=bool)
    resolved: list[tuple[Index, Array, Array]] = []
    for _ in range(_LEVELS):
        if not len(spans.of):
            break
        below, ends = bounds(problem, spans)
        looks += np.bincount(spans.of, minlength=batch) * 4 * n
        cheaper = np.argmin(ends, axis=1)
        cost, place = ends.min(axis=1), np.where(cheaper == 0, spans.low, spans.high)
        order = np.argsort(-cost, kind="stable")  # of several the cheapest is written last
        lower = order[cost[order] < best[spans.of[order]]]
        best[spans.of[lower]], where[spans.of[lower]] = cost[lower], place[lower]
        slack = CERTAIN * best[spans.of]
        open_ = below <= best[spans.of] + slack
        tight = below >= cost - slack
        done = open_ & tight
        for end, of_end in zip((spans.low, spans.high), ends.T, strict=True):  # both may be as low
            resolved.append((spans.of[done], end[done], of_end[done]))
        spans = spans.rows(open_ & ~tight)
        unfinished = looks[spans.of] >= MOST
        certain[spans.of[unfinished]] = False
        spans = spans.rows(~unfinished).divided()
    return _told(resolved, best, where), certain


def _through_points(problem: Problem) -> Array:
    """The coefficients that fit one point each, in order, (B, n): the lowest minimum is among or between them."""
    column = np.broadcast_to(problem.design.columns[:, 0], problem.target.shape)
    counts = (problem.weights > 0) & (column != 0)
    places = np.where(counts, problem.target, 0.0) / np.where(counts, column, 1.0)
    some = np.take_along_axis(places, counts.argmax(axis=1)[:, None], axis=1)
    return np.sort(np.where(counts, places, some), axis=1)


def _first(places: Array) -> Intervals:
    batch, n = places.shape
    cuts = places[:, np.unique(np.linspace(0, n - 1, min(n, FIRST + 1)).round().astype(int))]
    whole = Intervals(
        np.repeat(np.arange(batch), cuts.shape[1] - 1), cuts[:, :-1].ravel(), cuts[:, 1:].ravel()
    )
    return whole.rows(whole.low < whole.high)


def bounds(problem: Problem, spans: Intervals) -> tuple[Array, Array]:
    """A bound below the costs on each interval, (m,), and the costs at its ends, (m, 2)."""
    below, ends = np.empty(len(spans.of)), np.empty((len(spans.of), 2))
    step = max(1, _AT_ONCE // problem.target.shape[1])
    for first in range(0, len(spans.of), step):
        some = slice(first, first + step)
        below[some], ends[some] = _at_once(problem.rows(spans.of[some]), spans.low[some], spans.high[some])
    return below, ends


def _at_once(part: Problem, low: Array, high: Array) -> tuple[Array, Array]:
    loss, turn, width = part.loss, part.loss.turn, (high - low)[:, None]
    rate = part.unit * part.design.columns[:, 0]  # dz / d coefficient
    z = [part.unit * part.errors(end[:, None]) for end in (low, high)]
    value = [loss.value(end) for end in z]
    chord = value[1] - value[0]
    rising = np.where(rate > 0, 1.0, -1.0)
    near, far = rising * z[0], rising * z[1]  # the same seen from the side from which distances grow
    slopes = [width * rate * loss.gradient(end) for end in z]
    # Lines through one end: through the lower one where nothing turns before it, and through the upper one.
    ahead, back = np.minimum(slopes[0], chord), np.maximum(slopes[1], chord)
    from_low, from_high = near >= -turn, far <= turn
    first = np.where(from_low, value[0], value[1] - back)
    last = np.where(from_low, value[0] + ahead, value[1])
    both = from_low & from_high
    first = np.where(both, 0.5 * (value[0] + value[1] - back), first)
    last = np.where(both, 0.5 * (value[0] + ahead + value[1]), last)
    neither = ~(from_low | from_high)  # zero is inside
    bottom = np.where(neither, loss.value(0.0), 0.0)
    first, last = np.where(neither, bottom, first), np.where(neither, bottom, last)
    total = [(part.weights * end).sum(axis=1) for end in (first, last, *value)]
    return np.minimum(total[0], total[1]), np.stack(total[2:], axis=1)


def _told(resolved: list[tuple[Index, Array, Array]], best: Array, where: Array) -> Array:
    """The best place of each data set, and those of equal cost that lie apart, (B, k, 1)."""
    found = [[float(place)] for place in where]
    if resolved:
        of, place, cost = (np.concatenate(part) for part in zip(*resolved, strict=True))
        low = np.flatnonzero(cost <= best[of] * (1.0 + CERTAIN))
        for k in low[np.lexsort((cost[low], of[low]))]:
            some = found[of[k]]
            if len(some) < TIES and min(abs(place[k] - other) for other in some) > 1e-4 * (
                1.0 + abs(place[k])
            ):
                some.append(float(place[k]))
    most = max(map(len, found))
    return np.array([some + some[:1] * (most - len(some)) for some in found])[:, :, None]
