"""Softmax regression and class weights: optima against 60-digit fits, derivatives, weights, batches."""

import json
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.descent.optimum import optimum
from lossviz.models import L2, Cost, Linear, Softmax

FITS = json.loads((Path(__file__).resolve().parents[1] / "expected" / "classification_fits.json").read_text())


def data_of(name):
    found = FITS["datasets"][name]
    return Dataset(np.array(found["X"]), np.array(found["y"], dtype=float), ("a", "b", "class"), name)


def softmax_cost(case):
    data = data_of(case["dataset"])
    model = Softmax(("a", "b"), tuple(f"c{k}" for k in range(case["K"])))
    return Cost(model, data, losses.get("categorical_cross_entropy"), L2(case["lambda"] / len(data.y)))


def name_of(case):
    return f"{case['dataset']} {case['lambda']:g} {case.get('w1', '')}"


@pytest.mark.parametrize("case", FITS["softmax"], ids=name_of)
def test_the_optimum_of_softmax_regression_against_60_digits(case):
    cost = softmax_cost(case)
    best = optimum(cost)
    assert best.value * cost.samples == pytest.approx(case["objective"], rel=1e-14)
    found = cost.predict(best.points[0], cost.data.x)
    np.testing.assert_allclose(found, case["p"], rtol=1e-10, atol=1e-13)
    start = np.linalg.norm(cost.gradient(cost.model.init()))
    assert np.linalg.norm(cost.gradient(best.points[0])) < 1e-12 * start
    weights = best.points[0].reshape(case["K"], -1)
    np.testing.assert_allclose(weights.sum(axis=0), 0.0, atol=1e-12)


@pytest.mark.parametrize("case", FITS["logistic"], ids=name_of)
def test_the_optimum_of_weighted_logistic_regression_against_60_digits(case):
    """The references take sums, a cost the weighted mean: its λ is theirs over the sum of weights."""
    data = data_of(case["dataset"])
    weights = 1.0, float(case["w1"])
    total = np.where(data.y == 1, weights[1], weights[0]).sum()
    cost = Cost(
        Linear(("a", "b")),
        data,
        losses.get("binary_cross_entropy"),
        L2(case["lambda"] / total),
        class_weights=weights,
    )
    best = optimum(cost)
    assert best.value * total == pytest.approx(case["objective"], rel=1e-13)
    wanted = [case["intercept"], *case["coef"]]
    np.testing.assert_allclose(best.points[0], wanted, rtol=1e-9)
    np.testing.assert_allclose(cost.predict(best.points[0], data.x), case["p"], rtol=1e-9)


