"""While a point moves: what follows, what rests, and what happens where the wire is cut."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.outlier_lab import assert_true_to_the_library, centre, equation, moved, press_and_drag


def test_a_drag_moves_nothing_else_on_the_page(lab, settled):
    page = lab()
    others = page.locator(
        ".lossviz-point_editor svg[role=application], .lossviz-point_editor .tools, .lossviz-sentence"
    )

    def tops():
        return others.evaluate_all("(all) => all.map((e) => e.getBoundingClientRect().top)")

    before = tops()
    assert len(before) == 3
    press_and_drag(page, centre(page, 8), (20, 100))
    assert tops() == before
    page.mouse.up()
    settled(page)
    assert tops() == before


def test_the_chart_beside_follows_the_drag(lab, settled):
    page = lab("?view=sensitivity")
    curve = "() => document.querySelector('.lossviz-chart .js-line').getAttribute('d')"
    before = page.evaluate(curve)
    press_and_drag(page, centre(page, 3), (60, 40))
    page.wait_for_function(f"(was) => ({curve})() !== was", arg=before)
    page.mouse.up()
    settled(page)


def test_a_long_drag_never_loses_the_point_or_its_place_in_the_page(lab, settled):
    page = lab()
    page.evaluate("""() => {
      window.lost = 0;
      document.addEventListener('lostpointercapture', (event) => { if (!event.composedPath()[0].isConnected) lost++; }, true);
    }""")
    x, y = centre(page, 10)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(120):
        page.mouse.move(x + 40 * np.sin(k / 9), y - 40 + 40 * np.cos(k / 9))
        page.wait_for_timeout(15)
    page.mouse.up()
    settled(page)
    assert page.evaluate("lost") == 0
    assert_true_to_the_library(page)
    assert moved(page) == [10]


COUNT_RUNS = """() => {
  const app = document.querySelector('[data-testid="stApp"]'), state = 'data-test-script-state';
  window.runs = 0;
  new MutationObserver((records) => { runs += records.filter((record) => record.oldValue === 'running').length; })
    .observe(app, { attributeFilter: [state], attributeOldValue: true });
}"""


@pytest.mark.parametrize("view", ["fit", "sensitivity", "bars", "constant"])
def test_while_a_point_moves_the_rest_of_the_page_rests(lab, settled, view):
    page = lab(f"?view={view}")
    sentence = page.locator(".lossviz-sentence")
    before = sentence.inner_text()
    page.evaluate(COUNT_RUNS)
    press_and_drag(page, centre(page, 3), (60, -30))
    page.wait_for_function(
        "(was) => document.querySelector('.lossviz-sentence').innerText !== was", arg=before
    )
    assert "Point 4 went" in sentence.inner_text()
    assert page.evaluate("runs") == 0
    page.mouse.up()
    page.wait_for_function("runs > 0 && location.search.includes('p=')")


def test_where_the_wire_is_cut_every_step_is_a_run(page, lab, settled):
    cut = []
    page.route_web_socket(re.compile("/lossviz/live/"), lambda wire: (cut.append(wire), wire.close()))
    page = lab()
    assert cut
    page.evaluate(COUNT_RUNS)
    before = equation(page).text_content()
    press_and_drag(page, centre(page, 0), (30, -120))
    expect(equation(page)).not_to_have_text(before)
    page.wait_for_function("runs > 0")
    page.mouse.up()
    settled(page)
    assert_true_to_the_library(page)


def test_a_wire_cut_in_the_middle_of_a_drag_is_not_noticed(page, lab, settled):
    wires = []

    def relay(wire):
        wires.append(wire)
        wire.connect_to_server()

    page.route_web_socket(re.compile("/lossviz/live/"), relay)
    page = lab()
    start = centre(page, 0)
    press_and_drag(page, start, (30, -60))
    held = equation(page).text_content()
    wires[-1].close()
    page.mouse.move(start[0] + 40, start[1] - 140, steps=8)
    expect(equation(page)).not_to_have_text(held)
    page.mouse.up()
    settled(page)
    assert_true_to_the_library(page)
    assert moved(page) == [0]
