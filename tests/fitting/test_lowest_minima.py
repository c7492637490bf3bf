"""The lowest of several minima, against searches of every place, written out here.

A constant's search is for certain; it is compared with a fine scan. A line's is not; it is compared with a grid
of lines and all lines through two points, all of them polished by plain reweighting.
"""

import itertools

import numpy as np
import pytest
from campaign import cases
from claims import variants

from lossviz import losses
from lossviz.fitting import bounds, fit, fit_line, fit_location
from lossviz.fitting.problem import Design, Problem

HAMPEL, BIWEIGHT = losses.get("hampel"), losses.get("tukey_biweight")
NARROW = losses.get("hampel", a=1.0, b=2.0, c=2.5)
REDESCENDING = [
    HAMPEL,
    BIWEIGHT,
    losses.get("andrews"),
    losses.get("welsch"),
    losses.get("geman_mcclure"),
    losses.get("cauchy"),
]
by_label = pytest.mark.parametrize("loss", [*REDESCENDING, NARROW], ids=lambda loss: loss.label)


def drawn(seed, count, n):
    """Small data sets (count, n) without a line, evenly spread, from close to far against the losses' widths."""
    rng = np.random.default_rng([seed, n])
    width = np.exp(rng.uniform(0.5, 2.8, (count, 1)))
    x, y = rng.uniform(-5, 5, (count, n)), rng.uniform(-width, width, (count, n))
    whole = (rng.random(count) < 0.5)[:, None]
    x, y = np.where(whole, np.round(x), x), np.where(whole, np.round(y), y)
    apart = np.ptp(x, axis=1) > 0
    return x[apart], y[apart]


def cost_of(loss, x, y, lines):
    """Mean losses (k,) of lines (k, 2) on one data set."""
    return loss.value(lines[:, :1] + lines[:, 1:] * x - y).mean(axis=1)


