"""The classical losses of the residual r = prediction - target: its square and its absolute value."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Snippet
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
        "PyTorch": Snippet(
            'import torch\nloss = torch.nn.functional.mse_loss(score, target, reduction="none")'
        ),
        "Keras": Snippet(
            "import keras\nloss = keras.losses.mean_squared_error(target[:, None], score[:, None])",
            "Keras averages over the last axis; a last axis of length one leaves every element its own loss.",
        ),
        "scikit-learn": Snippet(
            "from sklearn.metrics import mean_squared_error\n"
            'loss = mean_squared_error([target], [score], multioutput="raw_values")',
            "scikit-learn averages over samples; the elements are passed as the outputs of one sample.",
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
class HalfSquaredError(ResidualLoss):
    """Half the square of the error: the same minimum as the squared error, and a gradient of just r.

    The half cancels the 2 of the derivative. Textbooks, and libraries that build on Newton's method,
    prefer it; a learning rate tuned for one form is off by a factor of two for the other.
    """

    name = "half_squared_error"
    title = "Half squared error"
    formula = r"\ell(r) = \tfrac12 r^2"
    gradient_formula = r"\ell'(r) = r"
    references = ("Gauss (1809), Theoria motus corporum coelestium",)
    convex = True
    smooth = True
    elicits = "the mean"
    noise = "Gaussian with variance 1"
    code = {
        "NumPy": Snippet("loss = 0.5 * (score - target) ** 2"),
        "PyTorch": Snippet(
            'import torch\nloss = 0.5 * torch.nn.functional.mse_loss(score, target, reduction="none")',
            "PyTorch's own loss has no factor of one half.",
        ),
        "Keras": Snippet(
            "import keras\nloss = 0.5 * keras.losses.mean_squared_error(target[:, None], score[:, None])",
            "Keras's own loss has no factor of one half.",
        ),
        "scikit-learn": Snippet(
            "from sklearn.metrics import mean_squared_error\n"
            'loss = 0.5 * mean_squared_error([target], [score], multioutput="raw_values")',
            "The metric has no factor of one half; SGDRegressor and gradient boosting train on the half.",
        ),
    }

    def value(self, r: Any) -> Any:
        return 0.5 * r * r

    def gradient(self, r: Any) -> Any:
        return r

    def curvature(self, r: Any) -> Any:
        return np.ones_like(r)


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
    references = (
        "Boscovich (1757), De litteraria expeditione per pontificiam ditionem",
        "Laplace (1774), Mémoire sur la probabilité des causes par les évènements",
    )
    convex = True
    elicits = "the median"
    noise = "Laplace with scale 1"
    kinks = (0.0,)
    lipschitz = 1.0
    code = {
        "NumPy": Snippet("import numpy as np\nloss = np.abs(score - target)"),
        "PyTorch": Snippet(
            'import torch\nloss = torch.nn.functional.l1_loss(score, target, reduction="none")'
        ),
        "Keras": Snippet(
            "import keras\nloss = keras.losses.mean_absolute_error(target[:, None], score[:, None])",
            "Keras averages over the last axis; a last axis of length one leaves every element its own loss.",
        ),
        "scikit-learn": Snippet(
            "from sklearn.metrics import mean_absolute_error\n"
            'loss = mean_absolute_error([target], [score], multioutput="raw_values")',
            "scikit-learn averages over samples; the elements are passed as the outputs of one sample.",
        ),
    }

    def value(self, r: Any) -> Any:
        return np.abs(r)

    def gradient(self, r: Any) -> Any:
        return np.sign(r)

    def curvature(self, r: Any) -> Any:
        return np.zeros_like(r)
