"""The explorer in a real Chromium: what is drawn is what Python computes, moved, reloaded and taken away."""

import csv
import dataclasses
import re

import numpy as np
import pytest

from browser import explorer
from browser.conftest import PHONE
from browser.explorer import CHART, Hold, assert_shows, data, drawn_path, house, slider, value
from lossviz import losses
from lossviz.draw import curves as figures
from lossviz.draw.curve_sweeps import parameter_sweep

DELTA = "Huber · δ"
PROBE = "Probe: error r"
HUBER = 2  # index of its value curve among the traces


def interpolated(scene, at):
    """The value curve of Huber between the two nearest rows of the table, in float32 as it is sent."""
    huber = scene.losses[2]
    sweep = parameter_sweep(scene, huber, huber.parameters()[0])
    trace = next(t for t in sweep.traces if t.trace == HUBER)
    values = sweep.values.astype("f4").astype(float)
    rows = trace.y.astype("f4").astype(float)
    return trace.x, np.array([np.interp(at, values, column) for column in rows.T])


def test_house_price_is_whole_without_scrolling(visit):
    page = visit("loss_curves")
    assert_shows(page, house())
    box = page.locator(CHART).bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 720
    assert page.get_by_role("figure", name=re.compile("Line chart of Loss")).count() == 1
    assert page.get_by_text("Squared error 400 (gradient −40)").first.bounding_box()["y"] < 720


def test_keys_move_the_curve_to_the_right_numbers_on_the_same_node_and_keep_the_zoom(visit, settled):
    page = visit("loss_curves")
    box = page.locator(f"{CHART} .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.3 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], box["y"] + 0.8 * box["height"], steps=4)
    page.mouse.up()
    ranges = "(chart) => [...chart._fullLayout.xaxis.range, ...chart._fullLayout.yaxis.range]"
    zoomed = page.locator(CHART).evaluate(ranges)
    assert zoomed[0] == pytest.approx(-12, abs=0.5)
    page.locator(CHART).evaluate("(chart) => { chart.sameNode = true; }")

    slider(page, DELTA).focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert value(page, DELTA) == pytest.approx(1.15)
    assert_shows(page, house(delta=value(page, DELTA)))
    assert "huber.delta=1.15" in page.url
    assert page.locator(CHART).evaluate("(chart) => chart.sameNode")
    assert page.locator(CHART).evaluate(ranges) == zoomed
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.type") == "range"


def test_pointer_draws_the_table_without_the_server_and_rests_at_the_exact_curve(page, visit, settled):
    hold = Hold(page)
    visit("loss_curves")
    thumb = slider(page, DELTA)
    box = thumb.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], y)
    page.mouse.down()
    settled(page)
    hold.closed = True
    seen = set()
    for share in (0.45, 0.62, 0.91):
        page.mouse.move(box["x"] + share * box["width"], y)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        at = value(page, DELTA)
        seen.add(at)
        (x, drawn), pixel = drawn_path(page, HUBER)
        table_x, table_y = interpolated(house(), at)
        np.testing.assert_allclose(x, table_x, atol=0.06 * pixel[0])
        np.testing.assert_allclose(drawn, table_y, atol=0.06 * pixel[1])
    assert len(seen) == 3
    page.mouse.up()
    hold.open()
    settled(page)
    assert_shows(page, house(delta=at))
    (x, drawn), pixel = drawn_path(page, HUBER)
    exact = losses.get("huber", delta=at).value(x)
    inside = drawn < page.locator(CHART).evaluate("(chart) => chart._fullLayout.yaxis.range[1]")
    slope = np.abs(losses.get("huber", delta=at).gradient(x))
    np.testing.assert_array_less(np.abs(drawn - exact)[inside], (0.2 * (pixel[1] + slope * pixel[0]))[inside])


