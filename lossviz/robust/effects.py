"""What the outlier lab computes: fits of a cloud under several losses, and how far one point moves them."""

import contextlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.data.cloud import Cloud, Window
from lossviz.data.dataset import MAX_DRAWN
from lossviz.data.sampling import sample
from lossviz.equation import NEGLIGIBLE, centre, figure_of, level
from lossviz.fitting import Fit, fit_line, fit_location
from lossviz.fitting.estimator import Scale
from lossviz.losses import ResidualLoss
from lossviz.losses.base import Array
from lossviz.losses.stable import product
from lossviz.number_format import all_digits

IGNORED = 1e-3
"""A point is ignored whose weight and whose pull are below this share of the largest that they can be."""
ON_THE_LINE = 1e-9
"""A residual below this share of the largest is zero, up to rounding."""


CROWD = 5_000
"""Of more points than this a part is searched for the lowest minimum, from which the fit to all begins."""


def fit_cloud(
    loss: ResidualLoss,
    cloud: Cloud,
    *,
    scale: Scale = 1.0,
    constant: bool = False,
    near: Array | None = None,
    shares: Array | None = None,
) -> Fit:
    """The line, or the one constant, that fits the cloud best.

    ``near`` are the coefficients of almost the same cloud's fit: they stand in for the search for several minima, for
    the time a point is on the move. ``shares`` (n,) say for how many points each stands.

    Raises:
        ValueError: where nothing can be fitted; the message says why.
    """
    if near is None and len(cloud) > CROWD:
        with contextlib.suppress(ValueError):  # the part may lack what the whole has: two different x
            some = cloud.part(sample(len(cloud), MAX_DRAWN))
            near = _fit(loss, some, scale, constant, None, None).coefficients
    return _fit(loss, cloud, scale, constant, near, shares)


def _fit(
    loss: ResidualLoss, cloud: Cloud, scale: Scale, constant: bool, near: Array | None, shares: Array | None
) -> Fit:
    if constant:
        return fit_location(loss, cloud.y, scale=scale, start=near, weights=shares)
    return fit_line(loss, cloud.x, cloud.y, scale=scale, start=near, weights=shares)


SEARCH, STRAIGHT = 6000, 150
"""Most times that a fit looks at every residual: in search of the lowest of several minima, and else."""
QUICK = 5_000_000
"""Residuals that are looked at in a moment, a sixth of a second or so."""


def work(losses: Sequence[ResidualLoss], points: int, *, scale: Scale = 1.0, fits: int = 1) -> int:
    """At most how many residuals are looked at in ``fits`` fits of each loss to so many points.

    Larger than ``QUICK``, it is to be done beside the page, where it shows how far it is.
    """
    searched = [not (loss.convex or scale == "mad") for loss in losses]
    return fits * points * sum(SEARCH if several else STRAIGHT for several in searched)


def weights(fit: Fit) -> Array:
    """IRLS weights of the points divided by the largest, (n,), in [0, 1].

    A point that a line with a corner goes through has an infinite weight; it counts as the largest.
    """
    raw = _weights(fit)
    finite = raw[np.isfinite(raw)]
    largest = float(finite.max()) if len(finite) else 1.0
    return np.clip(np.where(np.isfinite(raw), raw / (largest or 1.0), 1.0), 0.0, 1.0)


def _weights(fit: Fit) -> Array:
    """IRLS weights, infinite where only rounding keeps a residual from a corner."""
    raw, size = fit.weights, np.abs(fit.residuals)
    corner = math.isinf(float(fit.loss.weight(0.0)))
    return np.where(corner & (size <= ON_THE_LINE * size.max()), np.inf, raw)


def ignored(fit: Fit) -> int:
    """Number of points that have practically no weight and pull at the fit with practically no force.

    Far from the line a bounded pull gives little weight too, but its force remains.
    """
    pull = np.abs(fit.loss.gradient(fit.residuals / fit.scale))
    least = IGNORED * fit.loss.lipschitz if math.isfinite(fit.loss.lipschitz) else 0.0
    return int(((weights(fit) < IGNORED) & (pull <= least)).sum())


def without_spread(fit: Fit) -> bool:
    """Whether the fit's scale is the stand-in for a MAD of zero: half or more of the points are on the line."""
    size = np.abs(fit.residuals)
    flat = float(np.median(size)) <= ON_THE_LINE * float(size.max())
    return flat and 0 < float(fit.scale) <= 2e-12 * float(size.max())


@dataclass(frozen=True)
class Charges:
    """What a loss charges for each residual, as rectangles as tall as the residual.

    ``square``: widths are in units of y, so that a rectangle's area is ``times`` the loss in units
    squared. It is for losses that are quadratic near zero, scaled so that there the rectangle is a
    square; where the loss grows more slowly than a square, the rectangle is a clipped one.
    Otherwise widths are shares of the widest bar: constant where the loss is the residual's length.
    """

    square: bool
    times: float
    width: Array


