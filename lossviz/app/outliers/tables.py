"""Under the outlier page's picture: why it is so, the numbers, and the code that makes them."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lossviz.app.kit import explain, frame, own_points, plainly
from lossviz.app.kit.address import Address
from lossviz.app.kit.chart import token
from lossviz.app.kit.downloads import downloads
from lossviz.app.kit.table import table
from lossviz.app.outliers import words
from lossviz.app.outliers.controls import Setting, usual_losses
from lossviz.app.outliers.data import Source
from lossviz.app.outliers.desk import EDITS, Desk
from lossviz.app.outliers.fits import at_rest
from lossviz.data import numerals
from lossviz.data.cloud import ADDED, Axis, Cloud, Window
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.data.points import Points, one_line
from lossviz.draw import outliers as figures
from lossviz.equation import coefficient
from lossviz.losses import Loss
from lossviz.losses.base import Array
from lossviz.losses.own import Own
from lossviz.number_format import short
from lossviz.robust.effects import comparison
from lossviz.robust.outliers import outliers

_FITS, _CLEAN = "outliers:fits in numbers", "outliers:fits without outliers"
"""Work that may be done beside the page."""
_DRAWN, _TOLD = "outliers:table drawn", "outliers:table told"
AXES = ("x", "y")
_DIGITS = 10
_NUMBER = r"^\s*[-−+]?(\d+([.,]\d*)?|[.,]\d+)([eE][-−+]?\d+)?\s*$"
"""What a cell of the points' table may hold. Streamlit's own number cells make 0 of a letter and 12 of 1e2."""

WHY = {
    "fit": "A fit is the line with the lowest cost, the mean of every point's loss. A point pulls the line with the "
    "gradient of its loss. Squared error pulls twice as hard at twice the distance, so one far point can outweigh "
    "all others; absolute error pulls with the same force from anywhere; redescending losses let far points go. "
    "But force times arm is what turns a line: far out in x (leverage) even a bounded pull can turn it. A loss that "
    "is not convex may have several lines of locally lowest cost: a search from many starts finds the lowest of them "
    "with near certainty, though nothing proves it, and while a point is dragged only the nearest is followed.",
    "sensitivity": "The curve is the fit as a function of one point's height: the sensitivity curve, a sample's "
    "influence function. Straight without end: the loss does not resist (squared error). Flat on both sides: the "
    "pull is bounded (absolute error, Huber). Back to where it was: the point is ignored (Tukey, Welsch).",
    "bars": "A loss belongs to one example, the cost is the mean of the losses over the data. Training lowers the "
    "cost; it lowers one point's loss only where that pays on the whole.",
    "constant": "With one constant θ to predict, the sum of (θ − y)² has the derivative 2 Σ(θ − y), which is zero at "
    "the mean. The sum of |θ − y| has as its derivative the number of points below θ less the number above: zero at "
    "the median. With an even number of points it is zero all the way between the middle two, so that the cost has a "
    "flat stretch and every value there is as good. Under a loss that is not convex the cost has several dips; for "
    "up to 5,000 points the lowest is found for certain, as bounds rule out that there is a lower one elsewhere.",
    "breakdown": "The breakdown point is the share of bad data that can carry a fit away without limit. Squared error "
    "breaks with a single point; a bounded pull holds out against bad heights up to one half, but not against bad "
    "positions in x, unless the loss lets far points go and the search finds the line of the majority.",
}

SCALE = (
    "**Scale.** A parameter such as Huber's δ is a distance. Measured in the units of y it has to change when they do: "
    "multiply y by 10 and the same δ cuts ten times closer. Measured in robust standard deviations of the residuals "
    "(their median absolute deviation, MAD, divided by 0.6745) it does not, and δ = 1.345 or c = 4.685 keep 95 % of "
    "the efficiency of least squares on normal data."
)


def why(setting: Setting) -> None:
    """The idea of the view, the scale, and each loss."""
    st.markdown(WHY[setting.view])
    st.markdown(SCALE)
    if setting.charged is not None:
        st.markdown(
            "**The rectangles.** Each is as tall as the residual and as wide as loss ÷ residual, so that its area is the "
            "loss. A loss that is quadratic near zero is drawn at the scale at which small residuals give squares; where "
            "it grows more slowly than the square, the square is clipped. Absolute error and its kin are bars: their "
            "loss is a length."
        )
    by_name = {loss.name: loss for loss in setting.losses}
    picked = st.pills(
        "About a loss", list(by_name), format_func=lambda name: by_name[name].title, key="outliers:about"
    )
    if picked in by_name:
        explain.why(by_name[picked])


def numbers(address: Address, setting: Setting, data: Source) -> None:
    """The fits compared, to take away, unless a line is still to be guessed; the points, to be edited by number."""
    desk = Desk(address, data.cloud, data.window, data.name)
    if setting.hidden:
        st.caption("The fits are hidden until you reveal them.")
    else:
        _fits(desk, setting, data)
    _points(desk, data)


def _fits(desk: Desk, setting: Setting, data: Source) -> None:
    cloud = desk.state.cloud
    try:
        fits = at_rest(_FITS, cloud, desk.window, setting, lambda: usual_losses(desk.address))
        clean = cloud.without(outliers(cloud, constant=setting.constant))
        alone = at_rest(_CLEAN, clean, desk.window, setting, lambda: usual_losses(desk.address))
    except ValueError as problem:
        plainly.caption(f"Nothing is fitted: {plainly.reason(problem)}.")
        return
    if fits is not None and alone is not None:
        compared = comparison(fits, alone, cloud, desk.window)
        table(
            {
                title: [_cell(title, value, desk.window) for value in column]
                for title, column in compared.items()
            },
            name="The fits",
        )
        st.caption(
            "Change: against the fit without outliers, the points too far for chance from the least-squares line "
            "through the others (in one clean normal sample of a hundred there is any). Weights are those of "
            "reweighted least squares, without end (∞) where a loss has a corner and its line goes through a point. "
            "A point is ignored whose weight and pull are both below a thousandth of the largest."
        )
        for note in words.no_spread(fits):
            st.caption(note)
        figure = figures.picture(fits, cloud, desk.window, data.x_title, data.y_title)
        downloads(
            "outliers",
            "outliers",
            compared,
            figure,
            "Lines that fit best",
            pictures="The stand-alone page draws the points and their lines, and saves them as a picture.",
        )
        _walk(cloud, data)


def _walk(cloud: Cloud, data: Source) -> None:
    """The way to the page that walks downhill on these points."""
    titles = one_line(data.x_title), one_line(data.y_title)
    if len(cloud) > MAX_BY_HAND:
        st.caption(
            f"Gradient descent takes at most {MAX_BY_HAND} points, so that no link leads there; save these, and read "
            "them there to have some of them drawn at random."
        )
        return
    walked, rounded = own_points.query(Points(cloud.xy, titles)), ""
    for digits in range(8, 2, -1):
        if walked is not None:
            break
        walked = own_points.query(Points(_rounded(cloud.xy, digits), titles))
        rounded = f", rounded to {digits} digits"
    if walked is not None:
        frame.link("descent", f"Watch gradient descent find the line through these points{rounded}", walked)


def _rounded(xy: Array, digits: int) -> Array:
    """Points whose coordinates keep so many digits of their ranges."""
    spans = np.ptp(xy, axis=0)
    decimals = [digits - 1 - math.floor(math.log10(span)) if span > 0 else 16 for span in spans.tolist()]
    return np.stack(
        [[round(v, d) for v in column] for column, d in zip(xy.T.tolist(), decimals, strict=True)], axis=1
    )


def _cell(title: str, value: str | float, window: Window) -> str:
    """What the table shows: five digits, of a coefficient as many as are needed at the data."""
    if isinstance(value, str):
        return value
    if title in ("constant", "intercept", "slope") or title.startswith("y at"):
        return coefficient(value, title, window)
    return short(value, 5)


def offer_file(address: Address, data: Source) -> None:
    """Say where the points are beyond a link, and offer them as a file."""
    cloud = Desk(address, data.cloud, data.window, data.name).state.cloud
    own_points.offer_file(address, columns(cloud, data))


def columns(cloud: Cloud, data: Source) -> dict[str, Array | Sequence[str]]:
    """The points as columns to be saved."""
    return own_points.columns(cloud.xy, (one_line(data.x_title), one_line(data.y_title)))


def _points(desk: Desk, data: Source) -> None:
    """The table twin: the same points, to be saved, and to be edited by number."""
    own_points.download(desk.address, columns(desk.state.cloud, data), "table")
    if not st.toggle("Edit the points by number", key="outliers:by number"):
        return
    points, window = desk.state.points, desk.window
    drawn = st.session_state.setdefault(_DRAWN, 0)
    key = f"outliers:points table {token(points.xy.tobytes(), desk.state.name, drawn)}"

    def edited() -> None:
        typed = st.session_state[key]
        after, told = _applied(points, typed, desk.base, window, (data.x_title, data.y_title))
        if not np.array_equal(after.xy, points.xy):
            desk.put(after)
        elif told or not typed["added_rows"]:  # a row may still be half filled
            st.session_state[_DRAWN] = drawn + 1
        st.session_state[_TOLD] = desk.state.name, desk.address[EDITS], told

    column = st.column_config.TextColumn
    st.data_editor(
        {
            "point": np.arange(1, len(points) + 1),
            **{
                name: np.array([short(value, _digits(axis)) for value in values], dtype=np.str_)
                for name, axis, values in zip(AXES, (window.x, window.y), points.xy.T, strict=True)
            },
        },
        key=key,
        num_rows="dynamic",
        on_change=edited,
        column_config={
            "point": st.column_config.NumberColumn("Point", disabled=True, width="small"),
            "x": column(data.x_title, required=True, validate=_NUMBER, alignment="right"),
            "y": column(data.y_title, required=True, validate=_NUMBER, alignment="right"),
        },
    )
    name, edits, told = st.session_state.get(_TOLD, ("", "", ()))
    if told and (name, edits) == (desk.state.name, desk.address[EDITS]):
        plainly.notice(*told, most=3)
    x, y = (_typeset((axis.step, axis.low, axis.high), axis) for axis in (window.x, window.y))
    st.caption(
        f"Edited points are kept to steps of {x[0]} and {y[0]}, from {x[1]} to {x[2]} and from {y[1]} to {y[2]}, "
        f"so that a link can hold them. At most {MAX_BY_HAND}."
    )


def _digits(axis: Axis) -> int:
    """Digits that show a tenth of a step anywhere on an axis."""
    largest = max(abs(axis.low), abs(axis.high))
    return min(17, max(_DIGITS, 2 + math.ceil(math.log10(largest / axis.step))))


def _typeset(values: Sequence[float], axis: Axis) -> list[str]:
    """Numbers as the table shows them."""
    return [short(value, _digits(axis)) for value in values]


def _applied(
    points: Cloud, typed: dict[str, Any], base: Cloud, window: Window, titles: Sequence[str]
) -> tuple[Cloud, tuple[str, ...]]:
    """The points after what was typed, deleted and added in the table, and what was moved into the window
    or left out.

    Only coordinates that were typed go to the window's grid. Cells that hold no number change nothing,
    rows without both are left out.
    """
    told: list[str] = []

    def inside(number: int, k: int, value: float) -> float:
        axis = (window.x, window.y)[k]
        bound = min(axis.high, max(axis.low, value))
        if bound != value:
            meant, used = _typeset((value, bound), axis)
            told.append(
                f"Point {number}: {titles[k]} = {meant} is beyond the window, which ends at {used}; "
                f"{used} is used."
            )
        return float(axis.snap(np.array(bound)))

    xy = points.xy.copy()
    for row, cells in typed["edited_rows"].items():
        for k, axis in enumerate(AXES):
            value = numerals.typed(str(cells.get(axis)))
            if value is not None:
                xy[int(row), k] = inside(int(row) + 1, k, value)
    known = points.origin != ADDED
    xy[known] = window.settle(xy[known], base.xy[points.origin[known]])
    cloud = Cloud(xy, points.origin).without([int(row) for row in typed["deleted_rows"]])
    for row in typed["added_rows"]:
        x, y = (numerals.typed(str(row.get(axis))) for axis in AXES)
        if x is None or y is None:
            continue
        if len(cloud) < MAX_BY_HAND:
            new = [[inside(len(cloud) + 1, k, value) for k, value in enumerate((x, y))]]
            cloud = Cloud(np.concatenate([cloud.xy, new]), np.append(cloud.origin, ADDED))
        else:
            told.append(f"A row is left out: {MAX_BY_HAND} points are the most that can be moved here.")
    return cloud, tuple(told)


def _made(loss: Loss) -> str:
    """The expression that makes a loss."""
    settings = [f"{name}={value!r}" for name, value in loss.settings().items()]
    if isinstance(loss, Own):
        return f"own_loss({loss.text!r}, {loss.family!r})({', '.join(settings)})"
    return f"losses.get({', '.join([json.dumps(loss.name), *settings])})"


def code(setting: Setting) -> None:
    """How to get the same fits from the library, and the losses elsewhere."""
    fit = "fit_location(loss, y" if setting.constant else "fit_line(loss, x, y"
    scale = ', scale="mad")' if setting.scale == "mad" else ")"
    named = "\n".join(f"    {_made(loss)}," for loss in setting.losses)
    explain.python(
        f"from lossviz import losses\nfrom lossviz.fitting import {fit.partition('(')[0]}\n"
        f"{'from lossviz.losses.own import own_loss' if any(isinstance(x, Own) for x in setting.losses) else ''}\n"
        f"for loss in (\n{named}\n):\n    fit = {fit}{scale}\n    print(loss.label, fit.coefficients.tolist(), fit.cost)",
    )
    explain.code(setting.losses)
