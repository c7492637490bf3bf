"""The list of losses, and the manners that all losses share."""

import dataclasses
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from claims import variants
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz import losses
from lossviz.losses.base import Snippet, parameter
from lossviz.losses.registry import unregister

EVERY = losses.names()
SCALAR = [name for name in EVERY if losses.find(name).family != "multiclass"]
MULTICLASS = losses.names("multiclass")
PARAMETERS = [(name, p.name) for name in EVERY for p in losses.find(name).parameters()]
LONG = "x" * 10_000


# --- adding a loss -----------------------------------------------------------------------------


@pytest.fixture
def quartic() -> Iterator[type[losses.Loss]]:
    """A new loss as a user would write it: one class, nothing else."""

    @losses.register
    @dataclass(frozen=True)
    class Quartic(losses.ResidualLoss):
        """The fourth power of the error: outliers decide everything."""

        k: float = parameter(1.0, low=0.5, high=2.0, symbol="k", meaning="Scale")

        name = "quartic"
        title = "Quartic"
        aliases = ("fourth_power",)
        synonyms = {"scale": "k"}
        formula = r"\ell(r) = k r^4"
        gradient_formula = r"\ell'(r) = 4 k r^3"
        convex = True
        smooth = True
        elicits = "a centre pulled towards the extremes"
        code = {"NumPy": Snippet("loss = {k} * (score - target) ** 4")}

        def value(self, r: Any) -> Any:
            return self.k * r**4

        def gradient(self, r: Any) -> Any:
            return 4.0 * self.k * r**3

        def curvature(self, r: Any) -> Any:
            return 12.0 * self.k * r**2

    yield Quartic
    unregister("quartic")


def test_one_class_is_all_a_new_loss_takes(quartic: type[losses.Loss]) -> None:
    assert losses.names("regression")[-1] == losses.names()[-1] == "quartic"
    assert losses.find("quartic") is losses.find("fourth_power") is quartic
    assert losses.get("quartic", k=2.0) == losses.get("fourth_power", scale=2.0) == quartic(2.0)
    assert quartic() in tuple(losses.every())
    assert [loss.k for loss in losses.extremes(quartic)] == [0.5, 2.0]
    loss = losses.get("quartic", k=2.0)
    assert loss.value_at(3.0, 1.0) == 32.0
    assert loss.gradient_at(3.0, 1.0) == 64.0
    assert loss.weight(2.0) == 32.0
    assert loss.label == "Quartic (k = 2)"
    assert loss.summary() == "The fourth power of the error: outliers decide everything."
    assert {trait.name for trait in loss.traits()} == {"convex", "smooth", "symmetric"}
    assert loss.snippets()["NumPy"].code == "loss = 2.0 * (score - target) ** 4"


def test_it_leaves_as_it_came() -> None:
    assert "quartic" not in losses.names()
    with pytest.raises(ValueError, match="no loss is named 'fourth_power'"):
        losses.find("fourth_power")


@pytest.mark.parametrize("taken", ["huber", "poisson_with_log_rate"])
def test_a_name_cannot_be_taken_twice(taken: str) -> None:
    with pytest.raises(ValueError, match=f"'{taken}' is registered already"):
        losses.register(type("Other", (losses.ResidualLoss,), {"name": taken}))


# --- finding a loss ----------------------------------------------------------------------------


def test_families_are_listed_in_the_order_people_meet_them() -> None:
    assert losses.names() == sum((losses.names(family) for family in losses.FAMILIES), ())
    assert losses.names("regression")[:4] == (
        "squared_error",
        "half_squared_error",
        "absolute_error",
        "huber",
    )
    assert losses.names("binary")[0] == "binary_cross_entropy"
    assert losses.names("multiclass")[0] == "categorical_cross_entropy"
    assert tuple(loss.name for loss in losses.every()) == losses.names()


@pytest.mark.parametrize("name", EVERY)
def test_aliases_and_synonyms_lead_home(name: str) -> None:
    cls = losses.find(name)
    assert all(losses.find(alias) is cls for alias in cls.aliases)
    known = {p.name: p for p in cls.parameters()}
    for synonym, home in cls.synonyms.items():
        assert getattr(losses.get(name, **{synonym: known[home].high}), home) == known[home].high


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("hubber", "no loss is named 'hubber'; did you mean huber"),
        ("", "no loss is named ''; known: squared_error"),
        (LONG, "no loss is named 'xxx"),
        (math.nan, "no loss is named 'nan'"),
    ],
)
def test_unknown_names_are_refused(name: Any, said: str) -> None:
    with pytest.raises(ValueError, match="no loss is named") as error:
        losses.get(name)
    assert str(error.value).startswith(said)
    assert len(str(error.value)) < 1500


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(ValueError, match="huber has no parameter 'c'; it has delta"):
        losses.get("huber", c=1.0)
    with pytest.raises(ValueError, match="squared_error has no parameter 'delta'; it has none"):
        losses.get("squared_error", delta=1.0)


