"""Losses of a numeric prediction for targets that cannot be negative: counts, prices, durations."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import Snippet
from lossviz.losses.families import TargetLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import product


@register
@dataclass(frozen=True)
class SquaredLogError(TargetLoss):
    """The squared error of the logarithms: being off by a factor of two costs the same at any size.

    It suits targets that span orders of magnitude, such as prices. The 1 that is added first admits
    zeros. Too low costs more than too high by the same amount, and far too high is forgiven so readily that
    the loss is not convex. Its mean over a data set is the MSLE.
    """

    name = "squared_log_error"
    title = "Squared log error (MSLE)"
    formula = r"\ell(\hat y, y) = \left( \log(1 + \hat y) - \log(1 + y) \right)^2"
    gradient_formula = (
        r"\frac{\partial \ell}{\partial \hat y} = \frac{2}{1 + \hat y} \log \frac{1 + \hat y}{1 + y}"
    )
    references = ("Tukey (1977), Exploratory Data Analysis",)
    smooth = True
    elicits = "the geometric mean of 1 + y, less 1"
    noise = "Log-normal: log(1 + y) is Gaussian about log(1 + prediction) with variance 1/2"
    lowest = -1.0
    lowest_target = math.nextafter(-1.0, 0.0)
    target_words = "above -1"
    code = {
        "NumPy": Snippet("import numpy as np\nloss = (np.log1p(score) - np.log1p(target)) ** 2"),
        "Keras": Snippet(
            "import keras\n"
            "loss = keras.losses.mean_squared_logarithmic_error(target[:, None], score[:, None])",
            "Keras raises both numbers to at least 1e-7 first.",
        ),
        "scikit-learn": Snippet(
            "from sklearn.metrics import mean_squared_log_error\n"
            'loss = mean_squared_log_error([target], [score], multioutput="raw_values")',
            "scikit-learn averages over samples; the elements are passed as the outputs of one sample.",
        ),
    }

    @staticmethod
    def _log_ratio(prediction: Any, target: Any) -> Any:
        # (prediction - target) / (1 + target) keeps the digits where the two are close
        above = np.maximum(prediction, -1.0)
        excess = (above - target) / (1.0 + target)
        far = np.log((1.0 + above) / (1.0 + target))
        return np.where(np.abs(excess) < 0.5, np.log1p(excess), far)

    def value(self, prediction: Any, target: Any) -> Any:
        return self._log_ratio(prediction, target) ** 2

    def gradient(self, prediction: Any, target: Any) -> Any:
        inverse = 1.0 / (1.0 + np.maximum(prediction, -1.0))
        return 2.0 * product(self._log_ratio(prediction, target), inverse)

    def curvature(self, prediction: Any, target: Any) -> Any:
        inverse = 1.0 / (1.0 + np.maximum(prediction, -1.0))
        return 2.0 * product(1.0 - self._log_ratio(prediction, target), inverse) * inverse


@register
@dataclass(frozen=True)
class Poisson(TargetLoss):
    """The surprise at a count, when counts arrive at the predicted rate: the loss of event data.

    Calls in an hour, goals in a match. Models predict the logarithm of the rate, so that the rate is
    positive whatever they say; in it the loss is convex. The constant log y! is left out, so values may be
    negative.
    """

    name = "poisson"
    title = "Poisson"
    aliases = ("poisson_with_log_rate",)
    formula = r"\ell(\lambda, y) = \lambda - y \log \lambda, \qquad \lambda = e^{f}"
    gradient_formula = (
        r"\frac{\partial \ell}{\partial \lambda} = 1 - \frac{y}{\lambda},"
        r" \qquad \frac{\partial \ell}{\partial f} = e^{f} - y"
    )
    references = ("Nelder & Wedderburn (1972), Generalized linear models, J. Roy. Statist. Soc. A 135",)
    convex = True
    smooth = True
    elicits = "the mean"
    noise = "Poisson with the predicted rate"
    lowest = 0.0
    lowest_target = 0.0
    target_words = "counts: 0 or more"
    code = {
        "NumPy": Snippet("import numpy as np\nloss = np.exp(score) - target * score"),
        "PyTorch": Snippet(
            "import torch\n"
            "loss = torch.nn.functional.poisson_nll_loss(\n"
            '    score, target, log_input=True, full=False, reduction="none"\n'
            ")",
            "With log_input=False PyTorch takes the rate and adds 1e-8 inside the logarithm.",
        ),
        "Keras": Snippet(
            "import keras\nloss = keras.losses.poisson(target[:, None], keras.ops.exp(score)[:, None])",
            "Keras takes the rate and adds 1e-7 inside the logarithm.",
        ),
        "scikit-learn": Snippet(
            "from sklearn._loss import HalfPoissonLoss\n"
            "loss = HalfPoissonLoss().loss(y_true=target, raw_prediction=score)",
            "An internal class, used by PoissonRegressor; mean_poisson_deviance is twice the excess of this"
            " loss over its minimum.",
        ),
    }

    def value(self, prediction: Any, target: Any) -> Any:
        inside = prediction - product(target, np.log(prediction))
        return np.where((prediction < 0) | np.isinf(prediction), np.inf, inside)

    def gradient(self, prediction: Any, target: Any) -> Any:
        slope = np.where(target == 0, 1.0, (prediction - target) / prediction)
        return np.select([prediction < 0, np.isposinf(prediction)], [-np.inf, 1.0], slope)

    def curvature(self, prediction: Any, target: Any) -> Any:
        bend = np.where(target == 0, 0.0, target / prediction / prediction)
        return np.where(prediction < 0, np.inf, bend)

    def value_at(self, score: Any, target: Any) -> Any:
        rate = np.exp(score)
        return np.where(np.isinf(rate), np.inf, rate - product(target, score))

    def gradient_at(self, score: Any, target: Any) -> Any:
        return np.exp(score) - target

    def curvature_at(self, score: Any, target: Any) -> Any:
        return np.broadcast_to(np.exp(score), np.broadcast(score, target).shape)
