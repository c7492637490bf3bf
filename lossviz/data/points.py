"""A person's own points as text: the one form in which a link carries them, on every page.

The text is exact: every number reads back as the same 64 bits, every name as the same characters. A body,

    <count> <how each column is written> <number of classes>[ <side of the window> <side>]
    name of x, name of y[, name of the classes, and of each class], a line each
    both columns[, one byte a point for its class]

is checked by 16 bits of its CRC-32, compressed without a header (raw deflate), and written in the letters of
base64 for URLs. A column is written as decimals (``t``), as the differences of whole multiples of a power of
ten (``d``), or as its floats byte by byte, the highest bytes of all first (``b``): whatever ends up shortest.

Two older forms are still read: four characters a point on a grid of 4,096 x 4,096 places, between two sides
of its window, the parts separated by ``:`` (labels may follow) or by ``~`` (names follow).
"""

import base64
import itertools
import math
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from lossviz.data.cloud import Axis, Window, unpack
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.data.numerals import shortest
from lossviz.foreign import quoted
from lossviz.losses.base import Array

VERSION = 2
"""Of links that carry points in this form; those before had none."""
NAME = 80
"""Most characters of a name."""
MOST_CLASSES = 100
INFLATED = 100_000
"""Most bytes that a text may unpack to: twice what the most points with the longest names take."""
_OLD_NAME = 40
_DIGITS = 40


@dataclass(frozen=True, eq=False)
class Points:
    """Points ``xy`` (n, 2), the names of their coordinates, and perhaps a class for each.

    ``labels`` (n,) are places in ``classes``. ``window`` is what an older link drew; None for what is usual.

    Raises:
        ValueError: for fewer than two points or more than ``MAX_BY_HAND``, numbers that are not finite,
            or labels that are no places in ``classes``.
    """

    xy: Array
    names: tuple[str, str] = ("x", "y")
    labels: NDArray[np.intp] | None = None
    classes: tuple[str, ...] = ()
    label_name: str = "class"
    window: Window | None = None

    def __post_init__(self) -> None:
        count = len(self.xy)
        if not 2 <= count <= MAX_BY_HAND:
            raise ValueError(f"a link holds from 2 to {MAX_BY_HAND} points, not {count:,}")
        if not np.isfinite(self.xy).all():
            raise ValueError("a point has a coordinate that is not finite")
        if len(self.classes) > MOST_CLASSES:
            raise ValueError(f"there are {len(self.classes):,} classes; the most is {MOST_CLASSES}")
        if self.labels is None:
            return
        if len(self.labels) != count:
            raise ValueError(f"there are {len(self.labels):,} labels for {count:,} points")
        if not ((self.labels >= 0) & (self.labels < len(self.classes))).all():
            raise ValueError(f"a point's class is none of the {len(self.classes)} that are named")


def one_line(name: str) -> str:
    """A name as a link holds it: a single line, at most ``NAME`` characters."""
    return " ".join(name.encode("utf-8", "replace").decode().split())[:NAME].rstrip()


def encode(points: Points) -> str:
    """The points as text; :func:`decode` is the inverse, for names that are :func:`one_line`."""
    columns = [list(_columns(values)) for values in points.xy.T]
    texts = (_packed(_body(points, written)) for written in itertools.product(*columns))
    return min(texts, key=len)


def decode(text: str) -> Points:
    """The points of a text of :func:`encode`, or of an older form.

    Raises:
        ValueError: if the text is of neither form; the message says why.
    """
    if "~" in text:
        return _with_names(text)
    if ":" in text:
        return _with_labels(text)
    return _read(_unpacked(text))


# --- the form of today -------------------------------------------------------------------------------


def _columns(values: Array) -> Iterator[tuple[str, bytes]]:
    """Every way to write a column that reads back exactly."""
    numbers = values.tolist()
    yield "t", ",".join(map(shortest, numbers)).encode("ascii") + b"\n"
    yield "b", np.ascontiguousarray(values, dtype=">f8").view(np.uint8).reshape(-1, 8).T.tobytes()
    power = min(0, *(_exponent(number) for number in numbers))
    if power >= -_DIGITS and max(map(abs, numbers)) < 1e25:
        wholes = [int(Decimal(repr(number)).scaleb(-power)) for number in numbers]
        steps = [b - a for a, b in itertools.pairwise([0, *wholes])]
        if not any(number == 0.0 and math.copysign(1.0, number) < 0 for number in numbers):
            yield "d", ",".join(map(str, (-power, *steps))).encode("ascii") + b"\n"


