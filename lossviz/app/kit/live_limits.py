"""What one visitor may ask on the live socket: from where, how long, how deep, how often, and in whose turn."""

import asyncio
import logging
import math
import re
import time
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

import streamlit as st

LONGEST = 2**20
"""Most bytes of a question; a thousand points are 40 kB."""
DEEPEST = 8
"""Most brackets of a question that are open at once; an edit opens three."""
MOST_BRACKETS = 20_000
MOST_DIGITS = 25
"""Most digits in a row; a browser writes no number with more than 22."""
SOCKETS = 6
"""Most sockets of one visitor at a time: an editor has one, and for a moment the one before it."""
BACKLOG = 32
"""Most questions of one socket that wait; an editor sends the next when the last is answered, or is lost."""
RATE = 60.0
"""Questions a second that are answered at once, for any length of time and beyond a first ``BURST``."""
BURST = 60.0
CROWD = 4
"""From so many waiting visitors on, every answer is followed by a rest as long as itself."""
PATIENT = 3
"""Most questions that an editor has sent beyond the one that is answered: it gives one up after 400 ms."""

_OTHER = re.compile(r'"(?:[^"\\]|\\.)*"|[^][{}"]+')
_LONG = re.compile(rf"[0-9]{{{MOST_DIGITS + 1}}}")
_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


class Refusal(Exception):
    """A question, or a visitor, that is not answered: a WebSocket's closing code, and why."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


UNSUPPORTED, INVALID, POLICY, TOO_BIG, FAULT = 1003, 1007, 1008, 1009, 1011
"""Closing codes of RFC 6455, 7.4.1."""


def check(text: str) -> None:
    """Refuse a question that would be work to read, before anything reads it.

    Raises:
        Refusal: naming what is too long, too deep or too large.
    """
    if len(text) > LONGEST:
        raise Refusal(TOO_BIG, f"more than {LONGEST} characters")
    brackets = _OTHER.sub("", text)
    if len(brackets) > MOST_BRACKETS:
        raise Refusal(INVALID, f"more than {MOST_BRACKETS} brackets")
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise Refusal(INVALID, f"nested more than {DEEPEST} deep")
    if _LONG.search(text):
        raise Refusal(INVALID, f"a number of more than {MOST_DIGITS} digits")


def is_own_origin(headers: Mapping[str, str]) -> bool:
    """Whether a page of this app opened the socket, by the handshake's headers (lower case).

    The page's origin is what the server, or a proxy before it, is called by. Beyond that Streamlit's own
    settings count: server.enableCORS, server.corsAllowedOrigins, browser.serverAddress with its port. What
    no page of another site can set (Host, X-Forwarded-Host) is believed.
    """
    origin = _place(headers.get("origin", ""))
    if origin is None:
        return False
    if not st.get_option("server.enableCORS"):
        return True
    scheme, *own = origin
    forwarded = headers.get("x-forwarded-host", "").split(",")
    called = (_place(f"{scheme}://{name.strip()}") for name in (headers.get("host", ""), *forwarded))
    if any(place is not None and list(place[1:]) == own for place in called):
        return True
    if origin in map(_place, st.get_option("server.corsAllowedOrigins")):
        return True
    ports = {st.get_option("browser.serverPort"), st.get_option("server.port"), _PORTS[scheme]}
    address = str(st.get_option("browser.serverAddress") or "").lower()
    return own[0] == address and own[1] in (ports if address != "localhost" else ports - {_PORTS[scheme]})


def _place(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None where it is none."""
    try:
        parts = urlsplit(origin)
        port = parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or port is None or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname.rstrip("."), port


class Visitor:
    """What one session has open and has asked; ``clock`` gives seconds, ``answered`` is when it last had a turn."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.sockets = 0
        self._clock = clock
        self._left, self._at = BURST, clock()
        self.answered = -math.inf

    def pause(self) -> float:
        """Count one question; the seconds that it has to wait for the rate to be kept."""
        now = self._clock()
        self._left = min(BURST, self._left + (now - self._at) * RATE) - 1
        self._at = now
        return max(0.0, -self._left / RATE)


class Turns:
    """One answer is under way at a time in a process, for those first who wait for it before they ask again.

    Among equals it is the turn of whoever had none for longest. So one who drags waits for no more than one
    answer of a flood, and a crowd of floods leaves half of the time to the pages' runs.
    """

    def __init__(self) -> None:
        self._busy = False
        self._waiting: list[tuple[Visitor, bool, asyncio.Future[None]]] = []

    async def answer(self, visitor: Visitor, backlog: int, work: Callable[[], str]) -> str:
        """What ``work`` gives, done in a thread when it is the visitor's turn.

        ``backlog`` is how many more questions the same socket has sent already.
        """
        await self._turn(visitor, backlog > PATIENT)
        began = time.monotonic()
        visitor.answered = began
        try:
            return await asyncio.to_thread(work)
        finally:
            if len({id(other) for other, _, _ in self._waiting}) >= CROWD:
                asyncio.get_running_loop().call_later(time.monotonic() - began, self._next)
            else:
                self._next()

    async def _turn(self, visitor: Visitor, impatient: bool) -> None:
        if not self._busy:
            self._busy = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((visitor, impatient, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._next()  # it had just come
            raise

    def _next(self) -> None:
        self._waiting = [waiting for waiting in self._waiting if not waiting[2].done()]
        if not self._waiting:
            self._busy = False
            return
        first = min(self._waiting, key=lambda waiting: (waiting[1], waiting[0].answered))
        self._waiting.remove(first)
        first[2].set_result(None)


class Incidents:
    """One line of log for each, a few of a kind in a row and then one a minute that counts the rest."""

    FEW = 5
    PAUSE = 60.0

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger, self._clock = logger, clock
        self._told: dict[str, tuple[float, int, int]] = {}

    def tell(self, why: str) -> None:
        """``why`` is a sentence of ours, never what somebody sent."""
        now = self._clock()
        since, told, silent = self._told.get(why, (now, 0, 0))
        if now - since >= self.PAUSE:
            since, told = now, 0
        if told >= self.FEW:
            self._told[why] = since, told, silent + 1
            return
        more = f" (and {silent} more)" if silent else ""
        self._logger.warning("live socket: %s%s", why, more)
        self._told[why] = since, told + 1, 0


def where(error: BaseException) -> str:
    """The kind of an error and the line that raised it, on one line."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return type(error).__name__
    name = trace.tb_frame.f_code.co_filename.replace("\\", "/").rsplit("/", 1)[-1]
    return f"{type(error).__name__} in {name}:{trace.tb_lineno}"
