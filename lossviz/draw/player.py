"""A scene the ``player`` component plays: views made of layers, and the one payload they travel in.

The browser evaluates no formula: what a frame shows, Python computed, as an array whose first axis
is time.
The payload is bytes: the length of a JSON header, the header, then the arrays it points into, as
float32, uint8 or uint32, little-endian, each at a multiple of four bytes.
"""

import dataclasses
import hashlib
import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NotRequired, TypedDict, Unpack

import numpy as np
from numpy.typing import NDArray

from lossviz.draw.style import Mark

Floats = NDArray[Any]

BUDGET = 1_000_000
"""Bytes a run's payload may have."""


@dataclass(frozen=True)
class Axis:
    """One axis of a view: its title with unit or symbol, its range, linear or logarithmic."""

    title: str
    low: float
    high: float
    log: bool = False


@dataclass(frozen=True)
class Layer:
    """What a view draws; ``kind`` names it in the browser. ``name`` stands in hover labels."""

    kind: ClassVar[str]


@dataclass(frozen=True)
class Points(Layer):
    """Samples: ``x`` (n,) and ``y`` (n,) or (frames, n).

    ``color`` (n,) indexes ``colors`` and their names ``kinds``; ``lit`` (frames, n) is 1 for the
    samples of the step's batch.
    """

    kind = "points"
    x: Floats
    y: Floats
    colors: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    color: NDArray[np.uint8] | None = None
    lit: NDArray[np.uint8] | None = None
    name: str = ""


@dataclass(frozen=True)
class Segments(Layer):
    """Loose line segments (n, 4) as x0, y0, x1, y1.

    ``starts`` (frames + 1,) says where each frame's segments begin; without it all are drawn always.
    """

    kind = "segments"
    ends: Floats
    mark: Mark
    starts: NDArray[np.uint32] | None = None
    width: float = 1.0
    opacity: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Image(Layer):
    """A heat map of bytes, (rows, columns) or (frames, rows, columns), first row lowest.

    ``extent`` is x low, x high, y low, y high of the outermost cell centres. ``colors`` are the
    CSS colours of byte 0, of equal steps between, and of byte 255. ``values`` are the numbers behind
    a still image, for hovering.
    """

    kind = "image"
    pixels: NDArray[np.uint8]
    extent: tuple[float, float, float, float]
    colors: tuple[str, ...]
    values: Floats | None = None
    name: str = ""


@dataclass(frozen=True)
class Line(Layer):
    """A curve that moves: ``x`` (m,) or (frames, m), ``y`` (frames, m)."""

    kind = "line"
    x: Floats
    y: Floats
    mark: Mark
    width: float = 3.0
    name: str = ""


@dataclass(frozen=True)
class Path(Layer):
    """What grows with time: ``x`` and ``y`` (frames,), drawn up to the frame, the rest faint.

    ``along`` says that x is time. ``ends`` is the step at which it diverged, ``verdict`` the words for
    it, written in line ``row`` from the top.
    """

    kind = "path"
    x: Floats
    y: Floats
    mark: Mark
    name: str = ""
    ends: int | None = None
    verdict: str = ""
    row: int = 0
    along: bool = False
    dots: bool = False


@dataclass(frozen=True)
class Arrows(Layer):
    """Vectors, (frames, n, 4) as x0, y0, x1, y1; NaN where there is none."""

    kind = "arrows"
    ends: Floats
    mark: Mark
    width: float = 2.0
    opacity: float = 1.0
    name: str = ""


@dataclass(frozen=True)
class Star(Layer):
    """A marked place, such as the optimum; ``symbol`` is star or ring."""

    kind = "star"
    x: float
    y: float
    color: str
    symbol: str = "star"
    name: str = ""


@dataclass(frozen=True)
class Graph(Layer):
    """Nodes joined by edges, with numbers that move: ``x`` and ``y`` (nodes,), ``values`` (frames, nodes).

    ``edges`` (edges, 2) are indices of nodes, from and to; ``weights`` (frames, edges) become widths, the
    ``largest`` the widest, coloured and dashed by sign as the ``marks`` of negative and positive ones say.
    The edge ``chosen`` is lit, with its weight beside it; -1 for none.
    """

    kind = "graph"
    x: Floats
    y: Floats
    labels: tuple[str, ...]
    values: Floats
    edges: NDArray[np.uint32]
    names: tuple[str, ...]
    weights: Floats
    largest: float
    marks: tuple[Mark, Mark]
    chosen: int = -1


@dataclass(frozen=True)
class View:
    """One picture with axes. ``key`` is stable: a zoom lasts for as long as key and ``home`` do.

    ``equal`` keeps one unit the same length on both axes; ``clicks`` sends clicks to Python.
    """

    kind: ClassVar[str] = "axes"
    key: str
    title: str
    x: Axis
    y: Axis
    layers: Sequence[Layer]
    alt: str
    home: str = ""
    equal: bool = False
    clicks: bool = False
    wide: bool = False
    """Takes the whole width of the scene."""
    small: bool = False
    """Takes a quarter of it, half on a phone, and is half as high."""
    bare: bool = False
    """Drawn without axes; their ranges still say what is shown."""


@dataclass(frozen=True)
class Table:
    """Numbers of the frame: ``cells`` (frames, rows, columns). ``shade`` tints a cell by its share of the sum."""

    kind: ClassVar[str] = "table"
    key: str
    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: Floats
    shade: bool = False
    corner: str = ""
    note: str = ""


