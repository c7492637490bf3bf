"""``chart``: a Plotly figure updated in place, with its text and its downloads."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict, Unpack

import plotly.graph_objects as go
import streamlit as st

from lossviz.app.kit.component import declare, finite, sent
from lossviz.app.kit.streamlit_page import SCRIPTS, plotly_chunk
from lossviz.draw.sweep import PackedTrace, Sweep

_chart = declare("chart", isolate=False, early=f"{SCRIPTS}{plotly_chunk()}")


class AskedSweep(TypedDict):
    """A sweep's table, and for which slider, in which state of everything else."""

    slider: str
    token: str
    value: float
    values: str
    traces: list[PackedTrace]


class ChartPayload(TypedDict):
    """What the browser gets."""

    id: str
    figure: str
    """JSON, in which {"shared": place} stands for an array that several curves have."""
    arrays: list[str]
    """Those, as base64 of float64."""
    narrow: str
    """JSON of a layout for small screens."""
    alt: str
    name: str
    chunk: str | None
    tokens: dict[str, str]
    sweep: AskedSweep | None
    stamp: int


@dataclass(frozen=True)
class Click:
    """Where on the chart somebody clicked: data coordinates, and the panel such as ``xy`` or ``x2y2``."""

    x: float
    y: float
    panel: str


def token(*parts: object) -> str:
    """A short name for a state: equal parts, equal token."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:10]


class Options(TypedDict, total=False):
    """What a chart may be given beside its figure."""

    narrow: Mapping[str, Any]
    """Layout entries that replace the figure's on a narrow screen."""
    name: str
    """File name of downloads, without ending."""
    tokens: Mapping[str, str]
    """For each slider that may sweep this chart, a token of everything but its own value; a table the
    browser already has is used for as long as its token stands."""
    sweep: tuple[str, Sweep] | None
    """A slider's id and the table it asked for."""
    stamp: int
    """Of the last answer from :mod:`lossviz.app.kit.live`, so that what a run draws replaces it."""


def chart(
    figure: go.Figure,
    *,
    key: str,
    alt: str,
    on_click: Callable[[Click], None] | None = None,
    **options: Unpack[Options],
) -> None:
    """Draw a figure.

    Args:
        figure: what to draw, its height set.
        key: unique across the app; sliders name it to move the chart.
        alt: one or two sentences for those who do not see it.
        on_click: called before the run that answers a click on the chart.
        options: see :class:`Options`.
    """
    if plotly_chunk() is None:
        st.plotly_chart(figure, key=f"{key}:plain", alt=alt)
        return

    def clicked() -> None:
        click = _click(sent(key, "click"))
        if click and on_click:
            on_click(click)

    _chart(key=key, data=[payload(figure, key=key, alt=alt, **options)], on_click_change=clicked)


def payload(figure: go.Figure, *, key: str, alt: str, **options: Unpack[Options]) -> ChartPayload:
    """What the browser gets; the arguments are those of :func:`chart`."""
    tokens, sweep = dict(options.get("tokens", {})), options.get("sweep")
    text, arrays = _shared(figure.to_json(validate=False))
    return {
        "id": key,
        "figure": text,
        "arrays": arrays,
        "narrow": json.dumps(options.get("narrow", {})),
        "alt": alt,
        "name": options.get("name", "lossviz"),
        "chunk": plotly_chunk(),
        "tokens": tokens,
        "sweep": {"slider": sweep[0], "token": tokens[sweep[0]], **sweep[1].packed()} if sweep else None,
        "stamp": options.get("stamp", 0),
    }


_ARRAY = re.compile(r'\{"dtype":"f8","bdata":"([^"]{99,})"\}')


def _shared(figure: str) -> tuple[str, list[str]]:
    """A figure's JSON with each long array replaced by its place in a list: curves share their x."""
    places: dict[str, int] = {}
    text = _ARRAY.sub(lambda found: f'{{"shared":{places.setdefault(found[1], len(places))}}}', figure)
    return text, [json.loads(f'"{array}"') for array in places]  # plotly writes / as \\u002f


def _click(value: Any) -> Click | None:
    match value:
        case {"x": x, "y": y, "panel": str(panel)}:
            across, up = finite(x), finite(y)
            return None if across is None or up is None else Click(across, up, panel)
    return None
