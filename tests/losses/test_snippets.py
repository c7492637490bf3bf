"""The code shown for other libraries computes our numbers, at default and at extreme parameters.

NumPy's is run. What that of another library gave there was recorded, with its text, by
``expected/make_snippets.py``: today's text must be the recorded one and our numbers the recorded ones.
"""

import functools
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from snippet_cases import cases, points, run, variants

from lossviz import losses

MODULES = {"NumPy": "numpy", "PyTorch": "torch", "Keras": "keras", "scikit-learn": "sklearn"}
TOLERANCE = {"NumPy": 1e-9, "PyTorch": 1e-9, "Keras": 1e-6, "scikit-learn": 1e-9}
"""Relative and absolute. Keras clips and offsets at 1e-7 and rounds constants to float32."""


@functools.cache
def recorded() -> dict[tuple[str, str, str], Any]:
    rows = json.loads(
        (Path(__file__).resolve().parents[1] / "expected" / "snippets.json").read_text(encoding="utf-8")
    )
    return {(row["loss"], row["library"], json.dumps(row["settings"])): row for row in rows}


def same(got: np.ndarray, loss: Any, library: str) -> None:
    expected, tolerance = loss.value_at(*points(loss)), TOLERANCE[library]
    assert got.shape == expected.shape
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=tolerance, err_msg=str(loss))


@pytest.mark.parametrize("name", losses.names())
def test_numpy_code_computes_the_loss(name: str) -> None:
    for loss in variants(name):
        same(run(loss.snippets()["NumPy"].code, "NumPy", *points(loss)), loss, "NumPy")


OTHERS = sorted({(name, library) for name, library, _ in cases()})


@pytest.mark.parametrize(("name", "library"), OTHERS)
def test_recorded_code_of_other_libraries_computes_the_loss(name: str, library: str) -> None:
    for case, where, loss in cases():
        if (case, where) == (name, library):
            row = recorded()[name, library, json.dumps(loss.settings())]
            assert loss.snippets()[library].code == row["code"], "record it again: data/make_snippets.py"
            same(np.array(row["output"]), loss, library)


def test_nothing_is_recorded_that_is_not_shown() -> None:
    assert recorded().keys() == {
        (name, library, json.dumps(loss.settings())) for name, library, loss in cases()
    }


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
