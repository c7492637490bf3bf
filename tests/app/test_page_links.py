"""Picture -> address -> picture is the identity: points, classes, names, fits, on every page that takes points."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from campaign import cases
from outlier_page import FIVE, PAGE, edit, editor, pasted, took
from scene_payload import unpack
from visiting import notice, query, read, visit

from lossviz.app.kit import own_points
from lossviz.app.kit.address import LONGEST
from lossviz.data import MAX_BY_HAND
from lossviz.data import read as read_table
from lossviz.data.numerals import looks_like_number
from lossviz.data.points import Points, decode, encode

DESCENT = "pages/gradient_descent.py"
OLD = json.loads((Path(__file__).resolve().parents[1] / "old_links.json").read_text(encoding="utf-8"))
NAMES = (
    "x",
    "y",
    "größe, m²",
    "面积",
    "😀 smile",
    "a~b:c.d",
    "50 % & more",
    "=1+1",
    "<b>",
    "'quoted'",
    "2019",
    "NA",
    "1,5",
)


def same_on_outliers(at):
    again = visit(PAGE, query(at))
    assert [e.message for e in again.exception] == []
    assert notice(again) == ""
    one, other = editor(at), editor(again)
    for part in ("points", "lines", "bands", "x", "y", "still", "mine", "names"):
        assert one[part] == other[part], part
    assert query(again) == query(at)
    return again


def scene(at):
    sent = next(c.proto for c in at.get("bidi_component") if c.proto.component_name == "lossviz_player")
    header, array, _ = unpack(sent.bytes)
    views = header["scene"]["views"]
    return [
        (
            view["x"],
            view["y"],
            [array(v).tobytes() for layer in view["layers"] for v in layer.values() if is_array(v)],
        )
        for view in views
    ]


def is_array(value):
    return isinstance(value, dict) and "shape" in value


def same_on_descent(at):
    again = visit(DESCENT, query(at))
    assert [e.message for e in again.exception] == []
    assert notice(again) == ""
    assert scene(again) == scene(at)
    assert at.session_state["descent.own"] == again.session_state["descent.own"]
    assert query(again) == query(at)
    return again


def written(names, columns):
    text = io.StringIO()
    rows = zip(*columns, strict=True)
    csv.writer(text).writerows(
        [names, *([v if isinstance(v, str) else repr(v) for v in row] for row in rows)]
    )
    return text.getvalue()


def table(rng, labelled=False):
    """Names and columns of a random table that a page takes."""
    count = int(rng.choice([2, 3, 7, 40, 120]))

    def column():
        kind = rng.choice(["digits", "few", "integers", "beyond", "spread", "far", "signed zero"])
        values = {
            "digits": rng.normal(size=count),
            "few": np.round(10 * rng.normal(size=count), 2),
            "integers": rng.integers(-1000, 1000, count).astype(float),
            "beyond": 2.0**60 + 2.0**25 * rng.integers(0, 4096, count),
            "spread": 10.0 ** rng.uniform(-80, 80, count),
            "far": 1.7e12 + np.round(1e6 * rng.normal(size=count)),
            "signed zero": rng.choice([-0.0, 0.0, 1.0], count),
        }[kind]
        values[0], values[1] = values[0], values[0] + max(1.0, abs(values[0]))
        return values.tolist()

    names = [str(name) for name in rng.choice(NAMES, 3, replace=False)]
    if all(map(looks_like_number, names[:2])):  # as a row of data reads
        names[0] = next(name for name in ("x", "y") if name != names[2])
    columns = [column(), column()]
    if labelled:
        words = rng.choice([["no", "yes"], ["0", "1"], ["-1", "1"], ["versicolor", "面"], ["=a", "@b"]])
        columns.append([str(words[k % 2]) for k in rng.permutation(count)])
    return names, columns


def test_a_point_far_from_the_others_costs_them_no_digit():
    at = took(pasted(FIVE), "outliers")
    assert [point[:2] for point in editor(at)["points"]] == [[1, 1], [2, 1.5], [3, 2], [4, 2.5], [5, 9999]]
    again = same_on_outliers(at)
    line = next(line for line in editor(again)["lines"] if line["name"] == "MAE")
    left, right = editor(again)["x"]["domain"]
    assert line["ends"] == pytest.approx([0.5 + 0.5 * left, 0.5 + 0.5 * right])


@pytest.mark.parametrize("seed", range(cases(6, 150)))
def test_a_table_drawn_on_the_outlier_page_comes_back_from_its_address(seed):
    rng = np.random.default_rng([2611, seed])
    names, columns = table(rng)
    at = took(pasted(written(names[:2], columns)), "outliers")
    drawn = decode(at.session_state["outliers.own"])
    assert sorted(drawn.xy.T.tobytes()) == sorted(np.array(columns).tobytes())
    if len(query(at)) <= LONGEST and "own" in query(at):
        same_on_outliers(at)
    _edit_somewhere(at, rng)
    same_on_outliers(at)


def _edit_somewhere(at, rng):
    """A point moved, one removed and one added, as the browser sends it; a second one as well."""
    for _ in range(2):
        sent = editor(at)
        rows = [list(row) for row in sent["points"]]
        low, high = sent["y"]["domain"]
        rows[int(rng.integers(len(rows)))][1] = float(rng.uniform(low, high))
        rows.append([float(rng.uniform(*sent["x"]["domain"])), float(rng.uniform(low, high)), -1])
        if len(rows) > 4:
            rows.pop(int(rng.integers(len(rows) - 1)))
        edit(at, points=rows, at=0)
        assert [e.message for e in at.exception] == []


@pytest.mark.parametrize("seed", range(cases(5, 100)))
@pytest.mark.parametrize("task", ["line", "classes"])
def test_a_table_drawn_on_the_descent_page_comes_back_from_its_address(task, seed):
    rng = np.random.default_rng([1126, seed])
    names, columns = table(rng, labelled=task == "classes")
    at = visit(DESCENT, f"task={task}&data=own")
    at.text_area(key="descent:own paste").set_value(written(names[: len(columns)], columns)).run()
    took(at, "descent")
    assert "own" in query(at)
    same_on_descent(at)


@pytest.mark.parametrize("row", OLD, ids=range(len(OLD)))
def test_links_of_older_forms_show_what_they_showed(row):
    """Reference: what the code showed that wrote them."""
    at = visit(f"pages/{row['page']}.py", {name: v[-1] for name, v in parse_qs(row["query"]).items()})
    assert [e.message for e in at.exception] == []
    assert notice(at) == ""
    if row["page"] == "outliers":
        assert [point[:2] for point in editor(at)["points"]] == row["points"]
        assert [editor(at)[axis]["title"] for axis in "xy"] == row["names"]
        same_on_outliers(at)
    else:
        held = decode(at.session_state["descent.own"])
        assert held.xy.tolist() == row["points"]
        assert (None if held.labels is None else held.labels.tolist()) == row["labels"]
        assert "points=" not in query(at)
        same_on_descent(at)


# --- beyond a link ---------------------------------------------------------------------------------


def captions(at):
    return read(" ".join(caption.value for caption in at.caption))


def buttons(at):
    return [button.proto.label for button in at.get("download_button")]


@pytest.mark.parametrize(("file", "page"), [(PAGE, "outliers"), (DESCENT, "descent")])
def test_what_a_link_cannot_hold_is_said_and_offered_as_a_file(file, page):
    xy = np.random.default_rng(5).normal(size=(MAX_BY_HAND, 2))
    text = written(("x", "y"), xy.T.tolist())
    at = visit(file, "data=own")
    if page == "outliers":
        at = pasted(text)
    else:
        at.text_area(key="descent:own paste").set_value(text).run()
    took(at, page)
    assert decode(at.session_state[f"{page}.own"]).xy.tobytes() == xy.tobytes()
    assert len(query(at)) < LONGEST
    assert "own=" not in query(at)
    assert "more than the 4,000 it may have: neither it nor a reload brings them back" in captions(at)
    assert "CSV of the points" in buttons(at)


def test_what_a_link_can_hold_is_no_file():
    at = took(pasted(FIVE), "outliers")
    assert "CSV of the points" not in buttons(at)
    assert "brings them back" not in captions(at)


def test_more_points_than_can_be_moved_are_offered_as_a_file():
    at = took(pasted("x,y\n" + "".join(f"{k},{k % 7}\n" for k in range(MAX_BY_HAND + 1))), "outliers")
    assert "451 points are more than the 450 that a link holds" in captions(at)
    assert "CSV of the points" in buttons(at)


def test_edits_and_points_that_are_too_long_together_are_a_file_too():
    xy = np.round(np.random.default_rng(5).normal(size=(400, 2)), 3)
    at = visit(PAGE, {"data": "own", "own": encode(Points(xy))})
    assert notice(at) == ""
    rows = [[x, y + 0.1, origin] for x, y, origin in editor(at)["points"]]
    edit(at, points=rows)
    assert len(query(at)) < LONGEST
    assert "p=" not in query(at)
    assert "neither it nor a reload brings them back" in captions(at)


@pytest.mark.parametrize("seed", range(cases(40, 1000)))
def test_the_file_is_read_again_as_the_points_it_holds(seed):
    rng = np.random.default_rng([77, seed])
    labelled = bool(seed % 2)
    names, columns = table(rng, labelled)
    words = columns[2] if labelled else ()
    saved = own_points.table(own_points.columns(np.array(columns[:2]).T, names, words))
    sheet = read_table(saved)
    if labelled:
        found, notes = sheet.classes(*names, most=MAX_BY_HAND)
        assert [found.classes[int(k)] for k in found.y] == words
        assert found.x.T.tobytes() == np.array(columns[:2]).tobytes()
    else:
        found, notes = sheet.dataset(names[1], names[0])
        assert found.x.tobytes() + found.y.tobytes() == np.array(columns).tobytes()
    assert not [note for note in notes if "left out" in note]
