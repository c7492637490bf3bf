"""What the picture of a network draws, against sums written out here and places counted by hand."""

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.classes import make
from lossviz.descent.race import Entrant, race
from lossviz.draw.network import edges, nearest_edge, network, places
from lossviz.draw.player import BUDGET, Table, View, pack
from lossviz.models import MLP, Cost
from lossviz.optimizers.schedules import Constant

DATA = make("xor", 30, seed=1)


def trained(units=3, activation="tanh", steps=12):
    cost = Cost(MLP(DATA.names[:-1], (units,), (), activation), DATA, losses.get("binary_cross_entropy"))
    entrant = Entrant("run", cost, optimizers.get("sgd", learning_rate=1.0))
    return race([entrant], cost.model.init(0), steps=steps, batch_size=None, seed=0, schedule=Constant())[0]


def scene_of(run, sample=4, index=1):
    """The graph, the table of factors, and the maps."""
    views = network(run, sample, index).views
    (graph,) = views[0].layers
    assert isinstance(views[1], Table)
    assert all(isinstance(view, View) and view.small and view.bare for view in views[2:])
    return graph, views[1], views[2:]


def by_hand(run, x):
    """Sums, activations and score (frames, ...) of one point, written out for tanh: W is (units, 2) row by row, then b, v and c."""
    units = (run.path.shape[1] - 1) // 4
    w = run.path[:, : 2 * units].reshape(-1, units, 2)
    b, v, c = run.path[:, 2 * units : 3 * units], run.path[:, 3 * units : 4 * units], run.path[:, 4 * units]
    hidden = np.tanh(w[..., 0] * x[0] + w[..., 1] * x[1] + b)
    return hidden, (v * hidden).sum(axis=1) + c


def test_the_graph_holds_one_sample_on_its_way():
    run = trained()
    graph, _, _ = scene_of(run, sample=4)
    x = DATA.x[4]
    hidden, score = by_hand(run, x)
    assert graph.labels == ("x₁", "x₂", "h₁", "h₂", "h₃", "score")
    np.testing.assert_allclose(graph.values[:, :2], np.broadcast_to(x, (13, 2)))
    np.testing.assert_allclose(graph.values[:, 2:5], hidden, rtol=1e-12)
    np.testing.assert_allclose(graph.values[:, 5], score, rtol=1e-12)


def test_every_edge_joins_the_units_of_its_name_and_has_its_weight():
    run = trained()
    graph, _, _ = scene_of(run, index=4)
    labels = graph.labels
    assert [f"{labels[a]} → {labels[b]}" for a, b in graph.edges] == list(graph.names)
    names = run.problem.names
    for name, weights in zip(graph.names, graph.weights.T, strict=True):
        np.testing.assert_array_equal(weights, run.path[:, names.index(name)])
    assert len(graph.names) == 9
    assert graph.names[graph.chosen] == names[4] == "x₁ → h₃"
    assert graph.largest == pytest.approx(np.abs(graph.weights).max())


def test_the_table_is_one_edges_product():
    """Of x₂ → h₁ at label y: (sigmoid(score) − y) v₁, 1 − h₁², x₂, for cross-entropy and tanh; the mean by differences."""
    run = trained()
    _, table, _ = scene_of(run, sample=4, index=1)
    cells = dict(zip(table.rows, table.cells[..., 0].T, strict=True))
    hidden, score = by_hand(run, DATA.x[4])
    arrives = (1.0 / (1.0 + np.exp(-score)) - DATA.y[4]) * run.path[:, 9]
    expected = {
        "weight w of x₂ → h₁": run.path[:, 1],
        "arrives at h₁: dL/dh₁": arrives,
        "× slope of h₁": 1.0 - hidden[:, 0] ** 2,
        "× what came in": np.full(13, DATA.x[4, 1]),
        "= dL/dw of this sample": arrives * (1.0 - hidden[:, 0] ** 2) * DATA.x[4, 1],
    }
    for name, values in expected.items():
        np.testing.assert_allclose(cells[name], values, rtol=1e-11)
    nudge = np.zeros(13)
    nudge[1] = 1e-6
    change = (run.problem.value(run.path + nudge) - run.problem.value(run.path - nudge)) / 2e-6
    np.testing.assert_allclose(cells["gradient: mean over all samples"], change, rtol=1e-6, atol=1e-9)


def test_a_map_is_the_activation_where_it_stands():
    """Darker is higher, the first row lowest, the first column left: the corners, by the formula."""
    run = trained()
    _, _, maps = scene_of(run)
    assert [view.title for view in maps] == ["h₁", "h₂", "h₃"]
    image = [view.layers[0] for view in maps]
    x0, x1, y0, y1 = image[0].extent
    for row, y in ((0, y0), (-1, y1)):
        for column, x in ((0, x0), (-1, x1)):
            hidden, _ = by_hand(run, (x, y))
            seen = np.stack([one.pixels[:, row, column] for one in image], axis=1)
            order = np.argsort(hidden.ravel())
            assert (np.diff(seen.ravel()[order].astype(int)) >= 0).all()
            assert abs(np.corrcoef(hidden.ravel(), seen.ravel())[0, 1]) > 0.999


def test_a_units_line_is_where_its_sum_is_zero():
    run = trained()
    _, _, maps = scene_of(run)
    for k, view in enumerate(maps):
        line = view.layers[-1]
        w, b = run.path[:, 2 * k : 2 * k + 2], run.path[:, 6 + k]
        np.testing.assert_allclose(w[:, :1] * line.x + w[:, 1:] * line.y + b[:, None], 0.0, atol=1e-9)


def test_a_click_takes_the_nearest_edge():
    """Inputs at layer 0, units at 1, the score at 2, each column around the middle."""
    model = MLP(("x₁", "x₂"), (3,))
    x, y = places(model)
    assert x.tolist() == [0, 0, 1, 1, 1, 2]
    assert y[5] == 0
    assert y[2] == -y[4] > y[3] == 0
    ends, which = edges(model)
    for (a, b), index in zip(ends, which, strict=True):
        for share in (0.15, 0.85):
            assert nearest_edge(model, x[a] + share * (x[b] - x[a]), y[a] + share * (y[b] - y[a])) == index


@pytest.mark.parametrize(("units", "steps"), [(1, 12), (8, 500)])
def test_the_largest_network_is_within_what_a_run_may_weigh(units, steps):
    run = trained(units, "relu", steps)
    assert len(pack(network(run, 0, 0))) < 1.1 * BUDGET
