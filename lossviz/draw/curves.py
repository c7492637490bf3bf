"""The explorer's figure: value, gradient and more of several losses, over linked axes.

``Scene`` says what is drawn, ``lines`` computes it as a list of arrays, ``figure`` draws that list.
A sweep calls ``lines`` alone: the same arrays at other parameter values.
"""

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz import curves
from lossviz.draw import style
from lossviz.losses import Loss

Array = NDArray[np.float64]

PANELS = {"value": "Loss", "gradient": "Gradient", "curvature": "Curvature", "weight": "IRLS weight"}

_GAP_X, _GAP_Y = 0.09, 0.2


@dataclass(frozen=True)
class Scene:
    """What the explorer shows: ``losses`` over an axis from ``low`` to ``high``, probed at ``probe``.

    ``over`` is the axis (error, probability or logit), ``wrt`` what derivatives are taken with
    respect to, ``target`` the true value or class, ``classes`` the number of classes.
    """

    losses: tuple[Loss, ...]
    over: str
    wrt: str
    target: float
    low: float
    high: float
    probe: float
    panels: tuple[str, ...] = ("value", "gradient")
    log: bool = False
    classes: int = 3
    unit: str = ""

    @property
    def view(self) -> dict[str, Any]:
        """The arguments that the functions of ``curves`` share."""
        return {"over": self.over, "target": self.target, "wrt": self.wrt, "classes": self.classes}

    def curve(self, loss: Loss, x: Array) -> curves.Curve:
        return curves.trace(loss, x, **self.view)

    def grid(self, n: int = 401) -> Array:
        return curves.grid(
            self.losses, self.low, self.high, n, over=self.over, target=self.target, classes=self.classes
        )

    @property
    def tangent_shown(self) -> bool:
        """A tangent is drawn where its slope is the derivative along the axis, on a linear scale."""
        return not self.log

    @property
    def tangent_reach(self) -> float:
        """How far a tangent goes to either side of the probe."""
        return 0.14 * (self.high - self.low)

    def shown(self, y: Array) -> Array:
        """What of y is drawn: its size where the scale is logarithmic."""
        return np.abs(y) if self.log else y


@dataclass(frozen=True)
class Line:
    """One trace: its points, the loss it belongs to (None for the probe's own line) and its role."""

    panel: str
    role: str
    loss: Loss | None
    x: Array
    y: Array


def lines(scene: Scene, x: Array) -> list[Line]:
    """All traces of a scene on a grid: curves first, then the probe's marks and tangents."""
    drawn: list[Line] = []
    at = np.array([scene.probe])
    for panel in scene.panels:
        for loss in scene.losses:
            y = getattr(scene.curve(loss, x), panel)
            if y is not None:
                drawn.append(Line(panel, "curve", loss, x, scene.shown(y)))
    for panel in scene.panels:
        for loss in scene.losses:
            y = getattr(scene.curve(loss, at), panel)
            if y is not None:
                drawn.append(Line(panel, "mark", loss, at, scene.shown(y)))
    if scene.tangent_shown:
        ends = scene.probe + scene.tangent_reach * np.array([-1.0, 1.0])
        for loss in scene.losses:
            drawn.append(
                Line("value", "tangent", loss, ends, curves.at(loss, scene.probe, **scene.view).tangent(ends))
            )
    for panel in scene.panels:
        drawn.append(
            Line(panel, "probe", None, np.full(2, scene.probe), np.array(limits(scene, drawn, panel)))
        )
    return drawn


def limits(scene: Scene, drawn: Sequence[Line], panel: str) -> tuple[float, float]:
    """A y range that stays put: rounded outwards, and clipped where one curve would flatten the rest.

    The top is at most four times the second tallest curve (for a single curve, ten times its upper
    quartile) but always shows the probe's marks.
    """
    curve_rows = [
        line.y[np.isfinite(line.y)] for line in drawn if line.panel == panel and line.role == "curve"
    ]
    marks = [
        abs(v)
        for line in drawn
        if line.panel == panel and line.role == "mark"
        for v in line.y
        if math.isfinite(v)
    ]
    sizes = [np.abs(row) for row in curve_rows if row.size]
    if not any((size > 0).any() for size in sizes):
        return (0.1, 1.0) if scene.log else (0.0, 1.0)
    tallest = sorted((float(size.max()) for size in sizes), reverse=True)
    if scene.log:
        floor = min(float(size[size > 0].min()) for size in sizes if (size > 0).any())
        return max(floor, 1e-6 * tallest[0], 1e-300), max(tallest[0], 1e-299) * 1.5
    usual = float(np.quantile(np.concatenate(sizes), 0.75))
    reach = min(tallest[0], 4 * tallest[1]) if len(tallest) > 1 and tallest[1] > 0 else tallest[0]
    reach = max([min(reach, 10 * usual) if usual > 0 else reach, *marks])
    if tallest[0] <= 1.6 * reach:
        reach = tallest[0]
    reach = _round_up(1.01 * reach) or 1.0
    bottom = -reach if any((row < -1e-12 * reach).any() for row in curve_rows) else 0.0
    top = reach if any((row > 1e-12 * reach).any() for row in curve_rows) else 0.0
    pad = 0.04 * (top - bottom)
    return bottom - pad, top + pad


def _round_up(value: float) -> float:
    if value < 1e-300 or not math.isfinite(value):  # its power of ten may be no number
        return value
    size = 10.0 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * size >= value)


