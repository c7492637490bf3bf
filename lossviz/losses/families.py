"""The families of losses: each owns its chain rule, once.

``ResidualLoss`` (r = prediction - target), ``TargetLoss`` (a prediction against a target),
``MarginLoss`` (m = y f), ``ProbabilityLoss`` (p_t, the probability given to the true class) and
``MulticlassLoss`` (a vector of logits).
"""

import math
from typing import Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.losses.base import Array, Loss, outside
from lossviz.losses.stable import logit, product
from lossviz.number_format import all_digits

# --- regression ------------------------------------------------------------------------------


class RegressionLoss(Loss):
    """A loss of a numeric prediction; its claims are about the score it trains on."""

    family = "regression"

    @property
    def noise(self) -> str:
        """The density proportional to exp(-loss) in words, or "" where none can be normalised."""
        return ""


class ResidualLoss(RegressionLoss):
    """A function of the residual r = prediction - target alone (an M-estimator's rho).

    A subclass gives ``value(r)``, ``gradient(r)`` (psi) and ``curvature(r)`` (psi'); the weight of
    iteratively reweighted least squares, the chain rule and the limits at infinity are here.
    """

    @property
    def kinks(self) -> tuple[float, ...]:
        """Residuals where the gradient or the curvature is not continuous."""
        return ()

    @property
    def symmetric(self) -> bool:
        """value(-r) == value(r)."""
        return True

    @property
    def falls_without_end(self) -> bool:
        """No value is the lowest: there is nothing to be fitted. So may a formula be that somebody typed."""
        return False

    @property
    def redescending(self) -> bool:
        """The gradient goes to zero as |r| grows: far points lose their pull."""
        return False

    @property
    def turn(self) -> float:
        """Size of the residual up to which the loss is convex, and beyond which it is concave on either side.

        It is where the pull is strongest, inf for a convex loss, NaN for one that is not of this shape.
        """
        return math.inf if self.convex else math.nan

    def value(self, r: ArrayLike) -> Any:
        raise NotImplementedError

    def gradient(self, r: ArrayLike) -> Any:
        raise NotImplementedError

    def curvature(self, r: ArrayLike) -> Any:
        raise NotImplementedError

    def weight(self, r: Any) -> Any:
        """IRLS weight gradient(r) / r; at r = 0 its limit, the curvature where that exists.

        Where the gradient jumps at zero the weight is inf there (absolute error, quantile); a loss
        with a flat bottom gets 0. Source: Holland & Welsch (1977).
        """
        # A smooth gradient is linear below 1e-290 to the last digit, and r itself is inexact further down;
        # an unbounded one is as good as at infinity above 1e300, and might overflow before r does.
        jumps, robust = self._jumps_at_zero(), math.isfinite(self.lipschitz)
        low, high = (0.0 if jumps else 1e-290), (np.finfo(np.float64).max if robust else 1e300)
        inner = np.copysign(np.clip(np.abs(r), low, high), r)
        ratio = np.where(np.isinf(r) & robust, 0.0, self.gradient(inner) / inner)
        return np.where(r == 0, math.inf if jumps else self.curvature(0.0), ratio)

    def _jumps_at_zero(self) -> bool:
        tiny = 1e-300
        return bool(self.gradient(tiny) - self.gradient(-tiny) > 1e-12)

    def value_at(self, score: Any, target: Any) -> Any:
        return self.value(score - target)

    def gradient_at(self, score: Any, target: Any) -> Any:
        return self.gradient(score - target)

    def curvature_at(self, score: Any, target: Any) -> Any:
        return self.curvature(score - target)


