"""What the binary losses mean: published facts, population minimisers, weights, smoothing, clipping.

Facts are from Lin et al. (2017) (arXiv 1708.02002), Zhang (2004), Friedman, Hastie & Tibshirani (2000),
Masnadi-Shirazi & Vasconcelos (2008, 2010) and closed forms, as said at each test.
"""

import math

import numpy as np
import pytest

from lossviz import losses

ETA = [0.05, 0.3, 0.45, 0.6, 0.8, 0.97]


def minimiser(loss, eta, low=-12.0, high=12.0):
    """Score that minimises the expected loss when class 1 has probability eta, by nested grids."""
    for _ in range(12):
        scores = np.linspace(low, high, 401)
        best = int(np.argmin(loss.value_at(scores, eta)))
        step = scores[1] - scores[0]
        low, high = scores[best] - 2 * step, scores[best] + 2 * step
    return scores[best]


def log_odds(eta):
    return math.log(eta / (1 - eta))


# --- population minimisers -------------------------------------------------------------------


def smoothed_hinge_score(eta, gamma):
    """Zero of eta l'(f) = (1 - eta) l'(-f), for the likelier class."""
    likelier = max(eta, 1 - eta)
    score = 2 * likelier - 1 if 2 * likelier <= gamma else 1 - gamma * (1 - likelier) / likelier
    return math.copysign(score, eta - 0.5)


@pytest.mark.parametrize("eta", ETA)
@pytest.mark.parametrize(
    ("loss", "score"),
    [
        (losses.get("binary_cross_entropy"), log_odds),
        (losses.get("brier"), log_odds),
        (losses.get("logistic"), log_odds),
        (losses.get("exponential"), lambda eta: log_odds(eta) / 2),
        (losses.get("savage"), log_odds),
        (losses.get("tangent"), lambda eta: math.tan(eta - 0.5)),
        (losses.get("squared_hinge"), lambda eta: 2 * eta - 1),
        (losses.get("modified_huber"), lambda eta: 2 * eta - 1),
        (losses.get("hinge"), lambda eta: math.copysign(1, eta - 0.5)),
        (losses.get("hinge", margin=2.5), lambda eta: math.copysign(2.5, eta - 0.5)),
        (losses.get("perceptron"), lambda eta: 0.0),
        (losses.get("smoothed_hinge", gamma=0.4), lambda eta: smoothed_hinge_score(eta, 0.4)),
        (losses.get("smoothed_hinge", gamma=1.7), lambda eta: smoothed_hinge_score(eta, 1.7)),
        (losses.get("binary_cross_entropy", w_pos=3, w_neg=0.5), lambda eta: log_odds(eta) + math.log(6)),
        (losses.get("binary_cross_entropy", label_smoothing=0.2), lambda eta: log_odds(0.8 * eta + 0.1)),
        (losses.get("focal", gamma=0, alpha=0.25), lambda eta: log_odds(eta) - math.log(3)),
    ],
    ids=lambda value: value.label if isinstance(value, losses.Loss) else "",
)
def test_population_minimiser(loss, score, eta):
    assert minimiser(loss, eta) == pytest.approx(score(eta), abs=1e-6)


@pytest.mark.parametrize("eta", ETA)
@pytest.mark.parametrize("gamma", [0.5, 2.0, 5.0])
def test_focal_forecasts_the_right_class_with_too_little_confidence(gamma, eta):
    """Charoenphakdee et al. (2021): calibrated for the class, not proper for its probability."""
    score = minimiser(losses.get("focal", gamma=gamma), eta)
    assert 0 < score / log_odds(eta) < 0.99


@pytest.mark.parametrize("eta", ETA)
@pytest.mark.parametrize("name", ["zero_one", "sigmoid_loss"])
def test_bounded_steps_ask_for_the_more_likely_class_only(name, eta):
    """The expected loss of a far score is eta's or its complement's share of the ceiling."""
    loss = losses.get(name)
    assert loss.value_at(np.array([-50.0, 50.0]), eta) == pytest.approx(
        [loss.bound * eta, loss.bound * (1 - eta)]
    )
    assert minimiser(loss, eta) * (eta - 0.5) > 0


# --- facts from the literature ---------------------------------------------------------------


def test_focal_turns_an_easy_example_down_a_hundredfold():
    """Lin et al. (2017), section 3.2: 100x at p_t = 0.9, 976.56x at 0.968, at most 4x below 0.5."""
    cross_entropy, focal = losses.get("binary_cross_entropy"), losses.get("focal", gamma=2)
    p = np.array([0.9, 0.968, 0.5])
    np.testing.assert_allclose(cross_entropy.value(p) / focal.value(p), [100, 976.5625, 4], rtol=1e-12)
    assert focal.value(0.9) == pytest.approx(0.001053605156578263, rel=1e-14, abs=0)


