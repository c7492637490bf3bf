"""Controls made from the registry: which losses, and a live slider for each of their parameters."""

import unicodedata
from collections.abc import Sequence

import streamlit as st

from lossviz import losses
from lossviz.losses import Loss, Parameter
from lossviz.ui.address import Address, choices, flag, number
from lossviz.ui.live_slider import live_slider


def symbol(parameter: Parameter) -> str:
    """A parameter's LaTeX symbol in plain text: Greek letters as themselves."""
    text = parameter.symbol.replace("_", "").replace("{", "").replace("}", "")
    if text.startswith("\\"):
        name = text[1:].removeprefix("var").upper()
        try:
            return unicodedata.lookup(f"GREEK SMALL LETTER {name}")
        except KeyError:
            return parameter.name
    return text


def pick_losses(
    address: Address,
    options: Sequence[str],
    default: Sequence[str],
    *,
    field: str = "loss",
    label: str = "Losses",
) -> list[str]:
    """A multiple choice among registry names, shown by their titles; never empty."""
    address.field(choices(field, options, default, least=1))
    picked = st.multiselect(
        label,
        options,
        key=address.key(field),
        format_func=lambda name: losses.find(name).title,
        placeholder="Choose losses",
        wrap=True,
    )
    if not picked:
        st.caption("Nothing chosen: the default is shown.")
    return picked or list(default)


def tune(address: Address, names: Sequence[str], *, chart: str = "") -> list[Loss]:
    """The named losses with the parameter values of their live sliders, which are drawn here."""
    tuned = []
    for name in names:
        cls = losses.find(name)
        settings = {p.name: _slider(address, cls, p, chart) for p in cls.parameters()}
        tuned.append(losses.get(name, **settings))
    return tuned


def _slider(address: Address, cls: type[Loss], p: Parameter, chart: str) -> float | None:
    field = f"{cls.name}.{p.name}"
    label = f"{cls.title} · {symbol(p)}"
    if p.optional:
        address.field(flag(f"{field}.on"))
        if not st.toggle(f"{label} on", key=address.key(f"{field}.on"), help=p.meaning):
            return None
    default = p.low if p.default is None else p.default
    address.field(number(field, p.low, p.high, default))
    return live_slider(
        label,
        key=address.key(field),
        low=p.low,
        high=p.high,
        step=p.step,
        default=default,
        chart=chart,
        help=p.meaning,
    )
