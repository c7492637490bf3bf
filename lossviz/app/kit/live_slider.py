"""``live_slider``: a slider that Python hears while it moves, and that moves a chart without it."""

import math
from collections.abc import Callable
from typing import NotRequired, TypedDict

import streamlit as st

from lossviz.app.kit.component import declare, finite, sent
from lossviz.losses import Interval

_slider = declare("live_slider")

_WANTED = "sweep wanted"


class Allowed(TypedDict):
    """What may be typed, None for no end: JSON has no infinity."""

    low: float | None
    high: float | None
    lowOpen: bool
    highOpen: bool
    words: str
    whole: NotRequired[bool]


class SliderPayload(TypedDict):
    """What the browser gets."""

    id: str
    chart: str
    label: str
    low: float
    high: float
    step: float
    value: float
    help: str
    playable: bool
    log: bool
    allowed: Allowed
    box: NotRequired[bool]
    """There is no slider, only the box."""
    disabled: NotRequired[bool]


def live_slider(
    label: str,
    *,
    key: str,
    low: float,
    high: float,
    step: float,
    default: float,
    allowed: Interval | None = None,
    chart: str = "",
    help: str = "",
    playable: bool = True,
    log: bool = False,
) -> float:
    """A slider whose value is heard while it moves; ``st.session_state[key]`` holds the value.

    Args:
        key: unique across the app; also the id by which sweeps name this slider.
        low, high, step: what the slider goes through.
        allowed: what may be typed into its box, and what a URL may hold; by default the slider's range.
        chart: key of the chart it moves, if any.
        playable: show a button that plays the sweep.
        log: equal ways along the slider are equal factors; ``low`` must be positive.
    """
    st.session_state.setdefault(key, default)
    interval = allowed or Interval(low, high)
    value = float(st.session_state[key])
    if not (math.isfinite(value) and value in interval):
        value = min(high, max(low, value))
    st.session_state[key] = value
    component = f"{key}:slider"

    def heard() -> None:
        value = finite(sent(component, "value"))
        if value is not None and value in interval:
            st.session_state[key] = value

    def touched() -> None:
        st.session_state[_WANTED] = key

    payload: SliderPayload = {
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
        "allowed": _packed(interval),
    }
    _slider(key=component, data=[payload], on_value_change=heard, on_touched_change=touched)
    return value


def number_box(
    label: str,
    *,
    key: str,
    low: float,
    high: float,
    step: float,
    whole: bool = False,
    on_change: Callable[[], None] | None = None,
    disabled: bool = False,
    help: str = "",
) -> float:
    """The box alone: a number from low to high, a whole one if it must be; ``st.session_state[key]`` holds it.

    Streamlit's own takes 15 for a typed 1,5, 0 for letters, and nothing, in silence, for what is too large.

    Args:
        key: unique across the app; its value is there before, and keeps its type.
        step: what one key, or one click on a button beside the box, adds.
        on_change: called before the run that answers a change.
    """
    interval = Interval(low, high)
    kind = type(st.session_state[key])
    value = st.session_state[key] = kind(min(high, max(low, st.session_state[key])))
    component = f"{key}:box"

    def heard() -> None:
        typed = finite(sent(component, "value"))
        if typed is not None and typed in interval:
            st.session_state[key] = kind(typed)
            if on_change is not None:
                on_change()

    payload: SliderPayload = {
        "id": key,
        "chart": "",
        "label": label,
        "low": low,
        "high": high,
        "step": step,
        "value": value,
        "help": help,
        "playable": False,
        "log": False,
        "allowed": {**_packed(interval), "whole": whole},
        "box": True,
        "disabled": disabled,
    }
    _slider(key=component, data=[payload], on_value_change=heard)
    return value


def _packed(interval: Interval) -> Allowed:
    low, high = (end if math.isfinite(end) else None for end in (interval.low, interval.high))
    return {
        "low": low,
        "high": high,
        "lowOpen": interval.low_open,
        "highOpen": interval.high_open,
        "words": interval.words,
    }


def sweep_wanted() -> str | None:
    """The key of the slider somebody took hold of since the last run; asking clears it."""
    return st.session_state.pop(_WANTED, None)
