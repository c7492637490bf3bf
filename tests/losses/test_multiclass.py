"""What the losses of many classes mean: published facts, weights, smoothing and the links between them."""

import math

import numpy as np
import pytest

from lossviz import losses

RNG = np.random.default_rng(7)
SCORES = RNG.normal(scale=3, size=(6, 4))
TARGETS = RNG.dirichlet(np.ones(4), size=6)


def softmax(z):
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def slope(function, z, h=1e-3):
    """Gradient by central differences of order 4."""
    columns = [
        (8 * (function(z + d) - function(z - d)) - (function(z + 2 * d) - function(z - 2 * d))) / (12 * h)
        for d in h * np.eye(z.shape[-1])
    ]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("k", [2, 3, 10])
def test_chance_costs_the_logarithm_of_the_number_of_classes(k):
    loss, truth = losses.get("categorical_cross_entropy"), np.eye(k)[0]
    assert loss.value_at(np.full(k, 7.0), truth) == pytest.approx(math.log(k), rel=1e-15, abs=0)
    assert loss.value_of_probability(np.full(k, 1 / k), truth) == pytest.approx(math.log(k), rel=1e-15, abs=0)


def test_kullbacks_example():
    """Kullback (1959), example 2.1: 0.0852996 and, the other way round, 0.097455 nats."""
    p, q = np.array([9, 12, 4]) / 25, np.full(3, 1 / 3)
    kl = losses.get("kl_divergence")
    assert kl.value_of_probability(q, p) == pytest.approx(0.08529960131837057, rel=1e-14, abs=0)
    assert kl.value_of_probability(p, q) == pytest.approx(0.09745500678538763, rel=1e-13, abs=0)


def test_gibbs_cross_entropy_is_entropy_plus_divergence():
    entropy = -(TARGETS * np.log(TARGETS)).sum(axis=-1)
    cross, kl = losses.get("categorical_cross_entropy"), losses.get("kl_divergence")
    np.testing.assert_allclose(
        cross.value_at(SCORES, TARGETS), entropy + kl.value_at(SCORES, TARGETS), rtol=1e-13
    )
    np.testing.assert_array_equal(cross.gradient_at(SCORES, TARGETS), kl.gradient_at(SCORES, TARGETS))


def test_divergence_vanishes_only_where_prediction_and_truth_agree():
    """Near agreement it is the series sum d^2/(2t) - d^3/(3t^2) + d^4/(4t^3) - ..., d = p - t."""
    kl = losses.get("kl_divergence")
    assert kl.value_of_probability(TARGETS, TARGETS).tolist() == [0.0] * 6
    t = np.array([0.5, 0.3, 0.2])
    p = t + 1e-5 * np.array([1, 1, -2])
    d = p - t
    series = (d**2 / (2 * t) - d**3 / (3 * t**2) + d**4 / (4 * t**3)).sum()
    assert kl.generalised(p, t) == pytest.approx(series, rel=1e-10, abs=0)
    assert (kl.value_at(SCORES, TARGETS) > 0).all()


def test_generalised_divergence_is_not_negative_where_sums_differ():
    """t log(t/p) - t + p at t = 1, p = 3: 2 - log 3; the plain form would be negative."""
    kl = losses.get("kl_divergence")
    assert kl.generalised([3.0], [1.0]) == pytest.approx(2 - math.log(3), rel=1e-15, abs=0)
    assert kl.value_of_probability([3.0], [1.0]) == pytest.approx(-math.log(3), rel=1e-15, abs=0)


def test_divergence_survives_a_ratio_beyond_the_floats():
    """0.5 log(0.5 / 1e-320) + 0.5 log(0.5): the ratio overflows, its logarithm does not."""
    tiny = 1e-320
    expected = 0.5 * (math.log(0.5) - math.log(tiny)) + 0.5 * math.log(0.5)
    assert losses.get("kl_divergence").value_of_probability([tiny, 1.0], [0.5, 0.5]) == pytest.approx(
        expected
    )


def test_gradient_is_predicted_minus_true_distribution():
    got = losses.get("categorical_cross_entropy").gradient_at(SCORES, TARGETS)
    np.testing.assert_allclose(got, softmax(SCORES) - TARGETS, atol=1e-15)


def test_two_classes_are_binary_cross_entropy_of_the_logit_difference():
    z = np.linspace(-30, 30, 13)
    many = losses.get("categorical_cross_entropy", label_smoothing=0.2)
    two = losses.get("binary_cross_entropy", label_smoothing=0.2)
    pairs, truth = np.stack([z, np.zeros_like(z)], axis=-1), np.tile([1.0, 0.0], (13, 1))
    np.testing.assert_allclose(many.value_at(pairs, truth), two.value_at(z, 1), rtol=1e-14)
    np.testing.assert_allclose(many.gradient_at(pairs, truth)[:, 0], two.gradient_at(z, 1), atol=1e-15)


