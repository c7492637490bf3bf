"""Numbers as people write them: decimal commas, grouped thousands, true minus signs, words for nothing."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

import numpy as np

LARGEST = 1e90
"""A number beyond this counts as infinite: windows around it and tenfold y stay within what can be fitted."""
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-", "?"})
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_ONLY_COMMA_GROUPS = re.compile(r"[+-]?\d{1,3}((,\d{3}){2,}(\.\d*)?|,\d{3}\.\d*)")
_DOT_GROUPS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+")
_ONLY_DOT_GROUPS = re.compile(r"[+-]?\d{1,3}((\.\d{3}){2,}(,\d*)?|\.\d{3},\d*)")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+|),\d+([eE][+-]?\d+)?")
_DECIMAL_DOT = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Numerals:
    """How a table writes numbers: whether a comma is its decimal mark, and whether dots group thousands."""

    comma: bool = False
    dots: bool = False

    @classmethod
    def of(cls, cells: Iterable[str], *, commas_separate: bool) -> "Numerals":
        """What all cells together say; ``commas_separate`` cells, so that one inside a cell was quoted.

        1,234 alone could be either. It is a thousand and more beside 1,234.5 or 0.5, or where commas
        separate cells, unless another cell is a decimal comma for certain, such as 1,5.
        """
        certain = either = dotted = dots = False
        for cell in cells:
            if _ONLY_COMMA_GROUPS.fullmatch(cell):
                return cls()
            if _COMMA_GROUPS.fullmatch(cell):
                either = True
            elif _DECIMAL_COMMA.fullmatch(cell):
                certain = True
            dots = dots or bool(_ONLY_DOT_GROUPS.fullmatch(cell))
            dotted = dotted or bool(_DECIMAL_DOT.fullmatch(cell) and not _DOT_GROUPS.fullmatch(cell))
        comma = certain or (either and not dotted and not commas_separate)
        return cls(comma, comma and dots)

    def plain(self, cell: str) -> str:
        """A cell as Python writes numbers, if it is one: grouped by nothing, with a dot as its decimal mark."""
        text = _SPACES.sub("", cell.replace("−", "-"))
        if self.comma and _DECIMAL_COMMA.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        if (self.dots and _DOT_GROUPS.fullmatch(text)) or _ONLY_DOT_GROUPS.fullmatch(text):
            return text.replace(".", "")
        if not self.comma and _COMMA_GROUPS.fullmatch(text):
            return text.replace(",", "")
        return text

    def number(self, cell: str) -> float | None:
        """The number in a cell, NaN where it is missing or too large, None where there is something else."""
        text = self.plain(cell)
        try:
            number = float(text) if "_" not in text else None
        except ValueError:
            missing = text.lower() in MISSING or text.lstrip("+-") == "∞"
            return np.nan if missing else None
        return number if number is None or abs(number) <= LARGEST else np.nan

    def exactly(self, cell: str) -> Decimal | None:
        """The number in a cell with all its digits, however many; None where there is none."""
        try:
            number = Decimal(self.plain(cell))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None


def looks_like_number(text: str) -> bool:
    """Whether a table could mean a number, or a missing one, by this cell."""
    ways = Numerals(), Numerals(comma=True), Numerals(comma=True, dots=True)
    return any(numerals.number(text) is not None for numerals in ways)


def typed(text: str) -> float | None:
    """The finite number somebody typed or a link holds; None where it is none. A comma is a decimal mark."""
    cell = _SPACES.sub("", text.strip().replace("−", "-"))
    if _DECIMAL_COMMA.fullmatch(cell):
        cell = cell.replace(".", "").replace(",", ".")
    try:
        number = math.nan if "_" in cell else float(cell)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def shortest(number: float) -> str:
    """The shortest decimal that reads back as exactly this number."""
    return repr(float(number)).removesuffix(".0").replace("e+", "e")
