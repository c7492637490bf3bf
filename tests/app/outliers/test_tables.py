"""The outlier page's numbers: what is shown of the fits, and points edited in their table."""

import json
import re

import numpy as np
import pytest
from visiting import payload, query, run_with, send, tables, visit, widget_states

from lossviz import data
from lossviz.data.cloud import Cloud, Window, changed
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.data.numerals import typed

PAGE = "pages/outliers.py"
FOUND = data.make("gaussian", n=20, outliers=0.05, seed=3)
BASE, WINDOW = Cloud.of(FOUND.x, FOUND.y), Window.around(FOUND.x, FOUND.y)


def numbers(state=""):
    """The page with its tab of numbers and the points' table open."""
    at = visit(PAGE, state)
    at.session_state["outliers.tab"] = "Numbers"
    at.session_state["outliers:by number"] = True
    at.run()
    assert [e.message for e in at.exception] == []
    return at


def table(at):
    (found,) = (element for element in at.dataframe if "points table" in element.proto.id)
    return found


def fill(at, edited=None, added=(), deleted=()):
    """Run the page as after these edits in the browser, which sends cells as text."""
    states = widget_states(at)
    states.widgets.add(
        id=table(at).proto.id,
        string_value=json.dumps(
            {"edited_rows": edited or {}, "added_rows": list(added), "deleted_rows": list(deleted)}
        ),
    )
    run_with(at, states)
    assert [e.message for e in at.exception] == []
    return at


def points(at):
    return np.array(payload(at, "point_editor")["points"])[:, :2]


def said(at):
    return payload(at, "point_editor")["said"]


def captions(at):
    return " ".join(caption.value for caption in at.caption)


def test_rows_carry_the_numbers_of_the_sentences_and_all_digits():
    rows = table(numbers()).value
    assert list(rows.columns) == ["point", "x", "y"]
    assert list(rows["point"]) == list(range(1, 21))
    assert rows[["x", "y"]].to_numpy().astype(float) == pytest.approx(BASE.xy, rel=1e-9)


def test_a_typed_height_leaves_x_its_digits_and_reads_back_from_the_address():
    at = fill(numbers(), {2: {"y": "12,5"}})
    expected = BASE.xy.copy()
    expected[2, 1] = 12.5
    assert points(at) == pytest.approx(expected, rel=1e-11)
    assert "Point 3 went up" in said(at)
    assert points(visit(PAGE, query(at))) == pytest.approx(expected, rel=1e-11)


def test_a_move_after_a_typed_height_is_of_one_point():
    at = fill(numbers(), {2: {"y": "12.5"}})
    fill(at, {4: {"y": "0"}})
    assert said(at).startswith("Point 5 went down")


def test_a_drag_straight_up_leaves_x_its_digits_though_the_browser_rounds_it():
    at = visit(PAGE)
    for i, height in ((2, 12.5), (4, 0.0)):
        sent = payload(at, "point_editor")
        rows = sent["points"]
        rows[i] = [*WINDOW.snap(np.array([[rows[i][0], height]]))[0].tolist(), rows[i][2]]
        if i == 4:  # the browser still has the point before as it rounded it
            rows[2][:2] = WINDOW.snap(np.array([rows[2][:2]]))[0].tolist()
        edit = {"seq": sent["ack"] + 1, "rev": sent["rev"], "why": "drop", "last": True, "at": i}
        send(at, "outliers:points", edit={**edit, "points": rows, "mine": sent["mine"]})
    assert said(at).startswith("Point 5 went down")
    assert points(at)[:, 0] == pytest.approx(BASE.x, rel=1e-11)


@pytest.mark.parametrize(
    ("edited", "added"),
    [
        ({2: {"y": ""}}, ()),
        ({2: {"y": None, "x": "abc"}}, ()),
        ({2: {"point": 7}}, ()),
        ({}, [{}]),
        ({}, [{"x": "3"}]),
        ({}, [{"x": "3", "y": None}, {"y": "nan"}]),
    ],
)
def test_an_edit_that_changes_nothing_says_nothing(edited, added):
    at = numbers("charge=huber")
    before, sentence = query(at), said(at)
    fill(at, edited, added)
    assert query(at) == before
    assert said(at) == sentence
    assert points(at) == pytest.approx(BASE.xy, rel=1e-11)


