"""Activation functions, each with its slope, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from lossviz.losses.base import Array
from lossviz.losses.stable import sigmoid, softplus
from lossviz.models.error_function import erfc


@dataclass(frozen=True)
class Activation:
    """What a unit makes of its weighted sum z; both functions are elementwise.

    ``slope`` gets z and the value there, of which many slopes are made. At a corner it is that of
    the left side, as in the libraries: ReLU has slope 0 at 0.
    """

    name: str
    title: str
    formula: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    smooth: bool = True
    saturates: bool = False
    """The slope goes to 0 on both sides, so that a far unit learns nothing."""
    gain: float = 1.0
    """Factor on the spread of initial weights that keeps the spread of activations (He et al. 2015)."""


LEAK = 0.01
"""Slope of leaky ReLU below zero."""


def _identity(z: Array) -> Array:
    return z


def _one(z: Array, a: Array) -> Array:
    return np.ones_like(z)


def _tanh_slope(z: Array, a: Array) -> Array:
    return 1.0 - a * a


def _relu(z: Array) -> Array:
    return np.maximum(z, 0.0)


def _relu_slope(z: Array, a: Array) -> Array:
    return np.asarray(z > 0, dtype=np.float64)


def _leaky(z: Array) -> Array:
    return np.maximum(z, LEAK * z)


def _leaky_slope(z: Array, a: Array) -> Array:
    return np.where(z > 0, 1.0, LEAK)


def _sigmoid_slope(z: Array, a: Array) -> Array:
    return a * (1.0 - a)


def _softplus_slope(z: Array, a: Array) -> Array:
    return sigmoid(z)


def _normal_share(z: Array) -> Array:
    """Share of a standard normal below z."""
    return 0.5 * erfc(-z * np.sqrt(0.5))


def _gelu(z: Array) -> Array:
    return np.where(np.isneginf(z), 0.0, z * _normal_share(z))


def _gelu_slope(z: Array, a: Array) -> Array:
    near = np.clip(z, -40.0, 40.0)
    return _normal_share(z) + near * np.exp(-0.5 * near * near) * np.sqrt(0.5 / np.pi)


ACTIVATIONS: Mapping[str, Activation] = {
    activation.name: activation
    for activation in (
        Activation("tanh", "tanh", r"\tanh z", np.tanh, _tanh_slope, saturates=True),
        Activation("relu", "ReLU", r"\max(0, z)", _relu, _relu_slope, smooth=False, gain=np.sqrt(2.0)),
        Activation(
            "leaky_relu",
            "Leaky ReLU",
            r"\max(0.01 z, z)",
            _leaky,
            _leaky_slope,
            smooth=False,
            gain=np.sqrt(2.0 / (1.0 + LEAK**2)),
        ),
        Activation("sigmoid", "Sigmoid", r"1 / (1 + e^{-z})", sigmoid, _sigmoid_slope, saturates=True),
        Activation("softplus", "Softplus", r"\log(1 + e^z)", softplus, _softplus_slope),
        Activation("gelu", "GELU", r"z \, \Phi(z)", _gelu, _gelu_slope, gain=np.sqrt(2.0)),
        Activation("linear", "Linear", "z", _identity, _one),
    )
}
"""Every activation by name. GELU is the exact one of Hendrycks & Gimpel (2016), not its tanh approximation."""