def charges(fit: Fit) -> Charges:
    """The rectangles of a fit: width = loss / |residual|, the average pull on the way to the point."""
    size = np.abs(fit.residuals)
    scale = float(fit.scale)
    bend = float(fit.loss.curvature(0.0))
    corner = bool(fit.loss.gradient(1e-9) - fit.loss.gradient(-1e-9) > 1e-6)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        width = np.where(size > 0, fit.losses / size, 0.0)
    if bend > 0 and not corner:
        times = 2.0 * scale**2 / bend
        return Charges(True, times, product(times, width))
    largest = float(width.max(initial=0.0))
    return Charges(False, 1.0, width / largest if largest > 0 else width)


def band(fit: Fit, at: Array) -> tuple[Array, Array] | None:
    """Lower and upper edge, over ``at``, of all lines that are as good as the best; None if it is alone."""
    if len(fit.vertices) < 2:
        return None
    lines = fit.vertices @ np.stack([np.ones_like(at), at])[: fit.vertices.shape[1]]
    return lines.min(axis=0), lines.max(axis=0)


@dataclass(frozen=True)
class Sensitivity:
    """Coefficients (positions, p) of each loss's fit as one point's y takes each of ``positions``."""

    positions: Array
    coefficients: tuple[Array, ...]


def sensitivity(
    fits: Sequence[Fit],
    cloud: Cloud,
    point: int,
    window: Window,
    *,
    robust_scale: bool = False,
    constant: bool = False,
    shares: Array | None = None,
    count: int = 41,
    near: int = 21,
) -> Sensitivity:
    """Fit again with the point at ``count`` heights, from half a window's height below to half above.

    One more is the height that it has, so that the present fits are on the curves, and ``near`` more
    are about the present fits' predictions there, where redescending losses turn.
    The search for local minima starts from the present fit, the least-squares and the
    least-absolute line. ``shares`` (n,) say for how many points each of the cloud's stands.
    """
    low, high = window.y.low, window.y.high
    evenly, step = np.linspace(low - 0.5 * (high - low), high + 0.5 * (high - low), count, retstep=True)
    predicted = [float(outcome(fit.coefficients, "prediction", cloud.x[point])) for fit in fits]
    closely = np.linspace(min(predicted) - step, max(predicted) + step, near)
    positions = np.unique(np.concatenate([evenly, closely, cloud.y[point : point + 1]]))
    targets = np.repeat(cloud.y[None], len(positions), axis=0)
    targets[:, point] = positions
    coefficients = []
    for fit in fits:
        start = np.repeat(fit.coefficients[None], len(positions), axis=0)
        scale: Scale = "mad" if robust_scale else float(fit.scale)
        if constant:
            moved = fit_location(fit.loss, targets, scale=scale, start=start, weights=shares)
        else:
            moved = fit_line(fit.loss, cloud.x, targets, scale=scale, start=start, weights=shares)
        coefficients.append(moved.coefficients)
    return Sensitivity(positions, tuple(coefficients))


OUTCOMES = ("slope", "intercept", "prediction")


def outcome(coefficients: Array, what: str, at: float) -> Array:
    """Slope, intercept, or prediction at x = ``at``, of coefficients (..., p); of a constant, itself."""
    if coefficients.shape[-1] == 1:
        return coefficients[..., 0]
    if what == "slope":
        return coefficients[..., 1]
    if what == "intercept":
        return coefficients[..., 0]
    return coefficients[..., 0] + coefficients[..., 1] * at


CONTAMINATIONS = ("vertical", "leverage")


def contaminate(cloud: Cloud, window: Window, count: int, kind: str, seed: int = 0) -> Cloud:
    """The cloud with ``count`` of its points, in an order drawn once, made outliers.

    ``vertical`` ones go to the top of the window where they are, ``leverage`` ones to its lower
    right corner; both with a little scatter.
    """
    rng = np.random.default_rng(seed)
    order, scatter = rng.permutation(len(cloud)), rng.uniform(0.0, 1.0, (len(cloud), 2))
    chosen = order[:count]
    xy = cloud.xy.copy()
    left, right, low, high = window.x.low, window.x.high, window.y.low, window.y.high
    if kind == "vertical":
        xy[chosen, 1] = high - (0.02 + 0.06 * scatter[chosen, 1]) * (high - low)
    else:
        xy[chosen, 0] = right - (0.01 + 0.05 * scatter[chosen, 0]) * (right - left)
        xy[chosen, 1] = low + (0.02 + 0.08 * scatter[chosen, 1]) * (high - low)
    return cloud.at(xy)


SHARES = 26
"""Shares of outliers at which a breakdown curve is fitted."""


