"""The code shown for other libraries computes our numbers, at default and at extreme parameters.

NumPy's always runs; that of a library runs where the library is installed.
"""

import importlib
import os
from typing import Any

import numpy as np
import pytest

from lossviz import losses

MODULES = {"NumPy": "numpy", "PyTorch": "torch", "Keras": "keras", "scikit-learn": "sklearn"}
TOLERANCE = {"NumPy": 1e-9, "PyTorch": 1e-9, "Keras": 1e-6, "scikit-learn": 1e-9}
"""Relative and absolute. Keras clips and offsets at 1e-7 and rounds constants to float32."""


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
    if library == "PyTorch":
        torch = importlib.import_module("torch")
        score, target = torch.tensor(score), torch.tensor(target)
    if library == "Keras":
        keras = importlib.import_module("keras")
        score, target = (keras.ops.convert_to_tensor(a, dtype="float64") for a in (score, target))
    scope = {"score": score, "target": target}
    exec(code, scope)
    return np.asarray(scope["loss"])


def variants(name: str) -> list[Any]:
    return [losses.get(name), *losses.extremes(losses.find(name))]


CASES = [(name, library) for name in losses.names() for library in losses.get(name).snippets()]


@pytest.mark.parametrize(("name", "library"), CASES)
def test_snippet_computes_the_loss(name: str, library: str) -> None:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    pytest.importorskip(MODULES[library], exc_type=ImportError)
    for loss in variants(name):
        if library not in loss.snippets():
            continue
        score, target = points(loss)
        expected = loss.value_at(score, target)
        got = run(loss.snippets()[library].code, library, score, target)
        assert got.shape == expected.shape
        tolerance = TOLERANCE[library]
        np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance, err_msg=str(loss))


@pytest.mark.parametrize("alpha", [-np.inf, -2.0, 0.0, 0.5, 2.0, np.inf])
def test_general_loss_at_its_limits(alpha: float) -> None:
    loss = losses.get("barron", alpha=alpha, c=2.0)
    score, target = points(loss)
    got = run(loss.snippets()["NumPy"].code, "NumPy", score, target)
    np.testing.assert_allclose(got, loss.value_at(score, target), rtol=1e-9)


@pytest.mark.parametrize("name", losses.names())
def test_numpy_is_always_offered_and_all_braces_are_filled(name: str) -> None:
    for loss in variants(name):
        snippets = loss.snippets()
        assert "NumPy" in snippets
        assert snippets.keys() <= MODULES.keys()
        for snippet in snippets.values():
            assert "{" not in snippet.code
            assert all(len(line) <= 100 for line in snippet.code.splitlines())
