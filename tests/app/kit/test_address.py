"""What a URL holds is input: each wrong part is named and replaced, and everything else is kept."""

import math
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from visiting import notice, payload, query, send, visit

from lossviz import losses
from lossviz.app.kit.address import LONGEST, Bad, choice, choices, flag, number, numbers, text

CURVES = "pages/loss_curves.py"

KEPT = {"family": "binary", "loss": "hinge,focal", "over": "logit", "focal.gamma": "3", "probe": "-2"}
"""A state of the explorer with nothing at its default."""

WRONG = {
    "unknown loss": ("loss", "nope", "“nope” is not known here"),
    "loss of another family": ("loss", "huber", "“huber” is not known here"),
    "unknown option": ("over", "margin", "“margin” is not one of probability, logit"),
    "unknown family": ("family", "ternary", "“ternary” is not one of regression, binary, multiclass"),
    "not a number": ("focal.gamma", "two", "“two” is not a finite number"),
    "NaN": ("focal.gamma", "NaN", "“NaN” is not a finite number"),
    "infinite": ("probe", "-inf", "“-inf” is not a finite number"),
    "1e400": ("probe", "1e400", "“1e400” is not a finite number"),
    "empty": ("probe", "", "“” is not a finite number"),
    "ten thousand characters": (
        "probe",
        "1" * 10_000,
        "10,000 characters are more than the 4,000 that a link has at most",
    ),
    "ten thousand losses": (
        "loss",
        "focal," * 10_000,
        "60,000 characters are more than the 4,000 that a link has at most",
    ),
    "control characters": ("over", "\x00\x1b[2J\x7f", "“??[2J?” is not one of"),
    "Arabic digits in letters": ("log", "١", "“١” is neither 0 nor 1"),
    "Markdown": ("reach", "![](//a.io/x)$e$", "“![](//a.io/x)$e$” is not one of"),
}


@pytest.mark.parametrize(("name", "value", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_named_and_the_rest_is_kept(name, value, said):
    at = visit(CURVES, KEPT | {name: value})
    assert [e.message for e in at.exception] == []
    assert notice(at).startswith(f"{name}: {said}")
    left = visit(CURVES, {key: text for key, text in KEPT.items() if key != name})
    assert query(at) == query(left)
    if name in ("focal.gamma", "probe", "log", "reach"):  # nothing else depends on these
        assert dict(parse_qsl(query(at))) == {key: text for key, text in KEPT.items() if key != name}


@pytest.mark.parametrize(
    ("name", "value", "used", "allowed"),
    [
        ("focal.gamma", "-4", "0", "0 or more"),
        ("probe", "-7", "-6", "from −6 to 6"),
        ("probe", "7e300", "6", "from −6 to 6"),
    ],
)
def test_what_is_not_allowed_is_moved_to_the_nearest_that_is(name, value, used, allowed):
    at = visit(CURVES, KEPT | {name: value})
    assert dict(parse_qsl(query(at), keep_blank_values=True)).get(name) == used
    assert notice(at) == f"{name}: “{value}” must be {allowed}; {used.replace('-', '−')} is used."


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "must be above 0; 0.05"),
        ("1e200", "is too large; 5"),
        ("1e-200", "is too small; 0.05"),
        ("-1e200", "must be above 0; 0.05"),
    ],
)
def test_a_distance_that_is_none_is_moved_into_the_slider(value, said):
    at = visit(CURVES, f"loss=huber&huber.delta={value}")
    assert notice(at) == f"huber.delta: “{value}” {said} is used."


@pytest.mark.parametrize("value", ["1e150", "100", "5.000000000000001", "5e-324"])
def test_what_a_loss_allows_is_kept_beyond_the_slider(value):
    at = visit(CURVES, KEPT | {"focal.gamma": value})
    assert [e.message for e in at.exception] == []
    assert dict(parse_qsl(query(at)))["focal.gamma"] == value
    assert notice(at) == ""


def test_of_several_losses_only_the_unknown_one_is_left_out():
    at = visit(CURVES, KEPT | {"loss": "hinge,nope,focal"})
    assert notice(at) == "loss: “nope” is not known here and was left out."
    assert query(at) == urlencode(KEPT, safe=",")


def test_of_repeated_settings_the_last_one_counts():
    at = visit(CURVES, {**KEPT, "probe": ["3", "-2"]})
    assert notice(at) == "“probe” is set more than once; the last one counts."
    assert query(at) == urlencode(KEPT, safe=",")


def test_at_most_six_wrong_parts_are_named():
    at = visit(CURVES, {f"unknown{i}": "1" for i in range(50)})
    assert notice(at).count("was left out") == 6
    assert notice(at).endswith("And 44 more.")


def test_notices_stay_until_another_page_is_entered():
    at = visit(CURVES, {"probe": "x"})
    at.run()
    assert notice(at)
    at.query_params.clear()
    at.switch_page("app.py").run()
    assert notice(at) == ""


@pytest.mark.parametrize(
    "state",
    [
        "",
        "loss=huber,barron&huber.delta=1.345&barron.alpha=-2.5&y=-3.5&reach=10&probe=0.25&panels=curvature,weight&log=1",
        "loss=cauchy&probe=1e-07",
        "family=binary&loss=binary_cross_entropy&class=0&wrt=probability&panels=curvature&probe=0.9999",
        "family=binary&loss=focal&over=logit&reach=50&focal.alpha.on=1&focal.alpha=0.9",
        "family=multiclass&loss=kl_divergence&classes=10&probe=0.3",
    ],
)
def test_address_to_state_to_address(state):
    at = visit(CURVES, state)
    assert notice(at) == ""
    assert dict(parse_qsl(query(at))) == dict(parse_qsl(state))
    at.run()
    assert dict(parse_qsl(query(at))) == dict(parse_qsl(state))


