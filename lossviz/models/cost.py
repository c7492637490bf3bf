"""The cost of a model on data: the weighted mean loss of its scores, plus a penalty on its weights.

A regression loss reads the score as the prediction; a binary loss reads it as a logit or a margin
score (logistic regression, support vector machines, ...); a multiclass loss reads K scores as logits.
With w_i = sample weight x class weight, the cost is sum w_i loss_i / sum w_i + penalty(weights).

Parameters have shape (..., p); the leading axes are runs.
"""

import functools
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from lossviz.data.dataset import Dataset
from lossviz.losses.base import Array, Loss
from lossviz.losses.families import MulticlassLoss
from lossviz.losses.multiclass import softmax
from lossviz.losses.stable import sigmoid
from lossviz.models.criterion import Criterion, criterion
from lossviz.models.linear import Linear
from lossviz.models.model import Model, Pass
from lossviz.models.penalty import L2, Penalty
from lossviz.models.softmax import Softmax
from lossviz.number_format import all_digits

Rows = NDArray[np.intp]

CACHED = 32_000
"""Scores that are computed at once: a quarter of a megabyte, which stays in a processor's cache."""


@dataclass(frozen=True, eq=False)
class Forward:
    """One evaluation of the cost, everything kept; n samples, leading axes as the parameters'.

    The gradient is the mean of ``sample_gradients`` over samples plus ``penalty_gradient``. Where a
    sample has K scores, the arrays of scores have a last axis of K.
    """

    passed: Pass
    """What the model went through, with the score (..., n)."""
    prediction: Array
    """The score in regression, P(label 1) in two classes, the probabilities in many; (..., n)."""
    residual: Array
    """prediction - target; (..., n)."""
    losses: Array
    """Not weighted; (..., n)."""
    share: Array
    """Weight of each sample divided by their mean; (n,)."""
    slopes: Array
    """d loss / d score, not weighted; (..., n)."""
    sample_gradients: Array
    """share * d loss / d parameters; (..., n, p)."""
    penalty: Array
    """(...)."""
    penalty_gradient: Array
    """(..., p)."""

    @property
    def score(self) -> Array:
        return self.passed.score

    @property
    def value(self) -> Array:
        """The cost; (...)."""
        return (self.share * self.losses).mean(axis=-1) + self.penalty

    @property
    def gradient(self) -> Array:
        """(..., p)."""
        return self.sample_gradients.mean(axis=-2) + self.penalty_gradient


