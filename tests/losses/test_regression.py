"""What regression losses must satisfy beyond the replayed oracles: identities, limits, weights, precision.

Expected values are closed forms, statements of the papers named, or 50-digit decimal arithmetic.
"""

import math
from decimal import Decimal, localcontext
from typing import Any

import numpy as np
import pytest

from lossviz import losses
from lossviz.losses.stable import log1p_gap

R = np.concatenate([-np.logspace(2, -6, 60), [0.0], np.logspace(-6, 2, 60)])
TINY = 1e-320


def curves(loss: Any, r: Any = R) -> np.ndarray:
    return np.array([loss.value(r), loss.gradient(r), loss.curvature(r)])


def test_the_house_of_the_guide() -> None:
    """A house predicted at 200 that sold for 220, in thousands."""
    assert losses.get("squared_error").value_at(200, 220) == 400
    assert losses.get("half_squared_error").value_at(200, 220) == 200
    assert losses.get("absolute_error").value_at(200, 220) == 20
    assert losses.get("huber", delta=5).value_at(200, 220) == 5 * (20 - 2.5)
    assert losses.get("quantile", tau=0.9).value_at(200, 220) == pytest.approx(18)
    assert losses.get("squared_error").gradient_at(200, 220) == -40
    assert losses.get("absolute_error").gradient_at(200, 220) == -1


# --- how losses are related ----------------------------------------------------------------------


@pytest.mark.parametrize("beta", [0.05, 1.0, 2.7])
def test_smooth_l1_is_huber_over_its_threshold(beta: float) -> None:
    huber, smooth = losses.get("huber", delta=beta), losses.get("smooth_l1", beta=beta)
    np.testing.assert_allclose(smooth.value(R), huber.value(R) / beta, rtol=1e-14)
    np.testing.assert_allclose(smooth.gradient(R), huber.gradient(R) / beta, rtol=1e-14)


def test_tilted_losses_level_out_at_one_half() -> None:
    np.testing.assert_array_equal(
        curves(losses.get("quantile", tau=0.5)), curves(losses.get("absolute_error")) / 2
    )
    np.testing.assert_array_equal(
        curves(losses.get("expectile", tau=0.5)), curves(losses.get("half_squared_error"))
    )


def test_a_tube_of_width_zero_is_no_tube() -> None:
    tube, square = (
        losses.get("epsilon_insensitive", epsilon=0),
        losses.get("squared_epsilon_insensitive", epsilon=0),
    )
    np.testing.assert_array_equal(curves(tube), curves(losses.get("absolute_error")))
    np.testing.assert_array_equal(curves(square), curves(losses.get("squared_error")))


@pytest.mark.parametrize("c", [0.5, 1.0, 3.0])
@pytest.mark.parametrize(
    ("alpha", "name", "parameter", "stretch"),
    [
        (2.0, "half_squared_error", None, 1.0),
        (1.0, "pseudo_huber", "delta", 1.0),
        (0.0, "cauchy", "c", math.sqrt(2.0)),
        (-2.0, "geman_mcclure", "c", 2.0),
        (-math.inf, "welsch", "c", math.sqrt(2.0)),
    ],
)
def test_general_loss_contains(
    alpha: float, name: str, parameter: str | None, stretch: float, c: float
) -> None:
    """Barron 2019, section 1, in his scaling: 1/c^2 times the classical form at a stretched scale."""
    special = losses.get(name, **({parameter: stretch * c} if parameter else {}))
    expected = curves(special) / c**2
    np.testing.assert_allclose(
        curves(losses.get("barron", alpha=alpha, c=c)), expected, rtol=1e-12, atol=1e-15
    )


def exact_barron(alpha: float, x: float) -> tuple[Decimal, Decimal, Decimal]:
    """Barron 2019, equation 8 and its derivatives at c = 1, by 60-digit arithmetic."""
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = (700 if abs(alpha) < 1e-30 else 60), 10**9, -(10**9)
        a, x2 = Decimal(alpha), Decimal(x) ** 2
        b = abs(a - 2)
        log = (x2 / b + 1).ln()
        value = b / a * ((log * a / 2).exp() - 1) if a else log
        power = (log * (a / 2 - 1)).exp()
        return value, Decimal(x) * power, power * (1 + (a - 2) * x2 / b / (x2 / b + 1))


