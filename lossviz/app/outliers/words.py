"""What the outlier page says in numbers: titles, legends, and the sentence about what just happened."""

import math
from collections.abc import Sequence

import numpy as np

from lossviz.data.cloud import Cloud, Window
from lossviz.equation import equation, figure_of, place, slope_size
from lossviz.fitting import Fit
from lossviz.number_format import percent, short
from lossviz.robust.effects import Breakdown, nickname, outcome, signed, without_spread
from lossviz.robust.outliers import leverage

MOST = 5
"""Most losses that one sentence speaks of."""


def total(fit: Fit, window: Window) -> str:
    """What the loss charges for all points together."""
    if exact(fit, window):
        return "0"
    return short(float(fit.cost) * fit.residuals.shape[-1])


def exact(fit: Fit, window: Window) -> bool:
    """Whether every point is on the line, up to rounding."""
    return float(np.abs(fit.residuals).max()) <= 1e-12 * window.y.span


def moved(before: Sequence[Fit], after: Sequence[Fit], window: Window) -> str:
    """MSE's slope moved +0.36, MAE's 0.00: every loss, between two states of the points."""
    constant = len(after[0].coefficients) == 1
    size = window.y.span / 10 if constant else slope_size(window)
    what = "estimate" if constant else "slope"
    parts = [
        f"{nickname(new.loss)}'s {f'{what} moved ' if k == 0 else ''}"
        f"{signed(float(new.coefficients[-1] - old.coefficients[-1]), size)}"
        for k, (old, new) in enumerate(zip(before, after, strict=True))
    ]
    return _join(parts)


def touched(before: Cloud, after: Cloud) -> int | None:
    """The one point that was moved or added, if it is one."""
    if len(after) == len(before) + 1:
        return len(before)
    if len(after) != len(before):
        return None
    changed = np.flatnonzero((after.xy != before.xy).any(axis=1))
    return int(changed[0]) if len(changed) == 1 else None


def changed_point(before: Cloud, after: Cloud, window: Window, *, flat: bool = False) -> str:
    """What was done to the points; ``flat`` where y runs across."""
    if len(after) > len(before):
        return "One point added"
    if len(after) < len(before):
        count = len(before) - len(after)
        return "One point removed" if count == 1 else f"{count} points removed"
    shift = after.xy - before.xy
    point = touched(before, after)
    if point is None:
        return f"{int(shift.any(axis=1).sum())} points changed"
    dx, dy = shift[point].tolist()
    across, along = ("left", "right"), ("down", "up")
    moves = [(dy, window.y, across)] if flat else [(dy, window.y, along), (dx, window.x, across)]
    ways = [
        f"{directions[by > 0]} by {figure_of(abs(by), axis.span / 10)}"
        for by, axis, directions in moves
        if abs(by) > 0.002 * axis.span
    ]
    return f"Point {point + 1} went {' and '.join(ways)}" if ways else f"Point {point + 1} hardly moved"


def kind_of_point(cloud: Cloud, at: int, *, far: bool) -> str:
    """Leverage point or vertical outlier, "" for neither; ``far`` where it is an outlier.

    Leverage counts beyond twice its mean 2/n: Hoaglin & Welsch (1978). It is at most 1, so that with
    four points or fewer none can stand out.
    """
    h, usual = leverage(cloud.x)[at], 2.0 / len(cloud)
    if h > 2 * usual:
        return (
            f"It is a leverage point: so far out in x that it holds {percent(h)} of the pull on its own fitted value "
            f"(on average {percent(usual, 1)})."
        )
    return f"It is a vertical outlier: far off in y, with little leverage ({percent(h, 1)})." if far else ""


def costliest(fits: Sequence[Fit], cloud: Cloud, window: Window) -> str:
    """The state of things when nothing was moved yet."""
    if exact(fits[0], window):
        return f"All {len(cloud):,} points are on the line: it costs nothing."
    shares = np.array([fit.losses / (fit.losses.sum() or 1.0) for fit in fits])
    worst = int(shares.max(axis=0).argmax())
    if shares.max() < 0.01:
        return f"No point of {len(cloud):,} makes more than 1% of any total."
    parts = [
        f"{f'{percent(share)}' if share >= 0.005 else 'less than 1%'} of the {nickname(fit.loss)} total"
        for share, fit in zip(shares[:, worst], fits, strict=True)
    ]
    return f"One point of {len(cloud):,}, number {worst + 1:,}, makes {_join(parts)}."


