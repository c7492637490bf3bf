"""Efficiency, influence, sensitivity and contamination against closed forms and printed constants."""

import itertools
import math

import numpy as np
import pytest

from lossviz import losses
from lossviz.fitting import fit_line, fit_location
from lossviz.losses import ResidualLoss
from lossviz.robust.influence import (
    contaminate,
    contamination,
    efficiency,
    influence,
    sensitivity,
    sensitivity_curve,
    tuned,
)

RESIDUAL = [loss for loss in losses.every() if isinstance(loss, ResidualLoss)]
EFFICIENCIES = [  # integrals in 20 digits; Huber's agree with robustbase's printed output to its 7 digits
    ("huber", dict(delta=1.345), 0.95000025970286724693),
    ("huber", dict(delta=1.5), 0.96423576531626094176),
    ("huber", dict(delta=2.0), 0.98971558972731332853),
    ("huber", dict(delta=2.5), 0.99770407440968348557),
    ("absolute_error", {}, 2.0 / math.pi),
    ("quantile", dict(tau=0.5), 2.0 / math.pi),
    ("squared_error", {}, 1.0),
    ("expectile", dict(tau=0.5), 1.0),
    ("tukey_biweight", dict(c=4.685), 0.94999735006904601627),
    ("tukey_biweight", dict(c=3.1369), 0.79999837719915845668),
    ("tukey_biweight", dict(c=3.4437), 0.8500014337850166479),
    ("tukey_biweight", dict(c=3.8827), 0.90000348630297672083),
]


