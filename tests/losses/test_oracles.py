"""Every loss against numbers from elsewhere: 1,605 cases at 60 digits, and the tests of other libraries.

``data/loss_oracles.json`` holds exact values and derivatives, rounded to float64.
``data/peer_cases.json`` holds literal cases of keras, statsmodels, LossFunctions.jl and others, with
the tolerance of the test they come from.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lossviz import losses
from lossviz.losses import stable

DATA = Path(__file__).resolve().parents[1] / "expected"
ORACLES = json.loads((DATA / "loss_oracles.json").read_text())
PEERS = json.loads((DATA / "peer_cases.json").read_text())

Calls = dict[str, Any]
"""Name of an expected number -> what the library gives for it."""


def number(value: Any) -> Any:
    """JSON's "inf" and "-inf" as floats, in lists of any depth."""
    return np.array(value, dtype=object).astype(np.float64)


def settings(params: dict[str, Any]) -> dict[str, Any]:
    return {name: value if value is None else float(value) for name, value in params.items()}


def of_one(loss: Any, x: float) -> Calls:
    return {"value": loss.value(x), "d1": loss.gradient(x), "d2": loss.curvature(x)}


def of_score(loss: Any, score: Any, target: Any) -> Calls:
    return {
        "value": loss.value_at(score, target),
        "d1": loss.gradient_at(score, target),
        "d2": loss.curvature_at(score, target),
    }


def of_probability(loss: Any, p: Any, target: Any) -> Calls:
    return {
        "value": loss.value_of_probability(p, target),
        "d1": loss.gradient_of_probability(p, target),
        "d2": loss.curvature_of_probability(p, target),
    }


def of_prediction(loss: Any, prediction: float, target: float) -> Calls:
    return {
        "value": loss.value(prediction, target),
        "d1": loss.gradient(prediction, target),
        "d2": loss.curvature(prediction, target),
    }


def of_logits(loss: Any, case: dict[str, Any]) -> Calls:
    z, t = case["z"], case["t"]
    value, grad, hess = loss.value_at(z, t), loss.gradient_at(z, t), loss.hessian_at(z, t)
    return {"value": value, "grad": grad, "hess": hess}


def of_distribution(loss: Any, case: dict[str, Any]) -> Calls:
    target = np.eye(len(case["p"]))[case["label"]]
    return {
        "value": loss.value_of_probability(case["p"], target),
        "grad_p": loss.gradient_of_probability(case["p"], target),
    }


def of_two_distributions(loss: Any, case: dict[str, Any]) -> Calls:
    return {
        "value": loss.value_of_probability(case["q"], case["p"]),
        "grad_q": loss.gradient_of_probability(case["q"], case["p"]),
    }


REPLAY: dict[str, Callable[[Any, dict[str, Any]], Calls]] = {
    "binary_cross_entropy": lambda loss, case: of_probability(loss, case["p"], case["y"]),
    "weighted_binary_cross_entropy": lambda loss, case: of_probability(loss, case["p"], case["y"]),
    "brier": lambda loss, case: of_probability(loss, case["p"], case["y"]),
    "bce_with_logits": lambda loss, case: of_score(loss, case["z"], case["y"]),
    "weighted_bce_with_logits": lambda loss, case: of_score(loss, case["z"], case["y"]),
    "bce_with_logits_label_smoothing": lambda loss, case: of_score(loss, case["z"], case["y"]),
    "focal_with_logits": lambda loss, case: of_score(loss, case["z"], case["y"]),
    "focal": lambda loss, case: of_one(loss, case["p_t"]),
    "categorical_cross_entropy_with_logits": of_logits,
    "categorical_cross_entropy": of_distribution,
    "kl_divergence": of_two_distributions,
    "poisson": lambda loss, case: of_prediction(loss, case["rate"], case["y"]),
    "poisson_with_log_rate": lambda loss, case: of_score(loss, case["z"], case["y"]),
    "squared_log_error": lambda loss, case: of_prediction(loss, case["y_pred"], case["y"]),
}
"""How a loss that is not a function of one number ``x`` is called."""

FIRST, SECOND = ("d1", "grad", "grad_p", "grad_q"), ("d2", "hess")
TIGHTNESS = {"barron": 1e-13, "focal": 1e-13, "focal_with_logits": 1e-13}