@pytest.mark.parametrize(("name", "key"), PARAMETERS)
def test_values_that_make_no_sense_are_refused(name: str, key: str) -> None:
    (p,) = (p for p in losses.find(name).parameters() if p.name == key)
    for bad in (math.nan, "nan", LONG, "", "one", object(), [1.0, 2.0], 1 + 2j):
        with pytest.raises(ValueError, match=rf"{name}: {key} must be in .*, got") as error:
            losses.get(name, **{key: bad})  # type: ignore[arg-type]
        assert str(p.allowed) in str(error.value)
        assert len(str(error.value)) < 200


@pytest.mark.parametrize(("name", "key"), [pair for pair in PARAMETERS if pair != ("barron", "alpha")])
def test_values_out_of_range_are_refused(name: str, key: str) -> None:
    for bad in (-1.0, -1e400, 1e400, "1e400", 10**400):
        with pytest.raises(ValueError, match=rf"{name}: {key} must be in .*, got"):
            losses.get(name, **{key: bad})  # type: ignore[arg-type]


def test_only_the_general_loss_takes_infinities() -> None:
    assert losses.get("barron", alpha=math.inf).alpha == math.inf
    assert losses.get("barron", alpha="-inf").alpha == -math.inf


@pytest.mark.parametrize(
    ("a", "b", "c", "fine"),
    [(2, 4, 8, True), (2, 2, 2, True), (4, 2, 8, False), (2, 8, 4, False), (8, 4, 2, False)],
)
def test_hampel_wants_its_thresholds_in_order(a: float, b: float, c: float, fine: bool) -> None:
    if fine:
        assert losses.get("hampel", a=a, b=b, c=c).c == c
    else:
        with pytest.raises(ValueError, match=f"a <= b <= c must hold, got a={a}, b={b}, c={c}"):
            losses.get("hampel", a=a, b=b, c=c)


# --- the record ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_a_loss_is_a_frozen_hashable_record(name: str) -> None:
    loss, twin = losses.get(name), losses.get(name)
    assert loss == twin
    assert hash(loss) == hash(twin)
    assert loss.replace() == loss
    assert loss.label == loss.short
    with pytest.raises(dataclasses.FrozenInstanceError):
        loss.title = "other"


@pytest.mark.parametrize("name", EVERY)
def test_a_loss_tells_its_story(name: str) -> None:
    cls = losses.find(name)
    assert cls.title
    assert 20 <= len(cls.summary()) <= 140
    assert cls.summary().endswith(".")
    assert len(cls.story()) >= 80
    assert cls.references
    assert all(any(ch.isdigit() for ch in reference) for reference in cls.references)
    for latex in (cls.formula, cls.gradient_formula):
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") - latex.count(r"\leftarrow") == latex.count(r"\right")
    for p in cls.parameters():
        assert p.low in p.allowed
        assert p.high in p.allowed
        assert p.low < p.high
        assert p.step > 0
        assert p.symbol
        assert p.meaning
        assert p.default is None if p.optional else p.low <= p.default <= p.high


# --- numbers in, numbers out ---------------------------------------------------------------------


def calls(loss: Any) -> dict[str, Any]:
    """The functions of one number that a loss offers, against a fixed target where there is one."""
    found = {}
    for what in ("value_at", "gradient_at", "curvature_at"):
        for target in (0.0, 1.0, 3.0) if loss.family == "regression" else (0.0, 1.0, 0.25):
            found[f"{what} target {target:g}"] = lambda s, w=what, t=target: getattr(loss, w)(s, t)
    for what in ("value", "gradient", "curvature"):
        if isinstance(loss, losses.TargetLoss):
            found[what] = lambda s, w=what: getattr(loss, w)(s, 2.0)
        elif not isinstance(loss, losses.ProbabilityLoss):
            found[what] = getattr(loss, what)
    if isinstance(loss, losses.ResidualLoss):
        found["weight"] = loss.weight
    return found


