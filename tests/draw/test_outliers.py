"""What the charts of the outlier lab draw, against closed forms and numbers worked out by hand."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.data.cloud import Axis, Cloud, Window
from lossviz.draw import outliers as figures
from lossviz.robust.effects import Breakdown, Sensitivity, fit_cloud

MSE, MAE = losses.get("squared_error"), losses.get("absolute_error")
BLUE, TEAL, VIOLET = "#1e59d3", "#0ca2a4", "#b46de6"
"""Of squared error, absolute error and Cauchy in ``data/marks.json``."""

# Around the line 1 + 2 x these residuals (prediction - y) are orthogonal to 1 and to x = 0, 1, 2, 3, so that it
# is the least-squares line, and the losses are their squares: 4, 9, 0, 1, on average 3.5.
RESIDUALS = np.array([2.0, -3.0, 0.0, 1.0])
X = np.array([2.0, 0.0, 3.0, 1.0])
"""The same points, not in order."""
Y = 1.0 + 2.0 * X - RESIDUALS[X.astype(int)]
CLOUD = Cloud.of(X, Y)
SQUARES = fit_cloud(MSE, CLOUD)


def named(figure):
    return {trace.name: trace for trace in figure.data if trace.name}


def marks(figure):
    """The markers without a name: where something is now."""
    return [trace for trace in figure.data if trace.mode == "markers"]


# --- every point's loss ------------------------------------------------------------------------


def test_bars_are_the_losses_from_left_to_right_and_the_line_is_their_mean():
    figure = figures.bars(SQUARES, np.argsort(X), chosen=2, height=300)
    (bars,), (line,) = figure.data, figure.layout.shapes
    np.testing.assert_allclose(bars.y, [4, 9, 0, 1], atol=1e-12)
    np.testing.assert_array_equal(bars.x, [1, 2, 3, 4])
    np.testing.assert_array_equal(bars.customdata, [2, 4, 1, 3])
    assert list(bars.marker.color) == [BLUE] * 4
    assert list(bars.marker.line.width) == [0, 0, 0, 2]
    assert (line.y0, line.y1) == pytest.approx((3.5, 3.5))
    assert figure.layout.yaxis.rangemode == "tozero"
    assert figure.layout.title.text == "MSE = 3.5, mean of 4 losses"


def test_bars_of_points_on_the_line_are_nothing_on_an_axis_that_has_a_size():
    figure = figures.bars(SQUARES, np.argsort(X), chosen=0, height=300, exact=True)
    assert list(figure.data[0].y) == [0] * 4
    assert figure.layout.shapes[0].y0 == 0
    assert figure.layout.yaxis.range == (0, 1)


# --- the cost of a constant --------------------------------------------------------------------

HEIGHTS = np.array([1.0, 2.0, 4.0, 9.0])
AXIS = Axis(-2.0, 12.0, 0.01)
CLOSED = {
    "MSE": lambda c: np.mean((c[:, None] - HEIGHTS) ** 2, axis=1),
    "MAE": lambda c: np.mean(np.abs(c[:, None] - HEIGHTS), axis=1),
    "Cauchy": lambda c: np.mean(0.125 * np.log1p((2.0 * (c[:, None] - HEIGHTS)) ** 2), axis=1),
}
"""Costs of a constant by their textbook formulas, Cauchy's at c = 1/2."""


@pytest.fixture(scope="module")
def costs():
    cloud = Cloud.of(np.arange(4.0), HEIGHTS)
    cauchy = losses.get("cauchy", c=0.5)
    fits = [fit_cloud(loss, cloud, constant=True) for loss in (MSE, MAE, cauchy)]
    return figures.cost_curves(fits, HEIGHTS, AXIS, x_title="y", left=72, height=250)


@pytest.mark.parametrize("name", CLOSED)
def test_cost_curves_are_the_cost_from_its_lowest_to_its_highest(costs, name):
    curve = named(costs)[name]
    cost = CLOSED[name](curve.x)
    np.testing.assert_allclose(curve.customdata, cost, rtol=1e-12)
    np.testing.assert_allclose(curve.y, (cost - cost.min()) / np.ptp(cost), atol=1e-12)
    assert (curve.y.min(), curve.y.max()) == (0, 1)
    assert (curve.x[0], curve.x[-1]) == costs.layout.xaxis.range == (-2, 12)


def test_minima_lie_on_their_curves_where_these_are_lowest(costs):
    curves = [named(costs)[name] for name in CLOSED]
    found = marks(costs)
    assert len(found) == 3
    for curve, mark in zip(curves, found, strict=True):
        assert mark.marker.color == curve.line.color
        cost, formula = curve.customdata, CLOSED[curve.name]
        np.testing.assert_allclose(mark.y, (formula(np.array(mark.x)) - cost.min()) / np.ptp(cost), atol=1e-9)
        for at in mark.x:  # none beside it is lower
            assert (formula(np.array([at - 1e-3, at + 1e-3])) >= formula(np.array([at])) - 1e-12).all()
        assert [*mark.marker.symbol] == ["circle", *["circle-open"] * (len(mark.x) - 1)]
    mean, median, cauchy = found
    assert mean.x == pytest.approx([4.0])  # (1 + 2 + 4 + 9) / 4
    assert median.x == pytest.approx([3.0])  # middle of 2 and 4
    assert len(cauchy.x) > 1  # one far point is a minimum of its own
    assert cauchy.y[0] <= min(cauchy.y)


