"""Presets, links, views and tabs are steps of the browser's history; sliders and drags are not.

Back and Forward bring the page back as it was: its address, its words and what its sliders say.
"""

import json
import statistics
import time

import pytest
from campaign import FULL

from benchmarks import harness
from browser.addresses import TAB, held
from browser.drawn import DEEP, DRAWN
from browser.explorer import slider
from browser.outlier_lab import centre, press_and_drag

SOON = 3.0
"""Seconds that going back or forward may take, or as long as loading the page on a machine that is that busy."""

LAUNCHERS = {"tuned": harness.tuned, "stock": harness.stock(harness.ROOT / "app.py")}

_RADIO = '[role="radio"]'
STEPS = {
    "loss_curves": [(_RADIO, "Margins"), (TAB, "Code"), (_RADIO, "Far outlier")],
    "outliers": [(_RADIO, "Squares"), (_RADIO, "Breakdown"), (TAB, "Numbers")],
    "gradient_descent": [(_RADIO, "Circles"), (_RADIO, "Rates"), (TAB, "The fit"), (_RADIO, "Surface")],
}
"""For each page with presets some of its steps; of two choices of a name the last is the view's."""

_ENTRY = "navigation.currentEntry.index"
_SHOWN = f"""() => {{ {DEEP}
  const sliders = deep(main).filter((e) => e.matches('input[type="range"]:not([hidden])')).map((e) => e.value);
  return JSON.stringify([location.href, main.innerText, sliders]);
}}"""


@pytest.fixture(scope="module", params=LAUNCHERS if FULL else ["tuned"])
def server(request):
    """What the fixtures visit: in a full run either launcher, else one, and the other where a test says so."""
    with harness.serving(LAUNCHERS[request.param]) as running:
        yield running


def shown(page, settled):
    """What is shown once every component is drawn."""
    settled(page)
    page.wait_for_function(DRAWN)
    return page.evaluate(_SHOWN)


def step(page, settled, selector, text):
    """Make a step; what is then shown, and that it is one entry of the history."""
    entries = page.evaluate(_ENTRY)
    page.get_by_test_id("stMain").locator(selector).filter(has_text=text).last.click()
    now = shown(page, settled)
    assert page.evaluate(_ENTRY) == entries + 1, text
    return now


class Way:
    """The states along a way through the history, and how long going there again took."""

    def __init__(self, page, settled):
        self.page, self.settled, self.times = page, settled, []
        self.states = [shown(page, settled)]

    def back(self, to):
        self._go(self.page.go_back, to)

    def forward(self, to):
        self._go(self.page.go_forward, to)

    def _go(self, move, to):
        self.times.append(self._time(move, to))
        self.settled(self.page)
        assert self.page.evaluate(_SHOWN) == self.states[to]

    def _time(self, move, to):
        began = time.monotonic()
        move(wait_until="commit")
        try:
            self.page.wait_for_function(f"(wanted) => ({_SHOWN})() === wanted", arg=self.states[to])
        except Exception:
            assert json.loads(self.page.evaluate(_SHOWN)) == json.loads(self.states[to])
            raise
        return time.monotonic() - began

    def assert_soon(self):
        """Half of all ways were short, measured against loading the page where they end."""
        took = statistics.median(self.times)
        assert took < SOON or took < 1.5 * self._time(self.page.reload, -1)


@pytest.mark.parametrize("address", [*STEPS, "outliers?embed=true"] if FULL else ["outliers?embed=true"])
def test_back_and_forward_through_presets_views_and_tabs(visit, settled, address):
    way, steps = Way(page := visit(address), settled), STEPS[address.partition("?")[0]]
    way.states += [step(page, settled, *what) for what in steps]
    last = len(steps)
    for to in range(last - 1, -1, -1):
        way.back(to)
    for to in range(1, last + 1):
        way.forward(to)
    way.assert_soon()