NEAR_SPECIAL = (
    1.99999999,
    2 - 1e-6,
    2 + 1e-6,
    2 - 1e-12,
    2 + 4.5e-16,
    1e-3,
    1e-8,
    -1e-8,
    1e-16,
    -1e-300,
    0.0,
    1 - 1e-9,
)
ORDINARY = (-0.3, 0.7, 1.3, 1.99, 2.5, 3.0, 7.0, -5.0, -10.0, -100.0, -1e6, -1e12, 1e6)


@pytest.mark.parametrize("alpha", [*NEAR_SPECIAL, *ORDINARY])
def test_general_loss_keeps_its_digits_everywhere(alpha: float) -> None:
    loss = losses.get("barron", alpha=alpha)
    for x in (1e-150, 1e-8, 1e-3, 0.1, 0.9, 1.0, 1.4142, 3.0, 10.0, 1e3, 1e8, 1e100, 1e154, 1e300):
        value, slope, bend = exact_barron(alpha, x)
        for mine, true, rel, floor in (
            (loss.value(x), value, 1e-13, 1e-300),
            (loss.gradient(x), slope, 1e-13, 1e-15),
            (loss.curvature(x), bend, 1e-12, 1e-15),
        ):
            if true.copy_abs() > Decimal("1.79e308"):
                assert mine == math.copysign(math.inf, true), x
                continue
            # one ulp in the exponent of 10^n is an error of 2.3 n ulp
            slack = max(1.0, abs(true.adjusted()) / 40)
            assert mine == pytest.approx(float(true), rel=rel * slack, abs=floor), x


@pytest.mark.parametrize(
    "alpha", [-math.inf, -1e40, -3.0, -1e-9, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 1e40, math.inf]
)
def test_general_loss_far_out(alpha: float) -> None:
    loss = losses.get("barron", alpha=alpha, c=2.0)
    ends = [-math.inf, math.inf]
    assert list(loss.value(ends)) == pytest.approx([loss.bound] * 2)
    slope = math.inf if alpha > 1 else 0.5 if alpha == 1 else 0.0
    assert list(loss.gradient(ends)) == [-slope, slope]
    assert loss.weight(math.inf) == (math.inf if alpha > 2 else 0.25 if alpha == 2 else 0.0)
    assert loss.weight(0.0) == loss.curvature(0.0) == 0.25
    assert not np.isnan(curves(loss, np.array([*ends, -1.7e308, 1e300, 1e160, TINY, 0.0]))).any()


def test_general_loss_is_named_after_its_noise() -> None:
    names = {alpha: losses.get("barron", alpha=alpha, c=2.0).noise for alpha in (-1.0, 0.0, 0.5, 1.0, 2.0)}
    assert names[-1.0] == ""
    assert names[0.0] == "Cauchy with scale 2.828"
    assert names[2.0] == "Gaussian with standard deviation 2"
    assert losses.get("cauchy", c=1.0).noise == ""
    assert losses.get("cauchy", c=2.0).noise == "Student's t with 3 degrees of freedom"


def test_cauchy_is_the_likelihood_of_students_t() -> None:
    """With nu = c^2 - 1 and scale c / sqrt(nu), -log density is the loss up to a constant."""
    c = 2.0
    nu = c**2 - 1
    t = R * math.sqrt(nu) / c
    minus_log_density = 0.5 * (nu + 1) * np.log1p(t**2 / nu)
    np.testing.assert_allclose(losses.get("cauchy", c=c).value(R), minus_log_density, rtol=1e-13)


# --- statements of the literature ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("huber", {"delta": 1.345}),
        ("fair", {"c": 1.3998}),
        ("cauchy", {"c": 2.385}),
        ("geman_mcclure", {"c": 3.787}),
        ("welsch", {"c": 2.985}),
        ("tukey_biweight", {"c": 4.685}),
        ("andrews", {"a": 1.339}),
    ],
)
def test_tuning_constants_keep_95_percent_efficiency(name: str, settings: dict[str, float]) -> None:
    """Huber 1964: asymptotic efficiency at unit Gaussian noise is E(psi')^2 / E(psi^2)."""
    loss = losses.get(name, **settings)
    z = np.linspace(-15, 15, 300_001)
    density = np.exp(-0.5 * z * z) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    efficiency = (loss.curvature(z) @ density) ** 2 / (loss.gradient(z) ** 2 @ density)
    assert efficiency == pytest.approx(0.95, abs=1e-4)
    if name != "huber":
        assert losses.get(name) == loss, "the default is the classical constant"


