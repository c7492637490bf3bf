"""The command ``lossviz``, also as ``python -m lossviz``: what it is told, and the tuned server.

One process, from any working directory.

``streamlit run app.py`` serves the same pages. It differs in one thing that is felt: it accepts
connections without TCP_NODELAY, so that small replies wait for a delayed acknowledgement.
"""

import argparse
import contextlib
import errno
import os
import re
import socket
import sys
import threading
import webbrowser
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from lossviz.ui.site import APP

EMBEDDING = "LOSSVIZ_ALLOW_EMBEDDING"
"""Variable that holds what ``--allow-embedding`` takes."""


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; the exit code is 2 where that cannot be done."""
    options = parsed(arguments)
    return COMMANDS[options.command](options)


def parsed(arguments: list[str] | None = None) -> argparse.Namespace:
    """The command line with its defaults."""
    return _parser().parse_args(arguments, argparse.Namespace(**DEFAULTS))


def serve_app(options: argparse.Namespace) -> int:
    """Serve until interrupted."""
    try:
        settings = configure(options)
    except ValueError as error:
        print(f"lossviz: {error}", file=sys.stderr)
        return 2
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(f"lossviz: {_explain(error, settings.host, settings.port)}", file=sys.stderr)
        return 2
    with listener:
        serve(listener, settings)
    return 0


COMMANDS = {"serve": serve_app}
"""What each command runs; an entry here and its parser in :func:`_parser` make a new one."""
DEFAULTS: dict[str, Any] = dict(
    command="serve", host=None, port=None, base_path=None, browser=True, embedded_by=None
)


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
        base_path = _base_path(str(get("server.baseUrlPath") or ""))
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"server.baseUrlPath {error}") from error
    try:
        embedded_by = _framers(os.environ.get(EMBEDDING, ""))
    except argparse.ArgumentTypeError as error:
        raise ValueError(f"{EMBEDDING} {error}") from error
    config.set_option("server.baseUrlPath", base_path)
    return Settings(
        host=str(get("server.address") or "127.0.0.1"),
        port=port,
        base_path=base_path,
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

    from lossviz.ui import live, live_protocol
    from lossviz.ui.headers import Headers
    from lossviz.ui.warm_up import warm_up

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


def _parser() -> argparse.ArgumentParser:
    """Options of ``serve`` may be given without its name: it is what happens where no command is named."""
    serving = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    serving.add_argument(
        "--host",
        help="address to listen on (default: 127.0.0.1, this machine alone; 0.0.0.0 for every network)",
    )
    serving.add_argument("--port", type=_port, help="port to listen on, 0 for any (default: 8501)")
    serving.add_argument(
        "--base-path",
        type=_base_path,
        help="path below which to serve, such as tools/lossviz (default: the root)",
    )
    serving.add_argument(
        "--allow-embedding",
        dest="embedded_by",
        metavar="SITES",
        type=_framers,
        help="sites that may show the app in a frame, each with its scheme as in a browser's address bar, with spaces between; * for "
        f"every site (default: {EMBEDDING} if set, else none but the app's own)",
    )
    serving.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open a browser window"
    )
    epilog = (
        "Streamlit's own variables (STREAMLIT_SERVER_ADDRESS, STREAMLIT_SERVER_PORT, ...) and its config "
        "files hold as they do under `streamlit run`; an option given here goes before them."
    )
    parser = argparse.ArgumentParser(
        prog="lossviz", parents=[serving], description="Serve LossViz and open it.", epilog=epilog
    )
    parser.add_argument("--version", action="version", version=f"LossViz {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser(
        "serve",
        parents=[serving],
        help="serve the app; what happens where no command is named",
        description="Serve LossViz and open it.",
        epilog=epilog,
    )
    return parser


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("lossviz")
    except metadata.PackageNotFoundError:
        return "from its source, not installed"


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 65535, got {text!r:.40}")
    return int(text)


def _base_path(text: str) -> str:
    path = text.strip("/")
    if path and not re.fullmatch(
        r"(?!\.{1,2}(?:/|$))[\w.~-]+(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)*", path, re.ASCII
    ):
        raise argparse.ArgumentTypeError(
            f"must be names of letters, digits and -._~ with / between them, got {text!r:.80}"
        )
    return path


def _framers(text: str) -> tuple[str, ...]:
    from lossviz.ui.headers import framers

    try:
        return framers(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _url(listener: socket.socket, settings: Settings) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    scheme = "https" if settings.uvicorn["ssl_certfile"] else "http"
    path = f"/{settings.base_path}" if settings.base_path else ""
    return f"{scheme}://[{host}]:{port}{path}" if ":" in host else f"{scheme}://{host}:{port}{path}"


def _explain(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return (
            f"--host or STREAMLIT_SERVER_ADDRESS must be an address or a name of this machine, got {host!r}"
        )
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is in use; choose another with --port, or --port 0 for any that is free"
        case errno.EADDRNOTAVAIL:
            return f"--host or STREAMLIT_SERVER_ADDRESS must be an address of this machine, got {host!r}"
        case errno.EACCES:
            return f"port {port} needs more rights than this user has; choose one above 1023 with --port"
    return f"cannot listen on {host}:{port}: {error}"


if __name__ == "__main__":
    sys.exit(main())
