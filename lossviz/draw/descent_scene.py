"""The descent as scenes to play: data and model, cost surface and cost over time; one update; the fit."""

from collections.abc import Sequence

import numpy as np

from lossviz import metrics
from lossviz.descent.race import Run, parameter_names
from lossviz.draw import descent_plane as planes
from lossviz.draw import style
from lossviz.draw.descent_plane import Plane
from lossviz.draw.player import (
    BUDGET,
    Axis,
    Entry,
    Image,
    Layer,
    Line,
    Path,
    Points,
    Reading,
    Scene,
    Segments,
    View,
    quantised,
    zero_segments,
)
from lossviz.draw.style import Mark
from lossviz.equation import NEAR, middle_of
from lossviz.losses.stable import sigmoid
from lossviz.models import Cost
from lossviz.number_format import all_digits
from lossviz.optimizers.base import Array

FINEST = 60
"""Cells along each side of the probability shading, where the budget allows."""
COARSEST = 10
"""The same where it does not: with fewer there would be nothing to see."""
AT_ONCE = 50
"""Frames whose scores are computed at once, so that a network's units take no more memory than they need."""
SHADES = tuple(
    style.fill(style.CLASS_COLORS[which], opacity)
    for which, opacity in ((0, 0.38), (0, 0.04), (1, 0.04), (1, 0.38))
)
"""Of the probability of class 1 from 0 to 1."""
CLASS_NAMES = ("class 0", "class 1")
RARE = CLASS_NAMES[1]


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
        views.insert(0, _data(run, runs, shown, marks, frames))
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
    if isinstance(problem, Cost):
        score = problem.score(run.path, problem.data.x)
        if problem.loss.family == "binary":
            said.append(Reading("accuracy", np.mean((score > 0) == problem.data.y, axis=1)))
            said.append(Reading(f"recall of {RARE}", metrics.recall(problem.data.y, score > 0)))
        else:
            said.append(Reading("R²", np.array([metrics.r_squared(problem.data.y, s) for s in score])))
    return said


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


# --- the data --------------------------------------------------------------------------------


def _data(run: Run, runs: Sequence[Run], shown: int, marks: Sequence[Mark], frames: int) -> View:
    cost = run.problem
    assert isinstance(cost, Cost)
    classes = cost.loss.family == "binary"
    return (_classes if classes else _line)(cost, runs, shown, marks, frames)


def _lit(run: Run, cost: Cost) -> np.ndarray | None:
    """The samples of the step that leads on from each frame (frames, n); all at the last."""
    batches = run.trajectory.batches
    if batches is None:
        return None
    lit = np.zeros((len(batches) + 1, cost.samples), dtype=np.uint8)
    lit[-1] = 1
    np.put_along_axis(lit[:-1], batches, 1, axis=1)
    return lit


def _line(cost: Cost, runs: Sequence[Run], shown: int, marks: Sequence[Mark], frames: int) -> View:
    x, y = np.ravel(cost.data.x), cost.data.y
    ends = np.array(padded(x, 0.06))
    with np.errstate(over="ignore", invalid="ignore"):
        heights = [_capped(run.path[:, :1] + run.path[:, 1:2] * ends) for run in runs]
    lines = [
        Line(ends, height, mark, name=run.label)
        for run, height, mark in zip(runs, heights, marks, strict=True)
    ]
    lines.append(lines.pop(shown))
    points = Points(x, y, (style.NEUTRAL,), lit=_lit(runs[shown], cost), name="sample")
    names = cost.data.names
    return View(
        "data", "The data and the line", Axis(names[0], *ends), Axis(names[1], *padded(y, 0.15)), [points, *lines],
        alt=f"{cost.samples} samples of {names[1]} over {names[0]}, with the line of each run at the shown step.",
        home=cost.data.source,
    )  # fmt: skip


def _classes(cost: Cost, runs: Sequence[Run], shown: int, marks: Sequence[Mark], frames: int) -> View:
    data = cost.data
    (x0, x1), (y0, y1) = padded(data.x[:, 0], 0.1), padded(data.x[:, 1], 0.1)
    side = _cells(cost, len(runs), frames)
    x, y = np.linspace(x0, x1, side), np.linspace(y0, y1, side)
    where = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    path = runs[shown].path
    score = np.concatenate(
        [cost.score(path[k : k + AT_ONCE], where) for k in range(0, frames, AT_ONCE)]
    ).reshape(frames, side, side)
    layers: list[Layer] = [Image(quantised(sigmoid(score), 0.0, 1.0), (x0, x1, y0, y1), SHADES)]
    layers.append(
        Points(
            data.x[:, 0], data.x[:, 1], style.CLASS_COLORS, CLASS_NAMES, data.y.astype(np.uint8),
            _lit(runs[shown], cost), "sample",
        )
    )  # fmt: skip
    order = [*(i for i in range(len(runs)) if i != shown), shown]
    for i in order:
        if cost.model.straight:
            path = runs[i].path
            layers.append(straight(path[:, 0], path[:, 1:3], marks[i], (x0, x1, y0, y1), runs[i].label))
        elif i == shown:
            every = 1 if side < 45 else 2
            segments, starts = zero_segments(score[:, ::every, ::every], x[::every], y[::every])
            layers.append(Segments(segments, marks[i], starts, width=3.0, name=runs[i].label))
    return View(
        "data", "The data and the boundary", Axis(data.names[0], x0, x1), Axis(data.names[1], y0, y1), layers,
        alt=f"{cost.samples} samples of two classes, shaded by the probability the model gives to class 1.",
        home=data.source,
    )  # fmt: skip


def _cells(cost: Cost, runs: int, frames: int) -> int:
    """Cells along each side of the shading: as fine as what else a frame needs leaves room for."""
    curved = 0 if cost.model.straight else 1000
    room = BUDGET - 160_000 - frames * (cost.samples + 40 * runs + curved)
    return min(FINEST, max(COARSEST, int(np.sqrt(max(0, room) / frames))))


def straight(b: Array, w: Array, mark: Mark, box: tuple[float, float, float, float], name: str) -> Line:
    """Where b + w₁x + w₂y = 0, of b (frames,) and w (frames, 2): through the point nearest the centre, long enough for the box."""
    x0, x1, y0, y1 = box
    centre, reach = np.array([(x0 + x1) / 2, (y0 + y1) / 2]), np.hypot(x1 - x0, y1 - y0)
    with np.errstate(all="ignore"):
        foot = centre - ((b + w @ centre) / np.sum(w * w, axis=1))[:, None] * w
        along = np.stack([-w[:, 1], w[:, 0]], axis=1) / np.linalg.norm(w, axis=1, keepdims=True)
        ends = foot[:, None, :] + reach * np.array([-1.0, 1.0])[:, None] * along[:, None, :]
    ends = _capped(ends)
    return Line(ends[..., 0], ends[..., 1], mark, name=name)


def padded(values: Array, share: float) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    room = share * (high - low or abs(high) or 1.0)
    return low - room, high + room


def _capped(values: Array) -> Array:
    """Within what float32 holds."""
    return np.clip(values, -1e30, 1e30)
