"""Controls made from the registry: which losses, and a live slider for each of their parameters."""

import math
import unicodedata
from collections.abc import Sequence

import numpy as np
import streamlit as st

from lossviz.app.kit import plainly, widgets
from lossviz.app.kit.address import Address, choices, flag, parameter
from lossviz.losses import Loss, Parameter
from lossviz.losses.base import Array
from lossviz.losses.catalogue import REGISTERED, Catalogue
from lossviz.number_format import all_digits


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
    most: int | None = None,
    catalogue: Catalogue = REGISTERED,
) -> list[str]:
    """A multiple choice of at most ``most`` names of a catalogue, shown by their titles; never empty."""
    options = (*options, *catalogue.own_names)
    picked = widgets.several(
        address,
        label,
        choices(field, options, default, least=1, most=most),
        lambda name: catalogue.find(name).title,
        placeholder="Choose losses",
    )
    if not picked:
        st.caption("Nothing chosen: the default is shown.")
    return picked or list(default)


def tune(
    address: Address,
    names: Sequence[str],
    *,
    chart: str = "",
    unit: float = 1.0,
    catalogue: Catalogue = REGISTERED,
) -> list[Loss]:
    """The named losses with the parameter values of their live sliders, which are drawn here.

    ``unit`` is the size of what errors are measured in, which the sliders of distances go by.
    """
    tuned = []
    for name in names:
        cls = catalogue.find(name)
        settings = {p.name: _slider(address, cls, p.in_units(unit), chart) for p in cls.parameters()}
        agreeing = cls.reconciled(settings)
        moved = [
            f"{key} = {all_digits(value)}"
            for key, value in agreeing.items()
            if value is not None and value != settings[key]
        ]
        if moved:
            plainly.notice(f"{cls.title}: {cls.rule} must hold, so that {' and '.join(moved)} is used.")
        tuned.append(cls(**agreeing))
    return tuned


def unit_of(y: Array) -> float:
    """The power of ten that suits errors in y: at most a third of the width of the middle four fifths of y."""
    low, high = np.quantile(y, [0.1, 0.9])
    width = float(high - low) or float(np.ptp(y))
    return float(f"1e{math.floor(math.log10(width / 3.0))}") if width > 0 else 1.0


def _slider(address: Address, cls: type[Loss], p: Parameter, chart: str) -> float | None:
    field = f"{cls.name}.{p.name}"
    label = f"{cls.title} · {symbol(p)}"
    if p.optional and not widgets.switch(address, f"{label} on", flag(f"{field}.on"), help=p.meaning):
        return None
    return widgets.slider(
        address, label, parameter(field, p), step=p.step, allowed=p.allowed, chart=chart, help=p.meaning
    )
