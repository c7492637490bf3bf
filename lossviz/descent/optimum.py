"""Where a cost is lowest, or why it is lowest nowhere; and how it curves there.

The answers say in a sentence what a race cannot tell: separable classes have no finite optimum,
repeated features have many.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from lossviz import fitting
from lossviz.descent.runs import Problem, Trajectory
from lossviz.descent.surfaces import Surface
from lossviz.losses.families import ResidualLoss
from lossviz.models import Cost, Softmax
from lossviz.number_format import short
from lossviz.optimizers.base import Array

NEWTON_STEPS = 200


@dataclass(frozen=True, eq=False)
class Optimum:
    """The lowest points of a problem."""

    points: Array
    """(k, p): every global minimum known; k = 0 where none is, or where a whole stretch is as good."""
    value: float
    """The cost there; nan where it is not known."""
    reason: str = ""
    """Why there are no points, in a sentence."""

    def distance(self, params: Array) -> Array:
        """Distance of parameters (..., p) to the nearest point; nan where there are no points."""
        if not len(self.points):
            return np.full(params.shape[:-1], np.nan)
        return np.hypot.reduce(params[..., None, :] - self.points, axis=-1).min(axis=-1)


def optimum(problem: Problem) -> Optimum:
    """The global minimum of a cost or a surface.

    A loss of the residual is fitted by ``lossviz.fitting`` (exact where it is piecewise linear, the
    lowest of many starts where it is not convex); other smooth convex costs are minimised by Newton's
    method to working precision. Of softmax regression's many equal points it is the one where the
    scores sum to zero over the classes.
    """
    if isinstance(problem, Surface):
        return _of_surface(problem)
    if not isinstance(problem, Cost):
        return _none(problem, "The minimum of this problem is not known.")
    if not problem.has_hessian:
        return _none(problem, "No lowest cost is known for a network: it may have many minima.")
    penalised = problem.penalty.curvature > 0
    if isinstance(problem.loss, ResidualLoss) and not penalised and problem.share is None:
        return _of_fit(problem)
    if not problem.loss.convex:
        return _none(
            problem,
            f"{problem.loss.title} is not convex in the score: the cost may have several minima, "
            "and none is known to be the lowest.",
        )
    if reason := _runs_away(problem):
        return _none(problem, reason)
    if not problem.loss.smooth:
        return _none(problem, f"{problem.loss.title} has corners, where Newton's method does not work.")
    return _by_newton(problem)


def _none(problem: Problem, reason: str, value: float = float("nan")) -> Optimum:
    return Optimum(np.empty((0, problem.dimension)), value, reason)


def _of_surface(surface: Surface) -> Optimum:
    if not surface.minima:
        return _none(surface, "The surface has no minimum: it falls without end.")
    points = np.array(surface.minima)
    return Optimum(points, float(surface.value(points).min()))


_MANY = "Many parameters reach the lowest cost, so there is no single optimum to measure a distance to."


def _of_fit(cost: Cost) -> Optimum:
    try:
        found = fitting.fit(cost.loss, cost.design, cost.data.y)
    except ValueError as error:
        return _none(cost, f"{_MANY} ({error})")
    if len(found.vertices) > 1:
        return _none(cost, _MANY, float(found.cost))
    return Optimum(found.minima[found.equally_good], float(found.cost))


# --- separable classes -----------------------------------------------------------------------


def _runs_away(cost: Cost) -> str:
    """Why the cost has no finite minimum, or "" where it has one.

    A loss that still falls at score 500 never stops: on samples that some direction separates, the
    further the parameters go in that direction, the lower the cost.
    """
    if cost.loss.family == "multiclass":
        return _class_runs_away(cost)
    if cost.loss.family != "binary":
        return ""
    if not (cost.loss.gradient_at(500.0, 1.0) < 0 or cost.loss.gradient_at(-500.0, 0.0) > 0):
        return ""
    y = cost.data.y
    if y.min() == y.max():
        return (
            f"There is no finite optimum: all labels are {short(y[0])}, so the cost keeps falling "
            "as the intercept grows without end."
        )
    if cost.penalty.curvature == 0 and separating_direction(cost.design, y) is not None:
        return (
            f"There is no finite optimum: the classes are separable, and {cost.loss.title.lower()} "
            "never reaches its minimum, so the cost keeps falling as the weights grow without end. "
            "An L2 penalty gives it one."
        )
    return ""


def _class_runs_away(cost: Cost) -> str:
    """The same for many classes: an absent class, or classes that linear scores tell apart."""
    target = np.eye(cost.model.outputs)
    falls = np.diagonal(cost.loss.gradient_at(500.0 * target, target)) < 0
    if not falls.any():
        return ""
    counts = np.bincount(cost.data.y.astype(np.intp), minlength=cost.model.outputs)
    if (counts == 0).any():
        return (
            "There is no finite optimum: a class has no sample, so the cost keeps falling as its "
            "intercept falls without end."
        )
    if cost.penalty.curvature == 0 and _strict_direction(_class_margins(cost)) is not None:
        return (
            f"There is no finite optimum: the classes are separable, and {cost.loss.title.lower()} "
            "never reaches its minimum, so the cost keeps falling as the weights grow without end. "
            "An L2 penalty gives it one."
        )
    return ""


def _class_margins(cost: Cost) -> Array:
    """Rows whose product with the parameters is z_true - z_k, for each sample and other class."""
    design, classes = cost.design, cost.model.outputs
    true = np.eye(classes)[cost.data.y.astype(np.intp)]
    sides = true[:, None, :] - np.eye(classes)
    rows = (sides[..., None] * design[:, None, None, :]).reshape(-1, classes * design.shape[1])
    return rows[(sides != 0).any(axis=-1).ravel()]


def separating_direction(design: Array, labels: ArrayLike) -> Array | None:
    """A direction d with s_i x_i · d >= 0 for all samples and > 0 for some, or None if there is none.

    Here s_i = 1 for label 1 and -1 for label 0. Such a direction exists exactly where maximum
    likelihood has no finite solution (Albert and Anderson 1984, Biometrika 71). By Stiemke's theorem it
    exists or there are y > 0 with Zᵀy = 0, Z having the rows s_i x_i, and never both. The y >= 1 with the
    shortest Zᵀy are non-negative least squares; where they do not reach zero, Zᵀy is the direction.

    Args:
        design: (n, p), with the column of ones.
        labels: (n,), 0 or 1.
    """
    return _strict_direction(np.where(np.asarray(labels) == 1, 1.0, -1.0)[:, None] * design)


def _strict_direction(z: Array) -> Array | None:
    """A d with Z d >= 0 in every row and > 0 in some, or None; see :func:`separating_direction`."""
    scale = np.abs(z).max(axis=0)
    u, size, _ = np.linalg.svd(z / np.where(scale > 0, scale, 1.0), full_matrices=False)
    u = u[:, size > 1e-12 * size[0]]  # an orthonormal basis: the question is the same for Z A, A regular
    y = 1.0 + non_negative_least_squares(u.T, -u.sum(axis=0))
    least = y @ u
    if np.linalg.norm(least) <= 1e-9 * np.linalg.norm(y):
        return None
    direction: Array = np.linalg.lstsq(z, u @ least, rcond=None)[0]
    return direction


def non_negative_least_squares(a: Array, b: Array) -> Array:
    """The x >= 0 with the smallest |a x - b|, by the active-set method of Lawson and Hanson (1974), ch. 23.

    Args:
        a: (m, n).
        b: (m,).
    """
    x = np.zeros(a.shape[1])
    passive = np.zeros(a.shape[1], dtype=bool)
    tolerance = 1e-12 * np.abs(a).max() * max(1.0, np.abs(b).max())
    for _ in range(10 * a.shape[1]):
        slope = a.T @ (b - a @ x)
        slope[passive] = -np.inf
        if slope.max() <= tolerance:
            break
        passive[slope.argmax()] = True
        while True:
            trial = np.zeros_like(x)
            trial[passive] = np.linalg.lstsq(a[:, passive], b, rcond=None)[0]
            if not (blocked := passive & (trial < 0)).any():
                break
            share = np.min(x[blocked] / (x[blocked] - trial[blocked]))
            x = x + share * (trial - x)
            passive &= x > 1e-14 * x.max()
            x[~passive] = 0.0
        x = trial
    return x


# --- Newton ----------------------------------------------------------------------------------


def _by_newton(cost: Cost) -> Optimum:
    """Newton's method, damped (Levenberg, Marquardt) until each step lowers the cost."""
    at, damping = np.zeros(cost.dimension), 1e-3
    value = float(cost.value(at))
    for _ in range(NEWTON_STEPS):
        step = _newton_step(cost, at, damping)
        trial = float(cost.value(at + step))
        if trial <= value:
            settled = np.abs(step).max() <= 1e-15 * np.abs(at).max()
            at, value, damping = at + step, trial, damping / 10 if damping > 1e-12 else 0.0
            if settled:
                break
        elif damping > 1e6:
            break
        else:
            damping = max(10 * damping, 1e-12)
    at = _polished(cost, at)
    if isinstance(cost.model, Softmax):
        at = cost.model.centred(at)
    bend = cost.hessian(at)
    if not np.isfinite(bend).all():
        return _none(
            cost, "The cost is too steep to follow: its curvature is beyond the largest number there is."
        )
    size = np.sqrt(np.maximum(np.diag(bend), 1e-300))
    if np.linalg.eigvalsh(bend / size / size[:, None])[_free_directions(cost)] <= 1e-12:
        return _none(cost, _MANY, value)
    if (np.abs(_newton_step(cost, at, 0.0)) > 1e-6 * np.maximum(1.0, np.abs(at))).any():
        return _none(cost, "The cost keeps falling as the parameters grow: no finite optimum was found.")
    return Optimum(at[None], value)


