"""Points with classes that are edited by hand: what the browser sends, what the address holds, and what is trained."""

from urllib.parse import urlencode

import numpy as np
import pytest
from campaign import cases
from scene_payload import unpack
from visiting import notice, payload, payloads, query, send, visit

from lossviz.app.kit.point_editor import read_edit
from lossviz.data import classes
from lossviz.data.cloud import ADDED, Cloud, Window, changed, changes
from lossviz.data.points import Points, decode, encode
from lossviz.draw import editor, style

PAGE = "pages/gradient_descent.py"
KEY = "descent:labelled points"
XY = np.array([[0.123456789, 0.0], [1.0, 3.0], [2.0, 2.0], [3.0, 0.5]])
MINE = Points(XY, ("a", "b"), np.array([1, 0, 1, 0]), ("no", "<b>yes</b>"), "kind")
HOME = Cloud.of(XY[:, 0], XY[:, 1], MINE.labels)
WINDOW = Window.around(XY[:, 0], XY[:, 1])


def address(points=MINE, task="classes"):
    return urlencode({"task": task, "data": "own", "own": encode(points), "v": "2"})


def message(rows, **other):
    return {"seq": 1, "rev": 0, "why": "drop", "last": True, "at": 0, "mine": None, "points": rows, **other}


def rows_of(at):
    return payload(at, "point_editor")["points"]


def told(at, rows, seq=1, **other):
    """The page after the browser has sent these points."""
    rev = payload(at, "point_editor")["rev"]
    return send(at, KEY, edit=message(rows, **{"seq": seq, "rev": rev, **other}))


def held(at):
    return decode(at.session_state["descent.own"])


def trained(at):
    """The points that are drawn beside the boundary, and their classes."""
    header, array, _ = unpack(payloads(at, "player")[0])
    layer = next(item for item in header["scene"]["views"][0]["layers"] if item["kind"] == "points")
    return np.stack([array(layer["x"]), array(layer["y"])], axis=1), array(layer["color"])


def test_a_cloud_keeps_labels_beside_their_points():
    assert HOME.without([1]).labels.tolist() == [1, 1, 0]
    assert HOME.part(np.array([3, 0])).labels.tolist() == [0, 1]
    assert HOME.with_y(np.zeros(4)).labels.tolist() == HOME.labels.tolist()
    assert HOME.at(XY + 1.0).labels.tolist() == HOME.labels.tolist()
    assert Cloud.of(XY[:, 0], XY[:, 1]).without([0]).labels is None


@pytest.mark.parametrize("labels", [[0, 1, 0], [0, 1, 0, -1]])
def test_labels_that_fit_no_cloud_are_refused(labels):
    with pytest.raises(ValueError, match="label"):
        Cloud.of(XY[:, 0], XY[:, 1], np.array(labels))


def test_labels_are_never_lost_in_the_text_of_what_was_changed():
    """That text has no room for them, and says so rather than leave them out."""
    with pytest.raises(ValueError, match="labels are written whole"):
        changes(HOME, HOME, WINDOW)
    with pytest.raises(ValueError, match="labels are written whole"):
        changed("", HOME, WINDOW, 10)


def test_each_class_has_a_colour_and_a_scene_without_classes_takes_no_labels():
    scene = editor.Scene("", "", "a", "b", WINDOW, classes=["u", "v"])
    sent = editor.payload(HOME, scene, key="k", name="n", rev=0, ack=0, at=0)
    assert [row[3] for row in sent["points"]] == [1, 0, 1, 0]
    assert [c["color"] for c in sent["classes"]] == list(style.CLASS_COLORS)
    bare = editor.Scene("", "", "a", "b", WINDOW)
    few = editor.Scene("", "", "a", "b", WINDOW, classes=["u"])
    for cloud, wrong in ((HOME, bare), (HOME, few), (Cloud(XY, HOME.origin), scene)):
        with pytest.raises(ValueError, match="labels of the points"):
            editor.payload(cloud, wrong, key="k", name="n", rev=0, ack=0, at=0)


def test_every_class_up_to_a_hundred_has_a_colour_of_the_palette():
    found = [style.class_color(k) for k in range(100)]
    assert set(found) == set(style.PALETTE)
    assert len(set(found[: len(style.PALETTE)])) == len(style.PALETTE)


HOSTILE = [2, -1, 0.5, 1e300, float("nan"), float("inf"), True, None, "1", [1], {}]


@pytest.mark.parametrize("label", HOSTILE, ids=repr)
def test_labels_that_are_no_class_are_refused(label):
    rows = [[*map(float, xy), i, int(c)] for i, (xy, c) in enumerate(zip(XY, MINE.labels, strict=True))]
    assert read_edit(message(rows), HOME, WINDOW, 0, classes=2) is not None
    for which in range(4):
        spoiled = [list(row) for row in rows]
        spoiled[which][3] = label
        assert read_edit(message(spoiled), HOME, WINDOW, 0, classes=2) is None


def test_a_row_has_a_label_where_there_are_classes_and_only_there():
    bare = [[*map(float, xy), i] for i, xy in enumerate(XY)]
    assert read_edit(message(bare), HOME, WINDOW, 0, classes=2) is None
    assert read_edit(message([[*row, 0] for row in bare]), HOME, WINDOW, 0) is None


