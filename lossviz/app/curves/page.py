"""Loss curves: value, gradient and more of any losses of one family, and a probe that reads them."""

import streamlit as st

from lossviz import losses
from lossviz.app.curves import controls, words
from lossviz.app.kit import address as url
from lossviz.app.kit import explain, formula_box, frame, pickers, plainly
from lossviz.app.kit.chart import chart
from lossviz.app.kit.downloads import downloads
from lossviz.app.kit.live_slider import live_slider
from lossviz.app.kit.table import table
from lossviz.draw import curves as figures
from lossviz.draw.curves import Scene
from lossviz.losses.catalogue import REGISTERED
from lossviz.losses.own import VARIABLES

PAGE = frame.page_of("curves")
CHART = "curves:chart"


@st.fragment
def explorer() -> None:
    with frame.stage(PAGE) as address:
        pills = st.container()
        column, picture = st.columns([1, 2.9], gap="medium")
        with column:
            family = controls.pick_family(address)
            menu = st.container()
            catalogue = formula_box.pick_formulas(address, family) if family in VARIABLES else REGISTERED
            with menu:
                chosen = pickers.pick_losses(
                    address, losses.names(family), controls.DEFAULTS[family], catalogue=catalogue
                )
            sliders = st.container()
            axis = controls.pick_axis(address, family)
            with sliders:
                tuned = pickers.tune(address, chosen, chart=CHART, catalogue=catalogue)
                probe = live_slider(chart=CHART, **controls.probe(address, axis))
            shown, left_out = controls.drawable(tuned, axis)
            scene = Scene(losses=tuple(shown), probe=probe, **axis)
        preset = url.presets(address, pills, controls.PRESETS)
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
                on_click=lambda click: address.put("probe", controls.near(click.x, axis)),
                **controls.sweeping(address, scene),
            )
            st.markdown(words.sentence(scene))
            st.caption(" ".join(([preset.note] if preset else []) + words.clipped(scene, lines)))

        name = explain.open_tab(address)
        if name == "why":
            for loss in shown:
                explain.why(loss)
        elif name == "numbers":
            table(words.probe_table(scene), name="At the probe")
            drawn = words.table(scene)
            downloads("curves", "loss-curves", drawn, figure, title, lambda: controls.sweeps(scene))
            explain.data_table("curves", drawn)
        else:
            explain.code(shown)


def run() -> None:
    """Draw the page; what a control changes redraws the fragment within."""
    frame.page(PAGE.key)
    explorer()
