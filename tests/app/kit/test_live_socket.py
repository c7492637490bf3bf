"""The live socket of a real server, sent what no browser of ours would send."""

import contextlib
import json
import logging
import threading
import time

import numpy as np
import pytest
import uvicorn
from campaign import cases
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as some
from starlette.applications import Starlette
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from lossviz.app.kit import live, live_limits
from lossviz.app.kit.live_protocol import protocol
from lossviz.app.kit.point_editor import read_edit
from lossviz.app.server import listen
from lossviz.data.cloud import Cloud, Window

X, Y = (1.1, 2.2, 3.3), (5.1, -4.0, 6.0)
HOME, WINDOW = Cloud.of(np.array(X), np.array(Y)), Window.around(np.array(X), np.array(Y))
EDIT = {
    "seq": 4,
    "rev": 7,
    "why": "drag",
    "last": False,
    "at": 1,
    "mine": [1.0, 2.0],
    "points": [[x, y, i] for i, (x, y) in enumerate(zip(X, Y, strict=True))],
}
TOO_LONG = (1009, 1006)  # the second where the rest was still on its way, which overtakes the code
OPEN_FOR = 20  # seconds that a server may take on a busy machine


def answer(sent):
    edit = read_edit(sent, HOME, WINDOW, 7)
    return None if edit is None else {"mean": float(np.sum(edit.points.y)), "at": edit.at, "mine": edit.mine}


@pytest.fixture(scope="module")
def address():
    live.served = True
    listener = listen("127.0.0.1", 0)
    app = Starlette(routes=[live.route()])
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws=protocol(), ws_max_size=25 * 2**20)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(OPEN_FOR)
    listener.close()
    live.served = False


class Log(logging.Handler):
    """Keeps what is logged, by any thread."""

    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)

    def faults(self):
        return [
            r.getMessage()
            for r in self.records
            if r.levelno >= logging.ERROR or r.exc_info or "\n" in r.getMessage()
        ]


@pytest.fixture
def log():
    kept = Log()
    logging.getLogger().addHandler(kept)
    yield kept
    logging.getLogger().removeHandler(kept)
    assert kept.faults() == []


@pytest.fixture
def session(monkeypatch):
    """The state of one session; its visitor is new, and so is what was told of."""
    state = {}
    monkeypatch.setattr(live.st, "session_state", state)
    monkeypatch.setattr(live, "incidents", live_limits.Incidents(logging.getLogger(live.__name__)))
    return state


@contextlib.contextmanager
def talk(address, token, **options):
    options = {"origin": f"http://{address}", "open_timeout": OPEN_FOR, **options}
    with connect(f"ws://{address}/lossviz/live/{token}", max_size=None, **options) as socket:
        yield socket


def ask(socket, question=EDIT):
    """The answer to a valid question, past answers to what went before; None where the socket is closed."""
    try:
        socket.send(json.dumps({**question, "seq": 123456}))
        while True:
            found = json.loads(socket.recv(timeout=OPEN_FOR))
            if found["seq"] == 123456:
                return found["parts"]
    except ConnectionClosed:
        return None


def all_gone(session):
    (visitor,) = (kept for kept in session.values() if isinstance(kept, live_limits.Visitor))
    until = time.monotonic() + OPEN_FOR
    while visitor.sockets and time.monotonic() < until:
        time.sleep(0.01)
    return visitor.sockets == 0


