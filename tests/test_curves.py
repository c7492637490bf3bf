"""Curves against closed forms, and their derivatives against differences of order 6 along the axis."""

import math

import numpy as np
import pytest

from lossviz import curves, losses
from lossviz.losses.registry import extremes

STENCIL = np.array([-1, 9, -45, 0, 45, -9, 1]) / 60.0  # first derivative, error of order h^6
OFFSETS = np.arange(-3, 4)


def slope(function, x, h):
    return sum(weight * function(x + offset * h) for weight, offset in zip(STENCIL, OFFSETS, strict=True)) / h


def away_from_kinks(loss, x, reach, **view):
    kinks = curves.grid([loss], -1e9, 1e9, 2, **view)[1:-1]
    far = np.abs(x[:, None] - kinks).min(axis=1, initial=np.inf) > reach
    return x[far]


def assert_slopes(loss, x, *, h, wrt_per_axis, **view):
    """d value / d axis = gradient * d wrt / d axis, and so on for the curvature."""
    x = away_from_kinks(
        loss, x, 4 * h, over=view["over"], target=view["target"], classes=view.get("classes", 3)
    )
    curve = curves.trace(loss, x, **view)
    assert len(x) > 3
    for part, derivative in (("value", curve.gradient), ("gradient", curve.curvature)):
        numeric = slope(lambda at: getattr(curves.trace(loss, at, **view), part), x, h)  # noqa: B023
        expected = derivative * wrt_per_axis(x)
        scale = 1.0 + np.abs(expected).max()
        np.testing.assert_allclose(numeric / scale, expected / scale, rtol=0, atol=2e-8, err_msg=str(loss))


CLASSIFIERS = [
    loss
    for family in ("binary", "multiclass")
    for name in losses.names(family)
    for loss in (losses.get(name), *extremes(losses.find(name)))
]


@pytest.mark.parametrize("name", losses.names("regression"))
def test_regression_derivatives_are_slopes_of_the_curve(name):
    x = np.linspace(-2.9, 6.1, 37)
    assert_slopes(losses.get(name), x, h=2e-3, wrt_per_axis=np.ones_like, over="error", wrt="error", target=3)


@pytest.mark.parametrize("wrt", ["probability", "logit"])
@pytest.mark.parametrize("target", [0, 1])
def test_chain_rule_over_the_probability(wrt, target):
    x = np.linspace(0.06, 0.94, 23)
    rate = np.ones_like if wrt == "probability" else lambda p: 1 / (p * (1 - p))
    for loss in CLASSIFIERS:
        assert_slopes(loss, x, h=5e-4, wrt_per_axis=rate, over="probability", wrt=wrt, target=target)


@pytest.mark.parametrize("wrt", ["probability", "logit"])
@pytest.mark.parametrize("target", [0, 1])
def test_chain_rule_over_the_logit(wrt, target):
    x = np.linspace(-2.9, 3.1, 23)
    for loss in CLASSIFIERS:
        shift = math.log(2) if loss.family == "multiclass" else 0.0

        def rate(z, shift=shift):
            return np.ones_like(z) if wrt == "logit" else 0.25 / np.cosh((z - shift) / 2) ** 2

        assert_slopes(loss, x, h=3e-3, wrt_per_axis=rate, over="logit", wrt=wrt, target=target)


def test_house_predicted_at_200_sold_for_220_thousand():
    """Closed forms at r = -20: r^2, |r| and delta (|r| - delta/2)."""
    house = dict(over="error", target=220.0)
    assert curves.at(losses.get("squared_error"), -20, **house).value == 400.0
    assert curves.at(losses.get("absolute_error"), -20, **house).value == 20.0
    probe = curves.at(losses.get("huber", delta=1), -20, **house)
    assert (probe.value, probe.gradient, probe.curvature, probe.weight) == (19.5, -1.0, 0.0, 0.05)


def test_target_loss_takes_its_target_and_is_infinite_below_its_domain():
    """log1p(20) - log1p(10) squared, and no prediction below -1 (squared log error)."""
    loss = losses.get("squared_log_error")
    curve = curves.trace(loss, [-11.5, 10.0], over="error", target=10.0)
    assert curve.value[1] == pytest.approx(math.log(21 / 11) ** 2, rel=1e-14, abs=0)
    assert curve.value[0] == math.inf
    assert np.isnan([curve.gradient[0], curve.curvature[0]]).all()
    assert curve.weight is None


def test_many_classes_share_evenly_what_the_true_one_leaves():
    """Smoothed cross-entropy at p = 0.6 of K = 5: -(0.92 log 0.6 + 4 * 0.02 log 0.1)."""
    loss = losses.get("categorical_cross_entropy", label_smoothing=0.1)
    expected = -(0.92 * math.log(0.6) + 0.08 * math.log(0.1))
    over_p = curves.at(loss, 0.6, over="probability", classes=5)
    over_z = curves.at(loss, math.log(0.6 / 0.1), over="logit", classes=5)
    assert over_p.value == pytest.approx(expected, rel=1e-14, abs=0)
    assert over_z.value == pytest.approx(expected, rel=1e-14, abs=0)
    assert over_z.gradient == pytest.approx(0.6 - 0.92, rel=1e-14, abs=0)
    assert over_p.slope == pytest.approx(-0.92 / 0.6 + 0.08 / 0.4, rel=1e-14, abs=0)