def test_play_runs_through_the_table_in_the_browser_and_comes_home(page, visit, settled):
    hold = Hold(page)
    visit("loss_curves")
    still, _ = drawn_path(page, HUBER)
    page.get_by_role("button", name=f"Play {DELTA}").click()
    stop = page.get_by_role("button", name=f"Stop {DELTA}")
    stop.wait_for()
    page.wait_for_function("(node) => +node.value > 2", arg=slider(page, DELTA).element_handle())
    sent = hold.sent
    page.wait_for_function("(node) => +node.value > 4", arg=slider(page, DELTA).element_handle())
    moved, _ = drawn_path(page, HUBER)
    assert moved.shape != still.shape or not np.allclose(moved, still)
    stop.wait_for(state="detached", timeout=8000)
    assert hold.sent == sent
    assert value(page, DELTA) == 1.0
    settled(page)
    assert_shows(page, house())


def test_click_moves_the_probe_and_the_address_shows_the_same_elsewhere(visit, chromium, settled, page):
    visit("loss_curves?huber.delta=2.5")
    area = page.locator(f"{CHART} .nsewdrag").nth(1).bounding_box()
    page.mouse.click(area["x"] + 0.8 * area["width"], area["y"] + 0.5 * area["height"])
    page.wait_for_url(re.compile("probe="))
    settled(page)
    probe = float(re.search(r"probe=([-\d.e]+)", page.url)[1])
    assert probe == pytest.approx(18, abs=0.2)
    scene = dataclasses.replace(house(delta=2.5), probe=probe)
    assert data(page)[-1]["x"] == pytest.approx([probe, probe], rel=1e-9)
    assert page.get_by_text(f"Predicted {220 + probe:.6g}, truth 220").count() == 1

    page.get_by_role("button", name="Copy link").click()
    page.get_by_text("Link copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.url

    other = chromium.new_context(viewport={"width": 1280, "height": 720})
    try:
        elsewhere = other.new_page()
        elsewhere.goto(copied)
        settled(elsewhere)
        assert_shows(elsewhere, scene)
        assert elsewhere.url == copied
    finally:
        other.close()


def test_preset_and_family_change_everything_in_place(visit, settled):
    page = visit("loss_curves")
    page.get_by_role("radio", name="Confidently wrong").or_(
        page.get_by_role("button", name="Confidently wrong")
    ).first.click()
    page.wait_for_url(re.compile("family=binary"))
    settled(page)
    chosen = tuple(losses.get(name) for name in ("binary_cross_entropy", "brier"))
    axis = dict(over="logit", wrt="logit", target=1.0, low=-6.0, high=6.0, probe=-5.0)
    assert_shows(page, figures.Scene(chosen, **axis))
    assert page.get_by_text("squared error on a sigmoid has all but stopped learning").count() == 1


def test_picture_can_be_taken_as_png_and_svg(visit):
    page = visit("loss_curves")
    page.locator(CHART).hover()
    for title, ending, start in (("PNG", "png", b"\x89PNG\r\n"), ("SVG", "svg", b"<svg")):
        with page.expect_download() as waited:
            page.locator(f'{CHART} .modebar-btn[data-title*="{title}" i]').click()
        assert waited.value.suggested_filename == f"loss-curves.{ending}"
        assert waited.value.path().read_bytes().startswith(start)


def test_numbers_and_stand_alone_page_can_be_taken_away(visit, settled, chromium, tmp_path):
    page = visit("loss_curves?huber.delta=2")
    page.get_by_role("radio", name="Numbers").click()
    settled(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="CSV of these numbers").click()
    rows = list(csv.DictReader(waited.value.path().open(encoding="utf-8", newline="")))
    huber = losses.get("huber", delta=2)
    r, gradient = (
        np.array([float(row[name]) for row in rows]) for name in ("r", "Huber (delta = 2) gradient")
    )
    np.testing.assert_array_equal(gradient, huber.gradient(r))

    with page.expect_download() as waited:
        page.get_by_role("button", name="Stand-alone HTML").click()
    waited.value.save_as(tmp_path / "page.html")
    context = chromium.new_context(offline=True)
    try:
        alone = context.new_page()
        asked, errors = [], []
        alone.on("request", lambda request: asked.append(request.url))
        alone.on("pageerror", lambda error: errors.append(str(error)))
        alone.goto((tmp_path / "page.html").as_uri())
        alone.wait_for_selector("#chart .js-line")
        alone.get_by_label("Parameter").select_option(DELTA)
        alone.get_by_label("Value").evaluate(
            "(range) => { range.value = 4; range.dispatchEvent(new Event('input')); }"
        )
        found = alone.locator("#chart").evaluate(explorer.DRAWN, HUBER)
        (_, drawn), pixel = explorer.points(found)
        _, table_y = interpolated(house(delta=2), 4)
        np.testing.assert_allclose(drawn, table_y, atol=0.06 * pixel[1])
        alone.get_by_role("button", name="Reset", exact=True).click()
        again = alone.locator("#chart").evaluate(explorer.DRAWN, HUBER)
        assert again["d"] != found["d"]
        assert errors == []
        assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    finally:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_chart_wears_the_theme(visit, scheme):
    page = visit("loss_curves")
    look = page.locator(CHART).evaluate(
        "(c) => [c._fullLayout.paper_bgcolor, c._fullLayout.font.color].map((color) => color.toLowerCase())"
    )
    assert look == {"light": ["#ffffff", "#10131a"], "dark": ["#0e1117", "#f2f4f8"]}[scheme]


@pytest.mark.parametrize("viewport", [PHONE])
def test_finger_on_a_phone(visit, settled, viewport):
    page = visit("loss_curves")
    layout = page.locator(CHART).evaluate(
        "(c) => [c._fullLayout.xaxis.domain, c._fullLayout.xaxis2.domain, c.scrollWidth <= 390]"
    )
    assert layout == [[0, 1], [0, 1], True]
    thumb = slider(page, DELTA)
    thumb.scroll_into_view_if_needed()
    box = thumb.bounding_box()
    page.touchscreen.tap(box["x"] + 0.6 * box["width"], box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile("huber.delta="))
    settled(page)
    assert value(page, DELTA) > 2
    assert_shows(page, house(delta=value(page, DELTA)))


@pytest.mark.parametrize("query", ["", "?loss=squared_error"], ids=["two rows", "one row"])
@pytest.mark.parametrize("viewport", [PHONE])
def test_the_title_is_whole_on_a_phone_and_clear_of_the_toolbar(visit, viewport, query):
    page = visit(f"loss_curves{query}")
    chart, title, legend, toolbar = (
        page.locator(part).first.bounding_box()
        for part in (CHART, f"{CHART} .gtitle", f"{CHART} .legend", f"{CHART} .modebar-group")
    )
    assert title["x"] >= chart["x"]
    assert title["y"] >= chart["y"]
    assert title["y"] + title["height"] <= legend["y"] + 1
    assert title["x"] + title["width"] <= toolbar["x"]


def hovered(page, share=0.2):
    """What the hover label says over a share of the chart's width."""
    page.wait_for_function("() => document.querySelector('.js-plotly-plot')?._fullLayout?._d3locale?.lossviz")
    page.mouse.move(5, 5)
    box = page.locator(".js-plotly-plot .nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + share * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_selector(".hoverlayer text")
    return " ".join(page.locator(".hoverlayer text").all_text_contents())


def test_hover_labels_write_numbers_as_everything_else_does(visit, settled, chromium, tmp_path):
    """A gradient is negative on the left; a tiny loss has a power of ten."""
    page = visit("loss_curves?loss=squared_error,huber&huber.delta=1e-7")
    for _ in range(2):
        said = hovered(page)
        assert re.search(r"−\d", said), said
        assert re.search(r"\de−\d", said), said
        assert not re.search(r"-|e\+|\d{8}", said), said
        page.locator(CHART).evaluate("(chart) => window.Plotly.relayout(chart, { 'yaxis.autorange': true })")
    page.get_by_role("radio", name="Numbers").click()
    settled(page)
    with page.expect_download() as waited:
        page.get_by_role("button", name="Stand-alone HTML").click()
    waited.value.save_as(tmp_path / "page.html")
    context = chromium.new_context(offline=True)
    try:
        alone = context.new_page()
        alone.goto((tmp_path / "page.html").as_uri())
        alone.wait_for_selector("#chart .js-line")
        said = hovered(alone)
        assert re.search(r"−\d", said), said
        assert not re.search(r"-|e\+|\d{8}", said), said
    finally:
        context.close()
