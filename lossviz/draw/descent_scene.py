"""The descent as scenes to play: data and model, cost surface and cost over time; one update; the fit."""

from collections.abc import Sequence

import numpy as np

from lossviz.descent.race import Run, parameter_names
from lossviz.draw import descent_plane as planes
from lossviz.draw.descent_data import data_readings, data_view
from lossviz.draw.descent_plane import Plane
from lossviz.draw.player import Axis, Entry, Path, Reading, Scene, View
from lossviz.draw.style import Mark
from lossviz.equation import NEAR, middle_of
from lossviz.models import Cost
from lossviz.number_format import all_digits
from lossviz.optimizers.base import Array


def descent(
    runs: Sequence[Run],
    shown: int,
    marks: Sequence[Mark],
    plane: Plane,
    *,
    log: bool = False,
    eigen: bool = False,
) -> Scene:
    """The three views of a race; shading, contours and readings are those of the shown run."""
    run = runs[shown]
    frames = len(run.cost)
    x, y = plane.home
    at = run.best.points[0] if len(run.best.points) else run.path[-1]
    surface = View(
        "cost",
        f"The cost{_of(run, runs)} and the way down",
        x,
        y,
        [
            *planes.backdrop(plane),
            *(planes.eigen_directions(plane, at) if eigen else ()),
            *planes.optima(plane, run),
            *planes.paths(plane, [run, *runs[:shown], *runs[shown + 1 :]], [marks[shown], *marks[:shown], *marks[shown + 1 :]]),
        ],
        alt=f"Contours of the cost over {plane.names[0]} and {plane.names[1]}, with the path of each run.",
        home=f"{plane.names} {_source(run)}",
        equal=plane.alike,
        clicks=True,
    )  # fmt: skip
    views = [surface, _curves(runs, marks, log, wide=isinstance(run.problem, Cost))]
    if isinstance(run.problem, Cost):
        views.insert(0, data_view(runs, shown, marks))
    return Scene(
        frames,
        views,
        [Entry(r.label, m, _shown_cost(r), r.diverged_at) for r, m in zip(runs, marks, strict=True)],
        readings(run),
        height=690 if len(views) == 2 else 440 if len(runs) == 1 else 400,
    )


def readings(run: Run) -> list[Reading]:
    """The numbers of the shown run at each step: cost, parameters, how good the fit is."""
    said = [Reading("cost", _shown_cost(run))]
    problem = run.problem
    names = parameter_names(problem)
    if len(names) <= 3:
        said += [Reading(name, values) for name, values in _told(run, names)]
    return said + (data_readings(run, problem) if isinstance(problem, Cost) else [])


def _told(run: Run, names: Sequence[str]) -> list[tuple[str, Array]]:
    """The parameters by name; a line whose data are far from zero by its height there, as four digits are shown."""
    told = [(name, run.path[:, i]) for i, name in enumerate(names)]
    line = tuple(names) == ("intercept", "slope")
    if line and isinstance(run.problem, Cost) and (at := middle_of(np.ravel(run.problem.data.x), NEAR)):
        told[0] = f"height at x = {all_digits(at)}", run.path[:, 0] + run.path[:, 1] * at
    return told


def _source(run: Run) -> str:
    """A zoom lasts for as long as the data or the surface does."""
    return run.problem.data.source if isinstance(run.problem, Cost) else repr(run.problem)


def _of(run: Run, runs: Sequence[Run]) -> str:
    return f" of {run.label}" if len({id(r.problem) for r in runs}) > 1 else ""


def _shown_cost(run: Run) -> Array:
    """The cost; nan where it is infinite or the run has stopped."""
    cost = np.where(np.isfinite(run.cost), run.cost, np.nan)
    if run.diverged_at is not None:
        cost[run.diverged_at + 1 :] = np.nan
    return cost


def _curves(runs: Sequence[Run], marks: Sequence[Mark], log: bool, wide: bool) -> View:
    """Cost against step; a run that diverges leaves through the top."""
    steps = np.arange(len(runs[0].cost))
    costs = [_shown_cost(run) for run in runs]
    start = max(float(np.nan_to_num(cost[0])) for cost in costs)
    calm = [cost for cost, run in zip(costs, runs, strict=True) if run.diverged_at is None]
    highest = max([start, *(min(float(np.nanmax(c, initial=start)), 3 * abs(start) + 1e-12) for c in calm)])
    if not calm:
        highest += 9 * (abs(start) or 1.0)
    lowest = min([start, *(float(np.nanmin(c, initial=start)) for c in (calm or costs))])
    log = log and lowest >= 0
    if log:
        floor = min([start, *(float(np.min(c[c > 0], initial=start)) for c in (calm or costs))])
        low, high = max(floor, start * 1e-12, 1e-300) / 1.5, max(highest, 1e-290) * 1.5
        costs = [np.where(c > 0, c, np.nan) for c in costs]
    else:
        room = 0.06 * (highest - lowest or abs(highest) or 1.0)
        low, high = lowest - room, highest + room
    gone = [run.label for run in runs if run.diverged_at is not None]
    return View(
        "curve",
        "Cost against step",
        Axis("step", 0, len(steps) - 1),
        Axis("cost", low, high, log),
        [
            Path(
                steps, cost, mark, run.label, run.diverged_at,
                verdict="" if run.diverged_at is None else f"{run.label} diverges at step {run.diverged_at}",
                row=gone.index(run.label) % 5 if run.label in gone else 0, along=True,
            )
            for run, cost, mark in zip(runs, costs, marks, strict=True)
        ],
        alt="Cost on all the data after each step, one line a run.",
        home=f"{len(steps)} {log}",
        wide=wide,
    )  # fmt: skip
