"""What a loss claims of itself holds, and what it does not claim does not: at defaults and at extremes.

Every test runs over the registry, so that a new loss is held to its word without a new test.
"""

import re
from typing import Any

import numpy as np
import pytest
from claims import grows_forever, is_convex, jumps, normalises, sides, supremum, variants
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from lossviz import losses
from lossviz.losses.stable import logit

EVERY = losses.names()
RESIDUAL = [name for name in EVERY if issubclass(losses.find(name), losses.ResidualLoss)]
REGRESSION, BINARY, MULTICLASS = (losses.names(family) for family in losses.FAMILIES)
ETAS = np.array([0.0005, 0.02, 0.1, 0.25, 0.4, 0.45, 0.5, 0.55, 0.6, 0.75, 0.9, 0.98, 0.9995])
"""Probabilities of class 1 at which expected losses are minimised."""


@pytest.mark.parametrize("name", EVERY)
def test_convex_iff_claimed(name: str) -> None:
    for loss in variants(name):
        assert all(is_convex(side) for side in sides(loss)) == loss.convex, loss


@pytest.mark.parametrize("name", EVERY)
def test_smooth_iff_claimed(name: str) -> None:
    for loss in variants(name):
        smooth = not any(jumps(side.value, side) or jumps(side.slope, side) for side in sides(loss))
        assert smooth == loss.smooth, loss


def assert_supremum(loss: Any, what: str, claimed: float) -> None:
    each = list(sides(loss))
    if np.isinf(claimed):
        # a step in the value, as in the zero-one loss, is a slope without limit
        steep = [grows_forever(getattr(s, what), s) or (what == "slope" and jumps(s.value, s)) for s in each]
        assert any(steep), loss
        return
    for side in each:
        assert not grows_forever(getattr(side, what), side), side.label
    points = [np.concatenate([side.grid(), side.far(1e300), side.kinks]) for side in each]
    reached = max(supremum(getattr(side, what), s) for side, s in zip(each, points, strict=True))
    assert claimed * (1 - 1e-6) <= reached <= claimed * (1 + 1e-9), loss


@pytest.mark.parametrize("name", REGRESSION + BINARY)
def test_largest_gradient_is_as_claimed(name: str) -> None:
    for loss in variants(name):
        assert_supremum(loss, "slope", loss.lipschitz)


@pytest.mark.parametrize("name", REGRESSION + BINARY)
def test_ceiling_is_as_claimed(name: str) -> None:
    for loss in variants(name):
        assert_supremum(loss, "value", loss.bound)


@pytest.mark.parametrize("name", MULTICLASS)
def test_largest_gradient_norm_is_as_claimed(name: str) -> None:
    """Over many classes the supremum is reached where the forecast is sure and wrong."""
    random = np.random.default_rng(11)
    for loss in variants(name):
        assert np.isinf(loss.bound)
        assert all(grows_forever(side.value, side) for side in sides(loss))
        for classes in (2, 3, 10, 2000):
            scores = np.concatenate([random.normal(0, 10, (50, classes)), [1e4 * np.eye(classes)[1]]])
            norms = np.linalg.norm(loss.gradient_at(scores, np.eye(classes)[0]), axis=-1)
            assert norms.max() <= loss.lipschitz * (1 + 1e-12), loss
        assert norms.max() >= loss.lipschitz * (1 - 1e-3), loss


# --- regression ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RESIDUAL)
def test_symmetric_iff_claimed(name: str) -> None:
    r = np.logspace(-3, 3, 61)
    for loss in variants(name):
        equal = np.allclose(loss.value(r), loss.value(-r), rtol=1e-12, atol=0.0)
        assert equal == loss.symmetric, loss


@pytest.mark.parametrize("name", RESIDUAL)
def test_redescending_iff_claimed(name: str) -> None:
    for loss in variants(name):
        near, far = np.abs(loss.gradient([-1e100, 1e100])), np.abs(loss.gradient([-1e300, 1e300]))
        assert bool(np.all((far == 0) | (far < 0.5 * near))) == loss.redescending, loss


