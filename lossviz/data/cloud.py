"""A cloud of points that is edited by hand, and the short text that says what was changed.

Edited coordinates lie on a grid of at most 4,096 x 4,096 places over a stated window, a round number
apart: 12 bits each, so that a point takes four characters of a URL and reads back exactly. Untouched
points keep all their digits, and so does a coordinate of a moved point that stays at its place.
"""

import base64
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.foreign import quoted
from lossviz.losses.base import Array

CELLS = 4095
"""Most steps of the grid along a side of the window."""
ADDED = -1
"""Origin of a point that is not of the data set."""
_SIDE = re.compile(r"(-?[0-9]{1,16}),(-?[0-9]{1,16}),([0-9]{1,20}(?:\.[0-9]{1,20})?(?:e[+-]?[0-9]{1,3})?)")
_LETTERS = re.compile(r"[A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Axis:
    """One side of the window, from ``low`` to ``high``, both multiples of the grid's ``step``."""

    low: float
    high: float
    step: float

    @classmethod
    def over(cls, low: float, high: float) -> "Axis":
        """The axis over low to high with the finest step of 1, 2 or 5 times a power of ten."""
        rough = max((high - low) / (CELLS - 1), np.finfo(float).tiny * 1e10)
        power = math.floor(math.log10(rough))
        step = next(s for s in (float(f"{m}e{power}") for m in (1, 2, 5, 10)) if s >= rough)
        return cls(_multiple(math.floor(low / step), step), _multiple(math.ceil(high / step), step), step)

    @classmethod
    def read(cls, text: str) -> "Axis":
        """The inverse of ``str``.

        Raises:
            ValueError: if the text is not first and last step and the step's size.
        """
        found = _SIDE.fullmatch(text)
        start, end, step = (int(found[1]), int(found[2]), float(found[3])) if found else (0, 0, 0.0)
        if not (0 < end - start <= CELLS and 1e-120 < step < 1e120 and max(abs(start), abs(end)) < 1e15):
            raise ValueError(
                f"{quoted(text)} is no side of a window: its first and last step, at most {CELLS:,} apart, "
                "and a step's size are expected, such as 0,100,0.5"
            )
        return cls(_multiple(start, step), _multiple(end, step), step)

    @property
    def span(self) -> float:
        return self.high - self.low

    def __str__(self) -> str:
        return f"{round(self.low / self.step)},{round(self.high / self.step)},{self.step:g}"

    def cells(self, values: Array) -> NDArray[np.int64]:
        """Steps from ``low`` to the nearest place on the grid inside the window."""
        inside = np.clip(values, self.low, self.high)
        return np.rint(inside / self.step - round(self.low / self.step)).astype(np.int64)

    def values(self, cells: NDArray[np.int64]) -> Array:
        """Where cells are; those beyond the window at its edge."""
        return np.clip(_multiple(cells + round(self.low / self.step), self.step), self.low, self.high)

    def snap(self, values: Array) -> Array:
        """Values moved into the window and onto its grid."""
        return self.values(self.cells(values))


def _multiple(count: Any, step: float) -> Any:
    """count times step; dividing where step is a fraction gives 0.15 rather than 0.15000000000000002."""
    return count / round(1.0 / step) if step < 1.0 else count * step


@dataclass(frozen=True)
class Window:
    """The part of the plane that is drawn: all that points can be moved to."""

    x: Axis
    y: Axis

    @classmethod
    def around(cls, x: Array, y: Array) -> "Window":
        """Room about the data, most of it above and below, where outliers go."""
        return cls(_pad(x, 0.08, 0.16), _pad(y, 0.28, 0.28))

    def cells(self, points: Array) -> NDArray[np.int64]:
        """Grid cells of points (n, 2)."""
        return np.stack([self.x.cells(points[:, 0]), self.y.cells(points[:, 1])], axis=1)

    def points(self, cells: NDArray[np.int64]) -> Array:
        """The points (n, 2) that cells stand for."""
        return np.stack([self.x.values(cells[:, 0]), self.y.values(cells[:, 1])], axis=1)

    def snap(self, points: Array) -> Array:
        """Points (n, 2) moved into the window and onto its grid."""
        return self.points(self.cells(points))

    def settle(self, points: Array, home: Array) -> Array:
        """The same, but each coordinate that is nearest the same place as that of ``home`` is exactly it."""
        cells = self.cells(points)
        return np.where(cells == self.cells(home), home, self.points(cells))


def _pad(values: Array, below: float, above: float) -> Axis:
    low, high = float(values.min()), float(values.max())
    span = high - low or abs(high) or 1.0
    return Axis.over(low - below * span, high + above * span)


@dataclass(frozen=True, eq=False)
class Cloud:
    """Points ``xy`` (n, 2) and where each comes from: its index in the data set, or ``ADDED``.

    ``labels`` (n,) are the classes they are of, from 0 on; None where they have none.

    Raises:
        ValueError: if there are not as many origins, or labels, as points, or a label is below 0.
    """

    xy: Array
    origin: NDArray[np.int64]
    labels: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        if len(self.origin) != len(self.xy):
            raise ValueError(f"there are {len(self.origin):,} origins for {len(self.xy):,} points")
        if self.labels is None:
            return
        if len(self.labels) != len(self.xy):
            raise ValueError(f"there are {len(self.labels):,} labels for {len(self.xy):,} points")
        if (self.labels < 0).any():
            raise ValueError("a label is below 0, where classes are counted from")

    @classmethod
    def of(cls, x: Array, y: Array, labels: NDArray[np.intp] | None = None) -> "Cloud":
        """The points of a data set, untouched."""
        return cls(np.stack([x, y], axis=1), np.arange(len(x)), labels)

    @property
    def x(self) -> Array:
        return self.xy[:, 0]

    @property
    def y(self) -> Array:
        return self.xy[:, 1]

    def __len__(self) -> int:
        return len(self.xy)

    def without(self, which: Sequence[int] | NDArray[np.intp]) -> "Cloud":
        """The cloud less the points at these indices."""
        return self.part(np.delete(np.arange(len(self)), which))

    def part(self, which: NDArray[np.intp]) -> "Cloud":
        """The points at these indices."""
        labels = None if self.labels is None else self.labels[which]
        return Cloud(self.xy[which], self.origin[which], labels)

    def with_y(self, y: Array) -> "Cloud":
        """The same points at other heights."""
        return self.at(np.stack([self.x, y], axis=1))

    def at(self, xy: Array) -> "Cloud":
        """The same points at other places, (n, 2)."""
        return replace(self, xy=xy)


def changes(cloud: Cloud, base: Cloud, window: Window) -> str:
    """What makes ``base`` into ``cloud``, as text: ``moved.removed.added``; "" where nothing does.

    A moved point is two characters of index and four of place, a removed one two, an added one four.

    Raises:
        ValueError: if the points have labels, which this text has no room for: ``points.encode`` has.
    """
    _check_unlabelled(cloud, base)
    kept = cloud.origin != ADDED
    moved = kept.copy()
    moved[kept] = (cloud.xy[kept] != base.xy[cloud.origin[kept]]).any(axis=1)
    removed = np.setdiff1d(base.origin, cloud.origin)
    parts = (
        "".join(
            _index(int(i)) + _place(cell)
            for i, cell in zip(cloud.origin[moved], window.cells(cloud.xy[moved]), strict=True)
        ),
        "".join(_index(int(i)) for i in removed),
        "".join(_place(cell) for cell in window.cells(cloud.xy[~kept])),
    )
    return ".".join(parts).rstrip(".")


def changed(text: str, base: Cloud, window: Window, most: int) -> Cloud:
    """The inverse of :func:`changes`.

    Raises:
        ValueError: if the text is not of that form, names a point that does not exist, or leaves
            more than ``most`` points; or if the points have labels.
    """
    _check_unlabelled(base)
    moved, removed, added = [*text.split("."), "", ""][:3]
    if text.count(".") > 2 or len(moved) % 6 or len(removed) % 2 or len(added) % 4:
        raise ValueError("the edited points have the wrong length")
    xy = base.xy.copy()
    for k in range(0, len(moved), 6):
        i = _base_index(moved[k : k + 2], base)
        xy[i] = window.settle(window.points(_cells(moved[k + 2 : k + 6])), base.xy[i : i + 1])[0]
    gone = [_base_index(removed[k : k + 2], base) for k in range(0, len(removed), 2)]
    kept = Cloud(xy, base.origin).without(gone)
    extra = window.points(_cells(added))
    whole = Cloud(
        np.concatenate([kept.xy, extra]),
        np.concatenate([kept.origin, np.full(len(extra), ADDED)]),
    )
    if len(whole) > max(most, len(base)):
        raise ValueError(f"{len(whole)} points are more than the {most} that can be moved by hand")
    return whole


def _check_unlabelled(*clouds: Cloud) -> None:
    if any(cloud.labels is not None for cloud in clouds):
        raise ValueError("points with labels are written whole, not as what was changed of them")


def unpack(text: str, window: Window) -> Array:
    """Points on the window's grid, (n, 2), from four characters each.

    Raises:
        ValueError: if the text is not of that form.
    """
    if len(text) % 4:
        raise ValueError("the points have the wrong length: four characters each are expected")
    return window.points(_cells(text))


def _place(cell: NDArray[np.int64]) -> str:
    both = int(cell[0]) << 12 | int(cell[1])
    return base64.urlsafe_b64encode(both.to_bytes(3, "big")).decode("ascii")


def _cells(text: str) -> NDArray[np.int64]:
    packed = np.frombuffer(_decode(text), dtype=np.uint8).astype(np.int64).reshape(-1, 3)
    both = packed[:, 0] << 16 | packed[:, 1] << 8 | packed[:, 2]
    return np.stack([both >> 12, both & 0xFFF], axis=1)


def _index(i: int) -> str:
    return base64.urlsafe_b64encode((i << 12).to_bytes(3, "big")).decode("ascii")[:2]


def _base_index(text: str, base: Cloud) -> int:
    i = int.from_bytes(_decode(text + "AA"), "big") >> 12
    if i >= len(base):
        raise ValueError(f"there is no point {i + 1} among the {len(base)} of this data set")
    return i


def _decode(text: str) -> bytes:
    if not _LETTERS.fullmatch(text):
        raise ValueError(
            "the points hold characters that no point has: letters, digits, - and _ are expected"
        )
    return base64.b64decode(text.encode("ascii"), altchars=b"-_")
