"""Whatever a visitor's browser sends as the value of a component, on every page, the page goes on."""

import json
import logging
import random

import pytest
from campaign import cases
from visiting import PAGES, run_with, visit, widget_states

LEAVES = (
    *(None, True, False, 0, -1, 1, 0.5, 1e308, -1e308, 5e-324, 2**63, -(2**64), 10**400, -(10**4000)),
    *(float("nan"), float("inf"), float("-inf"), "", "x", "1", "NaN", "\0", "\u202e", "e" * 5000),
)
KEYS = (
    "x",
    "y",
    "view",
    "panel",
    "n",
    "seq",
    "rev",
    "why",
    "last",
    "at",
    "mine",
    "points",
    "href",
    "query",
    "",
    "zq",
)
STATES = ("value", "touched", "frame", "click", "edit", "zq")
DEEP = json.loads("[" * 200 + "]" * 200)


def nonsense(draw, depth=0):
    """Any JSON, more often with the words that components use."""
    kind = draw.random()
    if depth > 3 or kind < 0.4:
        return draw.choice(LEAVES)
    if kind < 0.5:
        return DEEP
    if kind < 0.7:
        return [nonsense(draw, depth + 1) for _ in range(draw.randrange(4))]
    return {key: nonsense(draw, depth + 1) for key in draw.sample(KEYS, draw.randrange(len(KEYS)))}


def near_misses(draw):
    """An edit or a click in which one thing, or a few, are not what they should be."""
    edit = {
        "seq": 1,
        "rev": 0,
        "why": "drag",
        "last": True,
        "at": 0,
        "mine": [0.0, 1.0],
        "points": [[1.0, 2.0, 0]],
    }
    value = draw.choice(
        [edit, {"view": "cost", "x": 0.0, "y": 1.0, "n": 1}, {"x": 0.0, "y": 1.0, "panel": "xy"}]
    )
    value = json.loads(json.dumps(value))
    for key in draw.sample(sorted(value), draw.choice([1, 1, 2])):
        value[key] = draw.choice(
            [*LEAVES, DEEP, [], {}, [[]], [[1e308, 1e308, 1e308]], [[10**400, 0, 0]], [10**400]]
        )
    return value


def whole_states(draw):
    """What is sent as the component's whole state, as text of JSON."""
    if draw.random() < 0.15:
        return draw.choice(["null", "[]", "7", '"x"', "NaN", json.dumps(DEEP)])
    chosen = near_misses if draw.random() < 0.5 else nonsense
    return json.dumps({state: chosen(draw) for state in STATES})


def send_all(at, texts):
    """Run the page as after every component's browser side had set its state to such a text."""
    states = widget_states(at)
    components = [c.proto.id for c in at.get("bidi_component") if c.proto.id]
    for name in components:
        states.widgets.add(id=name, json_value=next(texts))
    return run_with(at, states), len(components)


@pytest.mark.parametrize(
    "query", ["", "view=bars", "view=constant", "task=classes", "task=surface", "tab=numbers"]
)
@pytest.mark.parametrize("file", PAGES)
def test_a_page_goes_on_whatever_its_components_send(file, query, caplog):
    draw = random.Random(f"{file} {query}")
    at = visit(file, query)
    for _ in range(cases(3, 60)):
        texts = iter(lambda: whole_states(draw), None)
        at, count = send_all(at, texts)
        assert count > 0
        assert not at.exception, at.exception
        assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("value", [10**400, float("nan"), True, DEEP], ids=["huge", "NaN", "true", "deep"])
@pytest.mark.parametrize("file", PAGES)
def test_one_value_in_every_place_a_component_has(file, value):
    place = {"view": "cost", "x": value, "y": value, "panel": "xy", "n": value}
    edit = {"seq": value, "rev": 0, "why": "drag", "at": value, "mine": [value], "points": [[value] * 3]}
    state = {"value": value, "touched": value, "frame": value, "click": place, "edit": edit}
    at, count = send_all(visit(file), iter(lambda: json.dumps(state), None))
    assert count > 0
    assert not at.exception
