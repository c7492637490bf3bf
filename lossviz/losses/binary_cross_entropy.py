"""Cross-entropy of two classes, with weights, label smoothing and clipping."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from lossviz.losses.base import NONNEGATIVE, UNIT, Interval, Snippet, parameter
from lossviz.losses.families import ProbabilityLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import log_of_pair, logit, product, sigmoid, softplus

_CLIPPED = Snippet(
    "import numpy as np\n"
    "p = np.clip(1 / (1 + np.exp(-score)), {clip}, 1 - {clip})\n"
    "soft = (1 - {label_smoothing}) * target + {label_smoothing} / 2\n"
    "loss = -({w_pos} * soft * np.log(p) + {w_neg} * (1 - soft) * np.log1p(-p))",
    "Keras clips in this way, at 1e-7, when it is given probabilities instead of logits.",
)


@register
@dataclass(frozen=True)
class BinaryCrossEntropy(ProbabilityLoss):
    """The surprise at the truth: minus the logarithm of the probability given to what happened.

    A forecast of 50 % costs log 2, a sure and right one nothing, a sure and wrong one without limit.
    Its gradient in the logit is simply p - y: the further off the forecast, the stronger the pull,
    also where the sigmoid is flat. Weights let a rare class count more; label smoothing asks for a
    little doubt; clipping puts a ceiling on the loss, at the price of a zero gradient beyond it.
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
    clip: float | None = parameter(
        None,
        low=0.001,
        high=0.1,
        step=0.001,
        symbol="c",
        meaning="Probabilities are kept between c and 1 - c",
        allowed=Interval(0.0, 0.5, low_open=True, high_open=True),
        optional=True,
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
    references = (
        "Good (1952), Rational decisions, J. R. Stat. Soc. B 14",
        "Szegedy et al. (2016), Rethinking the Inception architecture, CVPR (label smoothing)",
    )
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / 2\n"
            "loss = {w_pos} * soft * np.logaddexp(0, -score) + {w_neg} * (1 - soft) * np.logaddexp(0, score)"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / 2\n"
            "loss = -(\n"
            "    {w_pos} * soft * torch.nn.functional.logsigmoid(score)\n"
            "    + {w_neg} * (1 - soft) * torch.nn.functional.logsigmoid(-score)\n"
            ")",
            "binary_cross_entropy_with_logits has a pos_weight, the ratio of the two weights, which needs a w_neg "
            "above 0; label smoothing is left to the caller.",
        ),
        "Keras": Snippet(
            "import keras\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / 2\n"
            "loss = -(\n"
            "    {w_pos} * soft * keras.ops.log_sigmoid(score)\n"
            "    + {w_neg} * (1 - soft) * keras.ops.log_sigmoid(-score)\n"
            ")",
            "keras.losses.BinaryCrossentropy(from_logits=True) is its mean without class weights; "
            "given probabilities it clips them at 1e-7.",
        ),
        "scikit-learn": Snippet(
            "import numpy as np\n"
            "from sklearn._loss.loss import HalfBinomialLoss\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / 2\n"
            "weight = {w_pos} * soft + {w_neg} * (1 - soft)\n"
            "share = {w_pos} * soft / np.where(weight > 0, weight, 1)\n"
            "loss = HalfBinomialLoss().loss(share, score, sample_weight=weight)",
            "Half the binomial deviance; sklearn.metrics.log_loss is its mean over given probabilities.",
        ),
    }

    def snippets(self) -> dict[str, Snippet]:
        if self.clip is None:
            return super().snippets()
        return {"NumPy": Snippet(_CLIPPED.code.format(**self.settings()), _CLIPPED.note)}

    @property
    def class_weights(self) -> tuple[float, float]:
        return self.w_neg, self.w_pos

    def soften(self, target: Any) -> Any:
        return target * (1.0 - self.label_smoothing) + 0.5 * self.label_smoothing

    @property
    def convex(self) -> bool:
        return self.clip is None

    @property
    def smooth(self) -> bool:
        return self.clip is None

    @property
    def proper(self) -> bool:
        return self.calibrated and self.label_smoothing == 0.0 and self.clip is None

    @property
    def calibrated(self) -> bool:
        return self.w_pos == self.w_neg > 0.0 and self.label_smoothing < 1.0

    @property
    def kinks(self) -> tuple[float, ...]:
        return () if self.clip is None else (-self._last_logit, self._last_logit)

    @property
    def lipschitz(self) -> float:
        # Between its ends the gradient (1 - t) w_neg p - t w_pos (1 - p) is linear in p.
        return max(abs((1.0 - t) * self.w_neg * p - t * self.w_pos * (1.0 - p)) for t, p in self._ends())

    @property
    def bound(self) -> float:
        values = (
            product(t * self.w_pos, self.value_of_pair(p, 1.0 - p))
            + product((1.0 - t) * self.w_neg, self.value_of_pair(1.0 - p, p))
            for t, p in self._ends()
        )
        return max(float(value) for value in values)

    @property
    def elicits(self) -> str:
        if self.proper:
            return "the probability of class 1"
        changes = {
            "its odds times w_pos / w_neg": self.w_pos != self.w_neg,
            "drawn towards one half by the smoothing": self.label_smoothing > 0.0,
            "kept between the clipping limits": self.clip is not None,
        }
        return ", ".join(
            ["the probability of class 1", *(text for text, applies in changes.items() if applies)]
        )

    @property
    def _last_logit(self) -> float:
        """The logit beyond which the probability is clipped."""
        return math.inf if self.clip is None else float(logit(1.0 - self.clip))

    def _ends(self) -> Iterator[tuple[float, float]]:
        """Softened hard targets t with the lowest and the highest probability p reached."""
        low = self.clip or 0.0
        for t in (0.5 * self.label_smoothing, 1.0 - 0.5 * self.label_smoothing):
            for p in (low, 1.0 - low):
                yield t, p

    def _inside(self, p: Any, q: Any) -> Any:
        return (p >= (self.clip or 0.0)) & (q >= (self.clip or 0.0))

    def value_of_pair(self, p: Any, q: Any) -> Any:
        if self.clip is not None:
            p, q = (np.clip(share, self.clip, 1.0 - self.clip) for share in (p, q))
        return -log_of_pair(p, q)

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        return np.where(self._inside(p, q), -1.0 / p, 0.0)

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        return np.where(self._inside(p, q), 1.0 / (p * p), 0.0)

    def value_of_logit(self, z: Any) -> Any:
        return softplus(-np.clip(z, -self._last_logit, self._last_logit))

    def gradient_of_logit(self, z: Any) -> Any:
        return np.where(np.abs(z) <= self._last_logit, -sigmoid(-z), 0.0)

    def curvature_of_logit(self, z: Any) -> Any:
        return np.where(np.abs(z) <= self._last_logit, sigmoid(z) * sigmoid(-z), 0.0)
