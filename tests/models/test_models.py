"""Models: every gradient against high-order differences, every intermediate against its sum."""

import json
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses
from lossviz.data.classes import make
from lossviz.data.dataset import Dataset
from lossviz.models import FEATURES, Cost

LINE = Dataset(
    x=np.array([-1.5, -0.4, 0.1, 0.9, 1.3, 2.2]),
    y=np.array([0.3, 1.9, 1.2, 3.4, 3.1, 4.4]),
    names=("x", "y"),
    source="by hand",
)
BLOBS = make("overlapping_blobs", 30, seed=1)
NAMES = [name for family in ("regression", "binary") for name in losses.names(family)]


def cost_of(name, features="plain", l2=0.0):
    loss = losses.get(name)
    return Cost.linear(LINE if loss.family == "regression" else BLOBS, loss, features, l2)


def difference(f, at, h):
    """Derivatives of f along each coordinate, on a new last axis: central differences of order 6."""
    columns = []
    for step in h * np.eye(len(at)):
        weights = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
        columns.append(sum(w * (f(at + k * step) - f(at - k * step)) for k, w in weights) / h)
    return np.stack(columns, axis=-1)


def smooth_point(cost):
    """A point where no sample is near a kink of its loss, so that differences mean something."""
    kinks = np.array(getattr(cost.loss, "kinks", ()), dtype=float)
    sign = np.where(cost.data.y == 1, 1.0, -1.0)
    for seed in range(500):
        at = np.random.default_rng(seed).normal(0.5, 0.3, cost.dimension)
        score = cost.forward(at).score
        own = score - cost.data.y if cost.loss.family == "regression" else sign * score
        if not kinks.size or np.abs(own[:, None] - kinks).min() > 0.01:
            return at
    pytest.fail(f"no smooth point for {cost.loss.name}")


