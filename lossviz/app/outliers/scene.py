"""What the outlier page draws and says: from points, settings and fits, without Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.app.outliers import words
from lossviz.app.outliers.controls import Setting
from lossviz.app.outliers.data import Source
from lossviz.app.outliers.fits import Fits
from lossviz.app.outliers.state import State
from lossviz.data.cloud import Cloud, Window
from lossviz.data.dataset import MAX_BY_HAND, MAX_DRAWN
from lossviz.data.sampling import sample
from lossviz.draw import outliers as figures
from lossviz.draw import style
from lossviz.draw.editor import HANDLES, HINT, Band, Line, Scene
from lossviz.equation import equation
from lossviz.fitting import Fit
from lossviz.losses.base import Array
from lossviz.robust.effects import Breakdown, band, charges, cost, nickname, sensitivity, weights

BAR = 12.0
"""Width in pixels of the widest bar of a charge that is a length."""
THIN = 1.0
TALL, NARROW, STRIP = 370, 300, 130
"""Heights of the plot, px: alone, beside a chart, above one."""
LEFT = 72
"""Left margin, px, of two charts that share their x axis."""


@dataclass(frozen=True)
class Chart:
    """A chart and what it shows, in words."""

    figure: go.Figure
    alt: str


@dataclass(frozen=True)
class Picture:
    """What answers an edit: the points, the sentence under them, and the chart they have, if any."""

    scene: Scene
    said: str
    chart: Chart | None = None


def alone(setting: Setting, fits: Fits) -> bool:
    """Whether the points have the picture to themselves."""
    return setting.view == "fit" or setting.hidden or not fits.now


def picture(state: State, setting: Setting, source: Source, fits: Fits, what: str) -> Picture:
    """The picture of every view but the breakdown; ``what`` is the outcome that a sensitivity curve shows."""
    sentence = said(state, setting, fits)
    if alone(setting, fits):
        return Picture(scene(state, setting, source, fits, _title(setting), sentence, TALL), sentence)
    if setting.constant:
        drawn = scene(state, setting, source, fits, _title(setting), sentence, STRIP)
        curves = figures.cost_curves(
            fits.now, state.part.y, state.window.y, x_title=source.y_title, left=LEFT, height=250
        )
        return Picture(drawn, sentence, Chart(curves, "Cost of every constant prediction under each loss"))
    drawn = scene(state, setting, source, fits, "Move a point", sentence, NARROW)
    return Picture(drawn, sentence, _beside(state, setting, source, fits, what))


def _title(setting: Setting) -> str:
    what = "one number" if setting.constant else "line"
    return f"Where would you put the {what}?" if setting.hidden else f"The {what} that each loss likes best"


def _beside(state: State, setting: Setting, source: Source, fits: Fits, what: str) -> Chart | None:
    height = NARROW + 60
    if setting.view == "bars":
        fit = next((fit for fit in fits.now if fit.loss == setting.charged), fits.now[0])
        figure = figures.bars(
            fit,
            _from_left(state.cloud.x),
            chosen=state.at,
            height=height,
            exact=words.exact(fit, state.window),
        )
        return Chart(figure, f"Loss of every point under {nickname(fit.loss)}")
    if not len(state.points):
        return None
    # Where only a part of the points is fitted again and again, the present fits are those of the part as well.
    fitted = fits.now if not state.thinned or state.moving else fits.of_part
    try:
        found = sensitivity(
            fitted, state.part, state.at, state.window, robust_scale=setting.scale == "mad",
            shares=state.shares(state.points),
        )  # fmt: skip
    except ValueError:  # of a formula that is no number where the point would go
        return None
    x, y = state.points.xy[state.at]
    figure = figures.sensitivity(
        fitted, found, state.at, float(y), what, float(x), y_title=source.y_title, height=height - 50
    )
    return Chart(figure, f"{what} of each fit against the height of the chosen point")


def _from_left(x: Array) -> NDArray[np.intp]:
    """Indices of the points in order, at most ``MAX_DRAWN`` of them, drawn at random."""
    order = np.argsort(x)
    return order[sample(len(order), MAX_DRAWN)]


def breakdown(
    state: State,
    setting: Setting,
    source: Source,
    fits: Fits,
    made: Cloud,
    far: Sequence[int],
    found: Breakdown | None,
    what: str,
) -> Picture:
    """Points of which a share was made bad, and each fit against that share, where there is one."""
    bad = len(far)
    middle = 0.5 * (state.window.x.low + state.window.x.high)
    sentence = (
        said(state, setting, fits)
        if found is None
        else words.broken(fits.now, found, bad, len(made), what, middle, state.window)
    )
    title = "Points made bad, one after the other"
    drawn = scene(state, setting, source, fits, title, sentence, NARROW, made=made, far=far)
    if found is None:
        return Picture(drawn, sentence)
    names = [(loss.name, nickname(loss)) for loss in setting.losses]
    figure = figures.breakdown(
        names, found, bad / len(made), what, middle, state.window.x, height=NARROW - 40
    )
    return Picture(drawn, sentence, Chart(figure, f"{what} of each fit against the share of outliers"))


def scene(
    state: State,
    setting: Setting,
    source: Source,
    fits: Fits,
    title: str,
    sentence: str,
    height: int,
    made: Cloud | None = None,
    far: Sequence[int] = (),
) -> Scene:
    """The editor's picture.

    ``made`` where other points than the person's are shown, not to be moved, and ``far`` the bad ones:
    then nothing that is drawn may come from the person's points, whose fits are others.
    """
    window, constant = state.window, setting.constant
    points = state.points if made is None else made
    everything = state.cloud if made is None else made
    shown = () if setting.hidden else fits.now
    by_name = {fit.loss.name: fit for fit in shown}
    at = np.linspace(window.x.low, window.x.high, 41)
    lines: list[Line] = []
    bands: list[Band] = []
    for fit in shown:
        mark = style.mark(fit.loss.name)
        edges = band(fit, at)
        if edges is not None:
            ends = np.array([edges[0][0], edges[1][0]]) if constant else at
            bands.append(Band(mark.color, ends, *edges))
        if made is None:
            lines += [_line(other, fit, window, thin=True) for other in fit.minima[1:]]
    # Beside a chart there is room below the equation only; points that a slider makes have no total to watch.
    total = "" if made is not None else "\n" if height == NARROW else ", "
    lines += [_line(fit.coefficients, fit, window, total=total) for fit in shown]
    charged = by_name.get(setting.charged.name) if setting.charged else None
    weighing = by_name.get(setting.weighing.name) if setting.weighing else None
    if state.thinned:
        title += f" · {len(points) + len(state.drawn_still) if made is None else len(made):,} of {len(state.still):,} points shown"
    return Scene(
        title=title,
        alt=words.alt(shown, everything, window) if shown else f"Scatter plot of {len(everything):,} points",
        x_title=source.x_title,
        y_title=source.y_title,
        flat=constant,
        window=window,
        lines=lines,
        bands=bands,
        charges=None if charged is None or constant else _charges(charged, points),
        weights=None
        if weighing is None
        else (style.mark(weighing.loss.name).color, weights(weighing)[: len(points)]),
        still=state.drawn_still if made is None else np.empty((0, 2)),
        mine=None if setting.guess == "off" or made is not None else state.line(constant),
        outliers=state.outliers(constant=constant) if made is None else far,
        said=sentence,
        height=height,
        left=LEFT if constant else None,
        editable=made is None,
        edited=state.edited and made is None,
        marked=setting.view in ("sensitivity", "bars"),
        hint=_hint(state, editable=made is None),
    )


def _line(coefficients: Array, fit: Fit, window: Window, *, thin: bool = False, total: str = "") -> Line:
    """A fit's line; ``total`` separates what its loss charges for all points from its equation."""
    mark = style.mark(fit.loss.name)
    name = "" if thin else nickname(fit.loss)
    detail = "" if thin else equation(coefficients, window)
    if total:
        detail += f"{total}total {words.total(fit, window)}"
    width = THIN if thin else style.LINE_WIDTH
    if len(coefficients) == 1:
        return Line(mark, at=float(coefficients[0]), name=name, detail=detail, width=width)
    ends = coefficients[0] + coefficients[1] * np.array([window.x.low, window.x.high])
    return Line(mark, (float(ends[0]), float(ends[1])), name=name, detail=detail, width=width)