def difference(f, at, h=5e-4):
    """Derivatives of f along each coordinate, on a new last axis: central differences of order 6."""
    weights = ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
    columns = [
        sum(w * (f(at + k * step) - f(at - k * step)) for k, w in weights) / h for step in h * np.eye(len(at))
    ]
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("name", losses.names("multiclass"))
@pytest.mark.parametrize("weights", [(), (1.0, 0.25, 3.0)])
@pytest.mark.parametrize("features", ["plain", "quadratic"])
def test_derivatives_of_softmax_regression_against_differences(name, weights, features):
    data = data_of("three_36")
    model = Softmax(("a", "b"), ("u", "v", "w"), features)
    sample_weights = np.random.default_rng(3).uniform(0.0, 2.0, 36)
    cost = Cost(model, data, losses.get(name), L2(0.3), sample_weights, weights)
    at = np.random.default_rng(1).normal(0.0, 0.4, cost.dimension)
    np.testing.assert_allclose(cost.gradient(at), difference(cost.value, at), rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(cost.hessian(at), difference(cost.gradient, at), rtol=1e-7, atol=1e-8)
    kept = cost.forward(at)
    np.testing.assert_allclose(kept.gradient, cost.gradient(at), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(kept.value, cost.value(at), rtol=1e-13)
    np.testing.assert_allclose(kept.prediction.sum(axis=-1), 1.0, rtol=1e-14)


@pytest.mark.parametrize("family", ["regression", "binary"])
def test_a_weight_of_three_is_three_copies_of_the_sample(family):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=(10, 2)), rng.integers(0, 2, 10).astype(float)
    weights = np.array([3.0, 1, 1, 2, 1, 0, 1, 1, 1, 1])
    copies = np.repeat(np.arange(10), weights.astype(int))
    for name in losses.names(family):
        if name == "zero_one":
            continue
        loss = losses.get(name)
        weighted = Cost(Linear(("a", "b")), Dataset(x, y, ("a", "b", "y"), ""), loss, L2(0.1), weights)
        copied = Cost(Linear(("a", "b")), Dataset(x[copies], y[copies], ("a", "b", "y"), ""), loss, L2(0.1))
        at = np.array([0.2, -0.3, 0.5])
        np.testing.assert_allclose(weighted.value(at), copied.value(at), rtol=1e-12)
        np.testing.assert_allclose(weighted.gradient(at), copied.gradient(at), rtol=1e-12, atol=1e-14)


def test_batches_estimate_a_weighted_gradient_without_bias():
    data = data_of("three_36")
    cost = Cost.linear(data, losses.get("categorical_cross_entropy"), class_weights=(1.0, 5.0, 0.5))
    at = np.random.default_rng(0).normal(size=cost.dimension)
    batches = [cost.gradient(at, np.arange(k, 36, 4)) for k in range(4)]
    np.testing.assert_allclose(np.mean(batches, axis=0), cost.gradient(at), rtol=1e-12, atol=1e-15)


def test_softmax_regression_descends_to_its_optimum_with_and_without_batches():
    cost = softmax_cost(FITS["softmax"][0])
    best = optimum(cost)
    run = descend(cost, optimizers.get("sgd", learning_rate=0.5), cost.model.init(), steps=2000)
    assert run.cost[0, -1] == pytest.approx(best.value, rel=1e-9)
    assert best.distance(run.params[0, -1]) < 1e-4
    noisy = descend(
        cost, optimizers.get("sgd", learning_rate=0.05), cost.model.init(), steps=2000, batch_size=6
    )
    assert noisy.cost[0, -1] < best.value * 1.05
    rows, pulls = noisy.pulls(0, 7)
    assert len(rows) == 6
    penalty = cost.forward(noisy.looked_at[0, 6]).penalty_gradient
    np.testing.assert_allclose(pulls.sum(axis=0) + penalty, noisy.gradient[0, 6], rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("y", "l2", "said"),
    [
        ([0, 0, 1, 1, 2, 2], 0.0, "separable"),
        ([0, 0, 2, 2, 0, 2], 0.1, "a class has no sample"),
        ([0, 0, 1, 1, 2, 2], 0.1, ""),
    ],
)
def test_why_many_classes_have_no_finite_optimum(y, l2, said):
    x = np.array([[0.0, 0], [0.2, 0.1], [5, 0], [5.2, 0.3], [0, 5], [0.1, 5.2]])
    data = Dataset(x, np.array(y, dtype=float), ("a", "b", "y"), "", ("u", "v", "w"))
    best = optimum(Cost.linear(data, losses.get("categorical_cross_entropy"), l2=l2))
    assert said in best.reason
    assert bool(best.reason) == bool(said)


def test_classes_that_mix_everywhere_have_an_optimum_without_a_penalty():
    x = np.repeat([[0.0, 0], [5, 0], [0, 5]], 4, axis=0)
    data = Dataset(x, np.tile([0.0, 1, 2, 2], 3)[[0, 1, 2, 3, 4, 5, 5, 6, 8, 8, 9, 10]], ("a", "b", "y"), "")
    cost = Cost.linear(data, losses.get("categorical_cross_entropy"))
    best = optimum(cost)
    # With as many points as parameters a class, the probabilities are the shares at each point.
    shares = [[(data.y[4 * k : 4 * k + 4] == c).mean() for c in range(3)] for k in range(3)]
    np.testing.assert_allclose(cost.predict(best.points[0], x[::4]), shares, rtol=1e-10)


def test_smoothed_labels_give_separable_classes_an_optimum():
    x = np.array([[0.0, 0], [0.2, 0.1], [5, 0], [5.2, 0.3], [0, 5], [0.1, 5.2], [0.3, 0.4]])
    data = Dataset(x, np.array([0, 0, 1, 1, 2, 2, 0.0]), ("a", "b", "y"), "", ("u", "v", "w"))
    cost = Cost.linear(data, losses.get("categorical_cross_entropy", label_smoothing=0.1))
    best = optimum(cost)
    assert best.reason == ""
    assert np.linalg.norm(cost.gradient(best.points[0])) < 1e-12


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (dict(sample_weights=np.ones(3)), "one weight a sample"),
        (dict(sample_weights=-np.ones(36)), "not negative"),
        (dict(sample_weights=np.zeros(36)), "nothing is left to fit"),
        (dict(class_weights=(1.0, 2.0)), "2 class weights for 3 classes"),
        (dict(class_weights=(1.0, -2.0, 1.0)), "must be in"),
    ],
)
def test_weights_that_are_refused(change, said):
    model = Softmax(("a", "b"), ("u", "v", "w"))
    with pytest.raises(ValueError, match=said):
        Cost(model, data_of("three_36"), losses.get("categorical_cross_entropy"), **change)


def test_labels_that_are_no_class_are_refused():
    data = data_of("three_36")
    bad = Dataset(data.x, np.where(data.y == 2, 3.0, data.y), data.names, "")
    with pytest.raises(ValueError, match="whole numbers from 0 to 2, got 3"):
        Cost(Softmax(("a", "b"), ("u", "v", "w")), bad, losses.get("categorical_cross_entropy"))
    with pytest.raises(ValueError, match="one score a class"):
        Cost(Linear(("a", "b")), data, losses.get("categorical_cross_entropy"))
    with pytest.raises(ValueError, match="reads one score"):
        Cost(Softmax(("a", "b"), ("u", "v", "w")), data, losses.get("hinge"))