@pytest.mark.parametrize("name", RESIDUAL)
def test_a_density_is_named_iff_there_is_one(name: str) -> None:
    for loss in variants(name):
        assert normalises(loss) == bool(loss.noise), loss


def expectile(sample: np.ndarray, tau: float) -> float:
    """The root of tau E(y - e)+ = (1 - tau) E(e - y)+ by halving (Newey & Powell 1987)."""
    low, high = sample.min(), sample.max()
    for _ in range(100):
        middle = 0.5 * (low + high)
        above, below = np.maximum(sample - middle, 0).mean(), np.maximum(middle - sample, 0).mean()
        low, high = (middle, high) if tau * above > (1 - tau) * below else (low, middle)
    return low


def functional(words: str, sample: np.ndarray) -> float | None:
    """The number that a phrase such as "the 0.25-quantile" names, or None for another kind of phrase."""
    if words == "the mean":
        return float(sample.mean())
    if words == "the median":
        return float(np.median(sample))
    if words == "the geometric mean of 1 + y, less 1":
        return float(np.exp(np.log1p(sample).mean()) - 1)
    if match := re.fullmatch(r"the (0\.\d+)-(quantile|expectile)", words):
        tau = float(match[1])
        is_quantile = match[2] == "quantile"
        return (
            float(np.quantile(sample, tau, method="inverted_cdf")) if is_quantile else expectile(sample, tau)
        )
    return None


def best_constant(loss: Any, sample: np.ndarray) -> float:
    """The constant prediction of least mean loss, by search on ever finer grids."""
    low, high = sample.min(), sample.max()
    for _ in range(12):
        candidates = np.linspace(low, high, 81)
        if isinstance(loss, losses.TargetLoss):
            cost = loss.value(candidates[:, None], sample).mean(axis=1)
        else:
            cost = loss.value(candidates[:, None] - sample).mean(axis=1)
        best, step = candidates[np.argmin(cost)], candidates[1] - candidates[0]
        low, high = best - 2 * step, best + 2 * step
    return float(best)


@pytest.mark.parametrize("name", REGRESSION)
def test_best_constant_is_the_one_named(name: str) -> None:
    sample = np.random.default_rng(2).lognormal(0.0, 0.8, 201)
    for loss in variants(name):
        named = functional(loss.elicits, sample)
        if named is not None:
            assert best_constant(loss, sample) == pytest.approx(named, rel=1e-5), loss


def test_the_classical_functionals_are_named() -> None:
    named = {name: losses.get(name).elicits for name in REGRESSION}
    assert {k for k, v in named.items() if v == "the mean"} == {
        "squared_error",
        "half_squared_error",
        "expectile",
        "poisson",
    }
    assert {k for k, v in named.items() if v == "the median"} == {"absolute_error", "quantile"}
    assert losses.get("quantile", tau=0.25).elicits == "the 0.25-quantile"
    assert losses.get("expectile", tau=0.25).elicits == "the 0.25-expectile"


# --- classification --------------------------------------------------------------------------


def expected_loss(loss: Any, scores: np.ndarray) -> np.ndarray:
    """Mean loss of each score where class 1 has probability eta: shape (etas, scores)."""
    if_one, if_zero = loss.value_at(scores, 1.0), loss.value_at(scores, 0.0)
    return ETAS[:, None] * if_one + (1 - ETAS[:, None]) * if_zero


@pytest.mark.parametrize("name", BINARY)
def test_proper_iff_claimed(name: str) -> None:
    scores = np.linspace(-12.0, 12.0, 4801)
    for loss in variants(name):
        cost = expected_loss(loss, scores)
        best = cost <= cost.min(axis=1, keepdims=True) + 1e-13
        off = np.abs(scores - logit(ETAS)[:, None])
        assert bool(np.all(off[best] < 0.01)) == loss.proper, loss


