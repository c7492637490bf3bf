"""The outlier page's data: a generator, a classical table, or a person's own."""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lossviz import data
from lossviz.app.kit import own_points, widgets
from lossviz.app.kit.address import Address, Field, choice, flag, number, whole
from lossviz.app.kit.own_points import OWN
from lossviz.app.outliers.controls import drawer
from lossviz.data import GENERATORS, MAX_BY_HAND, TABLES, Dataset
from lossviz.data.cloud import Axis, Cloud, Window

OPTIONS = (*GENERATORS, *TABLES, OWN)
TENFOLD = 10.0
_KNOBS = (
    ("n", "Points", 2.0, 2000.0, 20.0, 1.0),
    ("noise", "Noise", 0.0, 10.0, 1.0, 0.1),
    ("bad", "Share of outliers", 0.0, 0.5, 0.05, 0.05),
    ("seed", "Seed", 0.0, 9999.0, 3.0, 1.0),
)


@dataclass(frozen=True)
class Source:
    """Points to edit and what is said of them; ``factor`` is what y was multiplied by."""

    cloud: Cloud
    window: Window
    x_title: str
    y_title: str
    citation: str
    name: str
    factor: float
    notes: tuple[str, ...] = ()
    question: str = ""
    """What the data set is there to show."""


def pick_data(address: Address) -> Source:
    """The data set's controls; a change of data forgets what was done to the points."""
    field = choice("data", OPTIONS, "gaussian", step=True)
    address.field(field)
    own_points.declare(address)

    def forget(*more: str) -> None:
        for name in ("p", "at", "line", *more):
            st.session_state.pop(address.key(name), None)

    name = widgets.menu(address, "Data", field, _title, on_change=lambda: forget("by"))
    fields = _fields(name)
    for field in fields:
        address.field(field)
    if name in TABLES and address["by"] not in _predictors(name):
        address.put("by", "")
    with drawer(address, "Change the data", [field.name for field in fields]) as is_open:
        if is_open:
            if name in GENERATORS:
                _set_generator(address, forget)
            elif len(_predictors(name)) > 1:
                _set_predictor(address, name, forget)
            widgets.switch(
                address,
                "Multiply y by 10",
                address.fields["tenfold"],
                help="The same points in smaller units. A fit with a fixed parameter changes; one scaled by MAD does not.",
            )
            own_points.enter(address, labelled=False, forget=forget)
    found, window, notes = _found(address, name)
    tenfold = address["tenfold"]
    factor = TENFOLD if tenfold else 1.0
    x, y = found.x, factor * found.y
    label = found.names[1]
    token = f"{name} {len(x)} {x[0]!r} {y[0]!r} {x.sum()!r} {y.sum()!r}"
    return Source(
        Cloud.of(x, y),
        _scaled(window or Window.around(found.x, found.y), factor),
        found.names[0],
        f"{label} × 10" if tenfold else label,
        found.source,
        token,
        factor,
        notes,
        "" if name == OWN else (GENERATORS[name] if name in GENERATORS else TABLES[name]).question,
    )


def _title(name: str) -> str:
    if name == OWN:
        return "Your own data"
    return GENERATORS[name].title if name in GENERATORS else TABLES[name].title


def _scaled(window: Window, factor: float) -> Window:
    """The window when y is multiplied: the same steps, each so much larger."""
    first, last, step = str(window.y).split(",")
    return Window(window.x, Axis.read(f"{first},{last},{factor * float(step):g}"))


def _fields(name: str) -> list[Field]:
    """The settings that this data set has."""
    fields = [flag("tenfold")]
    if name in GENERATORS:
        fields += [
            whole(field, int(low), int(high), int(default), float)
            if step == 1.0
            else number(field, low, high, default)
            for field, _, low, high, default, step in _KNOBS
        ]
    if name in TABLES:
        fields.append(choice("by", ("", *_predictors(name)), ""))
    return fields


def _predictors(name: str) -> tuple[str, ...]:
    return tuple(column.key for column in TABLES[name].predictors) if name in TABLES else ()


def _found(address: Address, name: str) -> tuple[Dataset, Window | None, tuple[str, ...]]:
    """The data set as it is set, its window unless it is the usual one, and notes on it."""
    if name in GENERATORS:
        n, noise, bad, seed = (address[field] for field, *_ in _KNOBS)
        return data.make(name, n=round(n), noise=noise, outliers=bad, seed=round(seed)), None, ()
    if name in TABLES:
        return _load(name, address["by"] or None), None, ()
    return _own(address)


@functools.cache
def _load(name: str, predictor: str | None) -> Dataset:
    return data.load(name, predictor)


def _set_generator(address: Address, forget: Callable[[], None]) -> None:
    columns = st.columns(2)
    for k, (field, label, *_, step) in enumerate(_KNOBS):
        with columns[k % 2]:
            widgets.box(address, label, address.fields[field], step=step, on_change=forget)


def _set_predictor(address: Address, name: str, forget: Callable[[], None]) -> None:
    labels = {column.key: column.label for column in TABLES[name].predictors}
    if not address["by"]:
        address.put("by", next(iter(labels)))
    widgets.menu(
        address, "Predictor", address.fields["by"], labels.__getitem__, options=list(labels), on_change=forget
    )


def _own(address: Address) -> tuple[Dataset, Window | None, tuple[str, ...]]:
    """The person's data, the window if a link has one of its own, and notes: with all its rows where this
    session read it, else as the link holds it."""
    known, points = own_points.kept(address), own_points.of(address)
    if known is not None:
        notes = known.notes
        if not known.text:
            crowd = f"{len(known.found.y):,} points: more than the {MAX_BY_HAND} that can be moved or fit into a link."
            notes = (*notes, crowd)
        return known.found, None, notes
    if points is not None:
        found = Dataset(points.xy[:, 0], points.xy[:, 1], points.names, "your own data, from a link")
        return found, points.window, ()
    note = "Paste a table or upload a CSV file below; until then other points are shown."
    return data.make("gaussian", n=20), None, (note,)