def test_a_stretch_of_equally_good_constants_is_heavy(costs):
    heavy = [trace for trace in costs.data if trace.line.width == figures.FLAT]
    assert [list(trace.x) for trace in heavy[1:2]] == [pytest.approx([2.0, 4.0])]
    assert heavy[1].line.color == TEAL
    np.testing.assert_allclose(heavy[1].y, 0.0, atol=1e-12)
    assert [np.ptp(trace.x) for trace in (heavy[0], heavy[2])] == [0, 0]


# --- outcomes against where a point is, and against the share of outliers ---------------------


@pytest.mark.parametrize(
    ("what", "lines", "now"),
    [("slope", ([1.0, 2.0], [5.0, 7.0]), 2.0), ("intercept", ([0.0, 3.0], [4.0, 4.0]), 1.0), ("prediction", ([10.0, 23.0], [54.0, 74.0]), 21.0)],
)  # fmt: skip
def test_sensitivity_curves_are_outcomes_over_the_points_heights(what, lines, now):
    """Two made-up pairs of fits, (0, 1) and (3, 2), (4, 5) and (4, 7), seen at x = 10."""
    found = Sensitivity(
        np.array([-1.0, 6.0]), (np.array([[0.0, 1.0], [3.0, 2.0]]), np.array([[4.0, 5.0], [4.0, 7.0]]))
    )
    fits = [SQUARES, fit_cloud(MAE, CLOUD)]
    figure = figures.sensitivity(fits, found, 2, 1.5, what, 10.0, y_title="Marks", height=300)
    for name, color, y in zip(("MSE", "MAE"), (BLUE, TEAL), lines, strict=True):
        curve = named(figure)[name]
        assert list(curve.x) == [-1, 6]
        assert list(curve.y) == y
        assert curve.line.color == color
    squares, absolute = marks(figure)
    assert (squares.x, squares.y) == ((1.5,), pytest.approx((now,)))  # of the line 1 + 2 x
    assert (squares.marker.color, absolute.marker.color) == (BLUE, TEAL)
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (1.5, 1.5)
    assert figure.layout.xaxis.title.text == "where point 3 is: Marks"
    assert figure.layout.title.text == f"{what.capitalize()} against point 3"


@pytest.mark.parametrize(("what", "drawn"), [("slope", [1, 2, 4]), ("intercept", [0, 3, 3]), ("prediction", [10, 23, 43])])  # fmt: skip
def test_breakdown_curves_are_outcomes_over_the_share(what, drawn):
    fitted = np.array([[0.0, 1.0], [3.0, 2.0], [3.0, 4.0]])
    found = Breakdown(np.array([0, 2, 4]), np.array([0.0, 0.25, 0.5]), (fitted, -fitted))
    names = [("squared_error", "MSE"), ("cauchy", "Cauchy")]
    figure = figures.breakdown(names, found, 0.25, what, 10.0, Axis(0.0, 20.0, 0.01), height=300)
    squares, cauchy = figure.data
    assert list(squares.x) == list(cauchy.x) == [0, 0.25, 0.5]
    assert list(squares.y) == drawn
    assert list(cauchy.y) == [-y for y in drawn]
    assert (squares.line.color, squares.line.dash) == (BLUE, "solid")
    assert (cauchy.line.color, cauchy.line.dash) == (VIOLET, "dash")
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (0.25, 0.25)
    low, high = figure.layout.xaxis.range
    assert low <= 0 < 0.5 <= high


# --- the picture to take away ------------------------------------------------------------------


def test_the_picture_to_take_away_has_the_points_and_the_lines_across_the_window():
    window = Window(Axis(-1.0, 4.0, 0.01), Axis(-10.0, 20.0, 0.01))
    figure = figures.picture([SQUARES], CLOUD, window, "Hours", "Marks")
    points, line = figure.data
    np.testing.assert_array_equal(points.x, X)
    np.testing.assert_array_equal(points.y, Y)
    np.testing.assert_allclose(line.x, [-1, 4])
    np.testing.assert_allclose(line.y, [-1, 9])  # 1 + 2 x
    assert (line.line.color, line.line.dash) == (BLUE, "solid")
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("Hours", "Marks")
    constant = figures.picture([fit_cloud(MSE, CLOUD, constant=True)], CLOUD, window, "Hours", "Marks")
    np.testing.assert_allclose(constant.data[1].y, [Y.mean()] * 2)
