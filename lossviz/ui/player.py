"""``player``: a scene played in the browser; Python hears of a frame only at rest."""

from dataclasses import dataclass
from typing import Any

import math
import streamlit as st

from lossviz.figures.player import Scene, pack
from lossviz.ui.axes import CSS as _AXES
from lossviz.ui.component import declare

CSS = (
    _AXES
    + """
.lossviz-player { color: var(--st-text-color); font: 0.875rem var(--st-font); container-type: inline-size; }
.views { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 0.25rem 0.75rem; }
.view { margin: 0; display: flex; flex-direction: column; min-width: 0; }
.view figcaption, caption { font: 400 1rem/1.35 var(--st-font); text-align: left; }
.view .box { position: relative; height: calc(var(--height) * 0.58); }
.view.wide { grid-column: 1 / -1; }
.view.wide .box { height: calc(var(--height) * 0.42); }
.box svg, .box canvas { position: absolute; inset: 0; width: 100%; height: 100%; }
.box canvas { touch-action: pan-y pinch-zoom; }
.box canvas.clicks { cursor: crosshair; }
.zoom { position: absolute; pointer-events: none; border: 1px dashed var(--st-text-color); background: rgba(120, 123, 126, 0.2); }
.tip { position: absolute; pointer-events: none; z-index: 2; padding: 0.3rem 0.5rem; border-radius: 3px; white-space: pre;
  background: #262b36; color: #fff; font: 13px/1.4 var(--st-font); }
.bar { display: flex; align-items: center; gap: 0.4rem; padding: 0.25rem 0; }
.bar input { flex: 1; min-width: 4rem; accent-color: var(--st-primary-color); height: 2rem; margin: 0; cursor: pointer; }
.bar output { min-width: 5.2em; text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.bar button { width: 2.25rem; height: 2.25rem; padding: 0; display: grid; place-items: center; color: inherit; cursor: pointer;
  background: transparent; border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); }
.bar .play { background: var(--st-primary-color); color: var(--st-background-color); border-color: transparent; }
.bar button:hover { border-color: var(--st-primary-color); }
.bar select { font: inherit; color: inherit; background: var(--st-background-color); border: 1px solid var(--st-border-color);
  border-radius: var(--st-base-radius); padding: 0.25rem; }
:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
.readings { margin: 0; min-height: 1.35em; font-variant-numeric: tabular-nums; }
.aloud { position: absolute; width: 1px; height: 1px; margin: 0; overflow: hidden; clip-path: inset(50%); }
.table { overflow-x: auto; align-self: start; }
.table table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.table th, .table td { padding: 0.25rem 0.75rem; text-align: right; font-weight: 400; border-bottom: 1px solid var(--st-border-color); }
.table th[scope="row"] { text-align: left; }
.table p { margin: 0.4rem 0; }
.shaded td { font-size: 1.25rem; text-align: center; padding: 0.9rem 1.6rem;
  background: color-mix(in srgb, var(--st-primary-color) var(--share), transparent); }
[hidden] { display: none !important; }
@container (max-width: 560px) {
  .views { grid-template-columns: minmax(0, 1fr); }
  .view .box { height: 17rem; }
  .view.wide .box { height: 13rem; }
  .foot { position: sticky; bottom: 0; background: var(--st-background-color); z-index: 3; }
  .bar label { font-size: 0; }
  .bar select { font-size: 0.875rem; }
}
"""
)
_player = declare("player", CSS)


@dataclass(frozen=True)
class Click:
    """Where in which view somebody clicked, in data units."""

    view: str
    x: float
    y: float


def player(scene: Scene, *, key: str, frame: str, clock: str = "", name: str = "") -> Click | None:
    """Play a scene; return the click since the last run, if any.

    Args:
        key: unique across the app.
        frame: session key that holds the frame shown; changing it here moves the player.
        clock: key of another player to move along with, which has the controls.
    """
    state = f"{key}:player"
    told = f"{key}:told"

    def moved() -> None:
        sent = st.session_state[state].get("frame")
        if isinstance(sent, int | float) and math.isfinite(sent):
            st.session_state[frame] = st.session_state[told] = max(0, int(sent))

    shown = int(st.session_state.get(frame, 0))
    seek = st.session_state.get(f"{key}:seek", {"rev": 0, "frame": shown})
    if st.session_state.get(told, shown) != shown:
        seek = {"rev": seek["rev"] + 1, "frame": shown}
    st.session_state[told] = shown
    st.session_state[f"{key}:seek"] = seek
    data = pack(scene, clock=clock or key, leads=not clock, seek=None if clock else seek)
    result: Any = _player(key=state, data=data, on_frame_change=moved, on_click_change=_ignore)
    return _new_click(key, result.get("click"))


def _ignore() -> None:
    """Streamlit wants a callback for each state a component sets."""


def _new_click(key: str, click: Any) -> Click | None:
    """The click, unless an earlier run answered it."""
    seen = f"{key}:clicks"
    if not isinstance(click, dict) or click.get("n") == st.session_state.get(seen):
        return None
    st.session_state[seen] = click.get("n")
    x, y = click.get("x"), click.get("y")
    if not all(isinstance(v, int | float) and math.isfinite(v) for v in (x, y)):
        return None
    return Click(str(click.get("view")), float(x), float(y))
