"""Printed lines: read back from their text they are the fit, at every point of the data."""

import re

import numpy as np
import pytest
from campaign import cases
from outlier_page import FIVE, editor, pasted, took
from visiting import read, tables

from lossviz import losses, optimizers
from lossviz.data.cloud import Axis, Cloud, Window
from lossviz.data.dataset import Dataset
from lossviz.descent.race import Entrant, race
from lossviz.draw.descent_scene import readings
from lossviz.equation import centre, coefficient, equation, figure_of, place, significant
from lossviz.fitting import fit_line, fit_location
from lossviz.models import Cost
from lossviz.optimizers import schedules
from lossviz.robust.effects import comparison

_LINE = re.compile(r"y = (\S+) ([+−]) (\S+) (?:x|\(x ([+−]) (\S+)\))")


def value(text):
    return float(text.replace("−", "-"))


def printed(text, x):
    """What a printed line says at x, and half a unit of the last digit of its height."""
    found = _LINE.match(text)
    assert found, text
    level, sign, slope, toward, at = found.groups()
    shift = 0.0 if at is None else value(at) * (1 if toward == "−" else -1)
    digits = level.partition("e")[0].lstrip("−")
    power = value(level.partition("e")[2] or "0")
    half = 0.5 * 10.0 ** (power - len(digits.partition(".")[2]))
    return value(level) + (1 if sign == "+" else -1) * value(slope) * (x - shift), half


@pytest.mark.parametrize("seed", range(cases(300, 5000)))
def test_a_printed_line_is_the_fit_at_every_point(seed):
    rng = np.random.default_rng([20, seed])
    spread, height = 10.0 ** rng.uniform(-9, 9, 2)
    n = int(rng.integers(3, 30))
    x = spread * (rng.uniform(-1, 1, n) + rng.choice([0, 1, -1]) * 10.0 ** rng.uniform(-2, 9))
    y = height * (rng.normal(size=n) + rng.choice([0, 1, -1]) * 10.0 ** rng.uniform(-2, 9))
    y += rng.choice([0, 1, -30]) * height * (x - x.mean()) / spread
    fit = fit_line(losses.get(str(rng.choice(["squared_error", "absolute_error", "huber"]))), x, y)
    window = Window.around(x, y)
    said, half = printed(equation(fit.coefficients, window), x)
    # What rounding leaves of a fit so far from zero, beside what is printed.
    noise = 1e-15 * (np.abs(y).max() + abs(fit.coefficients[1]) * np.abs(x).max())
    assert np.abs(said - (y + fit.residuals)).max() <= half + 2e-3 * window.y.span + noise


@pytest.mark.parametrize("seed", range(cases(100, 1000)))
def test_the_table_of_numbers_is_the_fit_at_every_point(seed):
    rng = np.random.default_rng([21, seed])
    offset = 10.0 ** rng.uniform(0, 10)
    x = offset + rng.uniform(0, 1, 12)
    y = 10.0 ** rng.uniform(-5, 5) * (rng.normal(size=12) + 10.0 ** rng.uniform(0, 8))
    cloud, window = Cloud.of(x, y), Window.around(x, y)
    fits = [fit_line(losses.get("squared_error"), x, y)]
    table = comparison(fits, fits, cloud, window)
    (title,) = [name for name in table if name == "intercept" or name.startswith("y at x = ")]
    at = value(title.removeprefix("y at x = ")) if title != "intercept" else 0.0
    level, slope = (value(coefficient(table[name][0], name, window)) for name in (title, "slope"))
    assert level + slope * (x - at) == pytest.approx(y + fits[0].residuals, abs=3e-3 * window.y.span)
    assert table[title][0] + table["slope"][0] * (x - at) == pytest.approx(
        y + fits[0].residuals, abs=1e-4 * window.y.span
    )


def test_a_line_of_times_in_milliseconds_is_told_from_their_middle():
    x = 1.7e12 + np.array([-900.0, -400.0, 0.0, 300.0, 1000.0])
    fit = fit_line(losses.get("squared_error"), x, 5 + 0.002127 * (x - 1.7e12))
    assert equation(fit.coefficients, Window.around(x, fit.residuals * 0 + 5 + 0.002127 * (x - 1.7e12))) == (
        "y = 5.000 + 0.002127 (x − 1.7e12)"
    )


def test_one_far_point_takes_no_digit_from_the_line_through_the_others():
    at = took(pasted(FIVE), "outliers")
    line = next(line for line in editor(at)["lines"] if line["name"] == "MAE")
    assert line["detail"].startswith("y = 0.500 + 0.500 x")


