"""What there is to plot of a loss: its value and derivatives along one axis, as arrays.

The axis, named ``over``, is for

- regression the ``error``, prediction minus ``target`` (in units of the target);
- binary losses the ``probability`` p of class 1, or its ``logit`` z = log(p / (1 - p)), which is also the
  score of a margin loss; ``target`` is 0 or 1;
- losses of many classes the ``probability`` of the true class while the other ``classes`` - 1 share the
  rest evenly, or the ``logit`` of the true class while the others' logits are 0. Both walk the same path:
  z = log(p / (1 - p)) + log(classes - 1). ``target`` plays no part.

``wrt`` says what derivatives are taken with respect to: the axis itself unless told otherwise, or, for
probability and logit, the other of the two, by dp/dz = p (1 - p).
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.losses import BinaryLoss, Loss, MulticlassLoss, ResidualLoss, TargetLoss
from lossviz.losses.stable import logit, sigmoid

Array = NDArray[np.float64]

AXES = {
    "regression": ("error",),
    "binary": ("probability", "logit"),
    "multiclass": ("probability", "logit"),
}
"""The axes of each family, as ``over`` and ``wrt`` name them."""


@dataclass(frozen=True)
class Curve:
    """A loss along an axis.

    ``value``, ``gradient`` and ``curvature`` have the shape of ``x``, or one row a parameter value if they
    come from :func:`sweep`. ``weight`` is that of iteratively reweighted least squares, None where there is
    none. Outside the domain of a loss the value is inf and derivatives are NaN, which draws nothing.
    """

    x: NDArray[Any]
    value: NDArray[Any]
    gradient: NDArray[Any]
    curvature: NDArray[Any]
    weight: NDArray[Any] | None = None


@dataclass(frozen=True)
class Probe:
    """A loss at one point x of the axis; ``slope`` is its derivative along the axis drawn."""

    x: float
    value: float
    gradient: float
    curvature: float
    weight: float | None
    slope: float

    def tangent(self, x: ArrayLike) -> Array:
        """Height of the tangent at positions x of the axis; NaN where there is no tangent to draw."""
        if not (math.isfinite(self.value) and math.isfinite(self.slope)):
            return np.full(np.shape(x), np.nan)
        return self.value + self.slope * (np.asarray(x, dtype=np.float64) - self.x)


def trace(
    loss: Loss, x: ArrayLike, *, over: str, target: float = 1.0, wrt: str | None = None, classes: int = 3
) -> Curve:
    """The curve of a loss at positions x of an axis; see the module for the names.

    Raises:
        ValueError: if the family has no such axis, a probability is outside [0, 1], a binary target is not
            0 or 1, or there are fewer than two classes.
    """
    _check_axis(loss, "over", over)
    _check_axis(loss, "wrt", wrt := over if wrt is None else wrt)
    x = np.asarray(x, dtype=np.float64)
    if over == "probability" and not ((x >= 0.0) & (x <= 1.0)).all():
        raise ValueError("x must be in [0, 1] over the axis of probabilities")
    if isinstance(loss, MulticlassLoss):
        return _of_true_class(loss, x, over, wrt, classes)
    if isinstance(loss, BinaryLoss):
        return _of_two_classes(loss, x, over, wrt, target)
    if isinstance(loss, TargetLoss):
        return _of_prediction(loss, x, target)
    if isinstance(loss, ResidualLoss):
        return Curve(x, loss.value(x), loss.gradient(x), loss.curvature(x), loss.weight(x))
    raise ValueError(f"{type(loss).__name__} belongs to none of the families that have curves")


def _check_axis(loss: Loss, name: str, axis: str) -> None:
    if axis not in AXES[loss.family]:
        allowed = " or ".join(repr(known) for known in AXES[loss.family])
        raise ValueError(f"{name} must be {allowed} for the {loss.family} loss {loss.name}, got {axis!r:.80}")


def _of_prediction(loss: TargetLoss, error: Array, target: float) -> Curve:
    prediction = target + error
    outside = prediction < loss.lowest
    inside = np.where(outside, loss.lowest, prediction)
    return Curve(
        error,
        np.where(outside, np.inf, loss.value(inside, target)),
        np.where(outside, np.nan, loss.gradient(inside, target)),
        np.where(outside, np.nan, loss.curvature(inside, target)),
    )


def _of_two_classes(loss: BinaryLoss, x: Array, over: str, wrt: str, target: float) -> Curve:
    if target not in (0, 1):
        raise ValueError(f"target must be 0 or 1 for the binary loss {loss.name}, got {target!r:.80}")
    p, z = (x, logit(x)) if over == "probability" else (sigmoid(x), x)
    value = loss.value_of_probability(p, target) if over == "probability" else loss.value_at(z, target)
    if wrt == "logit":
        return Curve(x, value, loss.gradient_at(z, target), loss.curvature_at(z, target))
    return Curve(x, value, loss.gradient_of_probability(p, target), loss.curvature_of_probability(p, target))


def _of_true_class(loss: Any, x: Array, over: str, wrt: str, classes: int) -> Curve:
    if classes < 2:
        raise ValueError(f"classes must be at least 2, got {classes!r:.80}")
    others, shift = classes - 1, math.log(classes - 1)
    z = logit(x) + shift if over == "probability" else x
    p, q = (x, 1.0 - x) if over == "probability" else (sigmoid(z - shift), sigmoid(shift - z))
    shares = np.concatenate([p[..., None], np.repeat(q[..., None] / others, others, axis=-1)], axis=-1)
    logits = np.concatenate([z[..., None], np.zeros((*x.shape, others))], axis=-1)
    truth = np.broadcast_to(np.arange(classes) == 0, shares.shape)
    if over == "probability":
        value = loss.value_of_probability(shares, truth)
    else:
        value = loss.value_at(logits, truth)
    if wrt == "logit":
        return Curve(
            x, value, loss.gradient_at(logits, truth)[..., 0], loss.hessian_at(logits, truth)[..., 0, 0]
        )
    # Along the path one share rises by dp while each other falls by dp / (K - 1).
    slope, bend = loss.gradient_of_probability(shares, truth), loss.curvature_of_probability(shares, truth)
    return Curve(
        x,
        value,
        slope[..., 0] - slope[..., 1:].sum(axis=-1) / others,
        bend[..., 0] + bend[..., 1:].sum(axis=-1) / others**2,
    )


def at(
    loss: Loss, x: float, *, over: str, target: float = 1.0, wrt: str | None = None, classes: int = 3
) -> Probe:
    """The numbers at one point of the axis, with its tangent. Arguments and errors as :func:`trace`."""
    curve = trace(loss, x, over=over, target=target, wrt=wrt, classes=classes)
    along = trace(loss, x, over=over, target=target, classes=classes)
    return Probe(
        float(x),
        float(curve.value),
        float(curve.gradient),
        float(curve.curvature),
        None if curve.weight is None else float(curve.weight),
        slope=float(along.gradient),
    )


def grid(
    losses: Iterable[Loss],
    low: float,
    high: float,
    n: int = 401,
    *,
    over: str,
    target: float = 1.0,
    classes: int = 3,
) -> Array:
    """Sorted positions from low to high: n evenly spaced, and every kink between its two neighbours.

    A line drawn through values at these positions shows corners as corners and jumps as upright. Two
    neighbouring floats suffice on the axis on which kinks are declared; where they are mapped to another
    one, neighbours are four floats away, which exceeds the rounding of the map.
    """
    positions = [np.linspace(low, high, n)]
    for loss in losses:
        _check_axis(loss, "over", over)
        positions += _kinks(loss, over, target)
    x = np.unique(np.concatenate(positions))
    return x[(x >= low) & (x <= high)]


def _kinks(loss: Loss, over: str, target: float) -> list[Array]:
    """For each kink of a loss its position on an axis, between two neighbours."""
    if isinstance(loss, TargetLoss):
        edge = loss.lowest - target
        return [_between(edge, 4.0 * np.spacing(max(abs(edge), abs(target))))]
    if isinstance(loss, ResidualLoss):
        return [_between(kink) for kink in loss.kinks]
    if isinstance(loss, BinaryLoss):
        scores = [kink if target == 1 else -kink for kink in loss.kinks]
        if over == "logit":
            return [_between(score) for score in scores]
        return [_between(p, 4.0 * np.spacing(p)) for p in map(float, sigmoid(scores))]
    return []


def _between(kink: float, step: float = 0.0) -> Array:
    """The kink and the positions a step to its left and right, the next floats if the step is 0."""
    if step == 0.0:
        return np.array([np.nextafter(kink, -np.inf), kink, np.nextafter(kink, np.inf)])
    return np.array([kink - step, kink, kink + step])


def sweep(
    loss: Loss,
    name: str,
    values: Sequence[float | None],
    x: ArrayLike,
    *,
    over: str,
    target: float = 1.0,
    wrt: str | None = None,
    classes: int = 3,
) -> Curve:
    """The curves of a loss at many values of its parameter ``name``: one row each, in float32 (x in float64).

    Raises:
        ValueError: if the loss has no such parameter, a value is not allowed, or as :func:`trace`.
    """
    if name not in loss.settings():
        raise ValueError(
            f"{loss.name} has no parameter {name!r:.80}; it has {', '.join(loss.settings()) or 'none'}"
        )
    rows = [
        trace(loss.replace(**{name: value}), x, over=over, target=target, wrt=wrt, classes=classes)
        for value in values
    ]
    return Curve(
        np.asarray(x, dtype=np.float64),
        _table(rows, lambda row: row.value),
        _table(rows, lambda row: row.gradient),
        _table(rows, lambda row: row.curvature),
        None if any(row.weight is None for row in rows) else _table(rows, lambda row: row.weight),
    )


def _table(rows: Sequence[Curve], part: Callable[[Curve], Any]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # beyond 3.4e38 float32 is inf
        return np.stack([part(row) for row in rows]).astype(np.float32)
