"""From the points and the settings to what the outlier page draws and says."""

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lossviz.cloud import Cloud, Window
from lossviz.figures import outlier_words as words
from lossviz.figures import outliers as figures
from lossviz.figures import style
from lossviz.fitting import Fit
from lossviz.losses.base import Array
from lossviz.outlier_lab import (
    Breakdown,
    band,
    breakdown,
    charges,
    contaminate,
    cost,
    fit_cloud,
    nickname,
    sensitivity,
    weights,
)
from lossviz.ui.address import Address
from lossviz.ui.chart import chart, token
from lossviz.ui.outlier_controls import Setting, pick_kind, pick_outcome, pick_share
from lossviz.ui.outlier_data import Source
from lossviz.ui.outlier_desk import Desk
from lossviz.ui.point_editor import HANDLES, HINT, Band, Line, Scene, point_editor

BAR = 12.0
"""Width in pixels of the widest bar of a charge that is a length."""
THIN = 1.0
CHART = "outliers:chart"
_BROKEN = "outliers:broken"
TALL, NARROW, STRIP = 370, 340, 130
"""Heights of the plot, px: alone, beside a chart, above one."""
LEFT = 72
"""Left margin, px, of two charts that share their x axis."""


@dataclass(frozen=True)
class Fits:
    """The fits of the points as they are and as they were before the last gesture; or why there are none."""

    now: tuple[Fit, ...] = ()
    before: tuple[Fit, ...] = ()
    problem: str = ""


def fit_all(desk: Desk, setting: Setting, cloud: Cloud | None = None) -> Fits:
    """Fit every chosen loss; while a point moves near the last fits, at rest from scratch."""
    near = (desk.gesture.fits or {}) if desk.moving else {}
    cloud = desk.cloud if cloud is None else cloud

    def run(points: Cloud, known: dict[tuple, Fit]) -> tuple[Fit, ...]:
        return tuple(
            fit_cloud(
                loss,
                points,
                scale=setting.fit_scale,
                constant=setting.constant,
                near=known.get(_name(loss, setting)),
            )
            for loss in setting.losses
        )

    try:
        now = run(cloud, near)
    except ValueError as problem:
        return Fits(problem=str(problem))
    found = {_name(fit.loss, setting): fit for fit in now}
    desk.gesture.fits = found
    if desk.before is None:
        return Fits(now)
    try:
        return Fits(now, _before(desk, desk.before, setting, run))
    except ValueError:
        return Fits(now)


def _before(
    desk: Desk,
    cloud: Cloud,
    setting: Setting,
    run: Callable[[Cloud, dict[tuple, Fit]], tuple[Fit, ...]],
) -> tuple[Fit, ...]:
    """The fits at the gesture's start, computed once a gesture."""
    key = (id(desk.gesture.before), tuple(_name(loss, setting) for loss in setting.losses))
    if desk.gesture.start is None or desk.gesture.start[0] != key:
        desk.gesture.start = (key, run(cloud, {}))
    return desk.gesture.start[1]


def _name(loss: object, setting: Setting) -> tuple:
    return loss, setting.scale, setting.constant


def scene(
    desk: Desk,
    setting: Setting,
    fits: Fits,
    *,
    title: str,
    x_title: str,
    y_title: str,
    said: str,
    height: int,
    cloud: Cloud | None = None,
) -> Scene:
    """The editor's picture; ``cloud`` where other points than the desk's are shown, not to be moved."""
    window, constant = desk.window, setting.constant
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
        if cloud is None:
            lines += [_line(other, fit, window, thin=True) for other in fit.minima[1:]]
    lines += [_line(fit.coefficients, fit, window, wide=height != NARROW) for fit in shown]
    charged = by_name.get(setting.charged.name) if setting.charged else None
    weighing = by_name.get(setting.weighing.name) if setting.weighing else None
    return Scene(
        title=title,
        alt=words.alt(shown, desk.cloud, window) if shown else f"Scatter plot of {len(desk.cloud)} points",
        x_title="" if constant else x_title,
        y_title=None if constant else y_title,
        window=window,
        lines=lines,
        bands=bands,
        charges=None if charged is None or constant else _charges(charged, desk.points),
        weights=None
        if weighing is None
        else (style.mark(weighing.loss.name).color, weights(weighing)[: len(desk.points)]),
        still=desk.still,
        mine=None if setting.guess == "off" else desk.line(constant),
        outliers=[] if cloud is not None else desk.outliers(constant),
        said=said,
        height=height,
        left=LEFT if constant else None,
        editable=cloud is None,
        edited=desk.edited,
        marked=setting.view in ("sensitivity", "bars"),
        hint=_hint(desk, editable=cloud is None),
    )


