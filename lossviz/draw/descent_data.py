"""The data of a descent, with what the model makes of them at each step: a line, a boundary, regions.

What a kind of loss is drawn as stands in one table, ``KINDS``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lossviz import metrics
from lossviz.descent.race import Run
from lossviz.draw import style
from lossviz.draw.player import (
    BUDGET,
    Axis,
    Image,
    Layer,
    Line,
    Points,
    Reading,
    Segments,
    View,
    quantised,
    zero_segments,
)
from lossviz.draw.style import Mark
from lossviz.losses.multiclass import softmax
from lossviz.losses.stable import sigmoid
from lossviz.models import Cost
from lossviz.optimizers.base import Array

FINEST = 60
"""Cells along each side of the probability shading, where the budget allows."""
COARSEST = 10
"""The same where it does not: with fewer there would be nothing to see."""
AT_ONCE = 50
"""Frames whose scores are computed at once, so that a network's units take no more memory than they need."""
FAINT, STRONG = 0.04, 0.38
"""Opacity of a class's colour where it is as likely as the others, and where it is certain."""
SHADES = tuple(
    style.fill(style.CLASS_COLORS[which], opacity)
    for which, opacity in ((0, STRONG), (0, FAINT), (1, FAINT), (1, STRONG))
)
"""Of the probability of class 1 from 0 to 1."""
CLASS_NAMES = ("class 0", "class 1")
RARE = CLASS_NAMES[1]
BYTES = 256


def data_view(runs: Sequence[Run], shown: int, marks: Sequence[Mark]) -> View:
    """The samples and the model of each run; shading is that of the shown one."""
    cost = _cost(runs[shown])
    return KINDS[cost.loss.family].view(cost, runs, shown, marks)


def data_readings(run: Run, cost: Cost) -> list[Reading]:
    """How good the fit is at each step."""
    score = cost.score(run.path, cost.data.x)
    return [
        Reading(name, values) for name, values in KINDS[cost.loss.family].goodness(cost.data.y, score).items()
    ]


def class_names(cost: Cost) -> tuple[str, ...]:
    """What many classes are called: as in the data, else by their numbers."""
    return tuple(
        name or f"class {k}" for k, name in enumerate(cost.data.classes or [""] * cost.model.outputs)
    )


def _cost(run: Run) -> Cost:
    assert isinstance(run.problem, Cost)
    return run.problem


def _lit(run: Run, cost: Cost) -> np.ndarray | None:
    """The samples of the step that leads on from each frame (frames, n); all at the last."""
    batches = run.trajectory.batches
    if batches is None:
        return None
    lit = np.zeros((len(batches) + 1, cost.samples), dtype=np.uint8)
    lit[-1] = 1
    np.put_along_axis(lit[:-1], batches, 1, axis=1)
    return lit


# --- a number --------------------------------------------------------------------------------


def _line(cost: Cost, runs: Sequence[Run], shown: int, marks: Sequence[Mark]) -> View:
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


def _goodness_of_line(y: Array, score: Array) -> dict[str, Array]:
    return {"R²": np.array([metrics.r_squared(y, s) for s in score])}


# --- classes ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Plane:
    """The grid over the two features: its box, its places along each side, and the shown run's scores on it."""

    box: tuple[float, float, float, float]
    x: Array
    y: Array
    score: Array
    """(frames, side, side), or (frames, side, side, K)."""


def _plane(cost: Cost, runs: Sequence[Run], shown: int) -> _Plane:
    (x0, x1), (y0, y1) = padded(cost.data.x[:, 0], 0.1), padded(cost.data.x[:, 1], 0.1)
    path = runs[shown].path
    side = _cells(cost, len(runs), len(path))
    x, y = np.linspace(x0, x1, side), np.linspace(y0, y1, side)
    where = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    score = np.concatenate([cost.score(path[k : k + AT_ONCE], where) for k in range(0, len(path), AT_ONCE)])
    return _Plane((x0, x1, y0, y1), x, y, score.reshape(len(path), side, side, *score.shape[2:]))


def _cells(cost: Cost, runs: int, frames: int) -> int:
    """Cells along each side of the shading: as fine as what else a frame needs leaves room for."""
    curved = 0 if cost.model.straight and cost.model.outputs == 1 else 1000 * (max(2, cost.model.outputs) - 1)
    room = BUDGET - 160_000 - frames * (cost.samples + 40 * runs + curved)
    return min(FINEST, max(COARSEST, int(np.sqrt(max(0, room) / frames))))


def _samples(cost: Cost, run: Run, colors: tuple[str, ...], names: tuple[str, ...]) -> Points:
    x, y = cost.data.x.T
    return Points(x, y, colors, names, cost.data.y.astype(np.uint8), _lit(run, cost), "sample")


