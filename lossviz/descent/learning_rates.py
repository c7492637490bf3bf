"""What a learning rate (and a momentum) does: a map of runs that converge, oscillate or diverge."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.descent.runs import Problem, Trajectory, sweep
from lossviz.optimizers.base import Array, Optimizer

VERDICTS = ("converges", "oscillates", "diverges")
CROSSINGS = 3
"""A run oscillates when it crosses the bottom of a valley at least this many times."""
VISIBLE = 1e-6
"""A crossing counts while the slope is at least this share of the run's steepest, in that direction."""


def verdicts(trajectory: Trajectory, directions: Array | None = None) -> NDArray[np.intp]:
    """Index into VERDICTS of each run, (R,).

    - **diverges**: it was stopped as diverged, or in the last quarter of its steps the cost still
      grows (its peak there is at least twice that of the quarter before) and is above where it started.
    - **oscillates**: not that, and the slope along one of the directions changes sign at least three
      times: the run crosses the valley floor and comes back. On a quadratic, gradient descent does so
      along an eigen-direction of curvature c exactly when its learning rate is above 1 / c, momentum
      when it is above (1 - sqrt(gamma))^2 / c, given steps enough.
    - **converges**: neither; it goes down one side, though it may not have arrived.

    Mini-batches make slopes change sign by chance, so that a noisy run is said to oscillate.

    Args:
        trajectory: R runs.
        directions: (p, p), a unit vector a row, such as ``Spectrum.directions``; the axes if not given.
    """
    cost, slope = trajectory.cost, trajectory.gradient
    quarter = max(1, trajectory.steps // 4)
    peak, peak_before = cost[:, -quarter:].max(axis=1), cost[:, -2 * quarter : -quarter].max(axis=1)
    diverges = (trajectory.diverged_at >= 0) | ((peak >= 2.0 * peak_before) & (peak > cost[:, 0]))
    if directions is not None:
        with np.errstate(over="ignore", invalid="ignore"):
            slope = slope @ directions.T
    oscillates = (_crossings(slope) >= CROSSINGS).any(axis=1)
    return np.select([diverges, oscillates], [2, 1], 0)


def _crossings(slope: Array) -> NDArray[np.intp]:
    """How often each slope over time, (R, T, p), changes sign while it is visible; (R, p)."""
    size = np.abs(slope)
    sign = np.where(size >= VISIBLE * size.max(axis=1, keepdims=True), np.sign(slope), 0.0)
    last = np.zeros(sign[:, 0].shape)
    count = np.zeros(last.shape, dtype=np.intp)
    for now in np.swapaxes(sign, 0, 1):
        count += now * last < 0
        last = np.where(now != 0, now, last)
    return count


@dataclass(frozen=True, eq=False)
class LearningRateMap:
    """One run for each learning rate and momentum; M momenta (1 where there is none), L rates."""

    rates: Array
    """(L,)."""
    momenta: Array
    """(M,)."""
    verdict: NDArray[np.intp]
    """(M, L): index into VERDICTS."""
    steps_to: NDArray[np.intp]
    """(M, L): first step within the tolerance of the lowest cost; -1 where never."""
    final_cost: Array
    """(M, L)."""
    trajectory: Trajectory
    """Run m * L + l has momentum m and rate l."""


def learning_rate_map(
    problem: Problem,
    optimizer: Callable[..., Optimizer],
    start: ArrayLike,
    rates: ArrayLike,
    momenta: ArrayLike | None = None,
    *,
    steps: int = 200,
    lowest: float | None = None,
    tolerance: float = 1e-3,
    directions: Array | None = None,
    batch_size: int | None = None,
    seed: int = 0,
    progress: Callable[[float], bool | None] | None = None,
) -> LearningRateMap:
    """Run every combination in one sweep.

    Args:
        problem: a cost or a surface.
        optimizer: takes ``learning_rate`` and, where momenta are given, ``momentum``.
        start: parameters (p,).
        rates: learning rates (L,).
        momenta: (M,), or None for an optimizer without.
        lowest: cost of the optimum; the lowest cost of the map if not given.
        tolerance: as in ``optimum.standings``.
        directions: as in :func:`verdicts`.
        steps, batch_size, seed, progress: as in ``descent.sweep``.
    """
    rates = np.asarray(rates, dtype=np.float64)
    grid = np.asarray([0.0] if momenta is None else momenta, dtype=np.float64)
    settings = {"learning_rate": np.tile(rates, len(grid))}
    if momenta is not None:
        settings["momentum"] = np.repeat(grid, len(rates))
    (trajectory,) = sweep(
        problem,
        [optimizer(**settings)],
        np.asarray(start, dtype=np.float64),
        steps=steps,
        batch_size=batch_size,
        seed=seed,
        progress=progress,
    )
    shape = len(grid), len(rates)
    floor = float(trajectory.cost.min()) if lowest is None else lowest
    target = floor + tolerance * (float(trajectory.cost[0, 0]) - floor)
    return LearningRateMap(
        rates=rates,
        momenta=grid,
        verdict=verdicts(trajectory, directions).reshape(shape),
        steps_to=trajectory.steps_to(target).reshape(shape),
        final_cost=trajectory.cost[:, -1].reshape(shape),
        trajectory=trajectory,
    )
