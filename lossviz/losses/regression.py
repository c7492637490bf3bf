"""Losses of a numeric prediction, as functions of the residual r = prediction - target."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Snippet, parameter
from lossviz.losses.families import ResidualLoss
from lossviz.losses.registry import register


@register
@dataclass(frozen=True)
class SquaredError(ResidualLoss):
    """The square of the error: twice as wrong costs four times as much.

    Its mean over a data set is the MSE. The pull of a point grows with its distance without limit,
    which is why one outlier can move the whole fit. No factor of one half: the gradient is 2r.
    """

    name = "squared_error"
    title = "Squared error (MSE)"
    formula = r"\ell(r) = r^2"
    gradient_formula = r"\ell'(r) = 2r"
    references = ("Legendre (1805), Nouvelles méthodes pour la détermination des orbites des comètes",)
    convex = True
    smooth = True
    elicits = "the mean"
    noise = "Gaussian with variance 1/2"
    code = {
        "NumPy": Snippet("loss = (score - target) ** 2"),
        "PyTorch": Snippet('loss = torch.nn.functional.mse_loss(score, target, reduction="none")'),
        "Keras": Snippet(
            "loss = keras.ops.square(score - target)", "keras.losses.MeanSquaredError is its mean."
        ),
        "scikit-learn": Snippet(
            "loss = 2 * HalfSquaredError().loss(target, score)",
            "scikit-learn's own loss is half of this, r²/2.",
        ),
    }

    def value(self, r: Any) -> Any:
        return r * r

    def gradient(self, r: Any) -> Any:
        return 2.0 * r

    def curvature(self, r: Any) -> Any:
        return np.full_like(r, 2.0)


@register
@dataclass(frozen=True)
class Huber(ResidualLoss):
    """Quadratic for small errors, linear for large ones: least squares that outliers cannot capture.

    Up to delta an error is treated as ordinary noise and squared; beyond it the loss grows in a
    straight line, so that a point's pull is capped at delta. At delta = 1.345 and unit noise it keeps
    95 % of the efficiency of least squares.
    """

    delta: float = parameter(
        1.0, low=0.05, high=5.0, symbol=r"\delta", meaning="Where the square turns into a straight line"
    )

    name = "huber"
    title = "Huber"
    formula = (
        r"\ell(r) = \begin{cases} \tfrac12 r^2 & |r| \le \delta \\"
        r" \delta\,(|r| - \tfrac12 \delta) & |r| > \delta \end{cases}"
    )
    gradient_formula = r"\ell'(r) = \max(-\delta, \min(\delta, r))"
    references = ("Huber (1964), Robust estimation of a location parameter, Ann. Math. Statist. 35",)
    convex = True
    smooth = True
    elicits = "Huber's M-estimate of location, between the median (small delta) and the mean (large delta)"
    noise = "Huber's least favourable density: Gaussian in the middle, Laplace in the tails"
    code = {
        "NumPy": Snippet(
            "a = np.abs(score - target)\n"
            "loss = np.where(a <= {delta}, 0.5 * a**2, {delta} * (a - 0.5 * {delta}))"
        ),
        "PyTorch": Snippet(
            'loss = torch.nn.functional.huber_loss(score, target, delta={delta}, reduction="none")'
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return -self.delta, self.delta

    @property
    def lipschitz(self) -> float:
        return self.delta

    def value(self, r: Any) -> Any:
        a = np.abs(r)
        return np.where(a <= self.delta, 0.5 * r * r, self.delta * (a - 0.5 * self.delta))

    def gradient(self, r: Any) -> Any:
        return np.clip(r, -self.delta, self.delta)

    def curvature(self, r: Any) -> Any:
        return np.where(np.abs(r) <= self.delta, 1.0, 0.0)


@register
@dataclass(frozen=True)
class AbsoluteError(ResidualLoss):
    """The size of the error: every point pulls equally hard, however far away it lies.

    Its mean over a data set is the MAE. At zero the derivative jumps from -1 to +1; the subgradient
    taken there is 0.
    """

    name = "absolute_error"
    title = "Absolute error (MAE)"
    formula = r"\ell(r) = |r|"
    gradient_formula = r"\ell'(r) = \operatorname{sign}(r)"
    references = ("Laplace (1774); Boscovich (1757)",)
    convex = True
    elicits = "the median"
    noise = "Laplace with scale 1"
    kinks = (0.0,)
    lipschitz = 1.0
    code = {"NumPy": Snippet("loss = np.abs(score - target)")}

    def value(self, r: Any) -> Any:
        return np.abs(r)

    def gradient(self, r: Any) -> Any:
        return np.sign(r)

    def curvature(self, r: Any) -> Any:
        return np.zeros_like(r)
