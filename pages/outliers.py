"""Outliers: points that can be dragged, and the line each loss fits to them."""

import streamlit as st

from lossviz.figures import outliers as figures
from lossviz.ui import address as url
from lossviz.ui import explain, frame
from lossviz.ui import outlier_controls as controls
from lossviz.ui import outlier_views as views
from lossviz.ui.outlier_data import pick_data
from lossviz.ui.outlier_desk import Desk
from lossviz.ui.point_editor import point_editor

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
            setting = controls.pick_setting(address, view)
        desk = Desk(address, data.cloud, data.window, data.name)
        with picture:
            fits = views.show(address, desk, setting, data)
        preset = url.presets(address, pills, controls.PRESETS)


lab()