def grid_of_lines(loss, x, y, size, keep):
    """The cheapest ``keep`` of all lines through two points and of the local minima of a grid, (keep, 2).

    The grid is of heights at the least and the greatest x, from half a range below the points to half above.
    """
    low, reach = y.min() - 0.5 * np.ptp(y), 2.0 * np.ptp(y)
    left, right = np.meshgrid(*2 * [low + reach * np.linspace(0, 1, size)], indexing="ij")
    slopes = ((right - left) / np.ptp(x)).ravel()
    lines = np.stack([left.ravel() - slopes * x.min(), slopes], axis=1)
    costs = cost_of(loss, x, y, lines).reshape(size, size)
    framed = np.pad(costs, 1, constant_values=np.inf)
    beside = [framed[i : i + size, j : j + size] for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    pits = lines[(costs <= np.min(beside, axis=0)).ravel()]
    one, other = np.array(list(itertools.combinations(range(len(x)), 2))).T
    one, other = one[x[one] != x[other]], other[x[one] != x[other]]
    through = (y[other] - y[one]) / (x[other] - x[one])
    every = np.concatenate([pits, np.stack([y[one] - through * x[one], through], axis=1)])
    return np.resize(every[np.argsort(cost_of(loss, x, y, every))[:keep]], (keep, 2))


def polished(loss, x, y, lines, steps=60):
    """Lines (k, 2) of data sets (k, n) after that many steps of reweighted least squares, none of which climbs."""
    for _ in range(steps):
        weights = loss.weight(lines[:, :1] + lines[:, 1:] * x - y) + 1e-300
        total = weights.sum(axis=1)
        mx, my = (weights * x).sum(axis=1) / total, (weights * y).sum(axis=1) / total
        dx = x - mx[:, None]
        spread = (weights * dx * dx).sum(axis=1)
        held = spread > 1e-9 * total * np.ptp(x, axis=1) ** 2
        slope = (weights * dx * (y - my[:, None])).sum(axis=1) / np.where(held, spread, 1.0)
        lines = np.where(held[:, None], np.stack([my - slope * mx, slope], axis=1), lines)
    return lines


def dense(loss, x, y, size=40, keep=25):
    """The lowest cost of a line that a search of the whole plane finds for each data set, (S,)."""
    begin = np.concatenate([grid_of_lines(loss, *one, size, keep) for one in zip(x, y, strict=True)])
    many = np.repeat(x, keep, axis=0), np.repeat(y, keep, axis=0)
    ends = polished(loss, *many, begin)
    costs = loss.value(ends[:, :1] + ends[:, 1:] * many[0] - many[1]).mean(axis=1)
    return costs.reshape(-1, keep).min(axis=1)


def test_a_minimum_between_two_of_almost_the_same_cost():
    found = fit_location(BIWEIGHT, [2, 5, -1, -9, -4])
    assert found.coefficients[0] == pytest.approx(0.5, abs=1e-9)  # half way between -1 and 2, and -4 and 5
    assert found.cost == pytest.approx(2.59969, abs=1e-5)
    np.testing.assert_allclose(np.sort(found.minima[:, 0]), [-9, -2.452198, 0.5, 3.452198], atol=1e-5)


@pytest.mark.parametrize(
    "y",
    [
        # a ledge, from whose lower edge the way down leads; and a minimum at edges of several points at once
        [-11.169, -5.692, -5.271, -0.49, -0.294, 6.76, 11.848],
        [-6.719, -5.333, -0.64, -0.614, 8.57],
        [-10, -7, -7, -4, -2, 1, 1, 5, 6, 10],
    ],
)
def test_a_ledge_is_not_the_bottom(y):
    scan = np.linspace(min(y), max(y), 200_001)
    lowest = sum(HAMPEL.value(scan - one) for one in y).min() / len(y)
    found = fit_location(HAMPEL, y)
    assert found.converged
    assert found.cost <= lowest * (1 + 1e-12)
    # all points twice, at two places: lines through the same heights
    line = fit_line(HAMPEL, np.repeat([0.0, 1.0], len(y)), np.tile(y, 2))
    assert line.cost <= lowest * (1 + 1e-12)


@pytest.mark.parametrize(
    ("loss", "x", "y"),
    [
        (HAMPEL, [3.92459924891876, -1.3428576007744475, 3.698850639839005, 3.8924577886010603],
         [-11.230605585018983, 8.921460974105626, -5.602290849534669, -0.5994927402179577]),
        (NARROW, [4.4452742682059885, 1.9802016993859102, 2.472925584636368, -1.0813014346203795],
         [-5.8545767615657605, 0.17716970669594456, 3.643950588103033, -2.8229479891790366]),
    ],
)  # fmt: skip
def test_a_line_that_is_near_no_two_points(loss, x, y):
    found = fit_line(loss, x, y)
    assert found.cost <= dense(loss, np.array([x]), np.array([y]))[0] * (1 + 1e-9)


@pytest.mark.parametrize("name", ["cauchy", "geman_mcclure", "welsch", "tukey_biweight"])
def test_a_blunt_minimum_is_one(name):
    """Half way between two points that are two turns apart the curvature is zero as well as the slope."""
    loss = losses.get(name)
    found = fit_location(loss, [-loss.turn, loss.turn])
    assert found.converged
    middle = found.minima[np.abs(found.minima[:, 0]) < 0.1 * loss.turn]
    assert len(middle) == 1


@by_label
def test_no_constant_costs_less_than_the_one_that_is_found(loss):
    for n in (2, 3, 4, 5, 6, 8, 12, 30):
        _, y = drawn(1, cases(25, 250), n)
        found = fit_location(loss, y)
        assert found.converged.all()
        assert (found.lowest == "certain").all()
        for b, row in enumerate(y):
            scan = row.min() + np.ptp(row) * np.linspace(0, 1, 1001)
            lowest = loss.value(scan[:, None] - row).mean(axis=1).min()
            assert found.cost[b] <= lowest * (1 + 1e-11) + 1e-15, (n, row.tolist())


@by_label
def test_lines_are_as_good_as_a_dense_search_finds(loss):
    for n in (3, 4, 5, 6, 7, 8, 10, 12):
        x, y = drawn(2, cases(25, 250), n)
        found, lowest = fit_line(loss, x, y), dense(loss, x, y)
        worse = np.flatnonzero(found.cost > lowest * (1 + 1e-8) + 1e-13)
        assert not len(worse), (n, x[worse[:1]].tolist(), y[worse[:1]].tolist())


@pytest.mark.parametrize("name", [loss.name for loss in REDESCENDING] + ["barron", "huber"])
def test_a_loss_is_convex_up_to_its_turn_and_concave_beyond(name):
    """The shape on which the bounds rest, at every corner of the sliders' ranges."""
    for loss in variants(name):
        assert (loss.turn == np.inf) == loss.convex
        edge = loss.turn if np.isfinite(loss.turn) else 1.0
        r = edge * np.concatenate([np.linspace(0, 3, 601), np.geomspace(3, 1e6, 300)])
        value, bend = loss.value(r), loss.curvature(r)
        tiny = 1e-9 * np.abs(bend).max()
        assert (np.diff(value) >= -1e-12 * value.max()).all()
        assert (bend[r < edge * (1 - 1e-9)] >= -tiny).all()
        if np.isfinite(loss.turn):
            assert (bend[r > edge * (1 + 1e-9)] <= tiny).all()
        np.testing.assert_allclose(loss.value(-r), value, rtol=1e-14)


@by_label
def test_bounds_are_below_the_costs(loss):
    """On random intervals, of a constant and of a slope through zero, with weights."""
    rng = np.random.default_rng(3)
    for n in (2, 5, 9):
        y, column = rng.normal(0, 6, (50, n)), rng.normal(0, 2, (50, 1, n))
        weights = rng.dirichlet(np.ones(n), 50)
        problem = Problem(loss, Design(column), y, weights, np.exp(rng.normal(0, 1, (50, 1))))
        low = rng.normal(0, 3, 50)
        high = low + np.exp(rng.uniform(-9, 3, 50))
        below, ends = bounds.bounds(problem, bounds.Intervals(np.arange(50), low, high))
        for share in np.linspace(0, 1, 41):
            cost = problem.cost((low + share * (high - low))[:, None])
            assert (below <= cost * (1 + 1e-12)).all()
        np.testing.assert_allclose(ends, np.stack([problem.cost(e[:, None]) for e in (low, high)], axis=1))


def test_a_slope_through_zero_is_the_lowest_for_certain():
    rng = np.random.default_rng(4)
    for _ in range(cases(100, 1000)):
        n = int(rng.integers(2, 9))
        x, y = rng.normal(0, 1, n), rng.normal(0, 6, n)
        found = fit(BIWEIGHT, x[:, None], y)
        ends = (y / x).min(), (y / x).max()
        scan = np.concatenate([np.linspace(*ends, 4001), np.linspace(-30, 30, 4001)])
        assert found.cost <= BIWEIGHT.value(scan[:, None] * x - y).mean(axis=1).min() * (1 + 1e-11)


def test_thousands_of_points_share_one_search():
    y = np.random.default_rng(5).standard_t(2, 5000)
    found = fit_location(BIWEIGHT, y)
    scan = np.linspace(-3, 3, 601)
    assert found.cost <= min(BIWEIGHT.value(centre - y).mean() for centre in scan) * (1 + 1e-12)


def test_a_fit_says_how_sure_it_is():
    x, y = [0, 1, 2, 3, 4, 5], [0, 1, 2, 30, 40, 50]
    huber = losses.get("huber")
    assert fit_line(huber, x, y).lowest == fit_location(BIWEIGHT, y).lowest == "certain"
    assert fit_line(losses.get("absolute_error"), x, y).lowest == "certain"
    assert fit_line(BIWEIGHT, x, y).lowest == "likely"
    assert fit_line(BIWEIGHT, x, y, start=[0.0, 1.0]).lowest == "local"
    assert fit_line(huber, x, y, scale="mad").lowest == "local"
