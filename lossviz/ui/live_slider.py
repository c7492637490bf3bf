"""``live_slider``: a slider that Python hears while it moves, and that moves a chart without it."""

import math
from typing import Any

import streamlit as st

from lossviz.ui.component import declare

_CSS = """
.lossviz-live_slider { font: 0.875rem var(--st-font); color: var(--st-text-color); padding: 0.1rem 0; }
.name { display: block; line-height: 1.35; }
.row { display: flex; align-items: center; gap: 0.5rem; }
[type="range"] { flex: 1; min-width: 0; height: 1.75rem; margin: 0; accent-color: var(--st-primary-color); cursor: pointer; touch-action: pan-y; }
[type="number"] { width: 4.4rem; font: inherit; font-variant-numeric: tabular-nums; color: inherit; background: transparent;
  border: 1px solid var(--st-border-color); border-radius: var(--st-base-radius); padding: 0.1rem 0.35rem; -moz-appearance: textfield; appearance: textfield; }
[type="number"]::-webkit-inner-spin-button { display: none; }
button { font: 0.7rem var(--st-font); width: 1.6rem; height: 1.6rem; padding: 0; color: inherit; background: transparent;
  border: 1px solid var(--st-border-color); border-radius: 50%; cursor: pointer; }
button:hover { border-color: var(--st-primary-color); color: var(--st-primary-color); }
:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 2px; }
[hidden] { display: none; }
"""
_slider = declare("live_slider", _CSS)

_WANTED = "sweep wanted"


def live_slider(
    label: str,
    *,
    key: str,
    low: float,
    high: float,
    step: float,
    default: float,
    chart: str = "",
    help: str = "",
    playable: bool = True,
) -> float:
    """A slider whose value is heard while it moves; ``st.session_state[key]`` holds the value.

    Args:
        key: unique across the app; also the id by which sweeps name this slider.
        chart: key of the chart it moves, if any.
        playable: show a button that plays the sweep.
    """
    st.session_state.setdefault(key, default)
    value = min(high, max(low, float(st.session_state[key])))
    component = f"{key}:slider"

    def heard() -> None:
        sent = st.session_state[component].get("value")
        if isinstance(sent, int | float) and math.isfinite(sent):
            st.session_state[key] = min(high, max(low, float(sent)))

    def touched() -> None:
        st.session_state[_WANTED] = key

    payload: dict[str, Any] = {
        "id": key,
        "chart": chart,
        "label": label,
        "low": low,
        "high": high,
        "step": step,
        "value": value,
        "help": help,
        "playable": playable and bool(chart),
    }
    _slider(key=component, data=[payload], on_value_change=heard, on_touched_change=touched)
    return value


def sweep_wanted() -> str | None:
    """The key of the slider somebody took hold of since the last run; asking clears it."""
    return st.session_state.pop(_WANTED, None)