@dataclass(frozen=True)
class Breakdown:
    """Coefficients (counts, p) of each loss's fit with each of ``counts`` points made outliers."""

    counts: NDArray[np.int64]
    shares: Array
    coefficients: tuple[Array, ...]

    def near(self, share: float) -> list[Array]:
        """Each loss's coefficients at the share nearest to that one."""
        at = np.abs(self.shares - share).argmin()
        return [fitted[at] for fitted in self.coefficients]


def breakdown(
    losses: Sequence[ResidualLoss],
    cloud: Cloud,
    window: Window,
    kind: str,
    *,
    scale: Scale = 1.0,
    most: int = SHARES,
    progress: Callable[[float], bool] = lambda share: True,
) -> Breakdown | None:
    """Fits at shares of outliers from none to one half, at most ``most`` of them.

    ``progress`` is told the share done after every few fits; None where it returned False.
    """
    half = len(cloud) // 2
    counts = np.unique(np.rint(np.linspace(0, half, min(most, half + 1))).astype(np.int64))
    clouds = [contaminate(cloud, window, int(count), kind) for count in counts]
    x, y = (np.stack([getattr(c, axis) for c in clouds]) for axis in ("x", "y"))
    found = []
    for k, loss in enumerate(losses):
        some = max(1, QUICK // work([loss], len(cloud), scale=scale))
        parts = []
        for first in range(0, len(counts), some):
            part = slice(first, first + some)
            parts.append(fit_line(loss, x[part], y[part], scale=scale).coefficients)
            if not progress((k + min(1.0, (first + some) / len(counts))) / len(losses)):
                return None
        found.append(np.concatenate(parts))
    return Breakdown(counts, counts / len(cloud), tuple(found))


def cost(loss: ResidualLoss, cloud: Cloud, coefficients: Array, scale: float = 1.0) -> float:
    """Mean loss of a line (intercept, slope), or of a constant, on the cloud."""
    prediction = coefficients[0] + (coefficients[1] * cloud.x if len(coefficients) > 1 else 0.0)
    return float(np.mean(loss.value((prediction - cloud.y) / scale)))


def cost_curve(fit: Fit, y: Array, at: Array) -> Array:
    """Cost of each constant in ``at`` (m,) under the fit's loss and scale, (m,)."""
    if not len(at):
        return np.empty(0)
    some = max(1, 20_000 // max(1, len(y)))  # as many at once as stay in a processor's cache
    parts = (at[first : first + some, None] for first in range(0, len(at), some))
    with np.errstate(all="ignore"):
        return np.concatenate([fit.loss.value((part - y) / fit.scale).mean(axis=1) for part in parts])


def nickname(loss: ResidualLoss) -> str:
    """The short name people use in a sentence: MSE, MAE, Huber."""
    inside = re.search(r"\((\w+)\)$", loss.title)
    return inside[1] if inside else loss.title


def signed(value: float, size: float) -> str:
    """The same with a plus sign where something grew."""
    text = figure_of(value, size)
    return text if value < 0 or not text.strip("0.") else f"+{text}"


def comparison(fits: Sequence[Fit], alone: Sequence[Fit], cloud: Cloud, window: Window) -> dict[str, list]:
    """One row a loss: its fit, its own cost, how far it is from the fit without outliers, and its weights.

    ``alone`` are the same losses' fits to the cloud without its outliers. A line is told by its slope and its
    intercept, or, where x is far from zero, its height at their centre.
    """
    constant = fits[0].coefficients.shape == (1,)
    rise, run = float(np.ptp(cloud.y)), float(np.ptp(cloud.x))
    at = centre(window.x)
    height = f"y at x = {all_digits(at)}" if at else "intercept"
    sizes = {"constant": rise} if constant else {height: rise, "slope": rise / run if run else 0.0}

    def told(fit: Fit) -> list[float]:
        return (
            [float(fit.coefficients[0])]
            if constant
            else [level(fit.coefficients, at), float(fit.coefficients[1])]
        )

    table: dict[str, list] = {"loss": [fit.loss.label for fit in fits]}
    for k, (name, size) in enumerate(sizes.items()):
        table[name] = [_without_rounding(told(fit)[k], size) for fit in fits]
    exact = [float(np.abs(fit.residuals).max()) <= 1e-12 * rise for fit in fits]
    table["cost"] = [0.0 if free else float(fit.cost) for fit, free in zip(fits, exact, strict=True)]
    for k, (name, size) in enumerate(sizes.items()):
        table[f"change of {name}"] = [
            _without_rounding(told(fit)[k] - told(other)[k], size)
            for fit, other in zip(fits, alone, strict=True)
        ]
    table["largest weight"] = [float(_weights(fit).max()) for fit in fits]
    table["points ignored"] = [ignored(fit) for fit in fits]
    return table


def _without_rounding(value: float, size: float) -> float:
    return 0.0 if abs(value) <= NEGLIGIBLE * size else float(value)