@pytest.mark.parametrize("features", ["plain", "squares"])
@pytest.mark.parametrize("name", NAMES)
def test_derivatives_of_every_model_and_loss_against_differences(name, features):
    if name == "zero_one":
        pytest.skip("a step has no slope to check")
    cost = cost_of(name, features, l2=0.3)
    at = smooth_point(cost)
    np.testing.assert_allclose(cost.gradient(at), difference(cost.value, at, 5e-4), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(cost.hessian(at), difference(cost.gradient, at, 5e-4), rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize("name", NAMES)
def test_the_forward_pass_adds_up(name):
    cost = cost_of(name, l2=0.2)
    params = np.random.default_rng(2).normal(0.5, 0.2, (4, cost.dimension))
    kept = cost.forward(params)
    assert kept.sample_gradients.shape == (4, cost.samples, cost.dimension)
    np.testing.assert_allclose(kept.value, cost.value(params), rtol=1e-13)
    np.testing.assert_allclose(kept.gradient, cost.gradient(params), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(kept.prediction, cost.predict(params, cost.data.x), rtol=1e-15)
    np.testing.assert_allclose(kept.residual + cost.data.y, kept.prediction, rtol=1e-12, atol=1e-15)


def test_a_batch_estimates_the_gradient_without_bias():
    cost = cost_of("squared_error", l2=0.1)
    at = np.array([0.2, 0.7])
    batches = [cost.gradient(at, np.array(rows)) for rows in ([0, 3], [1, 4], [2, 5])]
    np.testing.assert_allclose(np.mean(batches, axis=0), cost.gradient(at), rtol=1e-13)


def test_least_squares_by_hand():
    cost = Cost.linear(
        Dataset(np.array([0.0, 2.0]), np.array([1.0, 2.0]), ("x", "y"), ""), losses.get("squared_error")
    )
    at = np.array([1.0, 1.0])  # scores 1, 3; residuals 0, 1
    assert cost.value(at) == 0.5
    np.testing.assert_array_equal(cost.gradient(at), [1.0, 2.0])
    np.testing.assert_array_equal(cost.hessian(at), [[2.0, 2.0], [2.0, 4.0]])


ORACLE = json.loads(
    (Path(__file__).resolve().parents[1] / "expected" / "logistic_regression.json").read_text()
)


@pytest.mark.parametrize("case", ORACLE["cases"], ids=lambda c: f"lambda={c['lambda']}")
def test_gradient_vanishes_at_the_optimum_of_logistic_regression(case):
    y = np.array(ORACLE["y"], dtype=float)
    data = Dataset(np.array(ORACLE["X"]), y, ("a", "b", "class"), ORACLE["source"])
    cost = Cost.linear(data, losses.get("binary_cross_entropy"), l2=case["lambda"] / len(y))
    optimum = np.array([case["intercept"], *case["coef"]])
    assert cost.value(optimum) * len(y) == pytest.approx(case["objective_sum"], rel=1e-14)
    assert np.abs(cost.gradient(optimum)).max() < 1e-15


def test_features_by_hand():
    x = np.array([[2.0, 3.0]])
    data = Dataset(x, np.array([1.0]), ("u", "v", "class"), "")
    expected = {
        "plain": ([1, 2, 3], ("intercept", "u", "v")),
        "squares": ([1, 2, 3, 4, 9], ("intercept", "u", "v", "u²", "v²")),
        "quadratic": ([1, 2, 3, 4, 6, 9], ("intercept", "u", "v", "u²", "u v", "v²")),
    }
    assert expected.keys() == FEATURES.keys()
    for name, (row, names) in expected.items():
        cost = Cost.linear(data, losses.get("hinge"), name)
        np.testing.assert_array_equal(cost.design, [row])
        assert cost.names == names


def with_data(x, y, loss="binary_cross_entropy", **settings):
    x = np.array(x, dtype=float)
    names = ("a", "b")[: 1 if x.ndim == 1 else x.shape[1]]
    return Cost.linear(Dataset(x, np.array(y, dtype=float), (*names, "y"), ""), losses.get(loss), **settings)


@pytest.mark.parametrize(
    ("x", "y", "settings", "message"),
    [
        ([0, np.nan], [0, 1], {}, "a must be finite, got nan in sample 2 of 2"),
        ([[0, 1], [2, 3]], [0, np.inf], {}, "y must be finite, got inf in sample 2 of 2"),
        ([0, 1], [0, 3], {}, "labels must be 0 or 1, got 3 in sample 2 of 2"),
        ([], [], {}, "x and y must hold the same samples, at least one; got 0 and 0"),
        ([0, 1], [0, 1], {"features": "cubes"}, "no feature map is named 'cubes'; known: plain"),
        ([0, 1], [0, 1], {"l2": -1.0}, r"l2 must be in \[0, inf\), got -1.0"),
        ([0, 1], [0, 1], {"l2": float("nan")}, r"l2 must be in \[0, inf\), got nan"),
    ],
)
def test_bad_data_is_refused_in_a_sentence(x, y, settings, message):
    with pytest.raises(ValueError, match=message):
        with_data(x, y, **settings)


def test_notes_name_what_is_peculiar():
    assert with_data([0, 1, 2], [0, 1, 0]).notes() == ()
    assert "label 1" in with_data([0, 1, 2], [1, 1, 1]).notes()[0]
    assert "b has the same value" in with_data([[0, 5], [1, 5], [2, 5]], [0, 1, 0]).notes()[0]
    assert "repeat each other" in with_data([[0, 0], [1, 2], [2, 4]], [0, 1, 0]).notes()[0]


@pytest.mark.parametrize("unit", [1e-300, 1.0, 1e150, 1.5e308])
def test_only_the_ratios_of_weights_count_however_large_they_are(unit):
    data = make("blobs", 20, seed=1)
    loss, params = losses.get("binary_cross_entropy"), np.array([0.3, -0.2, 0.5])
    cost = Cost.linear(data, loss, class_weights=(1.0 * unit, 0.25 * unit))
    weights = np.where(data.y == 1, 0.25, 1.0)
    each = loss.value_at(params[0] + data.x @ params[1:], data.y)
    assert cost.value(params) == pytest.approx((weights * each).sum() / weights.sum(), rel=1e-14)


def test_weights_whose_product_is_no_number_are_refused():
    data, loss = make("blobs", 20, seed=1), losses.get("binary_cross_entropy")
    model = Cost.linear(data, loss).model
    with pytest.raises(ValueError, match="beyond the largest number"):
        Cost(model, data, loss, sample_weights=np.full(20, 1e200), class_weights=(1.0, 1e200))
