"""Read and drive the points of the outlier lab in a page."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from benchmarks import harness
from lossviz import data, losses
from lossviz.data.cloud import Cloud, Window, changed
from lossviz.fitting import fit_line

FOUND = data.make("gaussian", n=20, outliers=0.05, seed=3)
BASE, WINDOW = Cloud.of(FOUND.x, FOUND.y), Window.around(FOUND.x, FOUND.y)
NAMES = {"MSE": "squared_error", "MAE": "absolute_error", "Huber": "huber"}


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
    """Take hold of what is at ``start`` and move it; returns, still holding, once the page has answered."""
    before = page.locator(".lossviz-sentence").inner_text()
    page.mouse.move(*start)
    page.mouse.down()
    for k in range(1, steps + 1):
        page.mouse.move(start[0] + way[0] * k / steps, start[1] + way[1] * k / steps)
    expect(page.locator(".lossviz-sentence")).not_to_have_text(before)
    page.evaluate(harness.TWO_FRAMES)


def equation(page, name="MSE"):
    """Where a loss's line is written, to be waited on while it changes."""
    return page.locator(".lossviz-point_editor .entry").filter(has_text=name).locator("small")


def go_to(page, settled, view):
    page.get_by_role("radiogroup", name="View").get_by_role("radio", name=view).click()
    settled(page)


def moved(page):
    """Indices of the points that the address bar holds elsewhere than the data set."""
    return (points_of_the_address(page).xy != BASE.xy).any(axis=1).nonzero()[0].tolist()


def upload(page, settled, content, name):
    """Hand a file to the outlier lab."""
    page.get_by_text("Change the data", exact=True).click()
    settled(page)
    page.get_by_role("button", name="Your own data").click()
    chooser = page.locator("[data-testid=stPopoverBody] input[type=file]")
    chooser.wait_for(state="attached")
    chooser.set_input_files({"name": name, "mimeType": "text/csv", "buffer": content.encode()})
