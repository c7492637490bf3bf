"""Linear models and their cost, with every intermediate on the way from parameters to gradient.

The score of a sample is linear in the parameters: f = b + w · φ(x), with φ a feature map. A
regression loss reads the score as the prediction (a line); a binary loss reads it as a logit or a
margin score (logistic regression, support vector machines, ...). The cost is the mean loss plus
an L2 penalty (l2 / 2) |w|², which leaves the intercept b alone.

Parameters have shape (..., p), the intercept first; the leading axes are runs.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.data.dataset import Dataset
from lossviz.losses.base import Loss
from lossviz.losses.stable import sigmoid

Array = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True)
class FeatureMap:
    """What a linear score may combine; ``expand`` maps (n, d) to (n, features)."""

    name: str
    title: str
    expand: Callable[[Array], Array]
    label: Callable[[tuple[str, ...]], tuple[str, ...]]
    """Names of the features from the names of the columns."""


def _plain(x: Array) -> Array:
    return x


def _with_squares(x: Array) -> Array:
    return np.concatenate([x, x * x], axis=1)


def _with_products(x: Array) -> Array:
    i, j = np.triu_indices(x.shape[1])
    return np.concatenate([x, x[:, i] * x[:, j]], axis=1)


def _product_names(names: tuple[str, ...]) -> tuple[str, ...]:
    i, j = np.triu_indices(len(names))
    return tuple(f"{names[a]}²" if a == b else f"{names[a]} {names[b]}" for a, b in zip(i, j, strict=True))


FEATURES: Mapping[str, FeatureMap] = {
    feature_map.name: feature_map
    for feature_map in (
        FeatureMap("plain", "As they are", _plain, lambda names: names),
        FeatureMap(
            "squares",
            "With squares",
            _with_squares,
            lambda names: (*names, *(f"{name}²" for name in names)),
        ),
        FeatureMap(
            "quadratic",
            "With squares and products",
            _with_products,
            lambda names: (*names, *_product_names(names)),
        ),
    )
}
"""Every feature map by name."""


@dataclass(frozen=True, eq=False)
class Forward:
    """One evaluation of the cost, everything kept; n samples, leading axes as the parameters'.

    The gradient is the mean of ``sample_gradients`` over samples plus ``penalty_gradient``.
    """

    score: Array
    """f, shape (..., n)."""
    prediction: Array
    """The score in regression, P(label 1) = sigmoid(f) in classification; (..., n)."""
    residual: Array
    """prediction - target; (..., n)."""
    losses: Array
    """(..., n)."""
    slopes: Array
    """d loss / d score; (..., n)."""
    sample_gradients: Array
    """d loss / d parameters = slope * (1, features); (..., n, p)."""
    penalty: Array
    """(l2 / 2) |w|²; (...)."""
    penalty_gradient: Array
    """(..., p)."""

    @property
    def value(self) -> Array:
        """The cost; (...)."""
        return self.losses.mean(axis=-1) + self.penalty

    @property
    def gradient(self) -> Array:
        """(..., p)."""
        return self.sample_gradients.mean(axis=-2) + self.penalty_gradient


@dataclass(frozen=True, eq=False)
class Cost:
    """The mean loss of a linear score over a data set, plus an L2 penalty.

    Raises:
        ValueError: for numbers that are not finite, labels other than 0 and 1, an empty data set, a
            loss of many classes, an unknown feature map, a negative penalty.
    """

    data: Dataset
    loss: Loss
    features: str = "plain"
    l2: float = 0.0

    def __post_init__(self) -> None:
        x, y = self._columns, self.data.y
        if len(y) == 0 or len(x) != len(y):
            raise ValueError(f"x and y must hold the same samples, at least one; got {len(x)} and {len(y)}")
        for column, name in zip([*x.T, y], self.data.names, strict=True):
            if (bad := np.flatnonzero(~np.isfinite(column))).size:
                raise ValueError(
                    f"{name} must be finite, got {column[bad[0]]} in sample {bad[0] + 1} of {len(y)}"
                )
        if self.loss.family == "multiclass":
            raise ValueError(f"{self.loss.name} needs one score a class; a linear score is one number")
        if self.loss.family == "binary" and (bad := np.flatnonzero((y != 0) & (y != 1))).size:
            raise ValueError(f"labels must be 0 or 1, got {y[bad[0]]:g} in sample {bad[0] + 1} of {len(y)}")
        if self.features not in FEATURES:
            raise ValueError(f"no feature map is named {self.features!r:.80}; known: {', '.join(FEATURES)}")
        if not 0 <= self.l2 < np.inf:
            raise ValueError(f"l2 must be in [0, inf), got {self.l2!r}")

    @property
    def _columns(self) -> Array:
        x = np.asarray(self.data.x, dtype=np.float64)
        return x[:, None] if x.ndim == 1 else x

    @functools.cached_property
    def design(self) -> Array:
        """A column of ones, then the features; (n, p)."""
        return self.design_of(self._columns)

    def design_of(self, x: Array) -> Array:
        """The design matrix of other points, (m,) or (m, d) -> (m, p)."""
        x = x[:, None] if x.ndim == 1 else x
        with np.errstate(over="ignore"):
            return np.concatenate([np.ones((len(x), 1)), FEATURES[self.features].expand(x)], axis=1)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters: the intercept, then what each weight multiplies."""
        return "intercept", *FEATURES[self.features].label(self.data.names[:-1])

    @property
    def dimension(self) -> int:
        """p, the number of parameters."""
        return self.design.shape[1]

    @property
    def samples(self) -> int:
        """n, the number of samples."""
        return len(self.data.y)

    @functools.cached_property
    def _decay(self) -> Array:
        """The penalty's factor on each parameter."""
        decay: Array = np.full(self.dimension, float(self.l2))
        decay[0] = 0.0
        return decay

    def score(self, params: Array, x: Array) -> Array:
        """Scores of the points x (m,) or (m, d) under parameters (..., p); (..., m)."""
        with np.errstate(over="ignore", invalid="ignore"):
            return np.asarray(params) @ self.design_of(np.asarray(x, dtype=np.float64)).T

    def predict(self, params: Array, x: Array) -> Array:
        """The score in regression, P(label 1) in classification; (..., m)."""
        score = self.score(params, x)
        return sigmoid(score) if self.loss.family == "binary" else score

    def forward(self, params: Array) -> Forward:
        """Everything that the cost and its gradient are made of."""
        params = np.asarray(params, dtype=np.float64)
        score = self.score(params, self.data.x)
        prediction = sigmoid(score) if self.loss.family == "binary" else score
        slopes = self.loss.gradient_at(score, self.data.y)
        with np.errstate(over="ignore", invalid="ignore"):
            return Forward(
                score=score,
                prediction=prediction,
                residual=prediction - self.data.y,
                losses=self.loss.value_at(score, self.data.y),
                slopes=slopes,
                sample_gradients=slopes[..., None] * self.design,
                penalty=self._penalty(params),
                penalty_gradient=self._decay * params,
            )

    def value(self, params: Array) -> Array:
        """The cost; (..., p) -> (...)."""
        with np.errstate(over="ignore", invalid="ignore"):
            losses = self.loss.value_at(params @ self.design.T, self.data.y)
            return losses.mean(axis=-1) + self._penalty(params)

    def _penalty(self, params: Array) -> Array:
        return 0.5 * np.sum(self._decay * params * params, axis=-1)

    def gradient(self, params: Array, rows: Rows | None = None) -> Array:
        """Gradient of the cost, or of its estimate from some rows; (..., p) -> (..., p)."""
        design, y = (self.design, self.data.y) if rows is None else (self.design[rows], self.data.y[rows])
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = self.loss.gradient_at(params @ design.T, y)
            return slopes @ design / len(y) + self._decay * params

    def hessian(self, params: Array) -> Array:
        """Second derivatives of the cost; (..., p) -> (..., p, p)."""
        with np.errstate(over="ignore", invalid="ignore"):
            bend = self.loss.curvature_at(params @ self.design.T, self.data.y)
            mean = np.swapaxes(bend[..., None] * self.design, -1, -2) @ self.design / self.samples
        return mean + np.diag(self._decay)

    def notes(self) -> tuple[str, ...]:
        """What is peculiar about the data, in sentences for people."""
        notes = []
        if self.loss.family == "binary" and self.data.y.min() == self.data.y.max():
            notes.append(
                f"All samples have label {self.data.y[0]:g}: there is nothing to tell apart, "
                "and the best score is the same for all."
            )
        spread = np.ptp(self.design[:, 1:], axis=0)
        notes += [
            f"{name} has the same value in every sample: its weight and the intercept do the same thing."
            for name, width in zip(self.names[1:], spread, strict=True)
            if width == 0
        ]
        if (spread > 0).all() and np.linalg.matrix_rank(self.design / np.abs(self.design).max(axis=0)) < (
            self.dimension
        ):
            notes.append(
                "The features repeat each other or outnumber the samples: "
                "many parameters give the same predictions."
            )
        return tuple(notes)
