"""The weight of class 1, on the two-class tasks: from the URL to the fit, what is said of it, and the script."""

from urllib.parse import parse_qsl

import numpy as np
import pytest
from scene_payload import unpack
from visiting import notice, payloads, query, send, visit

from lossviz import losses
from lossviz.app.descent.presets import PRESETS
from lossviz.app.descent.problem import Shape
from lossviz.data import classes
from lossviz.data.dataset import Dataset
from lossviz.descent.optimum import optimum
from lossviz.models import Cost

PAGE = "pages/gradient_descent.py"
RARE = classes.make("imbalanced_blobs", 80, 2)
LOSS = losses.get("binary_cross_entropy")


def repeated(times):
    """The same data with each sample of class 1 there so many times."""
    rows = np.repeat(np.arange(80), np.where(RARE.y == 1, times, 1))
    return Dataset(RARE.x[rows], RARE.y[rows], RARE.names, "repeated")


@pytest.mark.parametrize("network", [None, (3, "tanh", "xavier")])
def test_a_weight_trains_as_if_each_of_class_1_were_there_so_often(network):
    shape = Shape("plain", 0.01, "raw", network, (1.0, 7.0))
    weighed, more = shape.cost(RARE, LOSS), Shape("plain", 0.01, "raw", network).cost(repeated(7), LOSS)
    at = weighed.model.init(0) + 0.3
    np.testing.assert_allclose(weighed.value(at), more.value(at), rtol=1e-13)
    np.testing.assert_allclose(weighed.gradient(at), more.gradient(at), rtol=1e-11, atol=1e-14)
    if network is None:
        np.testing.assert_allclose(optimum(weighed).points, optimum(more).points, rtol=1e-9)


def readings(at):
    header, array, _ = unpack(payloads(at, "player")[0])
    return {r["label"]: array(r["values"]) for r in header["scene"]["readings"]}


def test_what_the_preset_says_is_so():
    """Eight of eighty are of class 1: five found by the best boundary of equal weights, all by one that counts them nine times."""
    assert next(p for p in PRESETS if p.title == "Rare class").state["weight"] == 9.0
    found = {}
    for weight in (1.0, 9.0):
        cost = Cost.linear(RARE, LOSS, class_weights=(1.0, weight))
        called = cost.score(optimum(cost).points[0], RARE.x) > 0
        found[weight] = int((called & (RARE.y == 1)).sum())
    assert (int(RARE.y.sum()), found) == (8, {1.0: 5, 9.0: 8})
    at = visit(PAGE, "task=classes&data=imbalanced_blobs&sample=2&weight=9&lr=0.5")
    assert readings(at)["recall of class 1"][-1] == 1.0
    said = " ".join(c.value for c in at.caption)
    assert "counts 9 times as much as one of class 0" in said
    assert (
        "finds 8 of 8 of class 1 and calls 4 of class 0 so; with equal weights the best one finds 5 and calls 2"
        in said
    )
    equal = visit(PAGE, "task=classes&data=imbalanced_blobs&sample=2&lr=0.5")
    assert readings(equal)["recall of class 1"][-1] == 5 / 8
    assert "times as much" not in " ".join(c.value for c in equal.caption)


@pytest.mark.parametrize(
    ("given", "kept", "said"),
    [
        ("1000", "1000", ""),
        ("0.004", "0.004", ""),
        ("0", "0.01", "weight: “0” must be above 0; 0.01 is used"),
        ("-3", "0.01", "weight: “-3” must be above 0; 0.01 is used"),
        ("1e308", "100", "weight: “1e308” is too large; 100 is used"),
        ("1e-320", "0.01", "weight: “1e-320” is too small; 0.01 is used"),
        ("heavy", None, "weight: “heavy” is not a finite number; the default is used"),
    ],
)
def test_any_weight_above_zero_is_taken_from_the_address(given, kept, said):
    at = visit(PAGE, f"task=classes&weight={given}")
    assert [e.message for e in at.exception] == []
    assert said in notice(at)
    assert bool(said) == bool(notice(at))
    assert query(at) == "task=classes" + (f"&weight={kept}" if kept else "")


def test_the_slider_moves_the_boundary_and_the_code():
    at = visit(PAGE, "task=classes&data=imbalanced_blobs&sample=2&lr=0.5&tab=code")
    before = readings(at)["recall of class 1"][-1]
    assert "share" not in at.code[0].value
    send(at, "descent.weight:slider", value=9)
    assert dict(parse_qsl(query(at)))["weight"] == "9"
    assert readings(at)["recall of class 1"][-1] > before
    assert "np.array([1.0, 9.0])[y.astype(int)]" in at.code[0].value
