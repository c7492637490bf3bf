"""One server, one Chromium, and a page that fails its test on any error or request to another host.

    @pytest.mark.parametrize("viewport", [WIDE, PHONE])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_something(visit, axe):
        page = visit("loss_curves?...")
        assert axe(page) == []

Everything here lives as long as this package's tests and no longer: playwright keeps an event loop
running in the main thread, which others must not meet.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[2]

WIDE = (1280, 720)
PHONE = (390, 844)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ARGUMENTS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
REQUIRED = os.environ.get("LOSSVIZ_REQUIRE_BROWSER", "") not in ("", "0")

TIMEOUT = 30_000
"""Milliseconds that a page may take on a busy machine."""

_QUIET = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (app?.getAttribute('data-test-script-state') !== 'notRunning') return false;
  if (app.getAttribute('data-test-connection-state') !== 'CONNECTED') return false;
  if (!document.querySelector('[data-testid="stMain"] [data-testid="stElementContainer"]')) return false;
  return [...document.querySelectorAll('.lossviz-chart')].every((chart) => chart.querySelector('.main-svg'));
}"""
_TWO_FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def _unavailable(why: str) -> None:
    advice = f"{why}: install one, for example `apt-get install chromium`, or name it in LOSSVIZ_CHROMIUM"
    if REQUIRED:
        pytest.fail(advice, pytrace=False)
    pytest.skip(advice)


def _executable() -> str | None:
    named = os.environ.get("LOSSVIZ_CHROMIUM")
    return named or next(filter(None, map(shutil.which, NAMES)), None)


@dataclass(frozen=True)
class Server:
    """The running app: its address and what it has written."""

    url: str
    log: Path


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """``python -m lossviz`` on a free port."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", "lossviz", "--no-browser", "--port", "0"],
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        yield Server(_announced_url(process, log), log)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _announced_url(process: subprocess.Popen[bytes], log: Path) -> str:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        if found := [word for word in log.read_text().split() if word.startswith("http://")]:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"{found[0]}/_stcore/health", timeout=5).close()
                return found[0]
        time.sleep(0.05)
    pytest.fail(f"the server did not start:\n{log.read_text()}", pytrace=False)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A playwright ``Browser``."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _unavailable("browser tests need playwright (requirements-dev.txt) and Chromium")
    executable = _executable()
    if executable is None:
        _unavailable("no Chromium was found for the browser tests")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def viewport() -> tuple[int, int]:
    """Width and height in CSS pixels; parametrize a test with ``viewport`` to change it."""
    return WIDE


@pytest.fixture
def scheme() -> str:
    """``light`` or ``dark``; parametrize a test with ``scheme`` to change it."""
    return "light"


@pytest.fixture
def page(chromium: Any, server: Server, viewport: tuple[int, int], scheme: str) -> Iterator[Any]:
    """A blank page of its own context; any error in it or on the server fails the test at its end."""
    width, height = viewport
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=viewport == PHONE,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(TIMEOUT)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda m: errors.append(f"console: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(f"page: {error}"))
    page.on("request", lambda request: _note_foreign(request.url, server.url, errors))
    written = server.log.stat().st_size
    yield page
    context.close()
    with server.log.open() as log:
        log.seek(written)
        said = log.read()
    if "Traceback" in said or "Error" in said:
        errors.append(f"server: {said}")
    assert errors == []


def _note_foreign(url: str, home: str, errors: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(home).netloc:
        errors.append(f"request to another host: {url}")


@pytest.fixture
def settled() -> Callable[[Any], None]:
    """``settled(page)`` returns once Streamlit is at rest and every chart is painted."""

    def wait(page: Any) -> None:
        quiet = 0
        while quiet < 3:  # a component that mounts may ask for one more run
            page.wait_for_function(_QUIET, timeout=TIMEOUT)
            page.evaluate(_TWO_FRAMES)
            page.wait_for_timeout(50)
            quiet = quiet + 1 if page.evaluate(_QUIET) else 0

    return wait


@pytest.fixture
def visit(page: Any, server: Server, settled: Callable[[Any], None]) -> Callable[[str], Any]:
    """``visit("loss_curves?loss=huber")`` opens an address of the app and returns the settled page."""

    def go(path: str = "") -> Any:
        page.goto(f"{server.url}/{path}")
        settled(page)
        return page

    return go


@pytest.fixture(scope="package")
def axe_source() -> str:
    """axe-core, from the package that ships it."""
    module = pytest.importorskip("axe_playwright_python", reason="install requirements-dev.txt for axe-core")
    return (Path(module.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def axe(axe_source: str) -> Callable[..., list[str]]:
    """``axe(page, exclude=[selectors])`` lists serious and critical violations, one line a node."""

    def violations(page: Any, exclude: tuple[str, ...] = ()) -> list[str]:
        page.evaluate(axe_source)
        found = page.evaluate(
            "(exclude) => axe.run({ exclude: exclude.map((s) => [s]) }, { resultTypes: ['violations'] })",
            list(exclude),
        )["violations"]
        return [
            f"{rule['impact']} {rule['id']}: {node['html'][:200]} ({node['failureSummary']})"
            for rule in found
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]

    return violations
