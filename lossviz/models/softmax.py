"""Softmax regression: a linear score for each of K classes."""

from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array
from lossviz.models.features import FEATURES, check_features, design


@dataclass(frozen=True, eq=False)
class SoftmaxPass:
    """Scores (..., n, K) and the design matrix (n, q) they came from."""

    score: Array
    design: Array


@dataclass(frozen=True)
class Softmax:
    """K scores z_k = b_k + w_k · φ(x); parameters (..., K q), class by class, its intercept first.

    Adding the same vector to every class changes no probability, so that a minimum is never a single
    point without a penalty.

    Raises:
        ValueError: for an unknown feature map, or fewer than two classes.
    """

    columns: tuple[str, ...]
    """Names of the columns of x."""
    classes: tuple[str, ...]
    features: str = "plain"

    def __post_init__(self) -> None:
        check_features(self.features)
        if len(self.classes) < 2:
            raise ValueError(f"a softmax needs two classes or more, got {len(self.classes)}")

    @property
    def outputs(self) -> int:
        return len(self.classes)

    @property
    def names(self) -> tuple[str, ...]:
        """For each class its intercept, then what each weight multiplies."""
        parts = "intercept", *FEATURES[self.features].label(self.columns)
        return tuple(f"{part} · {name}" for name in self.classes for part in parts)

    @property
    def straight(self) -> bool:
        return self.features == "plain"

    @property
    def penalised(self) -> Array:
        one = np.ones(len(self.names) // self.outputs)
        one[0] = 0.0
        return np.tile(one, self.outputs)

    def init(self, seed: int = 0) -> Array:
        """Zeros: every class equally likely."""
        return np.zeros(len(self.names))

    def centred(self, params: Array) -> Array:
        """The same probabilities from scores that sum to zero over the classes; (..., p)."""
        by_class = params.reshape(*params.shape[:-1], self.outputs, -1)
        return (by_class - by_class.mean(axis=-2, keepdims=True)).reshape(params.shape)

    def inputs(self, x: Array) -> Array:
        """The design matrix, (n, q)."""
        return design(x, self.features)

    def score(self, params: Array, inputs: Array) -> Array:
        """(..., n, K); in memory the classes stand outside, so that sums over them are fast."""
        weights = params.reshape(*params.shape[:-1], self.outputs, inputs.shape[1])
        return np.swapaxes(weights @ np.ascontiguousarray(inputs.T), -1, -2)

    def forward(self, params: Array, inputs: Array) -> SoftmaxPass:
        return SoftmaxPass(self.score(params, inputs), inputs)

    def backward(self, passed: SoftmaxPass, slopes: Array) -> Array:
        gradient = np.swapaxes(slopes, -1, -2) @ passed.design
        return gradient.reshape(*gradient.shape[:-2], -1)

    def sample_gradients(self, passed: SoftmaxPass, slopes: Array) -> Array:
        parts = slopes[..., None] * passed.design[:, None, :]
        return parts.reshape(*parts.shape[:-2], -1)

    def curvature(self, inputs: Array, bend: Array) -> Array:
        """sum_i bend_i ⊗ x_i x_iᵀ; (..., n, K, K) -> (..., p, p)."""
        blocks = np.einsum("...nkl,ni,nj->...kilj", bend, inputs, inputs, optimize=True)
        size = self.outputs * inputs.shape[1]
        return blocks.reshape(*blocks.shape[:-4], size, size)