class TargetLoss(RegressionLoss):
    """A loss of a prediction against a target that is not a function of their difference.

    A subclass gives ``value(prediction, target)``, ``gradient`` and ``curvature`` with respect to
    the prediction, which must be at least ``lowest``: below it the value is inf.
    With the identity link the score is the prediction; a subclass with another link overrides the
    ``_at`` methods.
    """

    lowest: ClassVar[float]
    lowest_target: ClassVar[float]
    target_words: ClassVar[str]
    """What targets must be, as the end of "targets must be"."""

    def check_target(self, score: Array, target: Array) -> None:
        if (wrong := outside(target, self.lowest_target, math.inf)) is not None:
            raise ValueError(f"{self.name}: targets must be {self.target_words}, got {all_digits(wrong)}")

    def value(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        raise NotImplementedError

    def gradient(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        raise NotImplementedError

    def curvature(self, prediction: ArrayLike, target: ArrayLike) -> Any:
        raise NotImplementedError

    def value_at(self, score: Any, target: Any) -> Any:
        return self.value(score, target)

    def gradient_at(self, score: Any, target: Any) -> Any:
        return self.gradient(score, target)

    def curvature_at(self, score: Any, target: Any) -> Any:
        return self.curvature(score, target)


# --- binary classification -------------------------------------------------------------------


def _mix(target: Array, if_one: Any, if_zero: Any) -> Array:
    """target * if_one + (1 - target) * if_zero; a soft target is an expectation over labels."""
    return product(target, if_one) + product(1.0 - target, if_zero)


class BinaryLoss(Loss):
    """A loss of a score f (a logit or a margin score) or of p = P(y = 1) = sigmoid(f).

    Targets are 0 or 1, or a probability in between (a soft label). Both views are there for every
    binary loss, so that all can be drawn on the same axes.
    """

    family = "binary"

    def check_target(self, score: Array, target: Array) -> None:
        if (wrong := outside(target, 0.0, 1.0)) is not None:
            hint = "; labels -1 and +1 become 0 and 1 by (y + 1) / 2" if wrong == -1.0 else ""
            raise ValueError(
                f"{self.name}: targets must be 0 or 1, or a probability in between, got {all_digits(wrong)}{hint}"
            )

    @property
    def kinks(self) -> tuple[float, ...]:
        """Scores of the true class where the gradient or the curvature is not continuous."""
        return ()

    @property
    def proper(self) -> bool:
        """Strictly proper: the expected loss has its only minimum at the true probability."""
        return False

    @property
    def calibrated(self) -> bool:
        """Classification-calibrated: minimising it gives the sign of the Bayes classifier."""
        return False

    def value_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Loss of the predicted probability p of class 1."""
        raise NotImplementedError

    def gradient_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Derivative with respect to p."""
        raise NotImplementedError

    def curvature_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Second derivative with respect to p."""
        raise NotImplementedError


class MarginLoss(BinaryLoss):
    """A function of the margin m = y f with y in {-1, +1}.

    A subclass gives ``value(m)``, ``gradient(m)`` and ``curvature(m)``. A target of 1 is y = +1, a
    target of 0 is y = -1. Over probabilities the score is logit(p), so that dm/dp = 1/(p(1-p)).
    """

    def value(self, m: ArrayLike) -> Any:
        raise NotImplementedError

    def gradient(self, m: ArrayLike) -> Any:
        raise NotImplementedError

    def curvature(self, m: ArrayLike) -> Any:
        raise NotImplementedError

    def value_at(self, score: Any, target: Any) -> Any:
        return _mix(target, self.value(score), self.value(-score))

    def gradient_at(self, score: Any, target: Any) -> Any:
        return _mix(target, self.gradient(score), -self.gradient(-score))

    def curvature_at(self, score: Any, target: Any) -> Any:
        return _mix(target, self.curvature(score), self.curvature(-score))

    def value_of_probability(self, p: Any, target: Any) -> Any:
        return self.value_at(logit(p), target)

    def gradient_of_probability(self, p: Any, target: Any) -> Any:
        return product(self.gradient_at(logit(p), target), 1.0 / (p * (1.0 - p)))

    def curvature_of_probability(self, p: Any, target: Any) -> Any:
        # d2f/dp2 = (2p - 1) / (p(1-p))^2
        f, slope = logit(p), 1.0 / (p * (1.0 - p))
        bend = self.curvature_at(f, target) + product(self.gradient_at(f, target), 2.0 * p - 1.0)
        return product(bend, slope**2)


class ProbabilityLoss(BinaryLoss):
    """A function of p_t, the probability given to the true class.

    A subclass gives two forms of the same function of one number. ``*_of_pair(p, q)`` takes p_t
    and its complement q = 1 - p_t, which carries the digits where p_t is near 1; derivatives are
    with respect to p_t. ``*_of_logit(z)`` is the composition with p_t = sigmoid(z), written so
    that it neither cancels nor overflows. Class weights and label smoothing act here, once.
    """

    @property
    def class_weights(self) -> tuple[float, float]:
        """Factors on the loss of class 0 and of class 1."""
        return 1.0, 1.0

    def soften(self, target: Array) -> Array:
        """The target after label smoothing."""
        return target

    def value_of_pair(self, p: Any, q: Any) -> Any:
        raise NotImplementedError

    def gradient_of_pair(self, p: Any, q: Any) -> Any:
        raise NotImplementedError

    def curvature_of_pair(self, p: Any, q: Any) -> Any:
        raise NotImplementedError

    def value_of_logit(self, z: Any) -> Any:
        raise NotImplementedError

    def gradient_of_logit(self, z: Any) -> Any:
        raise NotImplementedError

    def curvature_of_logit(self, z: Any) -> Any:
        raise NotImplementedError

    def value(self, p: Any) -> Any:
        """Loss of the probability p_t, without class weights."""
        return self.value_of_pair(p, 1.0 - p)

    def gradient(self, p: Any) -> Any:
        """Derivative with respect to p_t."""
        return self.gradient_of_pair(p, 1.0 - p)

    def curvature(self, p: Any) -> Any:
        """Second derivative with respect to p_t."""
        return self.curvature_of_pair(p, 1.0 - p)

    def _weigh(self, target: Array, if_one: Any, if_zero: Any) -> Array:
        zero, one = self.class_weights
        return _mix(self.soften(target), product(one, if_one), product(zero, if_zero))

    def value_at(self, score: Any, target: Any) -> Any:
        return self._weigh(target, self.value_of_logit(score), self.value_of_logit(-score))

    def gradient_at(self, score: Any, target: Any) -> Any:
        return self._weigh(target, self.gradient_of_logit(score), -self.gradient_of_logit(-score))

    def curvature_at(self, score: Any, target: Any) -> Any:
        return self._weigh(target, self.curvature_of_logit(score), self.curvature_of_logit(-score))

    def value_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        return self._weigh(target, self.value_of_pair(p, q), self.value_of_pair(q, p))

    def gradient_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        return self._weigh(target, self.gradient_of_pair(p, q), -self.gradient_of_pair(q, p))

    def curvature_of_probability(self, p: Any, target: Any) -> Any:
        q = 1.0 - p
        return self._weigh(target, self.curvature_of_pair(p, q), self.curvature_of_pair(q, p))


# --- many classes ----------------------------------------------------------------------------


_SUM_ERROR = 1e-6
"""By how much the shares of a target may miss their sum of 1: single precision's rounding."""


class MulticlassLoss(Loss):
    """A loss of a vector of K logits or of K probabilities, on the last axis.

    Targets are distributions over the classes on the same last axis (one-hot or soft). Values have
    the shape of the input without its last axis, gradients its shape, hessians one axis more.
    """

    family = "multiclass"
    kinks: ClassVar[tuple[float, ...]] = ()

    def check_target(self, score: Array, target: Array) -> None:
        classes = score.shape[-1] if score.ndim else 0
        wanted = f"{self.name}: targets must be distributions over the classes on the last axis"
        example = f"; class k of {classes} is np.eye({classes})[k]"
        if not classes:
            raise ValueError(
                f"{self.name}: scores need a last axis of at least one class, got shape {score.shape}"
            )
        if not target.ndim or target.shape[-1] != classes:
            raise ValueError(f"{wanted}, of {classes} numbers each{example}; got shape {target.shape}")
        if (wrong := outside(target, 0.0, 1.0 + _SUM_ERROR)) is not None:
            raise ValueError(f"{wanted}, every share from 0 to 1{example}; got {all_digits(wrong)}")
        total = target.sum(axis=-1)
        total = np.where(total == 0.0, 1.0, total)  # a row of zeros is padding, which costs nothing
        if (wrong := outside(total, 1.0 - _SUM_ERROR, 1.0 + _SUM_ERROR)) is not None:
            raise ValueError(
                f"{wanted}, whose shares sum to 1 (or are all 0){example}; got the sum {all_digits(wrong)}"
            )

    @staticmethod
    def spread(unknown: NDArray[np.bool_], shape: tuple[int, ...]) -> NDArray[np.bool_]:
        rows = np.asarray(unknown.any(axis=-1))
        further = (None,) * (len(shape) - rows.ndim)
        return np.broadcast_to(rows[(..., *further)], shape)

    @property
    def proper(self) -> bool:
        """Strictly proper: the expected loss has its only minimum at the true distribution."""
        return False

    def value_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Loss of a predicted distribution p."""
        raise NotImplementedError

    def gradient_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Gradient with respect to p, its entries taken as free variables."""
        raise NotImplementedError

    def hessian_at(self, score: ArrayLike, target: ArrayLike) -> Any:
        """Second derivatives with respect to the logits."""
        raise NotImplementedError

    def curvature_of_probability(self, p: ArrayLike, target: ArrayLike) -> Any:
        """Second derivatives with respect to each entry of p (the diagonal of the hessian)."""
        raise NotImplementedError
