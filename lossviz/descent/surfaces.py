"""Classic test surfaces of optimization: functions of two coordinates with known minima.

Each is a problem that ``lossviz.descent`` can run: ``value``, ``gradient`` and ``hessian`` take points
of shape (..., 2) and return shapes (...), (..., 2) and (..., 2, 2).
"""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lossviz.losses.base import Interval, Parameter, declared_parameters, parameter

Array = NDArray[np.float64]
Point = tuple[float, float]


@dataclass(frozen=True)
class Surface:
    """Base of all surfaces; its fields are its parameters."""

    name: ClassVar[str]
    """Key in :data:`SURFACES`: also widget option and URL value."""
    title: ClassVar[str]
    formula: ClassVar[str]
    minima: ClassVar[tuple[Point, ...]]
    """All local minima, to the last digit of float64."""
    start: ClassVar[Point]
    """A point from which the descent is worth seeing."""
    window: ClassVar[tuple[Point, Point]]
    """(low, high) of each coordinate: the part worth drawing."""
    dimension: ClassVar[int] = 2
    names: ClassVar[tuple[str, ...]] = ("x", "y")
    samples: ClassVar[None] = None
    has_hessian: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for p in self.parameters():
            try:
                object.__setattr__(self, p.name, p.check(getattr(self, p.name)))
            except ValueError as error:
                raise ValueError(f"{self.name}: {error}") from None

    @classmethod
    def parameters(cls) -> tuple[Parameter, ...]:
        return declared_parameters(cls)

    @classmethod
    def summary(cls) -> str:
        """First paragraph of the docstring."""
        return " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())

    def value(self, points: Array) -> Array:
        raise NotImplementedError

    def gradient(self, points: Array) -> Array:
        raise NotImplementedError

    def value_and_gradient(self, points: Array) -> tuple[Array, Array]:
        return self.value(points), self.gradient(points)

    def hessian(self, points: Array) -> Array:
        raise NotImplementedError


def _symmetric(xx: Any, xy: Any, yy: Any) -> Array:
    """The matrices [[xx, xy], [xy, yy]], on two new last axes."""
    xx, xy, yy = np.broadcast_arrays(xx, xy, yy)
    return np.stack([np.stack([xx, xy], axis=-1), np.stack([xy, yy], axis=-1)], axis=-2)


@dataclass(frozen=True)
class Bowl(Surface):
    """A quadratic bowl; the condition number says how much steeper one side is than the other.

    Gradient descent converges for learning rates below 2 / condition, at best by the factor
    (condition - 1) / (condition + 1) a step.
    """

    condition: float = parameter(
        10.0,
        low=1.0,
        high=100.0,
        step=1.0,
        symbol=r"\kappa",
        meaning="Condition number",
        allowed=Interval(1.0, 1e6),
    )

    name = "bowl"
    title = "Quadratic bowl"
    formula = r"f(x, y) = \tfrac12 \left(x^2 + \kappa y^2\right)"
    minima = ((0.0, 0.0),)
    start = (-4.0, 1.5)
    window = ((-5.0, 5.0), (-2.5, 2.5))

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return 0.5 * (x * x + self.condition * y * y)

    def gradient(self, points: Array) -> Array:
        return points * np.array([1.0, self.condition])

    def hessian(self, points: Array) -> Array:
        zero = np.zeros(points.shape[:-1])
        return _symmetric(zero + 1.0, zero, zero + self.condition)


