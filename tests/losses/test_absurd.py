"""Parameters that are allowed, however absurd, and inputs of any size: a number comes out, or a sentence."""

import contextlib
import itertools
import math
from collections.abc import Iterator
from decimal import Decimal, localcontext

import numpy as np
import pytest
from campaign import cases

from lossviz import losses
from lossviz.losses import Loss, Parameter
from lossviz.losses.families import TargetLoss
from lossviz.robust import influence

SIZES = (
    0.0,
    1e-320,
    1e-300,
    1e-160,
    1e-20,
    1e-3,
    0.3,
    1.0,
    2.5,
    700.0,
    1e3,
    1e8,
    1e20,
    1e153,
    1e160,
    1e300,
    1.7e308,
)
NUMBERS = np.array(sorted({sign * size for size in (*SIZES, math.inf) for sign in (1, -1)}))
SPECIAL = (0.0, 1.0, 2.0, -2.0)
METHODS = ("value_at", "gradient_at", "curvature_at", "hessian_at", "weight")


def absurd(p: Parameter) -> list[float]:
    """Values of a parameter from its ends to its middle, those that are allowed."""
    sizes = [
        *SIZES,
        5e-324,
        1e-310,
        1e-155,
        1e-100,
        1e-9,
        0.5,
        2.0,
        1e6,
        1e7,
        1e100,
        1e154,
        1e155,
        1e200,
        1e308,
    ]
    ends = [
        p.allowed.low,
        p.allowed.high,
        np.nextafter(p.allowed.low, 1e9),
        np.nextafter(p.allowed.high, -1e9),
    ]
    near = [s + d for s in SPECIAL for d in (1e-16, -1e-16, 1e-13, -1e-13, 1e-8, -1e-8, 1e-5, -1e-5, 1e-300)]
    values = [p.low, p.high, *ends, *sizes, *(-size for size in sizes), *near]
    return list(dict.fromkeys(float(value) for value in values if value in p.allowed))


def variants(name: str) -> Iterator[Loss]:
    """A loss at each absurd value of each parameter, and, some of them, of each two."""
    parameters = losses.find(name).parameters()
    settings = [{p.name: value} for p in parameters for value in absurd(p)] or [{}]
    for p, q in itertools.combinations(parameters, 2):
        step = cases(5, 1)
        settings += [{p.name: v, q.name: w} for v in absurd(p)[::step] for w in absurd(q)[::step]]
    for setting in settings:
        with contextlib.suppress(ValueError):  # where they contradict each other
            yield losses.get(name, **setting)


def results(loss: Loss) -> Iterator[tuple[str, np.ndarray]]:
    """What each method gives at every number, for each target."""
    for method in METHODS:
        compute = getattr(loss, method, None)
        if compute is None or (loss.family == "multiclass" and method == "curvature_at"):
            continue
        if method == "weight":
            yield method, compute(NUMBERS)
        elif loss.family == "multiclass":
            scores = np.array(
                [[a, b, 0.0] for a in (0.0, 1.0, -50.0, 800.0, 1e5) for b in (0.0, 3.0, -900.0)]
            )
            yield method, compute(scores, np.eye(3)[np.zeros(len(scores), dtype=int)])
        elif isinstance(loss, TargetLoss):
            scores = NUMBERS[(NUMBERS >= 0) & np.isfinite(NUMBERS)]
            for target in (0.0, 1.0, 3e5):
                yield method, compute(scores, np.full_like(scores, target))
        else:
            for target in (0.0, 1.0):
                yield method, compute(NUMBERS, np.full_like(NUMBERS, target))


@pytest.mark.parametrize("name", losses.names())
def test_no_parameter_makes_a_number_into_none(name: str) -> None:
    """No NaN, no exception, no warning (which are errors in these tests), nor in what is claimed."""
    count = 0
    for loss in variants(name):
        count += 1
        for method, found in results(loss):
            assert not np.isnan(found).any(), (loss, method)
        assert not math.isnan(loss.lipschitz), loss
        assert not math.isnan(loss.bound), loss
        assert loss.elicits
        assert loss.label
    assert count > 0


def exact_focal(gamma: float, z: float) -> tuple[Decimal, Decimal, Decimal]:
    """(1 - p)^gamma (-log p) at p = sigmoid(z) and its derivatives in z, by 400-digit arithmetic."""
    with localcontext() as context:
        context.prec, context.Emax, context.Emin = 400, 10**9, -(10**9)
        g, e = Decimal(gamma), Decimal(z).exp()
        p, q = e / (1 + e), 1 / (1 + e)
        surprise, fading = -p.ln(), (g * q.ln()).exp()
        slope = -fading * (g * p * surprise + q)
        bend = fading * (g * p * surprise * (g * p - q) + (2 * g + 1) * p * q)
        return fading * surprise, slope, bend


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0, 5.0, 1e3, 1e6, 1e7, 1e12, 1e40, 1e150])
def test_focal_loss_keeps_its_digits_at_any_gamma(gamma: float) -> None:
    loss = losses.get("focal", gamma=gamma)
    edge = -math.log(max(gamma, 1.0))
    for z in (-30.0, -3.0, -1e-3, 0.5, 4.0, edge - 3.0, edge - 0.1, edge + 1.0, edge + 4.0):
        found = loss.value_at(z, 1.0), loss.gradient_at(z, 1.0), loss.curvature_at(z, 1.0)
        for mine, true in zip(found, exact_focal(gamma, z), strict=True):
            # the exponent gamma log q is known to one part in 2^53, of a result of 10^-n to 2.3 n of them
            allowed = 1e-13 * (1 + abs(true.adjusted()) / 50)
            assert float(mine) == pytest.approx(float(true), rel=allowed, abs=1e-300), (z, true)


@pytest.mark.parametrize("gamma", [1e7, 1e40])
def test_focal_loss_over_probabilities_agrees_with_that_over_logits(gamma: float) -> None:
    loss = losses.get("focal", gamma=gamma)
    for z in (-math.log(gamma) - 2.0, -math.log(gamma), -math.log(gamma) + 2.0):
        p = 1.0 / (1.0 + math.exp(-z))
        assert loss.value_of_probability(p, 1.0) == pytest.approx(float(loss.value_at(z, 1.0)), rel=1e-11)
        slope = float(loss.gradient_at(z, 1.0)) / (p * (1.0 - p))
        assert loss.gradient_of_probability(p, 1.0) == pytest.approx(slope, rel=1e-11)


@pytest.mark.parametrize(
    ("c", "right"),
    [
        (0.3, 0.0033197448665963467),
        (0.6143, 0.026797627055379),
        (1.0, 0.10153904649945),
        (4.685, 0.94999735006905),
    ],
)
def test_the_efficiency_of_a_narrow_biweight(c: float, right: float) -> None:
    """(E psi')^2 / E psi^2 by quadrature with 40 digits, cut at 0 and at c."""
    assert influence.efficiency(losses.get("tukey_biweight", c=c)) == pytest.approx(right, rel=3e-14)


def test_a_hessian_wants_targets_that_are_distributions() -> None:
    loss = losses.get("categorical_cross_entropy")
    with pytest.raises(ValueError, match="class k of 3 is"):
        loss.hessian_at(np.zeros((2, 3)), [2, 1])
    assert np.isnan(loss.hessian_at([[0.0, np.nan, 1.0]], [[1.0, 0.0, 0.0]])).all()
