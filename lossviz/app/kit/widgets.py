"""Controls: a field of the page's state and the widget that sets it, in one call that never returns None.

What a widget shows is said twice: by the session, which reaches the browser in the one run that puts it there,
and by the widget's own default, which every run says. A click before the page's widgets have mounted is
answered by a second declaration that takes the first one's place; the default is then all that the browser
has. It follows the state, and no widget here becomes another one by it: the key alone says which it is.
"""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import streamlit as st

from lossviz.app.kit.address import Address, Field
from lossviz.app.kit.live_slider import live_slider, number_box
from lossviz.losses import Interval

Visibility = Literal["visible", "hidden", "collapsed"]
Changed = Callable[[], None]


def switch(address: Address, label: str, field: Field, *, help: str | None = None) -> bool:
    """Yes or no."""
    value = bool(address.field(field))
    st.toggle(label, value=value, key=address.key(field.name), help=help)
    return bool(address[field.name])


def menu(
    address: Address,
    label: str,
    field: Field,
    title: Callable[[str], str] = str,
    *,
    options: Sequence[str] | None = None,
    on_change: Changed | None = None,
) -> str:
    """One of several, from a menu; of the ``options`` in place of the field's own, where only they can be had."""
    value = address.field(field)
    return choose(
        label,
        field.options if options is None else options,
        value,
        key=address.key(field.name),
        title=title,
        on_change=on_change,
    )


def choose(
    label: str,
    options: Sequence[str],
    value: str,
    *,
    key: str,
    title: Callable[[str], str] = str,
    on_change: Changed | None = None,
) -> str:
    """A menu whose state is kept under ``key`` and is no field, or not one of just one choice."""
    index = options.index(value) if value in options else 0
    picked = st.selectbox(label, options, index, key=key, format_func=title, on_change=on_change)
    return options[index] if picked is None else picked


def segments(
    address: Address,
    label: str,
    field: Field,
    title: Callable[[Any], str] = str,
    *,
    options: Sequence[Any] | None = None,
    on_change: Changed | None = None,
    visibility: Visibility = "visible",
    help: str | None = None,
) -> Any:
    """One of a few, side by side."""
    value = address.field(field)
    picked = st.segmented_control(
        label,
        field.options if options is None else options,
        default=value,
        key=address.key(field.name),
        format_func=title,
        on_change=on_change or "rerun",
        required=True,
        label_visibility=visibility,
        help=help,
    )
    return value if picked is None else picked


def pills(
    address: Address,
    label: str,
    field: Field,
    title: Callable[[str], str] = str,
    *,
    on_change: Changed | None = None,
    visibility: Visibility = "visible",
) -> str:
    """One of several, side by side, in as many rows as they need."""
    value = address.field(field)
    picked = st.pills(
        label,
        field.options,
        default=value,
        key=address.key(field.name),
        format_func=title,
        on_change=on_change or "rerun",
        required=True,
        label_visibility=visibility,
        wrap=True,
    )
    return value if picked is None else picked


def flags(address: Address, label: str, field: Field, title: Callable[[str], str] = str) -> list[str]:
    """Any of a few, side by side, in the order of the field's options."""
    value = address.field(field)
    picked = st.pills(
        label,
        field.options,
        selection_mode="multi",
        default=value,
        key=address.key(field.name),
        format_func=title,
        wrap=True,
    )
    return [option for option in field.options if option in picked]


def several(
    address: Address,
    label: str,
    field: Field,
    title: Callable[[str], str] = str,
    *,
    options: Sequence[str] | None = None,
    placeholder: str | None = None,
    typed: Changed | None = None,
) -> list[str]:
    """Any of many, at most as many as the field takes; with ``typed``, called after a change, also others.

    Empty where nothing is chosen: what then is shown is the caller's to say.
    """
    value = address.field(field)
    picked: list[str] = st.multiselect(
        label,
        field.options if options is None else options,
        default=value,
        key=address.key(field.name),
        format_func=title,
        placeholder=placeholder,
        max_selections=field.most,
        accept_new_options=typed is not None,
        on_change=typed,
        wrap=True,
    )
    return picked


def stops(address: Address, label: str, field: Field) -> str:
    """One of several along a slider."""
    value = address.field(field)
    return str(st.select_slider(label, field.options, value, key=address.key(field.name)))


def box(
    address: Address,
    label: str,
    field: Field,
    *,
    step: float = 1.0,
    disabled: bool = False,
    on_change: Changed | None = None,
) -> float:
    """A number between the field's limits, typed or stepped to."""
    address.field(field)
    low, high = _limits(field)
    return number_box(
        label,
        key=address.key(field.name),
        low=low,
        high=high,
        step=step,
        whole=field.whole,
        on_change=on_change,
        disabled=disabled,
    )


def slider(
    address: Address,
    label: str,
    field: Field,
    *,
    step: float,
    allowed: Interval | None = None,
    chart: str = "",
    help: str = "",
    log: bool = False,
) -> float:
    """A number along the field's limits, or typed, then any that is ``allowed``; with a ``chart`` to move it plays."""
    address.field(field)
    low, high = _limits(field)
    return live_slider(
        label,
        key=address.key(field.name),
        low=low,
        high=high,
        step=step,
        default=field.default,
        allowed=allowed,
        chart=chart,
        help=help,
        playable=bool(chart),
        log=log,
    )


def _limits(field: Field) -> tuple[float, float]:
    assert field.limits is not None, field.name
    return field.limits


def words(
    address: Address,
    label: str,
    field: Field,
    *,
    longest: int,
    placeholder: str = "",
    help: str | None = None,
    on_change: Changed | None = None,
    visibility: Visibility = "visible",
) -> str:
    """A line of text."""
    value = address.field(field)
    typed = st.text_input(
        label,
        value,
        key=address.key(field.name),
        max_chars=longest,
        placeholder=placeholder,
        help=help,
        on_change=on_change,
        label_visibility=visibility,
    )
    return typed or ""
