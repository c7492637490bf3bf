"""One server, one Chromium, and a page that fails its test on any error or request to another host.

    @pytest.mark.parametrize("viewport", [WIDE, PHONE])
    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_something(visit, axe):
        page = visit("loss_curves?...")
        assert axe(page) == []

Everything here lives as long as this package's tests and no longer: playwright keeps an event loop
running in the main thread, which others must not meet.
"""

import importlib.util
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import pytest

from benchmarks import harness

WIDE = (1280, 720)
PHONE = (390, 844)

REQUIRED = os.environ.get("LOSSVIZ_REQUIRE_BROWSER", "") not in ("", "0")

_PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")
"""On a deep link Streamlit tries the page's own path as the server's root first, in vain."""


def _unavailable(why: str) -> NoReturn:
    advice = f"{why}: install one, for example `apt-get install chromium`, or name it in LOSSVIZ_CHROMIUM"
    if REQUIRED:
        pytest.fail(advice, pytrace=False)
    pytest.skip(advice)


@pytest.fixture(scope="package")
def server() -> Iterator[harness.Server]:
    """``python -m lossviz`` on a free port."""
    with harness.serving(harness.tuned) as running:
        yield running


@pytest.fixture(scope="package")
def chromium() -> Iterator[Any]:
    """A playwright ``Browser``."""
    if importlib.util.find_spec("playwright") is None:
        _unavailable("browser tests need playwright (requirements-dev.txt) and Chromium")
    if harness.find_chromium() is None:
        _unavailable("no Chromium was found for the browser tests")
    with harness.chromium() as browser:
        yield browser


@pytest.fixture
def viewport() -> tuple[int, int]:
    """Width and height in CSS pixels; parametrize a test with ``viewport`` to change it."""
    return WIDE


@pytest.fixture
def scheme() -> str:
    """``light`` or ``dark``; parametrize a test with ``scheme`` to change it."""
    return "light"


@pytest.fixture
def page(chromium: Any, server: harness.Server, viewport: tuple[int, int], scheme: str) -> Iterator[Any]:
    """A blank page of its own context; any error in it or on the server fails the test at its end."""
    width, height = viewport
    context = chromium.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,
        has_touch=viewport == PHONE,
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(harness.TIMEOUT)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=server.url)
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: _note_console(message, errors))
    page.on("pageerror", lambda error: errors.append(f"page: {error}"))
    page.on("response", lambda response: _note_failure(response, errors))
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


def _note_console(message: Any, errors: list[str]) -> None:
    if message.type == "error" and not _PROBE.search(message.location.get("url", "")):
        errors.append(f"console: {message.text}")


def _note_failure(response: Any, errors: list[str]) -> None:
    if response.status >= 400 and not _PROBE.search(response.url):
        errors.append(f"{response.status} {response.url}")


def _note_foreign(url: str, home: str, errors: list[str]) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(home).netloc:
        errors.append(f"request to another host: {url}")


@pytest.fixture
def settled() -> Callable[[Any], None]:
    """``settled(page)`` returns once Streamlit is at rest and every chart is painted."""

    return harness.settled


@pytest.fixture
def visit(page: Any, server: harness.Server, settled: Callable[[Any], None]) -> Callable[[str], Any]:
    """``visit("loss_curves?loss=huber")`` opens an address of the app and returns the settled page."""

    def go(path: str = "") -> Any:
        page.goto(f"{server.url}/{path}")
        settled(page)
        return page

    return go


@pytest.fixture
def lab(visit: Callable[[str], Any]) -> Callable[..., Any]:
    """``lab("?view=bars")`` visits the outlier lab and returns the page once its points are drawn."""

    def go(query: str = "") -> Any:
        page = visit(f"outliers{query}")
        page.locator(".lossviz-point_editor .dot").first.wait_for(state="attached")
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