def _polished(cost: Cost, at: Array) -> Array:
    """Newton steps for as long as they shorten the gradient, which tells the last digits the cost cannot."""
    slope = math.hypot(*cost.gradient(at))  # whose squares may be beyond the largest number
    for _ in range(10):
        trial = at + _newton_step(cost, at, 0.0)
        shorter = math.hypot(*cost.gradient(trial))
        if not shorter < slope:
            break
        at, slope = trial, shorter
    return at


def _free_directions(cost: Cost) -> int:
    """Directions in which nothing changes by the model's nature: a common shift of all classes' scores."""
    if cost.model.outputs == 1:
        return 0
    return 1 if cost.penalty.curvature > 0 else cost.design.shape[1]


def _newton_step(cost: Cost, at: Array, damping: float) -> Array:
    bend = cost.hessian(at)
    if not np.isfinite(bend).all():
        return np.full(cost.dimension, np.nan)
    size = np.sqrt(np.maximum(np.diag(bend), 1e-300))  # in units in which every curvature is 1
    scaled = bend / size / size[:, None] + damping * np.eye(cost.dimension)
    free = 1e-13 if _free_directions(cost) else None  # of rounding alone a free direction is not quite flat
    step: Array = np.linalg.lstsq(scaled, -cost.gradient(at) / size, rcond=free)[0] / size
    return step


