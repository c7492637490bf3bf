"""Which snippets are checked, on which inputs, and how one is run; shared with ``expected/make_snippets.py``."""

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from lossviz import losses


def points(loss: Any) -> tuple[np.ndarray, np.ndarray]:
    """Scores and targets that suit the loss, as arrays of one shape."""
    random = np.random.default_rng(7)
    if loss.family == "multiclass":
        return random.normal(0.0, 2.0, (12, 4)), np.eye(4)[np.arange(12) % 4]
    if loss.family == "binary":
        return np.linspace(-5.97, 6.03, 41), np.arange(41) % 2.0
    if isinstance(loss, losses.TargetLoss):
        return np.linspace(0.05, 4.0, 41), np.arange(41) % 5.0
    return np.linspace(-6.1, 6.3, 41), np.linspace(2.0, -1.0, 41)


def run(code: str, library: str, score: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Execute a snippet as a reader would: with arrays of that library and nothing else defined."""
    scope: dict[str, Any] = {"score": score, "target": target}
    if library == "PyTorch":
        torch = importlib.import_module("torch")
        scope = {"score": torch.tensor(score), "target": torch.tensor(target)}
    if library == "Keras":
        keras = importlib.import_module("keras")
        scope = {key: keras.ops.convert_to_tensor(array, dtype="float64") for key, array in scope.items()}
    exec(code, scope)
    return np.asarray(scope["loss"])


def variants(name: str) -> list[Any]:
    """The loss at its defaults, at the corners of its sliders, and at allowed weights of zero."""
    edges = []
    if name == "binary_cross_entropy":
        edges = [
            losses.get(name, **zero)
            for zero in ({"w_pos": 0.0}, {"w_neg": 0.0}, {"w_pos": 0.0, "w_neg": 0.0})
        ]
    if name == "focal":
        edges = [losses.get(name, alpha=alpha) for alpha in (0.0, 1.0)]
    return [losses.get(name), *losses.extremes(losses.find(name)), *edges]


def cases() -> Iterator[tuple[str, str, Any]]:
    """Loss name, library and loss of every snippet for another library than NumPy."""
    for name in losses.names():
        for loss in variants(name):
            for library in loss.snippets():
                if library != "NumPy":
                    yield name, library, loss