@dataclass(frozen=True)
class Reading:
    """A number said aloud at each frame: ``values`` (frames,), e.g. "cost" of the shown run."""

    label: str
    values: Floats


@dataclass(frozen=True)
class Entry:
    """A line of the legend: its mark, its name, and the number of it that moves, (frames,)."""

    name: str
    mark: Mark
    values: Floats | None = None
    ends: int | None = None


@dataclass(frozen=True)
class Scene:
    """All that is shown, from frame 0 to ``frames`` - 1."""

    frames: int
    views: Sequence[View | Table]
    legend: Sequence[Entry] = ()
    readings: Sequence[Reading] = ()
    height: int = 520


class Seek(TypedDict):
    """A frame to go to, whenever ``rev`` is raised."""

    rev: int
    frame: int
    play: NotRequired[bool]


class Extra(TypedDict, total=False):
    """What else stands in a payload's header."""

    clock: str
    """Name shared by the players that move together."""
    leads: bool
    """Whether this one has the controls."""
    seek: Seek | None


def pack(scene: Scene, **extra: Unpack[Extra]) -> bytes:
    """The scene as bytes; ``extra`` joins the header as it is, without changing the scene's ``id``."""
    arrays: list[bytes] = []
    size = 0

    def refer(array: NDArray[Any]) -> dict[str, Any]:
        nonlocal size
        kind = {"u1": "u1", "u4": "u4", "b1": "u1"}.get(array.dtype.str[1:], "f4")
        with np.errstate(over="ignore"):  # beyond what float32 holds it is infinite
            data = np.ascontiguousarray(array, dtype=f"<{kind}" if kind != "u1" else "u1").tobytes()
        reference = {"array": kind, "at": size, "shape": list(array.shape)}
        arrays.append(data + bytes(-len(data) % 4))
        size += len(arrays[-1])
        return reference

    def plain(thing: Any) -> Any:
        if isinstance(thing, np.ndarray):
            return refer(thing)
        if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
            record = {f.name: plain(getattr(thing, f.name)) for f in dataclasses.fields(thing)}
            return {"kind": thing.kind, **record} if hasattr(thing, "kind") else record
        if isinstance(thing, list | tuple):
            return [plain(item) for item in thing]
        if isinstance(thing, np.generic):
            return thing.item()
        return thing

    record = plain(scene)
    body = b"".join(arrays)
    identity = hashlib.sha256(json.dumps(record).encode() + body).hexdigest()[:16]
    header = json.dumps({"id": identity, "scene": record, **extra}, allow_nan=False).encode()
    header += b" " * (-(len(header) + 4) % 4)
    return struct.pack("<I", len(header)) + header + body


def quantised(values: Floats, low: float, high: float) -> NDArray[np.uint8]:
    """Numbers as bytes: ``low`` to 0, ``high`` to 255; what is not a number to 255."""
    scaled = np.nan_to_num((np.asarray(values) - low) * (255.0 / (high - low)), nan=255.0)
    return np.rint(np.clip(scaled, 0.0, 255.0)).astype(np.uint8)


def zero_segments(field: Floats, x: Floats, y: Floats) -> tuple[Floats, NDArray[np.uint32]]:
    """Where each field of a stack crosses zero, by marching squares.

    Args:
        field: values (k, rows, columns) over the grid y (rows,) by x (columns,).

    Returns:
        Segments (n, 4) as x0, y0, x1, y1, ordered by field, and starts (k + 1,) of each field's.
        A saddle cell is cut as if its centre lay above zero.
    """
    k = len(field)
    corners = (field[:, :-1, :-1], field[:, :-1, 1:], field[:, 1:, 1:], field[:, 1:, :-1])
    finite = np.logical_and.reduce([np.isfinite(c) for c in corners])
    code = sum((c > 0).astype(np.int8) << i for i, c in enumerate(corners))
    code = np.where(finite, code, 0)
    cells = np.argwhere((code != 0) & (code != 15))
    which, row, column = cells.T
    code = code[which, row, column]
    z = np.stack([c[which, row, column] for c in corners])

    def crossing(edge: int, keep: NDArray[Any]) -> Floats:
        # Edges: 0 bottom, 1 right, 2 top, 3 left; corner i is where edge i starts, counter-clockwise.
        start, end = z[edge, keep], z[(edge + 1) % 4, keep]
        t = start / (start - end)
        i, j = row[keep], column[keep]
        x0, x1, y0, y1 = x[j], x[j + 1], y[i], y[i + 1]
        ends = (
            (x0 + t * (x1 - x0), y0),
            (x1, y0 + t * (y1 - y0)),
            (x1 - t * (x1 - x0), y1),
            (x0, y1 - t * (y1 - y0)),
        )
        return np.stack(np.broadcast_arrays(*ends[edge]), axis=-1)

    pieces, owners = [], []
    for first, second, codes in _CUTS:
        keep = np.isin(code, codes)
        pieces.append(np.hstack([crossing(first, keep), crossing(second, keep)]))
        owners.append(which[keep])
    owner = np.concatenate(owners)
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(k + 1)).astype(np.uint32)
    return np.concatenate(pieces)[order], starts


_CUTS: tuple[tuple[int, int, tuple[int, ...]], ...] = (
    (0, 3, (1, 14, 10)),
    (0, 1, (2, 13, 5)),
    (1, 2, (4, 11, 10)),
    (2, 3, (8, 7, 5)),
    (0, 2, (6, 9)),
    (1, 3, (3, 12)),
)
"""Which two edges a zero line joins, by which corners lie above zero (bit i for corner i)."""
