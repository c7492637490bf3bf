"""The plane of two parameters in which a descent is drawn: its window, its cost, its contours."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossviz import optimizers
from lossviz.descent import Problem, descend
from lossviz.descent.race import Run
from lossviz.descent.surfaces import Surface
from lossviz.draw import style
from lossviz.draw.player import Axis, Image, Layer, Path, Segments, Star, zero_segments
from lossviz.draw.style import Mark
from lossviz.number_format import short
from lossviz.optimizers.base import Array

GRID = 96
CONTOURS = 14
WIDEST, TALLEST = 2.4, 0.75
"""Width over height of the pictures that the drawn surface covers."""


@dataclass(frozen=True, eq=False)
class Plane:
    """The parameters ``axes`` of a problem, the others held at their values in ``through`` (p,)."""

    problem: Problem
    axes: tuple[int, int]
    names: tuple[str, str]
    through: Array
    low: Array
    high: Array

    @property
    def home(self) -> tuple[Axis, Axis]:
        """The axes as they are shown at first."""
        x, y = (
            Axis(name, float(a), float(b)) for name, a, b in zip(self.names, self.low, self.high, strict=True)
        )
        return x, y

    @property
    def alike(self) -> bool:
        """Whether one unit may be the same length on both axes without wasting most of a picture."""
        span = self.high - self.low
        return bool(0.4 < span[0] / span[1] < 2.5)

    def grid(self, size: int = GRID, *, beyond: bool = False) -> tuple[Array, Array, Array]:
        """x (size,), y (size,) and the cost (size, size) over the window.

        ``beyond`` covers what a picture of another shape shows where one unit is the same on both axes.
        """
        centre, span = (self.low + self.high) / 2, self.high - self.low
        if beyond:
            span = 1.04 * np.array([max(span[0], WIDEST * span[1]), max(span[1], span[0] / TALLEST)])
        x, y = (
            np.linspace(c - s / 2, c + s / 2, size, dtype=np.float32).astype(np.float64)
            for c, s in zip(centre, span, strict=True)
        )
        params = np.broadcast_to(self.through, (size, size, len(self.through))).copy()
        params[..., self.axes[0]], params[..., self.axes[1]] = x[None, :], y[:, None]
        with np.errstate(all="ignore"):
            return x, y, np.asarray(self.problem.value(params), dtype=np.float64)

    def project(self, params: Array) -> tuple[Array, Array]:
        """Coordinates of parameters (..., p)."""
        return params[..., self.axes[0]], params[..., self.axes[1]]


def plane_of(run: Run, start: Array, axes: tuple[int, int], names: tuple[str, str]) -> Plane:
    """The plane through the optimum or a run's last place, with a window that shows the way there.

    Where there is an optimum the window depends on the problem alone, so that it stays while a
    learning rate is tried: it shows the start, the optimum and the way of small steps between them.
    """
    here = list(axes)
    problem = run.problem
    if isinstance(problem, Surface):
        low, high = (np.array(corner) for corner in zip(*problem.window, strict=True))
        low, high = np.minimum(low, start[here]), np.maximum(high, start[here])
        return Plane(problem, axes, names, run.path[-1], low, high)
    points = [start[here]]
    if len(run.best.points):
        points += [run.best.points[0][here], *_small_steps(problem, start)[:, here]]
    elif run.diverged_at is None:
        points += [*run.path[:, here]]
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    span = np.maximum(high - low, 0.3 * max((high - low).max(), 1.0))
    centre = (low + high) / 2
    through = run.best.points[0] if len(run.best.points) else run.path[-1]
    return Plane(problem, axes, names, through, centre - 0.7 * span, centre + 0.7 * span)


def _small_steps(problem: Problem, start: Array) -> Array:
    """The path of gradient descent with steps well below its limit, (T + 1, p); none without curvature."""
    bend = problem.hessian(start)
    steepest = float(np.linalg.eigvalsh(bend)[-1]) if np.isfinite(bend).all() else 0.0
    if not 1e-9 < steepest < 1e9:
        return np.empty((0, len(start)))
    run = descend(problem, optimizers.get("sgd", learning_rate=0.4 / steepest), start, steps=200)
    return run.params[0] if run.diverged_at[0] < 0 else np.empty((0, len(start)))


def levels(cost: Array) -> Array:
    """Costs worth a contour line: equal shares of the picture between each two, closer at the bottom."""
    finite = cost[np.isfinite(cost)]
    return (
        np.unique(np.quantile(finite, np.linspace(0.0, 1.0, CONTOURS + 2)[1:-1] ** 1.4))
        if finite.size
        else finite
    )


def backdrop(plane: Plane) -> list[Layer]:
    """The cost as quiet shades and contour lines."""
    x, y, cost = plane.grid(beyond=plane.alike)
    lines = levels(cost)
    if not lines.size:
        return []
    with np.errstate(invalid="ignore"):
        rank = np.interp(cost, lines, np.linspace(0.0, 255.0, len(lines)))
        segments, _ = zero_segments(cost[None] - lines[:, None, None], x, y)
    shade = np.where(np.isfinite(cost) & np.isfinite(rank), rank, 255.0).astype(np.uint8)
    extent = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
    return [
        Image(shade, extent, (style.fill(style.NEUTRAL, 0.0), style.fill(style.NEUTRAL, 0.42)), cost, "cost"),
        Segments(segments, Mark(style.NEUTRAL), opacity=0.55),
    ]


def eigen_directions(plane: Plane, at: Array) -> list[Layer]:
    """Lines through ``at`` (p,) along which the cost curves most and least, within the plane."""
    here = list(plane.axes)
    block = plane.problem.hessian(at)[np.ix_(here, here)]
    if not np.isfinite(block).all():
        return []
    values, vectors = np.linalg.eigh(block)
    reach = np.linalg.norm(plane.high - plane.low)
    layers: list[Layer] = []
    for value, direction, mark in zip(
        values, vectors.T, (Mark(style.SAGE, "dash"), Mark(style.VIOLET, "dash")), strict=True
    ):
        ends = np.concatenate([at[here] - reach * direction, at[here] + reach * direction])
        layers.append(Segments(ends[None], mark, width=2.0, name=f"curvature {short(value, 3)}"))
    return layers


def optima(plane: Plane, run: Run) -> list[Layer]:
    """The global minima, where they are known."""
    places = [plane.project(point) for point in run.best.points]
    return [Star(float(x), float(y), style.OPTIMUM, name="optimum") for x, y in places]


def paths(plane: Plane, runs: Sequence[Run], marks: Sequence[Mark]) -> list[Layer]:
    """The way of every run, the first on top."""
    return [
        Path(*plane.project(run.path), mark, run.label, ends=run.diverged_at, dots=len(runs) == 1)
        for run, mark in reversed(list(zip(runs, marks, strict=True)))
    ]
