"""A loss bound to its targets: what the cost asks of it, with nothing computed twice.

The targets of a cost never change, and mostly are hard labels. Then a binary loss is a function of the
signed score alone, and cross-entropy of the scores' distances to that of the true class: half the work of
the general form, which mixes both labels or all classes, and the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lossviz.losses.base import Array, Loss
from lossviz.losses.families import BinaryLoss, MarginLoss, MulticlassLoss, ProbabilityLoss, ResidualLoss
from lossviz.losses.multiclass import CategoricalCrossEntropy, KLDivergence

Rows = NDArray[np.intp]


class Criterion(Protocol):
    """Losses and slopes of scores, (..., n) or (..., n, K), against the targets; ``rows`` picks some samples."""

    @property
    def target(self) -> Array:
        """What the loss compares the score with: (n,), or one-hot rows (n, K)."""
        ...

    def value(self, score: Array) -> Array:
        """(..., n)."""
        ...

    def gradient(self, score: Array, rows: Rows | None = None) -> Array:
        """d loss / d score, of the shape of the score."""
        ...

    def value_and_gradient(self, score: Array) -> tuple[Array, Array]: ...


def criterion(loss: Loss, y: Array, outputs: int) -> Criterion:
    """The loss bound to targets (n,): numbers, labels 0 and 1, or class numbers below ``outputs``."""
    if isinstance(loss, MulticlassLoss):
        label = y.astype(np.intp)
        if isinstance(loss, KLDivergence):  # of one-hot targets the same as cross-entropy
            return OfClass(label, outputs, None)
        if isinstance(loss, CategoricalCrossEntropy) and loss.label_smoothing == 0:
            return OfClass(label, outputs, np.asarray(loss.weights) if loss.weights else None)
        return General(loss, np.eye(outputs)[label])
    hard = bool(((y == 0) | (y == 1)).all())
    if isinstance(loss, MarginLoss) and hard:
        return OfSign(loss, y)
    if isinstance(loss, ProbabilityLoss) and hard and (loss.soften(np.array([0.0, 1.0])) == [0, 1]).all():
        return OfSign(loss, y)
    if isinstance(loss, ResidualLoss):
        return OfResidual(loss, y)
    return General(loss, y)


@dataclass(frozen=True, eq=False)
class General:
    """Any loss, by its own methods."""

    loss: Loss
    target: Array

    def value(self, score: Array) -> Array:
        return np.asarray(self.loss.value_at(score, self.target))

    def gradient(self, score: Array, rows: Rows | None = None) -> Array:
        return np.asarray(self.loss.gradient_at(score, self.target if rows is None else self.target[rows]))

    def value_and_gradient(self, score: Array) -> tuple[Array, Array]:
        return self.value(score), self.gradient(score)


@dataclass(frozen=True, eq=False)
class OfResidual:
    """A loss of score - target."""

    loss: ResidualLoss
    target: Array

    def value(self, score: Array) -> Array:
        return np.asarray(self.loss.value(score - self.target))

    def gradient(self, score: Array, rows: Rows | None = None) -> Array:
        return np.asarray(self.loss.gradient(score - (self.target if rows is None else self.target[rows])))

    def value_and_gradient(self, score: Array) -> tuple[Array, Array]:
        residual = score - self.target
        return np.asarray(self.loss.value(residual)), np.asarray(self.loss.gradient(residual))


class OfSign:
    """A binary loss at hard labels: a function of s f with s = +1 for label 1 and -1 for label 0."""

    def __init__(self, loss: BinaryLoss, y: Array) -> None:
        self.target = y
        self._sign = np.where(y == 1, 1.0, -1.0)
        self._value: Callable[[Array], Array]
        self._slope: Callable[[Array], Array]
        if isinstance(loss, ProbabilityLoss):
            zero, one = loss.class_weights
            self._value, self._slope = loss.value_of_logit, loss.gradient_of_logit
            self._factor = None if zero == one == 1 else np.where(y == 1, one, zero)
        else:
            assert isinstance(loss, MarginLoss)
            self._value, self._slope, self._factor = loss.value, loss.gradient, None

    def value(self, score: Array) -> Array:
        return self._weighted(np.asarray(self._value(self._sign * score)), None)

    def gradient(self, score: Array, rows: Rows | None = None) -> Array:
        sign = self._sign if rows is None else self._sign[rows]
        return self._weighted(sign * self._slope(sign * score), rows)

    def value_and_gradient(self, score: Array) -> tuple[Array, Array]:
        return self.value(score), self.gradient(score)

    def _weighted(self, losses: Array, rows: Rows | None) -> Array:
        if self._factor is None:
            return losses
        factor = self._factor if rows is None else self._factor[rows]
        return np.where(factor == 0, 0.0, factor * losses)


class OfClass:
    """Cross-entropy at class numbers, from the distances d_k = z_k - z_t to the true class's score.

    The loss is log(1 + sum of exp(d_k) over the other classes), and the slope of each of them
    exp(d_k) / (1 + that sum), of the true one minus their total: no digit is lost where p_t is near 1.
    """

    def __init__(self, label: NDArray[np.intp], classes: int, weights: Array | None) -> None:
        self.target = np.eye(classes)[label]
        self._label = label
        self._true = np.ascontiguousarray(self.target.T)
        self._factor = None if weights is None else weights[label]

    def value(self, score: Array) -> Array:
        return self._evaluate(score, self._label, self._true, self._factor, slopes=False)[0]

    def gradient(self, score: Array, rows: Rows | None = None) -> Array:
        if rows is None:
            return self.value_and_gradient(score)[1]
        factor = None if self._factor is None else self._factor[rows]
        return self._evaluate(score, self._label[rows], self._true[:, rows], factor)[1]

    def value_and_gradient(self, score: Array) -> tuple[Array, Array]:
        return self._evaluate(score, self._label, self._true, self._factor)

    @staticmethod
    def _evaluate(
        score: Array, label: NDArray[np.intp], true: Array, factor: Array | None, *, slopes: bool = True
    ) -> tuple[Array, Array]:
        """Losses (..., n) and slopes (..., n, K); ``true`` (K, n) marks the true classes with 1."""
        z = np.ascontiguousarray(np.swapaxes(score, -1, -2))  # (..., K, n): sums over classes are fast
        flat = z.reshape(*z.shape[:-2], -1)
        mine = np.take(flat, label * len(label) + np.arange(len(label)), axis=-1)
        gap = z - mine[..., None, :]
        top = gap.max(axis=-2)  # at least 0, which is the true class's own
        gap -= top[..., None, :]
        size = np.exp(gap, out=gap)
        size *= 1.0 - true
        others = size.sum(axis=-2)
        own = np.exp(-top)
        losses = top + np.log1p(others + (own - 1.0))
        if factor is not None:
            losses = np.where(factor == 0, 0.0, factor * losses)
        if not slopes:
            return losses, size
        share = 1.0 / (own + others)
        if factor is not None:
            share *= factor
        size *= share[..., None, :]
        size -= true * (others * share)[..., None, :]
        return losses, np.swapaxes(size, -1, -2)
