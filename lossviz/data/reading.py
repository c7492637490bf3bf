"""A person's own table, from a file or pasted text, whatever separates its cells.

``read`` takes bytes or text and returns named columns of numbers; ``Sheet.dataset`` takes the columns
wanted and leaves out the rows that have no number in one of them. Nothing is dropped in silence: what
was left out is said in ``notes``, with line numbers.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from lossviz.data.dataset import MAX_ROWS, Array, Dataset
from lossviz.data.numerals import LARGEST, MISSING, Numerals, looks_like_number, shortest
from lossviz.data.sampling import sample
from lossviz.foreign import quoted
from lossviz.number_format import all_digits, fixed, short

MAX_BYTES = 10_000_000
MAX_COLUMNS = 100
MOST_READ = 1_000_000
"""Most rows of a table; of more than ``MAX_ROWS`` so many are kept, drawn at random."""
SEPARATORS = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
"""Tried in this order: those that are never a decimal mark come first."""
CLOSEST = 1e-11
"""Numbers that differ by less than this share of their size cannot be told apart when drawn."""
TINIEST = 1e-100
"""Nor can those that differ by less than this."""
_DIGITS = 15
"""Every number of so many digits is another when read; of more, some become equal."""
_ACROSS = ("x", "x1", "x₁", "x_1")
_LABELS = ("class", "label", "target")
_COUNTERS = ("column 1", "index", "unnamed: 0", "row", "id")
"""Names under which tables keep the number of a row, the first where it has none."""


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
    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Columns that hold text, (rows,), by name: none is among ``names``."""
    alike: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """By name: how many different numbers a column held that have more digits than are kept, and how
    many are left, where that is fewer."""

    def likely(self) -> tuple[str, ...]:
        """The columns that are likely meant: none that only numbers the rows, one called x first, one called y last."""
        meant = [name for name in self.names if not self._numbers_rows(name)] or list(self.names)
        return tuple(sorted(meant, key=lambda name: (name.lower() == "y") - (name.lower() in _ACROSS)))

    def likely_label(self) -> str:
        """The column that most likely tells the class: the last of text, else one that is called so, else the last
        of two different numbers, else the last."""
        numbers = self.likely()
        two = [n for n in self.names if len(np.unique((v := self._numbers(n))[np.isfinite(v)])) == 2]
        called = [n for n in self.names if n.lower() in _LABELS]
        return [*numbers[-1:], *two, *called, *self.texts][-1]

    def _numbers_rows(self, name: str) -> bool:
        steps = np.diff(self._numbers(name))
        return name.lower() in _COUNTERS and bool((steps == 1.0).all())

    def dataset(
        self,
        response: str,
        predictor: str | None = None,
        source: str = "your own data",
        *,
        most: int = MAX_ROWS,
    ) -> tuple[Dataset, tuple[str, ...]]:
        """The response against one predictor, or against the order of rows, and notes on rows left out.

        ``most`` rows are used, drawn at random.

        Raises:
            ValueError: if a column is unknown, fewer than two rows have numbers in both, or those of
                a column are too close together to be drawn.
        """
        y = self._numbers(response)
        x = np.arange(1.0, len(y) + 1.0) if predictor is None else self._numbers(predictor)
        wanted = quoted(response, 80)
        wanted = f"column {wanted}" if predictor is None else f"both {quoted(predictor, 80)} and {wanted}"
        kept, notes = self._whole(np.isfinite(x) & np.isfinite(y), f"no finite number in {wanted}")
        kept = _drawn(kept, most, notes)
        for name, values in ((predictor, x[kept]), (response, y[kept])):
            self._check(name or "row", values)
        return Dataset(x[kept], y[kept], (predictor or "row", response), source), tuple(notes)

    def classes(
        self, across: str, up: str, label: str, *, most: int, source: str = "your own data"
    ) -> tuple[Dataset, tuple[str, ...]]:
        """Two columns of numbers and a class for each row, and notes on rows left out.

        The label's column holds text or numbers, of which each is a class: 0 and 1 are those two, others are
        numbered in their order. ``most`` rows are used, drawn at random.

        Raises:
            ValueError: if a column is unknown or named twice, fewer than two rows are whole, there are more
                than two classes, or numbers are too close together to be drawn.
        """
        if len({across, up, label}) < 3:
            raise ValueError(
                "the same column is chosen twice: two columns of numbers and one of classes are needed"
            )
        x = np.stack([self._numbers(across), self._numbers(up)], axis=1)
        words = self._words(label)
        whole = np.isfinite(x).all(axis=1) & np.array([word != "" for word in words], dtype=bool)
        wanted = f"{quoted(across, 80)} and {quoted(up, 80)} or no class in {quoted(label, 80)}"
        kept, notes = self._whole(whole, f"no finite number in {wanted}")
        found = {words[i] for i in kept}
        if found <= {"0", "1"}:
            found = {"0", "1"}
        classes = sorted(found, key=float) if label in self.names else sorted(found)
        if len(classes) > 2:
            raise ValueError(
                f"column {quoted(label, 80)} holds {len(classes):,} different classes, {_listing(classes[:5])}; two "
                "can be told apart here"
            )
        kept = _drawn(kept, most, notes)
        for name, values in zip((across, up), x[kept].T, strict=True):
            self._check(name, values)
        if classes != ["0", "1"]:
            named = [f"class {k} is {quoted(word, 40)}" for k, word in enumerate(classes)]
            notes.append(f"Column {quoted(label, 80)}: {', '.join(named)}.")
        y = np.array([classes.index(words[i]) for i in kept], dtype=np.float64)
        return Dataset(x[kept], y, (across, up, label), source, tuple(classes)), tuple(notes)

    def _numbers(self, name: str) -> Array:
        if name not in self.names:
            raise ValueError(f"there is no column {quoted(name, 60)}; there are {_listing(self.names)}")
        return self.values[:, self.names.index(name)]

    def _words(self, name: str) -> Sequence[str]:
        """A column's cells as names of classes; "" where there is none."""
        if name in self.texts:
            return ["" if word.lower() in MISSING else word for word in self.texts[name]]
        return ["" if np.isnan(value) else shortest(value + 0.0) for value in self._numbers(name)]

    def _whole(self, whole: NDArray[np.bool_], lacking: str) -> tuple[NDArray[np.intp], list[str]]:
        """The rows that are whole, and a note on those that are not."""
        kept = np.flatnonzero(whole)
        if len(kept) < 2:
            raise ValueError(
                f"{_count(len(kept), 'row')} with a number in every chosen column; a fit needs at least two"
            )
        if len(kept) == len(whole):
            return kept, []
        gone = [line for line, keep in zip(self.lines, whole, strict=True) if not keep]
        return kept, [f"{_rows(gone)} left out: {lacking}."]

    def _check(self, name: str, values: Array) -> None:
        if name in self.alike and values.min() == values.max():
            raise ValueError(f"{_merged(name, *self.alike[name])}; subtract what they share")
        check_spread(name, values)


