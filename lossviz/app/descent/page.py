"""Gradient descent: a model walks downhill, seen on the data, on the cost surface and over time."""

import streamlit as st

from lossviz.app.descent import controls, panels, words
from lossviz.app.descent.presets import APART, PRESETS
from lossviz.app.descent.problem import question
from lossviz.app.kit import address as url
from lossviz.app.kit import explain, frame, plainly
from lossviz.app.kit.player import player
from lossviz.draw.descent_plane import plane_of

PAGE = frame.page_of("descent")


@st.fragment
def descent() -> None:
    with frame.stage(PAGE) as address:
        pills = st.container()
        column, picture = st.columns([1, 2.9], gap="medium")
        panels.fields(address)
        try:
            with column:
                setup = controls.pick(address)
                view = controls.pick_view(address, setup)
            preset = url.presets(address, pills, PRESETS, APART)
            with picture:
                shown = controls.pick_shown(address, setup)
                runs = panels.race_of(address, setup)
        except ValueError as problem:
            plainly.error(plainly.sentence(problem))
            return
        if runs is None:
            return
        with picture:
            run = runs[shown]
            plane = plane_of(run, setup.start, setup.axes, setup.pair)
            scene = panels.scene_of(address, setup, runs, shown, plane, **view)
            if scene is None:
                return
            player(
                scene,
                key=controls.PLAYER,
                frame=address.key("frame"),
                on_click=lambda click: controls.start_at(address, click),
            )
            st.markdown(words.sentence(setup, runs, shown))
            for note in (preset.note if preset else question(address, setup.task), *words.notes(setup, runs)):
                plainly.caption(*filter(None, [note]))

        name = explain.open_tab(address, panels.TABS)
        if name == "update":
            panels.update(address, setup, run)
        elif name == "fit":
            panels.fit(address, run)
        elif name == "rates":
            panels.rates(address, setup, run)
        elif name == "space":
            panels.space(plane, runs, setup, int(address["frame"]))
        elif name == "why":
            panels.why(runs)
        elif name == "numbers":
            panels.numbers(scene, setup, runs, shown)
        else:
            panels.code(run)


def run() -> None:
    """Draw the page; what a control changes redraws the fragment within."""
    frame.page(PAGE.key)
    descent()