@pytest.mark.parametrize("task", ["classes", "network"])
def test_a_moved_point_keeps_its_class_through_training_address_and_reload(task):
    at = visit(PAGE, address(task=task))
    rows = rows_of(at)
    rows[1][:2] = [0.5, 1.0]
    at = told(at, [*rows, [2.5, 2.5, ADDED, 1]])
    assert not at.exception
    xy, labels = np.array([XY[0], [0.5, 1.0], XY[2], XY[3], [2.5, 2.5]]), [1, 0, 1, 0, 1]
    assert np.allclose(held(at).xy, xy, atol=0.01)
    assert np.array_equal(held(at).xy[[0, 2, 3]], XY[[0, 2, 3]])
    assert held(at).labels.tolist() == labels
    assert (held(at).names, held(at).classes, held(at).label_name) == (MINE.names, MINE.classes, "kind")
    drawn, colours = trained(at)
    assert np.allclose(drawn, held(at).xy, rtol=1e-6)
    assert list(colours) == labels
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    assert np.array_equal(np.array(rows_of(again))[:, :2], held(at).xy)
    assert [row[3] for row in rows_of(again)] == labels


def test_reset_brings_the_first_points_back_and_undo_of_it_is_heard():
    at = visit(PAGE, address())
    moved = [[1.5, 1.5, *rest] for _, _, *rest in rows_of(at)[:1]] + rows_of(at)[1:3]
    at = told(at, moved)
    assert payload(at, "point_editor")["edited"]
    at = told(at, moved, seq=2, why="reset")
    assert np.array_equal(held(at).xy, XY)
    assert not payload(at, "point_editor")["edited"]
    at = told(at, moved, seq=3, why="undo")
    assert len(held(at).xy) == 3
    assert held(at).labels.tolist() == [1, 0, 1]


def test_what_no_link_could_hold_is_refused_in_a_sentence_and_the_points_stay():
    at = visit(PAGE, address())
    before = payload(at, "point_editor")["rev"]
    at = told(at, rows_of(at)[:1], why="remove")
    assert np.array_equal(held(at).xy, XY)
    assert "The points are as before: a link holds from 2 to 450 points, not 1." in notice(at)
    assert payload(at, "point_editor")["rev"] > before
    at = told(at, rows_of(at)[:3], seq=2, why="remove")
    assert notice(at) == ""
    assert len(held(at).xy) == 3


def test_an_editor_that_is_drawn_anew_knows_where_each_point_came_from():
    at = visit(PAGE, address())
    at = told(at, [*rows_of(at)[1:], [2.5, 2.5, ADDED, 1]])
    assert [row[2:] for row in rows_of(at)] == [[1, 0], [2, 1], [3, 0], [ADDED, 1]]
    sent = rows_of(at)
    sent[0][:2] = (XY[1] + 1e-5).tolist()
    assert np.array_equal(held(told(at, sent, seq=2)).xy[:3], XY[1:])


def test_other_points_from_elsewhere_are_another_set_to_the_browser():
    at = visit(PAGE, address())
    first = payload(at, "point_editor")
    at.session_state["descent.own"] = encode(Points(XY + 1.0, ("a", "b"), MINE.labels, ("no", "yes")))
    other = payload(at.run(), "point_editor")
    assert other["set"] != first["set"]
    assert other["rev"] > first["rev"]


def test_points_of_a_toy_set_can_be_taken_and_are_then_trained_on_exactly():
    at = visit(PAGE, "task=classes&data=moons&sample=3")
    toy = classes.make("moons", 80, 3)
    assert not [c for c in at.get("bidi_component") if c.proto.component_name == "lossviz_point_editor"]
    at.button(key="descent:adopt").click().run()
    assert np.array_equal(held(at).xy, toy.x)
    assert np.array_equal(held(at).labels, toy.y)
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    assert len(rows_of(again)) == 80


def test_points_without_classes_and_the_task_line_have_no_such_editor():
    plain = Points(XY, ("a", "b"))
    for state in (address(plain), address(task="line")):
        at = visit(PAGE, state)
        assert not [c for c in at.get("bidi_component") if c.proto.component_name == "lossviz_point_editor"]


@pytest.mark.parametrize("seed", range(cases(3, 40)))
def test_any_edits_come_back_from_the_address(seed):
    """Points of every size, moved, added, taken away and given other classes, over and over."""
    rng = np.random.default_rng(seed)
    size = 10.0 ** rng.integers(-9, 10)
    xy = rng.normal(0.0, size, (int(rng.integers(3, 40)), 2)) + rng.choice([0.0, 100.0 * size])
    labels = rng.integers(0, 2, len(xy))
    at = visit(PAGE, address(Points(xy, ("a", "b"), labels, ("n", "y"))))
    for seq in range(1, 4):
        sent = payload(at, "point_editor")
        rows = [row for row in sent["points"] if rng.uniform() < 0.9] or sent["points"]
        low, high = np.array([sent["x"]["domain"], sent["y"]["domain"]]).T
        for row in rows:
            if rng.uniform() < 0.3:
                row[:2] = rng.uniform(low, high).tolist()
        rows += [[*rng.uniform(low, high).tolist(), ADDED, int(rng.integers(2))] for _ in range(2)]
        at = told(at, rows, seq=seq)
        assert not at.exception
        assert held(at).labels.tolist() == [row[3] for row in rows]
        again = visit(PAGE, query(at))
        assert notice(again) == ""
        assert np.array_equal(np.array(rows_of(again))[:, :2], held(at).xy)
        assert [row[3] for row in rows_of(again)] == [row[3] for row in rows]
