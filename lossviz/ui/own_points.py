"""A person's own points for a fit: pasted, from a file, or handed over by another page in the URL."""

import numpy as np
import streamlit as st

from lossviz.cloud import Axis, Window, pack, unpack
from lossviz.data.dataset import Dataset
from lossviz.losses.base import Array
from lossviz.ui.address import Address, Bad, Field

FIELD = "points"
MOST = 450
"""Most points whose text, at four characters each, fits into a URL value."""


def encode(x: Array, y: Array, labels: Array | None = None) -> str:
    """Points as text: the window they lie in, each as four characters, and their labels 0 and 1.

    Coordinates are rounded to a grid of at most 4096 steps over the window.
    """
    edges = ",".join(f"{edge:.9g}" for edge in (*_range(x), *_range(y)))
    text = f"{edges}:{pack(np.stack([x, y], axis=1), _window(edges))}"
    return text if labels is None else f"{text}:{int(''.join('1' if v else '0' for v in (1, *labels)), 2):x}"


def decode(text: str) -> tuple[Array, Array | None]:
    """The inverse of :func:`encode`: points (n, 2) and labels (n,) or None.

    Raises:
        Bad: if the text is not of that form.
    """
    parts = text.split(":")
    if len(parts) not in (2, 3):
        raise Bad("these are no points: a window, a colon, and four characters a point are expected")
    try:
        points = unpack(parts[1], _window(parts[0]))
        bits = bin(int(parts[2], 16))[3:] if len(parts) == 3 else None
    except ValueError as problem:
        raise Bad(str(problem)) from None
    if not 2 <= len(points) <= MOST:
        raise Bad(f"there must be 2 to {MOST} points, not {len(points)}")
    if bits is not None and len(bits) != len(points):
        raise Bad(f"there are {len(bits)} labels for {len(points)} points")
    return points, None if bits is None else np.array([float(bit) for bit in bits])


def _range(values: Array) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _window(text: str) -> Window:
    try:
        x0, x1, y0, y1 = (float(part) for part in text.split(","))
    except ValueError:
        raise Bad("a window is four numbers") from None
    if not (np.isfinite([x0, x1, y0, y1]).all() and x0 < x1 and y0 < y1):
        raise Bad("a window is four finite numbers, the lower edge before the upper")
    return Window(Axis.over(x0, x1), Axis.over(y0, y1))


def pick(address: Address, task: str) -> Dataset | None:
    """Draw the entry of own points; the data set, if there is one that fits the task."""
    address.field(Field(FIELD, "", _checked))
    text = st.session_state[address.key(FIELD)]
    if st.session_state.get(address.key("data")) != "own":
        return None
    classes = task == "classes"
    columns = "x₁, x₂, label (0 or 1)" if classes else "x, y"
    key = address.key(FIELD)

    def take() -> None:
        typed = st.session_state[f"{key}:typed"]
        try:
            st.session_state[key] = _parse(typed, 3 if classes else 2)
            st.session_state.pop(f"{key}:problem", None)
        except ValueError as problem:
            st.session_state[f"{key}:problem"] = str(problem)

    st.text_area(
        f"Paste rows: {columns}",
        key=f"{key}:typed",
        on_change=take,
        height=100,
        placeholder="0.5, 1.2\n1.0, 2.9",
    )
    if problem := st.session_state.get(f"{key}:problem"):
        st.warning(f"{problem} The points shown are as before.")
    if not text:
        st.caption("No points yet: the first toy data set is shown.")
        return None
    points, labels = decode(text)
    if classes and labels is None:
        st.caption("These points have no labels: the first toy data set is shown.")
        return None
    if classes and labels is not None:
        return Dataset(points, labels, ("x₁", "x₂", "class"), f"{len(points)} points of your own")
    return Dataset(points[:, 0], points[:, 1], ("x", "y"), f"{len(points)} points of your own")


def _checked(text: str) -> str:
    decode(text)
    return text


def _parse(text: str, columns: int) -> str:
    """Pasted rows as the text of :func:`encode`; ValueError names the line at fault."""
    rows = []
    for line, raw in enumerate(text.strip().splitlines(), 1):
        cells = raw.replace(";", ",").replace("\t", ",").split(",")
        try:
            row = [float(cell) for cell in cells]
        except ValueError:
            if line == 1:
                continue  # a header
            raise ValueError(f"Line {line} is not {columns} numbers: “{raw[:40]}”.") from None
        if len(row) != columns:
            raise ValueError(f"Line {line} has {len(row)} numbers, not {columns}.")
        if not np.isfinite(row).all():
            raise ValueError(f"Line {line} holds a number that is not finite: “{raw[:40]}”.")
        rows.append(row)
    if not 2 <= len(rows) <= MOST:
        raise ValueError(f"There must be 2 to {MOST} rows of numbers, not {len(rows)}.")
    table = np.array(rows)
    if columns == 3 and not np.isin(table[:, 2], (0, 1)).all():
        line = int(np.flatnonzero(~np.isin(table[:, 2], (0, 1)))[0]) + 1
        raise ValueError(f"Row {line} has label {table[line - 1, 2]:g}; labels must be 0 or 1.")
    return encode(table[:, 0], table[:, 1], table[:, 2] if columns == 3 else None)