def axis_title(scene: Scene) -> str:
    """Axis title of the prediction side, with its symbol."""
    unit = f" ({scene.unit})" if scene.unit else ""
    if scene.over == "error":
        return f"error r = prediction − target{unit}"
    if scene.over == "probability":
        return (
            "probability given to class 1, p"
            if scene.losses[0].family == "binary"
            else "probability of the true class, p"
        )
    return "logit or score f" if scene.losses[0].family == "binary" else "logit of the true class, z"


def panel_title(scene: Scene, panel: str) -> str:
    """What a panel shows, with the variable of its derivatives."""
    score = "f" if scene.losses[0].family == "binary" else "z"
    by = {"error": "r", "probability": "p", "logit": score}[scene.wrt]
    if panel == "value":
        return "Loss ℓ"
    if panel == "weight":
        return "IRLS weight ℓ′(r) / r"
    text = f"Gradient dℓ/d{by}" if panel == "gradient" else f"Curvature d²ℓ/d{by}²"
    return f"|{text}|" if scene.log else text


def layout(scene: Scene, columns: int, drawn: Sequence[Line], title: str) -> dict[str, Any]:
    """Axes of all panels on a grid of that many columns, and the figure's height."""
    rows = math.ceil(len(scene.panels) / columns)
    narrow = columns == 1 and len(scene.panels) > 1
    per_row = 2 if narrow else 4
    title_rows = textwrap.wrap(title, 42) if narrow else [title]
    legend = 24 * math.ceil(len(scene.losses) / per_row)
    top = 14 + 20 * len(title_rows) + legend + 26
    plot = rows * 210 + (rows - 1) * 60 if narrow else 330 if rows == 1 else 420
    wide, tall = (1 - _GAP_X * (columns - 1)) / columns, (1 - _GAP_Y * (rows - 1)) / rows
    result: dict[str, Any] = {
        "height": top + plot + 50,
        "margin": {"t": top, "b": 50, "l": 58, "r": 14},
        "title": {
            "text": "<br>".join(title_rows),
            "font": {"size": 15 if narrow else style.TITLE_SIZE - 2},
            # Plotly lifts a title by half of every further row; the toolbar leaves room at the left only.
            "pad": {"t": 8 + 10 * (len(title_rows) - 1)},
            **({"xref": "container", "x": 0.01} if narrow else {}),
        },
        "legend": {
            "y": 1 + 26 / plot,
            "yanchor": "bottom",
            **({"entrywidthmode": "fraction", "entrywidth": 0.48, "font": {"size": 12}} if narrow else {}),
        },
        "annotations": [],
    }
    for k, panel in enumerate(scene.panels):
        row, column = divmod(k, columns)
        left, bottom = column * (wide + _GAP_X), 1 - (row + 1) * tall - row * _GAP_Y
        n = "" if k == 0 else str(k + 1)
        last = row == rows - 1 or k + columns >= len(scene.panels)
        low, high = limits(scene, drawn, panel)
        result[f"xaxis{n}"] = {
            "domain": [left, min(1.0, left + wide)],
            "anchor": f"y{n}",
            "range": [scene.low, scene.high],
            "title": {"text": axis_title(scene) if last else ""},
            "nticks": 9,
            **({"matches": "x"} if k else {}),
        }
        result[f"yaxis{n}"] = {
            "domain": [max(0.0, bottom), min(1.0, bottom + tall)],
            "anchor": f"x{n}",
            "type": "log" if scene.log else "linear",
            "range": [math.log10(low), math.log10(high)] if scene.log else [low, high],
            **({"exponentformat": "power", "nticks": 6} if scene.log else {}),
        }
        result["annotations"].append(
            {
                "text": f"<b>{panel_title(scene, panel)}</b>",
                "x": left,
                "y": min(1.0, bottom + tall),
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": style.AXIS_SIZE},
            }
        )
    return result


def figure(scene: Scene, drawn: Sequence[Line], title: str) -> go.Figure:
    """Draw the lines of a scene, two panels abreast."""
    traces = []
    for line in drawn:
        n = scene.panels.index(line.panel)
        name = line.loss.name if line.loss else ""
        mark = style.mark(name)
        base = {
            "type": "scatter",
            "x": line.x,
            "y": line.y,
            "name": line.loss.label if line.loss else "probe",
            "legendgroup": name,
            "xaxis": f"x{'' if n == 0 else n + 1}",
            "yaxis": f"y{'' if n == 0 else n + 1}",
        }
        if line.role == "curve":
            look = {"mode": "lines", "line": mark.line, "showlegend": n == 0, "hovertemplate": "%{y:.6g}"}
        elif line.role == "mark":
            outline = {"color": "rgba(255,255,255,0.9)", "width": 1.5}
            look = {"mode": "markers", "marker": {"color": mark.color, "size": 10, "line": outline}}
            look |= {"showlegend": False, "hoverinfo": "skip"}
        else:
            thin = {"color": mark.color, "width": 1.2, "dash": "solid" if line.loss else "dot"}
            look = {"mode": "lines", "line": thin, "showlegend": False, "hoverinfo": "skip"}
        traces.append(base | look)
    frame = layout(scene, 2 if len(scene.panels) in (2, 4) else 3, drawn, title)
    frame |= {
        "template": style.template(),
        "hovermode": "x unified",
        "uirevision": repr((scene.over, scene.low, scene.high, scene.log, scene.panels)),
    }
    return go.Figure(data=traces, layout=frame, _validate=False)