def _line(coefficients: Array, fit: Fit, window: Window, *, thin: bool = False, wide: bool = True) -> Line:
    mark = style.mark(fit.loss.name)
    name = "" if thin else nickname(fit.loss)
    detail = (
        ""
        if thin
        else words.equation(coefficients, window) + (f", total {words.total(fit, window)}" if wide else "")
    )
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


def _hint(desk: Desk, *, editable: bool) -> str:
    if not editable:
        return "These points are made by the slider; go to another view to move points by hand."
    if len(desk.still):
        return f"{len(desk.still)} points are too many to move by hand; click to add some that can be moved."
    return HINT


def own_costs(desk: Desk, setting: Setting, fits: Sequence[Fit]) -> list[float]:
    """The cost of the person's own line under each loss, on the scale of that loss's fit."""
    ends = desk.line(setting.constant)
    if len(ends) == 1:
        line = np.array(ends)
    else:
        slope = _own_slope(ends, desk.window)
        line = np.array([ends[0] - slope * _handles(desk.window)[0], slope])
    return [cost(fit.loss, desk.cloud, line, float(fit.scale)) for fit in fits]


def _handles(window: Window) -> tuple[float, float]:
    """Where along x the handles of a person's own line are."""
    span = window.x.high - window.x.low
    return window.x.low + HANDLES[0] * span, window.x.low + HANDLES[1] * span


def _own_slope(ends: tuple[float, ...], window: Window) -> float:
    left, right = _handles(window)
    return (ends[1] - ends[0]) / (right - left)


def said(desk: Desk, setting: Setting, fits: Fits, point: int) -> str:
    """The sentence under the picture."""
    if fits.problem:
        return f"Nothing is fitted: {fits.problem}."
    if setting.guess != "off":
        return words.own_line(own_costs(desk, setting, fits.now), fits.now, hidden=setting.hidden)
    if desk.before is not None and fits.before:
        what = words.changed_point(desk.before, desk.cloud, point, desk.window)
        sentence = f"{what}: {words.moved(fits.before, fits.now, desk.window)}."
        return sentence if setting.constant else f"{sentence} {words.kind_of_point(desk.cloud, point)}"
    return words.steepest(fits.now, desk.cloud, desk.window)


@st.fragment
def show(address: Address, setting: Setting, data: Source) -> None:
    """Draw the picture of the chosen view and its sentence.

    A fragment of its own, so that a point on the move redraws this and nothing else; when it is let
    go the page follows.
    """
    desk = Desk(address, data.cloud, data.window, data.name)
    if desk.just_settled():
        st.rerun()
    if setting.view == "breakdown":
        _breakdown(address, desk, setting, data)
        return
    fits = fit_all(desk, setting)
    sentence = said(desk, setting, fits, desk.at)

    if setting.view == "fit" or fits.problem or setting.hidden:
        _editor(desk, setting, fits, data, "The line that each loss likes best", sentence, TALL)
    elif setting.constant:
        _editor(desk, setting, fits, data, "The one number that each loss likes best", sentence, STRIP)
        chart(
            figures.cost_curves(
                fits.now, desk.cloud.y, desk.window.y, x_title=data.y_title, left=LEFT, height=210
            ),
            key=CHART,
            alt="Cost of every constant prediction under each loss",
            name="outliers",
        )
    else:
        left, right = st.columns([1, 1], gap="small")
        with left:
            _editor(desk, setting, fits, data, "Move a point", sentence, NARROW)
        with right:
            _beside(address, desk, setting, fits, data)
    _say(sentence)
    notes = words.several_minima(() if setting.hidden else fits.now)
    if data.factor != 1.0 and fits.now and not desk.moving:
        once = fit_all(desk, setting, desk.cloud.with_y(desk.cloud.y / data.factor)).now
        notes.append(words.units_trap(fits.now, once, data.factor, setting.scale == "mad"))
    if notes:
        st.caption(" ".join(notes))


