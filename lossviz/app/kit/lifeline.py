"""The page's lifeline: it asks after a lost connection whether the session it talks to is still its own.

The browser's side (``static/lifeline.js``) says why, and what follows from the answer. It stands outside every
fragment, since a new session knows none of them: its question is a full run.
"""

import secrets
from typing import TypedDict

import streamlit as st

from lossviz.app.kit.component import declare
from lossviz.app.kit.warm_up import warm_up_meanwhile

_lifeline = declare("lifeline")
_KEY = "lifeline"
_TOKEN, _HEARD = "session token", "session heard"


class LifelinePayload(TypedDict):
    """What the browser gets."""

    token: str
    heard: int
    """Number of the last question that was heard."""


def lifeline() -> None:
    """Draw it, invisible, first on every page; call outside any fragment.

    Where the browser asks for another session than this one it will load the page anew, so that nothing
    more is drawn in this run.
    """
    token = st.session_state.setdefault(_TOKEN, secrets.token_urlsafe(8))
    asked = getattr(st.session_state.get(_KEY), "ask", None)
    asked = asked if isinstance(asked, dict) else {}
    number = asked.get("n")
    if isinstance(number, int) and 0 <= number < 2**31:
        st.session_state[_HEARD] = number
    heard = st.session_state.get(_HEARD, 0)
    payload: LifelinePayload = {"token": token, "heard": heard}
    _lifeline(key=_KEY, data=[payload], on_ask_change=lambda: None)
    if asked.get("token") not in (None, token):
        warm_up_meanwhile()  # the server may have just started
        st.stop()
