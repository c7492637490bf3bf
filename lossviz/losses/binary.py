"""Losses of two classes: of the margin m = y f, or of the probability given to the true class."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import (
    NONNEGATIVE,
    UNIT,
    Snippet,
    parameter,
)
from lossviz.losses.families import MarginLoss, ProbabilityLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import log_of_pair, sigmoid, softplus


@register
@dataclass(frozen=True)
class BinaryCrossEntropy(ProbabilityLoss):
    """The surprise at the truth: minus the logarithm of the probability given to what happened.

    Confident and wrong costs without limit.
    """

    w_pos: float = parameter(
        1.0,
        low=0.1,
        high=10.0,
        step=0.1,
        symbol="w_+",
        meaning="Weight of the positive class",
        allowed=NONNEGATIVE,
    )
    w_neg: float = parameter(
        1.0,
        low=0.1,
        high=10.0,
        step=0.1,
        symbol="w_-",
        meaning="Weight of the negative class",
        allowed=NONNEGATIVE,
    )
    label_smoothing: float = parameter(
        0.0,
        low=0.0,
        high=0.5,
        step=0.01,
        symbol=r"\varepsilon",
        meaning="Share of the label spread evenly",
        allowed=UNIT,
    )

    name = "binary_cross_entropy"
    title = "Cross-entropy"
    aliases = (
        "weighted_binary_cross_entropy",
        "bce_with_logits",
        "weighted_bce_with_logits",
        "bce_with_logits_label_smoothing",
    )
    synonyms = {"pos_weight": "w_pos"}
    formula = r"\ell(p_t) = -\log p_t"
    gradient_formula = r"\ell'(p_t) = -\frac{1}{p_t}"
    convex = True
    smooth = True
    code = {"NumPy": Snippet("loss = {w_pos} * target * np.logaddexp(0, -score)")}

    @property
    def class_weights(self) -> tuple[float, float]:
        return self.w_neg, self.w_pos

    def soften(self, target: Any) -> Any:
        return target * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return -log_of_pair(p, q)

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -1.0 / p

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return 1.0 / (p * p)

    def value_of_logit(self, z: Any) -> Any:
        return softplus(-z)

    def gradient_of_logit(self, z: Any) -> Any:
        return -sigmoid(-z)

    def curvature_of_logit(self, z: Any) -> Any:
        return sigmoid(z) * sigmoid(-z)


@register
@dataclass(frozen=True)
class Hinge(MarginLoss):
    """Zero beyond the margin, a straight line before it: the loss of support vector machines."""

    margin: float = parameter(
        1.0, low=0.0, high=3.0, symbol=r"\rho", meaning="The margin asked for", allowed=NONNEGATIVE
    )

    name = "hinge"
    title = "Hinge"
    formula = r"\ell(m) = \max(0, \rho - m)"
    gradient_formula = r"\ell'(m) = -\mathbf{1}[m < \rho]"
    convex = True
    lipschitz = 1.0
    code = {"NumPy": Snippet("loss = np.maximum(0, {margin} - (2 * target - 1) * score)")}

    @property
    def kinks(self) -> tuple[float, ...]:
        return (self.margin,)

    def value(self, m: Any) -> Any:
        return np.maximum(0.0, self.margin - m)

    def gradient(self, m: Any) -> Any:
        return np.where(m < self.margin, -1.0, 0.0)

    def curvature(self, m: Any) -> Any:
        return np.zeros_like(m)
