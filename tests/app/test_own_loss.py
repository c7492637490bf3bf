"""A formula of one's own on every page: chosen, tuned, fitted, trained, exported, and in the link."""

import numpy as np
import pytest
from outlier_page import lines
from visiting import notice, query, visit

from lossviz import losses
from lossviz.data.dataset import Dataset
from lossviz.descent import descend
from lossviz.descent.script import script
from lossviz.fitting import fit_line, fit_location
from lossviz.losses.catalogue import Catalogue
from lossviz.losses.own import own_loss
from lossviz.models import Cost
from lossviz.optimizers import get as get_optimizer

CURVES, OUTLIERS, DESCENT = "pages/loss_curves.py", "pages/outliers.py", "pages/gradient_descent.py"
HUBER = "r**2/2 if abs(r) <= d else d*(abs(r) - d/2)"


def fine(at):
    assert [e.message for e in at.exception] == []
    assert [e.value for e in at.error] == []
    return at


@pytest.mark.parametrize(
    ("page", "state"),
    [
        (CURVES, {"formula": "abs(r)**p;r**2/(r**2 + c**2)", "loss": "own,own1,huber", "own.p": "1.5", "own1.c": "3"}),
        (CURVES, {"family": "binary", "formula": "max(0, 1 - m)**3", "loss": "own,hinge", "over": "logit"}),
        *((OUTLIERS, {"view": view, "formula": HUBER, "loss": "own,huber"}) for view in ("fit", "sensitivity", "bars", "constant", "breakdown")),
        (OUTLIERS, {"formula": HUBER, "loss": "own", "charge": "own", "weight": "own", "scale": "mad"}),
        *((OUTLIERS, {"formula": HUBER, "loss": "own", "tab": tab}) for tab in ("numbers", "code")),
        *((DESCENT, {"formula": "abs(r)**p", "loss": "own", "own.p": "1.5", "tab": tab}) for tab in ("rates", "space", "code", "why", "fit")),
        (DESCENT, {"race": "losses", "formula": HUBER, "loss": "own,huber"}),
        (DESCENT, {"task": "classes", "formula": "softplus(-m)", "loss": "own", "tab": "code"}),
    ],
)  # fmt: skip
def test_a_link_with_a_formula_is_shown_as_it_is(page, state):
    at = fine(visit(page, state))
    assert notice(at) == ""
    again = fine(visit(page, query(at)))
    assert notice(again) == ""
    assert query(again) == query(at)
    assert "formula=" in query(at)


def test_what_is_typed_is_chosen_at_once_and_forgotten_when_it_is_taken_away():
    at = visit(OUTLIERS)
    box = lambda: at.text_input(key="outliers.formula")  # noqa: E731
    box().set_value("abs(r)**1.5").run()
    fine(at)
    assert "Your loss" in lines(at)
    assert query(at) == "formula=abs%28r%29%2A%2A1.5&loss=own,squared_error,absolute_error,huber"
    box().set_value("abs(r)**1.5 + foo(").run()
    fine(at)
    assert "Your loss" in lines(at)
    assert query(at).startswith("formula=abs%28r%29%2A%2A1.5&")
    assert any("cannot be read" in caption.value for caption in at.caption)
    box().set_value("").run()
    fine(at)
    assert query(at) == ""
    assert list(lines(at)) == ["MSE", "MAE", "Huber"]


def test_no_more_are_chosen_than_a_menu_takes():
    eight = ",".join(name for name in losses.names("regression") if name != "huber")[:].split(",")[:8]
    at = visit(DESCENT, {"race": "losses", "loss": ",".join(eight)})
    at.text_input(key="descent.formula").set_value("r**4").run()
    fine(at)
    assert query(at).count("own,") == 1
    assert len(at.session_state["descent.loss"]) == 8


def test_a_formula_is_nobody_elses():
    fine(visit(CURVES, {"formula": "r**4", "loss": "own"}))
    other = visit(CURVES, {"loss": "own"})
    assert "“own” is not known here" in notice(other)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("r**3", "Your loss falls without end on one side"),
        ("-abs(r)", "Your loss falls without end on one side"),
        ("log(r)", "Your loss falls without end on one side"),
        ("sqrt(r - 1e6)", None),
        ("sqrt(r)", None),
        ("0*r", None),
        ("exp(r)", None),
        ("exp(exp(r))", None),
        ("sign(r)", None),
        ("1/r", None),
        ("tan(r)", None),
        ("r**r", None),
        ("abs(r)**0.5", None),
        ("1e90*r**2", None),
        ("1e-90*r**2", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("state", ["", "view=constant", "view=sensitivity", "scale=mad", "view=breakdown"])
def test_a_formula_that_no_line_suits_is_said_and_nothing_else_is_lost(formula, said, state):
    at = fine(
        visit(OUTLIERS, f"{state}&n=8")
        if not formula
        else visit(
            OUTLIERS,
            dict(part.split("=") for part in state.split("&") if part)
            | {"n": "8", "formula": formula, "loss": "own,huber"},
        )
    )
    if said and state == "":
        from outlier_page import said as sentence

        assert said in sentence(at)


@pytest.mark.parametrize("seed", range(5))
def test_a_typed_huber_fits_as_the_registered_one(seed):
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 10, 30), rng.normal(size=30)
    y[:4] += 25
    mine, known = own_loss(HUBER, "regression")(d=1.345), losses.get("huber", delta=1.345)
    for fit, data in ((fit_line, (x, y)), (fit_location, (y,))):
        found, right = fit(mine, *data), fit(known, *data)
        np.testing.assert_allclose(found.coefficients, right.coefficients, rtol=1e-8, atol=1e-9)
        assert bool(found.converged)


def test_a_typed_absolute_error_is_solved_exactly():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 10, 25), rng.normal(size=25)
    found = fit_line(own_loss("abs(r)", "regression")(), x, y)
    right = fit_line(losses.get("absolute_error"), x, y)
    np.testing.assert_allclose(found.coefficients, right.coefficients, rtol=1e-10)


@pytest.mark.parametrize(
    ("text", "family", "targets"),
    [
        ("abs(r)**p + c*r**2", "regression", [1.0, 3.0, 2.0, 5.0]),
        ("softplus(-a*m)", "binary", [0.0, 1.0, 0.0, 1.0]),
    ],
)
def test_the_exported_script_walks_the_same_way(text, family, targets):
    loss = own_loss(text, family)
    loss = loss(p=1.5, c=0.25) if family == "regression" else loss(a=2.0)
    data = Dataset(np.array([0.0, 1.0, 2.0, 3.0]), np.array(targets), ("x", "y"), "by hand")
    run = descend(Cost.linear(data, loss), get_optimizer("sgd", learning_rate=0.05), [0.1, -0.2], steps=20)
    scope = {"__name__": "script"}
    before = np.geterr()
    exec(script(run), scope)
    np.seterr(**before)
    np.testing.assert_allclose(scope["path"], run.params[0], rtol=1e-12)
    np.testing.assert_allclose(scope["costs"], run.cost[0], rtol=1e-12)


def test_a_catalogue_says_what_is_wrong():
    with pytest.raises(ValueError, match="there are 4 formulas; at most 3"):
        Catalogue.of("r;r**2;r**3;r**4", "regression")
    assert Catalogue.of("r**2; abs(r) ;", "regression").own_names == ("own", "own1")
    assert Catalogue.of("", "binary").own == ()
    with pytest.raises(ValueError, match="no loss is named 'own'"):
        Catalogue().find("own")
