"""The task "Network" in Streamlit's harness: its URL, its beginning, its edge, and what its presets claim."""

import numpy as np
import pytest
from scene_payload import unpack
from visiting import notice, payloads, query, send, visit

from lossviz import losses, optimizers
from lossviz.app.descent.presets import PRESETS
from lossviz.data import classes
from lossviz.descent import descend
from lossviz.models import ACTIVATIONS, INITIALISATIONS, MLP, Cost

PAGE = "pages/gradient_descent.py"
TANH = MLP(("x₁", "x₂"), (4,))


def scenes(at):
    """Scene of the animation and of the network below it, each with how to read an array."""
    return [unpack(sent)[:2] for sent in payloads(at, "player")[:2]]


def start(at):
    header, array = scenes(at)[1]
    graph = header["scene"]["views"][0]["layers"][0]
    return array(graph["weights"])[0]


def cost_of(name, units, activation="tanh"):
    data = classes.make(name, 80, 0)
    return Cost(MLP(data.names[:-1], (units,), (), activation), data, losses.get("binary_cross_entropy"))


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("init", INITIALISATIONS)
def test_weights_begin_as_the_initialisation_draws_them(activation, init):
    at = visit(PAGE, f"task=network&activation={activation}&init={init}&draw=3&steps=5")
    assert [e.message for e in at.exception] == []
    assert notice(at) == ""
    model = MLP(("x₁", "x₂"), (4,), (), activation, init)
    first = model.init(3)
    np.testing.assert_allclose(start(at), np.concatenate([first[:8], first[12:16]]), rtol=1e-6, atol=1e-7)


def test_a_start_that_is_set_moves_the_two_weights_that_are_drawn_and_no_other():
    drawn, moved = (
        start(visit(PAGE, f"task=network&steps=5{more}")) for more in ("", "&start=1.5,-2&over=3,4")
    )
    assert moved[[3, 4]].tolist() == [1.5, -2.0]
    np.testing.assert_array_equal(np.delete(moved, [3, 4]), np.delete(drawn, [3, 4]))


def test_a_click_on_an_edge_takes_that_one_apart_and_is_in_the_address():
    at = visit(PAGE, "task=network&steps=5&units=2")
    header, _ = scenes(at)[1]
    assert header["scene"]["views"][1]["rows"][0] == "weight w of x₁ → h₁"
    send(at, "descent:network:player", click={"view": "graph", "x": 1.6, "y": -0.2, "n": 1})
    assert query(at).endswith("edge=7")
    header, _ = scenes(at)[1]
    assert header["scene"]["views"][1]["rows"][0] == "weight w of h₂ → score"


def test_an_edge_that_goes_with_its_unit_gives_way_to_the_first():
    at = visit(PAGE, "task=network&steps=5&units=4&edge=15")
    assert notice(at) == ""
    send(at, "descent.units:box", value=2)
    assert [e.message for e in at.exception] == []
    assert "edge" not in query(at)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("units=9", "units: “9” must be from 1 to 8; 8 is used"),
        ("units=0", "units: “0” must be from 1 to 8; 1 is used"),
        ("activation=swish", "activation: “swish” is not one of tanh, relu"),
        ("edge=8", "edge: “8” is not one of 0, 1"),
        ("example=81", "example: “81” must be from 1 to 80; 80 is used"),
    ],
)
def test_what_no_network_has_is_said(state, said):
    at = visit(PAGE, f"task=network&steps=5&{state}")
    assert [e.message for e in at.exception] == []
    assert said in notice(at)


def accuracy(name, units, seed=0):
    cost = cost_of(name, units)
    run = descend(cost, optimizers.get("sgd", learning_rate=2.0), cost.model.init(seed), steps=200)
    return float(np.mean((cost.score(run.params[0, -1], cost.data.x) > 0) == cost.data.y))


def test_the_presets_say_what_their_runs_do():
    """Three units tell the circles apart and two do not, two tell XOR apart and one does not, from ten beginnings."""
    assert {p.title for p in PRESETS if p.state.get("task") == "network"} == {"Three units", "XOR"}
    assert min(accuracy("circles", 3, seed) for seed in range(10)) == 1.0
    assert max(accuracy("circles", 2, seed) for seed in range(10)) < 0.95
    assert accuracy("xor", 2) == 1.0
    assert max(accuracy("xor", 1, seed) for seed in range(10)) < 0.9
