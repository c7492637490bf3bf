"""Sets of minimisers: the lowest cost wins where it is flat, and every minimiser is reported.

The reference is a dense search of its own: costs on a grid on which every corner of a set lies, since the
data, the weights and the losses' edges are whole numbers. The printed values are elementary algebra: where
as many points pull up as down with the same force, nothing changes until one of them leaves its piece.
"""

import numpy as np
import pytest
from campaign import cases

from lossviz import losses
from lossviz.data.dataset import Dataset
from lossviz.descent import optimum
from lossviz.fitting import fit_line, fit_location
from lossviz.models import Cost

PIECEWISE = [
    losses.get("absolute_error"),
    losses.get("quantile", tau=0.25),
    losses.get("epsilon_insensitive", epsilon=1.0),
    losses.get("squared_epsilon_insensitive", epsilon=1.0),
    losses.get("huber", delta=1.0),
    losses.get("smooth_l1", beta=1.0),
    losses.get("hampel"),
    losses.get("hampel", a=1.0, b=3.0, c=6.0),
    losses.get("hampel", a=2.0, b=2.0, c=5.0),
]
HAMPEL = losses.get("hampel")
LINE = [0, 1, 2, 3, 0, 1, 2, 3, 10, 11], [0, 0, 0, 0, 5, 5, 5, 5, 60, 60]
by_label = pytest.mark.parametrize("loss", PIECEWISE, ids=lambda loss: loss.label)


@pytest.mark.parametrize(
    ("loss", "y", "cost", "low", "high"),
    [
        # a = 2 pulls from both sides while both points are from 2 to 4 away; the point beyond 8 costs its bound 10
        (HAMPEL, [0, 5, 100], (3 + 3 + 10) / 3, 2, 3),
        (HAMPEL, [0, 5], 3, 2, 3),
        (HAMPEL, [0, 0, 5, 5, 50, 60, -70], (4 * 3 + 3 * 10) / 7, 2, 3),
        (losses.get("huber"), [0, 5], 2, 1, 4),
        (losses.get("huber"), [0, 0, 0, 7, 9, 10], (3 * 0.5 + 6 + 8 + 9 - 1.5) / 6, 1, 6),
        (losses.get("squared_epsilon_insensitive", epsilon=2.0), [0, 3], 0, 1, 2),
        (losses.get("epsilon_insensitive", epsilon=2.0), [0, 3], 0, 1, 2),
        (losses.get("epsilon_insensitive", epsilon=2.0), [0, 8], 2, 2, 6),
        (losses.get("absolute_error"), [0, 5, 7, 100], (5 + 0 + 2 + 95) / 4, 5, 7),
        (losses.get("quantile", tau=0.25), [0, 4, 5, 6], (0.75 * 0 + 0.25 * (4 + 5 + 6)) / 4, 0, 4),
    ],
    ids=lambda value: getattr(value, "label", None),
)
def test_constants_that_are_equally_good(loss, y, cost, low, high):
    found = fit_location(loss, y)
    assert found.converged
    assert found.cost == pytest.approx(cost, rel=1e-12, abs=1e-15)
    np.testing.assert_allclose(np.sort(found.vertices[:, 0]), [low, high], atol=1e-9)
    assert found.coefficients[0] == pytest.approx((low + high) / 2, abs=1e-9)


def test_lines_that_are_equally_good_under_hampel():
    """Between x = 0 and 3 any line from 2 to 3 costs 3 a point; the two far points cost their bound."""
    found = fit_line(HAMPEL, *LINE)
    assert found.converged
    assert found.cost == pytest.approx((8 * 3 + 2 * 10) / 10, rel=1e-14)
    np.testing.assert_allclose(found.coefficients, [2.5, 0.0], atol=1e-12)
    corners = sorted(tuple(np.round(v, 9) + 0.0) for v in found.vertices)
    assert corners == [(2, 0), (2, round(1 / 3, 9)), (3, round(-1 / 3, 9)), (3, 0)]


def test_the_optimum_of_a_descent_is_the_flat_one():
    best = optimum.optimum(Cost.linear(_data(*LINE), HAMPEL))
    assert best.value == pytest.approx(4.4, rel=1e-14)
    assert not len(best.points)
    assert "Many parameters" in best.reason


def test_the_optimum_of_a_descent_is_every_one_of_several_single_points():
    """Two crossing lines with as many points each: both are as good."""
    x, y = [-2, -1, 1, 2, -2, -1, 1, 2], [-40, -20, 20, 40, 40, 20, -20, -40]
    best = optimum.optimum(Cost.linear(_data(x, y), losses.get("tukey_biweight")))
    np.testing.assert_allclose(sorted(best.points[:, 1]), [-20, 20], rtol=1e-9)
    np.testing.assert_allclose(best.points[:, 0], 0.0, atol=1e-9)


def _data(x, y):
    return Dataset(np.array(x, dtype=float), np.array(y, dtype=float), ("x", "y"), "whole numbers")


def drawn(seed, most):
    """A few points with whole coordinates and weights, some of them far off."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, most + 1))
    x, y = rng.integers(0, 4, n).astype(float), rng.integers(0, 10, n).astype(float)
    y = np.where(rng.random(n) < 0.2, y + rng.choice([-1, 1], n) * rng.integers(15, 60, n), y)
    return x, y, rng.integers(1, 3, n).astype(float) if seed % 2 else np.ones(n)


def test_a_minimum_half_way_between_two_others_makes_them_no_one():
    """Three points 18 apart, of which Hampel's loss gives up two: each is as good as the others."""
    found = fit_location(losses.get("hampel"), [-13.0, -31.0, 5.0])
    np.testing.assert_allclose(np.sort(found.minima[:, 0]), [-31.0, -13.0, 5.0], atol=1e-9)
    np.testing.assert_allclose(found.minima_cost, 20 / 3, rtol=1e-14)


