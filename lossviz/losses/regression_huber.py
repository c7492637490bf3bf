"""Losses of the residual r = prediction - target that are a square near zero and a line far out.

All are convex bridges from the squared to the absolute error; they differ in how sharply they bend.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Snippet, parameter
from lossviz.losses.families import ResidualLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import log1p_gap


@register
@dataclass(frozen=True)
class Huber(ResidualLoss):
    """Quadratic for small errors, linear for large ones: least squares that outliers cannot capture.

    Up to delta an error is treated as ordinary noise and squared; beyond it the loss grows in a
    straight line, so that a point's pull is capped at delta. At delta = 1.345 and unit noise it keeps
    95 % of the efficiency of least squares.
    """

    delta: float = parameter(
        1.0,
        low=0.05,
        high=5.0,
        symbol=r"\delta",
        meaning="Where the square turns into a straight line",
        distance=True,
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
            "import numpy as np\n"
            "a = np.abs(score - target)\n"
            "loss = np.where(a <= {delta}, 0.5 * a**2, {delta} * (a - 0.5 * {delta}))"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            'loss = torch.nn.functional.huber_loss(score, target, delta={delta}, reduction="none")'
        ),
        "Keras": Snippet(
            "import keras\nloss = keras.losses.huber(target[:, None], score[:, None], delta={delta})"
        ),
        "scikit-learn": Snippet(
            "from sklearn._loss import HuberLoss\n"
            "loss = HuberLoss(delta={delta}).loss(y_true=target, raw_prediction=score)",
            "An internal class. SGDRegressor calls delta epsilon; HuberRegressor doubles the loss and scales"
            " the residuals by a sigma that it fits as well.",
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
class SmoothL1(ResidualLoss):
    """The absolute error with its corner rounded off: Huber's loss divided by its threshold.

    The slope far out is always 1, whatever beta; as beta shrinks it becomes the absolute error. It
    entered deep learning as the loss of bounding-box regression.
    """

    beta: float = parameter(
        1.0, low=0.05, high=5.0, symbol=r"\beta", meaning="Half the width of the rounding", distance=True
    )

    name = "smooth_l1"
    title = "Smooth L1"
    formula = (
        r"\ell(r) = \begin{cases} r^2 / (2\beta) & |r| < \beta \\"
        r" |r| - \tfrac12 \beta & |r| \ge \beta \end{cases}"
    )
    gradient_formula = r"\ell'(r) = \max(-1, \min(1, r / \beta))"
    references = ("Girshick (2015), Fast R-CNN, ICCV",)
    convex = True
    smooth = True
    elicits = "Huber's M-estimate of location, between the median (small beta) and the mean (large beta)"
    noise = "Gaussian with variance beta in the middle, Laplace with scale 1 in the tails"
    lipschitz = 1.0
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "a = np.abs(score - target)\nloss = np.where(a < {beta}, 0.5 * a**2 / {beta}, a - 0.5 * {beta})"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            'loss = torch.nn.functional.smooth_l1_loss(score, target, beta={beta}, reduction="none")'
        ),
        "Keras": Snippet(
            "import keras\nloss = keras.losses.huber(target[:, None], score[:, None], delta={beta}) / {beta}",
            "Keras has Huber's form, which is larger by the factor beta.",
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return -self.beta, self.beta

    def value(self, r: Any) -> Any:
        a = np.abs(r)
        return np.where(a < self.beta, 0.5 * a * (a / self.beta), a - 0.5 * self.beta)

    def gradient(self, r: Any) -> Any:
        return np.clip(r / self.beta, -1.0, 1.0)

    def curvature(self, r: Any) -> Any:
        return np.where(np.abs(r) < self.beta, 1.0 / self.beta, 0.0)


@register
@dataclass(frozen=True)
class PseudoHuber(ResidualLoss):
    """Huber's idea without a seam: one formula that bends from a parabola into a straight line.

    It has derivatives of every order, which suits second-order methods. Its pull approaches delta but
    never reaches it. Computer vision knows it as the Charbonnier loss.
    """

    delta: float = parameter(
        1.0,
        low=0.05,
        high=5.0,
        symbol=r"\delta",
        meaning="Where the bend from square to line lies",
        distance=True,
    )

    name = "pseudo_huber"
    title = "Pseudo-Huber"
    formula = r"\ell(r) = \delta^2 \left( \sqrt{1 + (r/\delta)^2} - 1 \right)"
    gradient_formula = r"\ell'(r) = \frac{r}{\sqrt{1 + (r/\delta)^2}}"
    references = (
        "Charbonnier, Blanc-Féraud, Aubert & Barlaud (1997), Deterministic edge-preserving regularization"
        " in computed imaging, IEEE Trans. Image Process. 6",
    )
    convex = True
    smooth = True
    elicits = "a smooth M-estimate of location, between the median (small delta) and the mean (large delta)"
    noise = "Hyperbolic: Gaussian in the middle, Laplace in the tails"
    code = {
        "NumPy": Snippet(
            "import numpy as np\nloss = {delta}**2 * (np.sqrt(1 + ((score - target) / {delta}) ** 2) - 1)"
        ),
    }

    @property
    def lipschitz(self) -> float:
        return self.delta

    def value(self, r: Any) -> Any:
        # with u = r / delta: sqrt(1 + u^2) - 1 = u tanh(asinh(u) / 2)
        return r * (self.delta * np.tanh(0.5 * np.arcsinh(r / self.delta)))

    def gradient(self, r: Any) -> Any:
        # u / sqrt(1 + u^2) = tanh(asinh(u))
        return self.delta * np.tanh(np.arcsinh(r / self.delta))

    def curvature(self, r: Any) -> Any:
        return np.hypot(1.0, r / self.delta) ** -3


@register
@dataclass(frozen=True)
class LogCosh(ResidualLoss):
    """The logarithm of the hyperbolic cosine: half the square near zero, the absolute error far away.

    Smooth like the square, robust like the absolute value, and with nothing to tune: the bend is at
    an error of about 1, in whatever unit the target has. So scale the target first.
    """

    name = "log_cosh"
    title = "Log-cosh"
    formula = r"\ell(r) = \log \cosh r"
    gradient_formula = r"\ell'(r) = \tanh r"
    references = ("Green (1990), Bayesian reconstructions from emission tomography data, IEEE TMI 9",)
    convex = True
    smooth = True
    elicits = "a smooth M-estimate of location, between the mean and the median"
    noise = "Hyperbolic secant"
    lipschitz = 1.0
    code = {
        "NumPy": Snippet("import numpy as np\nr = score - target\nloss = np.logaddexp(r, -r) - np.log(2)"),
        "Keras": Snippet("import keras\nloss = keras.losses.log_cosh(target[:, None], score[:, None])"),
    }

    def value(self, r: Any) -> Any:
        a = np.abs(r)
        near = np.log1p(2.0 * np.sinh(0.5 * a) ** 2)  # cosh(a) = 1 + 2 sinh(a / 2)^2
        far = a + (np.log1p(np.exp(-2.0 * a)) - math.log(2.0))
        return np.where(a < 4.0, near, far)

    def gradient(self, r: Any) -> Any:
        return np.tanh(r)

    def curvature(self, r: Any) -> Any:
        decay = np.exp(-np.abs(r))
        return (2.0 * decay / (1.0 + decay * decay)) ** 2


@register
@dataclass(frozen=True)
class Fair(ResidualLoss):
    """A square that softens at once: the pull of a point levels off slowly, from the first error on.

    The weight of a point is 1 / (1 + |r|/c), so that no error is quite ordinary and none is ever thrown
    out. At c = 1.3998 and unit noise it keeps 95 % of the efficiency of least squares.
    """

    c: float = parameter(
        1.3998, low=0.1, high=5.0, symbol="c", meaning="Error that gets half the weight", distance=True
    )

    name = "fair"
    title = "Fair"
    formula = r"\ell(r) = c^2 \left( \frac{|r|}{c} - \log\left(1 + \frac{|r|}{c}\right) \right)"
    gradient_formula = r"\ell'(r) = \frac{r}{1 + |r|/c}"
    references = ("Fair (1974), On the robust estimation of econometric models, Ann. Econ. Soc. Meas. 3",)
    convex = True
    smooth = True
    elicits = "a smooth M-estimate of location, between the median (small c) and the mean (large c)"
    noise = "A rounded Laplace: proportional to (1 + |r|/c)^(c^2) exp(-c |r|)"
    code = {
        "NumPy": Snippet(
            "import numpy as np\nu = np.abs(score - target) / {c}\nloss = {c}**2 * (u - np.log1p(u))"
        ),
    }

    @property
    def lipschitz(self) -> float:
        return self.c

    def value(self, r: Any) -> Any:
        return self.c**2 * log1p_gap(np.abs(r) / self.c)

    def gradient(self, r: Any) -> Any:
        a = np.abs(r)
        return np.where(a < self.c, r / (1.0 + a / self.c), np.sign(r) * (self.c / (1.0 + self.c / a)))

    def curvature(self, r: Any) -> Any:
        return (1.0 + np.abs(r) / self.c) ** -2
