"""How an estimate answers to bad data: influence, sensitivity, contamination, and what robustness costs.

The estimate is the constant or the line that minimises the mean loss. Sources: Hampel, Ronchetti,
Rousseeuw & Stahel (1986), Robust Statistics; Maronna, Martin & Yohai (2006), Robust Statistics, ch. 2.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.fitting import Fit, fit_line, fit_location
from lossviz.fitting.estimator import Scale
from lossviz.losses import Loss, ResidualLoss
from lossviz.losses.base import Array
from lossviz.number_format import short

REACH = 12.0
"""Integrals over the normal run this many standard deviations to both sides: the rest is below 1e-31."""
SENSITIVITY_STARTS = 8
"""Elemental starts of each refit, for losses with several minima."""
_PANELS = np.linspace(-REACH, REACH, 481)
_DEEPEST = 40
"""How often a panel is cut in two at most."""
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(12)


# --- at the normal distribution ------------------------------------------------------------------


def efficiency(loss: Loss) -> float:
    """Asymptotic efficiency at the standard normal: the mean's variance over the estimate's, 0 to 1.

    (E psi')^2 / E psi^2 at the constant the loss elicits. E psi' is taken as a covariance with z
    (Stein's identity), so that a jump of psi counts with its full weight.

    Raises:
        ValueError: if the loss is not of the residual or its integrals are not finite.
    """
    residual_loss = _of_residual(loss)
    centre = _elicited(residual_loss)
    slope, variance = _moments(residual_loss, centre)[1:]
    if not (math.isfinite(slope) and math.isfinite(variance) and variance > 0):
        raise ValueError(f"{loss.name} has no finite slope and variance at the normal")
    return slope**2 / variance


def tuned(loss: Loss, target: float = 0.95, parameter: str | None = None) -> Loss:
    """The loss with one parameter, by default its first, set so that its efficiency is ``target``.

    Raises:
        ValueError: if the parameter is unknown or no value between 0.001 and 1000 gives that efficiency.
    """
    names = [p.name for p in loss.parameters()]
    if not names:
        raise ValueError(f"{loss.name} has no parameter to tune")
    name = parameter if parameter is not None else names[0]
    if name not in names:
        raise ValueError(f"{loss.name} has no parameter {name!r:.60}; it has {', '.join(names)}")

    def excess(logarithm: float) -> float:
        try:
            return efficiency(loss.replace(**{name: math.exp(logarithm)})) - target
        except ValueError:
            return math.nan  # a value the loss does not allow

    grid = np.linspace(math.log(1e-3), math.log(1e3), 61)
    values = [excess(point) for point in grid]
    change = next((i for i in range(60) if values[i] * values[i + 1] <= 0), None)
    if change is None:
        raise ValueError(
            f"no {name} of {loss.name} from 0.001 to 1000 gives an efficiency of {short(target, 6)}"
        )
    low, high = float(grid[change]), float(grid[change + 1])
    rising = values[change + 1] > values[change]
    while high - low > 1e-14 * max(1.0, abs(high)):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if (excess(middle) > 0) == rising else (middle, high)
    return loss.replace(**{name: math.exp(0.5 * (low + high))})


def influence(loss: Loss, points: ArrayLike, sample: ArrayLike | None = None, scale: float = 1.0) -> Array:
    """Influence function of the location estimate: its change by a speck of data at each point, per speck.

    Args:
        loss: a loss of the residual.
        points: where the speck is put, any shape.
        sample: the data (n,) the estimate is from; without one, the standard normal.
        scale: what residuals are divided by inside the loss.

    Raises:
        ValueError: for a sample under a piecewise linear loss, where the derivative needs a density
            that a sample does not have; use :func:`sensitivity_curve`.
    """
    residual_loss = _of_residual(loss)
    places = np.asarray(points, dtype=np.float64)
    if sample is None:
        centre = _elicited(residual_loss, scale)
        slope = _moments(residual_loss, centre, scale)[1]
    else:
        fitted = fit_location(residual_loss, sample, scale=scale)
        centre = float(fitted.coefficients[0])
        slope = float(np.mean(residual_loss.curvature(fitted.residuals / scale))) / scale
        if not slope > 0:
            raise ValueError(
                f"{loss.name} bends nowhere near this sample: its influence is not defined, "
                "only its sensitivity curve"
            )
    return np.asarray(-residual_loss.gradient((centre - places) / scale) / slope, dtype=np.float64)


def _of_residual(loss: Loss) -> ResidualLoss:
    if not isinstance(loss, ResidualLoss):
        raise ValueError(f"{loss.name} is not a loss of the residual: robustness is not defined for it here")
    return loss


def _moments(loss: ResidualLoss, centre: float, scale: float = 1.0) -> tuple[float, float, float]:
    """E psi, its derivative in the centre, and E psi^2, with psi at r = (centre - z) / scale, z normal."""
    breaks = centre - scale * np.array(loss.kinks, dtype=np.float64)
    edges = np.unique(np.concatenate([_PANELS, breaks[np.abs(breaks) < REACH]]))
    # A loss narrow against the panels is resolved by panels that shrink toward its centre.
    near = centre + scale * np.concatenate(
        [-np.geomspace(0.01, 10.0, 13), [0.0], np.geomspace(0.01, 10.0, 13)]
    )
    edges = np.unique(np.concatenate([edges, near[np.abs(near) < REACH]]))

    def over(low: Array, high: Array) -> Array:
        half = 0.5 * (high - low)[:, None]
        z = low[:, None] + half + half * _NODES
        mass = half * _WEIGHTS * np.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
        psi = loss.gradient((centre - z) / scale)
        return np.stack([(mass * psi), -(mass * z) * psi, mass * psi * psi]).sum(axis=2)

    mean, slope, variance = _integral(over, edges)
    return mean, slope, variance


def _integral(over: Callable[[Array, Array], Array], edges: Array) -> tuple[float, ...]:
    """The sums of ``over(low, high)`` (k, panels) over all panels between the edges.

    A panel whose halves disagree with it is cut in two again and again, as where a psi is broken that only its
    third derivative knows of (biweight at c).
    """
    low, high = edges[:-1], edges[1:]
    whole = over(low, high)
    total = np.zeros(len(whole))
    for _ in range(_DEEPEST):
        middle = 0.5 * (low + high)
        left, right = over(low, middle), over(middle, high)
        size = (
            np.abs(total)[:, None]
            + np.abs(left).sum(axis=1, keepdims=True)
            + np.abs(right).sum(axis=1, keepdims=True)
        )
        with np.errstate(invalid="ignore"):
            rough = (np.abs(left + right - whole) > 1e-17 * size).any(axis=0)
        total = total + (left + right)[:, ~rough].sum(axis=1)
        if not rough.any():
            break
        low, high = np.concatenate([low[rough], middle[rough]]), np.concatenate([middle[rough], high[rough]])
        whole = np.concatenate([left[:, rough], right[:, rough]], axis=1)
    else:
        total = total + whole.sum(axis=1)
    return tuple(float(sum) for sum in total)


def _elicited(loss: ResidualLoss, scale: float = 1.0) -> float:
    """The constant at which E psi is zero under the standard normal; 0 for a symmetric loss."""
    if loss.symmetric:
        return 0.0
    low, high = -8.0, 8.0
    while high - low > 1e-15 * max(1.0, abs(high)):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        low, high = (low, middle) if _moments(loss, middle, scale)[0] > 0 else (middle, high)
    return 0.5 * (low + high)


# --- on data ---------------------------------------------------------------------------------------


def sensitivity_curve(loss: Loss, sample: ArrayLike, points: ArrayLike, *, scale: Scale = 1.0) -> Array:
    """Tukey's sensitivity curve of the location estimate: (n + 1) times its move when a point joins.

    Shapes: sample (n,), points (k,), result (k,). It tends to the influence function as n grows.
    """
    data, places = np.asarray(sample, dtype=np.float64), np.asarray(points, dtype=np.float64)
    joined = np.concatenate([np.broadcast_to(data, (len(places), len(data))), places[:, None]], axis=1)
    before = fit_location(loss, data, scale=scale).coefficients
    after = fit_location(loss, joined, scale=scale, starts=SENSITIVITY_STARTS).coefficients
    return (len(data) + 1) * (after - before)[:, 0]


def sensitivity(
    loss: Loss,
    x: ArrayLike | None,
    y: ArrayLike,
    which: int,
    positions: ArrayLike,
    *,
    along: str = "y",
    weights: ArrayLike | None = None,
    scale: Scale = 1.0,
    start: ArrayLike | None = None,
) -> Fit:
    """Refit with point ``which`` at each position, all others in place: one fit for each position.

    Args:
        loss: a loss of the residual.
        x: (n,), or None to fit a constant.
        y: (n,).
        which: index of the point that moves.
        positions: (k,), its y, or with ``along="x"`` its x: a leverage point.
        along: "y" or "x".
        weights, scale, start: as for ``fitting.fit``.

    Raises:
        ValueError: if there is no such point or direction, and as ``fitting.fit``.
    """
    places, target = np.asarray(positions, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if not 0 <= which < len(target):
        raise ValueError(f"which must be the index of a point, 0 to {len(target) - 1}, got {which}")
    if along not in ("y", "x") or (along == "x" and x is None):
        raise ValueError(f"along must be 'y', or 'x' where there is an x, got {along!r:.40}")
    moved = np.repeat(
        (target if along == "y" else np.asarray(x, dtype=np.float64))[None], len(places), axis=0
    )
    moved[:, which] = places
    if x is None:
        return fit_location(loss, moved, weights=weights, scale=scale, start=start, starts=SENSITIVITY_STARTS)
    inputs, outputs = (x, moved) if along == "y" else (moved, np.broadcast_to(target, moved.shape))
    return fit_line(
        loss, inputs, outputs, weights=weights, scale=scale, start=start, starts=SENSITIVITY_STARTS
    )


def contaminate(
    y: ArrayLike, shares: ArrayLike, *, shift: float | None = None, seed: int = 0
) -> tuple[Array, NDArray[np.bool_]]:
    """Copies of y (n,) with growing shares of points moved away: (k, n), and which were moved, (k, n).

    Points join in a random order fixed by ``seed``, each moved by ``shift``, by default three times
    the range of y (1 where that is zero). round(share n) points are moved.

    Raises:
        ValueError: if a share is not from 0 to 1.
    """
    target, parts = np.asarray(y, dtype=np.float64), np.atleast_1d(np.asarray(shares, dtype=np.float64))
    if not ((parts >= 0) & (parts <= 1)).all():
        raise ValueError("shares of outliers must be from 0 to 1")
    turn = np.random.default_rng(seed).permutation(len(target))
    outlying = turn[None, :] < np.round(parts * len(target))[:, None]
    by = shift if shift is not None else 3.0 * (float(np.ptp(target)) or 1.0 / 3.0)
    return np.where(outlying, target + by, target), outlying


def contamination(
    loss: Loss,
    x: ArrayLike | None,
    y: ArrayLike,
    shares: ArrayLike,
    *,
    shift: float | None = None,
    seed: int = 0,
    scale: Scale = 1.0,
) -> Fit:
    """The estimate against the share of outliers: one fit for each share, so that breakdown is seen.

    Shapes: x (n,), or None to fit a constant; y (n,); shares (k,). Outliers are those of
    :func:`contaminate`.
    """
    spoiled, _ = contaminate(y, shares, shift=shift, seed=seed)
    if x is None:
        return fit_location(loss, spoiled, scale=scale)
    return fit_line(loss, x, spoiled, scale=scale)