@pytest.mark.parametrize(
    "name", ["cauchy", "geman_mcclure", "welsch", "tukey_biweight", "andrews", "hampel", "fair"]
)
def test_robust_losses_are_half_the_square_near_zero(name: str) -> None:
    loss = losses.get(name)
    assert loss.curvature(0.0) == 1.0
    assert loss.value(1e-8) == pytest.approx(0.5e-16, rel=1e-7)


def test_hampel_meets_its_thresholds() -> None:
    """psi of Hampel 1974 at the three thresholds and half way down."""
    loss = losses.get("hampel", a=1, b=2, c=5)
    np.testing.assert_allclose(loss.gradient([0.5, 1, 1.5, 2, 3.5, 5, 9]), [0.5, 1, 1, 1, 0.5, 0, 0])
    np.testing.assert_allclose(loss.value([1, 2, 5, 9]), [0.5, 1.5, 3.0, 3.0])
    cliff = losses.get("hampel", a=1, b=2, c=2)
    assert not cliff.smooth
    np.testing.assert_allclose(cliff.gradient([-2.0, 2.0, 2.1]), [-1.0, 1.0, 0.0])
    np.testing.assert_allclose(cliff.value([2.0, 2.1]), [1.5, 1.5])


def test_poisson_is_a_likelihood() -> None:
    """Over the counts, exp(-loss) / y! sums to one for every rate."""
    counts = np.arange(0, 200)
    factorials = np.array([math.lgamma(y + 1) for y in counts])
    for rate in (0.1, 1.0, 30.0):
        assert np.exp(-losses.get("poisson").value(rate, counts) - factorials).sum() == pytest.approx(1.0)


def test_squared_log_error_is_a_likelihood() -> None:
    """Over log(1 + y), exp(-loss) integrates to sqrt(pi) for every prediction."""
    logs = np.linspace(-12, 18, 20_001)
    for prediction in (0.0, 1.0, 40.0):
        density = np.exp(-losses.get("squared_log_error").value(prediction, np.expm1(logs)))
        assert density.sum() * (logs[1] - logs[0]) == pytest.approx(math.sqrt(math.pi))


def test_two_views_of_poisson() -> None:
    """Its score is the log of its rate."""
    loss = losses.get("poisson")
    z = np.linspace(-5, 5, 41)
    for y in (0.0, 1.0, 7.0):
        np.testing.assert_allclose(loss.value_at(z, y), loss.value(np.exp(z), y), rtol=1e-13, atol=1e-14)
        np.testing.assert_allclose(
            loss.gradient_at(z, y), loss.gradient(np.exp(z), y) * np.exp(z), rtol=1e-13, atol=1e-14
        )


@pytest.mark.parametrize(("name", "below"), [("poisson", -0.1), ("squared_log_error", -1.1)])
def test_impossible_predictions_cost_everything(name: str, below: float) -> None:
    loss = losses.get(name)
    assert loss.value(below, 2.0) == math.inf
    assert loss.gradient(below, 2.0) == -math.inf
    assert loss.value(math.inf, 2.0) == math.inf


def test_squared_log_error_of_close_numbers() -> None:
    """log(1 + a) - log(1 + b) for neighbouring floats, by 50-digit arithmetic."""
    loss = losses.get("squared_log_error")
    for target in (1e-9, 0.3, 7.0, 1e15, 1e300):
        for prediction in (np.nextafter(target, np.inf), target * 1.001, target * 3.0):
            with localcontext() as context:
                context.prec = 50
                ratio = (1 + Decimal(float(prediction))) / (1 + Decimal(target))
                true = ratio.ln() ** 2
            assert loss.value(prediction, target) == pytest.approx(float(true), rel=1e-14)


