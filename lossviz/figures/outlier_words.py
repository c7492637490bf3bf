"""What the outlier page says in numbers: titles, legends, and the sentence about what just happened."""

import math
from collections.abc import Sequence

import numpy as np

from lossviz.cloud import Axis, Cloud, Window
from lossviz.fitting import Fit
from lossviz.losses.base import Array
from lossviz.outlier_lab import (
    Breakdown,
    figure_of,
    leverage,
    nickname,
    outcome,
    signed,
    without_spread,
)


def slope_size(window: Window) -> float:
    """The size of a slope that is worth a digit: a tenth of the window's own."""
    return 0.1 * _span(window.y) / _span(window.x)


def equation(coefficients: Array, window: Window) -> str:
    """y = 1.02 + 0.68 x, or the constant."""
    size = _span(window.y) / 10
    level = figure_of(float(coefficients[0]), size)
    if len(coefficients) == 1:
        return level
    slope = float(coefficients[1])
    sign = "−" if slope < 0 else "+"
    return f"y = {level} {sign} {figure_of(abs(slope), slope_size(window))} x"


def total(fit: Fit, window: Window) -> str:
    """What the loss charges for all points together."""
    if exact(fit, window):
        return "0"
    charged = float(fit.cost) * fit.residuals.shape[-1]
    return f"{charged:,.0f}" if 1e4 <= charged < 1e7 else f"{charged:.4g}"


def exact(fit: Fit, window: Window) -> bool:
    """Whether every point is on the line, up to rounding."""
    return float(np.abs(fit.residuals).max()) <= 1e-12 * _span(window.y)


def _span(axis: Axis) -> float:
    return axis.high - axis.low


def moved(before: Sequence[Fit], after: Sequence[Fit], window: Window) -> str:
    """MSE's slope moved +0.36, MAE's 0.00: every loss, between two states of the points."""
    constant = len(after[0].coefficients) == 1
    size = _span(window.y) / 10 if constant else slope_size(window)
    what = "estimate" if constant else "slope"
    parts = [
        f"{nickname(new.loss)}'s {f'{what} moved ' if k == 0 else ''}"
        f"{signed(float(new.coefficients[-1] - old.coefficients[-1]), size)}"
        for k, (old, new) in enumerate(zip(before, after, strict=True))
    ]
    return _join(parts)


def changed_point(before: Cloud, after: Cloud, window: Window, *, flat: bool = False) -> str:
    """What was done to the points; ``flat`` where y runs across."""
    if len(after) > len(before):
        return "One point added"
    if len(after) < len(before):
        count = len(before) - len(after)
        return "One point removed" if count == 1 else f"{count} points removed"
    shift = after.xy - before.xy
    touched = np.flatnonzero(shift.any(axis=1))
    if len(touched) != 1:
        return f"{len(touched)} points changed"
    dx, dy = shift[touched[0]].tolist()
    across, along = ("left", "right"), ("down", "up")
    moves = [(dy, window.y, across)] if flat else [(dy, window.y, along), (dx, window.x, across)]
    ways = [
        f"{directions[by > 0]} by {figure_of(abs(by), _span(axis) / 10)}"
        for by, axis, directions in moves
        if abs(by) > 0.002 * _span(axis)
    ]
    return f"Point {touched[0] + 1} went {' and '.join(ways)}" if ways else "A point hardly moved"


def kind_of_point(cloud: Cloud, at: int) -> str:
    """Whether a point has leverage: at the end of a long arm, or near the middle of x."""
    h = leverage(cloud.x)[at]
    usual = 2.0 / len(cloud)
    if h > 2 * usual:
        return (
            f"It is a leverage point: so far out in x that it holds {h:.0%} of the pull on its own fitted value "
            f"(on average {usual:.0%})."
        )
    return f"It has little leverage ({h:.0%}; on average {usual:.0%}): moved up or down it is a vertical outlier."