def test_a_cell_that_was_emptied_is_filled_again():
    at = numbers()
    before = table(at).proto.id
    fill(at, {2: {"y": ""}})
    assert table(at).proto.id != before
    half = table(at).proto.id
    fill(at, added=[{"x": "3"}])
    assert table(at).proto.id == half


def test_rows_are_added_and_deleted():
    at = fill(numbers(), added=[{"x": "3", "y": "−2"}, {"x": "4"}])
    assert len(points(at)) == 21
    assert points(at)[20] == pytest.approx([3, -2])
    fill(at, deleted=[0, 20])
    assert points(at) == pytest.approx(BASE.xy[1:], rel=1e-11)


def test_numbers_beyond_the_window_are_named_with_its_bound_until_the_next_edit():
    at = fill(numbers(), {2: {"y": "1e3"}, 4: {"x": "-70"}}, [{"x": "1", "y": "-500"}])
    high, left, low = (f"{v:.10g}".replace("-", "−") for v in (WINDOW.y.high, WINDOW.x.low, WINDOW.y.low))
    assert f"Point 3: y = 1000 is beyond the window, which ends at {high}; {high} is used." in captions(at)
    assert f"Point 5: x = −70 is beyond the window, which ends at {left}" in captions(at)
    assert f"Point 21: y = −500 is beyond the window, which ends at {low}" in captions(at)
    assert points(at)[[2, 20], 1] == pytest.approx([WINDOW.y.high, WINDOW.y.low])
    fill(at, {2: {"y": "3"}})
    assert "beyond the window" not in captions(at)


def test_a_row_too_many_is_left_out_of_points_and_table_and_that_is_said():
    at = numbers(f"n={MAX_BY_HAND}")
    before = table(at).proto.id
    fill(at, added=[{"x": "3", "y": "2"}])
    assert len(points(at)) == MAX_BY_HAND
    assert "A row is left out: 450 points are the most that can be moved here." in captions(at)
    assert table(at).proto.id != before


def test_the_bounds_have_a_true_minus():
    said_of = next(caption.value for caption in numbers().caption if "Edited points" in caption.value)
    assert "-" not in said_of
    assert f"from {WINDOW.y.low:.10g}".replace("-", "−") in said_of


def test_a_table_without_points_takes_new_ones():
    at = numbers("n=500")
    assert len(table(at).value) == 0
    assert points(fill(at, added=[{"x": "3", "y": "4"}])) == pytest.approx(np.array([[3.0, 4.0]]))


def test_hidden_fits_are_in_no_table_no_download_and_no_link():
    at = numbers("guess=predict")
    assert "The fits are hidden until you reveal them." in captions(at)
    assert not tables(at)
    assert [button.proto.label for button in at.get("download_button")] == ["CSV of the points"]
    assert "Edited points are kept" in captions(at)
    assert len(points(fill(at, {2: {"y": "3"}}))) == 20
    revealed = numbers("guess=reveal")
    assert "points ignored" in tables(revealed)
    assert "hidden until" not in captions(revealed)


def test_a_coordinate_in_its_own_place_is_home():
    """What the browser rounds to the grid is no move."""
    near = WINDOW.points(WINDOW.cells(BASE.xy))
    assert (near != BASE.xy).any()
    np.testing.assert_array_equal(WINDOW.settle(near, BASE.xy), BASE.xy)
    away = near + 3 * np.array([WINDOW.x.step, WINDOW.y.step])
    np.testing.assert_allclose(WINDOW.settle(away, BASE.xy), away, rtol=1e-12)
    assert np.array_equal(changed("", BASE, WINDOW, 300).xy, BASE.xy)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1e2", 100), (" −2,5 ", -2.5), ("+.5", 0.5), ("7.", 7), ("abc", None), ("", None), ("-", None), ("1e999", None)],
)  # fmt: skip
def test_what_a_cell_may_hold(text, value):
    assert typed(text) == value


def test_the_table_lets_through_what_is_a_number():
    columns = json.loads(table(numbers()).proto.columns)
    (validate,) = {columns[name]["type_config"]["validate"] for name in ("x", "y")}
    for text in ("1e2", " −2,5 ", "+.5", "7.", "1e999"):
        assert re.match(validate, text), text
    for text in ("abc", "", "-", "1e", "1.2.3"):
        assert not re.match(validate, text), text
