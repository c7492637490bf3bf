"""The outlier page's picture on the page: at rest, and while a point moves."""

from typing import Any

import streamlit as st

from lossviz.cloud import Cloud
from lossviz.figures import outlier_words as words
from lossviz.outlier_lab import Breakdown, breakdown, contaminate
from lossviz.ui import live, plainly
from lossviz.ui.address import Address
from lossviz.ui.chart import chart, token
from lossviz.ui.chart import payload as chart_payload
from lossviz.ui.outlier_controls import Setting, pick_kind, pick_outcome, pick_share
from lossviz.ui.outlier_data import Source
from lossviz.ui.outlier_desk import Desk
from lossviz.ui.outlier_fits import Fits, Memory, fit_all, fit_points
from lossviz.ui.outlier_scene import Picture, alone, picture
from lossviz.ui.outlier_scene import breakdown as draw_breakdown
from lossviz.ui.outlier_state import State
from lossviz.ui.point_editor import acknowledged, point_editor, read_edit
from lossviz.ui.point_editor import payload as editor_payload
from lossviz.ui.sentence import payload as sentence_payload
from lossviz.ui.sentence import sentence

EDITOR, CHART, SENTENCE = "outliers:points", "outliers:chart", "outliers:sentence"
_BROKEN = "outliers:broken"


@st.fragment
def show(address: Address, setting: Setting, source: Source) -> None:
    """Draw the picture of the chosen view and its sentence.

    A fragment of its own, so that where every step of a moving point is a run, it redraws this and
    nothing else; when the point is let go the page follows.
    """
    desk = Desk(address, source.cloud, source.window, source.name)
    if desk.just_settled():
        st.rerun()
    if setting.view == "breakdown":
        _breakdown(address, desk, setting, source)
        return
    fits = fit_all(desk.state, setting, desk.gesture.memory)
    if alone(setting, fits):
        drawn = picture(desk.state, setting, source, fits, "")
        _editor(desk, setting, source, drawn, fits)
    elif setting.constant:
        drawn = picture(desk.state, setting, source, fits, "")
        _editor(desk, setting, source, drawn, fits)
        _chart(drawn)
    else:
        left, right = st.columns([1, 1], gap="small")
        with right:
            what = pick_outcome(address) if setting.view == "sensitivity" else ""
            drawn = picture(desk.state, setting, source, fits, what)
            if drawn.chart is None:
                st.caption("Add a point to see how far it can move the fits.")
            else:
                _chart(drawn)
        with left:
            _editor(desk, setting, source, drawn, fits, what)
    sentence(drawn.said, key=SENTENCE, stamp=acknowledged(EDITOR))
    if not desk.state.moving:
        desk.gesture.notes = _notes(desk.state, setting, source, fits)
    if desk.gesture.notes:
        plainly.caption(*desk.gesture.notes)


def _notes(state: State, setting: Setting, source: Source, fits: Fits) -> tuple[str, ...]:
    """What is to be known of the fits at rest."""
    notes = words.several_minima(() if setting.hidden else fits.now)
    if source.factor != 1.0 and fits.now:
        once = fit_points(state.cloud.with_y(state.cloud.y / source.factor), state.window, setting)
        notes.append(words.units_trap(fits.now, once, source.factor, setting.scale == "mad"))
    return tuple(notes)


def _chart(drawn: Picture) -> None:
    if drawn.chart is not None:
        chart(
            drawn.chart.figure,
            key=CHART,
            alt=drawn.chart.alt,
            name="outliers",
            stamp=acknowledged(EDITOR),
        )


def _editor(desk: Desk, setting: Setting, source: Source, drawn: Picture, fits: Fits, what: str = "") -> None:
    """The points, to be moved; each step of a gesture is answered with the whole picture."""
    state = desk.state
    at_rest = not (state.moving or fits.problem)
    point_editor(
        state.points,
        state.base,
        drawn.scene,
        key=EDITOR,
        name=state.name,
        rev=state.rev,
        at=state.at,
        on_edit=lambda edit: desk.hear(edit, constant=setting.constant),
        live=live.offer(EDITOR, _follow(state, setting, source, fits, what) if at_rest else None),
    )


def _follow(state: State, setting: Setting, source: Source, fits: Fits, what: str) -> live.Answer:
    """From an edit that has not ended to what its picture's components are to show.

    The same path as a run's, from the same state at rest; Streamlit is left alone, which may be
    running at that moment.
    """
    memory = Memory.at_rest(state.points, setting, fits.now)

    def answer(sent: Any) -> dict[str, Any] | None:
        edit = read_edit(sent, state.base, state.window, state.rev, flat=setting.constant)
        if edit is None or edit.settled:
            return None
        now = state.during(edit)
        moved = fit_all(now, setting, memory)
        if moved.problem:
            return None  # another layout of the page
        drawn, stamp = picture(now, setting, source, moved, what), sent["seq"]
        parts = {
            EDITOR: editor_payload(
                now.points, drawn.scene, key=EDITOR, name=now.name, rev=now.rev, ack=stamp, at=now.at
            ),
            SENTENCE: sentence_payload(drawn.said, key=SENTENCE, stamp=stamp),
        }
        if drawn.chart is not None:
            parts[CHART] = chart_payload(
                drawn.chart.figure, key=CHART, alt=drawn.chart.alt, name="outliers", stamp=stamp
            )
        return parts

    return answer


def _breakdown(address: Address, desk: Desk, setting: Setting, source: Source) -> None:
    state = desk.state
    left, right = st.columns([1, 1], gap="small")
    with right:
        share = pick_share(address)
        with st.container(horizontal=True, gap="small"):
            kind = pick_kind(address)
            what = pick_outcome(address)
    clean = state.clean()
    made = contaminate(clean, state.window, round(share * len(clean)), kind)
    try:
        fits = Fits(fit_points(made, state.window, setting))
        found = _broken(clean, state, kind, setting)
    except ValueError as problem:
        fits, found = Fits(problem=plainly.reason(problem)), None
    far = [int(i) for i in (made.xy != clean.xy).any(axis=1).nonzero()[0]]
    drawn = draw_breakdown(state, setting, source, fits, made, far, found, what)
    with left:
        # Points that the slider makes are another set than those moved by hand: undo does not mix them.
        point_editor(
            made,
            state.base,
            drawn.scene,
            key=EDITOR,
            name=f"{state.name} made",
            rev=int(token(made.xy.tobytes()), 16),
            at=min(state.at, len(made) - 1),
            on_edit=lambda edit: None,
        )
    with right:
        _chart(drawn)
    sentence(drawn.said, key=SENTENCE)


def _broken(clean: Cloud, state: State, kind: str, setting: Setting) -> Breakdown:
    """The breakdown curves, kept as long as nothing but the share changes."""
    known = st.session_state.get(_BROKEN)
    key = (clean.xy.tobytes(), kind, setting.losses, setting.scale)
    if known is None or known[0] != key:
        known = key, breakdown(setting.losses, clean, state.window, kind, scale=setting.fit_scale)
        st.session_state[_BROKEN] = known
    return known[1]
