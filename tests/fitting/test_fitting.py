"""Fits against reference solutions, closed forms, printed estimates, and what each loss means."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses
from lossviz.data.tables import TABLES
from lossviz.fitting import fit, fit_line, fit_location
from lossviz.fitting.problem import solve
from lossviz.losses import ResidualLoss

DATA = Path(__file__).resolve().parents[1] / "expected"
REFERENCE = json.loads((DATA / "robust_regression_fits.json").read_text())
"""50-digit Newton and exhaustive enumeration; R's MASS::rlm and statsmodels' RLM run to 1e-14."""
PUBLISHED = json.loads((DATA / "published_estimates.json").read_text())
FILES = {"phones": "belgian_phones"}
RESIDUAL = [loss for loss in losses.every() if isinstance(loss, ResidualLoss)]
CONVEX = [loss for loss in RESIDUAL if loss.convex]
SMOOTH = [loss for loss in CONVEX if loss.smooth]
LINEAR = [losses.get("absolute_error"), *(losses.get("quantile", tau=tau) for tau in (0.1, 0.5, 0.8))]


def by_name(cases):
    return pytest.mark.parametrize("loss", cases, ids=lambda loss: loss.name)


def table(name):
    """Design with a column of ones, and response."""
    source = TABLES[FILES.get(name, name)]
    columns = [source.column(column) for column in source.predictors]
    y = source.column(source.response)
    return np.stack([np.ones_like(y), *columns], axis=1), y


def noisy_line(n=40, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-3.0, 5.0, n)
    return x, 1.0 + 2.0 * x + rng.standard_t(2, n)


def case_name(case):
    return "-".join(
        [
            case["dataset"],
            case.get("loss", case.get("estimator", "")),
            *map(str, case.get("params", {}).values()),
        ]
    )


# --- reference solutions -------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFERENCE["fits"], ids=case_name)
def test_reference_fit(case):
    design, y = table(case["dataset"])
    loss = losses.get(case["loss"], **case["params"])
    found = fit(loss, design, y)
    assert found.converged
    assert found.cost * len(y) == pytest.approx(case["objective"], rel=1e-12)
    if case["loss"] != "quantile":  # whose optimum need not be unique
        np.testing.assert_allclose(found.coefficients, case["coefficients"], rtol=1e-8)


@pytest.mark.parametrize("case", [c for c in REFERENCE["fits"] if "vertices" in c], ids=case_name)
def test_all_optimal_vertices_are_found(case):
    design, y = table(case["dataset"])
    found = fit(losses.get(case["loss"], **case["params"]), design, y)
    np.testing.assert_allclose(np.sort(found.vertices, axis=0), np.sort(case["vertices"], axis=0), rtol=1e-8)


@pytest.mark.parametrize("case", [c for c in REFERENCE["fits"] if "local_minima" in c], ids=case_name)
def test_reported_minima_are_stationary_and_hold_the_lowest_ones(case):
    design, y = table(case["dataset"])
    loss = losses.get(case["loss"], **case["params"])
    found = fit(loss, design, y)
    assert np.all(np.diff(found.minima_cost) >= 0)
    for coefficients in found.minima:
        slope = loss.gradient(design @ coefficients - y)
        # Where a line goes through points, its residuals, and so its slopes, are what rounding leaves of them.
        rounding = np.spacing(np.abs(design) @ np.abs(coefficients) + np.abs(y)) * (slope != 0)
        assert np.all(np.abs(slope @ design) <= (rounding + 1e-7 * np.abs(slope)) @ np.abs(design))
    known = [minimum["objective"] / len(y) for minimum in case["local_minima"]]
    assert found.minima_cost[0] == pytest.approx(min(known), rel=1e-12)
    assert len(found.minima) >= min(3, len(known))


@pytest.mark.parametrize("case", REFERENCE["mad_scaled"], ids=case_name)
def test_mad_scaled_fit_is_that_of_statsmodels_and_close_to_mass(case):
    kind = case["estimator"].split()[0]
    settings = dict(
        huber=("huber", dict(delta=1.345)), tukey=("tukey_biweight", dict(c=4.685)), hampel=("hampel", {})
    )
    name, parameters = settings[kind]
    design, y = table(case["dataset"])
    found = fit(losses.get(name, **parameters), design, y, scale="mad")
    np.testing.assert_allclose(found.coefficients, case["statsmodels"]["coefficients"], rtol=1e-8)
    assert found.scale == pytest.approx(case["statsmodels"]["scale"], rel=1e-8)
    # MASS divides the MAD by 0.6745, which moves the fit by up to 7e-6.
    np.testing.assert_allclose(found.coefficients, case["MASS"]["coefficients"], rtol=1e-5)


def test_location_reference():
    case = REFERENCE["location"]
    y = TABLES["chem"].column(TABLES["chem"].response)
    assert fit_location(losses.get("squared_error"), y).coefficients[0] == pytest.approx(
        case["mean"], rel=1e-14
    )
    assert fit_location(losses.get("absolute_error"), y).coefficients[0] == pytest.approx(
        case["median"], rel=1e-14
    )
    for k, expected in case["huber"].items():
        found = fit_location(losses.get("huber", delta=float(k)), y, scale=case["mad"])
        assert found.coefficients[0] == pytest.approx(expected, rel=1e-9)
    for delta, expected in case["huber_delta_fixed"].items():
        found = fit_location(losses.get("huber", delta=float(delta)), y)
        assert found.coefficients[0] == pytest.approx(expected, rel=1e-12)
    joint = case["proposal_2"]
    found = fit_location(losses.get("huber", delta=joint["k"]), y, scale=joint["scale"])
    assert found.coefficients[0] == pytest.approx(joint["mu"], rel=1e-9)


def test_jointly_scaled_huber_is_the_fit_at_its_own_scale():
    case = REFERENCE["joint_scale"]
    design, y = table(case["dataset"])
    found = fit(losses.get("huber", delta=case["epsilon"]), design, y, scale=case["sigma"])
    np.testing.assert_allclose(found.coefficients, case["coefficients"], rtol=1e-8)


@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case["id"])
def test_published_estimate(case):
    design, y = table(case["dataset"])
    unit = 0.1 if "book units" in case["id"] else 1.0
    found = fit(losses.get(case["loss"], **case["params"]), design, unit * y, scale=case["scale"])
    np.testing.assert_allclose(found.coefficients, case["values"], rtol=0, atol=case["tolerance"])


# --- what a loss means -----------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 9, 10])
def test_squared_error_gives_the_mean_and_absolute_error_the_median(n):
    y = np.random.default_rng(n).normal(size=n)
    assert fit_location(losses.get("squared_error"), y).coefficients[0] == pytest.approx(y.mean(), abs=1e-14)
    median = fit_location(losses.get("absolute_error"), y)
    assert median.coefficients[0] == pytest.approx(np.median(y), abs=1e-14)
    flat = np.sort(y)[[(n - 1) // 2, n // 2]]
    np.testing.assert_allclose(median.vertices[:, 0], np.unique(flat), rtol=1e-14)


@pytest.mark.parametrize("tau", [0.1, 0.25, 0.5, 0.9])
def test_pinball_loss_gives_the_quantile(tau):
    y = np.random.default_rng(3).normal(size=101)
    expected = np.quantile(y, tau, method="inverted_cdf")
    assert fit_location(losses.get("quantile", tau=tau), y).coefficients[0] == pytest.approx(
        expected, rel=1e-14
    )


def test_expectile_balances_distances():
    y = np.random.default_rng(4).exponential(size=30)
    tau = 0.8
    centre = fit_location(losses.get("expectile", tau=tau), y).coefficients[0]
    above, below = np.maximum(y - centre, 0).sum(), np.maximum(centre - y, 0).sum()
    assert tau * above == pytest.approx((1 - tau) * below, rel=1e-12)  # Newey & Powell (1987)


def test_least_squares_is_that_of_numpy():
    x, y = noisy_line()
    np.testing.assert_allclose(
        fit_line(losses.get("squared_error"), x, y).coefficients,
        np.polynomial.Polynomial.fit(x, y, 1).convert().coef,
        rtol=1e-12,
    )


def test_huber_meets_absolute_error_and_squared_error_at_its_ends():
    x, y = noisy_line()
    wide = fit_line(losses.get("huber", delta=1e6), x, y)
    np.testing.assert_allclose(
        wide.coefficients, fit_line(losses.get("squared_error"), x, y).coefficients, rtol=1e-10
    )
    narrow = fit_line(losses.get("huber", delta=1e-9), x, y)
    np.testing.assert_allclose(
        narrow.coefficients, fit_line(losses.get("absolute_error"), x, y).coefficients, rtol=1e-7
    )


@by_name(LINEAR)
@pytest.mark.parametrize("seed", range(6))
def test_piecewise_linear_fit_is_the_best_of_all_pairs(loss, seed):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(0, 7, 14).astype(float), rng.integers(0, 9, 14).astype(float)  # many ties
    costs = []
    for i, j in itertools.combinations(range(14), 2):
        if x[i] != x[j]:
            slope = (y[j] - y[i]) / (x[j] - x[i])
            costs.append(loss.value(y[i] + slope * (x - x[i]) - y).mean())
    found = fit_line(loss, x, y)
    assert found.cost == pytest.approx(min(costs), rel=1e-13)
    for intercept, slope in found.vertices:
        assert loss.value(intercept + slope * x - y).mean() == pytest.approx(min(costs), rel=1e-12)


@by_name(CONVEX)
def test_no_nearby_line_is_cheaper_under_a_convex_loss(loss):
    x, y = noisy_line(seed=5)
    found = fit_line(loss, x, y)
    for angle, size in itertools.product(np.linspace(0, 2 * np.pi, 16, endpoint=False), (1e-4, 1e-2, 1.0)):
        other = found.coefficients + size * np.array([np.cos(angle), np.sin(angle)])
        assert loss.value(other[0] + other[1] * x - y).mean() >= found.cost * (1 - 1e-13)


# --- batches, weights, starts ------------------------------------------------------------------------


@by_name(RESIDUAL)
@pytest.mark.parametrize("scale", [1.0, "mad"])
def test_a_batch_holds_the_single_fits(loss, scale):
    sets = [noisy_line(25, seed) for seed in range(6)]
    x, y = (np.stack(column) for column in zip(*sets, strict=True))
    batch = fit_line(loss, x, y, scale=scale, starts=10)
    shared = fit_line(loss, x[0], y, scale=scale, starts=10)
    for b in range(6):
        alone = fit_line(loss, x[b], y[b], scale=scale, starts=10)
        np.testing.assert_allclose(batch.coefficients[b], alone.coefficients, rtol=1e-8, atol=1e-9)
        assert batch.cost[b] == pytest.approx(alone.cost, rel=1e-10)
    np.testing.assert_allclose(shared.coefficients[0], batch.coefficients[0], rtol=1e-8, atol=1e-9)


@by_name(RESIDUAL)
@pytest.mark.parametrize("scale", [1.0, "mad"])
def test_a_weight_of_two_counts_a_point_twice(loss, scale):
    x, y = noisy_line(21)
    counts = np.random.default_rng(1).integers(0, 4, 21)
    weighted = fit_line(loss, x, y, weights=counts, scale=scale)
    repeated = fit_line(loss, np.repeat(x, counts), np.repeat(y, counts), scale=scale)
    assert weighted.cost == pytest.approx(repeated.cost, rel=1e-9)
    np.testing.assert_allclose(weighted.coefficients, repeated.coefficients, rtol=1e-7, atol=1e-8)


@by_name(RESIDUAL)
def test_a_start_does_not_change_a_convex_fit_and_never_worsens_another(loss):
    x, y = noisy_line()
    cold, warm = fit_line(loss, x, y), fit_line(loss, x, y, start=[0.5, 1.5])
    if loss.convex and loss.smooth:
        np.testing.assert_allclose(warm.coefficients, cold.coefficients, rtol=1e-9)
    assert warm.converged
    found_again = fit_line(loss, x, y, start=cold.coefficients)
    assert found_again.cost == pytest.approx(cold.cost, rel=1e-12)


def test_fit_reports_what_it_found():
    x, y = noisy_line(12)
    loss = losses.get("huber")
    found = fit_line(loss, x, y, scale=2.0)
    intercept, slope = found.coefficients
    np.testing.assert_allclose(found.residuals, intercept + slope * x - y, atol=1e-13)
    np.testing.assert_allclose(found.losses, loss.value(found.residuals / 2.0))
    np.testing.assert_allclose(found.weights, loss.weight(found.residuals / 2.0))
    assert found.cost == pytest.approx(found.losses.mean())
    assert found.scale == 2.0


# --- units and degenerate data -----------------------------------------------------------------------


@by_name(RESIDUAL)
@pytest.mark.parametrize("unit", [1e-12, 1e12])
@pytest.mark.parametrize("x_unit", [1e-12, 1e12])
def test_mad_scaled_fits_follow_the_units(loss, unit, x_unit):
    x, y = noisy_line(20, seed=7)
    plain, scaled = (fit_line(loss, x * a, y * b, scale="mad") for a, b in ((1.0, 1.0), (x_unit, unit)))
    np.testing.assert_allclose(scaled.coefficients * [1.0, x_unit] / unit, plain.coefficients, rtol=1e-7)


@by_name(RESIDUAL)
@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_a_fixed_scale_is_in_the_units_of_y(loss, unit):
    x, y = noisy_line(20, seed=7)
    plain, scaled = fit_line(loss, x, y), fit_line(loss, x, y * unit, scale=unit)
    np.testing.assert_allclose(scaled.coefficients / unit, plain.coefficients, rtol=1e-7)


def test_the_units_trap():
    """Ten times y: a fixed delta gives another line, a MAD-scaled one the same."""
    design, y = table("phones")
    loss = losses.get("huber", delta=5.0)
    fixed = [fit(loss, design, y * unit).coefficients / unit for unit in (1.0, 10.0)]
    robust = [fit(loss, design, y * unit, scale="mad").coefficients / unit for unit in (1.0, 10.0)]
    assert abs(fixed[0][1] - fixed[1][1]) > 0.1
    np.testing.assert_allclose(robust[0], robust[1], rtol=1e-9)


@by_name(RESIDUAL)
@pytest.mark.parametrize("scale", [1.0, "mad"])
@pytest.mark.parametrize(
    ("x", "y", "expected"),
    [
        ([0, 1], [1, 3], [1, 2]),
        ([0, 1, 2, 3], [5, 5, 5, 5], [5, 0]),
        ([0, 1, 2, 3], [0, 0, 0, 0], [0, 0]),
        ([0, 1, 2, 3], [1e12, 1e12 + 1, 1e12 + 2, 1e12 + 3], [1e12, 1]),
        ([1e12, 1e12 + 2, 1e12 + 4], [1, 2, 3], [1 - 0.5e12, 0.5]),
    ],
)
def test_points_on_a_line(loss, scale, x, y, expected):
    found = fit_line(loss, x, y, scale=scale)
    if loss.name in ("epsilon_insensitive", "squared_epsilon_insensitive"):
        assert found.cost == pytest.approx(0.0, abs=1e-9)  # every line within epsilon is as good
    else:
        np.testing.assert_allclose(found.coefficients, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(x=[1.0], y=[2.0]), "at least 2"),
        (dict(x=[], y=[]), "at least 2"),
        (dict(x=[3, 3, 3], y=[1, 2, 3]), "all x are equal"),
        (dict(x=[1, 2, np.nan], y=[1, 2, 3]), "x holds 1 value"),
        (dict(x=[1, 2, 3], y=[1, np.inf, 3]), "y holds 1 value"),
        (dict(x=[1, 2, 3], y=[1, 2, 1e300]), "y holds 1 value"),
        (dict(x=[1, 2, 3], y=[1, 2]), "as many points"),
        (dict(x=[1, 2, 3], y=["a", "b", "c"]), "must hold numbers"),
        (dict(x=[1, 2, 3], y=[1, 2, 3], weights=[0, 0, 0]), "weights"),
        (dict(x=[1, 2, 3], y=[1, 2, 3], weights=[1, -1, 1]), "weights"),
        (dict(x=[1, 2, 2], y=[1, 2, 3], weights=[0, 1, 1]), "linearly dependent"),
        (dict(x=[1, 2, 3], y=[1, 2, 3], scale=0.0), "scale"),
        (dict(x=[1, 2, 3], y=[1, 2, 3], scale="MAD"), "scale"),
        (dict(x=[1, 2, 3], y=[1, 2, 3], start=[1.0]), "start"),
    ],
)
def test_what_cannot_be_fitted_says_so(arguments, message):
    with pytest.raises(ValueError, match=message):
        fit_line(losses.get("huber"), **arguments)


def test_dependent_columns_and_other_losses_are_refused():
    x = np.arange(5.0)
    with pytest.raises(ValueError, match="linearly dependent"):
        fit(losses.get("squared_error"), np.stack([np.ones(5), x, 2 * x + 1], axis=1), x)
    with pytest.raises(ValueError, match="not a loss of the residual"):
        fit_line(losses.get("poisson"), x, x)


@by_name(SMOOTH)
def test_nearly_exact_fits_converge(loss):
    """Three points close to a line: residuals so small that rounding is all that is left of the cost."""
    rng = np.random.default_rng(5)
    x = rng.uniform(0.0, 10.0, (1000, 3))
    assert fit_line(loss, x, 1.0 + x + rng.standard_t(2, x.shape)).converged.all()


# --- adversarial data --------------------------------------------------------------------------------


def test_a_tube_that_a_heavy_far_point_leaves_at_once_does_not_stop_the_descent():
    """Stationary: the pulls and their moments cancel (the condition for a minimum of a convex cost)."""
    x = np.array([2050.1193356339927, -455.1665253926121, -454.99172791736777, -455.0328482022728])
    y = np.array([-902.5991477590039, -914.4455100670441, -900.2356569742044, -889.3500918774771])
    weights = np.array([17.11098354339446, 2.2099826146373878, 0.01708903756418932, 2.2670298711116437])
    loss = losses.get("squared_epsilon_insensitive", epsilon=1.0)
    found = fit_line(loss, x, y, weights=weights, scale=0.011501144405656598)
    assert found.converged
    pulls = weights * loss.gradient(found.residuals / found.scale)
    for column in (np.ones(4), x - x.mean()):
        assert abs(pulls @ column) < 1e-8 * (np.abs(pulls) @ np.abs(column))


def test_a_saddle_that_cancels_the_ridge_is_solved_all_the_same():
    a, b = 136.16775182393215, 136.16775182393351  # eigenvalues 272 and -1.4e-12, which is minus the ridge
    steps = solve(
        np.array([[[a, -b], [-b, a]], [[2.0, 0.0], [0.0, 4.0]]]), np.array([[1.0, -1.0], [2.0, 4.0]])
    )
    np.testing.assert_allclose(steps, [[0.5 / a, -0.5 / a], [1.0, 1.0]], rtol=1e-9)


@pytest.mark.parametrize("delta", [1e-6, 1e-9, 1e-10, 1e-12, 1e-14, 1e-16, 1e-30, 1e-100, 1e-150])
@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_huber_far_below_the_unit_of_the_data_is_the_absolute_error(delta, unit):
    """Its cost is delta times the absolute error's, less at most delta / 2 a point (Huber 1964)."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x = rng.uniform(0.0, 10.0, 31)
        y = unit * (3.0 + 2.0 * x + rng.normal(size=31))
        y[:3] += 20.0 * unit
        found = fit_line(losses.get("huber", delta=delta), x, y)
        right = fit_line(losses.get("absolute_error"), x, y)
        assert bool(found.converged), seed
        np.testing.assert_allclose(
            found.coefficients, right.coefficients, rtol=1e-9, atol=10 * delta + 1e-9 * unit
        )


def test_a_search_that_was_stopped_early_is_not_said_to_have_settled(monkeypatch):
    monkeypatch.setattr("lossviz.fitting.descent.MAX_ITERATIONS", 1)
    rng = np.random.default_rng(1)
    x, y = rng.uniform(0.0, 10.0, 31), rng.normal(size=31)
    y[:5] += 20.0
    assert not bool(fit_line(losses.get("log_cosh"), x, y).converged)
