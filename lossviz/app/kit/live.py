"""Answers to a hand that moves, past Streamlit's cycle of runs.

In a run of Streamlit the browser draws anew whatever is on the page, several times, however little
has changed: more than half of the time between a pointer and the line that follows it. While a point
is dragged nothing but a picture changes. So a component may ask for that picture on a WebSocket of
its own, and Python answers with the very function a run would call; the end of the gesture is an
ordinary run. Where the route is not served (``streamlit run``), or the line is cut, the component
reports every step to Streamlit instead.
"""

import asyncio
import contextlib
import functools
import json
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn
from weakref import WeakValueDictionary

import streamlit as st

from lossviz.app.kit.live_limits import (
    BACKLOG,
    FAULT,
    INVALID,
    POLICY,
    SOCKETS,
    UNSUPPORTED,
    Incidents,
    Refusal,
    Turns,
    Visitor,
    check,
    is_own_origin,
    where,
)

if TYPE_CHECKING:
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

PATH = "/{base:path}lossviz/live/{token}"
"""Below the server's root or any ``server.baseUrlPath``."""

NORMAL = 1000
"""Closing code where an offer has ended with its session; nothing is wrong."""

_VISITOR = "live visitor"

Answer = Callable[[Any], dict[str, Any] | None]
"""From what the browser sent to ``{id of a component: what it is to show}``; None: ask Streamlit."""


class _Offer:
    """What one session answers; it lives as long as the session does."""

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.token = secrets.token_urlsafe(16)
        self.answer: Answer | None = None


_offers: WeakValueDictionary[str, _Offer] = WeakValueDictionary()
served = False
"""Whether a server has the route."""


def offer(key: str, answer: Answer | None) -> str | None:
    """Have a component's questions answered from now on.

    Args:
        key: of the component, unique across the app.
        answer: called in a thread of its own, outside any run; None takes an earlier one back.

    Returns:
        The last part of the address to ask at, known to nobody else; None where there is no answer.
    """
    place = f"{key}:live"
    if not served or (answer is None and place not in st.session_state):
        return None
    visitor = st.session_state.setdefault(_VISITOR, Visitor())
    found: _Offer = st.session_state.setdefault(place, _Offer(visitor))
    found.answer = answer
    _offers[found.token] = found
    return found.token if answer else None


def route() -> "WebSocketRoute":
    """The route a server adds to Streamlit's own; from then on offers are made."""
    global served
    from starlette.routing import WebSocketRoute

    served = True
    return WebSocketRoute(PATH, _Talks().talk)


incidents = Incidents(logging.getLogger(__name__))


class _Talks:
    """All talks of a process."""

    def __init__(self) -> None:
        self.turns = Turns()

    async def talk(self, socket: "WebSocket") -> None:
        """Answer one question after the other, until the socket or the session ends."""
        from starlette.websockets import WebSocketDisconnect

        offered = _offers.get(socket.path_params["token"])
        try:
            if offered is None:
                raise Refusal(NORMAL, "")
            if not is_own_origin(socket.headers):
                raise Refusal(POLICY, "a socket of another origin was refused")
            visitor = offered.visitor
            if visitor.sockets >= SOCKETS:
                raise Refusal(POLICY, f"a visitor's socket beyond {SOCKETS} was refused")
        except Refusal as refusal:
            if refusal.why:
                incidents.tell(refusal.why)
            await _close(socket, refusal.code)
            return
        del offered  # the session alone keeps it
        visitor.sockets += 1
        listening = None
        try:
            await socket.accept()
            questions: asyncio.Queue[str | Refusal | None] = asyncio.Queue()
            listening = asyncio.create_task(_listen(socket, questions))
            while (question := await questions.get()) is not None:
                if isinstance(question, Refusal):
                    raise question
                await asyncio.sleep(visitor.pause())
                if listening.done():  # nobody is there, or nobody who is to be answered
                    continue
                work = functools.partial(reply, socket.path_params["token"], question)
                await socket.send_text(await self.turns.answer(visitor, questions.qsize(), work))
        except Refusal as refusal:
            if refusal.code != NORMAL:
                incidents.tell(f"closed with {refusal.code}: {refusal.why}")
            await _close(socket, refusal.code)
        except (WebSocketDisconnect, RuntimeError, OSError):
            pass  # the other side has gone while it was answered
        except Exception as error:
            incidents.tell(f"closed with {FAULT}: {where(error)}")
            await _close(socket, FAULT)
        finally:
            visitor.sockets -= 1
            if listening is not None:
                listening.cancel()


async def _listen(socket: "WebSocket", questions: "asyncio.Queue[str | Refusal | None]") -> None:
    """Take in what is sent as it comes, so that a flood and a closed tab are noticed at once.

    None ends the questions where the socket has ended; a Refusal goes before those that wait.
    """
    ending: Refusal | None = None
    while True:
        try:
            message = await socket.receive()
        except RuntimeError:  # closed from this side meanwhile
            message = {"type": "websocket.disconnect"}
        if message["type"] != "websocket.receive":
            pass
        elif message.get("text") is None:
            ending = Refusal(UNSUPPORTED, "a binary message")
        elif questions.qsize() >= BACKLOG:
            ending = Refusal(POLICY, f"more than {BACKLOG} questions at a time")
        else:
            questions.put_nowait(message["text"])
            continue
        while not questions.empty():
            questions.get_nowait()
        questions.put_nowait(ending)
        return


async def _close(socket: "WebSocket", code: int) -> None:
    from starlette.websockets import WebSocketDisconnect

    with contextlib.suppress(WebSocketDisconnect, RuntimeError, OSError):
        await socket.close(code)


def reply(token: str, text: str) -> str:
    """The answer to ``{"seq": number, ...}``: ``{"seq": number, "parts": answer}``.

    Raises:
        Refusal: where the text is no question, where it cannot be answered, or once there is nobody to answer.
    """
    offered = _offers.get(token)
    if offered is None or offered.answer is None:
        raise Refusal(NORMAL, "nobody to answer")
    check(text)
    try:
        sent = json.loads(text, parse_constant=_no_number)
        seq = sent["seq"] if isinstance(sent, dict) else None
    except (ValueError, KeyError, RecursionError):
        seq = None
    if isinstance(seq, bool) or not isinstance(seq, int):
        raise Refusal(INVALID, "a message that is no question")
    try:
        return json.dumps({"seq": seq, "parts": offered.answer(sent)}, allow_nan=False)
    except Exception as error:
        raise Refusal(FAULT, f"a question was not answered, {where(error)}") from error


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number in JSON")