@dataclass(frozen=True, eq=False)
class Cost:
    """A model, its data, a loss, a penalty and weights.

    Raises:
        ValueError: for numbers that are not finite, labels that the loss does not take, an empty data
            set, a loss of another number of scores than the model has, weights that are negative, all
            zero, or of the wrong length.
    """

    model: Model
    data: Dataset
    loss: Loss
    penalty: Penalty = field(default_factory=L2)
    sample_weights: Array | None = None
    """One weight a sample, (n,); None for equal ones."""
    class_weights: tuple[float, ...] = ()
    """One weight a class, in their order; () for equal ones."""

    @classmethod
    def linear(
        cls,
        data: Dataset,
        loss: Loss,
        features: str = "plain",
        l2: float = 0.0,
        *,
        class_weights: tuple[float, ...] = (),
    ) -> "Cost":
        """The cost of a linear score, or of softmax regression where the loss is of many classes."""
        columns = data.names[:-1]
        if loss.family == "multiclass":
            names = data.classes or tuple(f"class {k}" for k in range(int(np.max(data.y, initial=0.0)) + 1))
            model: Model = Softmax(columns, names, features)
        else:
            model = Linear(columns, features)
        return cls(model, data, loss, L2(l2), class_weights=class_weights)

    def __post_init__(self) -> None:
        x, y = self._columns, self.data.y
        if len(y) == 0 or len(x) != len(y):
            raise ValueError(f"x and y must hold the same samples, at least one; got {len(x)} and {len(y)}")
        for column, name in zip([*x.T, y], self.data.names, strict=True):
            if (bad := np.flatnonzero(~np.isfinite(column))).size:
                raise ValueError(
                    f"{name} must be finite, got {column[bad[0]]} in sample {bad[0] + 1} of {len(y)}"
                )
        self._check_labels()
        self._check_weights()

    def _check_labels(self) -> None:
        y, scores = self.data.y, self.model.outputs
        if self.loss.family == "multiclass" and scores == 1:
            raise ValueError(f"{self.loss.name} needs one score a class; the model's score is one number")
        if self.loss.family != "multiclass" and scores > 1:
            raise ValueError(f"{self.loss.name} reads one score; the model has {scores}")
        highest = {"binary": 1, "multiclass": scores - 1}.get(self.loss.family)
        if highest is None:
            return
        if (bad := np.flatnonzero((y < 0) | (y > highest) | (y != np.rint(y)))).size:
            allowed = "0 or 1" if highest == 1 else f"whole numbers from 0 to {highest}"
            raise ValueError(
                f"labels must be {allowed}, got {all_digits(y[bad[0]])} in sample {bad[0] + 1} of {len(y)}"
            )

    def _check_weights(self) -> None:
        if self.sample_weights is not None:
            weights = np.asarray(self.sample_weights, dtype=np.float64)
            if weights.shape != self.data.y.shape:
                raise ValueError(
                    f"there must be one weight a sample, {self.samples}; got shape {weights.shape}"
                )
            if not (np.isfinite(weights).all() and (weights >= 0).all()):
                raise ValueError("sample weights must be finite and not negative")
        if self.class_weights:
            classes = 0 if self.loss.family == "regression" else max(2, self.model.outputs)
            if len(self.class_weights) != classes:
                raise ValueError(
                    f"there are {len(self.class_weights)} class weights for {classes} classes; give one a class"
                )
            if not all(0.0 <= w < np.inf for w in self.class_weights):
                raise ValueError(f"class weights must be in [0, inf), got {self.class_weights!r:.80}")
        with np.errstate(over="ignore"):
            if not np.isfinite(self.weights).all():
                raise ValueError("a sample's weight times its class's is beyond the largest number")
        if not (self.weights > 0).any():
            raise ValueError("the weights are zero for every sample: nothing is left to fit")

    @property
    def _columns(self) -> Array:
        x = np.asarray(self.data.x, dtype=np.float64)
        return x[:, None] if x.ndim == 1 else x

    @functools.cached_property
    def design(self) -> Array:
        """What the model computes with, (n, q): for a linear score a column of ones, then the features."""
        return self.model.inputs(self._columns)

    @functools.cached_property
    def criterion(self) -> Criterion:
        """The loss bound to the targets."""
        return criterion(self.loss, self.data.y, self.model.outputs)

    @property
    def target(self) -> Array:
        """What the loss compares the score with: y, or one-hot rows (n, K) of many classes."""
        return self.criterion.target

    @functools.cached_property
    def weights(self) -> Array:
        """Weight of each sample, its own times its class's; (n,)."""
        own = np.ones(self.samples) if self.sample_weights is None else np.asarray(self.sample_weights)
        if not self.class_weights:
            return own.astype(np.float64)
        return own * np.asarray(self.class_weights, dtype=np.float64)[self.data.y.astype(np.intp)]

    @functools.cached_property
    def share(self) -> Array | None:
        """Weights divided by their mean, (n,); None where all are equal."""
        weights = self.weights
        if (weights == weights[0]).all():
            return None
        parts = weights / weights.max()  # whose sum is a number, however large the weights are
        return parts / parts.mean()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters."""
        return self.model.names

    @functools.cached_property
    def dimension(self) -> int:
        """p, the number of parameters."""
        return len(self.model.names)

    @property
    def samples(self) -> int:
        """n, the number of samples."""
        return len(self.data.y)

    @functools.cached_property
    def _penalised(self) -> Array:
        return self.model.penalised

    def inputs_of(self, x: Array) -> Array:
        """What the model computes with for other points, (m,) or (m, d) -> (m, q)."""
        x = np.asarray(x, dtype=np.float64)
        return self.model.inputs(x[:, None] if x.ndim == 1 else x)

    def score(self, params: Array, x: Array) -> Array:
        """Scores of the points x (m,) or (m, d) under parameters (..., p); (..., m) or (..., m, K)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self.model.score(np.asarray(params), self.inputs_of(x))

    def predict(self, params: Array, x: Array) -> Array:
        """The score in regression, P(label 1) in two classes, (..., m); the probabilities in many, (..., m, K)."""
        return self._prediction(self.score(params, x))

    def _prediction(self, score: Array) -> Array:
        if self.loss.family == "multiclass":
            return softmax(score).p
        return sigmoid(score) if self.loss.family == "binary" else score

    def forward(self, params: Array) -> Forward:
        """Everything that the cost and its gradient are made of."""
        params = np.asarray(params, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            passed = self.model.forward(params, self.design)
            prediction = self._prediction(passed.score)
            losses, slopes = self.criterion.value_and_gradient(passed.score)
            share = np.ones(self.samples) if self.share is None else self.share
            return Forward(
                passed=passed,
                prediction=prediction,
                residual=prediction - self.target,
                losses=losses,
                share=share,
                slopes=slopes,
                sample_gradients=self.model.sample_gradients(passed, self._weighted(slopes)),
                penalty=self._penalty(params),
                penalty_gradient=self._penalty_gradient(params),
            )

    def value(self, params: Array) -> Array:
        """The cost; (..., p) -> (...)."""
        with np.errstate(over="ignore", invalid="ignore"):
            if params.ndim == 1:
                return self._value(params)
            rows = params.reshape(-1, params.shape[-1])
            return np.concatenate([self._value(rows[part]) for part in self._parts(len(rows))]).reshape(
                params.shape[:-1]
            )

    def gradient(self, params: Array, rows: Rows | None = None) -> Array:
        """Gradient of the cost, or of its unbiased estimate from some rows; (..., p) -> (..., p)."""
        with np.errstate(over="ignore", invalid="ignore"):
            passed = self.model.forward(params, self.design if rows is None else self.design[rows])
            slopes = self._weighted(self.criterion.gradient(passed.score, rows), rows)
            mean = self.model.backward(passed, slopes) / (self.samples if rows is None else len(rows))
            return mean + self._penalty_gradient(params)

    def value_and_gradient(self, params: Array) -> tuple[Array, Array]:
        """Both from one evaluation of the model; (..., p) -> (...) and (..., p)."""
        with np.errstate(over="ignore", invalid="ignore"):
            if params.ndim == 1:
                return self._value_and_gradient(params)
            value, gradient = np.empty(params.shape[:-1]), np.empty(params.shape)
            for part in self._parts(len(params)):
                value[part], gradient[part] = self._value_and_gradient(params[part])
        return value, gradient

    def _parts(self, runs: int) -> list[slice]:
        """The runs in parts of as many as stay in a processor's cache."""
        size = max(1, CACHED // (self.samples * self.model.outputs))
        return [slice(first, first + size) for first in range(0, max(1, runs), size)]

    def _value(self, params: Array) -> Array:
        losses = self.criterion.value(self.model.score(params, self.design))
        return self._mean(losses) + self._penalty(params)

    def _value_and_gradient(self, params: Array) -> tuple[Array, Array]:
        passed = self.model.forward(params, self.design)
        losses, slopes = self.criterion.value_and_gradient(passed.score)
        mean = self.model.backward(passed, self._weighted(slopes)) / self.samples
        return self._mean(losses) + self._penalty(params), mean + self._penalty_gradient(params)

    def _mean(self, losses: Array) -> Array:
        return (losses if self.share is None else self.share * losses).mean(axis=-1)

    def _weighted(self, slopes: Array, rows: Rows | None = None) -> Array:
        """Slopes times the samples' shares."""
        if self.share is None:
            return slopes
        share = self.share if rows is None else self.share[rows]
        return slopes * (share[:, None] if self.model.outputs > 1 else share)

    def _penalty(self, params: Array) -> Array:
        return self.penalty.value(self._penalised * params)

    def _penalty_gradient(self, params: Array) -> Array:
        return self._penalised * self.penalty.gradient(params)

    @property
    def has_hessian(self) -> bool:
        """A network's second derivatives are not computed."""
        return isinstance(self.model, Linear | Softmax)

    def hessian(self, params: Array) -> Array:
        """Second derivatives of the cost; (..., p) -> (..., p, p).

        Raises:
            ValueError: where the model has none (see ``has_hessian``).
        """
        with np.errstate(over="ignore", invalid="ignore"):
            score = self.model.score(params, self.design)
            if isinstance(self.model, Softmax) and isinstance(self.loss, MulticlassLoss):
                bend = self.loss.hessian_at(score, self.target)
                if self.share is not None:
                    bend = bend * self.share[:, None, None]
                mean = self.model.curvature(self.design, bend) / self.samples
            elif isinstance(self.model, Linear):
                bend = self._weighted(self.loss.curvature_at(score, self.target))
                mean = self.model.curvature(self.design, bend) / self.samples
            else:
                raise ValueError("the second derivatives of a network's cost are not computed")
        return mean + np.diag(self.penalty.curvature * self._penalised)

    def notes(self) -> tuple[str, ...]:
        """What is peculiar about the data, in sentences for people."""
        notes = []
        y = self.data.y
        if self.loss.family != "regression" and y.min() == y.max():
            notes.append(
                f"All samples have label {all_digits(y[0])}: there is nothing to tell apart, "
                "and the best score is the same for all."
            )
        if isinstance(self.model, Linear | Softmax):
            notes += _peculiar(self.design, Linear(self.model.columns, self.model.features).names)
        return tuple(notes)


def _peculiar(design: Array, names: tuple[str, ...]) -> list[str]:
    """Columns of a design matrix that cannot be told apart."""
    spread = np.ptp(design[:, 1:], axis=0)
    notes = [
        f"{name} has the same value in every sample: its weight and the intercept do the same thing."
        for name, width in zip(names[1:], spread, strict=True)
        if width == 0
    ]
    rank = np.linalg.matrix_rank(design / np.abs(design).max(axis=0)) if (spread > 0).all() else len(names)
    if rank < design.shape[1]:
        notes.append(
            "The features repeat each other or outnumber the samples: "
            "many parameters give the same predictions."
        )
    return notes
