"""What people take away: the numbers as CSV, the picture as a stand-alone page."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from lossviz import foreign
from lossviz.app.kit.site import STATIC
from lossviz.draw.sweep import Sweep

MODULES = ("number_format", "hover_numbers", "sweep", "standalone")
"""What a stand-alone page runs, in an order in which each finds what it imports."""

Table = Mapping[str, Sequence[Any] | np.ndarray]


def to_csv(table: Table) -> str:
    """A table of equally long columns as CSV, every float with all its digits, no text a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([foreign.cell(name) for name in table])
    columns = [[foreign.cell(value) for value in np.asarray(column).tolist()] for column in table.values()]
    writer.writerows(zip(*columns, strict=True))
    return text.getvalue()


def to_html(figure: go.Figure, title: str, sweeps: Mapping[str, Sweep]) -> str:
    """The figure as one HTML file that needs no server: plotly.js inside, sliders still working.

    ``sweeps`` maps a slider's label to its table. One slider is live at a time: the others rest at
    the values the figure was made with, which is what the tables hold true for.
    """
    body = figure.to_html(
        full_html=False, include_plotlyjs=True, div_id="chart", config={"displaylogo": False}
    )
    tables = {label: sweep.packed() for label, sweep in sweeps.items()}
    modules = ((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in MODULES)
    script = re.sub(r'^import .*"\./\w+\.js";\n', "", "".join(modules), flags=re.MULTILINE)
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{foreign.html(title)}</title>
<style>body {{ font-family: sans-serif; margin: 1rem auto; max-width: 75rem; padding: 0 1rem; background: #fff; color: #222; }}
#controls {{ display: flex; gap: 1rem; align-items: center; flex-wrap: wrap; }} #controls input {{ flex: 1; min-width: 12rem; }}</style>
</head><body><div id="controls"></div>{body}
<script type="application/json" id="sweeps">{foreign.script_json(tables)}</script>
<script type="module">{script}</script></body></html>"""


def downloads(
    key: str,
    name: str,
    table: Table,
    figure: go.Figure,
    title: str,
    sweeps: Any = None,
    *,
    pictures: str = "PNG and SVG are in the chart's own toolbar.",
) -> None:
    """Buttons for CSV and HTML, each made only when it is asked for; ``sweeps`` is called then.

    ``pictures`` says where to get a picture.
    """
    left, right, _ = st.columns([1, 1, 2])
    left.download_button(
        "CSV of these numbers",
        lambda: to_csv(table),
        f"{name}.csv",
        "text/csv",
        key=f"{key}:csv",
        on_click="ignore",
        width="stretch",
    )
    right.download_button(
        "Stand-alone HTML",
        lambda: to_html(figure, title, sweeps() if sweeps else {}),
        f"{name}.html",
        "text/html",
        key=f"{key}:html",
        on_click="ignore",
        width="stretch",
    )
    st.caption(pictures)
