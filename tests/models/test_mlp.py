"""Networks, activations and penalties: forward and backward against 50-digit references, every step."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.models import ACTIVATIONS, INITIALISATIONS, L1, L2, MLP, Cost, ElasticNet
from lossviz.models.error_function import erf, erfc

DATA = Path(__file__).resolve().parents[1] / "expected"
NETS = json.loads((DATA / "mlp_nets.json").read_text())["nets"]
NETS += json.loads((DATA / "networks.json").read_text())["nets"]
SMALL = json.loads((DATA / "mlp_gradients.json").read_text())["nets"]
LOSSES = {"bce_with_logits": "binary_cross_entropy", "focal_with_logits": "focal"}


def flat(weights, biases):
    """Parameters in the order of ``MLP``: each layer's weights row by row, then its biases."""
    return np.concatenate([np.ravel(part) for pair in zip(weights, biases, strict=True) for part in pair])


def close(found, wanted):
    """1e-12 relative, or 1e-14 of the largest entry (at least 1): the tolerance of the references."""
    wanted = np.asarray(wanted, dtype=float)
    room = 1e-14 * max(1.0, float(np.abs(wanted).max()))
    np.testing.assert_allclose(np.asarray(found).reshape(wanted.shape), wanted, rtol=1e-12, atol=room)


def cost_of(net):
    x, y = np.array(net["X"]), np.array(net["y"], dtype=float)
    loss = losses.get(LOSSES.get(net["loss"], net["loss"]), **net["params"])
    outputs = net["layers"][-1]
    columns = tuple(f"x{i}" for i in range(net["layers"][0]))
    classes = tuple(f"c{k}" for k in range(outputs)) if outputs > 1 else ()
    model = MLP(columns, tuple(net["layers"][1:-1]), classes, net["activation"])
    labels = np.where(y < 0, 0.0, y) if loss.family == "binary" else y
    strength = net["penalty"]["lambda"] if net["penalty"] else 0.0
    return Cost(
        model,
        Dataset(x, labels, (*columns, "y"), "reference"),
        loss,
        L2(float(strength)),
        None if net["sample_weights"] is None else np.array(net["sample_weights"]),
        tuple(net["class_weights"] or ()),
    )


@pytest.mark.parametrize("net", NETS, ids=lambda net: net["name"])
def test_every_intermediate_of_a_network_against_50_digits(net):
    cost, params = cost_of(net), flat(net["W"], net["b"])
    kept = cost.forward(params)
    for found, wanted in zip(kept.passed.sums, net["z"], strict=True):
        close(found, wanted)
    for found, wanted in zip(kept.passed.activations[1:], net["a"][:-1], strict=True):
        close(found, wanted)
    close(kept.losses, net["losses"])
    close(kept.value, net["cost"])
    slopes = cost.loss.gradient_at(kept.score, cost.target)
    shares = kept.share[:, None] if cost.model.outputs > 1 else kept.share
    for found, wanted in zip(
        cost.model.deltas(kept.passed, slopes * shares / cost.samples), net["delta"], strict=True
    ):
        close(found, wanted)
    wanted = flat(net["grad"]["W"], net["grad"]["b"])
    close(cost.gradient(params), wanted)
    close(kept.gradient, wanted)
    close(cost.value_and_gradient(params)[1], wanted)
    close(cost.value(params), net["cost"])


def test_the_references_reach_every_activation_depth_weight_and_penalty():
    assert {net["activation"] for net in NETS} == set(ACTIVATIONS)
    assert {len(net["layers"]) - 2 for net in NETS} == {0, 1, 2, 3, 4}
    assert len({net["loss"] for net in NETS}) >= 8
    for part in ("penalty", "sample_weights", "class_weights"):
        assert sum(net[part] is not None for net in NETS) >= 2


