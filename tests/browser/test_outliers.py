"""The outlier lab under real hands: pointer, touch and keyboard, checked against the library's fits."""

import re
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE
from browser.outlier_lab import (
    BASE,
    WINDOW,
    assert_true_to_the_library,
    centre,
    dots,
    equation,
    legend,
    moved,
    points_of_the_address,
    press_and_drag,
)


def test_a_pointer_drags_a_point_and_the_lines_follow_before_it_is_dropped(lab, settled):
    page = lab()
    before = equation(page).text_content()
    start = centre(page, 0)
    press_and_drag(page, start, (30, -120))
    expect(equation(page)).not_to_have_text(before)
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
    page.wait_for_function("location.search.includes('p=')")  # a rest of the keys ends the gesture
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
    assert moved(page) == [10]
    assert_true_to_the_library(page)


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
    assert moved(page) == [10]


def test_the_drop_is_announced_once_and_politely(lab, settled):
    page = lab()
    spoken = page.locator(".lossviz-point_editor .spoken")
    assert spoken.get_attribute("aria-live") == "polite"
    press_and_drag(page, centre(page, 4), (0, -90))
    assert spoken.inner_text() == ""
    page.mouse.up()
    settled(page)
    assert re.search(r"Point 5 went up by \S+: MSE's slope moved \S+, MAE's ", spoken.text_content())


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
    page.wait_for_function("(was) => new URLSearchParams(location.search).get('line') !== was", arg=first)
    settled(page)
    assert "line" in parse_qs(urlsplit(page.url).query)
    assert page.locator(".lossviz-point_editor .entry").count() == 0


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
