"""The outlier lab under real hands: pointer, touch and keyboard, checked against the library's fits."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from browser.conftest import PHONE, WIDE
from lossviz import data, losses
from lossviz.cloud import Cloud, Window, changed
from lossviz.fitting import fit_line

FOUND = data.make("gaussian", n=20, outliers=0.05, seed=3)
BASE, WINDOW = Cloud.of(FOUND.x, FOUND.y), Window.around(FOUND.x, FOUND.y)
NAMES = {"MSE": "squared_error", "MAE": "absolute_error", "Huber": "huber"}


@pytest.fixture
def lab(visit):
    """Visit the page and return once its points are drawn."""

    def go(query=""):
        page = visit(f"outliers{query}")
        page.locator(".lossviz-point_editor .dot").first.wait_for(state="attached")
        return page

    return go


def dots(page):
    return page.locator(".lossviz-point_editor .dot")


def centre(page, i):
    box = dots(page).nth(i).locator("circle").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def legend(page):
    """{short name: (intercept, slope)} as written on the screen."""
    found = {}
    for entry in page.locator(".lossviz-point_editor .entry").all():
        name, detail = entry.locator(".name").inner_text(), entry.locator("small").inner_text()
        a, sign, b = re.match(r"y = (\S+) ([+−]) (\S+) x", detail).groups()
        numbers = [float(text.replace("−", "-")) for text in (a, b)]
        found[name.strip()] = (numbers[0], -numbers[1] if sign == "−" else numbers[1])
    return found


def points_of_the_address(page):
    """The points that the address bar holds."""
    text = parse_qs(urlsplit(page.url).query).get("p", [""])[0]
    return changed(text, BASE, WINDOW, 300)


def assert_true_to_the_library(page):
    cloud = points_of_the_address(page)
    for short, (intercept, slope) in legend(page).items():
        fit = fit_line(losses.get(NAMES[short]), cloud.x, cloud.y)
        assert intercept == pytest.approx(fit.coefficients[0], abs=0.0051)
        assert slope == pytest.approx(fit.coefficients[1], abs=0.00051)


def press_and_drag(page, start, way, steps=12):
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(1, steps + 1):
        page.mouse.move(start[0] + way[0] * k / steps, start[1] + way[1] * k / steps)
    page.wait_for_timeout(150)


def test_a_pointer_drags_a_point_and_the_lines_follow_before_it_is_dropped(lab, settled):
    page = lab()
    before = legend(page)
    start = centre(page, 0)
    press_and_drag(page, start, (30, -120))
    page.wait_for_timeout(300)
    held = legend(page)
    assert held["MSE"] != before["MSE"]
    assert "p=" not in page.url
    assert centre(page, 0) == pytest.approx((start[0] + 30, start[1] - 120), abs=1.5)
    page.mouse.up()
    settled(page)
    assert "p=" in page.url
    assert_true_to_the_library(page)
    moved = points_of_the_address(page)
    assert (moved.xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [0]


def test_undo_reset_and_clear_are_one_click(lab, settled):
    page = lab()
    press_and_drag(page, centre(page, 4), (0, -90))
    page.mouse.up()
    settled(page)
    assert "p=" in page.url
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert "p=" not in page.url
    page.get_by_role("button", name="Clear 1 outlier").click()
    settled(page)
    assert dots(page).count() == 19
    assert_true_to_the_library(page)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert dots(page).count() == 20
    press_and_drag(page, centre(page, 4), (0, -90))
    page.mouse.up()
    settled(page)
    page.get_by_role("button", name="Reset").click()
    settled(page)
    assert "p=" not in page.url


def test_a_click_adds_a_double_click_removes_and_the_address_brings_it_back(lab, settled, server):
    page = lab()
    box = page.locator(".lossviz-point_editor svg[role=application]").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.2)
    settled(page)
    assert dots(page).count() == 21
    page.mouse.dblclick(*centre(page, 2))
    settled(page)
    assert dots(page).count() == 20
    assert_true_to_the_library(page)
    written, shown = points_of_the_address(page), legend(page)
    page.reload()
    settled(page)
    assert legend(page) == shown
    assert np.array_equal(points_of_the_address(page).xy, written.xy)


def test_the_keyboard_moves_adds_removes_walks_and_undoes(lab, settled):
    page = lab()
    dots(page).nth(19).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    settled(page)
    page.wait_for_timeout(700)
    settled(page)
    cloud, (x, y) = points_of_the_address(page), BASE.xy[19]
    assert cloud.xy[19] == pytest.approx(
        [x - 0.1 * (WINDOW.x.high - WINDOW.x.low), y + 0.01 * (WINDOW.y.high - WINDOW.y.low)],
        abs=WINDOW.x.step + WINDOW.y.step,
    )
    assert_true_to_the_library(page)
    page.keyboard.press("Enter")
    settled(page)
    assert dots(page).count() == 21
    page.keyboard.press("Delete")
    settled(page)
    assert dots(page).count() == 20
    page.keyboard.press("Home")
    focused = page.locator(".dot:focus")
    assert focused.get_attribute("aria-label").startswith("Point ")
    before = focused.get_attribute("data-i")
    page.keyboard.press("PageDown")
    assert page.locator(".dot:focus").get_attribute("data-i") != before
    for _ in range(3):
        page.keyboard.press("Control+z")
    settled(page)
    assert "p=" not in page.url


@pytest.mark.parametrize("viewport", [PHONE])
def test_a_finger_drags_a_point_and_the_page_does_not_scroll(lab, settled, viewport):
    page = lab()
    dots(page).nth(10).scroll_into_view_if_needed()
    settled(page)
    x, y = centre(page, 10)
    touch = page.context.new_cdp_session(page)
    top = page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop")
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for k in range(1, 13):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": "touchMove", "touchPoints": [{"x": x + 2 * k, "y": y - 5 * k}]},
        )
        page.wait_for_timeout(20)
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop") == top
    assert (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [10]
    assert_true_to_the_library(page)


def test_the_drop_is_announced_once_and_politely(lab, settled):
    page = lab()
    spoken = page.locator(".lossviz-point_editor .spoken")
    assert spoken.get_attribute("aria-live") == "polite"
    press_and_drag(page, centre(page, 4), (0, -90))
    assert spoken.inner_text() == ""
    page.mouse.up()
    settled(page)
    assert re.search(r"Point 5 went up by \S+: MSE's slope moved \S+, MAE's ", spoken.text_content())


def test_squared_error_is_drawn_in_squares_on_the_screen(lab):
    page = lab("?charge=squared_error")
    boxes = page.locator(".lossviz-point_editor .charges rect").evaluate_all(
        "(rects) => rects.map((r) => [+r.getAttribute('width'), +r.getAttribute('height')])"
    )
    assert len(boxes) == 20
    for width, height in boxes:
        assert width == pytest.approx(height, abs=0.15)


def test_my_line_is_dragged_by_its_handles_and_by_keys(lab, settled):
    page = lab("?guess=predict")
    handle = page.locator(".lossviz-point_editor [role=slider]").first
    box = handle.bounding_box()
    press_and_drag(page, (box["x"] + 8, box["y"] + 8), (0, 60))
    page.mouse.up()
    settled(page)
    first = parse_qs(urlsplit(page.url).query)["line"][0]
    handle.focus()
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(600)
    settled(page)
    assert parse_qs(urlsplit(page.url).query)["line"][0] != first
    assert page.locator(".lossviz-point_editor .entry").count() == 0


@pytest.mark.parametrize("view", ["fit", "sensitivity", "bars", "constant", "breakdown"])
def test_the_picture_is_whole_at_1280_by_720(lab, view):
    page = lab(f"?view={view}")
    for selector in (".lossviz-point_editor .plot", ".lossviz-chart"):
        for place in page.locator(selector).all():
            box = place.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= WIDE[1]


def test_a_drag_moves_nothing_else_on_the_page(lab, settled):
    page = lab()
    where = "() => [...document.querySelectorAll('.lossviz-point_editor svg[role=application], .tools')].map((e) => e.getBoundingClientRect().top)"
    before = page.evaluate(where)
    press_and_drag(page, centre(page, 8), (20, 100))
    assert page.evaluate(where) == before
    page.mouse.up()
    settled(page)
    assert page.evaluate(where) == before


def test_the_chart_beside_follows_the_drag(lab, settled):
    page = lab("?view=sensitivity")
    curve = "() => document.querySelector('.lossviz-chart .js-line').getAttribute('d')"
    before = page.evaluate(curve)
    press_and_drag(page, centre(page, 3), (60, 40))
    page.wait_for_function(f"(was) => ({curve})() !== was", arg=before)
    page.mouse.up()
    settled(page)


def go_to(page, settled, view):
    page.get_by_role("radiogroup", name="View").get_by_role("radio", name=view).click()
    settled(page)


@pytest.mark.parametrize("views", [["Sensitivity"], ["One dimension"], ["Breakdown", "Fit"]])
def test_undo_outlives_a_change_of_view(lab, settled, views):
    page = lab()
    press_and_drag(page, centre(page, 4), (0, -90))
    page.mouse.up()
    settled(page)
    for view in views:
        go_to(page, settled, view)
    assert "p=" in page.url
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert "p=" not in page.url


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
    assert (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [10]


COUNT_RUNS = """() => {
  const app = document.querySelector('[data-testid="stApp"]'), state = 'data-test-script-state';
  window.runs = 0;
  new MutationObserver(() => { if (app.getAttribute(state) === 'running') runs++; }).observe(app, { attributes: true, attributeFilter: [state] });
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
    settled(page)
    assert page.evaluate("runs") > 0
    assert "p=" in page.url


def test_where_the_wire_is_cut_every_step_is_a_run(page, lab, settled):
    cut = []
    page.route_web_socket(re.compile("/lossviz/live/"), lambda wire: (cut.append(wire), wire.close()))
    page = lab()
    assert cut
    page.evaluate(COUNT_RUNS)
    before = legend(page)
    press_and_drag(page, centre(page, 0), (30, -120))
    page.wait_for_timeout(300)
    assert legend(page)["MSE"] != before["MSE"]
    assert page.evaluate("runs") > 0
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
    held = legend(page)
    wires[-1].close()
    page.mouse.move(start[0] + 40, start[1] - 140, steps=8)
    page.wait_for_timeout(700)
    assert legend(page)["MSE"] != held["MSE"]
    page.mouse.up()
    settled(page)
    assert_true_to_the_library(page)
    assert (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [0]


def test_a_step_by_key_is_kept_when_the_focus_goes_elsewhere_at_once(lab, settled):
    page = lab()
    dots(page).nth(19).focus()
    page.keyboard.press("Shift+ArrowLeft")
    go_to(page, settled, "Sensitivity")
    assert (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [19]


def test_every_view_follows_every_other_without_an_error(lab, settled):
    page = lab("?view=bars&n=6&bad=0.2&seed=29")
    for view in ("One dimension", "Breakdown", "Sensitivity", "One dimension", "Fit", "Loss and cost"):
        go_to(page, settled, view)
        assert dots(page).count() in (5, 6)


def test_which_outcome_is_plotted_stays_lit_from_view_to_view(lab, settled):
    page = lab("?view=sensitivity&of=intercept")
    for view in ("Loss and cost", "Breakdown", "Fit", "Sensitivity"):
        go_to(page, settled, view)
    assert page.get_by_role("radio", name="Intercept").get_attribute("aria-checked") == "true"


def test_a_line_of_ones_own_is_undone_by_one_click(lab, settled):
    page = lab("?guess=predict")
    handle = page.locator(".lossviz-point_editor [role=slider]").first
    first = handle.get_attribute("aria-valuenow")
    box = handle.bounding_box()
    press_and_drag(page, (box["x"] + 8, box["y"] + 8), (0, 60))
    page.mouse.up()
    settled(page)
    assert handle.get_attribute("aria-valuenow") != first
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert float(handle.get_attribute("aria-valuenow")) == pytest.approx(float(first), rel=1e-4)


def test_a_second_finger_leaves_the_first_alone(page, lab, settled):
    page = lab()
    x, y = centre(page, 10)
    touch = page.context.new_cdp_session(page)
    one = {"x": x, "y": y, "id": 1}
    two = {"x": x - 150, "y": y - 100, "id": 2}
    touch.send("Emulation.setTouchEmulationEnabled", {"enabled": True, "maxTouchPoints": 2})
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [one]})
    for k in range(1, 5):
        touch.send(
            "Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**one, "y": y - 9 * k}]}
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{**one, "y": y - 36}, two]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": [{**one, "y": y - 36}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [{**one, "y": y - 60}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settled(page)
    assert dots(page).count() == 20
    assert (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist() == [10]
