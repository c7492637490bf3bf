"""Exact minimisers of piecewise linear costs: absolute, quantile and epsilon-insensitive error.

A convex piecewise linear loss is a line plus hinges, so its cost is ``g'b + sum_m w_m |a_m'b - t_m|``
with one term for each point and kink. Such a cost has its minimum at a vertex, where p of the terms
vanish. The method walks from vertex to vertex along edges, on each to its best point, which is a
weighted median: Barrodale & Roberts (1973), in the form of Bloomfield & Steiger (1983).
"""

import itertools
from dataclasses import dataclass

import numpy as np

from lossviz.fitting.problem import Design, Index, Problem
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array

ZERO = 1e-11
"""A term is zero when it is this small against the size of its own parts."""
FLAT = 1e-11
"""A slope is zero when it is this small against the sum of the pulls that make it."""
MAX_VERTICES = 64
"""At most this many equally good vertices are listed."""


def hinges(loss: ResidualLoss) -> tuple[Array, Array] | None:
    """Kinks and the slopes before, between and after them, of a convex piecewise linear loss; else None."""
    kinks = np.unique(np.asarray(loss.kinks, dtype=np.float64))
    if not loss.convex or not len(kinks):
        return None
    width = 1.0 + np.ptp(kinks)
    edges = np.concatenate([[kinks[0] - width], kinks, [kinks[-1] + width]])
    probes = edges[:-1, None] + np.diff(edges)[:, None] * np.array([0.25, 0.5, 0.75])
    slopes = loss.gradient(probes)
    straight = np.ptp(slopes, axis=1) <= 1e-12 * np.abs(slopes).max()
    return (kinks, slopes[:, 1]) if straight.all() and np.all(loss.curvature(probes) == 0) else None


@dataclass(frozen=True)
class Terms:
    """Minimise ``tilt'b + sum_m weights_m |rows_m'b - targets_m|`` for B data sets."""

    design: Design
    targets: Array
    weights: Array
    tilt: Array

    @classmethod
    def of(cls, problem: Problem, kinks: Array, slopes: Array) -> "Terms":
        """The terms of a problem whose loss has these hinges (internal residuals, unit divided out)."""
        design = Design(np.concatenate([problem.design.columns] * len(kinks), axis=2))
        targets = np.concatenate([problem.target + kink / problem.unit for kink in kinks], axis=1)
        weights = np.concatenate([0.5 * jump * problem.weights for jump in np.diff(slopes)], axis=1)
        tilt = 0.5 * (slopes[0] + slopes[-1]) * problem.design.pull(problem.weights)
        return cls(design, targets, weights, tilt)

    def rows(self, which: Index) -> "Terms":
        return Terms(self.design.rows(which), self.targets[which], self.weights[which], self.tilt[which])

    def gaps(self, coefficients: Array) -> Array:
        """``rows'b - targets``, with those that only rounding keeps from zero set to zero, (B, M)."""
        predicted = self.design.predict(coefficients)
        gaps = predicted - self.targets
        return np.where(np.abs(gaps) <= ZERO * (1e-3 + np.abs(predicted) + np.abs(self.targets)), 0.0, gaps)

    def cost(self, coefficients: Array) -> Array:
        spent = (self.weights * np.abs(self.gaps(coefficients))).sum(axis=1)
        return spent + (self.tilt * coefficients).sum(axis=1)


@dataclass(frozen=True)
class Edge:
    """The best points of a cost along b + s d: all s from ``low`` to ``high``."""

    low: Array
    high: Array
    entering: Index
    """Index of the term that vanishes at ``low``."""


