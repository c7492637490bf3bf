"""Typed formulas: read without being executed, differentiated exactly, and written out as what they are."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from lossviz import losses
from lossviz.losses import expression
from lossviz.losses.own import own_loss

X = np.concatenate([np.linspace(-4.0, 4.0, 81), [-300.0, -1e-9, 1e-9, 250.0]])
KNOWN = {
    "r^2": losses.get("squared_error"),
    "½*r²": losses.get("half_squared_error"),
    "abs(r)": losses.get("absolute_error"),
    "r**2/2 if abs(r) <= 1.5 else 1.5*(abs(r) - 0.75)": losses.get("huber", delta=1.5),
    "(3 + 1)/2 * 0 + c**2*(sqrt(1 + (r/c)**2) - 1)": losses.get("pseudo_huber", delta=1.0),
    "abs(r) + softplus(-2*abs(r)) - ln(2)": losses.get("log_cosh"),
    "max(0.3*r, -0.7*r)": losses.get("quantile", tau=0.7),
}
"""Formulas of losses that are registered, whose numbers are tested against 50-digit references."""


@pytest.mark.parametrize("text", KNOWN)
def test_a_formula_of_a_known_loss_has_its_numbers(text):
    mine, known = own_loss(text, "regression")(), KNOWN[text]
    for name, tolerance in (("value", 1e-13), ("gradient", 1e-13), ("curvature", 1e-9)):
        x = X if name != "curvature" else X[np.abs(X) < 100]
        smooth = np.array([not any(abs(v - kink) < 1e-6 for kink in (*known.kinks, *mine.kinks)) for v in x])
        found, right = getattr(mine, name)(x[smooth]), getattr(known, name)(x[smooth])
        np.testing.assert_allclose(found, right, rtol=tolerance, atol=1e-13)


@pytest.mark.parametrize(
    ("text", "known"),
    [
        ("max(0, 1 - m)", "hinge"),
        ("max(0, 1 - m)**2", "squared_hinge"),
        ("softplus(-m)", "logistic"),
        ("exp(-m)", "exponential"),
    ],
)
def test_a_formula_of_a_known_margin_loss_has_its_numbers(text, known):
    mine, loss = own_loss(text, "binary")(), losses.get(known)
    x = X[np.abs(X) < 30]
    for target in (0.0, 1.0):
        for name in ("value_at", "gradient_at", "curvature_at"):
            found, right = (getattr(each, name)(x, np.full_like(x, target)) for each in (mine, loss))
            away = np.abs(np.abs(x) - 1.0) > 1e-9
            np.testing.assert_allclose(found[away], right[away], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is no formula yet"),
        ("r +", "cannot be read"),
        ("r" * 201, "201 characters"),
        ("(" * 90 + "r" + ")" * 90, None),
        ("((((" * 40 + "r", "cannot be read"),
        ("-" * 100 + "r", "nested more than"),
        ("5", "must depend on r"),
        ("foo(r)", "'foo' is no function"),
        ("logg(r)", "did you mean log?"),
        ("abs", "abs is a function: write abs(r)"),
        ("abs(r, 2)", "abs takes one number, not 2"),
        ("max(r)", "takes from 2 to 5"),
        ("r < 1", "a comparison stands between if and else"),
        ("r if r else 1", "a condition compares two numbers"),
        ("r if r == 1 else 2", "compared by <, <=, > or >="),
        ("1e999*r", "too large"),
        ("a+b+c+d+f+g+h+r", "7 parameters"),
        ("value*r", "value has a meaning of its own"),
        ("averylongparameter*r", "no name for a parameter"),
        ("_x*r", "no name for a parameter"),
        ("__import__('os').system('true')", "nothing that a formula may hold"),
        ("r.real", "nothing that a formula may hold"),
        ("(lambda r: r)(r)", "nothing that a formula may hold"),
        ("[r][0]", "nothing that a formula may hold"),
        ("r; r", "cannot be read"),
        ("abs(r=1)", "nothing that a formula may hold"),
        ("abs(*r)", "nothing that a formula may hold"),
        ("f'{r}'", "nothing that a formula may hold"),
        ("(r := 2)", "nothing that a formula may hold"),
        ("True*r", "nothing that a formula may hold"),
        ("1j*r", "nothing that a formula may hold"),
        ("r ** r ** r ** r ** r ** r ** r ** r ** r", "too long"),
        ("log(-1 - r**2)", "a number nowhere"),
    ],
)
def test_what_is_no_formula_is_refused_in_a_sentence(text, said):
    if said is None:
        own_loss(text, "regression")
        return
    with pytest.raises(ValueError, match=r".") as refusal:
        own_loss(text, "regression")
    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 300


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(some.text(alphabet="rm0123456789.+-*/^()<>=, abceifglnosxptduhkw_'\"[]{}:;@!|&~\\", max_size=60))
def test_any_text_is_a_formula_or_refused_and_nothing_is_executed(text):
    try:
        loss = own_loss(text, "regression")()
    except ValueError:
        return
    with np.errstate(all="raise"):
        assert not np.isnan(loss.value(X)).any()


FORMULAS = some.recursive(
    some.sampled_from(["r", "r", "a", "2", "0.5", "3"]),
    lambda inner: some.one_of(
        some.tuples(inner, some.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]}{t[1]}{t[2]})"),
        inner.map(lambda u: f"({u})**2"),
        some.tuples(
            some.sampled_from(["abs", "exp", "tanh", "sigmoid", "softplus", "sin", "arctan", "sqrt"]), inner
        ).map(lambda t: f"{t[0]}({t[1]})"),
        some.tuples(some.sampled_from(["min", "max"]), inner, inner).map(lambda t: f"{t[0]}({t[1]}, {t[2]})"),
        some.tuples(inner, inner, inner).map(lambda t: f"({t[0]} if {t[1]} < {t[2]} else r)"),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(FORMULAS)
def test_derivatives_agree_with_differences_and_the_written_code_with_the_formula(text):
    """Differences of long doubles about points where no condition changes; the code is executed as Python."""
    try:
        node = expression.parse(text, "r")
        slope = expression.derivative(node, "r")
    except ValueError:
        return
    x = np.array([-2.3, -0.7, 0.4, 1.9])
    values = {"r": x, "a": 1.25}
    with np.errstate(all="ignore"):
        written = eval(expression.python(node), {"np": np, **values})
    found = expression.evaluate(node, values)
    np.testing.assert_allclose(
        np.broadcast_to(written, x.shape), np.broadcast_to(found, x.shape), rtol=1e-9, atol=1e-12
    )
    h = 1e-5
    ahead, behind = (
        np.broadcast_to(expression.evaluate(node, values | {"r": x + s}), x.shape) for s in (h, -h)
    )
    exact = np.broadcast_to(expression.evaluate(slope, values), x.shape)
    near = [np.broadcast_to(expression.evaluate(slope, values | {"r": x + s}), x.shape) for s in (h, -h)]
    for k in range(len(x)):
        sides = np.array([near[0][k], near[1][k], exact[k]])
        if (
            not np.isfinite([*sides, ahead[k], behind[k]]).all()
            or abs(found if found.ndim == 0 else found[k]) > 1e6
        ):
            continue
        if np.ptp(sides) < 1e-3 * (1 + np.abs(sides).max()):  # no corner between
            numeric = (ahead[k] - behind[k]) / (2 * h)
            assert numeric == pytest.approx(
                exact[k], rel=1e-3, abs=1e-3 * (1 + np.ptp(sides) + abs(ahead[k]) * 1e-3)
            ), text


def test_parameters_are_what_has_no_meaning_of_its_own():
    loss = own_loss("r**2/2 if abs(r) <= delta else delta*(abs(r) - delta/2)", "regression")
    assert [(p.name, p.default, p.symbol) for p in loss.parameters()] == [("delta", 1.0, r"\delta")]
    assert loss(delta=2.0).gradient(5.0) == 2.0
    assert loss(delta=2.0).label == "Your loss (delta = 2)"
    assert loss(delta=2.0).kinks == (0.0, -2.0, 2.0)
    assert own_loss("exp(-b*m) + a*pi*e", "binary").parameters()[0].name == "b"


def test_what_is_seen_of_a_formula():
    seen = {
        text: own_loss(text, "regression")()
        for text in ("r**2", "r**3", "-abs(r)", "log(r)", "tanh(r**2)", "exp(r)")
    }
    assert [text for text, loss in seen.items() if loss.falls_without_end] == ["r**3", "-abs(r)", "log(r)"]
    assert [text for text, loss in seen.items() if loss.symmetric] == ["r**2", "-abs(r)", "tanh(r**2)"]
    assert [text for text, loss in seen.items() if loss.convex] == ["r**2"]


def test_it_is_in_no_registry():
    before = losses.names()
    own_loss("r**4", "regression")
    assert losses.names() == before


def test_its_code_is_the_formula_with_its_numbers():
    snippet = own_loss("abs(r)**p / p", "regression")(p=1.5).snippets()["NumPy"].code
    scope = {"score": np.array([1.0, -2.0]), "target": np.array([3.0, 3.0])}
    exec(snippet, scope)
    np.testing.assert_allclose(scope["loss"], np.array([2.0, 5.0]) ** 1.5 / 1.5)


def test_latex_is_what_a_book_prints():
    node = expression.parse("delta*(abs(r) - delta/2) + exp(-r**2)/sqrt(2*pi)", "r")
    assert expression.latex(node) == (
        r"\delta\,\left(\left|r\right| - \frac{\delta}{2}\right) + \frac{e^{-r^{2}}}{\sqrt{2\,\pi}}"
    )
    assert math.isclose(
        float(expression.evaluate(node, {"r": 0.0, "delta": 1.0})), -0.5 + 1 / math.sqrt(2 * math.pi)
    )
