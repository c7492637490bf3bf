"""``live_slider``: a slider that Python hears while it moves, and that moves a chart without it."""

import math
from typing import Any

import streamlit as st

from lossviz.ui.component import declare

_slider = declare("live_slider")

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
    log: bool = False,
) -> float:
    """A slider whose value is heard while it moves; ``st.session_state[key]`` holds the value.

    Args:
        key: unique across the app; also the id by which sweeps name this slider.
        chart: key of the chart it moves, if any.
        playable: show a button that plays the sweep.
        log: equal ways along the slider are equal factors; ``low`` must be positive.
    """
    st.session_state.setdefault(key, default)
    value = st.session_state[key] = min(high, max(low, float(st.session_state[key])))
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
        "log": log,
    }
    _slider(key=component, data=[payload], on_value_change=heard, on_touched_change=touched)
    return value


def sweep_wanted() -> str | None:
    """The key of the slider somebody took hold of since the last run; asking clears it."""
    return st.session_state.pop(_WANTED, None)