def _classes(cost: Cost, runs: Sequence[Run], shown: int, marks: Sequence[Mark]) -> View:
    plane = _plane(cost, runs, shown)
    layers: list[Layer] = [
        Image(quantised(sigmoid(plane.score), 0.0, 1.0), plane.box, SHADES),
        _samples(cost, runs[shown], style.CLASS_COLORS, CLASS_NAMES),
    ]
    order = [*(i for i in range(len(runs)) if i != shown), shown]
    for i in order:
        if cost.model.straight:
            path = runs[i].path
            layers.append(straight(path[:, 0], path[:, 1:3], marks[i], plane.box, runs[i].label))
        elif i == shown:
            layers.append(_border([plane.score], plane, marks[i], runs[i].label))
    return _picture(
        cost, plane, layers, "The data and the boundary",
        f"{cost.samples} samples of two classes, shaded by the probability the model gives to class 1.",
    )  # fmt: skip


def _goodness_of_boundary(y: Array, score: Array) -> dict[str, Array]:
    return {
        "accuracy": np.mean((score > 0) == y, axis=1),
        f"recall of {RARE}": metrics.recall(y, score > 0),
    }


def _regions(cost: Cost, runs: Sequence[Run], shown: int, marks: Sequence[Mark]) -> View:
    plane = _plane(cost, runs, shown)
    classes = cost.model.outputs
    colors = tuple(style.class_color(k) for k in range(classes))
    layers: list[Layer] = [
        Image(region_bytes(softmax(plane.score).p), plane.box, region_colors(classes)),
        _border([lead(plane.score, k) for k in range(classes - 1)], plane, marks[shown], runs[shown].label),
        _samples(cost, runs[shown], colors, class_names(cost)),
    ]
    return _picture(
        cost, plane, layers, "The data and the regions",
        f"{cost.samples} samples of {classes} classes; the plane has the colour of the likeliest class, the stronger the surer.",
    )  # fmt: skip


def _goodness_of_regions(y: Array, score: Array) -> dict[str, Array]:
    return {"accuracy": np.mean(score.argmax(axis=-1) == y, axis=1)}


def region_bytes(p: Array) -> np.ndarray:
    """Probabilities (..., K) as bytes, for :func:`region_colors`: a class has as many shades as the others, and
    from being as likely as they are to certainty its colour grows stronger."""
    classes = p.shape[-1]
    shades = BYTES // classes
    surest = np.nan_to_num(p.max(axis=-1), nan=1.0 / classes)
    sure = np.clip((surest * classes - 1.0) / (classes - 1.0), 0.0, 1.0)
    return (p.argmax(axis=-1) * shades + np.rint(sure * (shades - 1))).astype(np.uint8)


def region_colors(classes: int) -> tuple[str, ...]:
    """The colour of each byte."""
    shades = BYTES // classes
    strength = np.linspace(FAINT, STRONG, shades)
    colors = [style.fill(style.class_color(k), opacity) for k in range(classes) for opacity in strength]
    return (*colors, *[colors[-1]] * (BYTES - len(colors)))


def lead(score: Array, k: int) -> Array:
    """By how much class k leads the best of the others, negative where one of them does; (..., K) -> (...)."""
    return score[..., k] - np.delete(score, k, axis=-1).max(axis=-1)


def _border(fields: Sequence[Array], plane: _Plane, mark: Mark, name: str) -> Segments:
    """Where any of the fields (frames, side, side) is zero."""
    every = 1 if len(plane.x) < 45 else 2
    found = [zero_segments(f[:, ::every, ::every], plane.x[::every], plane.y[::every]) for f in fields]
    frame = np.concatenate([np.repeat(np.arange(len(plane.score)), np.diff(starts)) for _, starts in found])
    order = np.argsort(frame, kind="stable")
    starts = np.searchsorted(frame[order], np.arange(len(plane.score) + 1)).astype(np.uint32)
    return Segments(np.concatenate([ends for ends, _ in found])[order], mark, starts, width=3.0, name=name)


def _picture(cost: Cost, plane: _Plane, layers: list[Layer], title: str, alt: str) -> View:
    x0, x1, y0, y1 = plane.box
    names = cost.data.names
    return View(
        "data", title, Axis(names[0], x0, x1), Axis(names[1], y0, y1), layers, alt=alt, home=cost.data.source
    )


@dataclass(frozen=True)
class Kind:
    """How the data of one kind of loss are drawn, and by what a fit to them is judged."""

    view: Callable[[Cost, Sequence[Run], int, Sequence[Mark]], View]
    goodness: Callable[[Array, Array], dict[str, Array]]
    """From targets (n,) and scores (frames, n) or (frames, n, K), numbers (frames,) by name."""


KINDS = {
    "regression": Kind(_line, _goodness_of_line),
    "binary": Kind(_classes, _goodness_of_boundary),
    "multiclass": Kind(_regions, _goodness_of_regions),
}


# --- lines -----------------------------------------------------------------------------------


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
