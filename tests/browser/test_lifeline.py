"""A page goes on by itself: the server killed and started again, the line cut, for a while and for long."""

import json
import time
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest
from campaign import FULL

from benchmarks import harness
from browser.drawn import DRAWN
from browser.line import hosting

LAUNCHERS = {"tuned": harness.tuned, "stock": harness.stock(harness.ROOT / "app.py")}
STATES = {
    "outliers": "view=sensitivity&loss=huber,welsch&n=30",
    "loss_curves": "loss=huber,welsch&huber.delta=2",
    "gradient_descent": "opt=adam,momentum&steps=60",
    "": "word=huber",
}
DRAGGED = {
    "outliers": ".lossviz-point_editor .dot >> nth=3",
    "loss_curves": ".lossviz-live_slider input[type=range]:not([hidden]) >> nth=0",
    "gradient_descent": ".lossviz-live_slider input[type=range]:not([hidden]) >> nth=0",
}
"""What a hand drags on each page that has something to drag."""

SOON = 3.0
"""Seconds from the line being back until the page is right, or some loads of it on a machine that is that busy."""
AWAKE = 8.0
"""Seconds until it is right on a line that died unnoticed; four of them are for an answer that may still come."""

LIFETIME = "performance.timeOrigin"
_CONNECTION = "document.querySelector('[data-testid=stApp]')?.getAttribute('data-test-connection-state')"
_NOTE_LINE = f"""() => addEventListener('DOMContentLoaded', () => {{
  let last = 'CONNECTED';
  new MutationObserver(() => {{
    const now = {_CONNECTION};
    if (now === last) return;
    last = now;
    if (now === 'CONNECTED') sessionStorage.setItem('test: line back', sessionStorage.getItem('test: line back') ?? Date.now());
  }}).observe(document, {{ subtree: true, attributes: true, childList: true }});
}})"""
_WATCH_RUNS = f"""() => {{
  const app = document.querySelector('[data-testid=stApp]');
  window.__answered = false;
  let lost = false, running = false;
  new MutationObserver(() => {{
    if ({_CONNECTION} !== 'CONNECTED') [lost, running] = [true, false];
    else if (lost && app.getAttribute('data-test-script-state') === 'running') running = true;
    else if (running) window.__answered = true;
  }}).observe(app, {{ attributes: true }});
}}"""
_HELD = """() => {
  const deep = (root) => [...root.querySelectorAll("*")].flatMap((e) => [e, ...(e.shadowRoot ? deep(e.shadowRoot) : [])]);
  const all = deep(document.querySelector('[data-testid="stMain"]'));
  return JSON.stringify([all.filter((e) => e.matches('.lossviz-point_editor .dot, .dot')).map((e) => e.ariaLabel ?? e.getAttribute('aria-label')),
    all.filter((e) => e.matches('input[type="range"]:not([hidden])')).map((e) => e.value)]);
}"""


def _launchers(*always):
    return list(LAUNCHERS) if FULL else list(always)


@pytest.fixture(scope="module")
def hosts(tmp_path_factory):
    """``hosts("tuned", ends)``: a server and a line to it; sessions outlive their connections by so many seconds."""
    running = {}

    def host(launcher, ends):
        if (launcher, ends) not in running:
            manager = hosting(LAUNCHERS[launcher], Path(tmp_path_factory.mktemp("host")) / "log", ends)
            running[launcher, ends] = manager, manager.__enter__()
        return running[launcher, ends][1]

    yield host
    for manager, _ in running.values():
        manager.__exit__(None, None, None)


