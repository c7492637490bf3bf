"""The charts beside the outlier lab's scatter plot."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.data.cloud import Axis, Cloud, Window
from lossviz.data.dataset import MAX_DRAWN
from lossviz.data.sampling import sample
from lossviz.draw import style
from lossviz.equation import place, significant
from lossviz.fitting import Fit
from lossviz.foreign import plotly
from lossviz.losses.base import Array
from lossviz.number_format import short
from lossviz.robust.effects import Breakdown, Sensitivity, cost_curve, nickname, outcome

PLACES = 600
"""Most points at which, beside an even grid, the cost of a constant is drawn."""
FLAT = 6.0
"""Line width, px, of a stretch of equally good constants."""


def _figure(title: str, x: str, y: str, height: int, **axes: object) -> go.Figure:
    """A chart without traces; its titles are text as it is to be read."""
    figure = go.Figure(
        layout={
            "template": style.template(),
            "title": {"text": plotly(title)},
            "height": height,
            "margin": {"l": 56, "r": 16, "t": 48, "b": 48},
            "hovermode": "x unified",
            "xaxis": {"title": {"text": plotly(x)}},
            "yaxis": {"title": {"text": plotly(y)}},
            "showlegend": False,
        }
    )
    figure.update_layout(axes)
    return figure


def sensitivity(
    fits: Sequence[Fit],
    found: Sensitivity,
    point: int,
    at: float,
    what: str,
    where: float,
    *,
    y_title: str,
    height: int,
) -> go.Figure:
    """Outcome against the height of the moved ``point``, one curve a loss, where it is now marked."""
    subject = "constant" if fits[0].coefficients.shape == (1,) else what
    figure = _figure(
        f"{subject.capitalize()} against point {point + 1}",
        f"where point {point + 1} is: {y_title}",
        subject,
        height,
        uirevision=what,
    )
    digits = significant(np.concatenate([outcome(c, what, where) for c in found.coefficients]))
    for fit, coefficients in zip(fits, found.coefficients, strict=True):
        mark = style.mark(fit.loss.name)
        figure.add_scatter(
            x=found.positions,
            y=outcome(coefficients, what, where),
            name=nickname(fit.loss),
            line=mark.line,
            mode="lines",
            hovertemplate=f"%{{y:.{digits}~g}}",
        )
    for fit in fits:
        figure.add_scatter(
            x=[at],
            y=[float(outcome(fit.coefficients, what, where))],
            mode="markers",
            marker={"color": style.mark(fit.loss.name).color, "size": style.MARKER_SIZE + 2},
            hoverinfo="skip",
        )
    figure.add_vline(at, line={"color": style.NEUTRAL, "width": 1.5, "dash": "dot"})
    return figure


def bars(fit: Fit, order: NDArray[np.intp], *, chosen: int, height: int, exact: bool = False) -> go.Figure:
    """Each point's own loss as a bar, in the given order of the points, and the cost as the mean of all.

    ``exact`` where all points are on the line and only rounding says otherwise.
    """
    everything = fit.losses
    if exact:
        everything = np.zeros_like(everything)
    losses = everything[order]
    name, cost = nickname(fit.loss), float(everything.mean())
    few = "" if len(losses) == len(everything) else f", {len(losses):,} of them drawn"
    figure = _figure(
        f"{name} = {short(cost)}, mean of {len(everything):,} losses{few}",
        "point, from left to right",
        "loss",
        height,
        hovermode="closest",
    )
    colors = [style.mark(fit.loss.name).color] * len(losses)
    outline = [2 if i == chosen else 0 for i in order]
    figure.add_bar(
        x=np.arange(1, len(losses) + 1),
        y=losses,
        marker={"color": colors, "line": {"color": style.NEUTRAL, "width": outline}},
        customdata=order + 1,
        hovertemplate="point %{customdata}: loss %{y:.4~g}<extra></extra>",
    )
    figure.add_hline(
        cost,
        line={"color": style.NEUTRAL, "width": style.LINE_WIDTH, "dash": "dash"},
    )
    figure.update_yaxes(rangemode="tozero")
    figure.update_xaxes(dtick=1 if len(losses) < 8 else None)
    if exact:
        figure.update_yaxes(range=[0, 1])
    return figure


def cost_curves(
    fits: Sequence[Fit], y: Array, axis: Axis, *, x_title: str, left: int, height: int
) -> go.Figure:
    """Cost of every constant prediction over y (n,), each curve from its lowest (0) to its highest here (1).

    Where a whole stretch is lowest it is drawn heavy.
    """
    places = y[sample(len(y), PLACES)]
    at = np.unique(np.concatenate([np.linspace(axis.low, axis.high, 301), places]))
    figure = _figure(
        "", x_title, "cost, lowest to highest", height, margin={"l": left, "r": 24, "t": 34, "b": 44}
    )
    figure.update_xaxes(range=[axis.low, axis.high])
    figure.update_yaxes(automargin=False)
    lowest = []
    for fit in fits:
        mark, costs = style.mark(fit.loss.name), cost_curve(fit, y, at)
        costs = np.where(np.isfinite(costs), costs, np.nan)  # of a formula that is no number there
        if np.isnan(costs).all():
            continue
        low = float(np.nanmin(costs))
        span = float(np.nanmax(costs)) - low or 1.0
        figure.add_scatter(
            x=at,
            y=(costs - low) / span,
            name=nickname(fit.loss),
            line=mark.line,
            customdata=costs,
            hovertemplate="cost %{customdata:.4~g}",
        )
        if len(fit.minima):
            lowest.append((mark, fit, (cost_curve(fit, y, fit.minima[:, 0]) - low) / span))
    for mark, fit, heights in lowest:  # above all curves, which may lie on one another
        figure.add_scatter(
            x=fit.vertices[:, 0],
            y=np.full(len(fit.vertices), heights[0]),
            mode="lines",
            line={"color": mark.color, "width": FLAT},
            hoverinfo="skip",
        )
        figure.add_scatter(
            x=fit.minima[:, 0],
            y=heights,
            mode="markers",
            marker={
                "color": mark.color,
                "size": style.MARKER_SIZE + 2,
                "symbol": ["circle"] + ["circle-open"] * (len(fit.minima) - 1),
            },
            hoverinfo="skip",
        )
    return figure


def breakdown(
    names: Sequence[tuple[str, str]],
    found: Breakdown,
    share: float,
    what: str,
    where: float,
    axis: Axis,
    *,
    height: int,
) -> go.Figure:
    """Outcome against the share of outliers; ``names`` are registry name and short name of each loss.

    ``where`` is a place on the ``axis`` of x.
    """
    figure = _figure(
        f"{what.capitalize()} as points go bad",
        "share of outliers",
        f"prediction at x = {place(where, axis)}" if what == "prediction" else what,
        height,
    )
    figure.update_xaxes(tickformat=".0%", range=[-0.01, 0.51])
    digits = significant(np.concatenate([outcome(c, what, where) for c in found.coefficients]))
    for (name, title), coefficients in zip(names, found.coefficients, strict=True):
        figure.add_scatter(
            x=found.shares,
            y=outcome(coefficients, what, where),
            name=title,
            line=style.mark(name).line,
            mode="lines+markers",
            marker={"size": 5},
            hovertemplate=f"%{{y:.{digits}~g}}",
        )
    figure.add_vline(share, line={"color": style.NEUTRAL, "width": 1.5, "dash": "dot"})
    return figure


def picture(fits: Sequence[Fit], cloud: Cloud, window: Window, x_title: str, y_title: str) -> go.Figure:
    """The points and their lines as a chart to take away."""
    constant = fits[0].coefficients.shape == (1,)
    figure = _figure("The line that each loss likes best", x_title, y_title, 520, showlegend=True)
    figure.update_layout(hovermode="closest", margin={"t": 84})
    drawn = cloud.part(sample(len(cloud), MAX_DRAWN))
    name = "points" if len(drawn) == len(cloud) else f"{len(drawn):,} of {len(cloud):,} points"
    figure.add_scatter(
        x=drawn.x, y=drawn.y, mode="markers", name=name, marker={"color": style.NEUTRAL, "size": 9}
    )
    ends = np.array([window.x.low, window.x.high])
    for fit in fits:
        at = fit.coefficients[0] + (0.0 * ends if constant else fit.coefficients[1] * ends)
        figure.add_scatter(
            x=ends, y=at, mode="lines", name=fit.loss.label, line=style.mark(fit.loss.name).line
        )
    return figure
