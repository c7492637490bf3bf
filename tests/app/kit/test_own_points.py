"""Points in an address: from the outlier page to the page that walks downhill on them."""

import re
from urllib.parse import parse_qsl

import numpy as np
import pytest
from visiting import payload, send, visit

from lossviz import data
from lossviz.app.kit.address import LONGEST
from lossviz.data import points as own


def way_to_descent(at):
    """The link from the outlier page's Numbers tab to the descent page."""
    links = [link.proto for link in at.get("page_link") if "gradient descent" in link.proto.label]
    assert len(links) == 1
    assert len(links[0].query_string) <= LONGEST
    return links[0]


def link_to_descent(at):
    """The state that it hands over."""
    return dict(parse_qsl(way_to_descent(at).query_string))


def numbers_tab(state):
    at = visit("pages/outliers.py", state)
    at.session_state["outliers.tab"] = "Numbers"
    return at.run()


@pytest.mark.parametrize(
    "state",
    [
        "",
        "data=engel",
        "data=siegel&tenfold=1",
        "n=300&seed=8",
        "data=stackloss&by=acid_conc",
        "data=newcomb",
    ],
)
def test_the_points_of_the_outlier_page_arrive_on_the_descent_page(state):
    at = numbers_tab(state)
    points = np.array([point[:2] for point in payload(at, "point_editor")["points"]])
    arrived = own.decode(link_to_descent(at)["own"])
    assert arrived.labels is None
    rounded = re.search(r"rounded to (\d) digits", way_to_descent(at).label)
    off = np.abs(arrived.xy - points) / np.ptp(points, axis=0)
    assert (rounded is not None) == (len(points) > 200)
    assert off.max() <= (0.5 * 10.0 ** (1 - int(rounded[1])) if rounded else 0.0)
    assert list(arrived.names) == [payload(at, "point_editor")[axis]["title"] for axis in "xy"]


def test_a_point_moved_by_hand_arrives_where_it_was_put_and_is_trained_on():
    base = data.make("gaussian", n=20, outliers=0.05, seed=3)
    at = numbers_tab("")
    sent = payload(at, "point_editor")
    sent["points"][7][1] = sent["y"]["domain"][1]
    moved = {
        "seq": sent["ack"] + 1,
        "rev": sent["rev"],
        "why": "drop",
        "last": True,
        "at": 7,
        "mine": sent["mine"],
    }
    send(at, "outliers:points", edit={**moved, "points": sent["points"]})
    handed = link_to_descent(at)
    arrived = own.decode(handed["own"]).xy
    assert arrived[7, 1] == arrived[:, 1].max() > base.y.max()
    there = visit("pages/gradient_descent.py", handed)
    assert [e.message for e in there.exception] == []
    assert there.session_state["descent.own"] == handed["own"]
