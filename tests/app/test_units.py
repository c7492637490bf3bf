"""What a slider of a loss offers goes by the unit of the data; what may be set does not."""

import math

import numpy as np
import pytest
from outlier_page import PAGE, assert_fine, drawn
from visiting import notice, query, visit

from lossviz import losses
from lossviz.app.kit.pickers import unit_of
from lossviz.losses import ResidualLoss

DESCENT = "pages/gradient_descent.py"


def slider(at, label):
    """What was sent to the live slider of that label."""
    import json

    sent = [
        json.loads(c.proto.json)[0]
        for c in at.get("bidi_component")
        if "live_slider" in c.proto.component_name
    ]
    return next(data for data in sent if data["label"] == label)


DELTA = "Huber · δ"


@pytest.mark.parametrize(
    ("state", "low", "high"),
    [
        ("", 0.05, 5),
        ("tenfold=1", 0.5, 50),
        ("data=house_prices", 5, 500),
        ("data=house_prices&tenfold=1", 50, 5000),
        ("data=house_prices&scale=mad", 0.05, 5),
        ("data=stars_cyg_ob1", 0.005, 0.5),
    ],
)
def test_a_distance_is_offered_in_the_unit_of_the_data(state, low, high):
    at = visit(PAGE, f"{state}&loss=huber,quantile,barron")
    assert_fine(at)
    sent = slider(at, DELTA)
    assert (sent["low"], sent["high"], sent["value"]) == (low, high, 1.0)
    assert sent["step"] == pytest.approx(low, rel=1e-12)
    assert (
        slider(at, "Quantile (pinball) · τ")["high"],
        slider(at, "Barron's general loss · α")["high"],
    ) == (
        0.99,
        3.0,
    )


def test_data_in_thousands_of_ones_own_and_a_value_beyond_the_slider():
    at = drawn("x,y\n" + "".join(f"{k},{3000 * k + (-1) ** k * 500}\n" for k in range(12)))
    state = f"{query(at)}&loss=huber&huber.delta=123456.5"
    at = visit(PAGE, state)
    assert_fine(at)
    assert notice(at) == ""
    sent = slider(at, DELTA)
    assert (sent["low"], sent["high"], sent["value"]) == (50, 5000, 123456.5)
    assert "huber.delta=123456.5" in query(at)


def test_the_descent_page_goes_by_its_data_and_classes_have_no_unit():
    assert slider(visit(DESCENT, "loss=huber"), DELTA)["high"] == 5
    assert slider(visit(DESCENT, "task=classes&loss=hinge"), "Hinge · ρ")["high"] == 3


def test_what_is_allowed_is_sent_in_words_and_numbers():
    assert slider(visit(PAGE, "loss=huber"), DELTA)["allowed"]["words"] == "above 0"
    allowed = slider(visit(DESCENT, "opt=momentum"), "Momentum · γ")["allowed"]
    assert allowed == {
        "low": 0.0,
        "high": 1.0,
        "lowOpen": False,
        "highOpen": True,
        "words": "at least 0 and below 1",
    }
    assert slider(visit(DESCENT), "Learning rate η")["allowed"]["high"] is None


def test_hampel_s_thresholds_are_moved_so_that_they_agree_and_it_is_said():
    at = visit(PAGE, "loss=hampel&hampel.a=6")
    assert_fine(at)
    assert "a ≤ b ≤ c must hold, so that b = 6 is used" in notice(at)
    assert query(at) == "loss=hampel&hampel.a=6"


def test_the_unit_is_the_power_of_ten_that_suits_the_middle_of_the_data():
    y = np.linspace(0.0, 17.0, 40)
    assert unit_of(y) == 1.0
    assert unit_of(1000 * y) == 1000.0
    assert unit_of(y / 1e6) == 1e-6
    assert unit_of(np.append(y, 1e9)) == 1.0
    assert unit_of(np.append(np.zeros(30), 5.0)) == 1.0
    assert unit_of(np.full(5, 3.0)) == 1.0


@pytest.mark.parametrize(
    "name", [n for n in losses.names("regression") if issubclass(losses.find(n), ResidualLoss)]
)
def test_a_distance_is_one(name):
    """Errors and distances in another unit: the gradient has changed by one factor, the same for all errors."""
    cls = losses.find(name)
    settings = {p.name: p.default for p in cls.parameters()}
    scaled = {p.name: p.default * (7.0 if p.distance else 1.0) for p in cls.parameters()}
    errors = np.array([-9.0, -2.5, -0.7, -0.05, 0.05, 0.3, 1.5, 4.0, 20.0])
    before = losses.get(name, **settings).gradient(errors)
    after = losses.get(name, **scaled).gradient(7.0 * errors)
    if not cls.parameters():
        return
    there = before != 0
    assert np.array_equal(after != 0, there)
    factors = after[there] / before[there]
    np.testing.assert_allclose(factors, factors[0], rtol=1e-9)


def test_every_distance_is_marked():
    for name in losses.names("regression"):
        for p in losses.find(name).parameters():
            assert p.distance == (p.name not in ("alpha", "tau")), (name, p.name)
            scaled = p.in_units(1000.0)
            factor = 1000.0 if p.distance else 1.0
            assert math.isclose(scaled.high, factor * p.high)
            assert scaled.default == p.default
