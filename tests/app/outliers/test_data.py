"""A person's own table on the outlier page: what is read, what a link keeps of it, and what is said of it."""

import re

import numpy as np
import pytest
from outlier_page import PAGE, assert_fine, drawn, editor, lines, pasted, said
from visiting import notice, payload, query, visit

from lossviz import data
from lossviz.app.kit.own_points import OWN
from lossviz.app.outliers import controls


def test_names_with_marks_are_drawn_come_back_and_are_no_markup():
    at = drawn("a~b [$],c_d *$*,text\n1,2,$x$\n2,5,$y$\n3,4,z\n")
    assert [e.message for e in at.exception] == []
    assert payload(at, "point_editor")["x"]["title"] == "a~b [$]"
    said = " ".join(caption.value for caption in at.caption)
    assert r"Column “text” left out: it holds text, the first on line 2 (“\$x\$”)" in said
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    assert payload(again, "point_editor")["y"]["title"] == "c_d *$*"


@pytest.mark.parametrize(
    "numbers",
    [("1000000000000.001", "1000000000000.002", "1000000000000.003"), ("1e-200", "2e-200", "4e-200")],
)
def test_numbers_too_close_together_are_refused_and_the_page_keeps_its_points(numbers):
    at = pasted("x,y\n" + "".join(f"{number},{k}\n" for k, number in enumerate(numbers)))
    assert [e.message for e in at.exception] == []
    assert "cannot be told apart" in at.error[0].value
    assert not any(button.label == "Draw these points" for button in at.button)
    assert len(payload(at, "point_editor")["points"]) == 20


@pytest.mark.parametrize("offset", [1e9, -1e9, 1e10])
def test_a_large_offset_costs_no_digit_of_a_fit(offset):
    """Reference: the same points without the offset."""
    rows = [(0.0, 1.0), (0.25, 2.0), (0.5, 2.5), (1.0, 5.0)]
    lines = [
        payload(drawn("x,y\n" + "".join(f"{x + shift!r},{y}\n" for x, y in rows)), "point_editor")["lines"]
        for shift in (0.0, offset)
    ]
    for here, there in zip(*lines, strict=True):
        slopes = [float(re.search(r"[+−] (\S+) \(?x", line["detail"])[1]) for line in (here, there)]
        assert slopes[0] == slopes[1]


def test_one_column_is_drawn_against_the_order_of_its_rows():
    sent = payload(drawn("copper\n2.9\n3.1\n28\n"), "point_editor")
    assert sent["x"]["title"] == "row"
    assert [point[:2] for point in sent["points"]] == [[1, 2.9], [2, 3.1], [3, 28]]


def test_an_empty_file_is_said_to_be_empty():
    at = visit(PAGE)
    at.session_state["outliers:Change the data"] = True
    at.run()
    at.file_uploader(key="outliers:own file").set_value(("empty.csv", b"", "text/csv")).run()
    assert [error.value.replace("\\", "") for error in at.error] == [
        "empty.csv: There is nothing to read: the text is empty."
    ]
    assert len(payload(at, "point_editor")["points"]) == 20


def test_both_bounds_stay_in_sight_once_the_points_are_drawn():
    at = drawn("x,y\n" + "".join(f"{k},{k % 7}\n" for k in range(2500)))
    below = next(caption.value for caption in at.caption if "Data: your own data" in caption.value)
    assert "2,500 points: more than the 450 that can be moved or fit into a link" in below
    assert any(
        caption.value.startswith("The 2,500 points are all fitted. 2,000 of them") for caption in at.caption
    )


def test_a_predictor_that_is_picked_is_drawn_and_edits_of_another_are_forgotten():
    at = visit(PAGE, "data=stackloss&p=AAAAAA&line=10,20")  # the first point is in the lower left corner
    assert "p=AAAAAA" in query(at)
    at.session_state["outliers:Change the data"] = True
    at.run()
    for name in ("water_temp", "acid_conc", "air_flow"):
        at.selectbox(key="outliers.by").set_value(name).run()
        assert [e.message for e in at.exception] == []
        assert f"by={name}" in query(at)
        assert "p=" not in query(at)
        assert "line=" not in query(at)
        expected = data.load("stackloss", name)
        points = np.array(payload(at, "point_editor")["points"])
        np.testing.assert_array_equal(points[:, :2], np.stack([expected.x, expected.y], axis=1))
    at.selectbox(key="outliers.data").set_value("hbk").run()
    assert "by=air_flow" not in query(at)


def test_pasted_points_are_drawn_and_a_link_holds_them():
    at = drawn("area;price\n70;260,5\n95;340\n120;411,25\n")
    assert_fine(at)
    assert [p[:2] for p in editor(at)["points"]] == [[70, 260.5], [95, 340], [120, 411.25]]
    assert editor(at)["x"]["title"] == "area"
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    for mine, theirs in zip(editor(again)["points"], editor(at)["points"], strict=True):
        assert mine == theirs
    assert editor(again)["y"]["title"] == "price"


@pytest.mark.parametrize("text", ["", "a,b\n", "name\nx\ny\n", "\x00\x01\x02", "x,y\none,two\nthree,four\n"])
def test_a_table_that_cannot_be_read_is_explained_and_the_page_keeps_its_points(text):
    at = pasted(text)
    assert [e.message for e in at.exception] == []
    assert len(editor(at)["points"]) == 20
    assert len(at.error) == (1 if text else 0)


def test_points_on_a_line_cost_nothing_not_rounding():
    at = drawn("x,y\n70,2\n95,3\n120,4\n")
    assert said(at) == "All 3 points are on the line: it costs nothing."
    assert all(line["detail"].endswith("total 0") for line in lines(at).values())


def test_missing_cells_are_counted_and_left_out():
    at = drawn("x,y\n1,2\n2,NA\n3,6\n4,inf\n5,9\n")
    assert len(editor(at)["points"]) == 3
    assert any("2 rows" in c.value and "left out" in c.value for c in at.caption)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("x,y\n1,1\n1,2\n1,3\n", "Nothing is fitted"),
        ("x,y\n1,5\n2,5\n3,5\n", ""),
        ("x,y\n1e-12,1e-12\n2e-12,3e-12\n4e-12,2e-12\n", ""),
        ("x,y\n1e12,1e12\n2e12,3e12\n4e12,2e12\n", ""),
        ("x,y\n1,1\n1,1\n", "Nothing is fitted"),
    ],
)
def test_degenerate_data_is_drawn_or_explained(text, says):
    at = drawn(text)
    for view in controls.VIEWS:
        at.button_group(key="outliers.view").set_value(view).run()
        assert_fine(at)
        ends = [end for line in editor(at)["lines"] for end in line["ends"]]
        assert np.isfinite(ends).all()
        if view in ("fit", "sensitivity", "bars"):
            assert said(at).startswith(says)


def test_own_is_offered_before_there_is_any():
    at = visit(PAGE, f"data={OWN}")
    assert any("Paste a table" in c.value for c in at.caption)
