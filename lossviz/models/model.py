"""What a model is to a cost: a score of every sample, and the way back from slopes to parameters."""

from typing import Any, Protocol

from lossviz.losses.base import Array


class Pass(Protocol):
    """One evaluation of a model, with what its way back needs."""

    @property
    def score(self) -> Array:
        """(..., n), or (..., n, K) where a sample has K scores."""
        ...


class Model(Protocol):
    """Scores of samples under parameters (..., p); the leading axes are runs.

    A model with one output has scores (..., n); one with K > 1 outputs (..., n, K). What of x does
    not depend on the parameters is computed once, by ``inputs``.
    """

    @property
    def outputs(self) -> int:
        """K, the number of scores a sample has."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """What each parameter is called, (p,)."""
        ...

    @property
    def penalised(self) -> Array:
        """1 for weights, 0 for intercepts and biases, which no penalty draws to zero; (p,)."""
        ...

    def init(self, seed: int = 0) -> Array:
        """Parameters (p,) to start from."""
        ...

    def inputs(self, x: Array) -> Array:
        """What the model computes with, from samples (n, d); (n, q)."""
        ...

    @property
    def straight(self) -> bool:
        """The scores are linear in x, so that a boundary is a straight line."""
        ...

    def score(self, params: Array, inputs: Array) -> Array:
        """(..., n) or (..., n, K)."""
        ...

    def forward(self, params: Array, inputs: Array) -> Pass:
        """The scores with every intermediate."""
        ...

    def backward(self, passed: Any, slopes: Array) -> Array:
        """sum_i slopes_i · d score_i / d parameters; slopes of the shape of the score -> (..., p).

        ``passed`` is what this model's own ``forward`` returned.
        """
        ...

    def sample_gradients(self, passed: Any, slopes: Array) -> Array:
        """The same a sample, not summed; (..., n, p)."""
        ...