def _drawn(kept: NDArray[np.intp], most: int, notes: list[str]) -> NDArray[np.intp]:
    """At most so many of the rows, drawn at random, always the same ones of the same rows."""
    if len(kept) <= most:
        return kept
    notes.append(_so_many_drawn(most, len(kept)))
    return kept[sample(len(kept), most)]


def _so_many_drawn(most: int, count: int) -> str:
    return f"{most:,} of {count:,} rows are used, drawn at random: that is the most."


def check_spread(name: str, values: Array) -> None:
    """Raise ValueError where numbers differ, but by too little for their size to be drawn apart."""
    low, high = float(values.min()), float(values.max())
    least = max(TINIEST, CLOSEST * max(abs(low), abs(high)))
    if 0 < high - low < least:
        raise ValueError(
            f"the numbers in {quoted(name, 80)} run from {all_digits(low)} to {all_digits(high)}: they differ by {short(high - low, 1)}, and less "
            f"than {short(least, 2)} cannot be told apart at their size; subtract what they share, or take larger units"
        )


def read(content: str | bytes) -> Sheet:
    """The columns of numbers in a CSV, TSV, semicolon- or space-separated table.

    A first row without numbers is the header, lines of a single cell above it are left out. A comma
    may be the decimal mark, where it does not separate the cells or they are quoted. Columns of text
    are kept apart, and rows with too many cells left out.

    Raises:
        ValueError: if the content is empty, binary, over 10 MB or 1,000,000 rows or 100 columns, badly
            quoted, or without a column of numbers; the message names line and column where there is one.
    """
    notes: list[str] = []
    text = _decode(content, notes)
    if not text.strip():
        raise ValueError("there is nothing to read: the text is empty")
    text, separator = _separator(text)
    rows = _below_the_title(_rows_of(text, separator), notes)
    if separator != "," and any(len(cells) > 1 for _, cells in rows):
        notes.append(f"Cells are separated by {SEPARATORS.get(separator, 'spaces')}.")
    numerals = _numerals(rows, separator)
    if numerals.comma:
        notes.append("The comma is read as the decimal mark.")
    header = _is_header(rows, numerals)
    first = rows[0][1]
    body = rows[1:] if header else rows
    if len(body) > MAX_ROWS:
        notes.append(_so_many_drawn(MAX_ROWS, len(body)))
        body = [body[i] for i in sample(len(body), MAX_ROWS)]
    if not body:
        raise ValueError(f"there is a header on line {rows[0][0]} but no row of data below it")
    width = len(first) if header else Counter(len(cells) for _, cells in body).most_common(1)[0][0]
    if width > MAX_COLUMNS:
        raise ValueError(f"line {rows[0][0]} has {width:,} columns; the most is {MAX_COLUMNS}")
    labels = _unique_names([_unmarked(name) for name in first] if header else [""] * width, notes)
    body = _without_long_rows(body, width, notes)
    values = np.full((len(body), width), np.nan)
    strange: dict[int, list[tuple[int, str]]] = {}
    exact: dict[int, list[Decimal]] = {}
    for r, (line, cells) in enumerate(body):
        for c, cell in enumerate(cells):
            number = numerals.number(cell)
            if number is None:
                strange.setdefault(c, []).append((line, cell))
                continue
            values[r, c] = number
            if len(cell) > _DIGITS or number != number:
                exactly = numerals.exactly(cell)
                if exactly is not None:
                    exact.setdefault(c, []).append(exactly)
    kept = _numeric_columns(labels, values, strange, body, notes)
    alike = {labels[c]: counts for c in kept if (counts := _alike(exact.get(c, ())))}
    notes += _brief([f"{_merged(name, *counts)}." for name, counts in alike.items()])
    notes += _brief([_too_large(labels[c], exact[c]) for c in kept if _beyond(exact.get(c, ()))])
    texts = {
        labels[c]: tuple(_unmarked(cells[c]) if c < len(cells) else "" for _, cells in body)
        for c in strange
        if c not in kept
    }
    return Sheet(
        tuple(labels[c] for c in kept),
        values[:, kept],
        tuple(line for line, _ in body),
        tuple(notes),
        texts,
        alike,
    )


