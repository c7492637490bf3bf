"""What every method of every loss keeps: results of its own, NaN for NaN, and targets it can have.

The losses and their methods are found, not listed, so that a new one is held to the same.
"""

import inspect
import math
from typing import Any

import numpy as np
import pytest
from campaign import cases

from lossviz import losses
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.descent.script import script
from lossviz.models import Cost
from lossviz.optimizers import get as get_optimizer

PREFIXES = ("value", "gradient", "curvature", "weight", "hessian", "mass", "soften")
NAMES = losses.names()


def variants(name: str) -> list[Any]:
    return [losses.get(name), *losses.extremes(losses.find(name))]


def methods(loss: Any) -> list[tuple[str, list[str]]]:
    """Its public methods of numbers, with the names of their arguments."""
    found = []
    for name in dir(type(loss)):
        method = inspect.getattr_static(type(loss), name)
        if (
            name.startswith(PREFIXES)
            and inspect.isfunction(method)
            and "raise NotImplementedError" not in inspect.getsource(method)
        ):
            found.append((name, [p for p in inspect.signature(method).parameters if p != "self"]))
    return found


def arguments(loss: Any, names: list[str], random: np.random.Generator, shape: tuple[int, ...]) -> list[Any]:
    drawn: list[Any] = []
    for name in names:
        if loss.family == "multiclass":
            score = random.normal(0.0, 2.0, (*shape, 3))
            soft = np.exp(score) / np.exp(score).sum(axis=-1, keepdims=True)
            drawn.append(np.eye(3)[random.integers(3, size=shape)] if name == "target" else soft)
        elif name in ("p", "q") or (name == "target" and loss.family == "binary"):
            drawn.append(random.uniform(0.01, 0.99, shape))
        else:
            drawn.append(random.uniform(0.05, 3.0, shape))
    return drawn


@pytest.mark.parametrize("name", NAMES)
def test_no_result_is_an_input_or_read_only(name: str) -> None:
    random = np.random.default_rng(20)
    for loss in variants(name):
        for method, names in methods(loss):
            for shape in ((1,), (5,), (2, 3)):
                given = arguments(loss, names, random, shape)
                before = [array.copy() for array in given]
                for array in given:
                    array.flags.writeable = False
                result = getattr(loss, method)(*given)
                if np.ndim(result):
                    assert result.flags.writeable, (loss, method)
                    assert not any(np.may_share_memory(result, array) for array in given), (loss, method)
                    result[...] = -7.0
                for array, was in zip(given, before, strict=True):
                    np.testing.assert_array_equal(array, was)


@pytest.mark.parametrize("name", NAMES)
def test_nan_stays_nan_and_touches_nothing_else(name: str) -> None:
    random = np.random.default_rng(21)
    for loss in variants(name):
        for method, names in methods(loss):
            if method in ("mass", "soften"):
                continue
            for which in range(len(names)):
                given = arguments(loss, names, random, (4,))
                whole = getattr(loss, method)(*given)
                given[which][2] = math.nan
                result = getattr(loss, method)(*given)
                assert np.isnan(result[2]).all(), (loss, method, names[which])
                np.testing.assert_array_equal(result[[0, 1, 3]], whole[[0, 1, 3]])
            if loss.family != "multiclass":
                assert np.isnan(getattr(loss, method)(*[math.nan] * len(names))), (loss, method)


def of_target(loss: Any) -> list[str]:
    return [method for method, names in methods(loss) if names[-1] == "target" and len(names) == 2]


@pytest.mark.parametrize("name", losses.names("binary"))
def test_labels_that_are_no_probability_are_refused(name: str) -> None:
    for loss in variants(name):
        for method in of_target(loss):
            for target in (2, -1, 1.0000001, -1e-300, math.inf, -math.inf):
                with pytest.raises(ValueError, match="0 or 1"):
                    getattr(loss, method)(0.3, target)
            with pytest.raises(ValueError, match=r"-1 and \+1 become 0 and 1"):
                getattr(loss, method)([0.3, 0.4, 0.5], [1.0, math.nan, -1.0])


@pytest.mark.parametrize(
    ("name", "wrong", "allowed"), [("poisson", -1, "0 or more"), ("squared_log_error", -1, "above -1")]
)
def test_targets_below_the_domain_are_refused(name: str, wrong: float, allowed: str) -> None:
    loss = losses.get(name)
    assert {"value", "value_at", "gradient_at", "curvature_at"} <= set(of_target(loss))
    for method in of_target(loss):
        for target in (wrong, -3.0, -math.inf, [1.0, math.nan, wrong]):
            with pytest.raises(ValueError, match=allowed):
                getattr(loss, method)(0.3, target)


@pytest.mark.parametrize("name", losses.names("multiclass"))
def test_targets_that_are_no_distribution_are_refused(name: str) -> None:
    scores = np.array([[0.2, -1.0, 3.0], [1.0, 0.0, 2.0], [0.0, 0.5, 0.1]])
    for loss in variants(name):
        for method in of_target(loss):
            for target in (
                2,
                [2],
                [0, 1, 2],
                [[0.5, 0.2]],
                [-1.0, 1.0, 1.0],
                [0.5, 0.2, 0.2],
                [1.0, 1.0, 0.0],
            ):
                with pytest.raises(ValueError, match=r"class k of 3 is np.eye\(3\)\[k\]"):
                    getattr(loss, method)(np.abs(scores), target)
            for empty in (np.zeros(0), np.zeros((2, 0)), 1.0):
                with pytest.raises(ValueError, match="at least one class"):
                    getattr(loss, method)(empty, empty)
            assert np.isfinite(getattr(loss, method)(np.abs(scores) + 0.1, np.eye(3))).all()


def test_hampel_keeps_its_digits_where_it_fades_slowly() -> None:
    """The falling zone as a sum in exact fractions: a (b - a/2) + a u (1 - u / (2 (c - b))), u = |r| - b."""
    from fractions import Fraction

    random = np.random.default_rng(22)
    for _ in range(cases(300, 20_000)):
        a, b, c = np.sort(10.0 ** random.uniform(-6, 6, 3)).tolist()
        r = random.choice([b + (c - b) * random.random(), b * (1 + 10.0 ** random.uniform(-6, 0))])
        if not b < r < c:
            continue
        fa, fb, fc, fr = (Fraction(float(number)) for number in (a, b, c, r))
        exact = float(fa / 2 * (fb + fc - fa - (fc - fr) ** 2 / (fc - fb)))
        assert losses.get("hampel", a=a, b=b, c=c).value(r) == pytest.approx(exact, rel=1e-14), (a, b, c, r)
    assert losses.get("hampel", a=2, b=4, c=1e150).value(1e149) == pytest.approx(1.9e149, rel=1e-14)


@pytest.mark.parametrize(
    ("name", "start"), [("squared_log_error", [-5.0, 0.0]), ("exponential", [2000.0, 0.0])]
)
def test_a_script_is_written_where_the_start_costs_without_limit(name: str, start: list[float]) -> None:
    x = np.array([0.0, 1.0, 2.0, 3.0])
    data = Dataset(x, np.array([0.0, 1.0, 0.0, 1.0]), ("x", "y"), "by hand")
    run = descend(Cost.linear(data, losses.get(name)), get_optimizer("sgd"), start, steps=5)
    assert np.isinf(run.cost[0, 0])
    scope: dict[str, Any] = {"__name__": "script"}
    with np.errstate(all="ignore"):
        before = np.geterr()
        exec(script(run), scope)
        np.seterr(**before)
    assert scope["costs"][0] == math.inf
    np.testing.assert_array_equal(scope["path"][0], start)
