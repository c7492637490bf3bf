"""The outlier lab's numbers against closed forms, published findings and the losses themselves."""

import numpy as np
import pytest

from lossviz import data, losses
from lossviz.data.cloud import Cloud, Window
from lossviz.equation import figure_of
from lossviz.robust.effects import (
    band,
    breakdown,
    charges,
    comparison,
    contaminate,
    cost,
    cost_curve,
    fit_cloud,
    ignored,
    nickname,
    outcome,
    sensitivity,
    signed,
    weights,
    without_spread,
)
from lossviz.robust.outliers import outliers

MSE, MAE, HUBER = (losses.get(name) for name in ("squared_error", "absolute_error", "huber"))
TUKEY = losses.get("tukey_biweight")


def window_of(cloud):
    return Window.around(cloud.x, cloud.y)


def _cloud(name: str) -> Cloud:
    found = data.load(name)
    return Cloud.of(found.x, found.y)


LINE = data.make("gaussian", n=30, seed=5)
CLOUD = Cloud.of(LINE.x, LINE.y)
WINDOW = Window.around(LINE.x, LINE.y)


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("name", ["squared_error", "half_squared_error", "huber", "cauchy", "tukey_biweight"])
def test_a_charge_of_a_smooth_loss_is_its_area_and_square_near_zero(name, scale):
    fit = fit_cloud(losses.get(name), CLOUD, scale=scale)
    drawn = charges(fit)
    size = np.abs(fit.residuals)
    assert drawn.square
    assert drawn.width * size == pytest.approx(drawn.times * fit.losses, rel=1e-12)
    assert (drawn.width <= size * (1 + 1e-12)).all()
    small = size < 0.01 * scale
    assert drawn.width[small] == pytest.approx(size[small], rel=1e-4)


def test_squared_error_is_drawn_in_squares_and_huber_in_squares_up_to_delta():
    squares = charges(fit_cloud(MSE, CLOUD))
    assert squares.times == 1.0
    fit = fit_cloud(losses.get("huber", delta=0.5), CLOUD)
    size, drawn = np.abs(fit.residuals), charges(fit)
    assert drawn.width[size <= 0.5] == pytest.approx(size[size <= 0.5])
    # Twice delta (|r| - delta/2), over |r|.
    assert drawn.width[size > 0.5] == pytest.approx((size[size > 0.5] - 0.25) / size[size > 0.5])


def test_absolute_error_is_drawn_in_bars_of_one_width_and_a_quantile_in_two():
    drawn = charges(fit_cloud(MAE, CLOUD))
    assert not drawn.square
    assert set(drawn.width[drawn.width > 0]) == {1.0}
    fit = fit_cloud(losses.get("quantile", tau=0.8), CLOUD)
    widths = charges(fit).width
    off = np.abs(fit.residuals) > 1e-9
    assert widths[off & (fit.residuals < 0)] == pytest.approx(1.0)
    assert widths[off & (fit.residuals > 0)] == pytest.approx(0.25)


def test_weights_are_shares_of_the_largest():
    y = LINE.y.copy()
    y[3] += 40
    shares = weights(fit_cloud(TUKEY, Cloud.of(LINE.x, y), scale="mad"))
    assert shares.max() == 1.0
    assert shares[3] == 0.0
    assert (weights(fit_cloud(MAE, CLOUD)) <= 1.0).all()


def test_the_band_of_absolute_error_holds_every_line_that_is_as_good():
    cloud = Cloud.of(np.array([0.0, 0.0, 1.0, 1.0]), np.array([0.0, 1.0, 0.0, 1.0]))
    fit = fit_cloud(MAE, cloud)
    low, high = band(fit, np.array([0.0, 0.5, 1.0]))
    assert low == pytest.approx([0, 0, 0])
    assert high == pytest.approx([1, 1, 1])
    assert band(fit_cloud(MSE, cloud), np.array([0.0])) is None