LOSSES = [
    losses.get("categorical_cross_entropy"),
    losses.get("categorical_cross_entropy", label_smoothing=0.5),
    losses.find("categorical_cross_entropy")(label_smoothing=0.1, weights=(0.5, 1, 2, 0)),
    losses.get("kl_divergence"),
]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.label)
def test_derivatives_in_the_logits_are_slopes(loss):
    gradient, hessian = loss.gradient_at(SCORES, TARGETS), loss.hessian_at(SCORES, TARGETS)
    np.testing.assert_allclose(slope(lambda z: loss.value_at(z, TARGETS), SCORES), gradient, atol=1e-9)
    for k in range(4):
        row = slope(lambda z, k=k: loss.gradient_at(z, TARGETS)[:, k], SCORES)
        np.testing.assert_allclose(row, hessian[:, k], atol=1e-9)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.label)
def test_derivatives_in_the_probabilities_are_slopes(loss):
    p = 0.1 + 0.6 * TARGETS[::-1]
    gradient, curvature = loss.gradient_of_probability(p, TARGETS), loss.curvature_of_probability(p, TARGETS)
    np.testing.assert_allclose(
        slope(lambda q: loss.value_of_probability(q, TARGETS), p, 1e-4), gradient, rtol=1e-7
    )
    rows = slope(lambda q: loss.gradient_of_probability(q, TARGETS).sum(axis=-1), p, 1e-4)
    np.testing.assert_allclose(rows, curvature, rtol=1e-6)


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.label)
def test_claimed_steepest_slope(loss):
    """The Euclidean norm of the gradient, at scores far out in every direction."""
    scores = np.concatenate([50 * np.eye(4), RNG.normal(scale=20, size=(500, 4))])[:, None, :]
    norms = np.linalg.norm(loss.gradient_at(scores, np.eye(4)), axis=-1)
    assert norms.max() <= loss.lipschitz * (1 + 1e-12)
    assert norms.max() >= 0.9 * loss.lipschitz


def test_smoothing_and_weights_are_those_of_pytorch():
    """torch 2.13, cross_entropy(reduction="none", label_smoothing=0.1), float64, without and with weights."""
    scores = [[0.5, -1.25, 2.0], [3.0, 0.0, -0.5]]
    truth = np.eye(3)[[2, 1]]
    cls = losses.find("categorical_cross_entropy")
    np.testing.assert_allclose(
        cls(0.1).value_at(scores, truth), [0.39095531643536596, 2.9936133112085925], rtol=1e-14
    )
    np.testing.assert_allclose(
        cls(0.1, (0.5, 1.0, 2.0)).value_at(scores, truth), [0.5791921342788959, 3.111562421950958], rtol=1e-14
    )


def test_weights_need_one_number_a_class():
    cls = losses.find("categorical_cross_entropy")
    with pytest.raises(ValueError, match="2 weights for 3 classes"):
        cls(weights=(1.0, 2.0)).value_at([0.0, 1.0, 2.0], [1.0, 0.0, 0.0])
    with pytest.raises(ValueError, match=r"weights must be one number in \[0, inf\) a class"):
        cls(weights=(1.0, -2.0))
    with pytest.raises(ValueError, match="weights must be one number"):
        cls(weights=("a",))


def test_extreme_logits():
    """One logit at infinity takes all, several share evenly; 1e4 neither overflows nor rounds away."""
    loss = losses.get("categorical_cross_entropy")
    inf = math.inf
    scores = [[1e4, 0, 7e-7], [inf, 0, 1], [inf, 0, 1], [inf, inf, 1], [-inf, -inf, -inf], [1e308, -1e308, 0]]
    truth = np.eye(3)[[2, 0, 1, 0, 0, 1]]
    expected = [9999.9999993, 0, inf, math.log(2), math.log(3), inf]
    np.testing.assert_allclose(loss.value_at(scores, truth), expected, rtol=1e-15)
    np.testing.assert_array_equal(loss.gradient_at(scores[2], truth[2]), [1, -1, 0])
    np.testing.assert_array_equal(loss.gradient_at(scores[3], truth[3]), [-0.5, 0.5, 0])


def test_gradient_keeps_its_digits_when_nearly_right():
    """p - 1 at z = [36.5, 0, 0] is -2 e^-36.5 / (1 + 2 e^-36.5), far below the spacing of floats at 1."""
    got = losses.get("categorical_cross_entropy").gradient_at([36.5, 0, 0], [1, 0, 0])
    tail = math.exp(-36.5)
    np.testing.assert_allclose(got, np.array([-2, 1, 1]) * tail / (1 + 2 * tail), rtol=1e-14)
