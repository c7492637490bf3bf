"""Focal loss and Brier score: losses of the probability p_t given to the true one of two classes."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import UNIT, Interval, Snippet, parameter
from lossviz.losses.families import ProbabilityLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import log_of_pair, product, sigmoid, softplus


@register
@dataclass(frozen=True)
class Focal(ProbabilityLoss):
    """Cross-entropy that loses interest in what it already gets right.

    The factor (1 - p_t)^gamma turns easy examples down: at gamma = 2 one that is right with 90 % counts
    a hundred times less than under cross-entropy, while one that is wrong counts nearly in full. Made
    for detectors that see a thousand patches of background for every object. The price: for gamma > 0
    the best forecast is less confident than the truth. alpha, off by default, weighs class 1 with alpha
    and class 0 with 1 - alpha.
    """

    gamma: float = parameter(
        2.0,
        low=0.0,
        high=5.0,
        symbol=r"\gamma",
        meaning="How strongly easy examples are turned down",
        allowed=Interval(0.0, 1e150),
    )
    alpha: float | None = parameter(
        None,
        low=0.05,
        high=0.95,
        symbol=r"\alpha",
        meaning="Weight of class 1; class 0 gets 1 - alpha",
        allowed=UNIT,
        optional=True,
    )

    name = "focal"
    title = "Focal"
    aliases = ("focal_with_logits",)
    formula = r"\ell(p_t) = -(1 - p_t)^\gamma \log p_t"
    gradient_formula = (
        r"\ell'(p_t) = (1 - p_t)^{\gamma - 1} \left(\gamma \log p_t - \frac{1 - p_t}{p_t}\right)"
    )
    references = (
        "Lin, Goyal, Girshick, He & Dollár (2017), Focal loss for dense object detection, ICCV",
        "Charoenphakdee et al. (2021), On focal loss for class-posterior probability estimation, CVPR",
    )
    smooth = True
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "margin = (2 * target - 1) * score\n"
            "surprise = np.logaddexp(0, -margin)\n"
            "loss = {alpha_t} * np.exp(-{gamma} * np.logaddexp(0, margin)) * surprise"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            "from torch.nn.functional import binary_cross_entropy_with_logits\n"
            'surprise = binary_cross_entropy_with_logits(score, target, reduction="none")\n'
            "loss = {alpha_t} * (-torch.expm1(-surprise)) ** {gamma} * surprise",
            "torchvision.ops.sigmoid_focal_loss takes alpha = 0.25 unless told otherwise.",
        ),
        "Keras": Snippet(
            "import keras\n"
            "surprise = keras.ops.softplus((1 - 2 * target) * score)\n"
            "loss = {alpha_t} * (-keras.ops.expm1(-surprise)) ** {gamma} * surprise",
            "keras.losses.BinaryFocalCrossentropy is its mean; its alpha (0.25) acts only with "
            "apply_class_balancing=True.",
        ),
    }

    def snippets(self) -> dict[str, Snippet]:
        alpha_t = "1.0" if self.alpha is None else f"(1 - target + (2 * target - 1) * {self.alpha})"
        return {
            library: Snippet(snippet.code.format(gamma=self.gamma, alpha_t=alpha_t), snippet.note)
            for library, snippet in self.code.items()
        }

    @property
    def class_weights(self) -> tuple[float, float]:
        return (1.0, 1.0) if self.alpha is None else (1.0 - self.alpha, self.alpha)

    @property
    def convex(self) -> bool:
        return self.gamma == 0.0

    @property
    def proper(self) -> bool:
        return self.calibrated and self.gamma == 0.0

    @property
    def calibrated(self) -> bool:
        return self.alpha in (None, 0.5)

    @property
    def elicits(self) -> str:
        what = (
            "the probability of class 1" if self.gamma == 0.0 else "a less confident probability of class 1"
        )
        return what if self.calibrated else f"{what}, tilted by alpha"

    @property
    def lipschitz(self) -> float:
        g = self.gamma
        if g == 0.0:
            return max(self.class_weights)
        # The slope q^g (g p L + q), L = -log p, is steepest where g L (1 - g e^z) = 2 g + 1; the left
        # side falls from infinity to 0 as z rises to -log g.
        low, high = -(2.0 + 1.0 / g) - math.log1p(g) - 3.0, -math.log(g)
        while low < (middle := 0.5 * (low + high)) < high:
            falls_short = g * float(softplus(-middle)) * (1.0 - g * math.exp(middle)) < 2.0 * g + 1.0
            low, high = (low, middle) if falls_short else (middle, high)
        return max(self.class_weights) * abs(float(self.gradient_of_logit(low)))

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return product(self._fading(p, q), -log_of_pair(p, q))

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -self._fading(p, q) * (product(self.gamma, _surprise_ratio(p, q)) + 1.0 / p)

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        g = self.gamma
        fading = product(g, (g - 1.0) * _surprise_ratio(p, q) + 2.0 / p)
        steep = product(self._fading(p, q, g - 1.0), fading) + self._fading(p, q) / (p * p)
        return np.where(p == 0, np.inf, steep)

    def value_of_logit(self, z: Any) -> Any:
        return product(self._fading_of_logit(z), softplus(-z))

    def gradient_of_logit(self, z: Any) -> Any:
        # p = sigmoid(z), L = -log p: Lin et al. (2017), appendix B.
        return -self._fading_of_logit(z) * (product(self._scaled(z), softplus(-z)) + sigmoid(-z))

    def curvature_of_logit(self, z: Any) -> Any:
        # q^g p (g L (g p - q) + (2 g + 1) q)
        p, q, scaled = sigmoid(z), sigmoid(-z), self._scaled(z)
        shape = product(scaled, softplus(-z)) * (scaled - q) + 2.0 * scaled * q + p * q
        return self._fading_of_logit(z) * shape

    def _scaled(self, z: Any) -> Any:
        """gamma p, also where p alone is too small a number."""
        tiny = np.exp(np.minimum(z, 0.0) + math.log(self.gamma)) if self.gamma > 0 else 0.0
        return np.where(z < -700.0, tiny, self.gamma * sigmoid(z))

    def _fading(self, p: Any, q: Any, gamma: float | None = None) -> Any:
        """q^gamma, from the logarithm of q = 1 - p where p carries its digits."""
        gamma = self.gamma if gamma is None else gamma
        return np.where(p < 0.5, np.exp(gamma * np.log1p(-np.minimum(p, 0.5))), q**gamma)

    def _fading_of_logit(self, z: Any) -> Any:
        return np.where(z < 0, np.exp(-self.gamma * softplus(z)), sigmoid(-z) ** self.gamma)


def _surprise_ratio(p: Any, q: Any) -> Any:
    """-log(p) / q with its limit 1 at q = 0."""
    return np.where(q == 0, 1.0, -log_of_pair(p, q) / q)


@register
@dataclass(frozen=True)
class Brier(ProbabilityLoss):
    """The squared distance between a forecast and what happened: a squared error on a probability.

    An honest forecaster does best under it, and no forecast costs more than 1. But seen through a
    sigmoid its gradient is 2 (p - y) p (1 - p), which vanishes where the forecast is confidently wrong:
    a network that starts there hardly learns. Cross-entropy does not have this fault.
    """

    name = "brier"
    title = "Brier (squared error of a probability)"
    formula = r"\ell(p_t) = (1 - p_t)^2"
    gradient_formula = r"\ell'(p_t) = -2\,(1 - p_t)"
    references = (
        "Brier (1950), Verification of forecasts expressed in terms of probability, Mon. Weather Rev. 78",
    )
    smooth = True
    proper = True
    calibrated = True
    lipschitz = 8.0 / 27.0  # 2 p q^2 is largest at p = 1/3
    bound = 1.0
    elicits = "the probability of class 1"
    code = {
        "NumPy": Snippet("import numpy as np\nloss = (1 / (1 + np.exp(-score)) - target) ** 2"),
        "PyTorch": Snippet(
            "import torch\n"
            'loss = torch.nn.functional.mse_loss(torch.sigmoid(score), target, reduction="none")'
        ),
        "Keras": Snippet("import keras\nloss = keras.ops.square(keras.ops.sigmoid(score) - target)"),
        "scikit-learn": Snippet(
            "from scipy.special import expit\nloss = (expit(score) - target) ** 2",
            "sklearn.metrics.brier_score_loss is its mean, from given probabilities. Brier's own score "
            "adds both classes and is twice as large.",
        ),
    }

    def value_of_pair(self, p: Any, q: Any) -> Any:
        return q * q

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return -2.0 * q

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return np.full_like(p, 2.0)

    def value_of_logit(self, z: Any) -> Any:
        return sigmoid(-z) ** 2

    def gradient_of_logit(self, z: Any) -> Any:
        return -2.0 * sigmoid(z) * sigmoid(-z) ** 2

    def curvature_of_logit(self, z: Any) -> Any:
        p, q = sigmoid(z), sigmoid(-z)
        return 2.0 * p * q * q * (2.0 * p - q)