@pytest.mark.parametrize("net", SMALL, ids=lambda net: net["name"])
def test_a_network_trained_by_gradient_descent_against_torch(net):
    """100 steps on all samples: the costs and parameters that PyTorch reached in float64."""
    x, y = np.array(net["X"]), np.array(net["y"], dtype=float)
    columns = tuple(f"x{i}" for i in range(x.shape[1]))
    loss = losses.get("binary_cross_entropy" if net["loss"] == "bce_mean" else "squared_error")
    data = Dataset(x, y, (*columns, "y"), "reference")
    cost = Cost(MLP(columns, (len(net["W1"]),), (), net["act"]), data, loss)
    start = flat([net["W1"], net["W2"]], [net["b1"], net["b2"]])
    close(cost.value(start), net["value"])
    grad = net["grad"]
    close(cost.gradient(start), flat([grad["W1"], grad["W2"]], [grad["b1"], grad["b2"]]))
    run = descend(cost, optimizers.get("sgd", learning_rate=net["lr"]), start, steps=100)
    np.testing.assert_allclose(run.cost[0], net["gd_loss_history_100_steps"], rtol=1e-11)
    for step, after in net["gd_params_after"].items():
        wanted = flat([after["W1"], after["W2"]], [after["b1"], after["b2"]])
        np.testing.assert_allclose(run.params[0, int(step)], wanted, rtol=1e-10, atol=1e-12)


def test_the_error_function_to_the_last_digits():
    """Against the C library's, which is correct to an ulp or so, from the smallest number to the tail."""
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.uniform(-6, 6, 4000), 10 ** rng.uniform(-300, 1, 1000), rng.uniform(6, 26, 1000)])
    np.testing.assert_allclose(erf(x), [math.erf(v) for v in x], rtol=1e-15)
    np.testing.assert_allclose(erfc(x), [math.erfc(v) for v in x], rtol=2e-15)
    ends = np.array([-np.inf, -0.0, 0.0, np.inf])
    assert erf(ends).tolist() == [-1.0, -0.0, 0.0, 1.0]
    assert erfc(ends).tolist() == [2.0, 1.0, 1.0, 0.0]
    assert np.isnan(erf(np.nan))
    assert np.isnan(erfc(np.nan))


@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=lambda a: a.name)
def test_the_slope_of_an_activation_is_the_derivative_of_its_value(activation):
    z = np.random.default_rng(1).uniform(-4, 4, 400)
    h = 1e-3
    central = sum(
        w * (activation.value(z + k * h) - activation.value(z - k * h))
        for k, w in ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
    )
    away = np.abs(z) > 4 * h
    slope = activation.slope(z, activation.value(z))
    np.testing.assert_allclose(slope[away], (central / h)[away], rtol=1e-9, atol=1e-10)
    far = np.array([-800.0, 800.0])
    assert np.isfinite(activation.value(far)).all()
    ends = activation.slope(far, activation.value(far))
    assert activation.saturates == (np.abs(ends) < 1e-12).all()


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_first_weights_have_the_spread_that_is_said(name):
    model = MLP(("a",) * 200, (100,), activation="relu", initialisation=name)
    place, biases = model.places[0]
    wanted = {"zeros": 0.0, "normal": 1.0, "xavier": math.sqrt(2 / 300), "he": math.sqrt(2 / 200)}[name]
    weights = model.init(3)[place]
    assert weights.std() == pytest.approx(wanted, rel=0.02)
    assert not model.init(3)[biases].any()
    assert (model.init(3) == model.init(3)).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_from_zeros_the_units_of_a_layer_stay_alike(activation):
    """Zeros never break the symmetry: every unit gets the same gradient, so that eight are worth one."""
    rng = np.random.default_rng(0)
    data = Dataset(rng.normal(size=(20, 2)), rng.integers(0, 2, 20).astype(float), ("a", "b", "y"), "")
    model = MLP(("a", "b"), (8,), (), activation, "zeros")
    cost = Cost(model, data, losses.get("binary_cross_entropy"))
    run = descend(cost, optimizers.get("sgd", learning_rate=0.5), model.init(), steps=50)
    weights = run.params[0, -1][model.places[0][0]].reshape(8, 2)
    assert (weights == weights[0]).all()