@pytest.mark.parametrize("over", ["probability", "logit"])
def test_cross_entropy_is_exact_at_the_ends_of_the_axis(over):
    """-log p, its slope -1/p, and in the logit p - 1."""
    loss = losses.get("binary_cross_entropy")
    x = np.array([0.0, 1.0]) if over == "probability" else np.array([-np.inf, np.inf])
    assert curves.trace(loss, x, over=over).value.tolist() == [math.inf, 0.0]
    assert curves.trace(loss, x, over=over, wrt="probability").gradient.tolist() == [-math.inf, -1.0]
    assert curves.trace(loss, x, over=over, wrt="logit").gradient.tolist() == [-1.0, 0.0]


def test_brier_gradient_vanishes_when_confidently_wrong_and_that_of_cross_entropy_does_not():
    """2 (p - 1) p (1 - p) against p - 1, at p = 0.001 for y = 1."""
    at = dict(over="probability", wrt="logit", target=1)
    p = 0.001
    assert curves.at(losses.get("brier"), p, **at).gradient == pytest.approx(
        -2 * p * (1 - p) ** 2, rel=1e-12, abs=0
    )
    assert curves.at(losses.get("binary_cross_entropy"), p, **at).gradient == pytest.approx(
        p - 1, rel=1e-12, abs=0
    )


def test_tangent_touches_the_curve_along_the_axis_drawn():
    """-log p at 1/2: log 2 - 2 (p - 1/2), whatever the gradient shown is taken by."""
    probe = curves.at(losses.get("binary_cross_entropy"), 0.5, over="probability", wrt="logit")
    assert (probe.gradient, probe.slope) == (-0.5, -2.0)
    np.testing.assert_allclose(probe.tangent([0.5, 0.75]), [math.log(2), math.log(2) - 0.5], rtol=1e-15)


def test_there_is_no_tangent_where_the_loss_is_infinite():
    probe = curves.at(losses.get("binary_cross_entropy"), 0.0, over="probability")
    assert np.isnan(probe.tangent([0.0, 0.1])).all()


def test_grid_holds_every_kink_between_its_neighbours():
    hinge, huber = losses.get("hinge", margin=0.7), losses.get("huber", delta=1.345)
    expected = {-1.345, 1.345, math.nextafter(1.345, 2), math.nextafter(1.345, 0), math.nextafter(-1.345, -2)}
    x = curves.grid([huber, losses.get("squared_error")], -3, 3, 61, over="error")
    assert expected <= set(x.tolist())
    assert (np.diff(x) > 0).all()
    assert (x[0], x[-1]) == (-3.0, 3.0)
    assert -0.7 in curves.grid([hinge], -3, 3, 7, over="logit", target=0)
    assert 0.7 not in curves.grid([hinge], -3, 3, 7, over="logit", target=0)


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("margin", [0.1, 0.7, 1.0, 2.9])
def test_jump_of_the_hinge_gradient_is_upright_on_the_probability_axis(margin, target):
    """The gradient in the logit is 0 or -1 (+1 for y = 0) and changes within a few floats."""
    loss = losses.get("hinge", margin=margin)
    x = curves.grid([loss], 0, 1, 11, over="probability", target=target)
    gradient = curves.trace(loss, x, over="probability", wrt="logit", target=target).gradient
    jumps = np.flatnonzero(np.diff(gradient))
    assert len(jumps) == 1
    assert x[jumps[0] + 1] - x[jumps[0]] < 1e-14


def test_grid_marks_the_edge_of_a_domain():
    x = curves.grid([losses.get("poisson")], -30, 30, 11, over="error", target=20.5)
    value = curves.trace(losses.get("poisson"), x, over="error", target=20.5).value
    edge = np.searchsorted(x, -20.5)
    assert x[edge] == -20.5
    assert value[edge - 1] == math.inf
    assert x[edge] - x[edge - 1] < 1e-13


def test_grid_stays_within_its_ends():
    x = curves.grid([losses.get("huber", delta=1.0)], -1.0, 1.0, 3, over="error")
    assert x.min() == -1.0
    assert x.max() == 1.0


def test_sweep_is_one_float32_row_a_parameter_value():
    deltas, x = [0.5, 1.0, 2.0], np.linspace(-3, 3, 13)
    table = curves.sweep(losses.get("huber"), "delta", deltas, x, over="error")
    assert table.value.shape == table.gradient.shape == table.weight.shape == (3, 13)
    assert table.value.dtype == table.curvature.dtype == np.float32
    for row, delta in zip(table.gradient, deltas, strict=True):
        np.testing.assert_array_equal(row, np.clip(x, -delta, delta).astype(np.float32))


def test_sweep_keeps_the_other_parameters():
    loss = losses.get("focal", gamma=0.0, alpha=0.25)
    table = curves.sweep(loss, "gamma", [0.0, 2.0], [0.5], over="probability")
    np.testing.assert_allclose(table.value[:, 0], 0.25 * math.log(2) * np.array([1, 0.25]), rtol=1e-7)
    assert table.weight is None


def test_sweep_overflows_to_infinity():
    table = curves.sweep(losses.get("hinge"), "margin", [1.0], [-1e39], over="logit")
    assert table.value.tolist() == [[math.inf]]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: curves.trace(losses.get("huber"), [0.0], over="logit"), "over must be 'error'"),
        (lambda: curves.trace(losses.get("hinge"), [0.0], over="logit", wrt="error"), "wrt must be"),
        (lambda: curves.trace(losses.get("hinge"), [1.5], over="probability"), r"in \[0, 1\]"),
        (lambda: curves.trace(losses.get("hinge"), [0.5], over="logit", target=2), "target must be 0 or 1"),
        (lambda: curves.trace(losses.get("kl_divergence"), [0.5], over="logit", classes=1), "at least 2"),
        (lambda: curves.sweep(losses.get("huber"), "gamma", [1], [0.0], over="error"), "it has delta"),
        (lambda: curves.sweep(losses.get("huber"), "delta", [-1], [0.0], over="error"), "delta must be in"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
