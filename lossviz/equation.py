"""Lines and numbers as they are printed: with the digits that are needed where the data are, and no more.

A slope of three digits is right at x = 3 and wrong by hundreds at x = 1.7e12, where a line is therefore told from
the middle of the data: y = 5.00 + 0.002127 (x − 1.7e12).
"""

import math
from fractions import Fraction

import numpy as np

from lossviz.data.cloud import Axis, Window
from lossviz.losses.base import Array
from lossviz.number_format import all_digits, fixed, short

NEGLIGIBLE = 1e-10
"""A number below this share of what is usual is zero, up to rounding."""
NEAR, FAR = 3.0, 100.0
"""How many times its own width away from zero a window may be: so far a slope needs no more digits, and so far
more digits will do; a line further out is told from its middle."""


def figure_of(value: float, size: float, least: int = 0) -> str:
    """A number with as many decimals as matter where numbers of ``size`` are usual, and a true minus.

    Of a number that is not negligible beside that size ``least`` digits are shown, though they matter less.
    """
    if not np.isfinite(value):
        return short(value)
    magnitude = _power(value) if value else 0
    decimals = 2 - _power(size) if size > 0 else 2
    if least and value:
        if abs(value) >= NEGLIGIBLE * size:
            decimals = max(decimals, least - 1 - magnitude)
        else:
            value = 0.0
    if -3 <= decimals <= 5:
        return fixed(value, max(0, decimals))
    return short(value, min(17, max(4, magnitude + 1 + decimals)))


def slope_size(window: Window) -> float:
    """The size of a slope that is worth a digit: a tenth of the window's own."""
    return 0.1 * window.y.span / window.x.span


def equation(coefficients: Array, window: Window) -> str:
    """y = 1.02 + 0.68 x, or the constant; at every x in the window within 0.2 % of its height of the fit."""
    size = window.y.span / 10
    if len(coefficients) == 1:
        return figure_of(float(coefficients[0]), size, 3)
    at = centre(window.x)
    slope = float(coefficients[1])
    written = figure_of(abs(slope), slope_size(window) / _finer(window.x), 3)
    sign = "−" if slope < 0 else "+"
    x = f"(x {'+' if at < 0 else '−'} {all_digits(abs(at))})" if at else "x"
    return f"y = {figure_of(level(coefficients, at), size, 3)} {sign} {written} {x}"


def coefficient(value: float, what: str, window: Window) -> str:
    """A line's ``slope``, or its height at the centre, with the digits that :func:`equation` gives it, at least five."""
    size = slope_size(window) / _finer(window.x) if what == "slope" else window.y.span / 10
    return figure_of(value, size, 5)


def centre(axis: Axis, far: float = FAR) -> float:
    """Where a line is told from: zero, or the roundest number on an axis that is ``far`` from it."""
    if _distance(axis) <= far:
        return 0.0
    middle = Fraction(0.5 * axis.low + 0.5 * axis.high)
    powers = range(_power(axis.high or axis.low), _power(axis.span) - 3, -1)
    round_ones = (float(f"{round(middle / Fraction(10) ** power)}e{power}") for power in powers)
    return next(at for at in round_ones if axis.low <= at <= axis.high)


def middle_of(x: Array, far: float = FAR) -> float:
    """:func:`centre` of what these numbers span; zero where they are all equal."""
    low, high = float(x.min()), float(x.max())
    return centre(Axis.over(low, high), far) if low < high else 0.0


def level(coefficients: Array, at: float) -> float:
    """Height of a line (intercept, slope) at x = ``at``, without rounding in between."""
    return float(Fraction(float(coefficients[0])) + Fraction(float(coefficients[1])) * Fraction(at))


def place(value: float, axis: Axis) -> str:
    """A place on an axis, to a thousandth of its length or finer, with a true minus."""
    return figure_of(value, axis.span / 10)


def significant(values: Array) -> int:
    """Digits with which these numbers can be told apart, and a thousandth of their range be seen."""
    finite = values[np.isfinite(values)]
    span = float(np.ptp(finite)) if len(finite) else 0.0
    if not span > 0:
        return 4
    return int(np.clip(4 + math.ceil(math.log10(float(np.abs(finite).max()) / span)), 4, 16))


def _distance(axis: Axis) -> float:
    return max(abs(axis.low), abs(axis.high)) / axis.span


def _finer(axis: Axis) -> float:
    """How much finer a slope must be written because the window is off zero."""
    distance = _distance(axis)
    return 1.0 if distance <= NEAR or distance > FAR else 10.0 ** math.ceil(math.log10(distance / NEAR))


def _power(value: float) -> int:
    return math.floor(math.log10(abs(value)))