@dataclass(frozen=True)
class Rosenbrock(Surface):
    """A curved valley: finding it is easy, following it is not.

    Source: Rosenbrock (1960), The Computer Journal 3.
    """

    name = "rosenbrock"
    title = "Rosenbrock's valley"
    formula = r"f(x, y) = (1 - x)^2 + 100 \left(y - x^2\right)^2"
    minima = ((1.0, 1.0),)
    start = (-1.2, 1.0)
    window = ((-2.0, 2.0), (-1.0, 3.0))

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return (1.0 - x) ** 2 + 100.0 * (y - x * x) ** 2

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        across = 200.0 * (y - x * x)
        return np.stack([-2.0 * (1.0 - x) - 2.0 * x * across, across], axis=-1)

    def hessian(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return _symmetric(2.0 + 1200.0 * x * x - 400.0 * y, -400.0 * x, 200.0)


@dataclass(frozen=True)
class Beale(Surface):
    """Flat plains, steep corners, one minimum: a step that suits the one is wrong for the other.

    Source: Beale (1958), On an iterative method for finding a local minimum.
    """

    name = "beale"
    title = "Beale's function"
    formula = (
        r"f(x, y) = (1.5 - x + x y)^2 + \left(2.25 - x + x y^2\right)^2 + \left(2.625 - x + x y^3\right)^2"
    )
    minima = ((3.0, 0.5),)
    start = (1.0, 1.5)
    window = ((-4.5, 4.5), (-4.5, 4.5))

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return (1.5 - x * (1.0 - y)) ** 2 + (2.25 - x * (1.0 - y**2)) ** 2 + (2.625 - x * (1.0 - y**3)) ** 2

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        along_x, along_y = np.zeros_like(x), np.zeros_like(y)
        for constant, power in ((1.5, 1), (2.25, 2), (2.625, 3)):
            residual = constant - x * (1.0 - y**power)
            along_x = along_x + 2.0 * residual * (y**power - 1.0)
            along_y = along_y + 2.0 * residual * power * x * y ** (power - 1)
        return np.stack([along_x, along_y], axis=-1)

    def hessian(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        xx, xy, yy = np.zeros_like(x), np.zeros_like(x), np.zeros_like(x)
        for constant, power in ((1.5, 1), (2.25, 2), (2.625, 3)):
            residual = constant - x * (1.0 - y**power)
            r_x, r_y = y**power - 1.0, power * x * y ** (power - 1)
            r_xy, r_yy = power * y ** (power - 1), power * (power - 1) * x * y ** max(power - 2, 0)
            xx = xx + 2.0 * r_x * r_x
            xy = xy + 2.0 * (r_x * r_y + residual * r_xy)
            yy = yy + 2.0 * (r_y * r_y + residual * r_yy)
        return _symmetric(xx, xy, yy)


@dataclass(frozen=True)
class Himmelblau(Surface):
    """Four valleys of equal depth: the start, and the rule, decide in which a run ends.

    Source: Himmelblau (1972), Applied Nonlinear Programming.
    """

    name = "himmelblau"
    title = "Himmelblau's function"
    formula = r"f(x, y) = \left(x^2 + y - 11\right)^2 + \left(x + y^2 - 7\right)^2"
    minima = (
        (3.0, 2.0),
        (-2.805118086952745, 3.131312518250573),
        (-3.779310253377747, -3.283185991286170),
        (3.584428340330492, -1.848126526964404),
    )
    start = (-0.5, -1.0)
    window = ((-5.0, 5.0), (-5.0, 5.0))

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return (x * x + y - 11.0) ** 2 + (x + y * y - 7.0) ** 2

    def gradient(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        a, b = x * x + y - 11.0, x + y * y - 7.0
        return np.stack([4.0 * x * a + 2.0 * b, 2.0 * a + 4.0 * y * b], axis=-1)

    def hessian(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return _symmetric(12.0 * x * x + 4.0 * y - 42.0, 4.0 * (x + y), 12.0 * y * y + 4.0 * x - 26.0)


@dataclass(frozen=True)
class Saddle(Surface):
    """Downhill one way, uphill the other: the slope at the pass is zero, and it is no minimum.

    There is no minimum at all: a run that leaves the ridge falls without end.
    """

    name = "saddle"
    title = "Saddle"
    formula = r"f(x, y) = x^2 - y^2"
    minima = ()
    start = (-1.5, 0.01)
    window = ((-2.0, 2.0), (-2.0, 2.0))

    def value(self, points: Array) -> Array:
        x, y = points[..., 0], points[..., 1]
        return x * x - y * y

    def gradient(self, points: Array) -> Array:
        return points * np.array([2.0, -2.0])

    def hessian(self, points: Array) -> Array:
        zero = np.zeros(points.shape[:-1])
        return _symmetric(zero + 2.0, zero, zero - 2.0)


SURFACES: Mapping[str, type[Surface]] = {
    cls.name: cls for cls in (Bowl, Rosenbrock, Beale, Himmelblau, Saddle)
}
"""Every surface by name, in the order of a menu."""
