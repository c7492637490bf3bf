"""Points with classes on the descent page: dragged, added and removed by hand, and back after a reload."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, WIDE
from lossviz.data.points import Points, decode, encode
from lossviz.draw import style

XY = np.array([[0.123456789, 0.0], [1.0, 3.0], [2.0, 2.0], [3.0, 0.5], [0.5, 2.5], [2.5, 1.0]])
LABELS = np.array([1, 0, 1, 0, 0, 1])
MINE = Points(XY, ("a", "b"), LABELS, ("no", "<b>yes</b>"), "kind")
AT = "gradient_descent?" + urlencode(
    {"task": "classes", "steps": "40", "frame": "40", "data": "own", "own": encode(MINE), "v": "2"}
)
EDITOR = ".lossviz-point_editor"


def dots(page):
    return page.locator(f"{EDITOR} .dot")


def centre(page, i):
    box = dots(page).nth(i).locator("circle").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def colours(page):
    return dots(page).evaluate_all("dots => dots.map((dot) => getComputedStyle(dot.firstChild).fill)")


def rgb(color):
    return f"rgb({', '.join(str(int(color[i : i + 2], 16)) for i in (1, 3, 5))})"


def held(page):
    """The points of the address bar."""
    return decode(parse_qs(urlsplit(page.url).query)["own"][0])


def changed(page, settled, does):
    """Do something that ends a gesture; the address and the page have followed on return."""
    before = page.url
    does()
    page.wait_for_url(lambda url: url != before)
    settled(page)
    return held(page)


def drag(page, i, way):
    x, y = centre(page, i)
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(1, 7):
        page.mouse.move(x + way[0] * k / 6, y + way[1] * k / 6)
    page.mouse.up()


def readings(page):
    return page.locator(".lossviz-player .readings").first.inner_text()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
def test_a_dragged_point_keeps_its_class_and_both_come_back_from_the_address(visit, settled, axe):
    page = visit(AT)
    dots(page).first.scroll_into_view_if_needed()
    kinds = [rgb(style.CLASS_COLORS[label]) for label in LABELS]
    assert colours(page) == kinds
    before = readings(page)
    now = changed(page, settled, lambda: drag(page, 2, (-60, 40)))
    assert now.labels.tolist() == LABELS.tolist()
    assert np.array_equal(np.delete(now.xy, 2, axis=0), np.delete(XY, 2, axis=0))
    assert now.xy[2, 0] < XY[2, 0]
    assert now.xy[2, 1] < XY[2, 1]
    expect(page.locator(".lossviz-player .readings").first).not_to_have_text(before)
    at = centre(page, 2)
    page.reload()
    settled(page)
    expect(dots(page)).to_have_count(len(XY))
    dots(page).first.scroll_into_view_if_needed()
    assert np.array_equal(held(page).xy, now.xy)
    assert colours(page) == kinds
    assert centre(page, 2)[0] == pytest.approx(at[0], abs=40)
    assert axe(page) == []


def test_a_dragged_point_of_three_classes_trains_and_comes_back(visit, settled):
    labels = np.array([1, 0, 2, 1, 2, 0])
    three = Points(XY, ("a", "b"), labels, ("oak", "elm", "ash"), "kind")
    page = visit(
        "gradient_descent?"
        + urlencode(
            {"task": "many", "steps": "40", "frame": "40", "data": "own", "own": encode(three), "v": "2"}
        )
    )
    dots(page).first.scroll_into_view_if_needed()
    assert colours(page) == [rgb(style.PALETTE[label]) for label in labels]
    before = readings(page)
    now = changed(page, settled, lambda: drag(page, 2, (-60, 40)))
    assert now.labels.tolist() == labels.tolist()
    expect(page.locator(".lossviz-player .readings").first).not_to_have_text(before)
    after = readings(page)
    page.reload()
    settled(page)
    assert (held(page).xy == now.xy).all()
    expect(page.locator(".lossviz-player .readings").first).to_have_text(after)


def test_points_are_added_with_the_chosen_class_removed_and_undone(visit, settled):
    page = visit(AT)
    picker = page.locator(f"{EDITOR} .classes button")
    expect(picker).to_have_text(["no", "<b>yes</b>"])
    expect(page.locator(f"{EDITOR} [data-do=clear]")).to_be_hidden()
    picker.nth(1).click()
    expect(picker.nth(1)).to_have_attribute("aria-pressed", "true")
    x, y = centre(page, 3)
    now = changed(page, settled, lambda: page.mouse.click(x - 50, y - 10))
    assert now.labels.tolist() == [*LABELS, 1]
    # By keys: a digit chooses the class, Enter adds beside the point in focus.
    dots(page).nth(6).focus()
    page.keyboard.press("1")
    expect(picker.nth(0)).to_have_attribute("aria-pressed", "true")
    now = changed(page, settled, lambda: page.keyboard.press("Enter"))
    assert now.labels.tolist() == [*LABELS, 1, 0]
    expect(dots(page).nth(7)).to_have_attribute("aria-label", re.compile("class no$"))
    now = changed(page, settled, lambda: dots(page).nth(0).focus() or page.keyboard.press("Delete"))
    assert now.labels.tolist() == [*LABELS[1:], 1, 0]
    assert colours(page) == [rgb(style.CLASS_COLORS[label]) for label in now.labels]
    undo = page.locator(f"{EDITOR} [data-do=undo]")
    for expected in ([*LABELS, 1, 0], [*LABELS, 1], LABELS):
        now = changed(page, settled, undo.click)
        assert now.labels.tolist() == list(expected)
    assert np.array_equal(now.xy, XY)
    place = centre(page, 1)
    changed(page, settled, lambda: drag(page, 1, (20, 30)))
    assert centre(page, 1) != pytest.approx(place, abs=5)
    now = changed(page, settled, page.locator(f"{EDITOR} [data-do=reset]").click)
    assert np.array_equal(now.xy, XY)
    assert centre(page, 1) == pytest.approx(place, abs=0.2)


def test_the_toy_points_are_taken_and_moved(visit, settled):
    page = visit("gradient_descent?task=network&data=xor&steps=20")
    page.get_by_role("button", name="Move these points by hand").click()
    expect(dots(page)).to_have_count(80)
    settled(page)
    first = held(page)
    now = changed(page, settled, lambda: drag(page, 5, (15, -15)))
    assert now.labels.tolist() == first.labels.tolist()
    assert (now.xy != first.xy).any(axis=1).sum() == 1
