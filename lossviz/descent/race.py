"""A race: several descents from one start, with the same data and the same mini-batches."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lossviz.descent.optimum import Optimum, Standing, optimum, standings
from lossviz.descent.runs import Problem, Trajectory, sweep
from lossviz.models import Cost, Linear
from lossviz.optimizers.base import Array, Optimizer
from lossviz.optimizers.schedules import Schedule


@dataclass(frozen=True, eq=False)
class Entrant:
    """One run: an update rule on a problem."""

    label: str
    problem: Problem
    optimizer: Optimizer


@dataclass(frozen=True, eq=False)
class Run:
    """What became of an entrant; the trajectory holds this run alone."""

    label: str
    trajectory: Trajectory
    best: Optimum
    """Of the entrant's problem."""

    @property
    def problem(self) -> Problem:
        return self.trajectory.problem

    @property
    def path(self) -> Array:
        """(T + 1, p)."""
        return self.trajectory.params[0]

    @property
    def cost(self) -> Array:
        """(T + 1,)."""
        return self.trajectory.cost[0]

    @property
    def diverged_at(self) -> int | None:
        """The step after which the run had diverged."""
        step = int(self.trajectory.diverged_at[0])
        return None if step < 0 else step

    @property
    def standing(self) -> Standing:
        """The run's line in the table of the race, by its own optimum."""
        return standings([self.trajectory], self.best)[0]


def parameter_names(problem: Problem) -> tuple[str, ...]:
    """What the parameters of a problem are called."""
    if not (isinstance(problem, Cost) and isinstance(problem.model, Linear)):
        return problem.names
    if problem.loss.family == "regression" and problem.dimension == 2:
        return "intercept", "slope"
    return "intercept", *(f"weight of {name}" for name in problem.names[1:])


def _part(
    progress: Callable[[float], bool | None] | None, done: int, parts: int
) -> Callable[[float], bool | None] | None:
    """Tells of one of several parts, of which some are done, how far the whole is."""
    return None if progress is None else lambda share: progress((done + share) / parts)


def race(
    entrants: Sequence[Entrant],
    start: Array,
    *,
    steps: int,
    batch_size: int | None,
    seed: int,
    schedule: Schedule,
    progress: Callable[[float], bool | None] | None = None,
) -> list[Run]:
    """Run all entrants; the results are in their order.

    ``progress`` is told the share done; the rest is left out, each run with the steps made so far, once it
    returns False.

    Raises:
        ValueError: as ``descent.sweep``.
    """
    runs: dict[int, Run] = {}
    problems = list({id(e.problem): e.problem for e in entrants}.values())
    for count, problem in enumerate(problems):
        places = [i for i, entrant in enumerate(entrants) if entrant.problem is problem]
        best = optimum(problem)
        trajectories = sweep(
            problem,
            [entrants[i].optimizer for i in places],
            np.asarray(start, dtype=np.float64),
            steps=steps,
            batch_size=batch_size,
            seed=seed,
            schedule=schedule,
            progress=_part(progress, count, len(problems)),
        )
        for i, trajectory in zip(places, trajectories, strict=True):
            runs[i] = Run(entrants[i].label, trajectory, best)
    return [runs[i] for i in range(len(entrants))]
