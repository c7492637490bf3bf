"""Loss curves: value, gradient and more of any losses of one family, and a probe that reads them."""

import streamlit as st

from lossviz import losses
from lossviz.figures import curve_words as words
from lossviz.figures import curves as figures
from lossviz.figures.curves import Scene
from lossviz.losses.catalogue import REGISTERED
from lossviz.losses.own import VARIABLES
from lossviz.ui import address as url
from lossviz.ui import curve_lab, explain, formula_box, frame, pickers, plainly
from lossviz.ui.chart import chart
from lossviz.ui.downloads import downloads
from lossviz.ui.live_slider import live_slider
from lossviz.ui.table import table

page = frame.page("curves")
CHART = "curves:chart"


@st.fragment
def explorer() -> None:
    with frame.stage(page) as address:
        pills = st.container()
        controls, picture = st.columns([1, 2.9], gap="medium")
        with controls:
            family = curve_lab.pick_family(address)
            menu = st.container()
            catalogue = formula_box.pick_formulas(address, family) if family in VARIABLES else REGISTERED
            with menu:
                chosen = pickers.pick_losses(
                    address, losses.names(family), curve_lab.DEFAULTS[family], catalogue=catalogue
                )
            sliders = st.container()
            axis = curve_lab.pick_axis(address, family)
            with sliders:
                tuned = pickers.tune(address, chosen, chart=CHART, catalogue=catalogue)
                probe = live_slider(chart=CHART, **curve_lab.probe(address, axis))
            shown, left_out = curve_lab.drawable(tuned, axis)
            scene = Scene(losses=tuple(shown), probe=probe, **axis)
        preset = url.presets(address, pills, curve_lab.PRESETS)
        plainly.notice(*left_out, place=picture)
        if not shown:
            return

        lines = figures.lines(scene, scene.grid())
        title = words.title(scene)
        figure = figures.figure(scene, lines, title)
        with picture:
            chart(
                figure,
                key=CHART,
                alt=words.alt(scene),
                narrow=figures.layout(scene, 1, lines, title),
                name="loss-curves",
                on_click=lambda click: address.put("probe", curve_lab.near(click.x, axis)),
                **curve_lab.sweeping(address, scene),
            )
            st.markdown(words.sentence(scene))
            st.caption(" ".join(([preset.note] if preset else []) + words.clipped(scene, lines)))

        for name, tab in explain.open_tabs(address):
            with tab:
                if name == "why":
                    for loss in shown:
                        explain.why(loss)
                elif name == "numbers":
                    table(words.probe_table(scene), name="At the probe")
                    drawn = words.table(scene)
                    downloads("curves", "loss-curves", drawn, figure, title, lambda: curve_lab.sweeps(scene))
                    explain.data_table("curves", drawn)
                else:
                    explain.code(shown)


explorer()