def search(terms: Terms, gaps: Array, directions: Array) -> Edge:
    """The minimisers along b + s d for directions (B, p), where ``gaps`` are the terms at b."""
    rates = terms.design.predict(directions)
    pulls = terms.weights * np.abs(rates)
    total = pulls.sum(axis=1)
    pulls = np.where(np.abs(rates) <= ZERO * np.abs(rates).max(axis=1, keepdims=True), 0.0, pulls)
    with np.errstate(all="ignore"):
        steps = np.where(pulls > 0, -gaps / rates, np.inf)
    order = np.argsort(steps, axis=1, kind="stable")
    steps = np.take_along_axis(steps, order, axis=1)
    passed = np.cumsum(np.take_along_axis(pulls, order, axis=1), axis=1)
    tilt = (terms.tilt * directions).sum(axis=1)
    slopes = tilt[:, None] - passed[:, -1:] + 2.0 * passed
    slack = FLAT * (total + np.abs(tilt))[:, None]
    each = np.arange(len(steps))
    last = (pulls > 0).sum(axis=1) - 1
    first = np.minimum((slopes < -slack).sum(axis=1), last)
    beyond = np.minimum((slopes <= slack).sum(axis=1), last)
    return Edge(steps[each, first], steps[each, beyond], order[each, first])


def minimise(terms: Terms, start: Array, *, whole: bool = True) -> tuple[Array, list[Array]]:
    """Minimisers (B, p) and, for each data set, the vertices (v, p) of its set of minimisers.

    With one or two coefficients that set is found whole and the minimiser is the mean of its
    vertices (the usual median when n is even); with more, or where ``whole`` is not asked for, one
    vertex is given, which may fall short of the best where more than p terms meet.
    """
    if terms.design.size == 1:
        edge = search(terms, -terms.targets, np.ones_like(start))
        middle = 0.5 * edge.low + 0.5 * edge.high
        return middle[:, None], [
            np.unique([low, high])[:, None] for low, high in zip(edge.low, edge.high, strict=True)
        ]
    best, unsettled = _walk(terms, start)
    vertices = [vertex[None, :] for vertex in best]
    for b in np.flatnonzero(unsettled & whole):
        vertices[b] = _explore(terms.rows(np.array([b])), best[b])
        best[b] = vertices[b].mean(axis=0)
    return best, vertices


def _walk(terms: Terms, start: Array) -> tuple[Array, Index]:
    """Descend along edges of the current basis; which data sets ended at a flat or crowded vertex."""
    count, p = start.shape
    best, crowded = start.copy(), np.zeros(count, dtype=bool)
    active = np.arange(count)
    basis = _nearest_basis(terms, start)
    for _ in range(20 * p + terms.targets.shape[1]):
        part = terms if len(active) == count else terms.rows(active)
        rows = np.take_along_axis(part.design.points, basis[:, :, None], axis=1)
        inverse = np.linalg.inv(rows)
        targets = np.take_along_axis(part.targets, basis, axis=1)
        vertex = (inverse @ targets[:, :, None])[:, :, 0]
        best[active] = vertex
        gaps = part.gaps(vertex)
        np.put_along_axis(gaps, basis, 0.0, axis=1)
        tilt = part.tilt + part.design.pull(part.weights * np.sign(gaps))
        along = (tilt[:, None, :] @ inverse)[:, 0, :]
        held = np.take_along_axis(part.weights, basis, axis=1)
        excess = np.abs(along) - held  # > 0: leaving this term behind pays
        size = np.abs(along) + held
        leaving = np.argmax(excess / size, axis=1)
        each = np.arange(len(active))
        descends = excess[each, leaving] > FLAT * size[each, leaving]
        crowded[active] = ((gaps == 0).sum(axis=1) > p) | (excess >= -FLAT * size).any(axis=1)
        if not descends.any():
            break
        active, part, basis, leaving = (
            active[descends],
            part.rows(descends),
            basis[descends],
            leaving[descends],
        )
        each = np.arange(len(active))
        directions = inverse[descends][each, :, leaving]
        entering = search(part, gaps[descends], directions).entering
        stuck = (basis == entering[:, None]).any(axis=1)
        basis[each[~stuck], leaving[~stuck]] = entering[~stuck]
        active, basis = active[~stuck], basis[~stuck]
        if not len(active):
            break
    return best, crowded


