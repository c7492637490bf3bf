"""The map of learning rates against the theory of quadratics."""

import numpy as np
import pytest

from lossviz import losses
from lossviz.data.classes import make
from lossviz.descent import descend
from lossviz.descent.learning_rates import VERDICTS, learning_rate_map, verdicts
from lossviz.descent.optimum import spectrum
from lossviz.descent.surfaces import Bowl
from lossviz.models import Cost
from lossviz.optimizers import Adam, GradientDescent, Momentum, Nesterov

BOWL = Bowl(condition=10.0)  # curvatures 1 and 10


def words(verdict):
    return [VERDICTS[v] for v in np.ravel(verdict)]


def test_gradient_descent_converges_below_and_oscillates_above_one_over_the_curvature():
    rates = np.array([0.01, 0.05, 0.099, 0.12, 0.15, 0.195, 0.199, 0.201, 0.205, 0.3, 1e9])
    chart = learning_rate_map(BOWL, GradientDescent, [1.0, 1.0], rates, steps=400, lowest=0.0)
    assert words(chart.verdict) == ["converges"] * 3 + ["oscillates"] * 4 + ["diverges"] * 4


def spectral_radius(rate, momentum, curvature, nesterov):
    """Largest root of the recursion of one eigen-direction: the error shrinks by it at each step."""
    keep = 1 - rate * curvature if nesterov else 1.0
    trace = momentum * keep + keep if nesterov else 1 + momentum - rate * curvature
    return np.abs(np.roots([1.0, -trace, momentum * keep])).max()


@pytest.mark.parametrize(("optimizer", "nesterov"), [(Momentum, False), (Nesterov, True)])
def test_momentum_diverges_where_a_root_leaves_the_unit_circle(optimizer, nesterov):
    rates, momenta = np.linspace(0.02, 0.45, 12), np.array([0.0, 0.3, 0.6, 0.9])
    chart = learning_rate_map(BOWL, optimizer, [1.0, 1.0], rates, momenta, steps=400, lowest=0.0)
    assert chart.verdict.shape == (4, 12)
    for i, momentum in enumerate(momenta):
        limit = spectrum(BOWL, [0.0, 0.0]).learning_rate_limit(momentum, nesterov=nesterov)
        for j, rate in enumerate(rates):
            radius = max(spectral_radius(rate, momentum, c, nesterov) for c in (1.0, 10.0))
            assert (radius > 1) == (rate > limit)
            if abs(radius - 1) > 0.01:  # nearer, 400 steps do not tell
                assert (VERDICTS[chart.verdict[i, j]] == "diverges") == (radius > 1)


def test_momentum_oscillates_where_the_roots_are_complex():
    # (1 - sqrt(gamma))^2 / c with c = 10, gamma = 0.5: 0.00858; below, all roots are real and positive
    chart = learning_rate_map(BOWL, Momentum, [1.0, 1.0], [0.004, 0.008, 0.02, 0.1], [0.5], steps=400)
    assert words(chart.verdict) == ["converges", "converges", "oscillates", "oscillates"]


def test_best_gradient_descent_shrinks_by_the_factor_of_the_book():
    # learning rate 2 / (1 + 10): factor (10 - 1) / (10 + 1) a step
    run = descend(BOWL, GradientDescent(learning_rate=2 / 11), [1.0, 1.0], steps=50)
    size = np.linalg.norm(run.params[0], axis=1)
    np.testing.assert_allclose(size[1:] / size[:-1], 9 / 11, rtol=1e-10)


def test_polyaks_choice_is_the_fastest_heavy_ball():
    # Polyak (1964): rate 4 / (sqrt(10) + 1)^2, momentum ((sqrt(10) - 1) / (sqrt(10) + 1))^2
    rate, momentum = 0.230886157020407, 0.26987386361223836
    best = spectral_radius(rate, momentum, 1.0, False)
    assert best == pytest.approx(np.sqrt(momentum), rel=1e-6)
    rates, momenta = rate * np.array([0.7, 1.0, 1.3]), momentum * np.array([0.6, 1.0, 1.4])
    chart = learning_rate_map(
        BOWL, Momentum, [1.0, 1.0], rates, momenta, steps=200, lowest=0.0, tolerance=1e-16
    )
    reached = np.where(chart.steps_to < 0, 999, chart.steps_to)
    assert np.unravel_index(reached.argmin(), reached.shape) == (1, 1)


def test_directions_show_what_the_axes_hide():
    turn = np.array([[1.0, 1.0], [-1.0, 1.0]]) / np.sqrt(2)
    bend = turn.T @ np.diag([1.0, 10.0]) @ turn

    class Turned(Bowl):
        def value(self, points):
            return 0.5 * np.einsum("...i,ij,...j", points, bend, points)

        def gradient(self, points):
            return points @ bend

        def hessian(self, points):
            return np.broadcast_to(bend, (*points.shape[:-1], 2, 2))

    found = spectrum(Turned(), [0.0, 0.0])
    np.testing.assert_allclose(found.values, [1.0, 10.0])
    run = descend(Turned(), GradientDescent(learning_rate=np.array([0.09, 0.12])), [4.0, 4.1], steps=200)
    assert words(verdicts(run, found.directions)) == ["converges", "oscillates"]


def test_adam_has_no_such_limit():
    chart = learning_rate_map(BOWL, Adam, [1.0, 1.0], [0.01, 0.1], steps=400)
    assert "diverges" not in words(chart.verdict)


def test_bounded_slopes_bound_the_cycle():
    # logistic regression pulls each sample by at most 1: too large a rate cycles, it does not run off
    cost = Cost.linear(make("overlapping_blobs", 60), losses.get("binary_cross_entropy"), l2=0.01)
    chart = learning_rate_map(cost, GradientDescent, [2.0, 2.0, 2.0], [1.0, 50.0, 120.0, 201.0], steps=200)
    # the penalty alone diverges from 2 / 0.01 on
    assert words(chart.verdict) == ["converges", "oscillates", "oscillates", "diverges"]


def test_a_map_without_momentum_has_one_row():
    chart = learning_rate_map(BOWL, GradientDescent, [1.0, 1.0], [0.05, 0.1], steps=100)
    assert chart.verdict.shape == chart.final_cost.shape == chart.steps_to.shape == (1, 2)
    assert chart.trajectory.runs == 2
