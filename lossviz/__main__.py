"""``python -m lossviz``: the tuned server, one process, from any working directory.

``streamlit run app.py`` serves the same pages. It differs in one thing that is felt: it accepts
connections without TCP_NODELAY, so that small replies wait for a delayed acknowledgement.
"""

import argparse
import errno
import os
import socket
import sys
import threading
import webbrowser
from pathlib import Path

APP = Path(__file__).resolve().parent.parent / "app.py"


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; the exit code is 2 where it cannot."""
    options = _parser().parse_args(arguments)
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        print(f"lossviz: {_explain(error, options.host, options.port)}", file=sys.stderr)
        return 2
    with listener:
        serve(listener, _url(listener), open_browser=options.browser)
    return 0


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


def serve(listener: socket.socket, url: str, *, open_browser: bool) -> None:
    """Run the app on the socket until SIGINT or SIGTERM; say where once it is ready."""
    import streamlit as st
    import uvicorn

    from lossviz.ui import live

    threading.Thread(target=_warm_up, daemon=True).start()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            if self.started:
                print(f"LossViz is ready at {url} (Ctrl-C stops it)", flush=True)
                if open_browser:
                    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()

    config = uvicorn.Config(
        st.App(APP, routes=[live.route()]),
        log_config=None,  # Streamlit's own, at the level of its config file
        access_log=False,
        ws_per_message_deflate=False,
        ws_max_size=200 * 2**20,
        timeout_graceful_shutdown=2,
    )
    try:
        Server(config).run(sockets=[listener])
    except KeyboardInterrupt:
        print()


def _warm_up() -> None:
    """Import what the first page needs while the browser is still fetching Streamlit's own code."""
    import pandas  # noqa: F401  (before plotly draws: see lossviz.ui.frame)

    from lossviz import losses
    from lossviz.figures import curves

    scene = curves.Scene((losses.get("huber"),), "error", "error", target=0.0, low=-1.0, high=1.0, probe=0.0)
    curves.figure(scene, curves.lines(scene, scene.grid()), "").to_json(validate=False)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m lossviz", description="Serve LossViz and open it.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=_port, default=8501, help="port to listen on, 0 for any (default: %(default)s)"
    )
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="do not open a browser window"
    )
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"must be a whole number from 0 to 65535, got {text!r:.40}")
    return int(text)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _explain(error: OSError, host: str, port: int) -> str:
    if isinstance(error, socket.gaierror):
        return f"--host must be an address or a name of this machine, got {host!r}"
    match error.errno:
        case errno.EADDRINUSE:
            return f"port {port} is in use; choose another with --port, or --port 0 for any that is free"
        case errno.EADDRNOTAVAIL:
            return f"--host must be an address of this machine, got {host!r}"
        case errno.EACCES:
            return f"port {port} needs more rights than this user has; choose one above 1023 with --port"
    return f"cannot listen on {host}:{port}: {error}"


if __name__ == "__main__":
    sys.exit(main())
