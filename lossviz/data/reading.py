"""A person's own table, from a file or pasted text, whatever separates its cells.

``read`` takes bytes or text and returns named columns of numbers; ``Sheet.dataset`` takes the columns
wanted and leaves out the rows that have no number in one of them. Nothing is dropped in silence: what
was left out is said in ``notes``, with line numbers.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossviz.data.dataset import MAX_DRAWN, Array, Dataset

MAX_BYTES = 10_000_000
MAX_COLUMNS = 100
MAX_ROWS = 100_000
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
"""Tried in this order: those that are never a decimal mark come first."""
LARGEST = 1e100
"""A number beyond this counts as infinite."""
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", ".", "-", "?"})
_THOUSANDS_SPACE = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_THOUSANDS_COMMA = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?(\d+|\d{1,3}(\.\d{3})+),\d+([eE][+-]?\d+)?|[+-]?,\d+")


@dataclass(frozen=True)
class Sheet:
    """Columns of numbers by name; a cell without a finite number is NaN.

    ``values`` is (rows, columns), ``lines`` (rows,) where each row begins in the source, from 1.
    """

    names: tuple[str, ...]
    values: Array
    lines: tuple[int, ...]
    notes: tuple[str, ...]
    """What was read and what was left out, in sentences."""

    def dataset(
        self, response: str, predictor: str | None = None, source: str = "your own data"
    ) -> tuple[Dataset, tuple[str, ...]]:
        """The response against one predictor, or against the order of rows, and notes on rows left out.

        Raises:
            ValueError: if a column is unknown, or fewer than two rows have numbers in both.
        """
        for name in (response, predictor):
            if name is not None and name not in self.names:
                raise ValueError(f"there is no column {name!r:.60}; there are {_listing(self.names)}")
        y = self.values[:, self.names.index(response)]
        order = np.arange(1.0, len(y) + 1.0)
        x = order if predictor is None else self.values[:, self.names.index(predictor)]
        notes = []
        whole = np.isfinite(x) & np.isfinite(y)
        if not whole.all():
            gone = [line for line, keep in zip(self.lines, whole, strict=True) if not keep]
            wanted = f"column {response!r}" if predictor is None else f"both {predictor!r} and {response!r}"
            notes.append(f"{_rows(gone)} left out: no finite number in {wanted}.")
        kept = np.flatnonzero(whole)
        if len(kept) < 2:
            raise ValueError(
                f"{len(kept)} row(s) have a number in every chosen column; a fit needs at least two"
            )
        if len(kept) > MAX_DRAWN:
            notes.append(f"{MAX_DRAWN:,} of {len(kept):,} rows are used, spread evenly: that is the most.")
            kept = kept[np.linspace(0, len(kept) - 1, MAX_DRAWN).round().astype(int)]
        return Dataset(x[kept], y[kept], (predictor or "row", response), source), tuple(notes)


def read(content: str | bytes) -> Sheet:
    """The columns of numbers in a CSV, TSV, semicolon- or space-separated table.

    A first row without numbers is the header; where the separator is not a comma, a comma may be the
    decimal mark. Columns of text are left out, and rows with too many cells.

    Raises:
        ValueError: if the content is empty, binary, over 10 MB or 100,000 rows or 100 columns, badly
            quoted, or without a column of numbers; the message names line and column where there is one.
    """
    text = _decode(content)
    if not text.strip():
        raise ValueError("there is nothing to read: the text is empty")
    separator = _separator(text)
    rows = _rows_of(text, separator)
    notes = [] if separator == "," else [f"Cells are separated by {SEPARATORS.get(separator, 'spaces')}."]
    comma = separator != "," and _has_decimal_commas(rows)
    if comma:
        notes.append("The comma is read as the decimal mark.")
    header = _is_header(rows, comma)
    first = rows[0][1]
    body = rows[1:] if header else rows
    if not body:
        raise ValueError("there is a header on line 1 but no row of data below it")
    width = len(first) if header else Counter(len(cells) for _, cells in body).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise ValueError(f"line {rows[0][0]} has {width:,} columns; the most is {MAX_COLUMNS}")
    labels = _unique_names(first if header else [""] * width, notes)
    body = _without_long_rows(body, width, notes)
    values = np.full((len(body), width), np.nan)
    strange: dict[int, list[tuple[int, str]]] = {}
    for r, (line, cells) in enumerate(body):
        for c, cell in enumerate(cells):
            number = _number(cell, comma)
            if number is None:
                strange.setdefault(c, []).append((line, cell))
            else:
                values[r, c] = number
    kept = _numeric_columns(labels, values, strange, body, notes)
    return Sheet(
        tuple(labels[c] for c in kept),
        values[:, kept],
        tuple(line for line, _ in body),
        tuple(notes),
    )


def _decode(content: str | bytes) -> str:
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the file has {len(content) / 1e6:,.0f} MB; the most is {MAX_BYTES // 1_000_000} MB"
        )
    if isinstance(content, str):
        text = content
    elif content[:2] == b"PK":
        raise ValueError("this is a spreadsheet or an archive, not text: save it as CSV first")
    elif content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = content.decode("utf-16", errors="replace")
    else:
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    control = re.search(r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", text.replace("\x85", ""))
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise ValueError(f"this is not text: line {line} holds bytes that no table of numbers has")
    return text


def _separator(text: str) -> str:
    """The separator that cuts nearly all of the first lines into the same number of cells, above one."""
    sample = [line for line in text.split("\n")[:200] if line.strip()][:50]
    best = ","
    for separator in (*SEPARATORS, " "):
        widths = Counter(len(cells) for _, cells in _parse("\n".join(sample), separator, strict=False))
        width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        if width > 1 and count >= 0.8 * widths.total():
            return separator
        if width > 1 and best == ",":
            best = separator
    return best


def _parse(text: str, separator: str, strict: bool = True) -> list[tuple[int, list[str]]]:
    """Rows that are not blank: the line each begins on and its cells."""
    reader = csv.reader(
        io.StringIO(text), delimiter=separator, skipinitialspace=separator == " ", strict=strict
    )
    rows, line = [], 1
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if separator == " " and stripped and stripped[-1] == "":
                stripped.pop()
            if any(stripped):
                rows.append((line, stripped))
            line = reader.line_num + 1
            if len(rows) > MAX_ROWS:
                raise ValueError(f"there are more than {MAX_ROWS:,} rows, which is the most")
    except csv.Error as error:
        raise ValueError(f"line {line}: a quotation mark or a cell does not end ({error})") from None
    return rows


def _rows_of(text: str, separator: str) -> list[tuple[int, list[str]]]:
    rows = _parse(text, separator)
    if not rows:
        raise ValueError("there is nothing to read: every line is empty")
    return rows


def _has_decimal_commas(rows: list[tuple[int, list[str]]]) -> bool:
    return any(_DECIMAL_COMMA.fullmatch(cell) for _, cells in rows for cell in cells)


def _number(cell: str, comma: bool) -> float | None:
    """The number in a cell, NaN where it is missing or not finite, None where there is something else."""
    text = _THOUSANDS_SPACE.sub("", cell.replace("−", "-"))
    if comma and "," in text:
        text = text.replace(".", "").replace(",", ".")
    elif not comma and _THOUSANDS_COMMA.fullmatch(text):
        text = text.replace(",", "")
    try:
        number = float(text) if "_" not in text else None
    except ValueError:
        missing = text.lower() in MISSING or text.lstrip("+-") == "∞"
        return np.nan if missing else None
    return number if number is None or abs(number) <= LARGEST else np.nan


def _is_header(rows: list[tuple[int, list[str]]], comma: bool) -> bool:
    """Whether the first row names the columns: it holds text where rows below hold numbers."""
    first = [_number(cell, comma) is None for cell in rows[0][1]]
    if not any(first):
        return False
    if all(first) or len(rows) == 1:
        return True
    below = [cells for _, cells in rows[1:20]]
    return any(
        text
        and sum(_number(cells[c], comma) is not None for cells in below if c < len(cells)) > len(below) / 2
        for c, text in enumerate(first)
    )


def _unique_names(header: Sequence[str], notes: list[str]) -> list[str]:
    """Names of the columns: those without one are numbered, repeated ones get a number behind."""
    if not any(header):
        notes.append("There is no header: the columns are named by their number.")
    names: list[str] = []
    for c, given in enumerate(header):
        name = wanted = " ".join(given.split())[:80] or f"column {c + 1}"
        again = 2
        while name in names:
            name, again = f"{wanted} ({again})", again + 1
        if name != wanted:
            notes.append(f"Two columns are named {wanted!r}: column {c + 1} is {name!r} here.")
        names.append(name)
    return names


def _without_long_rows(
    body: list[tuple[int, list[str]]], width: int, notes: list[str]
) -> list[tuple[int, list[str]]]:
    """Rows with at most ``width`` cells, apart from empty ones at their end."""
    fitting = [(line, cells) for line, cells in body if not any(cells[width:])]
    long = [line for line, cells in body if any(cells[width:])]
    if len(long) > len(body) / 2:
        line, cells = next((line, cells) for line, cells in body if any(cells[width:]))
        raise ValueError(f"line {line} has {len(cells)} cells where {width} are expected, as do most others")
    if long:
        notes.append(f"{_rows(long)} left out: more than {width} cells.")
    return [(line, cells[:width]) for line, cells in fitting]


def _numeric_columns(
    labels: list[str],
    values: Array,
    strange: dict[int, list[tuple[int, str]]],
    body: list[tuple[int, list[str]]],
    notes: list[str],
) -> list[int]:
    """The columns that hold mostly numbers; says what happened to the others and to their text."""
    kept = []
    for c, label in enumerate(labels):
        text, numbers = strange.get(c, []), int(np.isfinite(values[:, c]).sum())
        if numbers == 0 or len(text) > numbers:
            reason = "it holds text" if text else "it holds no number"
            notes.append(f"Column {label!r} left out: {reason}.")
            continue
        kept.append(c)
        if text:
            line, cell = text[0]
            notes.append(
                f"Column {label!r}: {len(text)} cell(s) are not numbers, the first on line {line} ({cell!r:.40})."
            )
    if not kept:
        line, cell = min((cells[0] for cells in strange.values()), default=(body[0][0], ""))
        column = next((labels[c] for c, cells in strange.items() if (line, cell) in cells), labels[0])
        raise ValueError(
            f"no column holds numbers: line {line}, column {column!r} is {cell!r:.40} where a number is expected"
        )
    return kept


def _rows(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:5]) + (", …" if len(lines) > 5 else "")
    return f"{len(lines):,} row{'s' * (len(lines) != 1)} (line{'s' * (len(lines) != 1)} {shown})"


def _listing(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:10]) + (", …" if len(names) > 10 else "")
