"""Outliers: points that can be dragged, and the line each loss fits to them."""

import streamlit as st

from lossviz.app.kit import address as url
from lossviz.app.kit import explain, frame, plainly
from lossviz.app.outliers import controls, tables, views
from lossviz.app.outliers.data import pick_data

PAGE = frame.page_of("outliers")


@st.fragment
def lab() -> None:
    with frame.stage(PAGE) as address:
        pills = st.container()
        column, picture = st.columns([1, 3.1], gap="medium")
        with picture:
            view = controls.pick_view(address)
        with column:
            data = pick_data(address)
            setting = controls.pick_setting(address, view, data.cloud.y)
        with picture:
            views.show(address, setting, data)
            tables.offer_file(address, data)
            preset = url.presets(address, pills, controls.PRESETS)
            said = [preset.note if preset else data.question, *data.notes, f"Data: {data.citation}."]
            plainly.caption(*filter(None, said))

        name = explain.open_tab(address)
        if name == "why":
            tables.why(setting)
        elif name == "numbers":
            tables.numbers(address, setting, data)
        else:
            tables.code(setting)


def run() -> None:
    """Draw the page; what a control changes redraws the fragment within."""
    frame.page(PAGE.key)
    lab()