def _nearest_basis(terms: Terms, start: Array) -> Index:
    """For each data set p independent terms, near zero at the start: (B, p) indices."""
    gaps = np.abs(terms.gaps(start))
    typical = gaps.mean(axis=1, keepdims=True)
    typical[typical == 0] = 1.0
    nearness = np.where(terms.weights > 0, 1.0 / (gaps / typical + 1e-3), 0.0)
    left = terms.design.points * nearness[:, :, None]
    each, chosen = np.arange(len(start)), []
    for _ in range(start.shape[1]):
        chosen.append(np.argmax((left**2).sum(axis=2), axis=1))
        pivot = left[each, chosen[-1]]
        pivot = pivot / np.linalg.norm(pivot, axis=1, keepdims=True)
        left = left - (left @ pivot[:, :, None]) * pivot[:, None, :]
    return np.stack(chosen, axis=1)


def _explore(terms: Terms, vertex: Array) -> Array:
    """From a vertex of one data set to all best ones, along every edge on which p - 1 terms stay zero."""
    cost = terms.cost(vertex[None])[0]
    found, waiting = [vertex], [vertex]
    while waiting and len(found) < MAX_VERTICES:
        here = waiting.pop()
        for end in _edge_ends(terms, here):
            there = terms.cost(end[None])[0]
            slack = FLAT * (abs(cost) + 1e-300)
            if there < cost - slack:
                found, waiting, cost = [end], [end], there
                break
            if there <= cost + slack and not any(_same(end, other) for other in found):
                found.append(end)
                waiting.append(end)
    return np.array(found if len(vertex) == 2 else found[:1])


def _edge_ends(terms: Terms, vertex: Array) -> list[Array]:
    """Both ends of the best stretch on each edge through a vertex."""
    p = len(vertex)
    gaps = terms.gaps(vertex[None])
    touching = np.flatnonzero((gaps[0] == 0) & (terms.weights[0] > 0))
    rows = np.unique(terms.design.points[0, touching], axis=0)
    directions = []
    for held in itertools.islice(itertools.combinations(rows, p - 1), 500):
        *_, singular, basis = np.linalg.svd(np.array(held))
        if singular[-1] > 1e-9 * singular[0]:
            directions.append(basis[-1])
    lines = _falling_nowhere(terms, gaps, touching, np.array(directions).reshape(-1, p))
    if not len(lines):
        return []
    edge = search(terms.rows(np.zeros(len(lines), dtype=int)), np.repeat(gaps, len(lines), axis=0), lines)
    ends = [vertex + step[:, None] * lines for step in (edge.low, edge.high)]
    return list(np.concatenate(ends))


def _falling_nowhere(terms: Terms, gaps: Array, touching: Index, lines: Array) -> Array:
    """Those of the directions (m, p) along which the cost does not rise on both sides.

    On a crowded vertex nearly all of them rise, and a look along one costs a sort of all terms. The slope
    along d is g'd + sum of w |a'd| over the terms that vanish here, g the pull of all others.
    """
    pull = terms.tilt + terms.design.pull(terms.weights * np.sign(gaps))
    rows, weights = terms.design.points[0, touching], terms.weights[0, touching]
    some = max(1, 4_000_000 // max(1, len(touching)))
    kept = []
    for first in range(0, len(lines), some):
        part = lines[first : first + some]
        along, held = np.abs(part @ pull[0]), np.abs(part @ rows.T) @ weights
        kept.append(held - along <= 1e-9 * (held + along))
    return lines[np.concatenate(kept)] if kept else lines


def _same(one: Array, other: Array) -> bool:
    return bool(np.abs(one - other).max() <= 1e-9 * (1.0 + np.abs(other).max()))
