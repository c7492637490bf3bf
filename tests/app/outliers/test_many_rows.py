"""Many rows: all are fitted, a part drawn at random is shown, and stands for all while a point moves."""

import time

import numpy as np
import pytest
from outlier_page import PAGE, drawn, edit, editor, lines, said
from visiting import visit

from lossviz import losses
from lossviz.app.outliers.state import State
from lossviz.data import MAX_DRAWN
from lossviz.data.cloud import Cloud, Window
from lossviz.fitting import fit_line
from lossviz.losses import ResidualLoss
from lossviz.robust.effects import fit_cloud

RESIDUAL = [name for name in losses.names("regression") if issubclass(losses.find(name), ResidualLoss)]
RHYTHMS = {"every other": (0.0, 10.0), "weeks": (0.0,) * 5 + (10.0,) * 2}
"""Rows that repeat: every k-th of them is no picture of all."""


def table(y):
    return "day,y\n" + "".join(f"{k},{v:g}\n" for k, v in enumerate(y, 1))


def rows(rhythm, count):
    return np.resize(RHYTHMS[rhythm], count)


def ends(line):
    """Heights of a drawn line where the window ends, which is beyond the data by a little."""
    return line["ends"]


@pytest.mark.parametrize(("rhythm", "level"), [("every other", 5.0), ("weeks", 20.0 / 7.0)])
def test_the_fits_on_the_page_are_those_of_all_rows(rhythm, level):
    """The level is the mean of a rhythm, and the line against the order of rows is flat but for its two ends."""
    at = drawn(table(rows(rhythm, 4200)))
    for _ in range(100):
        if lines(at):
            break
        time.sleep(0.1)
        at.run()
    assert [e.message for e in at.exception] == []
    assert ends(lines(at)["MSE"]) == pytest.approx([level, level], abs=0.02)
    sent = editor(at)
    assert len(sent["still"]) == MAX_DRAWN
    assert "2,000 of 4,200 points" in sent["title"]


@pytest.mark.parametrize("scale", [1.0, "mad"])
@pytest.mark.parametrize("rhythm", [*RHYTHMS, "spread"])
@pytest.mark.parametrize("name", RESIDUAL)
def test_a_fit_of_many_rows_costs_no_more_than_any_other_and_takes_few_looks(name, rhythm, scale, looked_at):
    n, loss = 20_000, losses.get(name)
    rng = np.random.default_rng(3)
    x = np.arange(1.0, n + 1.0)
    y = rng.normal(2.0 + 1e-3 * x, 3.0) if rhythm == "spread" else rows(rhythm, n)
    found = fit_cloud(loss, Cloud.of(x, y), scale=scale)
    assert sum(looked_at.values()) <= 400 * n
    assert bool(found.converged)
    if scale == 1.0:
        z = found.residuals
        for step in ([0.01, 0.0], [-0.01, 0.0], [0.0, 1e-6], [0.0, -1e-6], [3.0, 0.0], [-3.0, 0.0]):
            beside = z + step[0] + step[1] * x
            assert found.cost <= np.mean(loss.value(beside)) * (1 + 1e-12)


def state(count, moving, points=0):
    rng = np.random.default_rng(1)
    x = np.linspace(0.0, 10.0, count)
    y = 1.0 + 2.0 * x + rng.normal(size=count)
    movable = Cloud(rng.uniform(0.0, 10.0, (points, 2)), np.full(points, -1))
    return State(
        "many", movable, Window.around(x, y), np.stack([x, y], axis=1), movable, None, (), None, moving=moving
    )


def test_at_rest_all_points_are_seen_and_while_one_moves_a_part_that_stands_for_all():
    rest, moving = state(30_000, moving=False, points=2), state(30_000, moving=True, points=2)
    assert len(rest.cloud) == 30_002
    assert len(moving.cloud) == MAX_DRAWN + 2
    shares = moving.shares(moving.points)
    assert shares.sum() == pytest.approx(30_002)
    assert shares[:2].tolist() == [1.0, 1.0]


@pytest.mark.parametrize("name", ["squared_error", "huber", "tukey_biweight"])
def test_a_point_that_moves_among_many_moves_the_line_as_little_as_at_rest(name):
    """A part stands for all with its weights: the change is that of all rows, not of two thousand."""
    changes = []
    for at_rest in (True, False):
        seen = state(30_000, moving=not at_rest, points=1)
        fits = []
        for height in (0.0, 40.0):
            points = Cloud(np.array([[9.0, height]]), np.array([-1]))
            cloud = Cloud(np.concatenate([points.xy, seen.cloud.xy[1:]]), seen.cloud.origin)
            shares = None if at_rest else seen.shares(points)
            fits.append(fit_cloud(losses.get(name), cloud, shares=shares).coefficients)
        changes.append(fits[1] - fits[0])
    np.testing.assert_allclose(changes[0], changes[1], rtol=0.3, atol=2e-6)


def test_few_distinct_x_do_not_stop_a_fit_whose_part_has_one_alone():
    x = np.zeros(10_000)
    x[17] = 1.0
    y = np.where(x == 1.0, 5.0, np.resize([1.0, 3.0], 10_000))
    found = fit_cloud(losses.get("squared_error"), Cloud.of(x, y))
    expected = fit_line(losses.get("squared_error"), x, y)
    np.testing.assert_allclose(found.coefficients, expected.coefficients, rtol=1e-12)


@pytest.mark.parametrize("view", ["fit", "bars", "constant", "sensitivity", "breakdown"])
def test_every_view_shows_a_part_of_many_and_says_so(view):
    at = visit(PAGE, f"view={view}&loss=squared_error,huber")
    at.session_state["outliers:Change the data"] = True
    at.run()
    at.text_area(key="outliers:own paste").set_value(table(np.random.default_rng(2).normal(size=5500))).run()
    next(button for button in at.button if button.label == "Draw these points").click().run()
    for _ in range(100):
        if "being fitted" not in said(at):
            break
        time.sleep(0.1)
        at.run()
    assert [e.message for e in at.exception] == []
    sent = editor(at)
    assert len(sent["points"]) + len(sent["still"]) <= MAX_DRAWN
    assert "of 5,500 points" in sent["title"]
    assert any("5,500 points" in c.value and "drawn at random" in c.value for c in at.caption)
    if view != "breakdown":
        x, y = sent["x"]["domain"], (sent["y"] or sent["x"])["domain"]
        edit(at, points=[[sum(x) / 2, y[1], -1]], at=0)
        assert [e.message for e in at.exception] == []
