"""Steps of a drag answered past Streamlit's runs: the same picture as a run's, and none where a run must say why."""

import json

import numpy as np
import pytest
from outlier_page import KEY, PAGE, edit, editor, lines, said
from visiting import payload, query, visit

from lossviz import losses
from lossviz.app.kit import live
from lossviz.fitting import fit_line


@pytest.fixture
def served(monkeypatch):
    """As under a server that has the route; ``ask(at, **edit)`` is a question on the wire."""
    monkeypatch.setattr(live, "served", True)

    def ask(at, **changes):
        sent = editor(at)
        question = {"seq": 9, "rev": sent["rev"], "why": "drag", "last": False, "at": 3}
        question |= {"points": sent["points"], "mine": sent["mine"], **changes}
        reply = live.reply(sent["live"], json.dumps(question))
        return None if reply is None else json.loads(reply)

    return ask


@pytest.mark.parametrize(
    "state",
    [
        "",
        "charge=huber&weight=tukey_biweight&loss=huber,tukey_biweight",
        "loss=tukey_biweight,quantile&scale=mad",
        "view=sensitivity&of=prediction",
        "view=bars",
        "view=constant",
        "tenfold=1",
    ],
)
def test_a_step_on_the_wire_is_answered_with_the_picture_of_a_run(served, state):
    at = visit(PAGE, state)
    points = editor(at)["points"]
    points[3] = [points[3][0] + 2.0, points[3][1] - 4.0, points[3][2]]
    parts = served(at, points=points)["parts"]
    edit(at, points=points, at=3, why="drag", last=False)
    known = {"live", "ack", "stamp", "tokens"}
    for name, key in (("point_editor", KEY), ("sentence", "outliers:sentence"), ("chart", "outliers:chart")):
        if name == "chart" and key not in parts:
            assert "view" not in state
            continue
        drawn = payload(at, name)
        assert {k: v for k, v in parts[key].items() if k not in known} == {
            k: v for k, v in drawn.items() if k not in known
        }
    assert parts[KEY]["ack"] == 9
    assert "Point 4 went" in parts["outliers:sentence"]["text"]


def test_steps_on_the_wire_follow_one_another_and_leave_the_page_alone(served):
    at = visit(PAGE)
    rest = lines(at)
    points = editor(at)["points"]
    for step in range(5):
        points[3] = [points[3][0], 20.0 + step, points[3][2]]
        found = served(at, seq=step + 1, points=points)["parts"][KEY]
        assert found["ack"] == step + 1
        y = np.array([point[1] for point in points])
        x = np.array([point[0] for point in points])
        intercept, slope = fit_line(losses.get("huber"), x, y).coefficients
        low, high = found["x"]["domain"]
        huber = next(line for line in found["lines"] if line["name"] == "Huber")
        assert huber["ends"] == pytest.approx([intercept + slope * low, intercept + slope * high], rel=1e-6)
    at.run()
    assert lines(at) == rest
    assert "p=" not in query(at)


def test_my_line_is_priced_on_the_wire(served):
    at = visit(PAGE, "guess=reveal")
    said_of = served(at, why="line", mine=[1.0, 20.0])["parts"]["outliers:sentence"]["text"]
    edit(at, why="line", mine=[1.0, 20.0])
    assert said_of == said(at)


@pytest.mark.parametrize(
    "edit_sent",
    [{"last": True}, {"rev": -1}, {"points": "none"}, {"points": [[1.0, 2.0, 0], [1.0, 3.0, 1]]}],
    ids=["the end of a gesture", "an older state", "no points", "nothing to fit"],
)
def test_what_the_wire_cannot_answer_is_left_to_a_run(served, edit_sent):
    assert served(visit(PAGE), **edit_sent) == {"seq": 9, "parts": None}


def test_no_wire_is_offered_where_nothing_moves_or_nothing_is_fitted(served):
    assert editor(visit(PAGE, "view=breakdown"))["live"] is None
    at = visit(PAGE, "n=2")
    assert editor(at)["live"]
    edit(at, why="remove", points=editor(at)["points"][:1])
    assert "Nothing is fitted" in said(at)
    assert editor(at)["live"] is None


def test_without_the_route_every_step_is_a_run():
    assert editor(visit(PAGE))["live"] is None