@pytest.mark.parametrize("server", ["stock"], indirect=True)
def test_back_and_forward_between_pages(visit, settled):
    way = Way(page := visit("?has=redescending"), settled)
    page.get_by_test_id("stMain").get_by_role("link", name="Cauchy").click()
    page.wait_for_url("**/loss_curves**")
    way.states.append(shown(page, settled))
    way.states.append(step(page, settled, _RADIO, "Margins"))
    page.get_by_test_id("stSidebar").get_by_role("link", name="Outliers").click()
    page.wait_for_url("**/outliers**")
    way.states.append(shown(page, settled))
    way.states.append(step(page, settled, _RADIO, "Stars"))
    for to in (3, 2, 1, 0):
        way.back(to)
    for to in (1, 2, 3, 4):
        way.forward(to)
    way.assert_soon()


def test_a_slider_moved_after_a_preset_comes_back_with_it_and_leaves_the_next_one_alone(visit, settled):
    way = Way(page := visit("loss_curves"), settled)
    step(page, settled, _RADIO, "Confidently wrong")
    thumb, entries = slider(page, "Probe: logit f"), page.evaluate(_ENTRY)
    thumb.focus()
    for _ in range(3):
        thumb.press("ArrowRight")
    page.wait_for_url("**probe=**")
    settled(page)
    assert page.evaluate(_ENTRY) == entries
    way.states.append(page.evaluate(_SHOWN))
    step(page, settled, _RADIO, "Focal")
    way.back(1)
    margins = step(page, settled, _RADIO, "Margins")
    assert (held(page)["probe"], page.evaluate(_ENTRY)) == ("-1", entries + 1)
    way.states.append(margins)
    way.back(1)
    way.back(0)
    way.forward(1)
    way.forward(2)


STEPPING = {"tab", "view", "data", "family", "task", "surface", "race"}
"""Settings that are steps, by their names in the address."""


def steps_to_try(page):
    """The name of every preset, tab and choice of one that is in sight, with its group."""
    return page.get_by_test_id("stMain").evaluate("""(main) => [...main.querySelectorAll('[role="radiogroup"]')]
      .flatMap((group) => [...group.querySelectorAll('[role="radio"]')].filter((one) => one.checkVisibility())
      .map((one) => [group.ariaLabel, one.innerText.trim()]))""")


@pytest.mark.parametrize("address", STEPS if FULL else ["loss_curves"])
def test_every_preset_view_and_tab_is_one_step_and_no_other_choice_is(visit, settled, address):
    page = visit(address)
    tried = 0
    for group, name in steps_to_try(page):
        places = page.get_by_test_id("stMain").get_by_role("radiogroup", name=group or "", exact=True)
        one = places.get_by_role("radio", name=name, exact=True).first
        if not one.is_visible() or one.get_attribute("aria-checked") == "true":
            continue
        before, was = page.evaluate(_ENTRY), held(page)
        one.click()
        page.wait_for_function("was => location.href !== was", arg=page.url)
        settled(page)
        now = held(page)
        changed = {key for key in was | now if was.get(key) != now.get(key)}
        assert page.evaluate(_ENTRY) - before == (group == "Presets" or bool(changed & STEPPING)), (
            group,
            name,
        )
        tried += 1
    assert tried >= 8


def test_what_a_hand_moves_is_no_step(lab, settled):
    page = lab()
    entries = page.evaluate(_ENTRY)
    press_and_drag(page, centre(page, 3), (20, -60))
    page.mouse.up()
    page.wait_for_url("**p=**")
    thumb = slider(page, "Huber · δ")
    thumb.focus()
    thumb.press("ArrowRight")
    page.wait_for_url("**huber.delta=**")
    box = page.get_by_role("spinbutton", name="Huber · δ, exact value")
    box.fill("7")
    box.press("Enter")
    page.wait_for_url("**huber.delta=7**")
    settled(page)
    assert page.evaluate(_ENTRY) == entries


@pytest.mark.parametrize("address", STEPS)
def test_a_link_to_a_tab_opens_it(visit, address):
    page = visit(f"{address}?tab=code")
    assert page.get_by_role("radio", name="Code").get_attribute("aria-checked") == "true"
    assert page.locator("pre code").count() > 0
    assert held(page) == {"tab": "code"}
