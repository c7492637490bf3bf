"""The downloaded script, run on its own, gives the numbers of the run."""

import ast
import subprocess
import sys

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.classes import make
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.descent.script import script
from lossviz.descent.surfaces import SURFACES
from lossviz.models import ACTIVATIONS, L2, MLP, Cost, Linear
from lossviz.optimizers import OPTIMIZERS
from lossviz.optimizers.schedules import SCHEDULES

X = np.linspace(-1.5, 2.0, 12)
LINE = Dataset(X, np.abs(0.7 * X + 1.3) + 0.2 * np.sin(9 * X), ("x", "y"), 'by "hand"')


def executed(source):
    scope = {"__name__": "script"}
    with np.errstate(all="ignore"):
        before = np.geterr()
        exec(source, scope)
        np.seterr(**before)
    return scope


def check(trajectory, run=0):
    source = script(trajectory, run)
    imported = {
        name.name.partition(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import)
        for name in node.names
    }
    assert imported <= {"numpy", "math"}
    assert "lossviz" not in source
    scope = executed(source)
    steps = len(scope["path"])
    np.testing.assert_allclose(scope["path"], trajectory.params[run, :steps], rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(scope["costs"], trajectory.cost[run, :steps], rtol=1e-12, atol=1e-13)
    return steps


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer(name):
    run = descend(Cost.linear(LINE, losses.get("huber"), l2=0.1), optimizers.get(name), [0.5, -1.0], steps=25)
    assert check(run) == 26


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule(name):
    run = descend(
        Cost.linear(LINE, losses.get("squared_error")),
        optimizers.get("sgd"),
        [0.5, -1.0],
        steps=25,
        schedule=SCHEDULES[name](),
    )
    check(run)


@pytest.mark.parametrize("name", [*losses.names("regression"), *losses.names("binary")])
def test_every_loss(name):
    loss = losses.get(name)
    data = LINE if loss.family == "regression" else make("blobs", 15, seed=2)
    cost = Cost.linear(data, loss)
    start = np.full(cost.dimension, 0.3)
    run = descend(cost, optimizers.get("sgd", learning_rate=0.01), start, steps=8, batch_size=4, seed=3)
    check(run)


@pytest.mark.parametrize("batch", [None, 4])
def test_weights_of_classes_and_samples(batch):
    data = make("imbalanced_blobs", 30, seed=2)
    loss, own = losses.get("binary_cross_entropy"), np.linspace(0.5, 2.0, 30)
    model, network = Linear(data.names[:-1]), MLP(data.names[:-1], (2,))
    for cost in (
        Cost(model, data, loss, class_weights=(1.0, 9.0)),
        Cost(network, data, loss, class_weights=(0.5, 3.0)),
        Cost(model, data, loss, sample_weights=own),
        Cost(model, data, loss, sample_weights=own, class_weights=(1.0, 2.5)),
    ):
        rule = optimizers.get("sgd", learning_rate=0.3)
        check(descend(cost, rule, cost.model.init(1), steps=8, batch_size=batch, seed=3))


@pytest.mark.parametrize("name", losses.names("multiclass"))
@pytest.mark.parametrize("batch", [None, 4])
def test_many_classes(name, batch):
    data, loss = make("three_blobs", 30, seed=2), losses.get(name)
    rule = optimizers.get("momentum", learning_rate=0.2)
    for features, l2, weights in (("plain", 0.0, ()), ("quadratic", 0.05, (1.0, 4.0, 0.5))):
        cost = Cost.linear(data, loss, features, l2, class_weights=weights)
        start = np.linspace(-0.3, 0.4, cost.dimension)
        check(descend(cost, rule, start, steps=8, batch_size=batch, seed=3))


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_network_with_every_activation(activation):
    data = make("xor", 15, seed=2)
    for hidden, l2, batch in (((4,), 0.0, None), ((3, 2), 0.05, 4), ((), 0.0, None)):
        cost = Cost(
            MLP(data.names[:-1], hidden, (), activation), data, losses.get("binary_cross_entropy"), L2(l2)
        )
        run = descend(cost, optimizers.get("adam"), cost.model.init(1), steps=8, batch_size=batch, seed=3)
        check(run)


@pytest.mark.parametrize("name", SURFACES)
def test_every_surface(name):
    surface = SURFACES[name]()
    check(descend(surface, optimizers.get("adam", learning_rate=0.05), surface.start, steps=25))


@pytest.mark.parametrize("features", ["plain", "squares", "quadratic"])
def test_every_feature_map(features):
    cost = Cost.linear(make("circles", 20), losses.get("binary_cross_entropy"), features, l2=0.01)
    check(descend(cost, optimizers.get("nesterov"), np.zeros(cost.dimension), steps=15, batch_size=6))


def test_one_run_of_a_sweep_that_diverged():
    rates = np.array([0.01, 4.0])
    sweep = descend(
        Cost.linear(LINE, losses.get("squared_error")),
        optimizers.get("sgd", learning_rate=rates),
        [0.0, 0.0],
        steps=60,
    )
    assert check(sweep, 0) == 61
    assert check(sweep, 1) == sweep.diverged_at[1] + 1


def test_it_runs_alone_and_prints_its_way():
    run = descend(SURFACES["bowl"](), optimizers.get("sgd"), [1.0, 1.0], steps=40)
    done = subprocess.run(
        [sys.executable, "-I", "-c", script(run)], capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    assert f"step   40  cost {run.cost[0, -1]:.10g}" in done.stdout
