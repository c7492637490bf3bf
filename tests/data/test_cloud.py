"""Clouds of points: what a URL holds of them reads back exactly, and nothing else gets in."""

import base64

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.data.cloud import ADDED, CELLS, Axis, Cloud, Window, changed, changes, unpack

X = np.array([0.3, 2.5, 4.75, 9.1])
Y = np.array([1.0, -2.25, 7.125, 3.3])
BASE = Cloud.of(X, Y)
WINDOW = Window.around(X, Y)

sizes = st.floats(1e-12, 1e12)
places = st.lists(st.tuples(st.integers(-500, 5000), st.integers(-500, 5000)), min_size=1, max_size=20)


@given(low=st.floats(-1e6, 1e6), span=sizes.filter(lambda s: s > 1e-3))
def test_an_axis_covers_its_range_in_at_most_4095_round_steps(low, span):
    axis, high = Axis.over(low, low + span), low + span
    assert axis.low <= low + np.spacing(
        abs(low)
    )  # the last digit of numbers far out is wider than 1e-9 of some spans
    assert axis.high >= high - np.spacing(abs(high))
    assert (axis.high - axis.low) / axis.step <= CELLS + 1e-6
    mantissa = f"{axis.step:e}"[0]
    assert mantissa in "125"


@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_a_round_number_stays_what_it_was(size):
    axis = Axis.over(0.0, 10 * size)
    values = size * np.array([0.0, 1.0, 2.5, 9.95])
    assert axis.snap(values) == pytest.approx(values, rel=1e-14)


@given(
    text=st.builds(
        lambda a, b, m, e: f"{a},{a + b},{m}e{e}",
        st.integers(-9999, 9999),
        st.integers(1, CELLS),
        st.sampled_from([1, 2, 5]),
        st.integers(-9, 9),
    )
)
def test_an_axis_reads_back(text):
    axis = Axis.read(text)
    assert Axis.read(str(axis)) == axis


@pytest.mark.parametrize(
    "text", ["", "1,2", "5,5,1", "0,5000,1", "0,10,0", "0,10,nan", "0,10,-1", "a,b,c", "0,9,1e300"]
)
def test_an_axis_that_is_none_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011
        Axis.read(text)


@given(places)
def test_added_points_read_back_and_take_four_characters(cells):
    points = WINDOW.points(np.array(cells))
    text = changes(Cloud(points, np.full(len(points), ADDED)), BASE.without(range(len(BASE))), WINDOW)
    assert len(text) == 2 + 4 * len(points)
    assert np.array_equal(unpack(text[2:], WINDOW), points)
    assert np.array_equal(WINDOW.snap(points), points)


def test_a_point_is_twelve_bits_of_x_and_twelve_of_y():
    # 24 bits as RFC 4648 writes them, computed here without the module.
    x, y = int(WINDOW.x.cells(np.array([2.5]))[0]), int(WINDOW.y.cells(np.array([7.0]))[0])
    text = base64.urlsafe_b64encode(bytes([x >> 4, (x & 15) << 4 | y >> 8, y & 255])).decode()
    assert unpack(text, WINDOW) == pytest.approx(WINDOW.snap(np.array([[2.5, 7.0]])))


def test_an_untouched_cloud_has_no_changes():
    assert changes(BASE, BASE, WINDOW) == ""
    assert np.array_equal(changed("", BASE, WINDOW, 9).xy, BASE.xy)


def test_moved_removed_and_added_points_read_back_and_others_keep_all_digits():
    xy = BASE.xy.copy()
    xy[2] = WINDOW.snap(np.array([[5.0, -1.0]]))[0]
    moved = Cloud(xy, BASE.origin).without([1])
    extra = WINDOW.snap(np.array([[8.0, 8.0], [1.0, 2.0]]))
    cloud = Cloud(np.concatenate([moved.xy, extra]), np.concatenate([moved.origin, [ADDED, ADDED]]))
    text = changes(cloud, BASE, WINDOW)
    assert len(text) == 6 + 1 + 2 + 1 + 8
    back = changed(text, BASE, WINDOW, 9)
    assert np.array_equal(back.xy, cloud.xy)
    assert np.array_equal(back.origin, cloud.origin)
    assert np.array_equal(back.xy[0], BASE.xy[0])


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("AAAAA", "length"),
        (".AA.AAA", "length"),
        ("AA.AA.AAAA.A", "length"),
        ("AEAAAAAA", "length"),
        ("A?AAAA", "characters"),
        ("äAAAAA", "characters"),
        ("__AAAA", "no point 4096"),
        (".AE", "no point 5"),
        ("..AAAAAAAAAAAA", "most|more"),
    ],
)
def test_text_that_is_no_change_is_refused_by_name(text, names):
    with pytest.raises(ValueError, match=names):
        changed(text, BASE, WINDOW, 6)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        cloud = changed(text, BASE, WINDOW, 300)
    except ValueError:
        return
    assert np.isfinite(cloud.xy).all()
    assert (cloud.xy[:, 0] >= min(WINDOW.x.low, X.min())).all()
    assert (cloud.xy[:, 1] <= max(WINDOW.y.high, Y.max())).all()


@pytest.mark.parametrize("values", [[5.0, 5.0], [0.0, 0.0], [1e12, 1e12 + 1], [1e-12, 2e-12], [-1e9, 1e9]])
def test_a_window_around_anything_is_finite_and_wide(values):
    window = Window.around(np.array(values), np.array(values))
    assert np.isfinite([window.x.low, window.x.high]).all()
    assert window.x.low < min(values) <= max(values) < window.x.high
