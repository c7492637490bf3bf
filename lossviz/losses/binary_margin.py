"""Losses of the margin m = y f, y in {-1, +1}, that are made of pieces: zero-one and the hinges."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import NONNEGATIVE, Snippet, parameter
from lossviz.losses.families import MarginLoss
from lossviz.losses.registry import register

_MARGIN = "margin = (2 * target - 1) * score\n"
_NUMPY = "import numpy as np\n" + _MARGIN
_TORCH = "import torch\n" + _MARGIN
_KERAS = "import keras\n" + _MARGIN


@register
@dataclass(frozen=True)
class ZeroOne(MarginLoss):
    """One for a mistake, nothing otherwise: the error rate that classification is really about.

    It has no slope anywhere, so that gradient descent cannot use it; the other losses of a margin are its
    stand-ins. A score of exactly zero is a coin toss and costs one half.
    """

    name = "zero_one"
    title = "Zero-one"
    formula = r"\ell(m) = \mathbf{1}[m < 0] + \tfrac12\,\mathbf{1}[m = 0]"
    gradient_formula = r"\ell'(m) = 0 \quad (m \ne 0)"
    references = (
        "Bartlett, Jordan & McAuliffe (2006), Convexity, classification, and risk bounds, JASA 101",
    )
    calibrated = True
    bound = 1.0
    kinks = (0.0,)
    elicits = "the more likely class, with any confidence"
    code = {
        "NumPy": Snippet(_NUMPY + "loss = np.heaviside(-margin, 0.5)"),
        "PyTorch": Snippet(_TORCH + "loss = torch.heaviside(-margin, torch.tensor(0.5, dtype=margin.dtype))"),
        "scikit-learn": Snippet(
            "import numpy as np\nloss = np.where(score == 0, 0.5, (score > 0) != (target == 1))",
            "sklearn.metrics.zero_one_loss is its mean over predicted labels, without ties.",
        ),
    }

    def value(self, m: Any) -> Any:
        return np.heaviside(-m, 0.5)

    def gradient(self, m: Any) -> Any:
        return np.zeros_like(m)

    def curvature(self, m: Any) -> Any:
        return np.zeros_like(m)


@register
@dataclass(frozen=True)
class Hinge(MarginLoss):
    """Nothing beyond the margin, a straight line before it: the loss of support vector machines.

    Being right is not enough, one has to be right by a margin. Examples beyond it have no pull at all, so
    that the fit rests on the few others, the support vectors.
    """

    margin: float = parameter(
        1.0, low=0.0, high=3.0, symbol=r"\rho", meaning="The margin asked for", allowed=NONNEGATIVE
    )

    name = "hinge"
    title = "Hinge"
    formula = r"\ell(m) = \max(0, \rho - m)"
    gradient_formula = r"\ell'(m) = -\mathbf{1}[m < \rho]"
    references = ("Cortes & Vapnik (1995), Support-vector networks, Mach. Learn. 20",)
    convex = True
    lipschitz = 1.0
    code = {
        "NumPy": Snippet(
            _NUMPY + "loss = np.maximum(0, {margin} - margin)",
            "scikit-learn's SGDClassifier minimises it as loss='hinge'; its subgradient at the corner is "
            "-1, here it is 0.",
        ),
        "PyTorch": Snippet(
            _TORCH + "loss = torch.relu({margin} - margin)",
            "torch.nn.HingeEmbeddingLoss is another loss, for distances.",
        ),
        "Keras": Snippet(
            _KERAS + "loss = keras.ops.relu({margin} - margin)", "keras.losses.Hinge is its mean at margin 1."
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return (self.margin,)

    @property
    def calibrated(self) -> bool:
        return self.margin > 0.0

    @property
    def elicits(self) -> str:
        return "the more likely class: f* = ρ sign(2η − 1)" if self.margin > 0.0 else "f* = 0, whatever η is"

    def value(self, m: Any) -> Any:
        return np.maximum(0.0, self.margin - m)

    def gradient(self, m: Any) -> Any:
        return np.where(m < self.margin, -1.0, 0.0)

    def curvature(self, m: Any) -> Any:
        return np.zeros_like(m)


@register
@dataclass(frozen=True)
class SquaredHinge(MarginLoss):
    """The hinge squared: smooth at the corner, and harsher on large mistakes.

    Beyond the margin it is zero, before it a parabola. The gradient no longer jumps, but one badly
    mislabelled example pulls without limit. Its best score is 2η − 1, from which probabilities can be read.
    """

    name = "squared_hinge"
    title = "Squared hinge"
    formula = r"\ell(m) = \max(0, 1 - m)^2"
    gradient_formula = r"\ell'(m) = -2 \max(0, 1 - m)"
    references = (
        "Zhang (2004), Statistical behavior and consistency of classification methods, Ann. Stat. 32",
    )
    convex = True
    smooth = True
    calibrated = True
    kinks = (1.0,)
    elicits = "f* = 2η − 1, for η the probability of class 1"
    code = {
        "NumPy": Snippet(
            _NUMPY + "loss = np.maximum(0, 1 - margin) ** 2",
            "scikit-learn's LinearSVC minimises it as loss='squared_hinge'.",
        ),
        "PyTorch": Snippet(_TORCH + "loss = torch.relu(1 - margin) ** 2"),
        "Keras": Snippet(
            _KERAS + "loss = keras.ops.square(keras.ops.relu(1 - margin))",
            "keras.losses.SquaredHinge is its mean.",
        ),
    }

    def value(self, m: Any) -> Any:
        return np.maximum(0.0, 1.0 - m) ** 2

    def gradient(self, m: Any) -> Any:
        return -2.0 * np.maximum(0.0, 1.0 - m)

    def curvature(self, m: Any) -> Any:
        return np.where(m < 1.0, 2.0, 0.0)


@register
@dataclass(frozen=True)
class SmoothedHinge(MarginLoss):
    """The hinge with its corner rounded by a short piece of parabola.

    Straight for clear mistakes, zero for clear successes, quadratic over a stretch of width gamma between:
    as robust as the hinge, and easier to minimise.
    """

    gamma: float = parameter(
        1.0, low=0.05, high=3.0, symbol=r"\gamma", meaning="Width of the rounded stretch below the margin"
    )

    name = "smoothed_hinge"
    title = "Smoothed hinge"
    formula = (
        r"\ell(m) = \begin{cases} 0 & m \ge 1 \\ \frac{(1 - m)^2}{2\gamma} & 1 - \gamma \le m < 1 \\"
        r" 1 - m - \frac{\gamma}{2} & m < 1 - \gamma \end{cases}"
    )
    gradient_formula = r"\ell'(m) = -\min\left(1, \max\left(0, \frac{1 - m}{\gamma}\right)\right)"
    references = ("Shalev-Shwartz & Zhang (2013), Stochastic dual coordinate ascent methods, JMLR 14",)
    convex = True
    smooth = True
    calibrated = True
    lipschitz = 1.0
    elicits = (
        "f* = 2η − 1 where 2η ≤ γ, else 1 − γ (1 − η)/η, for η ≥ 1/2 the probability of the likelier class"
    )
    code = {
        "NumPy": Snippet(
            _NUMPY + "short = np.maximum(0, 1 - margin)\n"
            "loss = np.where(short <= {gamma}, short**2 / (2 * {gamma}), short - {gamma} / 2)"
        ),
        "PyTorch": Snippet(
            _TORCH + "short = torch.relu(1 - margin)\n"
            "loss = torch.nn.functional.smooth_l1_loss(\n"
            '    short, torch.zeros_like(short), beta={gamma}, reduction="none"\n'
            ")"
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return 1.0 - self.gamma, 1.0

    def value(self, m: Any) -> Any:
        short = np.maximum(0.0, 1.0 - m)
        return np.where(m >= 1.0 - self.gamma, short * (short / (2.0 * self.gamma)), short - 0.5 * self.gamma)

    def gradient(self, m: Any) -> Any:
        return -np.clip((1.0 - m) / self.gamma, 0.0, 1.0)

    def curvature(self, m: Any) -> Any:
        return np.where((m >= 1.0 - self.gamma) & (m < 1.0), 1.0 / self.gamma, 0.0)


@register
@dataclass(frozen=True)
class Perceptron(MarginLoss):
    """A mistake costs its distance from the boundary; being right, however narrowly, costs nothing.

    The loss behind Rosenblatt's learning rule. As it asks for no margin, a score of zero is free for every
    example: what is minimal under it need not classify well.
    """

    name = "perceptron"
    title = "Perceptron"
    formula = r"\ell(m) = \max(0, -m)"
    gradient_formula = r"\ell'(m) = -\mathbf{1}[m < 0]"
    references = ("Rosenblatt (1958), The perceptron, Psychol. Rev. 65",)
    convex = True
    lipschitz = 1.0
    kinks = (0.0,)
    elicits = "f* = 0, whatever the probability of class 1"
    code = {
        "NumPy": Snippet(
            _NUMPY + "loss = np.maximum(0, -margin)",
            "scikit-learn's SGDClassifier minimises it as loss='perceptron'; its subgradient at zero is -1, "
            "here it is 0.",
        ),
        "PyTorch": Snippet(_TORCH + "loss = torch.relu(-margin)"),
        "Keras": Snippet(_KERAS + "loss = keras.ops.relu(-margin)"),
    }

    def value(self, m: Any) -> Any:
        return np.maximum(0.0, -m)

    def gradient(self, m: Any) -> Any:
        return np.where(m < 0.0, -1.0, 0.0)

    def curvature(self, m: Any) -> Any:
        return np.zeros_like(m)


@register
@dataclass(frozen=True)
class ModifiedHuber(MarginLoss):
    """The squared hinge with a limit: for clear mistakes it continues as a straight line.

    An example on the wrong side by more than 1 pulls with a constant strength of 4, so that a few wrong
    labels cannot take over, while the best score stays 2η − 1.
    """

    name = "modified_huber"
    title = "Modified Huber"
    formula = r"\ell(m) = \begin{cases} \max(0, 1 - m)^2 & m \ge -1 \\ -4m & m < -1 \end{cases}"
    gradient_formula = r"\ell'(m) = -\min(4, 2 \max(0, 1 - m))"
    references = (
        "Zhang (2004), Statistical behavior and consistency of classification methods, Ann. Stat. 32",
    )
    convex = True
    smooth = True
    calibrated = True
    lipschitz = 4.0
    kinks = (-1.0, 1.0)
    elicits = "f* = 2η − 1, for η the probability of class 1"
    code = {
        "NumPy": Snippet(
            _NUMPY + "loss = np.where(margin >= -1, np.maximum(0, 1 - margin) ** 2, -4 * margin)",
            "scikit-learn's SGDClassifier minimises it as loss='modified_huber'.",
        ),
        "PyTorch": Snippet(
            _TORCH + "loss = torch.where(margin >= -1, torch.relu(1 - margin) ** 2, -4 * margin)"
        ),
        "Keras": Snippet(
            _KERAS + "square = keras.ops.square(keras.ops.relu(1 - margin))\n"
            "loss = keras.ops.where(margin >= -1, square, -4 * margin)"
        ),
    }

    def value(self, m: Any) -> Any:
        return np.where(m >= -1.0, np.maximum(0.0, 1.0 - m) ** 2, -4.0 * m)

    def gradient(self, m: Any) -> Any:
        return -np.clip(2.0 * (1.0 - m), 0.0, 4.0)

    def curvature(self, m: Any) -> Any:
        return np.where((m >= -1.0) & (m < 1.0), 2.0, 0.0)
