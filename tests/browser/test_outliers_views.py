"""The outlier lab's views on the screen, and what is kept from one to the next."""

import pytest

from browser.conftest import WIDE
from browser.outlier_lab import centre, dots, go_to, moved, press_and_drag


def test_squared_error_is_drawn_in_squares_on_the_screen(lab):
    page = lab("?charge=squared_error")
    boxes = page.locator(".lossviz-point_editor .charges rect").evaluate_all(
        "(rects) => rects.map((r) => [+r.getAttribute('width'), +r.getAttribute('height')])"
    )
    assert len(boxes) == 20
    for width, height in boxes:
        assert width == pytest.approx(height, abs=0.15)


@pytest.mark.parametrize("view", ["fit", "sensitivity", "bars", "constant", "breakdown"])
def test_the_picture_is_whole_at_1280_by_720(lab, view):
    page = lab(f"?view={view}")
    for selector in (".lossviz-point_editor .plot", ".lossviz-chart"):
        for place in page.locator(selector).all():
            box = place.bounding_box()
            assert box["y"] >= 0
            assert box["y"] + box["height"] <= WIDE[1]


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


def test_a_step_by_key_is_kept_when_the_focus_goes_elsewhere_at_once(lab, settled):
    page = lab()
    dots(page).nth(19).focus()
    page.keyboard.press("Shift+ArrowLeft")
    go_to(page, settled, "Sensitivity")
    page.wait_for_function("new URLSearchParams(location.search).has('p')")  # the edit may follow the view
    settled(page)
    assert moved(page) == [19]


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
