"""Chebyshev coefficients of ``lossviz/models/error_function.py``, from mpmath at 50 digits.

    python tests/expected/make_error_function.py

prints the two tables: of erf(x) / x in u = x² on [0, 1], and of (x + 3) exp(x²) erfc(x) in
t = 3 / (3 + x) on x from 1 to 28.
"""

import mpmath as mp

mp.mp.dps = 50
NEGLIGIBLE = mp.mpf("2e-18")


def chebyshev(function, low, high, count=60):
    """Coefficients of the interpolant at the ``count`` Chebyshev points of [low, high]."""
    nodes = [mp.cos(mp.pi * (k + mp.mpf(1) / 2) / count) for k in range(count)]
    values = [function((high - low) / 2 * node + (high + low) / 2) for node in nodes]
    found = [
        2 * sum(v * mp.cos(mp.pi * j * (k + mp.mpf(1) / 2) / count) for k, v in enumerate(values)) / count
        for j in range(count)
    ]
    found[0] /= 2
    while abs(found[-1]) < NEGLIGIBLE:
        found.pop()
    return found


def near(u):
    return mp.erf(mp.sqrt(u)) / mp.sqrt(u)


def far(t):
    x = 3 / t - 3
    return (x + 3) * mp.exp(x * x) * mp.erfc(x)


if __name__ == "__main__":
    for title, coefficients in (
        ("_NEAR", chebyshev(near, mp.mpf(0), mp.mpf(1))),
        ("_FAR", chebyshev(far, mp.mpf(3) / 31, mp.mpf(3) / 4)),
    ):
        print(f"{title} = np.array(\n    [")
        for coefficient in coefficients:
            print(f"        {float(coefficient)!r},")
        print("    ]\n)")