def of_probability(loss: Any) -> dict[str, Any]:
    found = {}
    for what in ("value", "gradient", "curvature"):
        for target in (0.0, 1.0, 0.25):
            name = f"{what}_of_probability"
            found[f"{name} target {target:g}"] = lambda p, n=name, t=target: getattr(loss, n)(p, t)
        if isinstance(loss, losses.ProbabilityLoss):
            found[what] = getattr(loss, what)
    return found


@pytest.mark.parametrize("name", SCALAR)
def test_any_shape_float64_scalar_for_scalar(name: str) -> None:
    loss = losses.get(name)
    for function in calls(loss).values():
        flat = np.array([-2, -1, 0, 1, 2, 3])
        for shape in ((6,), (2, 3), (1, 6, 1)):
            result = function(flat.reshape(shape))
            assert result.shape == shape
            assert result.dtype == np.float64
            np.testing.assert_array_equal(result.ravel(), function(flat))
        assert function(np.empty((0, 3))).shape == (0, 3)
        assert function([1, 2]).shape == (2,)
        assert isinstance(function(1), float)
        assert function(np.float32(1)).dtype == np.float64


@pytest.mark.parametrize("name", SCALAR)
def test_score_and_target_broadcast(name: str) -> None:
    loss = losses.get(name)
    scores, targets = np.array([[-1.0], [0.5], [2.0]]), np.array([0.0, 1.0])
    for what in ("value_at", "gradient_at", "curvature_at"):
        table = getattr(loss, what)(scores, targets)
        assert table.shape == (3, 2)
        assert table[2, 1] == getattr(loss, what)(2.0, 1.0)


@pytest.mark.parametrize("name", SCALAR)
@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.floats(allow_nan=False), min_size=8, max_size=8))
def test_never_nan(name: str, numbers: list[float]) -> None:
    hard = [0.0, -0.0, 5e-324, 1e-320, 1e300, 1.7e308, math.inf]
    points = np.array([*numbers, *hard, *(-h for h in hard)])
    for loss in variants(name):
        for what, function in calls(loss).items():
            result = function(points)
            assert not np.isnan(result).any(), (loss, what, points[np.isnan(result)])


@pytest.mark.parametrize("name", losses.names("binary"))
@settings(max_examples=40, deadline=None)
@given(numbers=st.lists(st.floats(0.0, 1.0), min_size=8, max_size=8))
def test_never_nan_over_probabilities(name: str, numbers: list[float]) -> None:
    points = np.array([*numbers, 0.0, 1.0, 0.5, 5e-324, 1e-300, np.nextafter(1.0, 0.0)])
    for loss in variants(name):
        for what, function in of_probability(loss).items():
            result = function(points)
            assert not np.isnan(result).any(), (loss, what, points[np.isnan(result)])


@pytest.mark.parametrize("name", MULTICLASS)
@settings(max_examples=60, deadline=None)
@given(
    scores=st.lists(st.floats(allow_nan=False), min_size=3, max_size=3),
    target=st.sampled_from([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.2, 0.3, 0.5]]),
)
def test_never_nan_for_many_classes(name: str, scores: list[float], target: list[float]) -> None:
    for loss in variants(name):
        assert not np.isnan(loss.value_at(scores, target))
        assert not np.isnan(loss.gradient_at(scores, target)).any()
        assert not np.isnan(loss.hessian_at(scores, target)).any()


@pytest.mark.parametrize("name", MULTICLASS)
def test_shapes_for_many_classes(name: str) -> None:
    loss = losses.get(name)
    scores = np.random.default_rng(0).normal(size=(2, 5, 4))
    target = np.eye(4)[np.arange(5) % 4]
    assert loss.value_at(scores, target).shape == (2, 5)
    assert loss.gradient_at(scores, target).shape == (2, 5, 4)
    assert loss.hessian_at(scores, target).shape == (2, 5, 4, 4)
    assert isinstance(loss.value_at(scores[0, 0], target[0]), float)


def test_zero_one_counts_mistakes() -> None:
    loss = losses.get("zero_one")
    assert loss.family == "binary"
    np.testing.assert_array_equal(loss.value([-2.0, -1e-300, 1e-300, 5.0]), [1.0, 1.0, 0.0, 0.0])
    assert loss.gradient(3.0) == loss.curvature(-3.0) == 0.0
