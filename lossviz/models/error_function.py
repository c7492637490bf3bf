"""The error function, for arrays and in NumPy alone, to the last digits.

erf(x) / x is a Chebyshev series in x² for |x| <= 1, and (x + 3) exp(x²) erfc(x) one in 3 / (3 + x)
beyond, so that the tails keep their digits too. The coefficients are made by
``tests/expected/make_error_function.py`` at 50 digits.
"""

import numpy as np
from numpy.polynomial import chebyshev

from lossviz.losses.base import Array

_NEAR = np.array(
    [
        0.9754769393826541,
        -0.14226120510371365,
        0.010035582187599796,
        -0.0005768764699767485,
        2.741993125219606e-05,
        -1.1043175507344507e-06,
        3.8488755420345036e-08,
        -1.1808582533875466e-09,
        3.2334215826050907e-11,
        -7.991015947004549e-13,
        1.7990725113961456e-14,
        -3.718635487818693e-16,
        7.103599003714253e-18,
    ]
)
_FAR = np.array(
    [
        1.0571010054981413,
        0.5249400202848442,
        0.10791526051949057,
        0.01792263702763573,
        0.002269095001450225,
        0.00018571495712477277,
        2.394936963736625e-06,
        -1.6583136439853328e-06,
        -1.760899597287719e-07,
        7.882935019563502e-09,
        2.9358839046703502e-09,
        2.913955922513195e-11,
        -4.580747050893688e-11,
        -1.7822361068249639e-12,
        7.879850615638545e-13,
        4.0327582535286846e-14,
        -1.5517581640440042e-14,
        -6.900809363119483e-16,
        3.4254960932048787e-16,
        6.796115173087098e-18,
        -8.048803488159989e-18,
    ]
)

_LAST = 28.0
"""Beyond it erfc is below the smallest number."""


def erf(x: Array) -> Array:
    """2/√π times the integral of exp(-t²) from 0 to x; relative error below 1e-15."""
    x = np.asarray(x, dtype=np.float64)
    return np.where(np.abs(x) <= 1.0, _near(x), np.copysign(1.0 - _tail(np.abs(x)), x))


def erfc(x: Array) -> Array:
    """1 - erf(x), without cancellation for large x; relative error below 2e-15 where it is a normal number."""
    x = np.asarray(x, dtype=np.float64)
    tail = _tail(np.abs(x))
    return np.where(np.abs(x) <= 1.0, 1.0 - _near(x), np.where(x > 0, tail, 2.0 - tail))


def _near(x: Array) -> Array:
    u = np.minimum(x * x, 1.0)
    return x * chebyshev.chebval(2.0 * u - 1.0, _NEAR)


def _tail(size: Array) -> Array:
    """erfc of |x|, meant for |x| >= 1; nan stays nan."""
    inside = np.clip(size, 1.0, _LAST)
    low, high = 3.0 / (3.0 + _LAST), 0.75
    place = (2.0 * (3.0 / (3.0 + inside)) - (low + high)) / (high - low)
    # exp(-x²) to all digits: x² is split into the square of a number of half as many bits, and the rest.
    head = np.asarray(inside, dtype=np.float32).astype(np.float64)
    bell = np.exp(-head * head) * np.exp(-(inside - head) * (inside + head))
    return np.where(size > _LAST, 0.0, bell * chebyshev.chebval(place, _FAR) / (inside + 3.0))
