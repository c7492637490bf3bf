"""The gradient descent page in a browser: playing, scrubbing, zooming, and the numbers on the screen."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

from browser.conftest import PHONE, WIDE
from lossviz import losses, optimizers
from lossviz.data import classes
from lossviz.descent import descend
from lossviz.descent.backprop import factors
from lossviz.draw import style
from lossviz.models import MLP, Cost
from lossviz.number_format import short

MOONS = "gradient_descent?task=classes&data=moons&steps=60&lr=0.5"
PLAYER = ".lossviz-player >> nth=0"


@pytest.fixture(scope="module")
def moons():
    """The run that the address asks for."""
    cost = Cost.linear(classes.make("moons", 80, 0), losses.get("binary_cross_entropy"))
    return descend(cost, optimizers.get("sgd", learning_rate=0.5), np.zeros(3), steps=60)


def readings(page):
    """Step, and the numbers said of it by name."""
    said = page.locator(".lossviz-player .readings").first.inner_text().replace("−", "-")
    step, numbers = re.fullmatch(r"Step (\d+): (.*)", said).groups()
    pairs = (part.rsplit(" ", 1) for part in numbers.split(" · "))
    return int(step), {name: float(value) for name, value in pairs}


def frame_of(page):
    return int(page.locator(".lossviz-player .bar input").first.input_value())


def moved_on(page):
    """Wait for the second still picture: asked for less motion, playing shows one every 0.7 s."""
    slider = page.locator(".lossviz-player .bar input").first
    first = slider.input_value()
    expect(slider).not_to_have_value(first)
    expect(slider).not_to_have_value(slider.input_value())


def rest(page, settled, part):
    page.wait_for_url(re.compile(part))
    settled(page)


def scrub(page, frame):
    page.locator(".lossviz-player .bar input").first.evaluate(
        "(range, frame) => { range.value = frame; range.dispatchEvent(new Event('input', { bubbles: true })); }",
        frame,
    )


def test_numbers_on_the_screen_are_those_of_the_library_and_survive_a_reload(visit, settled, moons):
    page = visit(MOONS)
    for frame in (0, 23):
        scrub(page, frame)
        step, said = readings(page)
        assert step == frame
        assert said["cost"] == pytest.approx(moons.cost[0, frame], rel=1e-3)
        assert said["weight of x₂"] == pytest.approx(moons.params[0, frame, 2], rel=1e-3)
    rest(page, settled, r"frame=23\b")
    page.reload()
    settled(page)
    page.wait_for_selector(f"{PLAYER} >> canvas")
    assert readings(page)[0] == 23


def test_keys_step_jump_and_play(visit, settled):
    page = visit(MOONS)
    keys = page.locator(".lossviz-player .bar input").first
    keys.focus()
    for key, frame in (
        ("ArrowRight", 1),
        ("Shift+ArrowRight", 11),
        ("ArrowLeft", 10),
        ("End", 60),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        assert frame_of(page) == frame
    play = page.locator(".lossviz-player .play")
    page.keyboard.press(" ")
    assert play.get_attribute("aria-label") == "Pause"
    moved_on(page)
    page.keyboard.press(" ")
    assert play.get_attribute("aria-label") == "Play"
    rest(page, settled, rf"frame={frame_of(page)}\b")


def test_playing_asks_the_server_nothing(visit):
    page = visit(MOONS)
    page.evaluate(
        """() => {
          window.sentMessages = 0;
          const send = WebSocket.prototype.send;
          WebSocket.prototype.send = function (...data) { window.sentMessages++; return send.apply(this, data); };
        }"""
    )
    page.locator(".lossviz-player .play").click()
    moved_on(page)
    assert page.evaluate("window.sentMessages") == 0


def test_another_control_keeps_the_frame_and_the_zoom(visit, settled):
    page = visit(f"{MOONS}&frame=30")
    canvas = page.locator(f"{PLAYER} >> canvas").nth(1)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 190, box["y"] + 110, steps=4)
    page.mouse.up()
    ticks = page.locator(f"{PLAYER} >> figure").nth(1).locator(".tick")
    zoomed = ticks.all_text_contents()
    assert all(zoomed)
    page.get_by_text("Logarithmic cost").click()
    rest(page, settled, r"log=1")
    assert frame_of(page) == 30
    assert ticks.all_text_contents() == zoomed
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.dblclick(box["x"] + 100, box["y"] + 60)
    expect(ticks).not_to_have_text(zoomed)
    # A single click would be told once the time for a second one is over, 250 ms: a timer set now ends after that.
    page.evaluate("() => new Promise((done) => setTimeout(done, 250))")
    settled(page)
    assert "start=" not in page.url


def test_click_on_the_surface_is_the_start(visit, settled):
    page = visit("gradient_descent?task=surface&frame=40")
    canvas = page.locator(f"{PLAYER} >> canvas").first
    box = canvas.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    rest(page, settled, r"start=")
    x, y = (float(v) for v in re.search(r"start=([^&]*)", page.url)[1].replace("%2C", ",").split(","))
    assert page.locator(".lossviz-player .play").get_attribute("aria-label") == "Pause"
    scrub(page, 0)
    _, said = readings(page)
    assert (said["x"], said["y"]) == pytest.approx((x, y), rel=1e-3)
    assert said["cost"] == pytest.approx(0.5 * (x * x + 10 * y * y), rel=1e-3)


def test_divergence_is_said_on_the_picture_and_in_the_legend(visit):
    page = visit("gradient_descent?lr=1&steps=60&frame=60")
    assert "diverged at step" in page.locator(".lossviz-player .legend").first.inner_text()
    assert page.get_by_text("diverges: after step").count() == 1


def test_hovering_names_the_place_and_its_cost(visit):
    page = visit(f"{MOONS}&frame=5")
    box = page.locator(f"{PLAYER} >> canvas").nth(1).bounding_box()
    page.mouse.move(box["x"] + box["width"] - 60, box["y"] + 40)
    tip = page.locator(f"{PLAYER} >> figure").nth(1).locator(".tip")
    assert re.search(r"weight of x₁ [−\d.]+, weight of x₂ [−\d.]+\ncost [\d.]+", tip.inner_text())


def test_update_and_fit_move_along(visit, settled):
    page = visit(f"{MOONS}&tab=fit")
    confusion = page.locator(".lossviz-player table").first
    before = confusion.inner_text()
    scrub(page, 60)
    assert confusion.inner_text() != before


def test_stand_alone_page_plays_without_the_app(visit, chromium, tmp_path, moons):
    page = visit(f"{MOONS}&tab=numbers")
    with page.expect_download() as download:
        page.get_by_text("Stand-alone HTML").click()
    file = tmp_path / "descent.html"
    download.value.save_as(file)
    context = chromium.new_context(offline=True)
    alone, problems = context.new_page(), []
    alone.on("pageerror", lambda error: problems.append(str(error)))
    alone.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    alone.goto(file.as_uri())
    alone.wait_for_selector(".lossviz-player canvas")
    alone.keyboard.press("End")
    step, said = readings(alone)
    assert (step, problems) == (60, [])
    assert said["cost"] == pytest.approx(moons.cost[0, 60], rel=1e-3)
    context.close()


@pytest.mark.parametrize("viewport", [WIDE, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_is_accessible_and_fits(visit, axe, viewport):
    page = visit(MOONS)
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") == viewport[0]
    if viewport == WIDE:
        bar = page.locator(".lossviz-player .bar").bounding_box()
        assert bar["y"] + bar["height"] <= viewport[1]


def test_cell_of_the_learning_rate_map_is_played(visit, settled):
    page = visit("gradient_descent?tab=rates&map=1&steps=60")
    page.wait_for_selector(".lossviz-chart .hm")
    plot = page.locator('.lossviz-chart .nsewdrag[data-subplot="xy"]')
    plot.scroll_into_view_if_needed()
    area = plot.bounding_box()
    page.mouse.click(area["x"] + 0.75 * area["width"], area["y"] + 0.5 * area["height"])
    rest(page, settled, r"lr=1\b")
    assert "opt=momentum" in page.url
    assert "momentum.momentum=0.4" in page.url or "momentum.momentum=0.5" in page.url


@pytest.mark.parametrize("tab", ["fit", "rates&map=1", "space", "numbers", "code"])
def test_every_tab_is_accessible(visit, axe, tab):
    page = visit(f"{MOONS}&opt=sgd,adam&tab={tab}")
    assert axe(page) == []


def test_an_edge_of_the_network_is_picked_by_a_click_and_taken_apart_as_the_run_plays(visit, settled):
    page = visit("gradient_descent?task=network&steps=40&lr=1&units=2&frame=40")
    cost_model = MLP(("x₁", "x₂"), (2,))
    data = classes.make("circles", 80, 0)
    cost = Cost(cost_model, data, losses.get("binary_cross_entropy"))
    run = descend(cost, optimizers.get("sgd", learning_rate=1.0), cost_model.init(0), steps=40)
    table = page.locator(".lossviz-player").nth(1).locator("table").first
    cells = table.locator("td")
    expect(table.locator("th[scope=row]").first).to_have_text("weight w of x₁ → h₁")
    graph = page.locator(".lossviz-player").nth(1).locator("canvas").first
    graph.scroll_into_view_if_needed()
    box = graph.bounding_box()
    # Between the second hidden unit and the score: layers from -0.5 to 2.5 across, units from -1.5 to 1.5 upwards.
    graph.click(position={"x": box["width"] * 2.0 / 3.0, "y": box["height"] * (1.5 + 0.25) / 3.0})
    rest(page, settled, "edge=7")
    expect(table.locator("th[scope=row]").first).to_have_text("weight w of h₂ → score")
    for frame in (40, 3):
        scrub(page, frame)
        found = factors(cost, run.params[0, frame], 0, 7)
        for cell, value in zip(
            range(1, 5), (found.arriving, found.slope, found.incoming, found.product), strict=True
        ):
            expect(cells.nth(cell)).to_have_text(short(float(np.float32(value))))


def test_a_rare_class_is_found_once_it_is_weighed(visit, settled):
    page = visit("gradient_descent?task=classes&data=imbalanced_blobs&sample=2&lr=0.5&frame=100&tab=fit")
    assert readings(page)[1]["recall of class 1"] == 5 / 8
    matrix = page.locator(".lossviz-player .shaded td")
    assert matrix.all_text_contents() == ["70", "2", "3", "5"]
    slider = (
        page.locator(".lossviz-live_slider").filter(has_text="Weight of class 1").locator("input[type=range]")
    )
    slider.press("End")
    rest(page, settled, "weight=100")
    expect(page.locator(".lossviz-player .readings").first).to_contain_text("recall of class 1 1")
    expect(matrix.nth(3)).to_have_text("8")
    expect(matrix.nth(1)).not_to_have_text("2")


_PATCHES = """(canvas, places) => places.map(([x, y]) => {
  const { width, height } = canvas, side = 24;
  const { data } = canvas.getContext("2d").getImageData(x * width - side / 2, y * height - side / 2, side, side);
  const median = (channel) => [...data].filter((_, i) => i % 4 === channel).sort((a, b) => a - b)[(side * side) >> 1];
  return [0, 1, 2, 3].map(median);
})"""


def test_three_classes_divide_the_plane_in_their_colours_as_the_run_plays(visit):
    page = visit("gradient_descent?task=many&lr=1&steps=60&frame=60")
    canvas = page.locator(".lossviz-player canvas").first
    places = [(0.55, 0.12), (0.9, 0.65), (0.22, 0.65)]  # blobs at the top, and to the right and left below
    for place, color in zip(canvas.evaluate(_PATCHES, places), style.PALETTE[:3], strict=True):
        *mixed, opacity = place
        assert mixed == pytest.approx([int(color[i : i + 2], 16) for i in (1, 3, 5)], abs=12)
        assert opacity > 60
    scrub(page, 0)
    *_, opacity = canvas.evaluate(_PATCHES, places)[0]
    assert opacity < 16
