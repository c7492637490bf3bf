"""Answers past Streamlit's runs: who is answered, what counts as a question, and when it ends."""

import gc
import json

import pytest

from lossviz.app.kit import live
from lossviz.app.kit.live_limits import Refusal


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(live, "served", True)
    state = {}
    monkeypatch.setattr(live.st, "session_state", state)
    return state


def refused(token, text):
    """The code with which a question is refused."""
    with pytest.raises(Refusal) as refusal:
        live.reply(token, text)
    return refusal.value.code


def test_a_question_gets_its_number_back_with_the_answer(session):
    token = live.offer("a", lambda sent: {"part": sent["x"] + 1})
    assert json.loads(live.reply(token, '{"seq": 7, "x": 1}')) == {"seq": 7, "parts": {"part": 2}}


def test_the_latest_answer_stands_under_the_same_token(session):
    token = live.offer("a", lambda sent: {"is": "old"})
    assert live.offer("a", lambda sent: {"is": "new"}) == token
    assert json.loads(live.reply(token, '{"seq": 1}'))["parts"] == {"is": "new"}


def test_components_have_tokens_of_their_own_that_cannot_be_guessed(session):
    tokens = {live.offer(key, lambda sent: None) for key in "abc"}
    assert len(tokens) == 3
    assert all(len(token) >= 22 for token in tokens)  # 16 random bytes in base64


def test_an_offer_taken_back_is_not_answered(session):
    token = live.offer("a", lambda sent: {})
    assert live.offer("a", None) is None
    assert refused(token, '{"seq": 1}') == 1000


def test_an_offer_ends_with_its_session(session):
    token = live.offer("a", lambda sent: {})
    assert live.reply(token, '{"seq": 1}')
    session.clear()
    gc.collect()
    assert refused(token, '{"seq": 1}') == 1000


def test_nothing_is_offered_where_no_server_has_the_route(monkeypatch):
    monkeypatch.setattr(live, "served", False)
    assert live.offer("a", lambda sent: {}) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "7", '"seq"', "{}", '{"x": 1}'])
def test_what_is_no_question_is_not_answered(session, text):
    token = live.offer("a", lambda sent: {"x": sent["x"]})
    assert refused(token, text) in (1007, 1011)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object()])
def test_an_answer_that_json_cannot_hold_is_not_sent(session, value):
    token = live.offer("a", lambda sent: {"value": value})
    assert refused(token, '{"seq": 1}') == 1011


def test_an_unknown_token_is_not_answered():
    assert refused("nobody", '{"seq": 1}') == 1000


@pytest.mark.parametrize("path", ["/lossviz/live/abc", "/some/base/lossviz/live/abc"])
def test_the_route_is_found_below_any_base_path(monkeypatch, path):
    monkeypatch.setattr(live, "served", False)
    found, scope = live.route().matches({"type": "websocket", "path": path})
    assert found.name == "FULL"
    assert scope["path_params"]["token"] == "abc"
    assert live.served