def test_a_constant_keeps_the_digits_in_which_the_data_differ():
    y = 1.7e12 + np.array([1e6, 3e6, 4e6, 9e6])
    fit = fit_location(losses.get("absolute_error"), y)
    assert value(equation(fit.coefficients, Window.around(np.arange(4.0), y))) == pytest.approx(
        fit.coefficients[0], abs=2e4
    )


@pytest.mark.parametrize("view", ["fit", "sensitivity", "breakdown", "constant", "bars"])
def test_every_view_of_data_far_from_zero_tells_lines_that_hold(view):
    rng = np.random.default_rng(3)
    x = 1.7e12 + np.arange(0.0, 1000.0, 50.0)
    y = 5 + 0.002127 * (x - 1.7e12) + rng.normal(size=20) * 0.1
    at = took(
        pasted("time,y\n" + "".join(f"{a!r},{b!r}\n" for a, b in zip(x.tolist(), y.tolist(), strict=True))),
        "outliers",
    )
    at.button_group(key="outliers.view").set_value(view).run()
    assert [e.message for e in at.exception] == []
    window = Window.around(x, y)
    for line in editor(at)["lines"]:
        if view != "constant" and line["name"]:
            ends, _ = printed(line["detail"], np.array(editor(at)["x"]["domain"]))
            assert ends == pytest.approx(line["ends"], abs=5e-3 * window.y.span)
    if view == "fit":
        assert "(x − 1.7e12)" in editor(at)["alt"]
        at.session_state["outliers.tab"] = "Numbers"
        at.run()
        assert "y at x = 1.7e12" in tables(at)
    if view == "breakdown":
        assert "prediction at x = 17000000" in read(editor(at)["said"]) or "slope" in editor(at)["said"]


@pytest.mark.parametrize(
    ("low", "high", "at"), [(-1, 1, 0), (2, 3, 0), (1990, 2020, 0), (20001, 20016, 20010), (-20014, -20001, -20010), (1.7e12 + 3, 1.7e12 + 900, 1.7e12 + 500)]
)  # fmt: skip
def test_a_line_is_told_from_the_middle_of_a_window_that_is_far_from_zero(low, high, at):
    assert centre(Axis.over(low, high)) == at


def test_places_and_hovers_have_the_digits_that_tell_them_apart():
    assert place(1.7e12 + 450, Axis.over(1.7e12, 1.7e12 + 1000)) == "1700000000450"
    assert place(0.5, Axis.over(0.0, 1.0)) == "0.500"
    assert significant(np.array([1.0, 2.0])) == 5
    assert significant(1.7e12 + np.array([0.0, 1000.0])) == 14
    assert significant(np.array([3.0, 3.0])) == 4


@pytest.mark.parametrize(
    ("given", "size", "least", "text"),
    [(0.5, 1e3, 3, "0.500"), (1e-9, 1e3, 3, "0"), (-1e-14, 1.0, 3, "0"), (0.5, 1e3, 0, "1"), (12345.678, 1.0, 3, "12345.68")],
)  # fmt: skip
def test_a_number_that_is_small_beside_others_keeps_its_first_digits(given, size, least, text):
    assert figure_of(given, size, least) == text


@pytest.mark.parametrize("offset", [0.0, 30.0, 2000.0, 1.7e6])
def test_the_line_that_walks_downhill_is_told_so_that_four_digits_hold(offset):
    """What is read beside the animation, each number to four digits, against the run's own predictions."""
    x = offset + np.linspace(0.0, 10.0, 30)
    problem = Cost.linear(Dataset(x, 3 + 0.5 * (x - offset), ("x", "y"), ""), losses.get("squared_error"))
    start = np.array([3 - 0.5 * offset, 0.5])
    rule = optimizers.OPTIMIZERS["sgd"](learning_rate=1e-15)
    runs = race(
        [Entrant("", problem, rule)], start, steps=2, batch_size=None, seed=0, schedule=schedules.Constant()
    )
    told = {reading.label: float(f"{reading.values[0]:.4g}") for reading in readings(runs[0])}
    (label,) = [label for label in told if label == "intercept" or label.startswith("height at x = ")]
    at = 0.0 if label == "intercept" else value(label.removeprefix("height at x = "))
    assert told[label] + told["slope"] * (x - at) == pytest.approx(problem.predict(start, x), abs=0.03)


def test_points_edited_by_number_are_shown_with_the_digits_that_tell_them_apart():
    rows = "".join(f"{1.7e12 + 7 * k!r},{k * k}\n" for k in range(9))
    at = took(pasted("time,y\n" + rows), "outliers")
    at.session_state["outliers.tab"] = "Numbers"
    at.session_state["outliers:by number"] = True
    at.run()
    shown = at.dataframe[0].value["x"].tolist() if at.dataframe else []
    assert [float(cell) for cell in shown] == [1.7e12 + 7 * k for k in range(9)]
