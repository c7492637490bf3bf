"""Points in an address: from the outlier page to the page that walks downhill on them."""

from urllib.parse import parse_qsl

import numpy as np
import pytest
from visiting import payload, send, visit

from lossviz import data
from lossviz.ui import own_points


def link_to_descent(at):
    """The state that the outlier page's Numbers tab hands to the descent page."""
    links = [link.proto for link in at.get("page_link") if "gradient descent" in link.proto.label]
    assert len(links) == 1
    return dict(parse_qsl(links[0].query_string))


def numbers_tab(state):
    at = visit("pages/outliers.py", state)
    at.session_state["outliers:tabs"] = "Numbers"
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
    arrived, labels = own_points.decode(link_to_descent(at)["points"])
    assert labels is None
    steps = np.ptp(points, axis=0) / 1000  # 4,095 steps or fewer, of a round size
    assert np.abs(arrived - points).max(axis=0) == pytest.approx(0.0, abs=float(steps.max()))
    assert (np.abs(arrived - points) <= steps / 2).all()


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
    arrived, _ = own_points.decode(handed["points"])
    assert arrived[7, 1] == arrived[:, 1].max() > base.y.max()
    there = visit("pages/gradient_descent.py", handed)
    assert [e.message for e in there.exception] == []
    assert there.session_state["descent.points"] == handed["points"]


@pytest.mark.parametrize(
    ("x", "y"), [((7e17, 7e17), (0, 1)), ((1e12, 1e12), (1e-12, 1e-12)), ((-1e90, 1e90), (0, 0))]
)
def test_equal_and_huge_numbers_read_back(x, y):
    points, _ = own_points.decode(own_points.encode(np.array(x, dtype=float), np.array(y, dtype=float)))
    np.testing.assert_allclose(points, np.stack([x, y], axis=1), rtol=1e-3)


def test_numbers_too_close_together_are_refused_by_name():
    with pytest.raises(ValueError, match=r"the numbers in “a” run from .* cannot be told apart"):
        own_points.parse("a,b\n1000000000000.001,1\n1000000000000.002,2\n", 2)
