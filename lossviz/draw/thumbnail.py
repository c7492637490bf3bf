"""A loss at a glance: value and gradient as one small picture, for the gallery."""

import base64
import functools

import numpy as np
from numpy.typing import NDArray

from lossviz import curves
from lossviz.draw import style
from lossviz.foreign import html
from lossviz.losses import Loss

_WIDTH, _HEIGHT, _PAD, _GAP = 210, 74, 4, 14

VIEWS = {
    "regression": ("error", 3.0, 3.0),
    "binary": ("logit", 1.0, 4.0),
    "multiclass": ("logit", 1.0, 4.0),
}
"""For each family the axis on which its losses are compared, the target, and how far it reaches."""


@functools.cache
def thumbnail(loss: Loss) -> str:
    """HTML image of the value (left) and the gradient (right) of a loss, in its own colour and dash."""
    over, target, reach = VIEWS[loss.family]
    x = curves.grid((loss,), -reach, reach, 121, over=over, target=target)
    curve = curves.trace(loss, x, over=over, target=target)
    mark = style.mark(loss.name)
    dash = {"solid": "", "dash": "7 4", "dot": "2 3", "dashdot": "7 3 2 3", "longdash": "11 4"}[mark.dash]
    half = (_WIDTH - _GAP) / 2
    plots = "".join(
        _plot(x, y, k * (half + _GAP), half, mark.color, dash)
        for k, y in enumerate((curve.value, curve.gradient))
    )
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
        f'width="{_WIDTH}" height="{_HEIGHT}">{plots}</svg>'
    )
    address = "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode("ascii")
    return f'<img src="{address}" alt="{html(f"Value and gradient of {loss.title}")}" style="width: 100%">'


def _plot(x: NDArray, y: NDArray, left: float, width: float, color: str, dash: str) -> str:
    finite = np.isfinite(y)
    bottom, top = min(0.0, float(y[finite].min())), max(0.0, float(y[finite].max()))
    usual = 4 * float(np.quantile(np.abs(y[finite]), 0.7)) or 1.0
    bottom, top = max(bottom, -usual), min(top, usual)
    if top - bottom < 1e-12:
        bottom, top = -1.0, 1.0
    sx = left + _PAD + (x - x[0]) / (x[-1] - x[0]) * (width - 2 * _PAD)
    sy = _HEIGHT - _PAD - (np.clip(y, bottom - 1, top + 1) - bottom) / (top - bottom) * (_HEIGHT - 2 * _PAD)
    zero = _HEIGHT - _PAD + bottom / (top - bottom) * (_HEIGHT - 2 * _PAD)
    middle = left + width / 2
    points = " ".join(
        f"{a:.1f},{min(_HEIGHT + 9, max(-9, b)):.1f}" for a, b in zip(sx[finite], sy[finite], strict=True)
    )
    axis = f'stroke="{style.GREY}" stroke-width="0.75" opacity="0.6"'
    return (
        f'<line x1="{left:.0f}" x2="{left + width:.0f}" y1="{zero:.1f}" y2="{zero:.1f}" {axis}/>'
        f'<line x1="{middle:.1f}" x2="{middle:.1f}" y1="0" y2="{_HEIGHT}" {axis}/>'
        f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2" stroke-dasharray="{dash}"/>'
    )