def noisy_line(n=20, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(0.0, 10.0, n)
    return x, 1.0 + 2.0 * x + rng.normal(size=n)


@pytest.mark.parametrize(("name", "settings", "expected"), EFFICIENCIES)
def test_efficiency_at_the_normal(name, settings, expected):
    assert efficiency(losses.get(name, **settings)) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("tau", [0.1, 0.3])
def test_efficiency_of_a_quantile(tau):
    # density^2 / (tau (1 - tau)): the asymptotic variance of a sample quantile
    place = losses.get("quantile", tau=tau)
    quantile = {0.1: -1.2815515655446004, 0.3: -0.5244005127080407}[tau]
    density = math.exp(-0.5 * quantile**2) / math.sqrt(2.0 * math.pi)
    assert efficiency(place) == pytest.approx(density**2 / (tau * (1 - tau)), rel=1e-9)


@pytest.mark.parametrize(
    ("name", "printed"),  # Holland & Welsch (1977), table 1; robustbase prints 4.685061 for the biweight
    [
        ("huber", 1.345),
        ("tukey_biweight", 4.685061),
        ("cauchy", 2.385),
        ("welsch", 2.985),
        ("fair", 1.400),
        ("andrews", 1.339),
    ],
)
def test_tuning_constant_for_95_percent(name, printed):
    loss = tuned(losses.get(name), 0.95)
    assert next(iter(loss.settings().values())) == pytest.approx(printed, abs=5e-4)
    assert efficiency(loss) == pytest.approx(0.95, abs=1e-12)


def test_what_cannot_be_tuned_says_so():
    with pytest.raises(ValueError, match="no parameter 'c'"):
        tuned(losses.get("huber"), 0.95, "c")
    with pytest.raises(ValueError, match="no parameter to tune"):
        tuned(losses.get("log_cosh"))
    with pytest.raises(ValueError, match=r"gives an efficiency of 0\.5"):
        tuned(losses.get("huber"), 0.5)
    with pytest.raises(ValueError, match="not a loss of the residual"):
        efficiency(losses.get("poisson"))


def test_influence_at_the_normal_in_closed_form():
    z = np.array([-5.0, -1.0, 0.0, 0.3, 5.0])
    np.testing.assert_allclose(influence(losses.get("squared_error"), z), z, atol=1e-13)
    np.testing.assert_allclose(
        influence(losses.get("absolute_error"), z), np.sign(z) * math.sqrt(math.pi / 2), rtol=1e-12
    )
    k = 1.345  # clip(z) / P(|Z| < k)
    np.testing.assert_allclose(
        influence(losses.get("huber", delta=k), z),
        np.clip(z, -k, k) / math.erf(k / math.sqrt(2)),
        rtol=1e-12,
        atol=1e-14,
    )
    assert influence(losses.get("tukey_biweight"), 100.0) == 0.0


@pytest.mark.parametrize("loss", RESIDUAL, ids=lambda loss: loss.name)
def test_influence_has_mean_zero_and_the_variance_that_efficiency_states(loss):
    z = np.linspace(-9.0, 9.0, 100_001)
    mass = np.exp(-0.5 * z * z) / np.exp(-0.5 * z * z).sum()
    values = influence(loss, z)
    assert mass @ values == pytest.approx(0.0, abs=1e-3)
    assert mass @ values**2 == pytest.approx(1.0 / efficiency(loss), rel=1e-3)


@pytest.mark.parametrize("name", ["squared_error", "huber", "log_cosh", "expectile", "cauchy"])
def test_sensitivity_curve_tends_to_the_influence_on_the_sample(name):
    loss, points = losses.get(name), np.array([-4.0, -0.5, 0.7, 6.0])
    sample = np.random.default_rng(2).normal(size=2_000)
    curve = sensitivity_curve(loss, sample, points)
    np.testing.assert_allclose(curve, influence(loss, points, sample), rtol=2e-3, atol=2e-3)


def test_influence_on_a_sample_is_refused_without_a_density():
    with pytest.raises(ValueError, match="bends nowhere"):
        influence(losses.get("absolute_error"), [0.0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("name", "along"), list(itertools.product(["squared_error", "absolute_error", "huber", "welsch"], "xy"))
)
def test_sensitivity_is_the_refit_with_the_point_moved(name, along):
    x, y = noisy_line()
    loss, positions = losses.get(name), np.array([-30.0, 3.0, 40.0])
    moved = sensitivity(loss, x, y, 4, positions, along=along)
    for k, position in enumerate(positions):
        xs, ys = x.copy(), y.copy()
        (xs if along == "x" else ys)[4] = position
        alone = fit_line(loss, xs, ys)
        assert moved.cost[k] == pytest.approx(alone.cost, rel=1e-10)
        np.testing.assert_allclose(moved.coefficients[k], alone.coefficients, rtol=1e-7)


def test_a_vertical_outlier_moves_the_mean_without_end_and_the_others_not():
    x, y = noisy_line()
    slopes = {
        name: sensitivity(losses.get(name), x, y, 0, [1e3, 1e6]).coefficients[:, 1]
        for name in ("squared_error", "absolute_error", "huber", "tukey_biweight")
    }
    assert abs(slopes["squared_error"][1]) > 500 * abs(slopes["squared_error"][0])
    for name in ("absolute_error", "huber", "tukey_biweight"):
        assert slopes[name][1] == pytest.approx(slopes[name][0], rel=1e-9)


def test_a_constant_can_be_watched_too():
    y = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    moved = sensitivity(losses.get("squared_error"), None, y, 4, [5.0, 10.0])
    np.testing.assert_allclose(moved.coefficients[:, 0], [3.0, 4.0])
    moved = sensitivity(losses.get("absolute_error"), None, y, 4, [5.0, 10.0])
    np.testing.assert_allclose(moved.coefficients[:, 0], [3.0, 3.0])
    with pytest.raises(ValueError, match="index of a point"):
        sensitivity(losses.get("huber"), None, y, 5, [0.0])
    with pytest.raises(ValueError, match="along"):
        sensitivity(losses.get("huber"), None, y, 0, [0.0], along="x")


def test_contamination_grows_by_the_same_points():
    y = np.linspace(0.0, 1.0, 20)
    spoiled, outlying = contaminate(y, [0.0, 0.1, 0.3, 0.5], shift=7.0, seed=3)
    assert list(outlying.sum(axis=1)) == [0, 2, 6, 10]
    assert all((outlying[k] <= outlying[k + 1]).all() for k in range(3))
    np.testing.assert_array_equal(spoiled, y + 7.0 * outlying)
    with pytest.raises(ValueError, match="shares"):
        contaminate(y, [1.2])


def test_the_mean_breaks_at_once_and_the_median_at_one_half():
    """Breakdown points 0 and 1/2: Donoho & Huber (1983)."""
    y = np.random.default_rng(0).normal(size=41)
    shares = np.array([0.0, 0.02, 0.3, 0.48, 0.52])
    mean, median = (
        contamination(losses.get(name), None, y, shares, shift=1e9).coefficients[:, 0]
        for name in ("squared_error", "absolute_error")
    )
    assert mean[0] == pytest.approx(y.mean())
    assert (mean[1:] > 1e7).all()
    assert (np.abs(median[:4]) < np.abs(y).max()).all()
    assert median[4] > 1e8
    line = contamination(losses.get("huber"), np.arange(41.0), y, [0.0, 0.2])
    np.testing.assert_allclose(
        line.coefficients[0], fit_line(losses.get("huber"), np.arange(41.0), y).coefficients
    )
    assert fit_location(losses.get("huber"), y).cost <= line.cost[1]
