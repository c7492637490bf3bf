"""A server that can be killed and started again at its address, and a line to it that can be cut."""

import contextlib
import os
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import harness


class Host:
    """A server process on a port of its own, started anew by :meth:`restart`."""

    def __init__(self, command: Callable[[int], list[str]], log: Path, ends: int) -> None:
        """``ends`` is for how many seconds a session outlives its connection; Streamlit's own default is 120."""
        self.command, self.log, self.ends = command, log, ends
        self.port = harness.free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return once it answers."""
        environment = {
            "PYTHONUNBUFFERED": "1",
            "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": str(self.ends),
        }
        with self.log.open("ab") as sink:
            self.process = subprocess.Popen(
                self.command(self.port),
                cwd=harness.ROOT,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        ends = time.monotonic() + 60
        while not self._well():
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < ends, "the server is silent"
            time.sleep(0.02)

    def kill(self) -> None:
        """As ``kill -9``: nothing is said to anybody."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def _well(self) -> bool:
        url = f"http://127.0.0.1:{self.port}/_stcore/health"
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
        return False


class Line:
    """A TCP proxy on a port of its own; while it is cut, connections end and new ones are refused."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.whole = threading.Event()
        self.whole.set()
        self._pairs: set[socket.socket] = set()
        self._deaf: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self.whole.clear()
        for end in list(self._pairs):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def mend(self) -> None:
        self.whole.set()

    def deafen(self) -> None:
        """What is said on the connections there are is swallowed, both ways, and nobody is told; new ones are good."""
        self._deaf |= self._pairs

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if not self.whole.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            self._pairs |= {near, far}
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if source not in self._deaf:
                    sink.sendall(data)
        for end in (source, sink):
            self._pairs.discard(end)
            self._deaf.discard(end)
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
                end.close()


@contextlib.contextmanager
def hosting(command: Callable[[int], list[str]], log: Path, ends: int) -> Iterator[tuple[Host, Line]]:
    """A started host, whose sessions outlive their connections by ``ends`` seconds, and a line to it."""
    host = Host(command, log, ends)
    host.start()
    line = Line(host.port)
    try:
        yield host, line
    finally:
        line.close()
        host.kill()
