"""The point editor's Python side: what the browser sends is checked, what it gets can be drawn."""

import json

import numpy as np
import pytest

from lossviz.app.kit.point_editor import read_edit
from lossviz.data.cloud import ADDED, Cloud, Window
from lossviz.data.dataset import MAX_BY_HAND

X, Y = np.array([1.1, 2.2, 3.3]), np.array([5.123456, -4.0, 6.0])
HOME = Cloud.of(X, Y)
WINDOW = Window.around(X, Y)


def message(points, **other):
    return {
        "seq": 4,
        "rev": 7,
        "why": "drag",
        "last": False,
        "at": 1,
        "mine": None,
        "points": points,
        **other,
    }


def rows(cloud=HOME):
    return [[x, y, int(i)] for (x, y), i in zip(cloud.xy.tolist(), cloud.origin, strict=True)]


def read(sent, **options):
    return read_edit(sent, HOME, WINDOW, 7, **options)


def test_points_at_home_keep_all_their_digits():
    edit = read(message([[round(x, 11), round(y, 11), i] for x, y, i in rows()]))
    assert np.array_equal(edit.points.xy, HOME.xy)
    assert edit.at == 1
    assert not edit.settled


def test_a_moved_point_lands_on_the_grid_inside_the_window():
    edit = read(message([[1.10004, 99.0, 0], *rows()[1:]], last=True))
    assert edit.points.y[0] == WINDOW.y.high
    assert edit.points.x[0] == pytest.approx(1.1, abs=WINDOW.x.step)
    assert np.array_equal(edit.points.xy[:1], WINDOW.snap(edit.points.xy[:1]))
    assert np.array_equal(edit.points.xy[1:], HOME.xy[1:])
    assert edit.settled


def test_points_may_be_removed_and_added():
    edit = read(message([*rows()[1:], [2.0, 3.0, ADDED], [2.0, 3.0, ADDED]], why="add"))
    assert list(edit.points.origin) == [1, 2, ADDED, ADDED]


def test_dots_on_a_line_send_the_height_first():
    edit = read(message([[y, x, i] for x, y, i in rows()]), flat=True)
    assert np.array_equal(edit.points.xy, HOME.xy)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        "drag",
        message(rows(), rev=6),
        message(rows(), rev="7"),
        message(rows(), seq=None),
        message(rows(), why=3),
        message("points"),
        message([[1, 2]]),
        message([[1, 2, 0, 4]]),
        message([[1, float("nan"), 0]]),
        message([[1, float("inf"), 0]]),
        message([[1, None, 0]]),
        message([[1, "2", 0]]),
        message([[1, True, 0]]),
        message([[1, 2, 3]]),
        message([[1, 2, -2]]),
        message([[1, 2, 0], [2, 3, 0]]),
        message([[1, 2, ADDED]] * (MAX_BY_HAND + 1)),
    ],
)
def test_what_is_no_edit_is_ignored(sent):
    assert read(sent) is None


@pytest.mark.parametrize("at", [None, -1, 99, "1", 1.5])
def test_a_strange_index_still_points_at_a_point(at):
    assert 0 <= read(message(rows(), at=at)).at < 3


@pytest.mark.parametrize(
    ("mine", "read_as"),
    [
        ([1.0, 2.0], (1.0, 2.0)),
        ([3.0], (3.0,)),
        ([1e9, -1e9], "clamped"),
        ([1.0, 2.0, 3.0], None),
        (["1", 2.0], None),
        ([float("nan"), 1.0], None),
        (5, None),
    ],
)
def test_a_line_of_ones_own_is_one_or_two_heights_inside_the_window(mine, read_as):
    expected = (WINDOW.y.high, WINDOW.y.low) if read_as == "clamped" else read_as
    assert read(message(rows(), mine=mine)).mine == expected


def test_an_edit_survives_json():
    assert np.array_equal(read(json.loads(json.dumps(message(rows())))).points.xy, HOME.xy)