def steepest(fits: Sequence[Fit], cloud: Cloud, window: Window) -> str:
    """The state of things when nothing was moved yet."""
    if exact(fits[0], window):
        return f"All {len(cloud)} points are on the line: it costs nothing."
    worst = int(np.argmax(np.abs(fits[0].residuals)))
    shares = [float(fit.losses[worst] / fit.losses.sum()) if fit.losses.sum() > 0 else 0.0 for fit in fits]
    parts = [
        f"{share:.0%} of the {nickname(fit.loss)} total" for share, fit in zip(shares, fits, strict=True)
    ]
    return f"One point of {len(cloud)}, number {worst + 1}, makes {_join(parts)}."


def own_line(costs: Sequence[float], fits: Sequence[Fit], *, hidden: bool) -> str:
    """The cost of the person's line beside the best one."""
    if hidden:
        parts = [f"{cost:.3g} under {nickname(fit.loss)}" for cost, fit in zip(costs, fits, strict=True)]
        return f"Your line costs {_join(parts)}. How low can each go?"
    parts = [
        f"{cost:.3g} under {nickname(fit.loss)}, the best {float(fit.cost):.3g}"
        for cost, fit in zip(costs, fits, strict=True)
    ]
    return f"Your line costs {'; '.join(parts)}."


def several_minima(fits: Sequence[Fit]) -> list[str]:
    """What to know of fits beyond their lines: other minima, equal ones, no spread to scale by, no end."""
    notes = no_spread(fits)
    for fit in fits:
        if len(fit.minima) > 1:
            others = ", ".join(f"{cost:.3g}" for cost in fit.minima_cost[1:4])
            more = "" if len(fit.minima) <= 4 else ", …"
            notes.append(
                f"{nickname(fit.loss)} is not convex: {len(fit.minima)} local minima were found from several "
                f"starts, the chosen one of cost {float(fit.minima_cost[0]):.3g}, thin ones of {others}{more}."
            )
        if len(fit.vertices) > 1:
            notes.append(f"{nickname(fit.loss)} has many equally good solutions: all in the shaded band.")
        if not bool(fit.converged):
            notes.append(f"{nickname(fit.loss)} has not settled on this data: its line is the best found.")
    return notes


def no_spread(fits: Sequence[Fit]) -> list[str]:
    """For which fits the MAD is zero, so that costs in units of it say nothing."""
    names = [nickname(fit.loss) for fit in fits if without_spread(fit)]
    if not names:
        return []
    return [
        f"{_join(names)}: at least half of the points are on the line, so that their MAD is zero and a cost "
        "in units of it has no meaning."
    ]


def broken(fits: Sequence[Fit], found: Breakdown, share: float, what: str, at: float, window: Window) -> str:
    """How far each fit has gone from the clean one at a share of outliers."""
    size = slope_size(window) if what == "slope" else _span(window.y) / 10
    parts = []
    for fit, clean in zip(fits, found.coefficients, strict=True):
        now, was = float(outcome(fit.coefficients, what, at)), float(outcome(clean[0], what, at))
        parts.append(f"{nickname(fit.loss)}'s {signed(now - was, size)}")
    return f"With {share:.0%} outliers the {what} has moved: {_join(parts)} from where it was without any."


def units_trap(times: Sequence[Fit], once: Sequence[Fit], factor: float, robust: bool) -> str:
    """What multiplying y did to the fits, in the old units; ``once`` are the fits before."""
    parts = []
    for new, old in zip(times, once, strict=True):
        now, was = float(new.coefficients[-1]) / factor, float(old.coefficients[-1])
        same = math.isclose(now, was, rel_tol=1e-6, abs_tol=1e-9)
        parts.append(f"{nickname(new.loss)} {now:.4g}" + (" (as before)" if same else f" (was {was:.4g})"))
    why = (
        "scaled by MAD, parameters grow with the units"
        if robust
        else "a fixed parameter does not grow with the units"
    )
    return f"With y times {factor:g}, slopes in the old units: {', '.join(parts)}; {why}."


def alt(fits: Sequence[Fit], cloud: Cloud, window: Window) -> str:
    """The picture in words."""
    lines = "; ".join(f"{nickname(fit.loss)}: {equation(fit.coefficients, window)}" for fit in fits)
    return f"Scatter plot of {len(cloud)} points that can be moved, with fits. {lines}."


def _join(parts: Sequence[str]) -> str:
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