@pytest.mark.parametrize(
    ("gamma", "p", "slope"),
    [
        (2, 0.9, -0.0028964892818408735),
        (2, 0.5, -0.29828679513998635),
        (0, 0.3, -0.7),
        (5, 0.7, -0.003762520398198919),
    ],
)
def test_focal_gradient_in_the_logit(gamma, p, slope):
    """Lin et al. (2017), appendix B: (1 - p_t)^g (g p_t log p_t + p_t - 1), numbers from mpmath."""
    focal = losses.get("focal", gamma=gamma)
    assert focal.gradient_at(log_odds(p), 1) == pytest.approx(slope, rel=1e-13, abs=0)
    assert focal.gradient_at(-log_odds(p), 0) == pytest.approx(-slope, rel=1e-13, abs=0)


def test_bias_of_a_rare_class_starts_where_its_prior_is_the_forecast():
    """Lin et al. (2017), section 4.1: b = -log((1 - pi) / pi) = -4.59511985 at pi = 0.01."""
    assert minimiser(losses.get("binary_cross_entropy"), 0.01) == pytest.approx(-4.59511985, abs=1e-6)


def test_cross_entropy_gradient_is_forecast_minus_truth():
    """sigmoid(0.3) - 1; the second derivative is at most 1/4."""
    loss = losses.get("binary_cross_entropy")
    assert loss.gradient_at(0.3, 1) == pytest.approx(-0.425557483188341, rel=1e-14, abs=0)
    assert loss.curvature_at(np.linspace(-3, 3, 61), 1).max() == 0.25


def test_brier_stops_learning_when_confidently_wrong_and_cross_entropy_does_not():
    """2 (p - y) p (1 - p) is about -2 e^-20 at the logit -20 for y = 1, p - y is about -1."""
    assert losses.get("brier").gradient_at(-20.0, 1) == pytest.approx(-2 * math.exp(-20), rel=1e-8, abs=0)
    assert losses.get("binary_cross_entropy").gradient_at(-20.0, 1) == pytest.approx(-1, rel=1e-8, abs=0)


def test_brier_through_a_sigmoid_is_savage_and_cross_entropy_is_logistic():
    z = np.linspace(-8, 8, 33)
    for probability, margin in (("brier", "savage"), ("binary_cross_entropy", "logistic")):
        for view in ("value_at", "gradient_at", "curvature_at"):
            left, right = (getattr(losses.get(name), view)(z, 0) for name in (probability, margin))
            np.testing.assert_allclose(left, right, rtol=1e-15)


# --- weights, soft labels, smoothing, clipping -------------------------------------------------


def test_weighted_smoothed_cross_entropy():
    """-(w_+ t' log p + w_- (1 - t') log(1 - p)) with t' = 0.9 and p = 0.8, written out."""
    loss = losses.get("binary_cross_entropy", w_pos=3, w_neg=0.5, label_smoothing=0.2)
    expected = -(3 * 0.9 * math.log(0.8) + 0.5 * 0.1 * math.log(0.2))
    assert loss.value_of_probability(0.8, 1) == pytest.approx(expected, rel=1e-14, abs=0)
    assert loss.value_at(log_odds(0.8), 1) == pytest.approx(expected, rel=1e-14, abs=0)


def test_smoothing_of_two_classes_is_that_of_pytorch():
    """torch 2.13, cross_entropy of the logits [0, z] with label_smoothing=0.2, in float64."""
    loss = losses.get("binary_cross_entropy", label_smoothing=0.2)
    got = loss.value_at([1.5, -0.75], [1, 0])
    np.testing.assert_allclose(got, [0.35141327798275246, 0.46187100611489995], rtol=1e-14)


def test_pos_weight_is_another_name_of_the_weight_of_class_1():
    assert losses.get("bce_with_logits", pos_weight=3) == losses.get("binary_cross_entropy", w_pos=3)


def test_alpha_of_focal_is_off_unless_asked_for():
    """Lin et al. (2017), eq. 5: alpha for class 1, 1 - alpha for class 0."""
    plain, weighted = losses.get("focal"), losses.get("focal", alpha=0.25)
    z = np.array([-2.0, 0.5])
    np.testing.assert_allclose(weighted.value_at(z, 1), 0.25 * plain.value_at(z, 1), rtol=1e-15)
    np.testing.assert_allclose(weighted.value_at(z, 0), 0.75 * plain.value_at(z, 0), rtol=1e-15)


