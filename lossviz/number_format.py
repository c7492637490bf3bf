"""Numbers for people, written the same way in sentences, tables, labels, boxes and hover texts.

``static/number_format.js`` is the same functions for the browser; one table of cases holds both
(``tests/expected/numbers.json``). A minus is typographic, also in exponents; infinity is its sign; nothing ends in
zeros that say nothing, and no whole part is rounded to zeros. What a machine reads back (a link, a CSV file, code)
is written by :func:`lossviz.data.numerals.shortest` or ``repr`` instead.
"""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

PLAIN = 7
"""A whole part of so many digits is written out; of more, where that is no longer than powers of ten."""
LEAST = -4
"""The power of ten below which a small number is written with one: 0.0001, but 9.9e−5."""
WHOLE = 1e-9
"""How far from a whole number one may be, as a share of it or of 1, that is written as one."""


def short(value: float, digits: int = 4) -> str:
    """At least ``digits`` significant digits where there are so many, and every digit of a whole part below 10⁷.

    12.35, 123457, 1.235e9, 1.5e−9, −1e−7, 5, 0.3, ∞, −∞; "undefined" where there is no number.
    """
    value = float(value)
    if not math.isfinite(value) or value == 0:
        return _special(value)
    size = Decimal(abs(value))
    asked = max(digits, size.adjusted() + 1) if size.adjusted() < PLAIN else digits
    return _written(value < 0, Context(asked, ROUND_HALF_UP).create_decimal(size), asked)


def all_digits(value: float) -> str:
    """All digits that it takes to read back the same number: 0.1, 1700000000123, 1.7e12, 1e−7."""
    value = float(value)
    if not math.isfinite(value) or value == 0:
        return _special(value)
    return _written(value < 0, Decimal(repr(abs(value))), 400)


def fixed(value: float, decimals: int) -> str:
    """So many decimals, to be compared with others of a column: −0.50, 12.35; none where the number is whole."""
    value = float(value)
    if not math.isfinite(value):
        return _special(value)
    if abs(value) >= 2**53:
        return all_digits(value)
    whole = round(value)
    rounded = Decimal(abs(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, Context(400))
    if rounded == abs(whole) and abs(value - whole) <= WHOLE * max(1.0, abs(value)):
        rounded = Decimal(abs(whole))
    return "−" * (value < 0 and rounded != 0) + f"{rounded:f}"


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage: 12%, 0.5%, 50%."""
    return f"{fixed(100.0 * share, decimals)}%"


def _special(value: float) -> str:
    return "0" if value == 0 else "undefined" if math.isnan(value) else "∞" if value > 0 else "−∞"


def _written(negative: bool, size: Decimal, known: int) -> str:
    """A number above zero whose first ``known`` digits are known: plain, or with a power of ten."""
    power = size.adjusted()
    digits = "".join(map(str, size.as_tuple().digits)).rstrip("0")
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip(".")
    scientific = f"{mantissa}e{'−' * (power < 0)}{abs(power)}"
    if power < 0:
        plain = f"0.{'0' * (-power - 1)}{digits}"
    else:
        plain = f"{digits[: power + 1]:0<{power + 1}}.{digits[power + 1 :]}".rstrip(".")
    use_plain = LEAST <= power < PLAIN or (power >= PLAIN and power < known and len(plain) <= len(scientific))
    return "−" * negative + (plain if use_plain else scientific)
