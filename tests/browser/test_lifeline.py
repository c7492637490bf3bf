"""A page goes on by itself: the server killed and started again, the line cut, for a while and for long."""

import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from campaign import FULL

from benchmarks import harness
from browser.line import hosting

LAUNCHERS = {"tuned": harness.tuned, "stock": harness.stock(harness.ROOT / "app.py")}
STATES = {
    "outliers": "view=sensitivity&loss=huber,welsch&n=30",
    "loss_curves": "loss=huber,welsch&huber.delta=2",
    "gradient_descent": "opt=adam,momentum&steps=60",
    "": "word=huber",
}
LIFETIME = "performance.timeOrigin"


@pytest.fixture(scope="module", params=list(LAUNCHERS) if FULL else ["tuned"])
def hosted(request, tmp_path_factory):
    """A server and a line to it, whose sessions outlive their connections by two seconds."""
    with hosting(LAUNCHERS[request.param], Path(tmp_path_factory.mktemp("host")) / "log") as pair:
        yield pair


@pytest.fixture
def opened(chromium, hosted):
    """``opened("outliers?n=20")``: the settled page behind the line, whose cuts fill the console."""
    _, line = hosted
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.set_default_timeout(harness.TIMEOUT)
    page = context.new_page()

    def go(path):
        page.goto(f"http://127.0.0.1:{line.port}/{path}")
        return page

    yield go
    context.close()


def query(page):
    return dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))


def loaded_anew(page, before):
    page.wait_for_function(f"before => Math.abs({LIFETIME} - before) > 1", arg=before)


@pytest.mark.parametrize("address", STATES if FULL else ["outliers"])
def test_a_page_survives_its_server_and_is_loaded_once(opened, hosted, settled, address):
    host, _ = hosted
    page = opened(f"{address}?{STATES[address]}")
    settled(page)
    asked, before = dict(parse_qsl(STATES[address])), page.evaluate(LIFETIME)
    assert query(page) == asked
    host.restart()
    loaded_anew(page, before)
    settled(page)
    after = page.evaluate(LIFETIME)
    assert query(page) == asked
    if address:
        page.get_by_role("tab", name="Code", exact=True).click()
        page.wait_for_function("location.search.includes('tab=code')")
        settled(page)
    assert page.evaluate(LIFETIME) == after
    assert "Traceback" not in host.log.read_text()


def edited(page):
    """Move the fourth point up by keys, which ends in an edit."""
    page.locator(".lossviz-point_editor .dot").nth(3).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    # An edit by keys ends after a pause in pressing them; what has ended is noted in the tab.
    page.wait_for_function("sessionStorage.getItem('lossviz unsent')?.includes('outliers:points')")


@pytest.mark.parametrize("seconds", [1, 5], ids=["within the session's life", "beyond it"])
def test_what_is_done_while_the_line_is_cut_is_kept(opened, hosted, settled, seconds):
    _, line = hosted
    page = opened("outliers?n=20")
    settled(page)
    wanted = _edit_of_an_unbroken_line(page, settled)
    page = opened("outliers?n=20")
    settled(page)
    began = time.monotonic()
    line.cut()
    try:
        page.wait_for_function(
            "document.querySelector('[data-testid=stApp]').getAttribute('data-test-connection-state') !== 'CONNECTED'"
        )
        edited(page)
        assert "p" not in query(page)
        page.wait_for_timeout(max(0.0, seconds - (time.monotonic() - began)) * 1000)
    finally:
        line.mend()
    page.wait_for_function("location.search.includes('p=')")
    settled(page)
    assert query(page) == wanted
    assert page.evaluate("sessionStorage.getItem('lossviz unsent') ?? '{}'") == "{}"


def _edit_of_an_unbroken_line(page, settled):
    edited_page = page
    edited_page.locator(".lossviz-point_editor .dot").nth(3).focus()
    edited_page.keyboard.press("ArrowUp")
    edited_page.keyboard.press("ArrowUp")
    edited_page.wait_for_function("location.search.includes('p=')")
    settled(edited_page)
    return query(edited_page)


def test_a_short_cut_loads_nothing_anew(opened, hosted, settled):
    _, line = hosted
    page = opened("outliers?n=20")
    settled(page)
    before = page.evaluate(LIFETIME)
    line.cut()
    page.wait_for_function(
        "document.querySelector('[data-testid=stApp]').getAttribute('data-test-connection-state') !== 'CONNECTED'"
    )
    line.mend()
    settled(page)
    page.get_by_role("radiogroup", name="Presets").get_by_role("radio", name="Squares", exact=True).click()
    page.wait_for_function("location.search.includes('charge')")
    settled(page)
    assert page.evaluate(LIFETIME) == before


def test_a_drag_that_the_cut_interrupts_ends_where_it_was_let_go(opened, hosted, settled):
    _, line = hosted
    page = opened("outliers?n=20")
    settled(page)
    box = page.locator(".lossviz-point_editor .dot").nth(3).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 20, steps=4)
    line.cut()
    page.mouse.move(x, y - 40, steps=4)
    page.mouse.up()
    where = page.locator(".lossviz-point_editor .dot").nth(3).get_attribute("aria-label")
    line.mend()
    page.wait_for_function("location.search.includes('p=')")
    settled(page)
    assert page.locator(".lossviz-point_editor .dot").nth(3).get_attribute("aria-label") == where


def test_a_note_of_another_address_is_not_set(opened, settled):
    """What was never confirmed belongs to the address at which it was done."""
    page = opened("outliers?n=20")
    settled(page)
    page.evaluate("""sessionStorage.setItem('lossviz unsent', JSON.stringify({'outliers:points': {at: '/outliers?n=21',
        value: {set: '', points: [], why: 'drop', at: 0}}}))""")
    page.reload()
    settled(page)
    assert query(page) == {}