def test_clipping_puts_a_ceiling_on_the_loss_and_ends_its_gradient():
    """Between c and 1 - c nothing changes; beyond them the value stays -log(c) or -log(1 - c)."""
    loss, plain = losses.get("binary_cross_entropy", clip=0.01), losses.get("binary_cross_entropy")
    limits = [-math.log(0.01), -math.log(0.99)]
    p, z = np.array([0.0, 1.0]), np.array([-9.0, 9.0])
    for value, gradient, at in (
        (loss.value_of_probability, loss.gradient_of_probability, p),
        (loss.value_at, loss.gradient_at, z),
    ):
        np.testing.assert_allclose(value(at, 1), limits, rtol=1e-14)
        np.testing.assert_array_equal(gradient(at, 1), [0, 0])
    inside = np.linspace(0.02, 0.98, 9)
    for view in ("value", "gradient", "curvature"):
        np.testing.assert_array_equal(getattr(loss, view)(inside), getattr(plain, view)(inside))
    assert loss.bound == pytest.approx(limits[0], rel=1e-14, abs=0)
    assert loss.kinks == pytest.approx((-log_odds(0.99), log_odds(0.99)), rel=1e-14, abs=0)


def test_clip_has_an_allowed_range():
    with pytest.raises(ValueError, match=r"clip must be in \(0, 0.5\), got 0.5"):
        losses.get("binary_cross_entropy", clip=0.5)


@pytest.mark.parametrize("name", losses.names("binary"))
def test_soft_target_is_the_expectation_over_labels(name):
    loss, z = losses.get(name), np.array([-1.7, 0.4, 2.2])
    for view in (loss.value_at, loss.gradient_at, loss.curvature_at):
        np.testing.assert_allclose(view(z, 0.3), 0.3 * view(z, 1) + 0.7 * view(z, 0), rtol=1e-13, atol=1e-16)


# --- extremes --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", losses.names("binary"))
def test_both_views_agree_near_the_ends_of_the_probability_axis(name):
    """p = 2^-k and its complement are exact floats, and so is the way from one view to the other."""
    loss = losses.get(name)
    p = 2.0 ** -np.array([1.0, 4, 12, 30])
    z = np.log(p) - np.log1p(-p)
    for target in (0, 1):
        np.testing.assert_allclose(
            loss.value_of_probability(p, target), loss.value_at(z, target), rtol=1e-13, err_msg=name
        )
        np.testing.assert_allclose(
            loss.gradient_of_probability(p, target) * p * (1 - p),
            loss.gradient_at(z, target),
            rtol=1e-12,
            err_msg=name,
        )


@pytest.mark.parametrize(
    ("name", "gradient", "curvature"),
    [
        ("logistic", (-math.inf, -1), (math.inf, 1)),
        ("exponential", (-math.inf, -1), (math.inf, 2)),
        ("savage", (-2, 0), (2, 2)),
        ("sigmoid_loss", (0, 0), (-4, 4)),
        ("tangent", (-math.inf, math.inf), (math.inf, math.inf)),
    ],
)
def test_margin_losses_at_certainty(name, gradient, curvature):
    """Limits at p = 0 and 1 of the compositions -log p, q/p, q^2, 2q^2/(p^2+q^2), (2 arctan log p/q - 1)^2."""
    loss, ends = losses.get(name), [0.0, 1.0]
    np.testing.assert_array_equal(loss.gradient_of_probability(ends, 1), gradient)
    np.testing.assert_array_equal(loss.curvature_of_probability(ends, 1), curvature)


def test_zero_one_counts_a_tie_as_half():
    loss = losses.get("zero_one")
    assert loss.value([-1e-300, 0.0, 1e-300]).tolist() == [1, 0.5, 0]
    assert loss.gradient([-1, 0, 1]).tolist() == [0, 0, 0]


def test_smoothed_hinge_is_the_hinge_less_half_of_gamma_before_the_rounding():
    """1 - gamma/2 - m at m = -2, (1 - m)^2 / (2 gamma) at m = 0.75, for gamma = 0.5."""
    assert losses.get("smoothed_hinge", gamma=0.5).value([-2, 0.75, 1]).tolist() == [2.75, 0.0625, 0]


@pytest.mark.parametrize("gamma", [1e-3, 0.5, 2.0, 5.0, 60.0])
def test_steepest_slope_of_focal(gamma):
    """The claimed supremum against a fine search over logits."""
    loss = losses.get("focal", gamma=gamma)
    z = -np.concatenate([np.linspace(-5, 30, 200001), np.geomspace(30, 1e5, 10001)])
    assert loss.lipschitz == pytest.approx(np.abs(loss.gradient_at(z, 1)).max(), rel=1e-6, abs=0)
    assert loss.lipschitz >= np.abs(loss.gradient_at(z, 1)).max() * (1 - 1e-15)
