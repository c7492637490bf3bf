"""The outlier page's picture on the page: at rest, and while a point moves."""

from typing import Any

import streamlit as st

from lossviz.app.kit import background, live, plainly
from lossviz.app.kit.address import Address
from lossviz.app.kit.chart import chart, token
from lossviz.app.kit.chart import payload as chart_payload
from lossviz.app.kit.point_editor import acknowledged, point_editor, read_edit
from lossviz.app.kit.sentence import payload as sentence_payload
from lossviz.app.kit.sentence import sentence
from lossviz.app.outliers import words
from lossviz.app.outliers.controls import Setting, pick_kind, pick_outcome, pick_share, usual_losses
from lossviz.app.outliers.data import Source
from lossviz.app.outliers.desk import Desk
from lossviz.app.outliers.fits import Fits, Memory, at_rest, fit_all, fit_points
from lossviz.app.outliers.scene import Picture, alone, picture
from lossviz.app.outliers.scene import breakdown as draw_breakdown
from lossviz.app.outliers.state import State
from lossviz.data.cloud import Cloud
from lossviz.draw import editor
from lossviz.robust.effects import QUICK, Breakdown, breakdown, contaminate, work

EDITOR, CHART, SENTENCE = "outliers:points", "outliers:chart", "outliers:sentence"
_BROKEN, _REST, _ONCE = "outliers:broken", "outliers:fits at rest", "outliers:fits in other units"
"""Work that may be done beside the page."""


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
    fits = _fits(address, desk, setting)
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
                st.caption(
                    "There is no curve to draw: a formula is no number where the point would go."
                    if len(desk.state.points)
                    else "Add a point to see how far it can move the fits."
                )
            else:
                _chart(drawn)
        with left:
            _editor(desk, setting, source, drawn, fits, what)
    sentence(drawn.said, key=SENTENCE, stamp=acknowledged(EDITOR))
    if not desk.state.moving and not fits.waiting:
        desk.gesture.notes = _notes(address, desk.state, setting, source, fits)
    if desk.gesture.notes:
        plainly.caption(*desk.gesture.notes)


def _fits(address: Address, desk: Desk, setting: Setting) -> Fits:
    """The fits of the points as they are; at rest from scratch, which may take its time beside the page."""
    state = desk.state
    if state.moving:
        return fit_all(state, setting, desk.gesture.memory)
    try:
        now = at_rest(_REST, state.cloud, state.window, setting, lambda: usual_losses(address))
    except ValueError as problem:
        return Fits(problem=plainly.reason(problem))
    return Fits(waiting=True) if now is None else fit_all(state, setting, desk.gesture.memory, now)


def _notes(address: Address, state: State, setting: Setting, source: Source, fits: Fits) -> tuple[str, ...]:
    """What is to be known of the fits at rest."""
    notes = words.several_minima(() if setting.hidden else fits.now)
    if state.thinned:
        notes.insert(0, words.thinned(len(state.still), len(state.drawn_still), setting.view))
    if source.factor != 1.0 and fits.now:
        cloud = state.cloud.with_y(state.cloud.y / source.factor)
        once = at_rest(_ONCE, cloud, state.window, setting, lambda: usual_losses(address))
        if once is not None:
            notes.append(
                words.units_trap(fits.now, once, source.factor, setting.scale == "mad", state.window)
            )
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
    still = not (state.moving or fits.problem or fits.waiting)
    point_editor(
        state.points,
        state.base,
        drawn.scene,
        key=EDITOR,
        name=state.name,
        rev=state.rev,
        at=state.at,
        on_edit=lambda edit: desk.hear(edit, constant=setting.constant),
        live=live.offer(EDITOR, _follow(state, setting, source, fits, what) if still else None),
    )


def _follow(state: State, setting: Setting, source: Source, fits: Fits, what: str) -> live.Answer:
    """From an edit that has not ended to what its picture's components are to show.

    The same path as a run's, from the same state at rest; Streamlit is left alone, which may be
    running at that moment.
    """
    memory = Memory.at_rest(state, setting, fits.now)

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
            EDITOR: editor.payload(
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
    fits, found = Fits(waiting=True), None
    with right:
        try:
            found = _broken(address, clean, state, kind, setting)
            if found is not None:
                # The curves were searched for the lowest minimum, so that a crowd's fit may begin beside them.
                crowd = work(setting.losses, len(made), scale=setting.fit_scale) > QUICK
                near = dict(zip(setting.losses, found.near(share), strict=True)) if crowd else None
                fits = Fits(fit_points(made, state.window, setting, near))
        except ValueError as problem:
            fits = Fits(problem=plainly.reason(problem))
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
    if state.thinned:
        plainly.caption(words.thinned(len(state.still), len(state.drawn_still), setting.view))


def _broken(address: Address, clean: Cloud, state: State, kind: str, setting: Setting) -> Breakdown | None:
    """The breakdown curves, kept as long as nothing but the share changes; None while they are computed."""
    asked = token(clean.xy.tobytes(), repr(state.window), kind, repr(setting.losses), setting.scale)
    found: Breakdown | None = background.result(
        _BROKEN,
        asked,
        lambda progress: breakdown(
            setting.losses, clean, state.window, kind, scale=setting.fit_scale, progress=progress
        ),
        lambda: address.put("view", "fit"),
    )
    return found