def close(got: Any, true: Any, *, rel: float, absolute: float) -> bool:
    """Each number within either tolerance; inf only where the truth is, 5e-308 is as good as underflow."""
    got, true = np.asarray(got, dtype=np.float64), np.asarray(true, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        near = np.abs(got - true) <= np.maximum(rel * np.abs(true), absolute)
    underflow = (true == 0) & (np.abs(got) < 5e-308)
    return bool(got.shape == true.shape and np.all((got == true) | near | underflow))


def tolerances(loss: str, kind: str, params: dict[str, Any]) -> dict[str, float]:
    if kind in FIRST:
        scale = params.get("delta") or params.get("c") or 1.0
        return {"rel": 1e-13, "absolute": 1e-15 * scale}
    if kind in SECOND:
        return {"rel": 1e-12, "absolute": 1e-15}
    return {"rel": TIGHTNESS.get(loss, 1e-14), "absolute": 0.0}


def label(entry: dict[str, Any]) -> str:
    return "-".join([entry["loss"], *(f"{k}={v}" for k, v in entry["params"].items())])


@pytest.mark.parametrize("entry", [e for e in ORACLES["losses"] if e["loss"][:7] != "helpers"], ids=label)
def test_exact_values(entry: dict[str, Any]) -> None:
    """Value and derivatives to the last digits, at ordinary points and at the ends of the float range."""
    call = REPLAY.get(entry["loss"], lambda loss, case: of_one(loss, case["x"]))
    wrong = []
    for case in entry["cases"]:
        smoothing = {k: v for k, v in case.items() if k == "label_smoothing"}
        loss = losses.get(entry["loss"], **settings(entry["params"]), **smoothing)
        for kind, got in call(loss, case).items():
            if case.get(kind) is None:
                continue
            true = number(case[kind])
            if not close(got, true, **tolerances(entry["loss"], kind, entry["params"])):
                wrong.append((kind, {k: v for k, v in case.items() if k not in ("grad", "hess")}, got))
    assert not wrong, f"{len(wrong)} of {len(entry['cases'])}: {wrong[:5]}"


def test_stable_helpers() -> None:
    entry = next(e for e in ORACLES["losses"] if e["loss"] == "helpers_sigmoid_softplus")
    for case in entry["cases"]:
        for name in ("sigmoid", "log_sigmoid", "softplus"):
            got = getattr(stable, name)(case["z"])
            assert close(got, number(case[name]), rel=1e-14, absolute=0.0), (name, case, got)


def test_every_loss_has_an_oracle() -> None:
    """Save the zero-one loss, which counts; its tests are its definition."""
    known = {losses.find(e["loss"]).name for e in ORACLES["losses"] if e["loss"][:7] != "helpers"}
    assert set(losses.names()) - known == {"zero_one"}
    assert sum(len(e["cases"]) for e in ORACLES["losses"]) == ORACLES["n_cases"] == 1605


# --- other libraries' tests --------------------------------------------------------------------


def keras_elements(loss: Any, case: dict[str, Any]) -> Any:
    """One loss a sample under keras' conventions: clipped input, mean or sum over the last axis."""
    target, prediction = np.array(case["y_true"], float), np.array(case["y_pred"], float)
    logits = case["params"].get("from_logits", False)
    if loss.family == "multiclass":
        if logits:
            return loss.value_at(prediction, target)
        return loss.value_of_probability(prediction / prediction.sum(-1, keepdims=True), target)
    if loss.name in ("hinge", "squared_hinge"):
        each = loss.value_at(prediction, target)
    elif loss.family == "binary":
        clipped = np.clip(prediction, 1e-7, 1 - 1e-7)
        each = loss.value_at(prediction, target) if logits else loss.value_of_probability(clipped, target)
    elif loss.name == "squared_log_error":
        each = loss.value(np.maximum(prediction, 1e-7), np.maximum(target, 1e-7))
    elif loss.name == "poisson":
        each = loss.value(prediction, target)
    else:
        each = loss.value_at(prediction, target)
    return each.mean(axis=-1)


def keras_reduced(elements: Any, weight: Any, reduction: str) -> Any:
    weight = np.array(1.0 if weight is None else weight, float)
    if weight.ndim and weight.shape[-1] == 1:
        weight = weight[..., 0]
    weight = np.broadcast_to(weight, elements.shape)
    weighted = elements * weight
    if reduction == "none":
        return weighted
    count = {"sum": 1.0, "sum_over_batch_size": weighted.size, "mean_with_sample_weight": weight.sum()}
    return weighted.sum() / count[reduction]


def replayed(case: dict[str, Any]) -> Any:
    params = {k: v for k, v in settings(case["params"]).items() if k != "from_logits"}
    loss = losses.get(case["loss"], **params)
    if case["peer"] == "keras":
        return keras_reduced(keras_elements(loss, case), case.get("sample_weight"), case["reduction"])
    point = next(case[k] for k in ("r", "m", "x") if k in case)
    method = {"value": "value", "d1": "gradient", "d2": "curvature", "weight": "weight"}[case["quantity"]]
    return getattr(loss, method)(point)


@pytest.mark.parametrize("case", PEERS["cases"], ids=lambda case: f"{case['peer']}-{case['loss']}")
def test_agrees_with_the_tests_of(case: dict[str, Any]) -> None:
    rel, absolute = case["tolerance"]
    got, true = replayed(case), number(case["expected"])
    assert close(got, true, rel=rel, absolute=absolute), f"{case['test']}: {got} instead of {true}"


def test_all_peer_cases_are_replayed() -> None:
    assert len(PEERS["cases"]) == PEERS["n_cases"] == 129
