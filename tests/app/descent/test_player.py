"""The player on its page: who moves it and who follows, and what a click on a picture plays."""

import base64
import json
import re

import numpy as np
import pytest
from scene_payload import unpack
from visiting import chart_figure, payloads, query, send, visit

from lossviz import optimizers
from lossviz.app.kit.player_export import to_html
from lossviz.draw.player import Axis, Entry, Path, Scene, View, pack
from lossviz.draw.style import Mark

PAGE = "pages/gradient_descent.py"


def players(at):
    """The headers sent to the players on the page: the animation first, then what moves along."""
    return [unpack(sent)[0] for sent in payloads(at, "player")]


def seek(at):
    return players(at)[0]["seek"]


# --- where the player is ------------------------------------------------------------------------


def test_the_frame_of_the_address_is_where_the_player_begins():
    assert seek(visit(PAGE, "frame=17")) == {"rev": 0, "frame": 17}


def test_a_frame_that_the_browser_reports_moves_nothing():
    at = visit(PAGE)
    for frame in (12, 30):
        send(at, "descent:run:player", frame=frame)
        assert query(at) == f"frame={frame}"
        assert seek(at) == {"rev": 0, "frame": 0}


def test_a_frame_that_python_sets_is_a_new_order_and_each_order_has_a_new_number():
    at = visit(PAGE)
    numbers = [seek(at)["rev"]]
    for frame in (9, 33, 9):
        at.session_state["descent.frame"] = frame
        at.run()
        order = seek(at)
        assert (order["frame"], order["play"]) == (frame, False)
        numbers.append(order["rev"])
    assert numbers == sorted(set(numbers))
    assert seek(at.run()) == order  # what was ordered is not ordered again


def test_an_order_after_the_browser_moved_on_is_heard():
    at = visit(PAGE)
    at.session_state["descent.frame"] = 9
    before = seek(at.run())["rev"]
    send(at, "descent:run:player", frame=40)
    at.session_state["descent.frame"] = 9
    at.run()
    assert seek(at) == {"rev": before + 1, "frame": 9, "play": False}


def test_a_click_on_the_surface_starts_there_and_plays_from_the_start_every_time():
    at = visit(PAGE, "task=surface&frame=40")
    for n, (x, y) in enumerate([(1.5, -2.0), (-3.25, 0.5), (2.0, 2.0)], start=1):
        send(at, "descent:run:player", click={"view": "cost", "x": x, "y": y}, frame=40 + n)
        assert seek(at) == {"rev": n, "frame": 0, "play": True}
        assert at.session_state["descent.start"] == (x, y)
        assert at.session_state["descent.frame"] == 0


@pytest.mark.parametrize("tab", ["update", "fit"])
def test_what_moves_along_has_the_clock_of_the_animation_and_takes_no_orders(tab):
    leader, follower = players(visit(PAGE, f"tab={tab}&frame=5"))
    assert (leader["leads"], follower["leads"]) == (True, False)
    assert leader["clock"] == follower["clock"] == "descent:run"
    assert leader["seek"]["frame"] == 5
    assert follower["seek"] is None


# --- a cell of the map of learning rates --------------------------------------------------------


def mapped(state):
    """The page with its map of learning rates, which is made beside the page."""
    at = visit(PAGE, f"{state}&steps=20&tab=rates&map=1")
    for _ in range(100):
        if chart_figure(at, "descent:rates") is not None:
            return at
        at.run()  # waits a moment for the map
    raise AssertionError("the map was not made")


def clicked(at, rate, momentum):
    click = {"x": np.log10(rate), "y": momentum, "panel": "xy", "n": 1}
    return send(at, "descent:rates", click=click)


@pytest.mark.parametrize(
    ("shown", "momentum", "played", "kept"),
    [
        ("sgd", 0.45, "momentum", 0.45),
        ("sgd", 0.0, "sgd", None),
        ("momentum", 0.2, "momentum", 0.2),
        ("momentum", 0.0, "momentum", 0.0),
        ("nesterov", 0.7, "nesterov", 0.7),
        ("adam", 0.0, "adam", None),
    ],
)
def test_a_clicked_cell_is_played_with_its_rate_and_its_momentum(shown, momentum, played, kept):
    at = mapped(f"opt={shown}&frame=7")
    clicked(at, 0.1009, momentum + 0.004)  # beside the middle of the cell of 0.1
    state = at.session_state
    assert state["descent.lr"] == 0.1
    assert state["descent.opt"] == [played]
    assert seek(at) == {"rev": 1, "frame": 0, "play": True}
    if kept is not None:
        assert state[f"descent.{played}.momentum"] == pytest.approx(kept)
    (entry,) = players(at)[0]["scene"]["legend"]
    assert entry["name"] == optimizers.OPTIMIZERS[played].title


# --- the page to take away ----------------------------------------------------------------------


def test_the_stand_alone_page_holds_the_same_scene_led_by_itself():
    scene = Scene(
        3,
        [View("v", "Seen", Axis("x", 0, 1), Axis("y", 0, 9), [Path(np.arange(3), np.array([9.0, 4.0, 1.0]), Mark("#1e59d3"))], "alt")],
        [Entry("run", Mark("#1e59d3"), np.array([9.0, 4.0, 1.0]))],
    )  # fmt: skip
    page = to_html(scene, "Downhill")
    header, array, _ = unpack(base64.b64decode(re.search(r'id="run">([^<]*)<', page)[1]))
    assert (header["leads"], header["seek"]) == (True, None)
    assert header["clock"]
    assert header["scene"]["frames"] == 3
    (path,) = header["scene"]["views"][0]["layers"]
    np.testing.assert_array_equal(array(path["y"]), [9, 4, 1])
    assert header["id"] == unpack(pack(scene))[0]["id"]
    names = [name for name, _ in json.loads(re.search(r'id="modules">([^<]*)<', page)[1])]
    assert names[-1] == "player"
    assert "<h1>Downhill</h1>" in page