def _alike(exact: Iterable[Decimal]) -> tuple[int, int] | None:
    """How many different numbers these are, and how many when read, where that is fewer."""
    different = {number for number in exact if abs(number) <= LARGEST}
    left = len({float(number) for number in different})
    return (len(different), left) if left < len(different) else None


def _merged(name: str, different: int, left: int) -> str:
    return (
        f"Column {quoted(name, 80)}: {different:,} different numbers of more than {_DIGITS} digits became {left:,} "
        "when they were read, since a number here holds about 16 digits"
    )


def _beyond(exact: Iterable[Decimal]) -> int:
    return sum(abs(number) > LARGEST for number in exact)


def _too_large(name: str, exact: Sequence[Decimal]) -> str:
    count = _beyond(exact)
    return (
        f"Column {quoted(name, 80)}: {_count(count, 'number')} beyond {short(LARGEST)}, the most that can be fitted in "
        f"every view, {'counts' if count == 1 else 'count'} as missing."
    )


def _unmarked(cell: str) -> str:
    """Text without the apostrophe that keeps it from being read as a formula or a number."""
    if cell[:1] == "'" and (cell[1:2] in tuple("=+-@'") or looks_like_number(cell[1:])):
        return cell[1:]
    return cell


def _decode(content: str | bytes, notes: list[str]) -> str:
    if len(content) > MAX_BYTES:
        raise ValueError(
            f"the file has {fixed(len(content) / 1e6, 1)} MB; the most is {MAX_BYTES // 1_000_000} MB"
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
            text = content.decode("cp1252", errors="replace").replace("\ufffd", "\0")
            notes.append("The text is not in UTF-8: it is read as Windows-1252.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    control = re.search(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]", text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise ValueError(f"this is not text: line {line} holds bytes that no table of numbers has")
    return text


def _separator(text: str) -> tuple[str, str]:
    """The text and what separates its cells: named in its first line (sep=;), or the best of all.

    The best cuts nearly all of the first lines into the same number of cells, above one, and more of
    these are numbers than with any other.
    """
    named = re.match(r"sep=([,;|\t])[^\S\n]*(?=\n)", text, re.IGNORECASE)
    if named:
        return text[named.end() :], named[1]
    sample = [line for line in text.split("\n")[:200] if line.strip()][:50]
    if _is_one_column_with_decimal_commas(sample):
        return text, "\t"
    best, most, fallback = "", -1.0, ""
    for separator in (*SEPARATORS, " "):
        try:
            rows = _parse("\n".join(sample), separator, strict=False)
        except ValueError:  # with another separator the cells may well be shorter
            continue
        width, count = Counter(len(cells) for _, cells in rows).most_common(1)[0] if rows else (0, 0)
        if width > 1:
            fallback = fallback or separator
            numerals = _numerals(rows, separator)
            cells = [cell for _, row in rows[1:] for cell in row if cell]
            share = sum(numerals.number(cell) is not None for cell in cells) / max(1, len(cells))
            if count >= 0.8 * len(rows) and share > most:
                best, most = separator, share
    return text, best or fallback or ","


def _is_one_column_with_decimal_commas(lines: list[str]) -> bool:
    """Whether the first line is one name and all others are numbers that use the comma, if as such only."""
    if len(lines) < 2 or any(separator in lines[0] for separator in SEPARATORS):
        return False
    cells = [line.strip() for line in lines[1:]]
    numerals = Numerals(comma=True)
    return any("," in cell for cell in cells) and all(numerals.number(cell) is not None for cell in cells)


def _numerals(rows: list[tuple[int, list[str]]], separator: str) -> Numerals:
    return Numerals.of((cell for _, cells in rows for cell in cells), commas_separate=separator == ",")


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
            if len(rows) > MOST_READ:
                raise ValueError(f"there are more than {MOST_READ:,} rows, which is the most")
    except csv.Error as error:
        if "limit" in str(error):  # of the length of one cell; the only error of csv's that has a number
            raise ValueError(
                f"line {line}: a cell has more than {csv.field_size_limit():,} characters, which is the most; "
                "is a quotation mark before it never closed?"
            ) from None
        raise ValueError(
            f"line {line}: a quotation mark is never closed, or something follows a closed one within its cell"
        ) from None
    return rows


def _rows_of(text: str, separator: str) -> list[tuple[int, list[str]]]:
    rows = _parse(text, separator)
    if not rows:
        raise ValueError("there is nothing to read: every line is empty")
    return rows


def _below_the_title(rows: list[tuple[int, list[str]]], notes: list[str]) -> list[tuple[int, list[str]]]:
    """The rows from the header on: above it, lines of one cell are a title or a remark."""
    typical = Counter(len(cells) for _, cells in rows).most_common(1)[0][0]
    above = 0
    while typical > 1 and above < len(rows) - 1 and len(rows[above][1]) == 1:
        above += 1
    if above:
        notes.append(f"{_rows([line for line, _ in rows[:above]])} left out: a single cell above the table.")
    return rows[above:]


def _is_header(rows: list[tuple[int, list[str]]], numerals: Numerals) -> bool:
    """Whether the first row names the columns: it holds text where rows below hold numbers."""
    first = [numerals.number(cell) is None for cell in rows[0][1]]
    if not any(first):
        return False
    if all(first) or len(rows) == 1:
        return True
    below = [cells for _, cells in rows[1:20]]
    return any(
        text
        and sum(numerals.number(cells[c]) is not None for cells in below if c < len(cells)) > len(below) / 2
        for c, text in enumerate(first)
    )


def _unique_names(header: Sequence[str], notes: list[str]) -> list[str]:
    """Names of the columns: those without one are numbered, repeated ones get a number behind."""
    if not any(header):
        notes.append("There is no header: the columns are named by their number.")
    names: list[str] = []
    twice = []
    for c, given in enumerate(header):
        name = wanted = " ".join(given.split())[:80] or f"column {c + 1}"
        again = 2
        while name in names:
            name, again = f"{wanted} ({again})", again + 1
        if name != wanted:
            twice.append(
                f"Two columns are named {quoted(wanted, 80)}: column {c + 1} is {quoted(name, 90)} here."
            )
        names.append(name)
    notes += _brief(twice)
    return names


def _without_long_rows(
    body: list[tuple[int, list[str]]], width: int, notes: list[str]
) -> list[tuple[int, list[str]]]:
    """Rows with at most ``width`` cells, apart from empty ones at their end."""
    fitting = [(line, cells) for line, cells in body if not any(cells[width:])]
    long = [line for line, cells in body if any(cells[width:])]
    if len(long) > len(body) / 2:
        line, cells = next((line, cells) for line, cells in body if any(cells[width:]))
        raise ValueError(
            f"line {line} has {_count(len(cells), 'cell')} where {_count(width, 'column')} "
            f"{'is' if width == 1 else 'are'} named, and most other lines have too many as well"
        )
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
    kept, gone, mixed = [], [], []
    for c, label in enumerate(labels):
        text, numbers = strange.get(c, []), int(np.isfinite(values[:, c]).sum())
        first = (
            f"{'the first ' * (len(text) > 1)}on line {text[0][0]} ({quoted(text[0][1], 40)})" if text else ""
        )
        if numbers == 0 or len(text) > numbers:
            reason = f"it holds text, {first}" if text else "it holds no number"
            gone.append(f"Column {quoted(label, 80)} left out: {reason}.")
            continue
        kept.append(c)
        if text:
            number = "1 cell is not a number" if len(text) == 1 else f"{len(text):,} cells are not numbers"
            mixed.append(f"Column {quoted(label, 80)}: {number}, {first}.")
    notes += _brief(gone) + _brief(mixed)
    if not kept:
        line, cell = min((cells[0] for cells in strange.values()), default=(body[0][0], ""))
        column = next((labels[c] for c, cells in strange.items() if (line, cell) in cells), labels[0])
        raise ValueError(
            f"no column holds numbers: line {line}, column {quoted(column, 80)} is {quoted(cell, 40)} where a number is expected"
        )
    return kept


def _brief(notes: list[str], most: int = 4) -> list[str]:
    """The first notes of a kind, and how many more columns they are true of."""
    more = len(notes) - most
    return notes if more < 2 else [*notes[:most], f"The same is true of {more} more columns."]


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'s' * (number != 1)}"


def _rows(lines: list[int]) -> str:
    shown = ", ".join(str(line) for line in lines[:5]) + (", …" if len(lines) > 5 else "")
    return f"{_count(len(lines), 'row')} (line{'s' * (len(lines) != 1)} {shown})"


def _listing(names: Sequence[str]) -> str:
    return ", ".join(quoted(name, 80) for name in names[:10]) + (", …" if len(names) > 10 else "")