# --- curvature and the race ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Spectrum:
    """How a problem curves at a point: the eigenvalues of its hessian, and their directions."""

    values: Array
    """(p,): curvatures, the smallest first."""
    directions: Array
    """(p, p): unit vectors; ``directions[i]`` belongs to ``values[i]``."""

    def learning_rate_limit(self, momentum: float = 0.0, *, nesterov: bool = False) -> float:
        """The learning rate from which a descent on this quadratic diverges; inf where none does.

        2 / lambda_max for gradient descent, 2 (1 + gamma) / lambda_max for momentum (the heavy ball,
        Polyak 1964), 2 (1 + gamma) / ((1 + 2 gamma) lambda_max) for Nesterov's: where a root of the
        recursion's characteristic polynomial leaves the unit circle.
        """
        if self.values[-1] <= 0:
            return float("inf")
        ahead = 1.0 + 2.0 * momentum if nesterov else 1.0
        return float(2.0 * (1.0 + momentum) / (ahead * self.values[-1]))


def spectrum(problem: Problem, at: ArrayLike) -> Spectrum:
    """The curvature at a point (p,)."""
    values, vectors = np.linalg.eigh(problem.hessian(np.asarray(at, dtype=np.float64)))
    return Spectrum(values, vectors.T)


@dataclass(frozen=True)
class Standing:
    """How one run of a race did."""

    label: str
    steps_to_tolerance: int | None
    """First step after which the cost is within the tolerance; None if never."""
    final_cost: float
    distance: float | None
    """From the nearest optimum at the end; None where there is none."""
    diverged_at: int | None


def standings(trajectories: Sequence[Trajectory], best: Optimum, tolerance: float = 1e-3) -> list[Standing]:
    """The table of a race, in the order of the trajectories and their runs.

    A run is within the tolerance when it has closed all but this share of the gap between its starting
    cost and the lowest: that of the optimum, or of the race where no optimum is known.
    """
    lowest = best.value if np.isfinite(best.value) else min(float(t.cost.min()) for t in trajectories)
    table = []
    for trajectory in trajectories:
        for run in range(trajectory.runs):
            cost, stop = trajectory.cost[run], int(trajectory.diverged_at[run])
            reached = np.flatnonzero(cost <= lowest + tolerance * (cost[0] - lowest))
            distance = float(best.distance(trajectory.params[run, -1]))
            optimizer = trajectory.optimizer
            table.append(
                Standing(
                    label=(optimizer.of_run(run) if optimizer.runs else optimizer).label,
                    steps_to_tolerance=int(reached[0]) if reached.size else None,
                    final_cost=float(cost[-1]),
                    distance=None if np.isnan(distance) else distance,
                    diverged_at=None if stop < 0 else stop,
                )
            )
    return table