def own_line(costs: Sequence[float], fits: Sequence[Fit], *, hidden: bool) -> str:
    """The cost of the person's line, or number, beside the best one."""
    what = "number" if fits and fits[0].coefficients.shape == (1,) else "line"
    if hidden:
        parts = [
            f"{short(cost, 3)} under {nickname(fit.loss)}" for cost, fit in zip(costs, fits, strict=True)
        ]
        return f"Your {what} costs {_join(parts)}. How low can each go?"
    parts = [
        f"{short(cost, 3)} under {nickname(fit.loss)}, the best {short(float(fit.cost), 3)}"
        for cost, fit in zip(costs, fits, strict=True)
    ]
    return f"Your {what} costs {'; '.join(parts)}."


def thinned(count: int, drawn: int, view: str) -> str:
    """What becomes of more points than are drawn."""
    if view == "breakdown":
        return f"Of {count:,} points {drawn:,}, drawn at random, are shown and fitted here."
    curves = {
        "sensitivity": " The curves are fits of these.",
        "constant": " The curves are the cost of these.",
    }
    return (
        f"The {count:,} points are all fitted. {drawn:,} of them, drawn at random, are shown; while a point moves, they "
        f"stand for all.{curves.get(view, '')}"
    )


_SURE = {
    "certain": " That no number costs less is certain.",
    "likely": " That no line costs less is very likely, but not proven.",
    "local": "",
}


def several_minima(fits: Sequence[Fit]) -> list[str]:
    """What to know of fits beyond their lines: other minima, equal ones, no spread to scale by, no end."""
    notes = no_spread(fits)
    for fit in fits:
        if len(fit.minima) > 1:
            others = ", ".join(short(cost, 3) for cost in fit.minima_cost[1:4])
            more = "" if len(fit.minima) <= 4 else ", …"
            notes.append(
                f"{nickname(fit.loss)} is not convex: {len(fit.minima)} local minima were found from several "
                f"starts, the chosen one of cost {short(float(fit.minima_cost[0]), 3)}, drawn thin {others}{more}."
                + _SURE[str(fit.lowest)]
            )
        if len(fit.vertices) > 1:
            notes.append(f"{nickname(fit.loss)} has many equally good solutions: all in the shaded band.")
        if not bool(fit.converged):
            what = "number" if fit.coefficients.shape == (1,) else "line"
            notes.append(
                f"{nickname(fit.loss)} has not settled on this data: its {what} is where the search stopped, "
                "and another may fit as well or better."
            )
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


def broken(
    fits: Sequence[Fit], found: Breakdown, bad: int, count: int, what: str, at: float, window: Window
) -> str:
    """How far each fit has gone from the clean one with ``bad`` outliers among ``count`` points."""
    size = slope_size(window) if what == "slope" else window.y.span / 10
    parts = []
    for fit, clean in zip(fits, found.coefficients, strict=True):
        now, was = float(outcome(fit.coefficients, what, at)), float(outcome(clean[0], what, at))
        parts.append(f"{nickname(fit.loss)}'s {signed(now - was, size)}")
    name = f"prediction at x = {place(at, window.x)}" if what == "prediction" else what
    return (
        f"With {bad} of {count} points bad ({percent(bad / count)}), the {name} has moved by: {_join(parts)}."
    )


def units_trap(times: Sequence[Fit], once: Sequence[Fit], factor: float, robust: bool, window: Window) -> str:
    """What multiplying y did to the fits, in the old units; ``once`` are the fits before."""
    constant = times[0].coefficients.shape == (1,)
    size = (window.y.span / 10 if constant else slope_size(window)) / factor
    parts = []
    for new, old in zip(times, once, strict=True):
        now, was = float(new.coefficients[-1]) / factor, float(old.coefficients[-1])
        same = math.isclose(now, was, rel_tol=1e-6, abs_tol=1e-9)
        parts.append(
            f"{nickname(new.loss)} {figure_of(now, size, 4)}"
            + (" (as before)" if same else f" (was {figure_of(was, size, 4)})")
        )
    why = (
        "scaled by MAD, parameters grow with the units"
        if robust
        else "a fixed parameter does not grow with the units"
    )
    what = "constants" if constant else "slopes"
    return f"With y times {short(factor)}, {what} in the old units: {', '.join(parts)}; {why}."


def alt(fits: Sequence[Fit], cloud: Cloud, window: Window) -> str:
    """The picture in words."""
    lines = "; ".join(f"{nickname(fit.loss)}: {equation(fit.coefficients, window)}" for fit in fits)
    return f"Scatter plot of {len(cloud):,} points that can be moved, with fits. {lines}."


def _join(parts: Sequence[str]) -> str:
    """Parts as a sentence lists them, no more than can be read while they change."""
    if len(parts) > MOST:
        parts = [*parts[: MOST - 1], f"{len(parts) - MOST + 1} more losses (see Numbers)"]
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
