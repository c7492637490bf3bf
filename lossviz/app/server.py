"""The tuned server: one process, from any working directory, with TCP_NODELAY on every connection.

``streamlit run app.py`` serves the same pages. It differs in one thing that is felt: it accepts
connections without TCP_NODELAY, so that small replies wait for a delayed acknowledgement.
"""

import argparse
import contextlib
import os
import re
import socket
import threading
import webbrowser
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from lossviz.app.kit.headers import Headers, framers
from lossviz.app.kit.site import APP

EMBEDDING = "LOSSVIZ_ALLOW_EMBEDDING"
"""Variable that holds what ``--allow-embedding`` takes."""


@dataclass(frozen=True)
class Settings:
    """What is asked for by options, STREAMLIT_* variables and config files, in this order."""

    host: str
    port: int
    base_path: str
    """Without slashes at its ends; "" is the root."""
    browser: bool
    embedded_by: tuple[str, ...]
    uvicorn: Mapping[str, Any]
    """Arguments of ``uvicorn.Config``."""


def configure(options: argparse.Namespace) -> Settings:
    """Load Streamlit's configuration as ``streamlit run`` does, options of ours before its variables.

    Raises:
        ValueError: if a variable holds what its option does not take.
    """
    import click
    from streamlit import config
    from streamlit.web import bootstrap, cli

    try:
        asked = cli.main_run.make_context("run", [str(APP)], auto_envvar_prefix="STREAMLIT_RUN").params
    except click.ClickException as error:
        raise ValueError(error.format_message()) from error
    flags = {name: value for name, value in asked.items() if name not in ("target", "args")}
    ours = {
        "server_address": options.host,
        "server_port": options.port,
        "server_baseUrlPath": options.base_path,
        "server_headless": None if options.browser else True,
    }
    config._main_script_path = str(APP)  # where its config file is found, whatever the working directory
    try:
        bootstrap.load_config_options({**flags, **{k: v for k, v in ours.items() if v is not None}})
    except Exception as error:  # whatever listens to the configuration raises what it likes
        raise ValueError(f"the configuration of Streamlit does not hold: {error}") from error
    get = config.get_option
    if bool(get("server.sslCertFile")) != bool(get("server.sslKeyFile")):
        raise ValueError("server.sslCertFile and server.sslKeyFile must be set together")
    if not 0 <= (port := int(get("server.port"))) <= 65535:
        raise ValueError(f"server.port must be a whole number from 0 to 65535, got {port}")
    try:
        below = base_path(str(get("server.baseUrlPath") or ""))
    except ValueError as error:
        raise ValueError(f"server.baseUrlPath {error}") from error
    try:
        embedded_by = framers(os.environ.get(EMBEDDING, ""))
    except ValueError as error:
        raise ValueError(f"{EMBEDDING} {error}") from error
    config.set_option("server.baseUrlPath", below)
    return Settings(
        host=str(get("server.address") or "127.0.0.1"),
        port=port,
        base_path=below,
        browser=not get("server.headless"),
        embedded_by=embedded_by if options.embedded_by is None else options.embedded_by,
        uvicorn={
            "ssl_certfile": get("server.sslCertFile"),
            "ssl_keyfile": get("server.sslKeyFile"),
            "ws_per_message_deflate": bool(get("server.enableWebsocketCompression")),
            "ws_max_size": int(get("server.maxWidgetStateSize")) * 2**20,  # Streamlit refuses what is larger
            "ws_ping_interval": (pause := int(get("server.websocketPingInterval") or 30)),
            "ws_ping_timeout": pause,
        },
    )


def listen(host: str, port: int) -> socket.socket:
    """A socket bound to the address; port 0 takes any that is free.

    Naming the protocol is what makes asyncio set TCP_NODELAY on every connection it accepts.

    Raises:
        OSError: if the host is not of this machine or the port is taken.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # there it would let two servers share a port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen()
    except OSError:
        listener.close()
        raise
    return listener


def serve(listener: socket.socket, settings: Settings) -> None:
    """Run the app on the socket until SIGINT or SIGTERM; say where once it is ready."""
    import streamlit as st
    import uvicorn

    from lossviz.app.kit import live, live_protocol
    from lossviz.app.kit.warm_up import warm_up

    url = _url(listener, settings)

    @contextlib.asynccontextmanager
    async def warm(_: st.App) -> AsyncIterator[None]:
        warm_up()  # whoever connects meanwhile waits on the socket, and is not refused
        yield

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                print(f"LossViz is ready at {url} (Ctrl-C stops it)", flush=True)
                if settings.browser:
                    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = uvicorn.Config(
        Headers(st.App(APP, routes=[live.route()], lifespan=warm), settings.embedded_by),
        log_config=None,  # Streamlit's own, at the level of its config file
        access_log=False,
        ws=live_protocol.protocol(),
        timeout_graceful_shutdown=2,
        **settings.uvicorn,
    )
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print()


def port_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise ValueError(f"must be a whole number from 0 to 65535, got {text!r:.40}")
    return int(text)


def base_path(text: str) -> str:
    path = text.strip("/")
    if path and not re.fullmatch(
        r"(?!\.{1,2}(?:/|$))[\w.~-]+(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*", path, re.ASCII
    ):
        raise ValueError(f"must be names of letters, digits and -._~ with / between them, got {text!r:.80}")
    return path


def _url(listener: socket.socket, settings: Settings) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    scheme = "https" if settings.uvicorn["ssl_certfile"] else "http"
    path = f"/{settings.base_path}" if settings.base_path else ""
    return f"{scheme}://[{host}]:{port}{path}" if ":" in host else f"{scheme}://{host}:{port}{path}"