def _charges(fit: Fit, points: Cloud) -> dict[str, object]:
    drawn = charges(fit)
    count = len(points)
    return {
        "color": style.mark(fit.loss.name).color,
        "square": drawn.square,
        "at": points.y + fit.residuals[:count],
        "width": drawn.width[:count] * (1.0 if drawn.square else BAR),
    }


def _hint(state: State, *, editable: bool) -> str:
    if not editable:
        return "These points are made by the slider; go to another view to move points by hand."
    if len(state.still):
        return f"Of {len(state.still):,} points none can be moved, at most {MAX_BY_HAND} can; click to add some that can."
    return HINT


def said(state: State, setting: Setting, fits: Fits) -> str:
    """The sentence under the picture."""
    if fits.problem:
        return f"Nothing is fitted: {fits.problem}."
    if fits.waiting:
        return f"The lines of {len(setting.losses)} losses are being fitted."
    if setting.guess != "off":
        return words.own_line(own_costs(state, setting, fits.now), fits.now, hidden=setting.hidden)
    if state.before is not None and fits.before:
        what = words.changed_point(state.before, state.cloud, state.window, flat=setting.constant)
        sentence = f"{what}: {words.moved(fits.before, fits.now, state.window)}."
        point = words.touched(state.before, state.cloud)
        if setting.constant or point is None:
            return sentence
        far = point in state.outliers(constant=False)
        return f"{sentence} {words.kind_of_point(state.cloud, point, far=far)}".rstrip()
    return words.costliest(fits.now, state.cloud, state.window)


def own_costs(state: State, setting: Setting, fits: Sequence[Fit]) -> list[float]:
    """The cost of the person's own line under each loss, on the scale of that loss's fit."""
    ends = state.line(setting.constant)
    line = np.array(ends if len(ends) == 1 else _through(ends, state.window))
    return [cost(fit.loss, state.cloud, line, float(fit.scale)) for fit in fits]


def _through(ends: tuple[float, ...], window: Window) -> tuple[float, float]:
    """Intercept and slope of the line through the two handles."""
    span = window.x.high - window.x.low
    left, right = (window.x.low + share * span for share in HANDLES)
    slope = (ends[1] - ends[0]) / (right - left)
    return ends[0] - slope * left, slope