@pytest.mark.parametrize("name", BINARY)
def test_calibrated_iff_claimed(name: str) -> None:
    """Whichever class is likelier, no score of the other sign does as well (Bartlett et al. 2006)."""
    steps = np.concatenate([np.logspace(-12, -2, 11), np.linspace(0.02, 60.0, 3000)])
    for loss in variants(name):
        for_one, for_zero = expected_loss(loss, steps).min(axis=1), expected_loss(loss, -steps).min(axis=1)
        gain = np.where(ETAS > 0.5, for_zero - for_one, for_one - for_zero)
        assert bool(np.all(gain[ETAS != 0.5] > 1e-6)) == loss.calibrated, loss


@pytest.mark.parametrize("name", MULTICLASS)
def test_proper_for_many_classes_iff_claimed(name: str) -> None:
    """Among all forecasts of three classes in steps of 1/20, the truth alone has the least expected loss."""
    shares = np.array([(i, j, 20 - i - j) for i in range(1, 19) for j in range(1, 20 - i)]) / 20
    for loss in variants(name):
        each = np.stack([loss.value_of_probability(shares, label) for label in np.eye(3)], axis=-1)
        cost = shares @ each.T  # (truths, forecasts)
        best = cost <= cost.min(axis=1, keepdims=True) + 1e-12
        assert np.array_equal(best, np.eye(len(shares), dtype=bool)) == loss.proper, loss


# --- derivatives and traits --------------------------------------------------------------------


def central(function: Any, x: float, h: float) -> float:
    """First derivative by differences of order four."""
    a, b, c, d = function(x + np.array([-2.0, -1.0, 1.0, 2.0]) * h)
    return (a - 8 * b + 8 * c - d) / (12 * h)


@st.composite
def settings_of(draw: Any, name: str) -> Any:
    """A loss with random parameters in its slider ranges."""
    chosen = {}
    for p in losses.find(name).parameters():
        number = st.floats(p.low, p.high)
        chosen[p.name] = draw(st.none() | number if p.optional else number)
    return losses.get(name, **chosen)


@pytest.mark.parametrize("name", EVERY)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(data=st.data())
def test_derivatives_are_those_of_the_value(name: str, data: Any) -> None:
    loss = data.draw(settings_of(name))
    x = data.draw(st.floats(-10.0, 10.0) | st.floats(-0.5, 0.5))
    for side in sides(loss):
        if x - 1e-3 <= side.low or any(abs(x - kink) < 1e-3 for kink in side.kinks):
            assume(False)
        slope, bend = side.slope(np.float64(x)), side.bend(np.float64(x))
        assert central(side.value, x, 1e-4) == pytest.approx(slope, rel=2e-6, abs=2e-6), side.label
        assert central(side.slope, x, 1e-6) == pytest.approx(bend, rel=2e-4, abs=2e-4), side.label


@pytest.mark.parametrize("name", EVERY)
def test_derivatives_break_at_every_declared_kink(name: str) -> None:
    """A kink is declared only where the gradient or the curvature does jump."""
    for loss in variants(name):
        for side in sides(loss):
            for kink in side.kinks:
                width = 1e-9 * max(abs(kink), 1e-3)
                ends = np.array([kink - width, kink + width])
                parts = [side.value(ends), side.slope(ends), side.bend(ends)]
                assert any(abs(part[1] - part[0]) > 1e-4 for part in parts), (side.label, kink)


@pytest.mark.parametrize("name", EVERY)
def test_traits_imply_each_other(name: str) -> None:
    for loss in variants(name):
        traits = {trait.name for trait in loss.traits()}
        assert not {"convex", "bounded"} <= traits, loss
        assert not {"convex", "redescending"} <= traits, loss
        assert not {"bounded", "likelihood"} <= traits, loss
        assert "robust" in traits or "redescending" not in traits, loss
        assert "robust" in traits or not {"bounded", "convex"} <= traits, loss
        if loss.family == "binary":
            assert "calibrated" in traits or "proper" not in traits, loss
        assert isinstance(loss.elicits, str)
        assert loss.elicits