def test_the_least_squares_sensitivity_is_a_straight_line_of_known_slope():
    # Slope of the fitted slope in y_i: (x_i - mean) / sum (x - mean)^2.
    found = sensitivity([fit_cloud(MSE, CLOUD)], CLOUD, 4, WINDOW)
    rise = np.diff(outcome(found.coefficients[0], "slope", 0.0)) / np.diff(found.positions)
    centred = LINE.x - LINE.x.mean()
    assert rise == pytest.approx(centred[4] / (centred**2).sum(), rel=1e-6)


@pytest.mark.parametrize("robust_scale", [False, True])
def test_a_sensitivity_curve_agrees_with_single_fits(robust_scale):
    scale = "mad" if robust_scale else 1.0
    fits = [fit_cloud(loss, CLOUD, scale=scale) for loss in (MSE, MAE, HUBER)]
    found = sensitivity(fits, CLOUD, 20, WINDOW, robust_scale=robust_scale, count=5)
    y = LINE.y.copy()
    for k, position in enumerate(found.positions):
        y[20] = position
        for fit, coefficients in zip(fits, found.coefficients, strict=True):
            alone = fit_cloud(fit.loss, Cloud.of(LINE.x, y), scale=scale)
            assert coefficients[k] == pytest.approx(alone.coefficients, abs=1e-6)


@pytest.mark.parametrize("scale", [1.0, "mad"])
@pytest.mark.parametrize("constant", [False, True])
def test_the_present_fits_are_on_the_sensitivity_curves(scale, constant):
    made = data.make("gaussian", n=20, outliers=0.05, seed=3)
    cloud, window = Cloud.of(made.x, made.y), Window.around(made.x, made.y)
    named = [losses.get(name) for name in ("cauchy", "welsch", "pseudo_huber", "log_cosh")]
    fits = [
        fit_cloud(loss, cloud, scale=scale, constant=constant) for loss in (MSE, MAE, HUBER, TUKEY, *named)
    ]
    for point in (0, 2, 19):
        found = sensitivity(fits, cloud, point, window, robust_scale=scale == "mad", constant=constant)
        assert (np.diff(found.positions) > 0).all()
        (now,) = np.flatnonzero(found.positions == cloud.y[point])
        for fit, coefficients in zip(fits, found.coefficients, strict=True):
            assert coefficients[now] == pytest.approx(fit.coefficients, abs=1e-8)


def test_a_sensitivity_curve_goes_from_half_a_window_below_to_half_above():
    found = sensitivity([fit_cloud(MSE, CLOUD)], CLOUD, 4, WINDOW)
    span = WINDOW.y.high - WINDOW.y.low
    assert found.positions[0] == pytest.approx(WINDOW.y.low - 0.5 * span)
    assert found.positions[-1] == pytest.approx(WINDOW.y.high + 0.5 * span)
    assert np.diff(found.positions).max() == pytest.approx(2 * span / 40)


def test_a_sensitivity_curve_is_dense_about_the_present_predictions():
    found = sensitivity([fit_cloud(TUKEY, CLOUD)], CLOUD, 4, WINDOW)
    prediction = outcome(fit_cloud(TUKEY, CLOUD).coefficients, "prediction", CLOUD.x[4])
    gaps = np.diff(found.positions)
    near = np.abs(found.positions[:-1] - prediction) < 0.5 * gaps.max()
    assert gaps[near].max() < 0.2 * gaps.max()


def test_bounded_pulls_level_off_and_redescending_ones_return():
    point = 15
    fits = [fit_cloud(loss, CLOUD) for loss in (HUBER, TUKEY)]
    found = sensitivity(fits, CLOUD, point, WINDOW)
    without = fit_cloud(TUKEY, CLOUD.without([point])).coefficients
    huber, tukey = found.coefficients
    assert huber[-1] == pytest.approx(huber[-6], abs=1e-9)
    assert tukey[-1] == pytest.approx(without, abs=1e-7)


