"""Losses of a distribution over many classes, on the last axis."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from lossviz.losses.base import UNIT, Array, Snippet, parameter
from lossviz.losses.families import MulticlassLoss
from lossviz.losses.registry import register
from lossviz.losses.stable import product


class Softmax(NamedTuple):
    """softmax(z) in parts that keep their digits; all of the shape of z.

    ``log_p`` is its logarithm, ``complement`` is 1 - p, summed from the other classes where p is near 1.
    """

    p: Array
    complement: Array
    log_p: Array


def softmax(score: ArrayLike) -> Softmax:
    """Softmax over the last axis; classes tied at inf (or all at -inf) share evenly."""
    z = np.asarray(score, dtype=np.float64)
    top = z.max(axis=-1, keepdims=True)
    is_first = np.arange(z.shape[-1]) == z.argmax(axis=-1)[..., None]
    below_top = np.where(z == top, 0.0, z - top)
    size = np.exp(below_top)
    rest = np.where(is_first, 0.0, size).sum(axis=-1, keepdims=True)
    p = size / (1.0 + rest)
    complement = np.where(is_first, rest / (1.0 + rest), 1.0 - p)
    return Softmax(p, complement, below_top - np.log1p(rest))


class SoftmaxLoss(MulticlassLoss):
    """A constant of the target minus sum_k mass_k log p_k, with p = softmax(z).

    ``mass`` is the target as the loss counts it: smoothed, weighted. It gives all derivatives: with
    M = sum_k mass_k they are M p - mass and M (diag(p) - p p^T) in the logits, and -mass / p and the
    diagonal mass / p^2 in the probabilities.
    """

    convex = True
    smooth = True

    def mass(self, target: Array) -> Array:
        """Factor on -log p_k, of the shape of the target."""
        return target

    def gradient_at(self, score: Any, target: Any) -> Any:
        # M p_j - mass_j, written as p_j (M - mass_j) - mass_j (1 - p_j) so that p_j near 1 costs no digits
        share, mass = softmax(score), self.mass(target)
        return share.p * (mass.sum(axis=-1, keepdims=True) - mass) - mass * share.complement

    def hessian_at(self, score: ArrayLike, target: ArrayLike) -> Any:
        with np.errstate(all="ignore"):
            p, complement, _ = softmax(score)
            total = self.mass(np.asarray(target, dtype=np.float64)).sum(axis=-1)
            products = -p[..., :, None] * p[..., None, :]
            diagonal = np.eye(p.shape[-1]) * (p * complement)[..., None, :]
            own = np.eye(p.shape[-1], dtype=bool)
            return total[..., None, None] * np.where(own, diagonal, products)

    def gradient_of_probability(self, p: Any, target: Any) -> Any:
        mass = self.mass(target)
        return np.where(mass == 0, 0.0, -mass / p)

    def curvature_of_probability(self, p: Any, target: Any) -> Any:
        mass = self.mass(target)
        return np.where(mass == 0, 0.0, mass / p / p)


@register
@dataclass(frozen=True)
class CategoricalCrossEntropy(SoftmaxLoss):
    """The surprise at the true class: minus the logarithm of the probability given to it.

    Guessing evenly among K classes costs log K. Its gradient in the logits is the predicted minus the true
    distribution. Label smoothing moves a share ε of the target evenly to all classes, so that no logit needs
    to run away. ``weights``, one number a class, multiply each class's own term of the sum (after the
    smoothing), as in PyTorch; the caller who wants PyTorch's weighted mean divides by the sum of the true
    classes' weights.
    """

    label_smoothing: float = parameter(
        0.0,
        low=0.0,
        high=0.5,
        step=0.01,
        symbol=r"\varepsilon",
        meaning="Share of the label spread evenly over all classes",
        allowed=UNIT,
    )
    weights: tuple[float, ...] = ()

    name = "categorical_cross_entropy"
    title = "Categorical cross-entropy"
    aliases = ("categorical_cross_entropy_with_logits",)
    formula = r"\ell(p) = -\sum_k t_k \log p_k, \qquad p = \operatorname{softmax}(z)"
    gradient_formula = r"\frac{\partial \ell}{\partial z_k} = p_k - t_k"
    references = (
        "Good (1952), Rational decisions, J. R. Stat. Soc. B 14",
        "Szegedy et al. (2016), Rethinking the Inception architecture, CVPR (label smoothing)",
    )
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "z = score - score.max(axis=-1, keepdims=True)\n"
            "log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / target.shape[-1]\n"
            "loss = -({weights} * soft * log_p).sum(axis=-1)"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            "loss = torch.nn.functional.cross_entropy(\n"
            "    score,\n"
            "    target,\n"
            "    weight={torch_weights},\n"
            "    label_smoothing={label_smoothing},\n"
            '    reduction="none",\n'
            ")"
        ),
        "Keras": Snippet(
            "import keras\n"
            "soft = (1 - {label_smoothing}) * target + {label_smoothing} / target.shape[-1]\n"
            "loss = -keras.ops.sum({keras_weights} * soft * keras.ops.log_softmax(score), axis=-1)",
            "keras.losses.CategoricalCrossentropy(from_logits=True) is its mean without class weights; given "
            "probabilities it divides them by their sum and clips them at 1e-7.",
        ),
    }

    def check(self) -> None:
        try:
            weights = tuple(float(w) for w in self.weights)
        except (TypeError, ValueError):
            weights = (math.nan,)
        if not all(0.0 <= w < math.inf for w in weights):
            raise ValueError(
                f"{self.name}: weights must be one number in [0, inf) a class, got {self.weights!r:.80}"
            )
        object.__setattr__(self, "weights", weights)

    def snippets(self) -> dict[str, Snippet]:
        values = {
            "label_smoothing": self.label_smoothing,
            "weights": f"np.array({list(self.weights)})" if self.weights else "1.0",
            "keras_weights": f"keras.ops.array({list(self.weights)})" if self.weights else "1.0",
            "torch_weights": f"torch.tensor({list(self.weights)}, dtype=score.dtype)"
            if self.weights
            else "None",
        }
        return {
            library: Snippet(snippet.code.format(**values), snippet.note)
            for library, snippet in self.code.items()
        }

    @property
    def proper(self) -> bool:
        return self.label_smoothing == 0.0 and len(set(self.weights)) <= 1 and 0.0 not in self.weights

    @property
    def lipschitz(self) -> float:
        """Supremum of the gradient's Euclidean norm; without weights, over all numbers of classes."""
        if not self.weights:
            return math.hypot(1.0, 1.0 - self.label_smoothing)
        # The norm of M p - mass is convex in p, so largest where p is one of the corners.
        corners = np.eye(len(self.weights))
        mass = self.mass(corners)[:, None, :]
        return float(np.linalg.norm(mass.sum(axis=-1, keepdims=True) * corners - mass, axis=-1).max())

    @property
    def elicits(self) -> str:
        if self.proper:
            return "the class probabilities"
        changes = {
            "drawn towards equal shares by the smoothing": self.label_smoothing > 0.0,
            "in proportion to their weights": len(set(self.weights)) > 1 or 0.0 in self.weights,
        }
        return ", ".join(["the class probabilities", *(text for text, applies in changes.items() if applies)])

    def mass(self, target: Array) -> Array:
        classes = target.shape[-1]
        if self.weights and len(self.weights) != classes:
            raise ValueError(
                f"{self.name}: there are {len(self.weights)} weights for {classes} classes; give one a class"
            )
        soft = (1.0 - self.label_smoothing) * target + self.label_smoothing / classes
        return soft * np.asarray(self.weights) if self.weights else soft

    def value_at(self, score: Any, target: Any) -> Any:
        return product(self.mass(target), -softmax(score).log_p).sum(axis=-1)

    def value_of_probability(self, p: Any, target: Any) -> Any:
        return product(self.mass(target), -np.log(p)).sum(axis=-1)


