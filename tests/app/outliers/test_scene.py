"""What the points' picture draws beside the points: lines, rectangles, sizes and one's own line, against arithmetic by hand."""

import json

import numpy as np
import pytest
from outlier_page import PAGE, edit, editor, lines, said
from visiting import visit

from lossviz import data


def points(at):
    return np.array([[x, y] for x, y, _ in editor(at)["points"]])


def straight(at, ends, shares=(0.0, 1.0)):
    """Intercept and slope of a line with these heights at these shares of the window's width."""
    low, high = editor(at)["x"]["domain"]
    left, right = (low + share * (high - low) for share in shares)
    slope = (ends[1] - ends[0]) / (right - left)
    return ends[0] - slope * left, slope


def test_the_line_of_least_squares_meets_the_normal_equations():
    at = visit(PAGE)
    x, y = points(at).T
    intercept, slope = straight(at, lines(at)["MSE"]["ends"])
    residual = intercept + slope * x - y
    assert residual.sum() == pytest.approx(0, abs=1e-9)
    assert residual @ x == pytest.approx(0, abs=1e-9)


def test_ones_own_line_goes_through_its_handles_and_costs_the_mean_loss():
    at = visit(PAGE, "guess=reveal")
    edit(at, why="line", mine=[1.0, 20.0])
    x, y = points(at).T
    intercept, slope = straight(at, [1.0, 20.0], editor(at)["handles"])
    size = np.abs(intercept + slope * x - y)
    huber = np.where(size <= 1, 0.5 * size**2, size - 0.5)
    for name, cost in (("MSE", np.mean(size**2)), ("MAE", size.mean()), ("Huber", huber.mean())):
        assert f"{cost:.3g} under {name}" in said(at)


def test_a_local_minimum_is_a_thin_line_in_the_colour_of_its_loss_where_the_pulls_balance():
    at = visit(PAGE, "data=hbk&loss=tukey_biweight")
    *minima, best = editor(at)["lines"]
    assert len(minima) == 2
    assert best["name"] == "Tukey biweight"
    assert (best["color"], best["dash"]) == ("#b78b29", "dash")
    for thin in minima:
        assert (thin["width"], thin["name"]) == (1.0, "")
        assert (thin["color"], thin["dash"]) == (best["color"], best["dash"])
    x, y = points(at).T
    c, costs = 4.685, []
    for line in (*minima, best):
        intercept, slope = straight(at, line["ends"])
        u = np.clip((intercept + slope * x - y) / c, -1, 1)
        pull = c * u * (1 - u**2) ** 2  # Beaton and Tukey (1974)
        assert [pull.sum(), pull @ x] == pytest.approx([0, 0], abs=1e-4)
        costs.append(np.mean(c**2 / 6 * (1 - (1 - u**2) ** 3)))
    assert costs[-1] == min(costs)


def test_rectangles_reach_from_the_points_to_their_line():
    at = visit(PAGE, "charge=absolute_error")
    x, y = points(at).T
    intercept, slope = straight(at, lines(at)["MAE"]["ends"])
    drawn = editor(at)["charges"]
    assert drawn["at"] == pytest.approx(intercept + slope * x, abs=1e-5)
    assert (drawn["color"], drawn["square"]) == ("#0ca2a4", False)
    off = np.abs(np.array(drawn["at"]) - y) > 1e-6
    assert np.array(drawn["width"])[off] == pytest.approx(12.0)  # px: each unit of length costs the same


def test_sizes_are_hubers_weights():
    """1 up to δ = 1, δ / |r| beyond (Huber 1964)."""
    at = visit(PAGE, "weight=huber")
    x, y = points(at).T
    intercept, slope = straight(at, lines(at)["Huber"]["ends"])
    size = np.abs(intercept + slope * x - y)
    drawn = editor(at)["weights"]
    assert drawn["weights"] == pytest.approx(1 / np.maximum(size, 1), abs=1e-5)
    assert drawn["color"] == "#9e3d7f"


def test_dots_of_a_constant_lie_across_and_its_lines_stand_at_mean_and_median():
    at = visit(PAGE, "view=constant&loss=squared_error,absolute_error")
    found = data.make("gaussian", n=20, outliers=0.05, seed=3)
    across = [point[0] for point in editor(at)["points"]]
    assert across == pytest.approx(found.y)
    assert lines(at)["MSE"]["at"] == pytest.approx(found.y.mean())
    assert lines(at)["MAE"]["at"] == pytest.approx(np.median(found.y))
    (band,) = editor(at)["bands"]
    assert sorted(band["x"]) == pytest.approx(np.sort(found.y)[[9, 10]])


@pytest.mark.parametrize("share", ["0", "0.3"])
def test_the_mark_of_every_drawn_line_is_that_of_its_loss(root, share):
    chosen = ("squared_error", "huber", "welsch")
    marks = json.loads((root / "tests" / "expected" / "marks.json").read_text(encoding="utf-8"))
    at = visit(PAGE, f"view=breakdown&share={share}&loss={','.join(chosen)}")
    assert [[line["color"], line["dash"]] for line in editor(at)["lines"]] == [marks[name] for name in chosen]