# --- weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "settings", "at_zero", "at_infinity"),
    [
        ("squared_error", {}, 2.0, 2.0),
        ("half_squared_error", {}, 1.0, 1.0),
        ("absolute_error", {}, math.inf, 0.0),
        ("huber", {"delta": 2.0}, 1.0, 0.0),
        ("smooth_l1", {"beta": 2.0}, 0.5, 0.0),
        ("pseudo_huber", {"delta": 2.0}, 1.0, 0.0),
        ("log_cosh", {}, 1.0, 0.0),
        ("fair", {}, 1.0, 0.0),
        ("quantile", {"tau": 0.25}, math.inf, 0.0),
        ("epsilon_insensitive", {"epsilon": 0.5}, 0.0, 0.0),
        ("epsilon_insensitive", {"epsilon": 0.0}, math.inf, 0.0),
        ("squared_epsilon_insensitive", {"epsilon": 0.5}, 0.0, 2.0),
        ("cauchy", {}, 1.0, 0.0),
        ("geman_mcclure", {}, 1.0, 0.0),
        ("welsch", {}, 1.0, 0.0),
        ("tukey_biweight", {}, 1.0, 0.0),
        ("andrews", {}, 1.0, 0.0),
        ("hampel", {}, 1.0, 0.0),
        ("barron", {"alpha": 1.5, "c": 2.0}, 0.25, 0.0),
    ],
)
def test_weights_at_the_ends(
    name: str, settings: dict[str, float], at_zero: float, at_infinity: float
) -> None:
    loss = losses.get(name, **settings)
    near = [0.0, -0.0, 5e-324, -TINY, TINY, *([1e-300, -1e-300] if math.isfinite(at_zero) else [])]
    np.testing.assert_allclose(loss.weight(near), [at_zero] * len(near), rtol=1e-14, atol=0.0)
    np.testing.assert_allclose(loss.weight([-math.inf, math.inf]), [at_infinity] * 2)
    np.testing.assert_allclose(loss.weight([-1.7e308, 1.7e308]), [at_infinity] * 2, rtol=1e-14, atol=1e-150)


def test_weights_of_tilted_losses_differ_by_side() -> None:
    loss = losses.get("expectile", tau=0.25)
    np.testing.assert_allclose(loss.weight([-math.inf, -1e308, -1.0, -TINY]), [0.5] * 4)
    np.testing.assert_allclose(loss.weight([math.inf, 1e308, 1.0, TINY]), [1.5] * 4)


def test_weights_have_the_textbook_form() -> None:
    """Holland & Welsch 1977, table 1."""
    r = np.array([-4.0, -0.7, 0.3, 2.0, 9.0])
    forms = {
        "huber": lambda u: np.minimum(1, 1.5 / np.abs(r)),
        "cauchy": lambda u: 1 / (1 + u**2),
        "fair": lambda u: 1 / (1 + np.abs(u)),
        "welsch": lambda u: np.exp(-(u**2)),
        "tukey_biweight": lambda u: np.where(np.abs(u) <= 1, (1 - u**2) ** 2, 0),
        "andrews": lambda u: np.where(np.abs(u) <= np.pi, np.sin(u) / u, 0),
    }
    for name, form in forms.items():
        key = losses.find(name).parameters()[0].name
        loss = losses.get(name, **{key: 1.5})
        np.testing.assert_allclose(loss.weight(r), form(r / 1.5), rtol=1e-13, err_msg=name)


# --- extremes ------------------------------------------------------------------------------------


def test_smallest_and_largest_numbers() -> None:
    assert losses.get("absolute_error").value(5e-324) == 5e-324
    assert losses.get("huber").gradient(TINY) == TINY
    assert losses.get("log_cosh").gradient(TINY) == TINY
    assert losses.get("log_cosh").value(1e300) == 1e300
    assert losses.get("pseudo_huber", delta=0.5).value(1e300) == 0.5e300
    assert losses.get("fair", c=2.0).value(1e300) == 2e300
    assert losses.get("cauchy", c=1.0).value(1e300) == pytest.approx(300 * math.log(10), rel=1e-14)
    assert losses.get("cauchy", c=1.0).gradient(1e200) == pytest.approx(1e-200, rel=1e-14)
    assert losses.get("huber").value(-math.inf) == math.inf
    assert losses.get("tukey_biweight").value(math.inf) == pytest.approx(4.685**2 / 6, rel=1e-15)


def test_gap_of_the_logarithm_keeps_its_digits() -> None:
    for u in (1e-300, 1e-12, 1e-5, 0.01, 0.5, 1.0, np.nextafter(1.0, 2.0), 2.0, 100.0, 1e10, 1e300):
        with localcontext() as context:
            context.prec, context.Emin = 700 if u < 1e-200 else 60, -(10**6)
            true = Decimal(u) - (1 + Decimal(u)).ln()
        assert log1p_gap(u) == pytest.approx(float(true), rel=1e-15)
    assert log1p_gap(math.inf) == math.inf
