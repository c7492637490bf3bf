"""Answers to a hand that moves, past Streamlit's cycle of runs.

In a run of Streamlit the browser draws anew whatever is on the page, several times, however little
has changed: more than half of the time between a pointer and the line that follows it. While a point
is dragged nothing but a picture changes. So a component may ask for that picture on a WebSocket of
its own, and Python answers with the very function a run would call; the end of the gesture is an
ordinary run. Where the route is not served (``streamlit run``), or the line is cut, the component
reports every step to Streamlit instead.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

import streamlit as st

if TYPE_CHECKING:
    from starlette.routing import WebSocketRoute
    from starlette.websockets import WebSocket

PATH = "/{base:path}lossviz/live/{token}"
"""Below the server's root or any ``server.baseUrlPath``."""

Answer = Callable[[Any], dict[str, Any] | None]
"""From what the browser sent to ``{id of a component: what it is to show}``; None: ask Streamlit."""


class _Offer:
    """What one session answers; it lives as long as the session does."""

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe(16)
        self.answer: Answer | None = None


_offers: WeakValueDictionary[str, _Offer] = WeakValueDictionary()
_served = False


def offer(key: str, answer: Answer | None) -> str | None:
    """Have a component's questions answered from now on.

    Args:
        key: of the component, unique across the app.
        answer: called in a thread of its own, outside any run; None takes an earlier one back.

    Returns:
        The last part of the address to ask at, known to nobody else; None where there is no answer.
    """
    place = f"{key}:live"
    if not _served or (answer is None and place not in st.session_state):
        return None
    found: _Offer = st.session_state.setdefault(place, _Offer())
    found.answer = answer
    _offers[found.token] = found
    return found.token if answer else None


def route() -> "WebSocketRoute":
    """The route a server adds to Streamlit's own; from then on offers are made."""
    global _served
    from starlette.routing import WebSocketRoute

    _served = True
    return WebSocketRoute(PATH, _talk)


async def _talk(socket: "WebSocket") -> None:
    """Answer one question after the other."""
    offered = _offers.get(socket.path_params["token"])
    if offered is None:
        await socket.close()
        return
    await socket.accept()
    del offered  # the session alone keeps it
    async for text in socket.iter_text():
        found = await asyncio.to_thread(reply, socket.path_params["token"], text)
        if found is None:
            await socket.close()
            return
        await socket.send_text(found)


def reply(token: str, text: str) -> str | None:
    """The answer to ``{"seq": number, ...}``: ``{"seq": number, "parts": answer}``.

    None where the text is no question, or once there is nobody to answer.
    """
    offered = _offers.get(token)
    if offered is None or offered.answer is None:
        return None
    try:
        sent = json.loads(text)
        parts = offered.answer(sent)
        return json.dumps({"seq": sent["seq"], "parts": parts}, allow_nan=False)
    except (ValueError, TypeError, KeyError):
        logging.getLogger(__name__).warning("a live question was not answered", exc_info=True)
        return None
