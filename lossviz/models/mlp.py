"""A fully connected network: linear layers with an activation between them, a linear score at the end.

Forward: z_l = W_l a_(l-1) + b_l and a_l = g(z_l), from a_0 = x to the score. Backward, from the slopes
of the loss in the score: δ_L = slopes, δ_l = (W_(l+1)ᵀ δ_(l+1)) · g'(z_l), and the gradient of W_l is
the sum over samples of δ_l a_(l-1)ᵀ (Rumelhart, Hinton & Williams 1986, Nature 323).
"""

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array
from lossviz.models.activations import ACTIVATIONS, Activation

INITIALISATIONS = {
    "xavier": "Xavier (Glorot)",
    "he": "He",
    "normal": "Normal, spread 1",
    "zeros": "Zeros",
}
"""How the first weights are drawn; biases begin at zero."""
MOST_LAYERS = 8
MOST_UNITS = 256


@dataclass(frozen=True, eq=False)
class NetworkPass:
    """One evaluation with every intermediate, leading axes as the parameters'.

    ``activations[0]`` are the inputs; ``sums[l]`` (..., n, units) go into layer l and
    ``activations[l + 1]`` come out of it. The last layer's sums are the score.
    """

    weights: tuple[Array, ...]
    """W of each layer, (..., out, in)."""
    sums: tuple[Array, ...]
    activations: tuple[Array, ...]
    score: Array


@dataclass(frozen=True)
class MLP:
    """Hidden layers of ``hidden`` units each and one score, or one a class.

    Parameters (..., p) are, layer after layer, the weights W[out][in] row by row, then the biases.

    Raises:
        ValueError: for an unknown activation or initialisation, or layers beyond the limits.
    """

    columns: tuple[str, ...]
    """Names of the columns of x."""
    hidden: tuple[int, ...] = (4,)
    """Units of each hidden layer; none is a linear model."""
    classes: tuple[str, ...] = ()
    """Names of the classes where there is a score for each; () for a single score."""
    activation: str = "tanh"
    initialisation: str = "xavier"

    def __post_init__(self) -> None:
        if self.activation not in ACTIVATIONS:
            raise ValueError(
                f"no activation is named {self.activation!r:.80}; known: {', '.join(ACTIVATIONS)}"
            )
        if self.initialisation not in INITIALISATIONS:
            raise ValueError(
                f"no initialisation is named {self.initialisation!r:.80}; known: {', '.join(INITIALISATIONS)}"
            )
        if len(self.hidden) > MOST_LAYERS or not all(1 <= units <= MOST_UNITS for units in self.hidden):
            raise ValueError(
                f"hidden must be at most {MOST_LAYERS} layers of 1 to {MOST_UNITS} units, got {self.hidden!r:.80}"
            )
        if len(self.classes) == 1:
            raise ValueError("one class alone needs no score: give two or more, or none for a single score")

    @property
    def outputs(self) -> int:
        return len(self.classes) or 1

    @functools.cached_property
    def layers(self) -> tuple[int, ...]:
        """Inputs, units of each hidden layer, outputs."""
        return len(self.columns), *self.hidden, self.outputs

    @functools.cached_property
    def places(self) -> tuple[tuple[slice, slice], ...]:
        """Where each layer's weights and biases stand among the parameters."""
        found, at = [], 0
        for inward, outward in itertools.pairwise(self.layers):
            end = at + inward * outward
            found.append((slice(at, end), slice(end, end + outward)))
            at = end + outward
        return tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """An edge is named by its ends, a bias by its unit; h₂.₁ is the first unit of the second hidden layer."""
        units = [self.columns, *(self._units(layer) for layer in range(1, len(self.layers)))]
        found: list[str] = []
        for before, after in itertools.pairwise(units):
            found += [f"{tail} → {head}" for head in after for tail in before]
            found += [f"bias of {head}" for head in after]
        return tuple(found)

    def _units(self, layer: int) -> tuple[str, ...]:
        if layer == len(self.layers) - 1:
            return self.classes or ("score",)
        number = "" if len(self.hidden) == 1 else f"{layer}."
        return tuple(f"h{number}{k + 1}".translate(_SUBSCRIPTS) for k in range(self.layers[layer]))

    @property
    def straight(self) -> bool:
        return not self.hidden or self.activation == "linear"

    @property
    def penalised(self) -> Array:
        marks = np.zeros(self.places[-1][1].stop)
        for weights, _ in self.places:
            marks[weights] = 1.0
        return marks

    def init(self, seed: int = 0) -> Array:
        """Weights as the initialisation says, from that seed; biases 0.

        Xavier has variance 2 / (in + out) (Glorot & Bengio 2010), He gain² / in with the activation's
        gain (He et al. 2015). Zeros never break the symmetry between units.
        """
        rng = np.random.default_rng(seed)
        params = np.zeros(self.places[-1][1].stop)
        for (weights, _), (inward, outward) in zip(self.places, itertools.pairwise(self.layers), strict=True):
            spread = {
                "zeros": 0.0,
                "normal": 1.0,
                "xavier": math.sqrt(2.0 / (inward + outward)),
                "he": ACTIVATIONS[self.activation].gain / math.sqrt(inward),
            }[self.initialisation]
            params[weights] = spread * rng.normal(size=inward * outward)
        return params

    @functools.cached_property
    def unit(self) -> Activation:
        """The activation between the layers."""
        return ACTIVATIONS[self.activation]

    def inputs(self, x: Array) -> Array:
        return x

    def score(self, params: Array, inputs: Array) -> Array:
        return self.forward(params, inputs).score

    def forward(self, params: Array, inputs: Array) -> NetworkPass:
        weights, sums, activations = [], [], [inputs]
        last = len(self.places) - 1
        for layer, (place, biases) in enumerate(self.places):
            w = params[..., place].reshape(*params.shape[:-1], self.layers[layer + 1], self.layers[layer])
            z = activations[-1] @ np.swapaxes(w, -1, -2)
            z += params[..., None, biases]
            weights.append(w)
            sums.append(z)
            if layer < last:
                activations.append(self.unit.value(z))
        score = sums[-1] if self.classes else sums[-1][..., 0]
        return NetworkPass(tuple(weights), tuple(sums), tuple(activations), score)

    def deltas(self, passed: NetworkPass, slopes: Array) -> list[Array]:
        """δ of every layer, the derivative in its weighted sums, (..., n, units): slopes chained backwards."""
        delta = slopes if self.classes else slopes[..., None]
        found = [delta]
        for layer in range(len(self.hidden), 0, -1):
            a, z = passed.activations[layer], passed.sums[layer - 1]
            delta = (delta @ passed.weights[layer]) * self.unit.slope(z, a)
            found.append(delta)
        return found[::-1]

    def backward(self, passed: NetworkPass, slopes: Array) -> Array:
        gradient = np.empty((*slopes.shape[: passed.weights[0].ndim - 2], self.places[-1][1].stop))
        deltas = self.deltas(passed, slopes)
        for (place, biases), delta, before in zip(self.places, deltas, passed.activations, strict=True):
            w = np.swapaxes(delta, -1, -2) @ before
            gradient[..., place] = w.reshape(*w.shape[:-2], -1)
            gradient[..., biases] = delta.sum(axis=-2)
        return gradient

    def sample_gradients(self, passed: NetworkPass, slopes: Array) -> Array:
        parts = []
        for delta, before in zip(self.deltas(passed, slopes), passed.activations, strict=True):
            w = delta[..., :, None] * before[..., None, :]
            parts += [w.reshape(*w.shape[:-2], -1), delta]
        return np.concatenate(parts, axis=-1)


_SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