@register
@dataclass(frozen=True)
class KLDivergence(SoftmaxLoss):
    """The extra surprise from believing in a wrong distribution: zero only where prediction and truth agree.

    It is the cross-entropy less the entropy of the target, which no prediction can change. Both have
    therefore the same gradient, and for one-hot targets the same value. It is no distance: the two
    arguments cannot be swapped.
    """

    name = "kl_divergence"
    title = "Kullback-Leibler divergence"
    formula = r"\ell(p) = \sum_k t_k \log \frac{t_k}{p_k}, \qquad p = \operatorname{softmax}(z)"
    gradient_formula = r"\frac{\partial \ell}{\partial z_k} = p_k - t_k"
    references = ("Kullback & Leibler (1951), On information and sufficiency, Ann. Math. Stat. 22",)
    proper = True
    lipschitz = math.sqrt(2.0)
    elicits = "the class probabilities"
    code = {
        "NumPy": Snippet(
            "import numpy as np\n"
            "z = score - score.max(axis=-1, keepdims=True)\n"
            "log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))\n"
            "log_t = np.log(np.where(target > 0, target, 1))\n"
            "loss = (target * (log_t - log_p)).sum(axis=-1)"
        ),
        "PyTorch": Snippet(
            "import torch\n"
            "log_p = torch.log_softmax(score, dim=-1)\n"
            'loss = torch.nn.functional.kl_div(log_p, target, reduction="none").sum(dim=-1)',
            "It takes log-probabilities and gives each class's term.",
        ),
        "Keras": Snippet(
            "import keras\n"
            "log_t = keras.ops.log(keras.ops.where(target > 0, target, 1))\n"
            "loss = keras.ops.sum(target * (log_t - keras.ops.log_softmax(score)), axis=-1)",
            "keras.losses.KLDivergence takes probabilities and clips both at 1e-7.",
        ),
    }

    def value_at(self, score: Any, target: Any) -> Any:
        return product(target, np.log(target) - softmax(score).log_p).sum(axis=-1)

    def value_of_probability(self, p: Any, target: Any) -> Any:
        return _relative_entropy(target, p).sum(axis=-1)

    def generalised(self, p: ArrayLike, target: ArrayLike) -> Any:
        """sum_k t_k log(t_k / p_k) - t_k + p_k, never negative also where sums differ from 1.

        The I-divergence of Csiszár (1991); its terms are those of scipy.special.kl_div.
        """
        p, t = np.asarray(p, dtype=np.float64), np.asarray(target, dtype=np.float64)
        with np.errstate(all="ignore"):
            return (_relative_entropy(t, p) + (p - t)).sum(axis=-1)


def _relative_entropy(t: Array, p: Array) -> Array:
    """t log(t / p), with 0 log 0 = 0; t - p is exact where the two are close."""
    ratio = t / p
    far = np.where((ratio > 0) & np.isfinite(ratio), np.log(ratio), np.log(t) - np.log(p))
    return product(t, np.where(np.abs(t - p) <= 0.5 * p, np.log1p((t - p) / p), far))
