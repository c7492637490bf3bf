"""The chart component from Python's side: what is sent, and what a click does."""

import base64
import json
import math

import numpy as np
import pytest
from visiting import payload, query, send, visit

from lossviz import losses
from lossviz.app.kit import chart as charts
from lossviz.app.kit.chart import token
from lossviz.app.kit.streamlit_page import plotly_chunk

CURVES = "pages/loss_curves.py"


def test_plotly_of_the_installed_streamlit_is_found():
    name = plotly_chunk()
    assert name is not None
    assert name.endswith(".js")


def test_without_it_streamlit_draws_the_chart(monkeypatch):
    monkeypatch.setattr(charts, "plotly_chunk", lambda: None)
    at = visit(CURVES)
    assert [e.message for e in at.exception] == []
    assert len(at.get("plotly_chart")) == 1


def test_what_is_sent():
    sent = payload(visit(CURVES), "chart")
    assert sent["id"] == "curves:chart"
    assert sent["chunk"] == plotly_chunk()
    assert sent["sweep"] is None
    assert set(sent["tokens"]) == {"curves.huber.delta", "curves.probe"}
    assert sent["alt"].startswith("Line chart of Loss ℓ and Gradient dℓ/dr for Squared error, Absolute error")
    assert json.loads(sent["figure"])["layout"]["uirevision"]
    assert json.loads(sent["narrow"])["xaxis2"]["domain"] == [0.0, 1.0]


@pytest.mark.parametrize(
    ("change", "moved"),
    [
        ("huber.delta=2", {"curves.probe"}),
        ("probe=5", {"curves.huber.delta"}),
        ("reach=10", {"curves.huber.delta", "curves.probe"}),
        ("log=1", {"curves.huber.delta", "curves.probe"}),
        ("y=100", {"curves.huber.delta", "curves.probe"}),
    ],
)
def test_token_of_a_table_changes_with_everything_but_its_own_slider(change, moved):
    before, after = (payload(visit(CURVES, state), "chart")["tokens"] for state in ("", change))
    assert {slider for slider in before if before[slider] != after[slider]} == moved


def test_tokens_are_equal_for_equal_states():
    huber = losses.get("huber")
    assert token(huber, 1.0, ("a",)) == token(losses.get("huber"), 1.0, ("a",))
    assert token(huber, 1.0) != token(huber, 1.5)


def test_table_is_sent_once_when_a_slider_is_touched():
    at = send(visit(CURVES), "curves.huber.delta:slider", touched=1.0)
    sent = payload(at, "chart")
    assert sent["sweep"]["slider"] == "curves.huber.delta"
    assert sent["sweep"]["token"] == sent["tokens"]["curves.huber.delta"]
    assert sent["sweep"]["value"] == 1.0
    assert payload(at.run(), "chart")["sweep"] is None


def test_table_of_a_loss_that_is_gone_is_not_sent():
    """The slider was touched on the page as it was before the losses changed."""
    at = visit(CURVES, "loss=huber,cauchy")
    at.session_state["curves.loss"] = ["huber"]
    send(at, "curves.cauchy.c:slider", touched=1.0)
    assert [e.message for e in at.exception] == []
    assert payload(at, "chart")["sweep"] is None


def test_click_moves_the_probe_once():
    at = send(visit(CURVES), "curves:chart", click={"x": 12.5, "y": 3.0, "panel": "x2y2", "n": 1})
    assert query(at) == "probe=12.5"
    assert payload(at, "chart")["alt"].endswith("(gradient 1).")
    at.session_state["curves.probe"] = -4.0
    assert query(at.run()) == "probe=-4"


@pytest.mark.parametrize("x", [1e9, -1e9])
def test_click_beyond_the_axis_moves_the_probe_to_its_end(x):
    at = send(visit(CURVES), "curves:chart", click={"x": x, "y": 0.0, "panel": "xy", "n": 1})
    assert query(at) == f"probe={math.copysign(30, x):g}"


@pytest.mark.parametrize(
    "click", [None, 3, {}, {"x": "a", "y": 1}, {"x": None, "y": 1}, {"x": math.nan, "y": 0}]
)
def test_click_that_makes_no_sense_is_ignored(click):
    at = send(visit(CURVES), "curves:chart", click=click)
    assert [e.message for e in at.exception] == []
    assert query(at) == ""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(2.5, 2.5), (99, 99.0), (-1, 1.0), (math.nan, 1.0), (math.inf, 1.0), ("x", 1.0), (None, 1.0)],
)
def test_slider_keeps_what_it_hears_where_the_loss_allows_it(sent, kept):
    at = send(visit(CURVES), "curves.huber.delta:slider", value=sent)
    assert [e.message for e in at.exception] == []
    assert at.session_state["curves.huber.delta"] == kept


def test_touching_a_slider_brings_its_table():
    at = send(visit(CURVES), "curves.probe:slider", touched=1.0)
    assert payload(at, "chart")["sweep"]["slider"] == "curves.probe"


def test_curves_share_their_axis_and_all_arrays_arrive():
    """Four losses in two panels have eight curves over one grid: nine arrays, not sixteen."""
    sent = payload(visit(CURVES, "loss=squared_error,absolute_error,huber,cauchy"), "chart")
    assert len(sent["arrays"]) == 9
    curves = [t for t in json.loads(sent["figure"])["data"] if t["mode"] == "lines" and "shared" in t["x"]]
    assert len(curves) == 8
    assert {curve["x"]["shared"] for curve in curves} == {0}
    x, squared = (np.frombuffer(base64.b64decode(sent["arrays"][k])) for k in (0, curves[0]["y"]["shared"]))
    np.testing.assert_array_equal(squared, x**2)