def _exponent(number: float) -> int:
    """Of the last digit of its shortest decimal."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return int(exponent)


def _body(points: Points, written: Sequence[tuple[str, bytes]]) -> bytes:
    count = len(points.classes) if points.labels is not None else 0
    head = f"{len(points.xy)} {''.join(kind for kind, _ in written)} {count}"
    if points.window is not None:
        head += f" {points.window.x} {points.window.y}"
    names = [*points.names, *((points.label_name, *points.classes) if count else ())]
    lines = "\n".join([head, *map(one_line, names)]) + "\n"
    labels = b"" if points.labels is None else points.labels.astype(np.uint8).tobytes()
    return lines.encode() + b"".join(column for _, column in written) + labels


def _packed(body: bytes) -> str:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    whole = _check(body) + deflate.compress(body) + deflate.flush()
    return base64.urlsafe_b64encode(whole).decode("ascii").rstrip("=")


def _check(body: bytes) -> bytes:
    return (zlib.crc32(body) & 0xFFFF).to_bytes(2, "big")


def _unpacked(text: str) -> bytes:
    if not _LETTERS.fullmatch(text):
        raise ValueError(
            "these are no points: letters, digits, - and _ are expected, as the page writes them"
        )
    if len(text) % 4 == 1:
        raise ValueError(_CUT)
    whole = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflate.decompress(whole[2:], INFLATED)
    except zlib.error:
        body = b""
    if inflate.unconsumed_tail:
        raise ValueError(f"these points unpack to more than {INFLATED:,} bytes, which no link of ours does")
    if not inflate.eof or _check(body) != whole[:2]:
        raise ValueError(_CUT)
    return body


_LETTERS = re.compile(r"[A-Za-z0-9_-]*")
_STEP = re.compile(r"-?[0-9]{1,66}")
_CUT = "the points are not whole: copy the link again, to its last character"
_UNKNOWN = "the points are written in a way that is not known here: the link may be of a newer version"


def _read(body: bytes) -> Points:
    head, *_ = body.split(b"\n", 1)
    parts = head.decode("ascii", "replace").split(" ")
    if len(parts) not in (3, 5) or not (_whole(parts[0]) and _whole(parts[2])):
        raise ValueError(_UNKNOWN)
    count, kinds, classes = int(parts[0]), parts[1], int(parts[2])
    if len(kinds) != 2 or set(kinds) - set("tdb"):
        raise ValueError(_UNKNOWN)
    if not 2 <= count <= MAX_BY_HAND:
        raise ValueError(f"a link holds from 2 to {MAX_BY_HAND} points, not {count:,}")
    if classes > MOST_CLASSES:
        raise ValueError(f"there are {classes:,} classes; the most is {MOST_CLASSES}")
    window = Window(Axis.read(parts[3]), Axis.read(parts[4])) if len(parts) == 5 else None
    lines = body.split(b"\n", 3 + (1 + classes if classes else 0))
    names = [one_line(line.decode("utf-8", "replace")) for line in lines[1:-1]]
    if len(names) != (3 + classes if classes else 2):
        raise ValueError(_UNKNOWN)
    rest, columns = lines[-1], []
    for kind in kinds:
        column, rest = _column(kind, rest, count)
        columns.append(column)
    labels = np.frombuffer(rest, dtype=np.uint8).astype(np.intp)
    return Points(
        np.stack(columns, axis=1),
        (names[0], names[1]),
        labels if classes else None,
        tuple(names[3:]),
        names[2] if classes else "class",
        window,
    )


def _whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6


def _column(kind: str, rest: bytes, count: int) -> tuple[Array, bytes]:
    """The first column of these bytes and what follows it."""
    if kind == "b":
        if len(rest) < 8 * count:
            raise ValueError(_UNKNOWN)
        planes = np.frombuffer(rest[: 8 * count], dtype=np.uint8).reshape(8, count)
        return np.ascontiguousarray(planes.T).view(">f8")[:, 0].astype(np.float64), rest[8 * count :]
    line, _, rest = rest.partition(b"\n")
    cells = line.decode("ascii", "replace").split(",")
    try:
        if kind == "t":
            values = [float(cell) for cell in cells]
        else:
            power, *steps = (int(cell) if _STEP.fullmatch(cell) else -1 for cell in cells)
            if not 0 <= power <= _DIGITS or not all(map(_STEP.fullmatch, cells)):
                raise ValueError(_UNKNOWN)
            values = [whole / 10**power for whole in itertools.accumulate(steps)]
    except ValueError:
        raise ValueError(_UNKNOWN) from None
    if len(values) != count:
        raise ValueError(f"{count} points are announced, but there are {len(values)} numbers")
    return np.array(values, dtype=np.float64), rest


# --- older forms ---------------------------------------------------------------------------------------


def _with_names(text: str) -> Points:
    """window of x ~ of y ~ points ~ name of x ~ of y"""
    parts = text.split("~")
    if len(parts) != 5:
        raise ValueError("these are no points: a window's two sides, points and two names are expected")
    window = Window(Axis.read(parts[0]), Axis.read(parts[1]))
    names = [one_line(unquote(name)[:_OLD_NAME]) for name in parts[3:]]
    return Points(unpack(parts[2], window), (names[0], names[1]), window=window)


def _with_labels(text: str) -> Points:
    """window of x : of y : points [: labels 0 and 1 as bits of a hexadecimal number, after a first 1]"""
    parts = text.split(":")
    if len(parts) not in (3, 4):
        raise ValueError(
            "these are no points: two sides of a window and four characters a point are expected"
        )
    xy = unpack(parts[2], Window(Axis.read(parts[0]), Axis.read(parts[1])))
    if len(parts) == 3:
        return Points(xy)
    digits = parts[3]
    if not digits or set(digits.lower()) - set("0123456789abcdef"):
        raise ValueError(f"the labels must be hexadecimal digits, which {quoted(digits)} is not")
    bits = bin(int(digits, 16))[3:]
    return Points(xy, ("x₁", "x₂"), np.array([int(bit) for bit in bits], dtype=np.intp), ("0", "1"))