HUGE = some.sampled_from([10**400, -(10**4299), 10**30, 2**63, 1e308, -1e308, 5e-324])
LEAF = some.one_of(some.none(), some.booleans(), some.integers(), some.floats(), some.text(max_size=20), HUGE)
JSON = some.recursive(
    LEAF,
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@some.composite
def edits_with_one_thing_wrong(draw):
    edit = json.loads(json.dumps(EDIT))
    place = draw(some.sampled_from([*EDIT, "row", "number"]))
    if place == "row":
        edit["points"][draw(some.integers(0, 2))] = draw(JSON)
    elif place == "number":
        edit["points"][draw(some.integers(0, 2))][draw(some.integers(0, 2))] = draw(JSON)
    elif draw(some.booleans()):
        edit[place] = draw(JSON)
    else:
        del edit[place]
    return json.dumps(edit)


MESSAGES = some.one_of(
    edits_with_one_thing_wrong(),
    edits_with_one_thing_wrong(),
    JSON.map(json.dumps),
    some.text(max_size=50),
    some.binary(max_size=50),
    some.integers(1, 100_000).map(lambda n: "[" * n),
    some.integers(1, 100_000).map(lambda n: '{"seq":1,"points":' + "[" * n + "]" * n + "}"),
    some.integers(1, 5000).map(lambda n: '{"seq":' + "9" * n + "}"),
)


@seed(19)
@settings(
    max_examples=cases(150, 3000),
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(messages=some.lists(MESSAGES, min_size=1, max_size=3))
def test_whatever_is_sent_the_next_question_is_answered_or_the_socket_is_closed_with_a_code(
    address, log, session, messages
):
    token = live.offer("a", answer)
    with talk(address, token) as socket:
        with contextlib.suppress(ConnectionClosed):
            for message in messages:
                socket.send(message)
        found = ask(socket)
        assert found in (answer(EDIT) | {"mine": [1.0, 2.0]}, None)
        assert found or socket.close_code in (1003, 1007), (socket.close_code, messages)
    assert log.faults() == []


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", 1003),
        ("[" * 100_000, 1007),
        ('{"seq":' + "9" * 400 + "}", 1007),
        ('{"seq":1,"x":NaN}', 1007),
        ('{"seq":true}', 1007),
        ("zq", 1007),
        ("[" + "0," * 600_000 + "0]", 1009),
        ("é" * 600_000, 1009),
    ],
    ids=["binary", "deep", "400 digits", "NaN", "no number", "no JSON", "long", "long in bytes"],
)
def test_what_is_no_question_closes_the_socket_with_a_code_and_one_line(address, log, session, message, code):
    token = live.offer("a", answer)
    with talk(address, token) as socket:
        assert ask(socket)
        with contextlib.suppress(ConnectionClosed):
            socket.send(message)
        assert ask(socket) is None
        assert socket.close_code in (TOO_LONG if code == 1009 else (code,))
    assert len(log.records) <= 1
    with talk(address, token) as socket:
        assert ask(socket)


def test_a_message_in_many_frames_is_cut_at_the_same_length(address, log, session):
    with talk(address, live.offer("a", answer)) as socket:
        with contextlib.suppress(ConnectionClosed):
            socket.send("0" * 10_000 for _ in range(1000))
        assert ask(socket) is None
        assert socket.close_code in TOO_LONG


def test_text_that_is_not_utf8_is_one_line(address, log, session):
    with talk(address, live.offer("a", answer)) as socket:
        socket.send(b"\xff\xfe", text=True)
        assert ask(socket) is None
        assert socket.close_code == 1007
    assert len(log.records) == 1


@pytest.mark.parametrize("end", ["close", "cut"])
def test_a_tab_closed_while_an_answer_is_under_way_is_no_incident(address, log, session, end):
    began, go_on = threading.Event(), threading.Event()

    def slow(sent):
        began.set()
        go_on.wait(OPEN_FOR)
        return {}

    token = live.offer("a", slow)
    for _ in range(3):
        began.clear()
        go_on.clear()
        with talk(address, token, close_timeout=0.2) as socket:
            socket.send(json.dumps(EDIT))
            socket.send(json.dumps(EDIT))
            assert began.wait(OPEN_FOR)
            if end == "cut":
                socket.socket.close()
        go_on.set()
        assert all_gone(session)
    assert log.records == []


def test_a_fault_of_ours_is_one_line_that_says_where(address, log, session):
    token = live.offer("a", lambda sent: 1 / 0)
    with talk(address, token) as socket:
        assert ask(socket) is None
        assert socket.close_code == 1011
    (line,) = [record.getMessage() for record in log.records]
    assert "ZeroDivisionError in test_live_socket.py:" in line


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", None])
def test_another_origin_is_refused_even_with_the_token(address, log, session, origin):
    token = live.offer("a", answer)
    with pytest.raises(InvalidStatus, match="403"), talk(address, token, origin=origin):
        pass
    assert len(log.records) == 1


def test_the_origin_of_a_proxy_is_the_own_one(address, log, session):
    token, told = live.offer("a", answer), {"X-Forwarded-Host": "school.example"}
    with talk(address, token, origin="https://school.example", additional_headers=told) as socket:
        assert ask(socket)


def test_a_visitor_has_so_many_sockets_and_another_has_their_own(address, log, session, monkeypatch):
    token = live.offer("a", answer)
    with contextlib.ExitStack() as held:
        for _ in range(live_limits.SOCKETS):
            held.enter_context(talk(address, token))
        with pytest.raises(InvalidStatus, match="403"), talk(address, token):
            pass
        with pytest.raises(InvalidStatus, match="403"), talk(address, live.offer("b", answer)):
            pass
        other = {}
        monkeypatch.setattr(live.st, "session_state", other)
        with talk(address, live.offer("a", answer)) as socket:
            assert ask(socket)
    assert all_gone(session)
    with talk(address, token) as socket:
        assert ask(socket)


def test_a_flood_is_closed_and_told_of_in_one_line(address, log, session):
    token = live.offer("a", lambda sent: time.sleep(0.02) or {})
    with talk(address, token) as socket:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(live_limits.BACKLOG + 40):
                socket.send(json.dumps(EDIT))
        assert ask(socket) is None
        assert socket.close_code == 1008
    assert len(log.records) == 1
