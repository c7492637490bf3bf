"""The task "Many classes" in Streamlit's harness: its data, its own points, its script, and what its preset claims."""

from urllib.parse import parse_qsl, urlencode

import numpy as np
import pytest
from scene_payload import unpack
from visiting import notice, payload, payloads, query, send, visit

from lossviz import losses, optimizers
from lossviz.app.descent.presets import PRESETS
from lossviz.app.descent.problem import MOST_CLASSES
from lossviz.data import classes
from lossviz.data.points import Points, decode, encode
from lossviz.descent import descend
from lossviz.descent.optimum import optimum
from lossviz.draw import style
from lossviz.models import Cost

PAGE = "pages/gradient_descent.py"
XY = np.array([[0.125, 0.0], [1.0, 3.0], [2.0, 2.0], [3.0, 0.5], [2.0, 2.5], [0.0, 1.0]])
MINE = Points(XY, ("a", "b"), np.array([1, 0, 2, 1, 2, 0]), ("oak", "elm", "<b>ash</b>"), "kind")


def address(points, **more):
    return urlencode({"task": "many", "data": "own", "own": encode(points), "v": "2", "steps": "20", **more})


def said(at):
    return " ".join(e.value for e in at.caption)


def drawn(at):
    """The points beside the regions, their classes, and the names and colours of these."""
    header, array, _ = unpack(payloads(at, "player")[0])
    layer = next(item for item in header["scene"]["views"][0]["layers"] if item["kind"] == "points")
    return np.stack([array(layer["x"]), array(layer["y"])], axis=1), list(array(layer["color"])), layer


def last(at):
    header, array, _ = unpack(payloads(at, "player")[0])
    return {r["label"]: array(r["values"])[-1] for r in header["scene"]["readings"]}


@pytest.mark.parametrize("name", classes.MANY)
@pytest.mark.parametrize("loss", losses.names("multiclass"))
def test_toy_data_are_trained_on_as_the_library_does(name, loss):
    at = visit(PAGE, f"task=many&data={name}&loss={loss}&steps=20&lr=0.3")
    assert not at.exception
    data = classes.make(name, 80, 0)
    cost = Cost.linear(data, losses.get(loss))
    run = descend(cost, optimizers.get("sgd", learning_rate=0.3), np.zeros(cost.dimension), steps=20)
    called = cost.score(run.params[0, -1], data.x).argmax(axis=-1)
    assert last(at)["cost"] == pytest.approx(run.cost[0, -1], rel=1e-6)
    assert last(at)["accuracy"] == pytest.approx(np.mean(called == data.y), rel=1e-6)


def test_own_points_of_three_classes_are_moved_with_their_labels_and_come_back():
    at = visit(PAGE, address(MINE))
    assert not at.exception
    _, labels, layer = drawn(at)
    assert labels == MINE.labels.tolist()
    assert (layer["kinds"], layer["colors"]) == (list(MINE.classes), list(style.PALETTE[:3]))
    editor = payload(at, "point_editor")
    rows = editor["points"]
    rows[4][:2] = [1.5, 1.0]
    edit = {
        "seq": 1,
        "rev": editor["rev"],
        "why": "drop",
        "last": True,
        "at": 4,
        "mine": None,
        "points": rows,
    }
    at = send(at, "descent:labelled points", edit=edit)
    held = decode(at.session_state["descent.own"])
    np.testing.assert_allclose(held.xy[4], [1.5, 1.0], atol=0.01)
    assert (held.labels.tolist(), held.classes) == (MINE.labels.tolist(), MINE.classes)
    again = visit(PAGE, query(at))
    assert notice(again) == ""
    xy, labels, _ = drawn(again)
    np.testing.assert_allclose(xy, held.xy, rtol=1e-6)
    assert labels == MINE.labels.tolist()


def test_a_toy_set_is_taken_over_with_all_its_classes():
    at = visit(PAGE, "task=many&data=five_blobs&steps=20")
    before = drawn(at)
    at.button(key="descent:adopt").click().run()
    held = decode(at.session_state["descent.own"])
    assert held.classes == ("0", "1", "2", "3", "4")
    assert held.labels.tolist() == before[1] == drawn(at)[1]


@pytest.mark.parametrize("count", [1, 9])
def test_more_classes_than_can_be_told_apart_are_refused_in_a_sentence(count):
    labels = np.arange(18) % count
    xy = np.column_stack([np.arange(18.0), np.arange(18.0) ** 2])
    at = visit(PAGE, address(Points(xy, ("a", "b"), labels, tuple(f"k{i}" for i in range(count)), "kind")))
    assert not at.exception
    counted = "1 class" if count == 1 else "9 classes"
    assert f"These points have {counted}, and 2 to 8 can be told apart here" in said(at)
    assert drawn(at)[1] == classes.make("three_blobs", 80, 0).y.tolist()


def test_as_many_as_have_colours_and_shapes_are_taken():
    most = MOST_CLASSES["many"]
    labels = np.arange(2 * most) % most
    xy = np.column_stack([np.cos(labels), np.sin(labels)]) + np.arange(2 * most)[:, None] / 100
    at = visit(PAGE, address(Points(xy, ("a", "b"), labels, tuple(f"k{i}" for i in range(most)), "kind")))
    assert drawn(at)[1] == labels.tolist()
    assert len(set(drawn(at)[2]["colors"])) == most == len(style.PALETTE)


def test_every_class_has_a_weight_from_the_slider_to_the_address_the_fit_and_the_script():
    at = visit(PAGE, "task=many&steps=20&lr=0.3&tab=code&weight.2=0.5")
    send(at, "descent.weight.1:slider", value=9)
    assert not at.exception
    assert dict(parse_qsl(query(at))) | {"weight.1": "9", "weight.2": "0.5"} == dict(parse_qsl(query(at)))
    data = classes.make("three_blobs", 80, 0)
    cost = Cost.linear(data, losses.get("categorical_cross_entropy"), class_weights=(1.0, 9.0, 0.5))
    run = descend(cost, optimizers.get("sgd", learning_rate=0.3), np.zeros(cost.dimension), steps=20)
    assert last(at)["cost"] == pytest.approx(run.cost[0, -1], rel=1e-6)
    assert "np.array([1.0, 9.0, 0.5])" in at.code[0].value
    assert "How much a sample counts: class 0 1, class 1 9, class 2 0.5." in said(at)


def test_there_is_no_formula_of_ones_own_for_many_classes():
    at = visit(PAGE, "task=many&steps=20&formula=r*r")
    assert not at.exception
    assert "is no setting of this page" in notice(at)


def test_the_preset_shows_what_it_says():
    """Regions of linear scores that meet in straight lines, and an optimum, as the blobs overlap."""
    (preset,) = (p for p in PRESETS if p.state.get("task") == "many")
    assert "straight line" in preset.note
    cost = Cost.linear(classes.make("three_blobs", 80, 0), losses.get("categorical_cross_entropy"))
    assert cost.model.straight
    assert len(optimum(cost).points) == 1
