"""Backpropagation at one edge: the derivative of one sample's loss by one weight, as its three factors.

The chain rule (Rumelhart, Hinton & Williams 1986, Nature 323): a unit has the sum z = sum w a + b of what
comes in and passes on g(z). For a weight w from a tail with activation a,

    dL/dw = dL/dg(z) · g'(z) · a

what arrives at the head from the loss, times the slope of the head, times what came in from the tail.
"""

from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array
from lossviz.models import MLP, Cost


@dataclass(frozen=True)
class Edge:
    """A weight of a network, or a bias (``tail`` None), by its place among the parameters."""

    layer: int
    """0 is the first hidden layer, or the score where there is none."""
    head: int
    """Which unit of that layer."""
    tail: int | None
    """Which unit of the layer before."""


@dataclass(frozen=True, eq=False)
class Factors:
    """dL/dw of one sample, unweighted and without a penalty, as a product; each (...) as the parameters' leading axes."""

    arriving: Array
    """dL/dg(z) at the head: the sum over the edges that lead on; dL/dscore at the score itself."""
    slope: Array
    """g'(z) at the head; 1 at the score, which passes its sum on as it is."""
    incoming: Array
    """Activation of the tail, an input in the first layer; 1 for a bias."""

    @property
    def product(self) -> Array:
        """dL/dw."""
        return self.arriving * self.slope * self.incoming


def edge_of(model: MLP, index: int) -> Edge:
    """The edge whose weight is that parameter.

    Raises:
        ValueError: if the model has no such parameter.
    """
    for layer, (weights, biases) in enumerate(model.places):
        inward = model.layers[layer]
        if weights.start <= index < weights.stop:
            head, tail = divmod(index - weights.start, inward)
            return Edge(layer, head, tail)
        if biases.start <= index < biases.stop:
            return Edge(layer, index - biases.start, None)
    raise ValueError(f"the network has parameters 0 to {model.places[-1][1].stop - 1}, got {index}")


def factors(cost: Cost, params: Array, sample: int, index: int) -> Factors:
    """The three factors of dL/dw.

    Args:
        cost: of a network, :class:`lossviz.models.MLP`.
        params: (..., p).
        sample: which one, from 0.
        index: which parameter is w.

    Raises:
        ValueError: if the model is no network, or has no such parameter or sample.
    """
    model = cost.model
    if not isinstance(model, MLP):
        raise ValueError("only a network has edges to take apart")
    if not 0 <= sample < cost.samples:
        raise ValueError(f"there are samples 0 to {cost.samples - 1}, got {sample}")
    edge = edge_of(model, index)
    with np.errstate(over="ignore", invalid="ignore"):
        passed = model.forward(np.asarray(params, dtype=np.float64), cost.design[sample : sample + 1])
        slopes = cost.criterion.gradient(passed.score, np.array([sample]))
        deltas = model.deltas(passed, slopes)
        incoming = passed.activations[edge.layer][..., 0, :]
        if edge.layer == len(model.hidden):
            arriving = deltas[-1][..., 0, edge.head]
            slope = np.ones_like(arriving)
        else:
            onward = passed.weights[edge.layer + 1][..., edge.head]
            arriving = (deltas[edge.layer + 1][..., 0, :] * onward).sum(axis=-1)
            z, a = passed.sums[edge.layer], passed.activations[edge.layer + 1]
            slope = model.unit.slope(z, a)[..., 0, edge.head]
    came = (
        np.ones_like(arriving)
        if edge.tail is None
        else np.broadcast_to(incoming[..., edge.tail], arriving.shape)
    )
    return Factors(arriving, slope, came)
