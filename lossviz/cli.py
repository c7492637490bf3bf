"""The command ``lossviz``, also as ``python -m lossviz``: what it is told, and what it then does."""

import argparse
import errno
import socket
import sys
from collections.abc import Callable
from typing import Any

from lossviz.app import server
from lossviz.app.kit.headers import framers


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
        settings = server.configure(options)
    except ValueError as error:
        print(f"lossviz: {error}", file=sys.stderr)
        return 2
    try:
        listener = server.listen(settings.host, settings.port)
    except OSError as error:
        print(f"lossviz: {_explain(error, settings.host, settings.port)}", file=sys.stderr)
        return 2
    with listener:
        server.serve(listener, settings)
    return 0


COMMANDS = {"serve": serve_app}
"""What each command runs; an entry here and its parser in :func:`_parser` make a new one."""
DEFAULTS: dict[str, Any] = dict(
    command="serve", host=None, port=None, base_path=None, browser=True, embedded_by=None
)


def _parser() -> argparse.ArgumentParser:
    """Options of ``serve`` may be given without its name: it is what happens where no command is named."""
    serving = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    serving.add_argument(
        "--host",
        help="address to listen on (default: 127.0.0.1, this machine alone; 0.0.0.0 for every network)",
    )
    serving.add_argument(
        "--port", type=_option(server.port_number), help="port to listen on, 0 for any (default: 8501)"
    )
    serving.add_argument(
        "--base-path",
        type=_option(server.base_path),
        help="path below which to serve, such as tools/lossviz (default: the root)",
    )
    serving.add_argument(
        "--allow-embedding",
        dest="embedded_by",
        metavar="SITES",
        type=_option(framers),
        help="sites that may show the app in a frame, each with its scheme as in a browser's address bar, with spaces between; * for "
        f"every site (default: {server.EMBEDDING} if set, else none but the app's own)",
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


def _option(read: Callable[[str], Any]) -> Callable[[str], Any]:
    """The same for argparse, which passes on only the messages of errors of its own."""

    def take(text: str) -> Any:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return take


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
