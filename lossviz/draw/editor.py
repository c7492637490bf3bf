"""What a point editor draws: lines, bands, charges and points, as arrays and as the record that the browser gets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

import numpy as np

from lossviz.data.cloud import Axis, Cloud, Window
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.draw import style
from lossviz.losses.base import Array

HANDLES = (0.06, 0.94)
"""Where along x, as shares of the window, the handles of a person's own line are."""

HINT = "Drag a point, click to add, double-click to remove."
CLASS_KEYS = " A digit chooses the class of the points to be added: 1 for the first."
KEYS = (
    "With the keyboard: Tab to a point, arrows move it (with Shift ten times as far), Page Up and Page Down go to "
    "the next one, Enter adds, Delete removes, Ctrl+Z undoes."
)


class PackedLine(TypedDict):
    name: str
    detail: str
    color: str
    dash: str
    width: float
    ends: list[float]
    at: float


class PackedBand(TypedDict):
    color: str
    x: list[float]
    low: list[float]
    high: list[float]


class PackedCharges(TypedDict):
    color: str
    square: bool
    at: list[float]
    width: list[float]


class PackedWeights(TypedDict):
    color: str
    weights: list[float]


class PackedAxis(TypedDict):
    domain: list[float]
    step: float
    title: str


class PackedClass(TypedDict):
    name: str
    color: str


class EditorPayload(TypedDict):
    """What the browser gets."""

    id: str
    set: str
    """Name of the data set."""
    rev: int
    ack: int
    """Number of the edit that this answers."""
    at: int
    title: str
    alt: str
    hint: str
    keys: str
    said: str
    height: int
    left: int | None
    limit: int
    editable: bool
    edited: bool
    mark: bool
    clear: list[int]
    hidden: float
    """What dots on a line that are added get for their other coordinate."""
    names: list[str]
    x: PackedAxis
    y: PackedAxis | None
    """None for dots on a line."""
    points: list[list[float]]
    """x, y (of dots on a line the other coordinate), origin and, where there are classes, which one."""
    classes: list[PackedClass]
    quiet: bool
    """Whether only the end of a gesture is told."""
    still: list[list[float]]
    handles: tuple[float, float]
    mine: list[float] | None
    lines: list[PackedLine]
    bands: list[PackedBand]
    charges: PackedCharges | None
    weights: PackedWeights | None
    live: NotRequired[str | None]


@dataclass(frozen=True)
class Line:
    """A line from the left to the right edge of the window, or at one place where dots lie on a line."""

    mark: style.Mark
    ends: tuple[float, float] = (0.0, 0.0)
    at: float = 0.0
    name: str = ""
    """Shown in the legend with ``detail`` below; "" leaves it out."""
    detail: str = ""
    width: float = style.LINE_WIDTH

    def packed(self) -> PackedLine:
        return {
            "name": self.name,
            "detail": self.detail,
            "color": self.mark.color,
            "dash": self.mark.dash,
            "width": self.width,
            "ends": list(self.ends),
            "at": self.at,
        }


@dataclass(frozen=True)
class Band:
    """Everything between two curves over x; for dots on a line everything between the two x."""

    color: str
    x: Array
    low: Array
    high: Array

    def packed(self) -> PackedBand:
        return {
            "color": self.color,
            "x": _short(self.x),
            "low": _short(self.low),
            "high": _short(self.high),
        }


@dataclass(frozen=True)
class Scene:
    """All that a point editor draws.

    ``charges`` are rectangles between the points and the predictions ``at``, ``width`` wide in units
    of y where ``square``, else in pixels. ``weights`` in [0, 1] become the area of the points.
    """

    title: str
    alt: str
    x_title: str
    y_title: str
    window: Window
    lines: Sequence[Line] = ()
    bands: Sequence[Band] = ()
    charges: Mapping[str, Any] | None = None
    weights: tuple[str, Array] | None = None
    """A colour and one weight for each point."""
    flat: bool = False
    """Dots on a line, moved along y, which runs across; its title is left to what stands below."""
    still: Array = field(default_factory=lambda: np.empty((0, 2)))
    """Points (m, 2) that are drawn but cannot be moved."""
    mine: tuple[float, ...] | None = None
    """Where the handles of the person's own line are: at its two ends, or the one value of a constant."""
    outliers: Sequence[int] = ()
    said: str = ""
    """Read out after a gesture."""
    height: int = 400
    left: int | None = None
    editable: bool = True
    edited: bool = False
    marked: bool = True
    hint: str = HINT
    classes: Sequence[str] = ()
    """Names of the classes that the points' labels count, if they have any; each has a colour of its own."""
    quiet: bool = False
    """Whether Python hears of a gesture when it has ended, and not before."""


def payload(
    points: Cloud, scene: Scene, *, key: str, name: str, rev: int, ack: int, at: int
) -> EditorPayload:
    """What the browser gets; ``ack`` is the number of the edit that it answers.

    Raises:
        ValueError: if the scene has classes and the points no labels, or the other way round, or a label is none of them.
    """
    labels = points.labels
    if (labels is not None) != bool(scene.classes) or (
        labels is not None and (labels >= len(scene.classes)).any()
    ):
        raise ValueError(
            f"the labels of the points are not of the {len(scene.classes)} classes that are drawn"
        )
    flat = scene.flat
    across = scene.window.y if flat else scene.window.x
    shown = points.xy[:, ::-1] if flat else points.xy
    rows = [[x, y, int(i)] for (x, y), i in zip(shown.tolist(), points.origin, strict=True)]
    if labels is not None:
        rows = [[*row, int(label)] for row, label in zip(rows, labels, strict=True)]
    return {
        "id": key,
        "set": name,
        "rev": rev,
        "ack": ack,
        "at": at,
        "title": scene.title,
        "alt": scene.alt,
        "hint": scene.hint,
        "keys": KEYS + CLASS_KEYS if scene.classes else KEYS,
        "said": scene.said,
        "height": scene.height,
        "left": scene.left,
        "limit": MAX_BY_HAND,
        "editable": scene.editable,
        "edited": scene.edited,
        "mark": scene.marked,
        "clear": [int(i) for i in scene.outliers],
        "hidden": 0.5 * (scene.window.x.low + scene.window.x.high),
        "names": [scene.y_title] if flat else [scene.x_title, scene.y_title],
        "x": _packed_axis(across, "" if flat else scene.x_title),
        "y": None if flat else _packed_axis(scene.window.y, scene.y_title),
        "points": rows,
        "classes": [{"name": name, "color": style.class_color(k)} for k, name in enumerate(scene.classes)],
        "quiet": scene.quiet,
        "still": [_short(point) for point in (scene.still[:, ::-1] if flat else scene.still)],
        "handles": HANDLES,
        "mine": list(scene.mine) if scene.mine else None,
        "lines": [line.packed() for line in scene.lines],
        "bands": [part.packed() for part in scene.bands],
        "charges": _packed_charges(scene.charges),
        "weights": {"color": scene.weights[0], "weights": _short(scene.weights[1])}
        if scene.weights
        else None,
    }


def _packed_axis(axis: Axis, title: str) -> PackedAxis:
    return {"domain": [axis.low, axis.high], "step": axis.step, "title": title}


def _packed_charges(charges: Mapping[str, Any] | None) -> PackedCharges | None:
    if charges is None:
        return None
    return {
        "color": charges["color"],
        "square": charges["square"],
        "at": _short(charges["at"]),
        "width": _short(charges["width"]),
    }


def _short(values: Array) -> list[float]:
    """Numbers to seven digits: what a screen can show."""
    return [float(f"{value:.7g}") for value in values]
