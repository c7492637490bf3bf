"""uvicorn's WebSocket protocol, with the live socket's limit on what is taken in at all.

An application sees a message once all of it is there. What keeps megabytes out has to stand before that,
where frames are read, and the limit there is one for the whole server, whose other socket carries more.
"""

from typing import Any

from lossviz.app.kit import live
from lossviz.app.kit.live_limits import INVALID, LONGEST


def protocol() -> type[Any]:
    """A protocol class for ``uvicorn.Config(ws=...)``."""
    from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

    class Protocol(WebSocketsSansIOProtocol):
        """At most ``LONGEST`` bytes in a message to the live socket, and text that is UTF-8 on every one."""

        def handle_connect(self, event: Any) -> None:
            if "/lossviz/live/" in event.path.partition("?")[0]:
                self.conn.max_message_size = LONGEST
            super().handle_connect(event)

        def send_receive_event_to_app(self) -> None:
            if self.curr_msg_data_type == "text" and not self.close_sent:
                try:
                    b"".join(self.frames).decode()
                except UnicodeDecodeError:
                    live.incidents.tell("a message that is not UTF-8")
                    self.frames = []
                    self.conn.fail(INVALID, "not UTF-8")
                    self.handle_parser_exception()
                    return
            super().send_receive_event_to_app()

    return Protocol
