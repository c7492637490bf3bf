"""What measuring and testing in a browser share: a server, a Chromium, clocks inside the page.

A benchmark reads like this:

    with chromium() as browser, serving(tuned) as server:
        page = open_page(browser)
        traffic = Traffic(page)
        page.goto(server.url + "/loss_curves")
        ready(page)
        times = repaint_times(page, lambda i: page.keyboard.press("ArrowRight"), n=40)
        print(Summary.of(times), traffic.bytes_received / 40)

Milliseconds differ between machines and between hours on one machine. Measure both sides of a ratio
in the same run and in turns, and report the ratio.
"""

import contextlib
import itertools
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
CHROMIUM_ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
TIMEOUT = 30_000
"""Milliseconds that a page may take on a busy machine."""

# --- servers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Server:
    """A running app: its address, what it has written, and ``perf_counter()`` when it was started."""

    url: str
    log: Path
    started: float


_ports = itertools.count()


def free_port() -> int:
    """A TCP port that nobody listens on.

    Each process has fifty of its own, below those that the system hands out, so that no two test workers
    that start servers at the same moment are given the same one.
    """
    for turn in itertools.islice(_ports, 50):
        port = 10_000 + os.getpid() % 400 * 50 + turn % 50
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("none of this process's fifty ports is free")


def tuned(port: int) -> list[str]:
    """Command of the app's own server."""
    return [sys.executable, "-m", "lossviz", "--no-browser", "--port", str(port)]


def stock(app: Path) -> Callable[[int], list[str]]:
    """Command of ``streamlit run`` as it comes, for :func:`serving`."""

    def command(port: int) -> list[str]:
        return [
            *(sys.executable, "-m", "streamlit", "run", str(app)),
            *("--server.address", "127.0.0.1", "--server.port", str(port)),
            *("--server.headless", "true", "--browser.gatherUsageStats", "false"),
        ]

    return command


@contextlib.contextmanager
def serving(command: Callable[[int], list[str]], cwd: Path = ROOT, path: str = "") -> Iterator[Server]:
    """Run a server on a free port from the moment it answers until the block is left.

    Raises:
        RuntimeError: if it ends or is silent for a minute; the message has what it wrote.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "server.log"
        with log.open("wb") as sink:
            started = time.perf_counter()
            process = subprocess.Popen(
                command(port),
                cwd=cwd,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
            )
        try:
            while not answers(f"{url}/{path + bool(path) * chr(47)}_stcore/health"):
                if process.poll() is not None or time.perf_counter() - started > 60:
                    raise RuntimeError(f"the server did not start:\n{log.read_text()}")
                time.sleep(0.02)
            yield Server(url, log, started)
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as response:
        return bool(response.status == 200)
    return False


BARE_APP = '''"""The floor: what Streamlit does with one slider and one chart of the explorer's size."""

import numpy as np
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots

st.set_page_config(layout="wide")
delta = st.slider("delta", 0.05, 5.0, 1.0, 0.05)
r = np.linspace(-4, 4, 401)
small, root = np.abs(r) <= delta, np.sqrt(1 + (r / delta) ** 2)
curves = {
    "squared": (r**2, 2 * r),
    "absolute": (np.abs(r), np.sign(r)),
    "Huber": (
        np.where(small, r**2 / 2, delta * (np.abs(r) - delta / 2)),
        np.where(small, r, delta * np.sign(r)),
    ),
    "pseudo-Huber": (delta**2 * (root - 1), r / root),
}
figure = make_subplots(1, 2, subplot_titles=("value", "gradient"))
for name, panels in curves.items():
    for column, y in enumerate(panels, start=1):
        figure.add_trace(go.Scatter(x=r, y=y, name=name, mode="lines"), row=1, col=column)