def test_probe_stays_on_the_axis_when_the_axis_shrinks():
    at = visit(CURVES, "probe=-25")
    at.select_slider(key="curves.reach").set_value("10").run()
    assert query(at) == "reach=10"
    assert notice(visit(CURVES, query(at))) == ""


def test_another_family_starts_from_its_own_defaults():
    at = visit(CURVES, "loss=huber&huber.delta=2&reach=10&log=1")
    at.button_group(key="curves.family").set_value("binary").run()
    assert [e.message for e in at.exception] == []
    assert query(at) == "family=binary"


# --- fields alone ----------------------------------------------------------------------------

finite = st.floats(-1e300, 1e300)


@given(finite, finite, finite)
def test_number_is_read_back_to_ten_digits_or_moved_to_the_nearest_allowed(low, high, value):
    low, high = sorted((low, high))
    field = number("n", low, high, low)
    inside = min(high, max(low, value))
    assert field.read(field.write(inside)) == pytest.approx(inside, rel=1e-9, abs=0)
    assert low <= field.read(repr(value)) <= high


@given(st.text(max_size=40))
def test_number_reads_any_text_as_a_finite_number_or_refuses_it(raw):
    try:
        value = number("n", -10, 10, 0.0).read(raw)
    except Bad:
        assert not _is_finite(raw)
    else:
        assert _is_finite(raw)
        assert -10 <= value <= 10


def _is_finite(raw):
    try:
        return math.isfinite(float(raw.strip()))  # which takes control characters off that float does not
    except ValueError:
        return False


@given(st.lists(st.sampled_from("abcdef"), unique=True, min_size=1))
def test_choices_are_read_back_in_their_order(picked):
    field = choices("c", "abcdef", ["a"], least=1)
    assert field.read(field.write(picked)) == picked
    assert field.read(",".join(picked + picked)) == picked


def test_choices_that_are_too_few():
    field = choices("c", ["a", "b"], ["b"], least=1)
    assert field.read("") == ["b"]
    with pytest.raises(Bad, match="“x” is not known here"):
        field.read("x")
    assert choices("c", ["a", "b"], ["b"]).read("") == []


@pytest.mark.parametrize(
    ("field", "raw", "message"),
    [
        (choice("c", ("a", "b"), "a"), "c", "is not one of a, b$"),
        (choice("c", ("", "a", "b"), ""), "c", "is not one of a, b$"),
        (flag("f"), "true", "is neither 0 nor 1"),
        (numbers("n", 0, 9, (1, 2)), "3", "is not two numbers such as 0,9"),
        (numbers("n", 0, 9, (1, 2)), "3,nan", "is not a finite number"),
        (numbers("n", 0, 9, (1, 2)), "3,3", "the first number must be the smaller"),
        (text("t", 5), "abcdef", "6 characters are more than the 5 allowed"),
    ],
)
def test_refusals(field, raw, message):
    with pytest.raises(Bad, match=message):
        field.read(raw)


@given(st.tuples(finite, finite).filter(lambda pair: f"{pair[0]:.10g}" != f"{pair[1]:.10g}").map(sorted))
@settings(max_examples=50)
def test_pair_is_read_back(pair):
    field = numbers("n", -1e308, 1e308, (0, 1))
    inside = [min(1e308, max(-1e308, value)) for value in pair]
    if inside[0] < inside[1]:
        assert field.read(field.write(inside)) == pytest.approx(inside, rel=1e-9, abs=0)


def test_longest_value_read_at_all_holds_every_loss():
    assert len(",".join(losses.names())) < LONGEST


def test_of_more_values_than_a_control_takes_the_first_are_kept_and_that_is_said(monkeypatch):
    said = []
    monkeypatch.setattr("lossviz.app.kit.address.give_notice", said.append)
    field = choices("opt", ("a", "b", "c"), ("a",), least=1, most=2)
    assert field.read("c,a") == ["c", "a"]
    assert said == []
    assert field.read("c,b,a") == ["c", "b"]
    assert said == ["opt: 3 are more than can be shown at once; the first 2 are kept."]
    assert (field.least, field.most, field.options) == (1, 2, ("a", "b", "c"))


def test_a_host_s_own_parameters_are_no_settings_and_what_only_begins_like_them_is_told():
    at = visit(CURVES, {"embed": "true", "embed_options": "dark_theme", "embedded": "1"})
    assert notice(at) == "“embedded” is no setting of this page and was left out."


def step(at):
    return payload(at, "address")["step"]


def test_presets_views_and_tabs_are_steps_and_what_is_moved_is_not():
    at = visit(CURVES)
    assert step(at) == 0
    at.button_group(key="curves:preset").set_value("Margins").run()
    assert step(at) == 1
    send(at, "curves.probe:slider", value=1.5)
    assert step(at) == 1
    at.session_state["curves.tab"] = "code"
    at.run()
    assert (step(at), "tab=code" in query(at)) == (2, True)
    at.button_group(key="curves.family").set_value("regression").run()
    assert (step(at), query(at)) == (3, "tab=code")


def test_a_page_that_is_entered_begins_to_count_anew():
    at = visit("pages/outliers.py")
    at.button_group(key="outliers:preset").set_value("Squares").run()
    assert step(at) == 1
    at.switch_page("app.py").run()
    assert step(at) == 0
    at.switch_page("pages/outliers.py").run()
    assert step(at) == 0
