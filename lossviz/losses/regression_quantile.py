"""Losses of the residual r = prediction - target that lean to one side or forgive small errors."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import OPEN_UNIT, Snippet, parameter
from lossviz.losses.families import ResidualLoss
from lossviz.losses.registry import register
from lossviz.number_format import short


@register
@dataclass(frozen=True)
class Quantile(ResidualLoss):
    """The absolute error tilted: too low and too high cost differently, so that it finds a quantile.

    A prediction below the target costs tau per unit, one above it 1 - tau. With tau = 0.9 nine targets in
    ten end up below the prediction. At tau = 1/2 it is half the absolute error. Also called the
    pinball or check loss.
    """

    tau: float = parameter(
        0.5,
        low=0.01,
        high=0.99,
        step=0.01,
        symbol=r"\tau",
        meaning="Share of targets that shall lie below the prediction",
        allowed=OPEN_UNIT,
    )

    name = "quantile"
    title = "Quantile (pinball)"
    formula = r"\ell(r) = \max(-\tau r, (1 - \tau) r)"
    gradient_formula = r"\ell'(r) = \mathbf{1}[r > 0] - \tau \quad (r \ne 0)"
    references = ("Koenker & Bassett (1978), Regression quantiles, Econometrica 46",)
    convex = True
    kinks = (0.0,)
    code = {
        "NumPy": Snippet(
            "import numpy as np\nr = score - target\nloss = np.maximum(-{tau} * r, (1 - {tau}) * r)"
        ),
        "scikit-learn": Snippet(
            "from sklearn.metrics import mean_pinball_loss\n"
            'loss = mean_pinball_loss([target], [score], alpha={tau}, multioutput="raw_values")',
            "scikit-learn calls tau alpha and averages over samples; the elements are passed as the outputs"
            " of one sample.",
        ),
    }

    @property
    def symmetric(self) -> bool:
        return self.tau == 0.5

    @property
    def lipschitz(self) -> float:
        return max(self.tau, 1.0 - self.tau)

    @property
    def elicits(self) -> str:
        return "the median" if self.tau == 0.5 else f"the {short(self.tau, 6)}-quantile"

    @property
    def noise(self) -> str:
        return "Laplace with scale 2" if self.tau == 0.5 else "Asymmetric Laplace"

    def value(self, r: Any) -> Any:
        return np.maximum(-self.tau * r, (1.0 - self.tau) * r)

    def gradient(self, r: Any) -> Any:
        return np.select([r > 0, r < 0], [1.0 - self.tau, -self.tau], 0.0)

    def curvature(self, r: Any) -> Any:
        return np.zeros_like(r)


@register
@dataclass(frozen=True)
class Expectile(ResidualLoss):
    """The squared error tilted: a lopsided square whose best constant is an expectile.

    To the quantile loss what the square is to the absolute value: tau = 1/2 gives half the squared error
    and the mean, tau near 1 moves the prediction up until misses above balance weighted misses below.
    """

    tau: float = parameter(
        0.5,
        low=0.01,
        high=0.99,
        step=0.01,
        symbol=r"\tau",
        meaning="Weight of predictions below the target; 1 - tau above",
        allowed=OPEN_UNIT,
    )

    name = "expectile"
    title = "Expectile"
    formula = r"\ell(r) = \left| \tau - \mathbf{1}[r > 0] \right| r^2"
    gradient_formula = r"\ell'(r) = 2 \left| \tau - \mathbf{1}[r > 0] \right| r"
    references = ("Newey & Powell (1987), Asymmetric least squares estimation and testing, Econometrica 55",)
    convex = True
    smooth = True
    code = {
        "NumPy": Snippet(
            "import numpy as np\nr = score - target\nloss = np.where(r > 0, 1 - {tau}, {tau}) * r**2"
        )
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return () if self.symmetric else (0.0,)

    @property
    def symmetric(self) -> bool:
        return self.tau == 0.5

    @property
    def elicits(self) -> str:
        return "the mean" if self.tau == 0.5 else f"the {short(self.tau, 6)}-expectile"

    @property
    def noise(self) -> str:
        return "Gaussian with variance 1" if self.tau == 0.5 else "Two Gaussian halves of unequal width"

    def _side(self, r: Any) -> Any:
        return np.where(r > 0, 1.0 - self.tau, self.tau)

    def value(self, r: Any) -> Any:
        return self._side(r) * r * r

    def gradient(self, r: Any) -> Any:
        return 2.0 * self._side(r) * r

    def curvature(self, r: Any) -> Any:
        return 2.0 * self._side(r)


@register
@dataclass(frozen=True)
class EpsilonInsensitive(ResidualLoss):
    """The absolute error with a free zone: errors up to epsilon cost nothing.

    Only points on or outside the tube of half-width epsilon shape the fit; they are the support vectors
    of support vector regression. Inside, the gradient is zero.
    """

    epsilon: float = parameter(
        0.1,
        low=0.0,
        high=3.0,
        symbol=r"\varepsilon",
        meaning="Largest error that costs nothing",
        distance=True,
    )

    name = "epsilon_insensitive"
    title = "Epsilon-insensitive"
    formula = r"\ell(r) = \max(0, |r| - \varepsilon)"
    gradient_formula = r"\ell'(r) = \operatorname{sign}(r) \, \mathbf{1}[|r| > \varepsilon]"
    references = ("Vapnik (1995), The Nature of Statistical Learning Theory",)
    convex = True
    noise = "Uniform in the tube, Laplace with scale 1 outside"
    lipschitz = 1.0
    code = {
        "NumPy": Snippet("import numpy as np\nloss = np.maximum(0, np.abs(score - target) - {epsilon})"),
        "scikit-learn": Snippet(
            "import numpy as np\n"
            "from sklearn.linear_model._sgd_fast import EpsilonInsensitive\n"
            "loss = np.vectorize(EpsilonInsensitive({epsilon}).py_loss)(target, score)",
            "An internal class, used by SGDRegressor; SVR minimises the same loss.",
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return (-self.epsilon, self.epsilon) if self.epsilon else (0.0,)

    @property
    def elicits(self) -> str:
        if self.epsilon == 0:
            return "the median"
        return "a centre with as many targets more than epsilon above it as below it"

    def value(self, r: Any) -> Any:
        return np.maximum(0.0, np.abs(r) - self.epsilon)

    def gradient(self, r: Any) -> Any:
        return np.where(np.abs(r) > self.epsilon, np.sign(r), 0.0)

    def curvature(self, r: Any) -> Any:
        return np.zeros_like(r)


@register
@dataclass(frozen=True)
class SquaredEpsilonInsensitive(ResidualLoss):
    """The square of what an error exceeds epsilon by: a free zone without a corner at its edge.

    The smooth sister of the epsilon-insensitive loss. It keeps the tube, but outliers pull as
    hard as under the squared error. No factor of one half.
    """

    epsilon: float = parameter(
        0.1,
        low=0.0,
        high=3.0,
        symbol=r"\varepsilon",
        meaning="Largest error that costs nothing",
        distance=True,
    )

    name = "squared_epsilon_insensitive"
    title = "Squared epsilon-insensitive"
    formula = r"\ell(r) = \max(0, |r| - \varepsilon)^2"
    gradient_formula = r"\ell'(r) = 2 \operatorname{sign}(r) \max(0, |r| - \varepsilon)"
    references = ("Vapnik (1995), The Nature of Statistical Learning Theory",)
    convex = True
    smooth = True
    noise = "Uniform in the tube, Gaussian with variance 1/2 outside"
    code = {
        "NumPy": Snippet("import numpy as np\nloss = np.maximum(0, np.abs(score - target) - {epsilon}) ** 2"),
        "scikit-learn": Snippet(
            "import numpy as np\n"
            "from sklearn.linear_model._sgd_fast import SquaredEpsilonInsensitive\n"
            "loss = np.vectorize(SquaredEpsilonInsensitive({epsilon}).py_loss)(target, score)",
            "An internal class, used by SGDRegressor.",
        ),
    }

    @property
    def kinks(self) -> tuple[float, ...]:
        return (-self.epsilon, self.epsilon) if self.epsilon else ()

    @property
    def elicits(self) -> str:
        if self.epsilon == 0:
            return "the mean"
        return "a centre at which the misses beyond epsilon above and below balance"

    def _excess(self, r: Any) -> Any:
        return np.maximum(0.0, np.abs(r) - self.epsilon)

    def value(self, r: Any) -> Any:
        return self._excess(r) ** 2

    def gradient(self, r: Any) -> Any:
        return 2.0 * np.copysign(self._excess(r), r)

    def curvature(self, r: Any) -> Any:
        if self.epsilon == 0:
            return np.full_like(r, 2.0)
        return np.where(np.abs(r) > self.epsilon, 2.0, 0.0)