figure.update_layout(height=480)
st.plotly_chart(figure, key="chart")
'''


@contextlib.contextmanager
def bare_app() -> Iterator[Path]:
    """The floor as a file in a folder of its own, so that no configuration of ours reaches it.

    One ``st.slider``, one ``st.plotly_chart``: four losses, two panels, 401 points a curve.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "app.py"
        path.write_text(BARE_APP, encoding="utf-8")
        yield path


# --- browser ---------------------------------------------------------------------------------


def find_chromium() -> str | None:
    """Path of Chromium or Chrome: LOSSVIZ_CHROMIUM if set, else the first on the search path."""
    found = os.environ.get("LOSSVIZ_CHROMIUM")
    return found or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A headless playwright ``Browser``.

    Raises:
        RuntimeError: if no Chromium is installed.
    """
    from playwright.sync_api import sync_playwright

    executable = find_chromium()
    if executable is None:
        raise RuntimeError("no Chromium was found: install one, or name it in LOSSVIZ_CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def open_page(browser: Any, viewport: tuple[int, int] = (1280, 720)) -> Any:
    """A blank page in a context of its own: no cache, no state of another."""
    context = browser.new_context(viewport={"width": viewport[0], "height": viewport[1]})
    context.set_default_timeout(TIMEOUT)
    return context.new_page()


_LINES = ".js-plotly-plot .scatterlayer .js-line"
_AT_REST = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app?.getAttribute('data-test-script-state') === 'notRunning';
}"""
TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def painted(page: Any) -> None:
    """Return once a curve is drawn and the frame that shows it is out."""
    page.wait_for_selector(_LINES, state="attached", timeout=TIMEOUT)
    page.evaluate(TWO_FRAMES)


def ready(page: Any) -> None:
    """Return once a curve is drawn and Streamlit has been at rest for a fifth of a second."""
    painted(page)
    quiet = 0
    while quiet < 4:
        page.wait_for_function(_AT_REST, timeout=TIMEOUT)
        page.wait_for_timeout(50)
        quiet = quiet + 1 if page.evaluate(_AT_REST) else 0


_QUIET = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app?.getAttribute('data-test-script-state') !== 'notRunning') return false;
  if (app.getAttribute('data-test-connection-state') !== 'CONNECTED') return false;
  if (!document.querySelector('[data-testid="stMain"] [data-testid="stElementContainer"]')) return false;
  if (document.querySelector('[data-testid="stMain"] [data-testid="stSkeleton"]')) return false; // loaded when first shown
  return [...document.querySelectorAll('.lossviz-chart')].every((chart) => chart.querySelector('.main-svg'));
}"""


def settled(page: Any) -> None:
    """Return once Streamlit is at rest and every chart is painted."""
    quiet = 0
    while quiet < 3:  # a component that mounts may ask for one more run
        page.wait_for_function(_QUIET, timeout=TIMEOUT)
        page.evaluate(TWO_FRAMES)
        page.wait_for_timeout(50)
        quiet = quiet + 1 if page.evaluate(_QUIET) else 0


def time_to_first_chart(browser: Any, command: Callable[[int], list[str]], path: str = "") -> float:
    """Milliseconds from starting a server process to its first painted chart in a fresh page."""
    page = open_page(browser)
    try:
        with serving(command) as server:
            page.goto(f"{server.url}/{path}", wait_until="commit")
            painted(page)
            return 1000 * (time.perf_counter() - server.started)
    finally:
        page.context.close()


class Traffic:
    """Counts the payload of the session's websocket; create it before the page goes anywhere."""

    def __init__(self, page: Any) -> None:
        self.reset()
        page.on("websocket", self._watch)

    def reset(self) -> None:
        """Start counting anew."""
        self.bytes_sent = self.bytes_received = self.frames_sent = self.frames_received = 0

    def _watch(self, stream: Any) -> None:
        stream.on("framesent", self._sent)
        stream.on("framereceived", self._received)

    def _sent(self, payload: str | bytes) -> None:
        self.bytes_sent += len(payload)
        self.frames_sent += 1

    def _received(self, payload: str | bytes) -> None:
        self.bytes_received += len(payload)
        self.frames_received += 1


# --- clocks ----------------------------------------------------------------------------------

# The clock starts at the first input that is not yet on the screen and stops two frames after a
# drawn path changed: the first frame's callback runs before that change is painted, the second's after.
_CLOCK = """(lines) => {
  const clock = (window.lossvizClock = { since: null, times: [] });
  const look = () => [...document.querySelectorAll(lines)].map((line) => line.getAttribute('d')).join();
  let seen = look();
  const start = (event) => { if (event.isTrusted) clock.since ??= performance.now(); };
  for (const kind of ['keydown', 'input', 'click']) document.addEventListener(kind, start, true);
  new MutationObserver(() => {
    const now = look();
    if (!now || now === seen) return;
    seen = now;
    if (clock.since === null) return;
    const since = clock.since;
    clock.since = null;
    requestAnimationFrame(() => requestAnimationFrame(() => clock.times.push(performance.now() - since)));
  }).observe(document.body, { subtree: true, childList: true, attributes: true, attributeFilter: ['d'] });
}"""


def start_clock(page: Any) -> None:
    """Watch the page's inputs and curves from now on; once a page."""
    if not page.evaluate("() => 'lossvizClock' in window"):
        page.evaluate(_CLOCK, _LINES)
    page.evaluate("() => { lossvizClock.since = null; lossvizClock.times.length = 0; }")


def repaint_times(page: Any, act: Callable[[int], object], n: int, pause: float = 0.1) -> list[float]:
    """Milliseconds from each of n inputs to the repainted curves; ``act(i)`` must change them.

    ``pause`` is the rest between two, in seconds, so that no one waits for the one before.
    """
    start_clock(page)
    for i in range(n):
        page.evaluate("() => { lossvizClock.since = null; }")
        act(i)
        page.wait_for_function("(n) => lossvizClock.times.length >= n", arg=i + 1, timeout=TIMEOUT)
        page.wait_for_timeout(1000 * pause)
    return list(page.evaluate("() => lossvizClock.times"))[:n]


@dataclass(frozen=True)
class Drag:
    """What was seen while a slider moved: milliseconds from input to paint, one for each redraw."""

    times: list[float]
    seconds: float

    @property
    def redraws_per_second(self) -> float:
        return len(self.times) / self.seconds


def drag(page: Any, slider: Any, seconds: float = 4.0, sweep: float = 1.0) -> Drag:
    """Hold the thumb of an ``<input type=range>`` and move it to and fro, ``sweep`` seconds a way."""
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    start_clock(page)
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        phase = passed / sweep % 2
        share = phase if phase < 1 else 2 - phase
        page.mouse.move(box["x"] + box["width"] * (0.05 + 0.9 * share), y)
    times = list(page.evaluate("() => lossvizClock.times"))
    page.mouse.up()
    return Drag(times, passed)


# --- numbers ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """Median, 95th percentile and count of a sample."""

    median: float
    p95: float
    n: int

    @classmethod
    def of(cls, sample: Sequence[float]) -> "Summary":
        """Raises ValueError for fewer than two numbers, which have no percentile."""
        if len(sample) < 2:
            raise ValueError(f"a summary needs at least 2 measurements, got {len(sample)}")
        p95 = statistics.quantiles(sample, n=20, method="inclusive")[-1]
        return cls(statistics.median(sample), p95, len(sample))

    def __str__(self) -> str:
        return f"median {self.median:.1f}, p95 {self.p95:.1f} (n = {self.n})"


def environment() -> str:
    """One line that says where numbers come from."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "plotly", "numpy"))
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return f"Python {platform.python_version()}, {packages}, {os.cpu_count()} cores{load}"
