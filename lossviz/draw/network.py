"""A network with one hidden layer as a scene to play: its graph, what each unit makes of the plane, one edge's update."""

import numpy as np

from lossviz.descent.backprop import edge_of, factors
from lossviz.descent.race import Run
from lossviz.draw import style
from lossviz.draw.descent_data import CLASS_NAMES, padded, straight
from lossviz.draw.player import BUDGET, Axis, Entry, Graph, Image, Points, Scene, Table, View, quantised
from lossviz.draw.style import Mark
from lossviz.models import MLP, Cost
from lossviz.optimizers.base import Array

FINEST = 24
"""Cells along each side of a unit's map, where the budget allows."""
COARSEST = 8
SIGNS = (Mark(style.PLUM, "dash"), Mark(style.TEAL))
"""Of a negative and a positive weight."""
SHADES = (style.fill(style.NEUTRAL, 0.0), style.fill(style.NEUTRAL, 0.75))
"""Of the lowest activation of any unit to the highest: no colour of a class, as units know none."""


def network(run: Run, sample: int, index: int) -> Scene:
    """The network at each step: its graph for one sample, a map of each unit, and dL/dw of one edge as its factors.

    Args:
        run: of a network with at most one hidden layer and one score.
        sample: whose activations stand in the graph, and whose pull is taken apart; from 0.
        index: which parameter is the edge.
    """
    cost = run.problem
    assert isinstance(cost, Cost)
    assert isinstance(cost.model, MLP)
    legend = [Entry("positive weight", SIGNS[1]), Entry("negative weight", SIGNS[0])]
    views: list[View | Table] = [
        _graph(run, cost, cost.model, sample, index),
        _factors(run, cost, cost.model, sample, index),
        *_maps(run, cost, cost.model),
    ]
    return Scene(len(run.cost), views, legend, height=560)


def places(model: MLP) -> tuple[Array, Array]:
    """Where each node of the graph is, inputs first, the score last: x by layer, y around the middle, (nodes,)."""
    layers = model.layers
    tallest = max(layers)
    x = np.concatenate([np.full(units, float(layer)) for layer, units in enumerate(layers)])
    y = np.concatenate(
        [((units - 1) / 2 - np.arange(units)) * tallest / max(units, tallest / 2) for units in layers]
    )
    return x, y


def edges(model: MLP) -> tuple[np.ndarray, list[int]]:
    """From and to of each edge as nodes, (edges, 2), and which parameter its weight is; biases are no edges."""
    first = np.concatenate([[0], np.cumsum(model.layers)])
    ends, which = [], []
    for index in range(len(model.names)):
        edge = edge_of(model, index)
        if edge.tail is not None:
            ends.append((first[edge.layer] + edge.tail, first[edge.layer + 1] + edge.head))
            which.append(index)
    return np.array(ends, dtype=np.uint32), which


def nearest_edge(model: MLP, x: float, y: float) -> int:
    """The parameter whose edge passes nearest to a place of the graph."""
    at_x, at_y = places(model)
    ends, which = edges(model)
    tail, head = (np.stack([at_x[ends[:, side]], at_y[ends[:, side]]], axis=1) for side in (0, 1))
    along, to = head - tail, np.array([x, y]) - tail
    share = np.clip((to * along).sum(axis=1) / (along * along).sum(axis=1), 0.0, 1.0)
    return which[int(np.linalg.norm(to - share[:, None] * along, axis=1).argmin())]


def _graph(run: Run, cost: Cost, model: MLP, sample: int, index: int) -> View:
    x, y = places(model)
    ends, which = edges(model)
    with np.errstate(all="ignore"):
        passed = model.forward(run.path, cost.design[sample : sample + 1])
    inputs = np.broadcast_to(cost.design[sample], (len(run.path), len(model.columns)))
    values = np.concatenate(
        [inputs, *(a[..., 0, :] for a in passed.activations[1:]), passed.score[..., :1]], axis=1
    )
    weights = run.path[:, which]
    finite = np.abs(weights[np.isfinite(weights)])
    labels = (*model.columns, *_units(model))
    graph = Graph(
        x,
        y,
        labels,
        values,
        ends,
        tuple(model.names[i] for i in which),
        weights,
        float(finite.max(initial=1e-12)),
        SIGNS,
        which.index(index) if index in which else -1,
    )
    room = 0.5
    return View(
        "graph",
        f"Sample {sample + 1} goes through the network",
        Axis("layer", -room, x.max() + room),
        Axis("unit", float(y.min()) - 2 * room, float(y.max()) + 2 * room),
        [graph],
        alt="The network as a graph: inputs, hidden units and score, with their values for one sample; edges as wide as their weights.",
        clicks=True,
        bare=True,
    )


def _units(model: MLP) -> tuple[str, ...]:
    """Names of the units of the layers after the inputs."""
    return tuple(name.removeprefix("bias of ") for _, biases in model.places for name in model.names[biases])


def _factors(run: Run, cost: Cost, model: MLP, sample: int, index: int) -> Table:
    found = factors(cost, run.path, sample, index)
    head = model.names[index].split(" → ")[-1].removeprefix("bias of ")
    with np.errstate(all="ignore"):
        mean = cost.gradient(run.path)[:, index]
    rows = {
        f"weight w of {model.names[index]}": run.path[:, index],
        f"arrives at {head}: dL/d{head}": found.arriving,
        f"× slope of {head}": found.slope,
        "× what came in": found.incoming,
        "= dL/dw of this sample": found.product,
        "gradient: mean over all samples": mean,
    }
    return Table(
        "factors", f"One edge's pull, sample {sample + 1}", tuple(rows), ("",),
        np.stack(list(rows.values()), axis=1)[..., None],
        note="Click an edge of the graph to take that one apart.",
    )  # fmt: skip


def _maps(run: Run, cost: Cost, model: MLP) -> list[View]:
    """Activation of each hidden unit over the plane of the two inputs, with the line on which its sum is zero."""
    if len(model.hidden) != 1 or len(model.columns) != 2:
        return []
    frames, units = len(run.path), model.hidden[0]
    x_range, y_range = (padded(column, 0.1) for column in cost.data.x.T)
    room = (BUDGET - 150_000) / (frames * units)
    side = int(np.clip(np.sqrt(room), COARSEST, FINEST))
    x, y = np.linspace(*x_range, side), np.linspace(*y_range, side)
    where = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    weights = run.path[:, model.places[0][0]].reshape(frames, units, 2)
    biases = run.path[:, model.places[0][1]]
    with np.errstate(all="ignore"):
        activation = model.unit.value(weights @ where.T + biases[..., None])
    finite = activation[np.isfinite(activation)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    high = max(high, low + 1e-12)
    box = (*x_range, *y_range)
    return [
        View(
            f"unit {k}",
            name,
            Axis(cost.data.names[0], *x_range),
            Axis(cost.data.names[1], *y_range),
            [
                Image(quantised(activation[:, k].reshape(frames, side, side), low, high), box, SHADES),
                Points(cost.data.x[:, 0], cost.data.x[:, 1], style.CLASS_COLORS, CLASS_NAMES, cost.data.y.astype(np.uint8)),
                straight(biases[:, k], weights[:, k], Mark(style.NEUTRAL), box, f"{name}: sum 0"),
            ],
            alt=f"What unit {name} passes on over the plane of the inputs, at the shown step.",
            home=cost.data.source,
            small=True,
            bare=True,
        )
        for k, name in enumerate(_units(model)[:units])
    ]  # fmt: skip
