"""A person's own points for a fit: pasted, from a file, or handed over by another page in the URL."""

import numpy as np
import streamlit as st

from lossviz.cloud import Axis, Window, pack, unpack
from lossviz.data import reading
from lossviz.data.dataset import Dataset
from lossviz.losses.base import Array
from lossviz.ui import plainly
from lossviz.ui.address import Address, Bad, Field

OWN, FIELD = "own", "points"
MOST = 450
"""Most points whose text, at four characters each, fits into a URL value."""


def encode(x: Array, y: Array, labels: Array | None = None) -> str:
    """Points as text: both sides of their window, each point as four characters, their labels 0 and 1.

    Coordinates are rounded to a grid of at most 4096 steps over the window.
    """
    window = Window(*(Axis.over(*_range(values)) for values in (x, y)))
    text = f"{window.x}:{window.y}:{pack(np.stack([x, y], axis=1), window)}"
    return text if labels is None else f"{text}:{int(''.join('1' if v else '0' for v in (1, *labels)), 2):x}"


def decode(text: str) -> tuple[Array, Array | None]:
    """The inverse of :func:`encode`: points (n, 2) and labels (n,) or None.

    Raises:
        Bad: if the text is not of that form.
    """
    parts = text.split(":")
    if len(parts) not in (3, 4):
        raise Bad("these are no points: two sides of a window and four characters a point are expected")
    try:
        points = unpack(parts[2], Window(Axis.read(parts[0]), Axis.read(parts[1])))
        bits = bin(int(parts[3], 16))[3:] if len(parts) == 4 else None
    except ValueError as problem:
        otherwise = "these are no points: two sides of a window and four characters a point are expected"
        raise Bad(plainly.reason(problem, otherwise)) from None
    if not 2 <= len(points) <= MOST:
        raise Bad(f"there must be 2 to {MOST} points, not {len(points)}")
    if bits is not None and len(bits) != len(points):
        raise Bad(f"there are {len(bits)} labels for {len(points)} points")
    return points, None if bits is None else np.array([float(bit) for bit in bits])


def _range(values: Array) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    room = 0.5 * (abs(low) or 1.0)
    return (low, high) if high > low else (low - room, low + room)


def query(x: Array, y: Array) -> dict[str, str]:
    """The address of the descent page that trains a line on these points."""
    return {"data": OWN, FIELD: encode(x, y)}


def pick(address: Address, task: str) -> Dataset | None:
    """Draw the entry of own points, where they are asked for; the data set, if one fits the task."""
    address.field(Field(FIELD, "", _checked))
    if st.session_state.get(address.key("data")) != OWN:
        return None
    columns = 3 if task == "classes" else 2
    text = address[FIELD]
    with st.expander("Enter points", expanded=not text):
        _enter(address, columns)
    if not text:
        st.caption("No points yet: the first toy data set is shown.")
        return None
    points, labels = decode(text)
    if columns == 2:
        return Dataset(points[:, 0], points[:, 1], ("x", "y"), f"{len(points)} points of your own")
    if labels is None:
        st.caption("These points have no labels: the first toy data set is shown.")
        return None
    return Dataset(points, labels, ("x₁", "x₂", "class"), f"{len(points)} points of your own")


def _checked(text: str) -> str:
    decode(text)
    return text


def _enter(address: Address, columns: int) -> None:
    """A field to paste into, a file to choose, and what became of the last of either."""
    said = address.key(FIELD) + ":said"

    def take(widget: str) -> None:
        given = st.session_state[widget]
        content = given.getvalue() if hasattr(given, "getvalue") else given
        if not content:
            return
        try:
            text, notes = parse(content, columns)
            address.put(FIELD, text)
            st.session_state[said] = ("", notes)
        except ValueError as problem:
            st.session_state[said] = (f"{plainly.sentence(problem)} The points shown are as before.", ())

    wanted = "x₁, x₂ and a label, 0 or 1" if columns == 3 else "x and y"
    pasted, chosen = f"{said}:paste", f"{said}:file"
    st.text_area(
        f"Paste a table: its first columns are {wanted}", key=pasted, on_change=take, args=(pasted,), height=100,
        placeholder="0.5, 1.2\n1.0, 2.9",
    )  # fmt: skip
    st.file_uploader(
        "Or a CSV file", type=["csv", "tsv", "txt"], key=chosen, on_change=take, args=(chosen,),
        max_upload_size=reading.MAX_BYTES // 1_000_000,
    )  # fmt: skip
    problem, notes = st.session_state.get(said, ("", ()))
    if problem:
        plainly.warning(problem)
    for note in notes:
        plainly.caption(note)


def parse(content: str | bytes, columns: int) -> tuple[str, list[str]]:
    """A table's first columns of numbers as the text of :func:`encode`, and what was left out.

    Raises:
        ValueError: if it cannot be read, has fewer columns of numbers or too few whole rows, numbers too
            close together to be drawn, or labels other than 0 and 1; the message names the line.
    """
    sheet = reading.read(content)
    if len(sheet.names) < columns:
        raise ValueError(
            f"{columns} columns of numbers are needed, there are {len(sheet.names)}: {', '.join(sheet.names)}"
        )
    values, lines, notes = sheet.values[:, :columns], np.array(sheet.lines), list(sheet.notes)
    whole = np.isfinite(values).all(axis=1)
    if not whole.all():
        gone = [str(line) for line in lines[~whole]]
        notes.append(
            f"Left out, without a finite number in each column: line {', '.join(gone[:8])}{' …' * (len(gone) > 8)}."
        )
    values, lines = values[whole], lines[whole]
    if len(values) < 2:
        raise ValueError(
            f"{len(values)} {'row has' if len(values) == 1 else 'rows have'} a number in each column; "
            "at least two are needed"
        )
    if columns == 3 and (odd := np.flatnonzero(~np.isin(values[:, 2], (0, 1)))).size:
        raise ValueError(f"line {lines[odd[0]]} has label {values[odd[0], 2]:g}; labels must be 0 or 1")
    if len(values) > MOST:
        notes.append(
            f"{MOST} of {len(values):,} rows are used, spread evenly: that is the most a link holds."
        )
        values = values[np.linspace(0, len(values) - 1, MOST).round().astype(int)]
    for name, column in zip(sheet.names, values.T[:2], strict=False):
        reading.check_spread(name, column)
    return encode(values[:, 0], values[:, 1], values[:, 2] if columns == 3 else None), notes
