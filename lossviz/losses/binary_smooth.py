"""Margin losses without corners, each with its closed form in p_t = sigmoid(m)."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from lossviz.losses.base import Snippet
from lossviz.losses.families import MarginLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import log_of_pair, product, sigmoid, softplus

_MARGIN = "margin = (2 * target - 1) * score\n"
_NUMPY = "import numpy as np\n" + _MARGIN
_TORCH = "import torch\n" + _MARGIN
_KERAS = "import keras\n" + _MARGIN


class SmoothMarginLoss(MarginLoss):
    """A margin loss that is analytic in m.

    The chain rule through m = log(p / q) meets 0 * inf at p = 0 and p = 1 and cancels near them, so a
    subclass gives the composition itself: ``*_of_pair(p, q)`` of p_t and q = 1 - p_t, derivatives with
    respect to p_t.
    """

    def value_of_pair(self, p: ArrayLike, q: ArrayLike) -> Any:
        raise NotImplementedError

    def gradient_of_pair(self, p: ArrayLike, q: ArrayLike) -> Any:
        raise NotImplementedError

    def curvature_of_pair(self, p: ArrayLike, q: ArrayLike) -> Any:
        raise NotImplementedError

    def value_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        return product(target, self.value_of_pair(p, q)) + product(1.0 - target, self.value_of_pair(q, p))

    def gradient_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        if_one, if_zero = self.gradient_of_pair(p, q), -self.gradient_of_pair(q, p)
        return product(target, if_one) + product(1.0 - target, if_zero)

    def curvature_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        if_one, if_zero = self.curvature_of_pair(p, q), self.curvature_of_pair(q, p)
        return product(target, if_one) + product(1.0 - target, if_zero)


@register
@dataclass(frozen=True)
class Logistic(SmoothMarginLoss):
    """Cross-entropy written with a margin: the loss of logistic regression.

    A smooth hinge: nearly straight for mistakes, fading for successes but never quite zero, so that every
    example keeps a say. Its best score is the log-odds of class 1.
    """

    name = "logistic"
    title = "Logistic"
    formula = r"\ell(m) = \log(1 + e^{-m})"
    gradient_formula = r"\ell'(m) = -\frac{1}{1 + e^{m}}"
    references = (
        "Cox (1958), The regression analysis of binary sequences, J. R. Stat. Soc. B 20",
        "Friedman, Hastie & Tibshirani (2000), Additive logistic regression, Ann. Stat. 28",
    )
    convex = True
    smooth = True
    proper = True
    calibrated = True
    lipschitz = 1.0
    elicits = "the log-odds of class 1: f* = log(η / (1 − η))"
    code = {
        "NumPy": Snippet(
            _NUMPY + "loss = np.logaddexp(0, -margin)",
            "Some texts divide by log 2, so that the loss is 1 at 0.",
        ),
        "PyTorch": Snippet(
            _TORCH + "loss = torch.nn.functional.softplus(-margin)",
            "torch.nn.SoftMarginLoss is its mean, but overflows for margins below -709.",
        ),
        "Keras": Snippet(_KERAS + "loss = keras.ops.softplus(-margin)"),
        "scikit-learn": Snippet(
            "from sklearn._loss.loss import HalfBinomialLoss\nloss = HalfBinomialLoss().loss(target, score)"
        ),
    }

    def value(self, m: Any) -> Any:
        return softplus(-m)

    def gradient(self, m: Any) -> Any:
        return -sigmoid(-m)

    def curvature(self, m: Any) -> Any:
        return sigmoid(m) * sigmoid(-m)

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return -log_of_pair(p, q)

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -1.0 / p

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return 1.0 / (p * p)


@register
@dataclass(frozen=True)
class Exponential(SmoothMarginLoss):
    """Mistakes cost exponentially more the worse they are: the loss that AdaBoost minimises.

    In boosting exp(-m) is the weight an example carries into the next round. One wrong label can
    therefore come to outweigh all the rest.
    """

    name = "exponential"
    title = "Exponential"
    formula = r"\ell(m) = e^{-m}"
    gradient_formula = r"\ell'(m) = -e^{-m}"
    references = (
        "Freund & Schapire (1997), A decision-theoretic generalization of on-line learning, JCSS 55",
        "Friedman, Hastie & Tibshirani (2000), Additive logistic regression, Ann. Stat. 28",
    )
    convex = True
    smooth = True
    calibrated = True
    elicits = "half the log-odds of class 1: f* = ½ log(η / (1 − η))"
    code = {
        "NumPy": Snippet(_NUMPY + "loss = np.exp(-margin)"),
        "PyTorch": Snippet(_TORCH + "loss = torch.exp(-margin)"),
        "Keras": Snippet(_KERAS + "loss = keras.ops.exp(-margin)"),
        "scikit-learn": Snippet(
            "from sklearn._loss.loss import ExponentialLoss\nloss = ExponentialLoss().loss(target, score)",
            "GradientBoostingClassifier(loss='exponential') minimises it.",
        ),
    }

    def value(self, m: Any) -> Any:
        return np.exp(-m)

    def gradient(self, m: Any) -> Any:
        return -np.exp(-m)

    def curvature(self, m: Any) -> Any:
        return np.exp(-m)

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return q / p

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -1.0 / (p * p)

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return 2.0 / (p * p * p)


@register
@dataclass(frozen=True)
class Savage(SmoothMarginLoss):
    """A mistake costs at most 1, and hopeless ones lose their pull: a loss that gives up on outliers.

    It is the Brier score, seen through a sigmoid. Against wrong labels that is a strength; at the start of
    training, when everything may be wrong, a weakness.
    """

    name = "savage"
    title = "Savage"
    formula = r"\ell(m) = \frac{1}{(1 + e^{m})^2}"
    gradient_formula = r"\ell'(m) = -\frac{2 e^{m}}{(1 + e^{m})^3}"
    references = (
        "Masnadi-Shirazi & Vasconcelos (2008), On the design of loss functions for classification, NIPS",
    )
    smooth = True
    proper = True
    calibrated = True
    lipschitz = 8.0 / 27.0  # 2 p q^2 is largest at p = 1/3
    bound = 1.0
    elicits = "the log-odds of class 1: f* = log(η / (1 − η))"
    code = {
        "NumPy": Snippet(_NUMPY + "loss = 1 / (1 + np.exp(margin)) ** 2"),
        "PyTorch": Snippet(_TORCH + "loss = torch.sigmoid(-margin) ** 2"),
        "Keras": Snippet(_KERAS + "loss = keras.ops.square(keras.ops.sigmoid(-margin))"),
    }

    def value(self, m: Any) -> Any:
        return sigmoid(-m) ** 2

    def gradient(self, m: Any) -> Any:
        return -2.0 * sigmoid(m) * sigmoid(-m) ** 2

    def curvature(self, m: Any) -> Any:
        p, q = sigmoid(m), sigmoid(-m)
        return 2.0 * p * q * q * (2.0 * p - q)

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return q * q

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -2.0 * q

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return np.full_like(p, 2.0)


_STEEPEST = 0.47418921158996014  # root of (1 + 2 t) tan(t) = 1, where (1 + 2 t) cos(t)^2 is largest


@register
@dataclass(frozen=True)
class Tangent(SmoothMarginLoss):
    """Bounded for mistakes, and it frowns on those who are too right as well.

    Its minimum lies at a margin of tan(1/2), about 0.55; beyond it the cost rises again, towards
    (π − 1)². Large margins of either sign are thus held in check, which is meant to keep outliers quiet.
    """

    name = "tangent"
    title = "Tangent"
    formula = r"\ell(m) = (2 \arctan m - 1)^2"
    gradient_formula = r"\ell'(m) = \frac{4\,(2 \arctan m - 1)}{1 + m^2}"
    references = (
        "Masnadi-Shirazi, Mahadevan & Vasconcelos (2010), On the design of robust classifiers, CVPR",
    )
    smooth = True
    calibrated = True
    lipschitz = 4.0 * (1.0 + 2.0 * _STEEPEST) * math.cos(_STEEPEST) ** 2
    bound = (math.pi + 1.0) ** 2
    elicits = "f* = tan(η − ½), for η the probability of class 1"
    code = {
        "NumPy": Snippet(_NUMPY + "loss = (2 * np.arctan(margin) - 1) ** 2"),
        "PyTorch": Snippet(_TORCH + "loss = (2 * torch.atan(margin) - 1) ** 2"),
        "Keras": Snippet(_KERAS + "loss = keras.ops.square(2 * keras.ops.arctan(margin) - 1)"),
    }

    def value(self, m: Any) -> Any:
        return (2.0 * np.arctan(m) - 1.0) ** 2

    def gradient(self, m: Any) -> Any:
        return 4.0 * (2.0 * np.arctan(m) - 1.0) / (1.0 + m * m)

    def curvature(self, m: Any) -> Any:
        w = 1.0 / (1.0 + m * m)
        return 8.0 * w * (w - product(m, w) * (2.0 * np.arctan(m) - 1.0))

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return self.value(np.log(p) - np.log(q))

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        inside = self.gradient(np.log(p) - np.log(q)) / (p * q)
        return np.where(p == 0, -np.inf, np.where(q == 0, np.inf, inside))

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        m = np.log(p) - np.log(q)
        inside = (self.curvature(m) + self.gradient(m) * (p - q)) / (p * q) ** 2
        return np.where((p == 0) | (q == 0), np.inf, inside)


@register
@dataclass(frozen=True)
class SigmoidLoss(SmoothMarginLoss):
    """A smooth step: nearly the zero-one loss, but with a slope to follow.

    Mistakes cost up to 2, successes next to nothing, and only examples near the boundary pull. As in the
    zero-one loss one wrong label counts like any other mistake; the price is a cost full of plateaus.
    """

    name = "sigmoid_loss"
    title = "Sigmoid"
    formula = r"\ell(m) = 1 - \tanh m"
    gradient_formula = r"\ell'(m) = -\frac{1}{\cosh^2 m}"
    references = ("Mason, Baxter, Bartlett & Frean (1999), Boosting algorithms as gradient descent, NIPS",)
    smooth = True
    calibrated = True
    lipschitz = 1.0
    bound = 2.0
    elicits = "the more likely class: f* runs to plus or minus infinity"
    code = {
        "NumPy": Snippet(_NUMPY + "loss = 1 - np.tanh(margin)"),
        "PyTorch": Snippet(_TORCH + "loss = 1 - torch.tanh(margin)"),
        "Keras": Snippet(_KERAS + "loss = 1 - keras.ops.tanh(margin)"),
    }

    def value(self, m: Any) -> Any:
        return 2.0 * sigmoid(-2.0 * m)

    def gradient(self, m: Any) -> Any:
        return -4.0 * sigmoid(2.0 * m) * sigmoid(-2.0 * m)

    def curvature(self, m: Any) -> Any:
        return 8.0 * sigmoid(2.0 * m) * sigmoid(-2.0 * m) * np.tanh(m)

    def value_of_pair(self, p: Any, q: Any) -> Any:
        # tanh(m) = (p^2 - q^2) / (p^2 + q^2)
        return 2.0 * q * q / (p * p + q * q)

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -4.0 * p * q / (p * p + q * q) ** 2

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return 4.0 * (p - q) * (1.0 + 2.0 * p * q) / (p * p + q * q) ** 3