def _editor(
    desk: Desk,
    setting: Setting,
    fits: Fits,
    data: Source,
    title: str,
    sentence: str,
    height: int,
    shown: Cloud | None = None,
) -> None:
    drawn = scene(
        desk,
        setting,
        fits,
        title=title,
        x_title=data.x_title,
        y_title=data.y_title,
        said=sentence,
        height=height,
        cloud=shown,
    )
    # Points that the slider makes are another set than those moved by hand: undo does not mix them.
    moved = shown is None
    point_editor(
        desk.points if shown is None else shown,
        desk.base,
        drawn,
        key="outliers:points",
        name=desk.name if moved else f"{desk.name} made",
        rev=desk.rev if shown is None else int(token(shown.xy.tobytes()), 16),
        at=desk.at,
        on_edit=lambda edit: desk.hear(edit, constant=setting.constant) if moved else None,
    )


def _say(sentence: str) -> None:
    """The sentence under the picture, as plain text: it changes at every redraw, and Markdown is slow."""
    st.html(f'<p style="margin: 0">{html.escape(sentence)}</p>')


def _beside(address: Address, desk: Desk, setting: Setting, fits: Fits, data: Source) -> None:
    height = NARROW + 60
    if setting.view == "bars":
        fit = next((fit for fit in fits.now if fit.loss == setting.charged), fits.now[0])
        figure = figures.bars(fit, np.argsort(desk.cloud.x), chosen=desk.at, height=height)
        chart(figure, key=CHART, alt=f"Loss of every point under {nickname(fit.loss)}", name="outliers")
        return
    what = pick_outcome(address)
    if not len(desk.points):
        st.caption("Add a point to see how far it can move the fits.")
        return
    found = sensitivity(fits.now, desk.cloud, desk.at, desk.window, robust_scale=setting.scale == "mad")
    x, y = desk.points.xy[desk.at]
    figure = figures.sensitivity(
        fits.now, found, float(y), what, float(x), y_title=data.y_title, height=height - 50
    )
    chart(
        figure, key=CHART, alt=f"{what} of each fit against the height of the chosen point", name="outliers"
    )


def _breakdown(address: Address, desk: Desk, setting: Setting, data: Source) -> None:
    left, right = st.columns([1, 1], gap="small")
    with right:
        share = pick_share(address)
        with st.container(horizontal=True, gap="small"):
            kind = pick_kind(address)
            what = pick_outcome(address)
    clean = desk.clean()
    points = contaminate(clean, desk.window, round(share * len(clean)), kind)
    fits = fit_all(desk, setting, points)
    if fits.problem:
        with left:
            _editor(
                desk, setting, fits, data, "Points made bad, one after the other", "", NARROW, shown=points
            )
        _say(said(desk, setting, fits, 0))
        return
    middle = 0.5 * (desk.window.x.low + desk.window.x.high)
    found = _broken(clean, desk.window, kind, setting)
    sentence = words.broken(fits.now, found, share, what, middle, desk.window)
    with left:
        _editor(
            desk, setting, fits, data, "Points made bad, one after the other", sentence, NARROW, shown=points
        )
    with right:
        names = [(loss.name, nickname(loss)) for loss in setting.losses]
        figure = figures.breakdown(names, found, share, what, middle, height=NARROW - 30)
        chart(figure, key=CHART, alt=f"{what} of each fit against the share of outliers", name="outliers")
    _say(sentence)


def _broken(clean: Cloud, window: Window, kind: str, setting: Setting) -> Breakdown:
    """The breakdown curves, kept as long as nothing but the share changes."""
    known = st.session_state.get(_BROKEN)
    key = (clean.xy.tobytes(), kind, setting.losses, setting.scale)
    if known is None or known[0] != key:
        known = key, breakdown(setting.losses, clean, window, kind, scale=setting.fit_scale)
        st.session_state[_BROKEN] = known
    return known[1]
