"""Optima against references, separability against an exhaustive search, standings by hand."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from lossviz import losses, optimizers
from lossviz.data.classes import make
from lossviz.data.dataset import Dataset
from lossviz.descent import descend, sweep
from lossviz.descent.optimum import (
    non_negative_least_squares,
    optimum,
    separating_direction,
    spectrum,
    standings,
)
from lossviz.descent.surfaces import SURFACES, Bowl
from lossviz.models import Cost

ORACLE = json.loads(
    (Path(__file__).resolve().parents[1] / "expected" / "logistic_regression.json").read_text()
)


def binary(x, y, loss="binary_cross_entropy", l2=0.0):
    x = np.array(x, dtype=float)
    names = ("a", "b", "c")[: 1 if x.ndim == 1 else x.shape[1]]
    return Cost.linear(Dataset(x, np.array(y, dtype=float), (*names, "class"), ""), losses.get(loss), l2=l2)


@pytest.mark.parametrize("case", ORACLE["cases"], ids=lambda c: f"lambda={c['lambda']}")
def test_logistic_regression_against_newton_with_60_digits(case):
    n = len(ORACLE["y"])
    best = optimum(binary(ORACLE["X"], ORACLE["y"], l2=case["lambda"] / n))
    np.testing.assert_allclose(best.points, [[case["intercept"], *case["coef"]]], rtol=1e-10)
    assert best.value * n == pytest.approx(case["objective_sum"], rel=1e-13)


def test_ridge_by_the_normal_equations():
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(20, 2)), rng.normal(size=20)
    cost = Cost.linear(Dataset(x, y, ("a", "b", "y"), ""), losses.get("squared_error"), l2=0.7)
    design = np.column_stack([np.ones(20), x])
    normal = 2 * design.T @ design / 20 + np.diag([0, 0.7, 0.7])
    expected = np.linalg.solve(normal, 2 * design.T @ y / 20)
    np.testing.assert_allclose(optimum(cost).points[0], expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["huber", "pseudo_huber", "log_cosh", "poisson"])
def test_the_gradient_vanishes_at_the_optimum(name):
    x = np.array([0.1, 0.7, 1.1, 2.0, 2.2, 3.0])
    y = np.array([1.0, 0.0, 2.0, 3.0, 9.0, 5.0])
    cost = Cost.linear(Dataset(x, y, ("x", "y"), ""), losses.get(name), l2=0.05)
    assert np.abs(cost.gradient(optimum(cost).points[0])).max() < 1e-12


def test_units_do_not_matter():
    x = np.array(ORACLE["X"])
    plain, scaled = optimum(binary(x, ORACLE["y"])), optimum(binary(x * [1e6, 1e-6], ORACLE["y"]))
    np.testing.assert_allclose(scaled.points * [1, 1e6, 1e-6], plain.points, rtol=1e-8)


def test_counts_that_are_all_zero_have_no_finite_rate():
    cost = Cost.linear(Dataset(np.arange(5.0), np.zeros(5), ("x", "y"), ""), losses.get("poisson"))
    assert "no finite optimum" in optimum(cost).reason


def test_one_outlier_does_not_move_the_least_absolute_line():
    x, y = np.arange(6.0), np.array([0.0, 1.0, 2.0, 3.0, 4.0, 90.0])
    best = optimum(Cost.linear(Dataset(x, y, ("x", "y"), ""), losses.get("absolute_error")))
    np.testing.assert_allclose(best.points, [[0.0, 1.0]], atol=1e-12)


@pytest.mark.parametrize("cls", SURFACES.values(), ids=SURFACES)
def test_minima_of_surfaces(cls):
    best = optimum(cls())
    np.testing.assert_array_equal(best.points, np.reshape(cls.minima, (-1, 2)))
    assert bool(best.reason) == (not cls.minima)
    distances = best.distance(np.array([cls.start, cls.start]))
    assert distances.shape == (2,)
    assert np.isnan(distances).all() == (not cls.minima)


@pytest.mark.parametrize("name", ["binary_cross_entropy", "logistic", "exponential"])
def test_separable_classes_have_no_finite_optimum_and_it_says_why(name):
    best = optimum(binary([0, 1, 2, 3], [0, 0, 1, 1], name))
    assert len(best.points) == 0
    assert "no finite optimum: the classes are separable" in best.reason
    assert len(optimum(binary([0, 1, 2, 3], [0, 0, 1, 1], name, l2=0.1)).points) == 1
    assert len(optimum(binary([0, 1, 2, 3], [0, 1, 0, 1], name)).points) == 1


def test_one_class_runs_away_even_with_a_penalty():
    for l2 in (0.0, 1.0):
        assert "all labels are 1" in optimum(binary([0, 1, 2], [1, 1, 1], l2=l2)).reason


def test_squared_hinge_reaches_its_minimum_on_separable_classes_in_many_points():
    best = optimum(binary([0, 1, 2, 3], [0, 0, 1, 1], "squared_hinge"))
    assert best.value == pytest.approx(0.0, abs=1e-20)
    assert "Many parameters" in best.reason


def test_repeated_features_have_many_optima():
    best = optimum(
        Cost.linear(Dataset(np.ones(4), np.arange(4.0), ("x", "y"), ""), losses.get("squared_error"))
    )
    assert len(best.points) == 0
    assert "Many parameters" in best.reason


def separable_by_search(design, labels):
    """Every extreme ray of the cone {d : z_i d >= 0} in three dimensions is normal to two rows."""
    z = np.where(labels == 1, 1.0, -1.0)[:, None] * design
    for i, j in itertools.combinations(range(len(z)), 2):
        for normal in (np.cross(z[i], z[j]), -np.cross(z[i], z[j])):
            side = z @ normal
            if side.min() >= -1e-9 and side.max() > 1e-9:
                return True
    return False


def test_separability_against_exhaustive_search():
    found = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        points = rng.integers(-3, 4, (8, 2)).astype(float)  # lattice points: touching hulls are common
        labels = (points @ rng.normal(size=2) + rng.normal(0, 1.0, 8) > 0).astype(float)
        design = np.column_stack([np.ones(8), points])
        if np.linalg.matrix_rank(design) < 3 or labels.min() == labels.max():
            continue
        direction = separating_direction(design, labels)
        found.append(direction is not None)
        assert found[-1] == separable_by_search(design, labels)
        if direction is not None:
            side = np.where(labels == 1, 1, -1) * (design @ direction)
            assert side.min() > -1e-9 * np.abs(side).max()
            assert side.max() > 0
    assert 20 < sum(found) < len(found) - 20


def test_separability_of_whole_data_sets():
    for name, separable in (("blobs", False), ("moons", False), ("xor", False)):
        data = make(name, 200, seed=0)
        design = np.column_stack([np.ones(200), data.x])
        assert (separating_direction(design, data.y) is not None) == separable
    wide = make("blobs", 200, seed=0)
    x = wide.x + 4.0 * (wide.y[:, None] - 0.5)
    assert separating_direction(np.column_stack([np.ones(200), x * [1e6, 1e-6]]), wide.y) is not None


def test_non_negative_least_squares_meets_its_optimality_conditions():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        a, b = rng.normal(size=(6, 9)), rng.normal(size=6)
        x = non_negative_least_squares(a, b)
        slope = a.T @ (b - a @ x)
        assert (x >= 0).all()
        assert slope.max() < 1e-9
        assert np.abs(slope * x).max() < 1e-9


def test_learning_rate_limits_of_the_quadratic():
    flat = spectrum(Bowl(condition=10.0), [3.0, 4.0])
    np.testing.assert_array_equal(flat.values, [1.0, 10.0])
    np.testing.assert_array_equal(np.abs(flat.directions), np.eye(2))
    assert flat.learning_rate_limit() == 0.2
    assert flat.learning_rate_limit(0.5) == pytest.approx(0.3)
    assert flat.learning_rate_limit(0.5, nesterov=True) == pytest.approx(0.15)
    assert spectrum(SURFACES["himmelblau"](), [-0.27, -0.92]).learning_rate_limit() == np.inf  # its hilltop


def test_standings_by_hand():
    rates = np.array([0.5, 1.0, 3.0])
    race = sweep(
        Bowl(condition=1.0),
        [optimizers.get("sgd", learning_rate=rates), optimizers.get("sgd", learning_rate=0.1)],
        [1.0, 0.0],
        steps=12,
    )
    half, full, wild, slow = standings(race, optimum(Bowl(condition=1.0)), tolerance=0.01)
    assert half.label == "Gradient descent (learning rate 0.5)"
    assert (half.steps_to_tolerance, half.diverged_at) == (4, None)  # 4^-4 < 0.01
    assert half.distance == 0.5**12
    assert (full.steps_to_tolerance, full.final_cost, full.distance) == (1, 0.0, 0.0)
    assert (wild.steps_to_tolerance, wild.diverged_at) == (None, 11)  # 0.5 * 4^11 > 1e6
    assert slow.steps_to_tolerance is None


def test_standings_without_an_optimum_measure_against_the_best_of_the_race():
    cost = binary([0, 1, 2, 3], [0, 0, 1, 1])
    run = descend(cost, optimizers.get("sgd", learning_rate=np.array([0.1, 1.0])), [0.0, 0.0], steps=30)
    slow, fast = standings([run], optimum(cost))
    assert fast.steps_to_tolerance == 30
    assert slow.steps_to_tolerance is None
    assert fast.distance is None


def test_a_curvature_that_no_number_holds_is_told_of():
    best = optimum(binary([-1e160, 1e160, 2e160, -3e160], [0, 1, 0, 1]))
    assert len(best.points) == 0
    assert "too steep" in best.reason


def test_a_distance_whose_square_no_number_holds():
    best = optimum(Bowl())
    (point,) = best.points
    far = best.distance(np.stack([point + np.array(offset) for offset in ([3e200, 4e200], [3.0, 4.0])]))
    np.testing.assert_allclose(far, [5e200, 5.0], rtol=1e-14)
