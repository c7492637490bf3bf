"""One edge taken apart: the factors multiply to the gradient, and each is what it is called, by differences and by hand."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.data.classes import make
from lossviz.data.dataset import Dataset
from lossviz.descent.backprop import Edge, edge_of, factors
from lossviz.models import ACTIVATIONS, MLP, Cost

DATA = make("xor", 12, seed=3)


def cost_of(hidden, activation="tanh", loss="binary_cross_entropy"):
    return Cost(MLP(DATA.names[:-1], hidden, (), activation), DATA, losses.get(loss))


@pytest.mark.parametrize("hidden", [(), (1,), (4,), (3, 2)])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_the_factors_of_every_edge_multiply_to_the_samples_gradient(hidden, activation):
    """Against ``sample_gradients``, which is held to 50-digit references elsewhere; also many runs at once."""
    cost = cost_of(hidden, activation)
    runs = np.stack([cost.model.init(seed) + 0.1 for seed in range(3)])
    for sample in (0, 7):
        whole = cost.forward(runs).sample_gradients[:, sample]
        for index in range(cost.dimension):
            found = factors(cost, runs, sample, index)
            np.testing.assert_allclose(found.product, whole[:, index], rtol=1e-12, atol=1e-14)
            np.testing.assert_allclose(
                factors(cost, runs[1], sample, index).product, whole[1, index], rtol=1e-12, atol=1e-14
            )


def test_each_factor_by_hand():
    """Two inputs, one sigmoid unit, squared hinge: z = 0.5·2 − 1·1 + 0.25 = 0.25, a = 1/(1+e^(−0.25)), f = 3a − 1."""
    data = Dataset(np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([1.0, 0.0]), ("u", "v", "class"), "by hand")
    cost = Cost(MLP(("u", "v"), (1,), (), "sigmoid"), data, losses.get("squared_hinge"))
    params = np.array([0.5, -1.0, 0.25, 3.0, -1.0])
    a = 1.0 / (1.0 + np.exp(-0.25))
    slope = -2.0 * (1.0 - (3.0 * a - 1.0))  # of max(0, 1 − f)² at label 1
    first = factors(cost, params, 0, 1)
    assert [float(v) for v in (first.arriving, first.slope, first.incoming)] == pytest.approx(
        [3.0 * slope, a * (1.0 - a), 1.0], rel=1e-14
    )
    last = factors(cost, params, 0, 3)
    assert [float(v) for v in (last.arriving, last.slope, last.incoming)] == pytest.approx(
        [slope, 1.0, a], rel=1e-14
    )
    bias = factors(cost, params, 0, 2)
    assert float(bias.incoming) == 1.0
    assert float(bias.arriving) == pytest.approx(3.0 * slope, rel=1e-14)


def test_every_parameter_is_the_edge_of_its_name():
    model = MLP(("x₁", "x₂"), (3, 2))
    units = [("x₁", "x₂"), ("h₁.₁", "h₁.₂", "h₁.₃"), ("h₂.₁", "h₂.₂"), ("score",)]
    for index, name in enumerate(model.names):
        edge = edge_of(model, index)
        head = units[edge.layer + 1][edge.head]
        assert name == (
            f"bias of {head}" if edge.tail is None else f"{units[edge.layer][edge.tail]} → {head}"
        )
    assert edge_of(model, 0) == Edge(0, 0, 0)


def test_what_is_not_there_is_refused():
    cost = cost_of((2,))
    with pytest.raises(ValueError, match="parameters 0 to 8, got 9"):
        edge_of(cost.model, 9)
    with pytest.raises(ValueError, match="samples 0 to 11, got 12"):
        factors(cost, cost.model.init(0), 12, 0)
    linear = Cost.linear(DATA, losses.get("binary_cross_entropy"))
    with pytest.raises(ValueError, match="only a network"):
        factors(linear, np.zeros(3), 0, 0)
