"""Test surfaces: minima known from the literature, derivatives against high-order differences."""

import numpy as np
import pytest

from lossviz.descent.surfaces import SURFACES, Bowl

POINTS = np.random.default_rng(5).uniform(-2.0, 2.0, (20, 2))


def difference(f, points, h=1e-2):
    """Derivatives of f along each coordinate, on a new last axis: central differences of order 6."""
    columns = []
    for axis in np.eye(2):
        step = h * axis
        columns.append(
            sum(
                weight * (f(points + k * step) - f(points - k * step))
                for k, weight in ((1, 45 / 60), (2, -9 / 60), (3, 1 / 60))
            )
            / h
        )
    return np.stack(columns, axis=-1)


@pytest.mark.parametrize("cls", SURFACES.values(), ids=SURFACES)
def test_derivatives_against_differences(cls):
    surface = cls()  # polynomials of degree 8 at most: the order-6 difference errs by h^6
    np.testing.assert_allclose(
        surface.gradient(POINTS), difference(surface.value, POINTS), rtol=1e-7, atol=1e-6
    )
    np.testing.assert_allclose(
        surface.hessian(POINTS), difference(surface.gradient, POINTS), rtol=1e-7, atol=1e-6
    )


@pytest.mark.parametrize("cls", SURFACES.values(), ids=SURFACES)
def test_minima_are_minima(cls):
    surface = cls()
    for minimum in surface.minima:
        at = np.array(minimum)
        assert surface.value(at) == pytest.approx(0.0, abs=1e-25)
        assert np.abs(surface.gradient(at)).max() < 1e-12
        assert (np.linalg.eigvalsh(surface.hessian(at)) > 0).all()


@pytest.mark.parametrize("cls", SURFACES.values(), ids=SURFACES)
def test_start_and_minima_lie_in_the_window(cls):
    (x_low, x_high), (y_low, y_high) = cls.window
    for x, y in (*cls.minima, cls.start):
        assert x_low < x < x_high
        assert y_low < y < y_high


def test_numbers_from_the_literature():
    values = {name: float(cls().value(np.array([0.0, 0.0]))) for name, cls in SURFACES.items()}
    # f(0, 0): Himmelblau 11^2 + 7^2, Beale 1.5^2 + 2.25^2 + 2.625^2
    assert values == {"bowl": 0, "rosenbrock": 1, "beale": 14.203125, "himmelblau": 170, "saddle": 0}
    assert SURFACES["rosenbrock"]().value(np.array([-1.2, 1.0])) == pytest.approx(24.2)


def test_the_pass_of_the_saddle_is_no_minimum():
    values = np.linalg.eigvalsh(SURFACES["saddle"]().hessian(np.zeros(2)))
    assert values[0] < 0 < values[1]


def test_condition_number_is_that_of_the_hessian():
    assert np.linalg.cond(Bowl(condition=37.0).hessian(np.zeros(2))) == pytest.approx(37.0)
    with pytest.raises(ValueError, match=r"bowl: condition must be in \[1, 1000000\], got 0.5"):
        Bowl(condition=0.5)
