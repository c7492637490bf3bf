"""Outliers: points that can be dragged, and the line each loss fits to them."""

import streamlit as st

from lossviz.ui import address as url
from lossviz.ui import explain, frame, plainly
from lossviz.ui import outlier_controls as controls
from lossviz.ui import outlier_tables as tables
from lossviz.ui import outlier_views as views
from lossviz.ui.outlier_data import pick_data

page = frame.page("outliers")


@st.fragment
def lab() -> None:
    with frame.stage(page) as address:
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
            plainly.caption(*([preset.note] if preset else []), *data.notes, f"Data: {data.citation}.")

        for name, tab in explain.open_tabs(address):
            with tab:
                if name == "why":
                    tables.why(setting)
                elif name == "numbers":
                    tables.numbers(address, setting, data)
                else:
                    tables.code(setting)


lab()
