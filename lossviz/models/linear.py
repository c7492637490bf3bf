"""A linear score f = b + w · φ(x), with φ a feature map: a line, logistic regression, an SVM, ..."""

from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array
from lossviz.models.features import FEATURES, check_features, design


@dataclass(frozen=True, eq=False)
class LinearPass:
    """Scores (..., n) and the design matrix (n, p) they came from."""

    score: Array
    design: Array


@dataclass(frozen=True)
class Linear:
    """One score, linear in the parameters (..., p): the intercept, then a weight a feature.

    Raises:
        ValueError: for an unknown feature map.
    """

    columns: tuple[str, ...]
    """Names of the columns of x."""
    features: str = "plain"

    outputs = 1

    def __post_init__(self) -> None:
        check_features(self.features)

    @property
    def names(self) -> tuple[str, ...]:
        """The intercept, then what each weight multiplies."""
        return "intercept", *FEATURES[self.features].label(self.columns)

    @property
    def straight(self) -> bool:
        return self.features == "plain"

    @property
    def penalised(self) -> Array:
        return np.concatenate([[0.0], np.ones(len(self.names) - 1)])

    def init(self, seed: int = 0) -> Array:
        """Zeros: the cost of a linear score is as good from anywhere where the loss is convex."""
        return np.zeros(len(self.names))

    def inputs(self, x: Array) -> Array:
        """The design matrix, (n, p)."""
        return design(x, self.features)

    def score(self, params: Array, inputs: Array) -> Array:
        return params @ inputs.T

    def forward(self, params: Array, inputs: Array) -> LinearPass:
        return LinearPass(self.score(params, inputs), inputs)

    def backward(self, passed: LinearPass, slopes: Array) -> Array:
        return slopes @ passed.design

    def sample_gradients(self, passed: LinearPass, slopes: Array) -> Array:
        return slopes[..., None] * passed.design

    def curvature(self, inputs: Array, bend: Array) -> Array:
        """sum_i bend_i x_i x_iᵀ; (..., n) -> (..., p, p)."""
        return np.swapaxes(bend[..., None] * inputs, -1, -2) @ inputs
