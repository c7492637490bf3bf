"""A person's own table on the outlier page: what a link keeps of it, and what is said of it."""

import numpy as np
import pytest
from visiting import notice, payload, query, visit

from lossviz import data
from lossviz.data import Dataset
from lossviz.ui.address import LONGEST
from lossviz.ui.outlier_data import MAX_DRAGGABLE, _read_own, _write_own

PAGE = "pages/outliers.py"


def pasted(text, state=""):
    """The outlier page after a table was pasted."""
    at = visit(PAGE, state)
    at.session_state["outliers:Change the data"] = True
    at.run()
    at.text_area(key="outliers:paste").set_value(text).run()
    return at


def drawn(text):
    at = pasted(text)
    next(button for button in at.button if button.label == "Draw these points").click().run()
    return at


@pytest.mark.parametrize(
    "name", ["a~b", "50 % & more", "x.y,z", "größe " * 9, "面积" * 30, "😀" * 40, " ", "%7E"]
)
def test_a_link_holds_any_name_and_the_most_points(name):
    x, y = np.random.default_rng(0).normal(size=(2, MAX_DRAGGABLE))
    text = _write_own(Dataset(x, y, (name, name), ""))
    assert len(text) <= LONGEST
    points, window, names = _read_own(text)
    assert name.startswith(names[0])
    assert len(names[0]) >= min(len(name), 25)
    np.testing.assert_allclose(points, np.stack([x, y], axis=1), atol=max(window.x.step, window.y.step) / 2)


def test_names_with_marks_are_drawn_come_back_and_are_no_markup():
    at = drawn("a~b [$],c_d *$*,text\n1,2,$x$\n2,5,$y$\n3,4,z\n")
    assert [e.message for e in at.exception] == []
    assert payload(at, "point_editor")["x"]["title"] == "a~b [$]"
    said = " ".join(caption.value for caption in at.caption)
    assert r"Column 'text' left out: it holds text, the first on line 2 \('\$x\$'\)" in said.replace(
        r"\:", ":"
    )
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
        slopes = [float(line["detail"].split("x")[0].split()[-1]) for line in (here, there)]
        assert slopes[0] == slopes[1]


def test_one_column_is_drawn_against_the_order_of_its_rows():
    sent = payload(drawn("copper\n2.9\n3.1\n28\n"), "point_editor")
    assert sent["x"]["title"] == "row"
    assert [point[:2] for point in sent["points"]] == [[1, 2.9], [2, 3.1], [3, 28]]


def test_an_empty_file_is_said_to_be_empty():
    at = visit(PAGE)
    at.session_state["outliers:Change the data"] = True
    at.run()
    at.file_uploader(key="outliers:file").set_value(("empty.csv", b"", "text/csv")).run()
    assert [error.value.replace("\\", "") for error in at.error] == [
        "empty.csv: There is nothing to read: the text is empty."
    ]
    assert len(payload(at, "point_editor")["points"]) == 20


def test_both_bounds_stay_in_sight_once_the_points_are_drawn():
    at = drawn("x,y\n" + "".join(f"{k},{k % 7}\n" for k in range(2500)))
    below = next(caption.value for caption in at.caption if "Data: your own data" in caption.value)
    assert "2,000 of 2,500 rows are used" in below
    assert "more than the 300 that can be moved or fit into a link" in below


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
