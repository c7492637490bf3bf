"""``player``: a scene played in the browser; Python hears of a frame only at rest."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lossviz.app.kit.axes import CSS as _AXES
from lossviz.app.kit.component import declare, finite, sent
from lossviz.app.kit.site import STATIC
from lossviz.draw.player import Scene, Seek, pack

CSS = _AXES + (STATIC / "player.css").read_text(encoding="utf-8")
_player = declare("player", CSS)

MOST_FRAMES = 1_000_000
"""No scene has so many; a frame beyond the last is brought back to it where it is read."""


@dataclass(frozen=True)
class Click:
    """Where in which view somebody clicked, in data units."""

    view: str
    x: float
    y: float


def player(
    scene: Scene,
    *,
    key: str,
    frame: str,
    clock: str = "",
    on_click: Callable[[Click], None] | None = None,
) -> None:
    """Play a scene.

    Args:
        key: unique across the app.
        frame: session key that holds the frame shown; changing it here moves the player.
        clock: key of another player to move along with, which has the controls.
        on_click: called before the run that answers a click on a view that takes clicks.
    """
    state, told = f"{key}:player", f"{key}:told"

    def moved() -> None:
        shown = finite(sent(state, "frame"))
        # A click that plays from the start may arrive along with the frame it was made at, in either order.
        if shown is not None and f"{key}:replay" not in st.session_state:
            st.session_state[frame] = st.session_state[told] = max(0, int(min(shown, MOST_FRAMES)))

    def clicked() -> None:
        click = _click(sent(state, "click"))
        if click and on_click:
            on_click(click)

    shown = int(st.session_state.get(frame, 0))
    seek: Seek = st.session_state.get(f"{key}:seek", {"rev": 0, "frame": shown})
    asked = st.session_state.pop(f"{key}:replay", False)
    if asked or st.session_state.get(told, shown) != shown:
        seek = {"rev": seek["rev"] + 1, "frame": shown, "play": asked}
    st.session_state[told] = shown
    st.session_state[f"{key}:seek"] = seek
    data = pack(scene, clock=clock or key, leads=not clock, seek=None if clock else seek)
    _player(key=state, data=data, on_frame_change=moved, on_click_change=clicked)


def replay(key: str, frame: str) -> None:
    """Let the player of that key play from the start, for a callback; ``frame`` as in :func:`player`."""
    st.session_state[frame] = 0
    st.session_state[f"{key}:replay"] = True


def _click(value: Any) -> Click | None:
    match value:
        case {"view": str(view), "x": x, "y": y}:
            across, up = finite(x), finite(y)
            return None if across is None or up is None else Click(view, across, up)
    return None
