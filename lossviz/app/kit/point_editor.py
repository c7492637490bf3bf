"""``point_editor``: a scatter plot edited by hand while Python's fits follow.

The browser owns the points during a gesture and sends them several times while it lasts; Python
answers with what to draw. Nothing is computed in the browser but places on the screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from lossviz.app.kit import axes
from lossviz.app.kit.component import declare, finite, sent
from lossviz.data.cloud import ADDED, Cloud, Window
from lossviz.data.dataset import MAX_BY_HAND
from lossviz.draw import editor, style
from lossviz.draw.editor import Scene

_CSS = (
    axes.CSS
    + f"""
.lossviz-point_editor {{ position: relative; }}
.heading {{ min-height: 1.3em; }}
.legend {{ min-height: 2.6em; margin: 0.2rem 0 0.1rem; }}
.heading:empty, .heading:empty + .legend:empty {{ min-height: 0; margin: 0; }}
.plot {{ position: relative; line-height: 0; }}
svg {{ display: block; user-select: none; -webkit-user-select: none; outline: none; overflow: visible; }}
.sample {{ display: inline-block; }}
.lines path {{ fill: none; }}
.bands path {{ opacity: 0.28; }}
.still path {{ stroke: {style.NEUTRAL}; stroke-width: 6; stroke-linecap: round; opacity: 0.55; }}
.charges rect {{ fill-opacity: 0.2; stroke-opacity: 1; stroke-width: 1; }}
.dot {{ outline: none; }}
.dots {{ --dot: {style.NEUTRAL}; }}
.dot circle {{ fill: var(--dot); stroke: var(--st-background-color); stroke-width: 1.5; }}
.dot.far circle {{ fill: var(--st-text-color); }}
.dot.ignored circle {{ fill: var(--st-background-color); stroke: var(--dot); stroke-width: 2; }}
.dot.chosen circle {{ stroke: var(--st-text-color); stroke-width: 2.5; }}
.dot:focus-visible circle {{ stroke: var(--st-primary-color); stroke-width: 4; }}
.mine {{ fill: none; stroke: var(--st-text-color); stroke-width: 2.5; }}
.handles rect {{ fill: var(--st-background-color); stroke: var(--st-text-color); stroke-width: 2.5; outline: none; }}
.handles rect:focus-visible {{ stroke: var(--st-primary-color); stroke-width: 4; }}
svg.dragging, svg.dragging * {{ cursor: grabbing !important; }}
.tip {{ position: absolute; left: 0; top: 0; pointer-events: none; white-space: pre; padding: 0.25rem 0.5rem; border-radius: 2px;
  font: {style.TICK_SIZE}px/1.4 var(--st-font); color: #ffffff; background: #262b36; z-index: 2; }}
.tip[hidden] {{ display: none; }}
.tools {{ display: flex; flex-wrap: wrap; gap: 0.4rem 0.5rem; align-items: center; margin-top: 0.25rem; font: {style.TICK_SIZE}px/1.35 var(--st-font); }}
.tools button {{ font: inherit; color: var(--st-text-color); background: transparent; padding: 0.2rem 0.7rem; white-space: nowrap;
  border: 1px solid var(--st-border-color); border-radius: var(--st-button-radius); cursor: pointer; }}
@media (pointer: coarse) {{ .tools button {{ min-height: 44px; }} }}
.tools button:hover:enabled {{ border-color: var(--st-primary-color); color: var(--st-primary-color); }}
.tools button:disabled {{ opacity: 0.45; cursor: default; }}
.tools button:focus-visible {{ outline: 2px solid var(--st-primary-color); outline-offset: 2px; }}
.tools button[hidden] {{ display: none; }}
.classes {{ display: flex; flex-wrap: wrap; gap: 0.25rem 0.4rem; align-items: center; max-width: 100%; }}
.classes:empty {{ display: none; }}
.classes button {{ display: inline-flex; gap: 0.4rem; align-items: center; max-width: 12rem; overflow: hidden; text-overflow: ellipsis; }}
.classes button::before {{ content: ""; flex: none; width: 0.75em; height: 0.75em; border-radius: 50%; background: var(--dot); }}
.classes button[aria-pressed="true"] {{ border: 2px solid var(--st-text-color); padding: calc(0.2rem - 1px) calc(0.7rem - 1px); }}
.hint {{ color: var(--st-text-color); flex: 1 1 14rem; min-height: 1.35em; }}
.spoken, .keys {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
"""
)
_editor = declare("point_editor", _CSS)


@dataclass(frozen=True)
class Edit:
    """What somebody is doing to the points, or has done (``settled``)."""

    points: Cloud
    at: int
    """The point that was last taken hold of."""
    why: str
    mine: tuple[float, ...] | None
    settled: bool


def point_editor(
    points: Cloud,
    home: Cloud,
    scene: Scene,
    *,
    key: str,
    name: str,
    rev: int,
    at: int,
    on_edit: Callable[[Edit], None],
    live: str | None = None,
) -> None:
    """Draw the editor.

    Args:
        points: what to show; the browser's own version stands as long as ``rev`` does.
        home: where points come from; one that is back there gets all its digits back.
        key: unique across the app.
        name: of the data set; undo does not reach across a change of it.
        rev: to be raised when Python changes the points.
        at: index of the point that is marked.
        on_edit: called with every edit, before the run that answers it.
        live: where steps of a gesture are answered without a run (:func:`lossviz.app.kit.live.offer`).
    """
    flat = scene.flat

    def heard() -> None:
        value = sent(key, "edit")
        edit = read_edit(value, home, scene.window, rev, flat=flat, classes=len(scene.classes))
        if edit is not None:
            st.session_state[_ack(key)] = value["seq"]
            on_edit(edit)

    shown = editor.payload(points, scene, key=key, name=name, rev=rev, ack=acknowledged(key), at=at)
    _editor(key=key, data=[{**shown, "live": live}], on_edit_change=heard)


def acknowledged(key: str) -> int:
    """The number of the last edit that a run has heard of."""
    return int(st.session_state.get(_ack(key), 0))


def _ack(key: str) -> str:
    return f"{key}:ack"


def read_edit(
    sent: Any, home: Cloud, window: Window, rev: int, *, flat: bool = False, classes: int = 0
) -> Edit | None:
    """An edit as the browser sent it; None where it is not one or answers an older state.

    Points end up inside the window and on its grid, or exactly at home if that is as near; ``flat`` rows hold y before x.
    Each has a label where there are ``classes``, so many, and none where there are none.
    """
    if not isinstance(sent, dict) or sent.get("rev") != rev or not _is_count(sent.get("seq")):
        return None
    why, rows, at = sent.get("why"), sent.get("points"), sent.get("at")
    if not isinstance(why, str) or not isinstance(rows, list) or len(rows) > max(MAX_BY_HAND, len(home)):
        return None
    width = 4 if classes else 3
    if not all(isinstance(row, list) and len(row) == width and all(map(_finite, row)) for row in rows):
        return None
    table = np.array(rows, dtype=np.float64).reshape(-1, width)
    if not np.isin(table[:, 3:], np.arange(classes)).all():
        return None
    if (np.abs(table[:, 2]) > max(1, len(home))).any() or (table[:, 2] % 1 != 0).any():
        return None
    origin = table[:, 2].astype(np.int64)
    known = origin != ADDED
    if (origin < ADDED).any() or (origin >= len(home)).any() or len(set(origin[known])) < known.sum():
        return None
    xy = table[:, [1, 0]] if flat else table[:, :2]
    snapped = window.snap(xy)
    snapped[known] = window.settle(xy[known], home.xy[origin[known]])
    return Edit(
        Cloud(snapped, origin, table[:, 3].astype(np.intp) if classes else None),
        min(at, max(0, len(rows) - 1)) if isinstance(at, int) and _is_count(at) else 0,
        why,
        _read_mine(sent.get("mine"), window),
        sent.get("last") is True,
    )


def _read_mine(sent: Any, window: Window) -> tuple[float, ...] | None:
    if not isinstance(sent, list) or len(sent) not in (1, 2) or not all(map(_finite, sent)):
        return None
    return tuple(min(window.y.high, max(window.y.low, float(value))) for value in sent)


def _finite(value: Any) -> bool:
    return finite(value) is not None


def _is_count(value: Any) -> bool:
    """A whole number that a browser counts to."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53
