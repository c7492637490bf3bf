"""Headers that every response carries, page or file: who may show it in a frame, and what a browser gives away."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HOST = r"(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]"
_ORIGIN = re.compile(rf"https?://(?:{_HOST})(?::[0-9]{{1,5}})?", re.ASCII | re.IGNORECASE)


def framers(text: str) -> tuple[str, ...]:
    """The sites that may show the app in a frame, from what a person wrote: origins, or * for every site.

    Raises:
        ValueError: naming what is neither.
    """
    found = tuple(part.rstrip("/") for part in re.split(r"[\s,]+", text) if part)
    for part in found:
        if part != "*" and not _ORIGIN.fullmatch(part):
            raise ValueError(
                f"must be the addresses of sites, scheme and host as in a browser's address bar, or * for every site, got {part!r:.80}"
            )
    return found


class Headers:
    """An app with the headers on whatever it answers, errors included.

    Args:
        app: what is served.
        embedded_by: origins beside the app's own that may show it in a frame.
    """

    def __init__(self, app: "ASGIApp", embedded_by: tuple[str, ...] = ()) -> None:
        self.app = app
        ancestors = "*" if "*" in embedded_by else " ".join(("'self'", *embedded_by))
        policy = f"frame-ancestors {ancestors}"
        self.added = [
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"same-origin"),  # an address holds what a person has set, and their points
            (b"content-security-policy", policy.encode("ascii")),
        ]
        self._names = {name for name, _ in self.added}

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def send_more(message: "Message") -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                kept = [pair for pair in message.get("headers", ()) if pair[0].lower() not in self._names]
                message = {**message, "headers": [*kept, *self.added]}
            await send(message)

        await self.app(scope, receive, send_more)