def test_runs_are_independent_of_each_other():
    rng = np.random.default_rng(5)
    data = Dataset(rng.normal(size=(12, 2)), rng.integers(0, 3, 12).astype(float), ("a", "b", "y"), "")
    model = MLP(("a", "b"), (5, 3), ("u", "v", "w"), "gelu")
    cost = Cost(model, data, losses.get("categorical_cross_entropy"), ElasticNet(0.1, 0.3))
    params = np.stack([model.init(seed) for seed in range(4)])
    together = cost.gradient(params)
    for one, alone in zip(together, params, strict=True):
        np.testing.assert_allclose(one, cost.gradient(alone), rtol=1e-13, atol=1e-16)
    assert cost.forward(params).sample_gradients.shape == (4, 12, cost.dimension)


def test_edges_and_biases_are_named_by_their_ends():
    model = MLP(("x", "y"), (2, 1))
    assert model.names == (
        "x → h₁.₁", "y → h₁.₁", "x → h₁.₂", "y → h₁.₂", "bias of h₁.₁", "bias of h₁.₂",
        "h₁.₁ → h₂.₁", "h₁.₂ → h₂.₁", "bias of h₂.₁", "h₂.₁ → score", "bias of score",
    )  # fmt: skip
    assert MLP(("x",), (1,), ("cat", "dog")).names[2:4] == ("h₁ → cat", "h₁ → dog")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (dict(activation="step"), "no activation is named 'step'"),
        (dict(initialisation="ones"), "no initialisation is named 'ones'"),
        (dict(hidden=(0,)), "1 to 256 units"),
        (dict(hidden=(2,) * 9), "at most 8 layers"),
        (dict(classes=("one",)), "two or more"),
    ],
)
def test_what_a_network_cannot_be(settings, said):
    with pytest.raises(ValueError, match=said):
        MLP(("x",), **settings)


# --- penalties -----------------------------------------------------------------------------------

PENALTIES = [L2(0.7), L1(0.4), ElasticNet(0.9, 0.35), ElasticNet(0.5, 0.0), ElasticNet(0.5, 1.0), L2(0.0)]


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
def test_the_gradient_of_a_penalty_is_the_derivative_of_its_value(penalty):
    w = np.random.default_rng(2).normal(size=6)
    h = 1e-4
    for k in range(6):
        step = h * np.eye(6)[k]
        central = (penalty.value(w + step) - penalty.value(w - step)) / (2 * h)
        assert penalty.gradient(w)[k] == pytest.approx(float(central), rel=1e-7, abs=1e-9)
    assert not penalty.gradient(np.zeros(3)).any()


@pytest.mark.parametrize("penalty", PENALTIES, ids=repr)
def test_the_proximal_step_is_the_minimum_that_it_is_defined_as(penalty):
    """Against a dense grid: no v has a lower penalty(v) + (v - w)² / (2 step)."""
    grid = np.linspace(-3.0, 3.0, 60_001)
    for w in (-2.0, -0.3, 0.0, 0.05, 1.7):
        for step in (0.1, 1.0, 2.5):
            objective = np.array(penalty.value(grid[:, None])) + (grid - w) ** 2 / (2 * step)
            found = float(penalty.prox(np.array([w]), step)[0])
            assert found == pytest.approx(grid[objective.argmin()], abs=1.1e-4)


def test_soft_thresholding_gives_exact_zeros_and_ridge_none():
    w = np.array([0.3, -0.2, 1.0])
    assert L1(0.5).prox(w, 1.0).tolist() == [0.0, -0.0, 0.5]
    assert (L2(0.5).prox(w, 1.0) != 0).all()


@pytest.mark.parametrize("make", [L1, L2, ElasticNet])
@pytest.mark.parametrize("strength", [-1.0, float("nan"), float("inf")])
def test_a_penalty_refuses_what_is_no_strength(make, strength):
    with pytest.raises(ValueError, match="must be in"):
        make(strength)