def test_corners_are_where_two_edges_meet_to_the_last_digits():
    """Two points, a tube of 1 around each: the line is at 3 or 5 over the first and at 2 or 4 over the second."""
    found = fit_line(losses.get("epsilon_insensitive", epsilon=1.0), [0.0, 3.0], [4.0, 3.0])
    ends = np.sort(np.round(found.vertices @ [[1.0, 1.0], [0.0, 3.0]], 6), axis=0)
    assert ends.tolist() == [[3, 2], [3, 2], [5, 4], [5, 4]]
    exact = np.round(found.vertices @ [[1.0, 1.0], [0.0, 3.0]])
    np.testing.assert_allclose(found.vertices @ [[1.0, 1.0], [0.0, 3.0]], exact, rtol=1e-14)


@by_label
def test_every_constant_that_is_as_good_is_in_a_reported_set(loss):
    for seed in range(cases(120, 2000)):
        _, y, weights = drawn(seed, 8)
        grid = np.arange(np.floor(y.min()) * 8 - 8, np.ceil(y.max()) * 8 + 9) / 8
        costs = loss.value(grid[:, None] - y) @ weights / weights.sum()
        found = fit_location(loss, y, weights=weights)
        assert found.converged, (seed, y)
        assert found.cost <= costs.min() * (1 + 1e-12) + 1e-15, (seed, y)
        at_ends = loss.value(found.vertices - y) @ weights / weights.sum()
        np.testing.assert_allclose(at_ends, found.cost, rtol=1e-10, atol=1e-13)
        best = grid[costs <= found.cost * (1 + 1e-11) + 1e-14]
        low, high = found.vertices.min() - 1e-7, found.vertices.max() + 1e-7
        elsewhere = best[(best < low) | (best > high)]
        equal = found.minima[found.minima_cost <= found.cost * (1 + 1e-10) + 1e-13]
        for other in elsewhere:  # another set, as good, a convex loss has not
            assert not loss.convex, (seed, y)
            assert np.abs(equal - other).min() < 5.0, (seed, y)


@by_label
def test_every_line_that_is_as_good_is_in_the_reported_set(loss):
    """Lines are told by their heights at both ends of x: on a grid of quarters lie the corners of most sets."""
    for seed in range(cases(25, 400)):
        x, y, weights = drawn(seed, 7)
        if np.ptp(x) == 0:
            continue
        found = fit_line(loss, x, y, weights=weights)
        assert found.converged, (seed, x, y)
        ends = np.array([x.min(), x.max()])
        share = (x - ends[0]) / np.ptp(ends)
        middle = np.sort(np.abs(y))[: len(y) // 2 + 1].max() + 6
        heights = np.arange(-4 * middle, 4 * middle + 1) / 4
        left, right = (h.ravel() for h in np.meshgrid(heights, heights))
        costs = loss.value(left[:, None] * (1 - share) + right[:, None] * share - y) @ weights / weights.sum()
        assert found.cost <= costs.min() * (1 + 1e-12) + 1e-15, (seed, x, y)
        prediction = found.vertices[:, :1] + found.vertices[:, 1:] * x
        at_corners = loss.value(prediction - y) @ weights / weights.sum()
        np.testing.assert_allclose(at_corners, found.cost, rtol=1e-9, atol=1e-12)
        if loss.convex:
            best = costs <= found.cost * (1 + 1e-11) + 1e-14
            corners = found.vertices @ np.stack([np.ones(2), ends])
            if best.any():
                outside = distance_to_hull(np.stack([left[best], right[best]], axis=1), corners)
                assert outside.max() < 1e-6, (seed, x, y)


def distance_to_hull(points, corners):
    """How far points (k, 2) are outside the convex hull of some corners, seen from 360 sides."""
    angles = np.linspace(0, 2 * np.pi, 360, endpoint=False)
    sides = np.stack([np.cos(angles), np.sin(angles)])
    return (points @ sides - (corners @ sides).max(axis=0)).max(axis=1)


@by_label
@pytest.mark.parametrize("unit", [1e-9, 1e9])
def test_a_set_follows_the_units(loss, unit):
    for seed in range(20):
        x, y, weights = drawn(seed, 6)
        if np.ptp(x) == 0:
            continue
        plain = fit_line(loss, x, y, weights=weights)
        other = fit_line(loss, x * 1e3, y * unit, weights=weights, scale=unit)
        assert other.cost == pytest.approx(plain.cost, rel=1e-9, abs=1e-15)
        np.testing.assert_allclose(
            other.coefficients * [1, 1e3] / unit, plain.coefficients, rtol=1e-6, atol=1e-7
        )
        assert len(other.vertices) == len(plain.vertices)


@by_label
def test_a_set_does_not_depend_on_the_start(loss):
    for seed in range(20):
        _, y, weights = drawn(seed, 6)
        plain = fit_location(loss, y, weights=weights)
        for share in (0.0, 0.3, 1.0):
            start = (1 - share) * plain.vertices.min() + share * plain.vertices.max()
            again = fit_location(loss, y, weights=weights, start=[start])
            np.testing.assert_allclose(again.coefficients, plain.coefficients, rtol=1e-9, atol=1e-9)