@pytest.fixture
def opened(chromium, settled):
    """``opened(line, "outliers?n=20")``: the settled page behind the line, whose cuts fill the console."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, reduced_motion="reduce")
    context.set_default_timeout(harness.TIMEOUT)
    page = context.new_page()
    page.add_init_script(f"({_NOTE_LINE})()")

    def go(line, path):
        page.goto(f"http://127.0.0.1:{line.port}/{path}")
        whole(page, settled)
        return page

    yield go
    context.close()


def whole(page, settled):
    """Return once all is at rest and drawn."""
    settled(page)
    page.wait_for_function(DRAWN)


def query(page):
    return dict(parse_qsl(urlsplit(page.url).query, keep_blank_values=True))


def loaded_anew(page, before):
    page.wait_for_function(f"before => Math.abs({LIFETIME} - before) > 1", arg=before)


def lost(page):
    page.wait_for_function(f"{_CONNECTION} !== 'CONNECTED'")


def answered(page):
    """Return once the line is back and a run has ended on it, of the session that was there before."""
    page.wait_for_function("window.__answered")


def loading(page, settled):
    """Seconds that loading the page takes on this machine now."""
    began = time.monotonic()
    page.reload()
    whole(page, settled)
    return time.monotonic() - began


def drag(page, address, by, *, drop=True):
    """Take hold of what can be dragged there and move it by so many pixels, to the left and up."""
    box = page.locator(DRAGGED[address]).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - by, y - by if address == "outliers" else y, steps=4)
    if drop:
        page.mouse.up()
    return x - by, y - by if address == "outliers" else y


def held(page):
    """What points and sliders say."""
    return json.loads(page.evaluate(_HELD))


def use(page, settled, address):
    """A control answers."""
    tab = page.get_by_role("radio", name="Code", exact=True)
    if address:
        tab.click()
        page.wait_for_function("location.search.includes('tab=code')")
        settled(page)


@pytest.mark.parametrize(
    ("launcher", "address"),
    [(launcher, address) for launcher in LAUNCHERS for address in STATES]
    if FULL
    else [("tuned", "outliers"), ("stock", "loss_curves")],
)
def test_a_page_survives_its_server_is_loaded_once_and_soon_right(opened, hosts, settled, launcher, address):
    host, line = hosts(launcher, 120)
    page = opened(line, f"{address}?{STATES[address]}")
    asked, before, was = dict(parse_qsl(STATES[address])), page.evaluate(LIFETIME), held(page)
    assert query(page) == asked
    page.evaluate("sessionStorage.removeItem('test: line back')")
    host.restart()
    loaded_anew(page, before)
    whole(page, settled)
    took = time.time() - int(page.evaluate("sessionStorage.getItem('test: line back')")) / 1000
    after = page.evaluate(LIFETIME)
    assert (query(page), held(page)) == (asked, was)
    use(page, settled, address)
    assert page.evaluate(LIFETIME) == after
    assert took < SOON or took < 3 * loading(page, settled)
    assert "Traceback" not in host.log.read_text()


def edited(page):
    """Move the fourth point up by keys, which ends in an edit."""
    page.locator(".lossviz-point_editor .dot").nth(3).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")


@pytest.mark.parametrize("ends", [120, 0], ids=["within the session's life", "beyond it"])
@pytest.mark.parametrize("launcher", _launchers("tuned"))
def test_what_is_done_while_the_line_is_cut_is_kept(opened, hosts, settled, launcher, ends):
    _, line = hosts(launcher, ends)
    page = opened(line, "outliers?n=20")
    edited(page)
    page.wait_for_function("location.search.includes('p=')")
    settled(page)
    wanted = query(page)
    page = opened(line, "outliers?n=20")
    line.cut()
    try:
        lost(page)
        edited(page)
        # An edit by keys ends after a pause in pressing them; what has ended is noted in the tab.
        page.wait_for_function("sessionStorage.getItem('lossviz unsent')?.includes('outliers:points')")
        assert "p" not in query(page)
    finally:
        line.mend()
    page.wait_for_function("location.search.includes('p=')")
    settled(page)
    assert query(page) == wanted
    page.wait_for_function("(sessionStorage.getItem('lossviz unsent') ?? '{}') === '{}'")


def _kill(host, line):
    host.kill()


def _cut(host, line):
    line.cut()


BREAKS = {
    "the server is killed": (120, _kill, lambda host, line: host.start()),
    "the line is cut for a while": (120, _cut, lambda host, line: line.mend()),
    "the line is cut for longer than the session lives": (0, _cut, lambda host, line: line.mend()),
}
"""For how long a session outlives its connection, what breaks, and how it is mended."""

_EVERY = [(launcher, address, how) for launcher in LAUNCHERS for address in DRAGGED for how in BREAKS]
_SOME = [
    ("tuned", "outliers", "the server is killed"),
    ("tuned", "loss_curves", "the line is cut for a while"),
    ("tuned", "gradient_descent", "the line is cut for longer than the session lives"),
]


@pytest.mark.parametrize(("launcher", "address", "how"), _EVERY if FULL else _SOME)
def test_what_a_drag_has_reached_outlives_a_break_in_it_and_one_after_it(
    opened, hosts, settled, launcher, address, how
):
    ends, breaks, mends = BREAKS[how]
    host, line = hosts(launcher, ends)
    alive = how == "the line is cut for a while"
    page = opened(line, f"{address}?{STATES[address]}" if address != "outliers" else "outliers?n=20")
    entered = query(page)
    for during in (True, False):
        before = page.evaluate(LIFETIME)
        page.evaluate(_WATCH_RUNS)
        x, y = drag(page, address, 20, drop=not during)
        if during:
            breaks(host, line)
            page.mouse.move(x, y - 20 if address == "outliers" else y, steps=4)
            page.mouse.up()
            reached = held(page)
        else:
            page.wait_for_function("(sessionStorage.getItem('lossviz unsent') ?? '{}') === '{}'")
            whole(page, settled)
            reached = held(page)
            breaks(host, line)
        lost(page)
        mends(host, line)
        if alive:
            answered(page)
        else:
            loaded_anew(page, before)
        whole(page, settled)
        page.wait_for_function(
            f"wanted => ({_HELD})() === wanted",
            arg=json.dumps(reached, separators=(",", ":"), ensure_ascii=False),
        )
        page.wait_for_function("(sessionStorage.getItem('lossviz unsent') ?? '{}') === '{}'")
        whole(page, settled)
        assert held(page) == reached
        assert query(page) != entered
        assert (page.evaluate(LIFETIME) == before) == alive
    use(page, settled, address)
    assert "Traceback" not in host.log.read_text()


@pytest.mark.parametrize("address", STATES if FULL else ["outliers"])
@pytest.mark.parametrize("launcher", _launchers("tuned"))
def test_a_short_cut_loads_nothing_anew(opened, hosts, settled, launcher, address):
    _, line = hosts(launcher, 120)
    page = opened(line, f"{address}?{STATES[address]}")
    before = page.evaluate(LIFETIME)
    page.evaluate(_WATCH_RUNS)
    line.cut()
    lost(page)
    line.mend()
    answered(page)
    settled(page)
    use(page, settled, address)
    assert page.evaluate(LIFETIME) == before


@pytest.mark.parametrize("other", [False, True], ids=["a state of the page", "another page"])
@pytest.mark.parametrize("launcher", _launchers("tuned"))
def test_back_while_the_line_is_cut_waits_for_it(opened, hosts, settled, launcher, other):
    _, line = hosts(launcher, 120)
    page = opened(line, "outliers?n=20")
    entered, was = page.url, held(page)
    if other:
        page.get_by_test_id("stSidebar").get_by_role("link", name="Loss curves").click()
        page.wait_for_url("**/loss_curves**")
    else:
        page.get_by_role("radiogroup", name="Presets").get_by_role(
            "radio", name="Squares", exact=True
        ).click()
        page.wait_for_function("location.search.includes('charge')")
    whole(page, settled)
    before = page.evaluate(LIFETIME)
    line.cut()
    lost(page)
    page.evaluate("history.back()")
    page.wait_for_function("entered => location.href === entered", arg=entered)
    assert page.get_by_role("heading", level=1).is_visible()
    line.mend()
    loaded_anew(page, before)
    whole(page, settled)
    assert (page.url, held(page)) == (entered, was)
    assert "one bad point" in page.get_by_role("heading", level=1).inner_text()


WAKING = {
    "the network is said to be back": "dispatchEvent(new Event('online'))",
    "the clock has jumped": "{ const now = Date.now; Date.now = () => now() + 60000; }",
    "the page is seen again": """{
      let hidden = true;
      Object.defineProperty(document, 'hidden', { get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
      const now = Date.now;
      Date.now = () => now() + 60000;
      hidden = false;
      document.dispatchEvent(new Event('visibilitychange'));
    }""",
}


@pytest.mark.parametrize("waking", WAKING if FULL else ["the clock has jumped"])
@pytest.mark.parametrize("launcher", _launchers("tuned"))
def test_a_line_that_died_unnoticed_is_found_out_on_waking(opened, hosts, settled, launcher, waking):
    _, line = hosts(launcher, 120)
    page = opened(line, "outliers?n=20")
    before = page.evaluate(LIFETIME)
    line.deafen()
    edited(page)
    page.wait_for_function("sessionStorage.getItem('lossviz unsent')?.includes('outliers:points')")
    reached = held(page)
    began = time.monotonic()
    page.evaluate(WAKING[waking])
    loaded_anew(page, before)
    page.wait_for_function("location.search.includes('p=')")
    whole(page, settled)
    took = time.monotonic() - began
    assert held(page) == reached
    after = page.evaluate(LIFETIME)
    use(page, settled, "outliers")
    assert page.evaluate(LIFETIME) == after
    assert took < AWAKE or took < 5 + 3 * loading(page, settled)


@pytest.mark.parametrize("waking", WAKING if FULL else ["the network is said to be back"])
@pytest.mark.parametrize("launcher", _launchers("tuned"))
def test_waking_on_a_line_that_lives_loads_nothing(opened, hosts, settled, launcher, waking):
    _, line = hosts(launcher, 120)
    page = opened(line, "outliers?n=20")
    before = page.evaluate(LIFETIME)
    page.evaluate("""() => {
      const app = document.querySelector('[data-testid=stApp]');
      new MutationObserver((records) => { // however short the run was
        if (records.some((record) => record.oldValue === 'running')) window.__heard = true;
      }).observe(app, { attributeFilter: ['data-test-script-state'], attributeOldValue: true });
    }""")
    page.evaluate(WAKING[waking])
    page.wait_for_function("window.__heard")
    for _ in range(9):  # longer than the page waits for an answer
        page.wait_for_timeout(500)
        assert page.evaluate(LIFETIME) == before
    settled(page)


def test_a_note_of_another_address_is_not_set(opened, hosts, settled):
    """What was never confirmed belongs to the address at which it was done."""
    _, line = hosts("tuned", 120)
    page = opened(line, "outliers?n=20")
    page.evaluate("""sessionStorage.setItem('lossviz unsent', JSON.stringify({'outliers:points': {at: '/outliers?n=21',
        value: {set: '', points: [], why: 'drop', at: 0}}}))""")
    page.reload()
    settled(page)
    assert query(page) == {}


def test_a_note_goes_along_when_an_answer_writes_its_address_anew(opened, hosts, settled):
    """What a hand has just set is noted at the address before the answer to what it had set a moment earlier."""
    _, line = hosts("tuned", 120)
    page = opened(line, "loss_curves?loss=huber&huber.delta=2")
    page.evaluate("""sessionStorage.setItem('lossviz unsent', JSON.stringify({'curves.huber.delta':
        {at: location.pathname + location.search, value: 1.5}}))""")
    page.get_by_role("radio", name="Code", exact=True).click()
    page.wait_for_function("location.search.includes('tab=code')")
    page.reload()
    page.wait_for_function("location.search.includes('huber.delta=1.5')")
    settled(page)
    assert query(page) == {"loss": "huber", "huber.delta": "1.5", "tab": "code"}