def test_outcomes_of_a_line_and_a_constant():
    line = np.array([1.0, 2.0])
    assert [float(outcome(line, what, 3.0)) for what in ("slope", "intercept", "prediction")] == [2, 1, 7]
    assert float(outcome(np.array([5.0]), "slope", 3.0)) == 5


@pytest.mark.parametrize("kind", ["vertical", "leverage"])
def test_contamination_keeps_its_outliers_as_the_share_grows(kind):
    few, many = (contaminate(CLOUD, WINDOW, count, kind) for count in (3, 9))
    bad = (few.xy != CLOUD.xy).any(axis=1)
    assert bad.sum() == 3
    assert np.array_equal(few.xy[bad], many.xy[bad])
    assert (many.xy != CLOUD.xy).any(axis=1).sum() == 9
    assert (many.x <= WINDOW.x.high).all()
    assert (many.y <= WINDOW.y.high).all()


def test_squared_error_breaks_with_one_point_and_the_median_line_holds_out():
    found = breakdown([MSE, MAE], CLOUD, WINDOW, "vertical")
    assert found.shares[0] == 0.0
    assert found.shares[-1] == 0.5
    gone = [np.abs(c @ [1, 5] - c[0] @ [1, 5]) for c in found.coefficients]
    spread = WINDOW.y.high - WINDOW.y.low
    tenth = np.searchsorted(found.shares, 0.1)
    assert gone[0][tenth] > 0.02 * spread
    assert gone[1][np.searchsorted(found.shares, 0.3)] < 0.05 * spread
    assert gone[1][-1] > gone[1][tenth]


def test_cost_is_the_mean_loss():
    line = np.array([1.0, 2.0])
    r = 1 + 2 * LINE.x - LINE.y
    assert cost(MSE, CLOUD, line) == pytest.approx(np.mean(r**2))
    assert cost(MAE, CLOUD, line, scale=2.0) == pytest.approx(np.mean(np.abs(r)) / 2)
    assert cost(MSE, CLOUD, np.array([3.0])) == pytest.approx(np.mean((3 - LINE.y) ** 2))


def test_the_cost_of_a_constant_is_lowest_at_the_mean_and_flat_between_the_middle_two():
    y = np.array([1.0, 2.0, 4.0, 9.0])
    cloud = Cloud.of(np.arange(4.0), y)
    at = np.linspace(2, 4, 21)
    squares, absolute = (fit_cloud(loss, cloud, constant=True) for loss in (MSE, MAE))
    assert squares.coefficients == pytest.approx([4.0])
    assert np.ptp(cost_curve(absolute, y, at)) < 1e-12
    assert cost_curve(absolute, y, np.array([1.9])) > cost_curve(absolute, y, at[:1])
    assert cost_curve(squares, y, np.array([4.0])) == pytest.approx(np.var(y))


def compared(some, cloud, **settings):
    clean = cloud.without(outliers(cloud))
    return comparison(
        [fit_cloud(loss, cloud, **settings) for loss in some],
        [fit_cloud(loss, clean, **settings) for loss in some],
        cloud,
        window_of(cloud),
    )


def test_the_comparison_has_a_row_a_loss_and_measures_change_from_the_clean_fit():
    y = LINE.y.copy()
    y[29] += 30
    cloud = Cloud.of(LINE.x, y)
    table = compared([MSE, TUKEY], cloud)
    clean = fit_cloud(MSE, cloud.without([29])).coefficients
    dirty = fit_cloud(MSE, cloud).coefficients
    assert table["change of slope"][0] == pytest.approx(dirty[1] - clean[1])
    assert table["change of slope"][1] == pytest.approx(0.0, abs=1e-8)
    assert table["points ignored"] == [0, 1]
    assert {len(column) for column in table.values()} == {2}


def test_near_fits_find_the_same_minimum():
    y = LINE.y.copy()
    y[10] += 0.3
    before, moved = fit_cloud(TUKEY, CLOUD), Cloud.of(LINE.x, y)
    assert fit_cloud(TUKEY, moved, near=before.coefficients).coefficients == pytest.approx(
        fit_cloud(TUKEY, moved).coefficients, abs=1e-8
    )


def test_names_and_numbers_in_a_sentence():
    assert [nickname(loss) for loss in (MSE, MAE, HUBER)] == ["MSE", "MAE", "Huber"]
    assert figure_of(-1.23456, 1.0) == "−1.23"
    assert figure_of(-0.001, 1.0) == "0.00"
    assert figure_of(1234567.0, 1e6) == "1234567"
    assert figure_of(3e-13, 1e-12) == "3e−13"
    assert signed(0.36, 1.0) == "+0.36"
    assert signed(0.0, 1.0) == "0"
    assert figure_of(float("nan"), 1.0) == "undefined"


def test_only_losses_that_let_go_ignore_points():
    rng = np.random.default_rng(1)
    x = rng.uniform(0, 10, 400)
    y = 1 + 2 * x + rng.normal(size=400)
    y[:40] += 1e6
    cloud = Cloud.of(x, y)
    far = {
        "absolute_error": 0,
        "quantile": 0,
        "huber": 0,
        "squared_error": 0,
        "tukey_biweight": 40,
        "welsch": 40,
    }
    for name, count in far.items():
        assert ignored(fit_cloud(losses.get(name), cloud)) == count
    tube = fit_cloud(losses.get("squared_epsilon_insensitive", epsilon=1.0), CLOUD)
    assert ignored(tube) == (np.abs(tube.residuals) <= 1.0).sum()
    exact = Cloud.of(np.arange(9.0), np.where(np.arange(9) == 4, 50.0, np.arange(9.0)))
    for name in ("tukey_biweight", "cauchy", "welsch"):
        assert ignored(fit_cloud(losses.get(name), exact, scale=1e-9)) == 1


def test_a_point_that_only_rounding_keeps_from_the_corner_weighs_as_one_on_it():
    """The median line of an odd sample goes through two points, whatever their numbers round to."""
    x = 1e12 * np.array([0.13, 0.31, 0.57, 0.71, 0.97])
    y = 1e-12 * np.array([0.2, 1.7, 0.4, 3.1, 2.2])
    fit = fit_cloud(MAE, Cloud.of(x, y))
    assert (weights(fit) == 1.0).sum() >= 2
    assert weights(fit).min() > 1e-3
    assert compared([MAE], Cloud.of(x, y))["largest weight"] == [np.inf]


def test_the_comparison_shows_no_rounding():
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    cloud = Cloud.of(x, np.array([2.0, 4.0, 6.0, 8.0, 99.0]))
    three = [losses.get(name) for name in ("absolute_error", "huber", "welsch")]
    found = [fit_cloud(loss, cloud, scale="mad") for loss in three]
    table = compared(three, cloud, scale="mad")
    assert table["intercept"][:2] == [0.0, 0.0]
    assert table["change of slope"][:2] == [0.0, 0.0]
    assert [without_spread(fit) for fit in found] == [True, True, False]
    line = Cloud.of(x, 0.1 * x + 0.3)
    assert compared([losses.get("cauchy")], line, scale="mad")["cost"] == [0.0]


@pytest.mark.parametrize(
    ("value", "size", "text"),
    [
        (2.449e-25, 1e-24, "+2.449e−25"),
        (-2.449e-25, 1e-24, "−2.449e−25"),
        (3e30, 1e30, "+3e30"),
        (0.0, 1e-24, "0"),
        (-1e-9, 1.0, "0"),
        (0.004, 1.0, "0.00"),
    ],
)
def test_signed_numbers_of_any_size(value, size, text):
    assert signed(value, size) == text
