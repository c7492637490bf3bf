"""The outlier page's data: a generator, a classical table, or a person's own."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote

import numpy as np
import streamlit as st

from lossviz import data
from lossviz.cloud import Axis, Cloud, Window, pack, unpack
from lossviz.data import GENERATORS, MAX_DRAGGABLE, TABLES, Dataset, Sheet
from lossviz.data.numerals import LARGEST
from lossviz.data.reading import MAX_BYTES
from lossviz.ui import plainly
from lossviz.ui.address import Address, Bad, Field, choice, flag, number, whole
from lossviz.ui.outlier_controls import drawer

OWN = "own"
OPTIONS = (*GENERATORS, *TABLES, OWN)
TENFOLD = 10.0
ROW = "order of rows"
_EXACT = "outliers:own data"
_SHEET = "outliers:sheet"
_KNOBS = (
    ("n", "Points", 2.0, 2000.0, 20.0, 1.0),
    ("noise", "Noise", 0.0, 10.0, 1.0, 0.1),
    ("bad", "Share of outliers", 0.0, 0.5, 0.05, 0.05),
    ("seed", "Seed", 0.0, 9999.0, 3.0, 1.0),
)
_NAME = 40  # characters of a column's name that a link keeps,
_QUOTED = 300  # and in how many of the link's own they must fit


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


def pick_data(address: Address) -> Source:
    """The data set's controls; a change of data forgets what was done to the points."""
    address.field(choice("data", OPTIONS, "gaussian"))
    address.field(Field(OWN, "", _check_own))

    def forget(*more: str) -> None:
        for field in ("p", "at", "line", *more):
            st.session_state.pop(address.key(field), None)

    name = st.selectbox(
        "Data", OPTIONS, key=address.key("data"), format_func=_title, on_change=forget, args=("by",)
    )
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
            st.toggle(
                "Multiply y by 10",
                key=address.key("tenfold"),
                help="The same points in smaller units. A fit with a fixed parameter changes; one scaled by MAD does not.",
            )
            _paste(address, forget)
    found, notes = _found(address, name)
    tenfold = address["tenfold"]
    factor = TENFOLD if tenfold else 1.0
    x, y = found.x, factor * found.y
    label = found.names[1]
    token = f"{name} {len(x)} {x[0]!r} {y[0]!r} {x.sum()!r} {y.sum()!r}"
    return Source(
        Cloud.of(x, y),
        _scaled(_window(address, name, found), factor),
        found.names[0],
        f"{label} × 10" if tenfold else label,
        found.source,
        token,
        factor,
        notes,
    )


def _title(name: str) -> str:
    if name == OWN:
        return "Your own data"
    return GENERATORS[name].title if name in GENERATORS else TABLES[name].title


def _scaled(window: Window, factor: float) -> Window:
    """The window when y is multiplied: the same steps, each so much larger."""
    first, last, step = str(window.y).split(",")
    return Window(window.x, Axis.read(f"{first},{last},{factor * float(step):g}"))


def _window(address: Address, name: str, found: Dataset) -> Window:
    if name == OWN and address[OWN]:
        return _read_own(address[OWN])[1]
    return Window.around(found.x, found.y)


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


def _found(address: Address, name: str) -> tuple[Dataset, tuple[str, ...]]:
    """The data set as it is set, and notes on it."""
    if name in GENERATORS:
        n, noise, bad, seed = (address[field] for field, *_ in _KNOBS)
        return data.make(name, n=round(n), noise=noise, outliers=bad, seed=round(seed)), ()
    if name in TABLES:
        return _load(name, address["by"] or None), ()
    return _own(address)


@functools.cache
def _load(name: str, predictor: str | None) -> Dataset:
    return data.load(name, predictor)


def _set_generator(address: Address, forget: Callable[[], None]) -> None:
    columns = st.columns(2)
    for k, (field, label, low, high, _, step) in enumerate(_KNOBS):
        columns[k % 2].number_input(
            label, low, high, step=step, key=address.key(field), on_change=forget, format="%g"
        )


def _set_predictor(address: Address, name: str, forget: Callable[[], None]) -> None:
    labels = {column.key: column.label for column in TABLES[name].predictors}
    if not address["by"]:
        address.put("by", next(iter(labels)))
    st.selectbox("Predictor", labels, key=address.key("by"), format_func=labels.__getitem__, on_change=forget)


# --- a person's own ------------------------------------------------------------------------------


def _own(address: Address) -> tuple[Dataset, tuple[str, ...]]:
    """The person's data: exact where this session read it, else as the link holds it."""
    exact = st.session_state.get(_EXACT)
    if exact is not None and exact[0] == address[OWN]:
        return exact[1], exact[2]
    if address[OWN]:
        points, _, names = _read_own(address[OWN])
        return Dataset(points[:, 0], points[:, 1], names, "your own data, from a link"), ()
    note = "Paste a table or upload a CSV file below; until then other points are shown."
    return data.make("gaussian", n=20), (note,)


def _write_own(found: Dataset) -> str:
    window = Window.around(found.x, found.y)
    points = np.stack([found.x, found.y], axis=1)
    return "~".join([str(window.x), str(window.y), pack(points, window), *map(_quoted, found.names)])


def _quoted(name: str) -> str:
    """A column's name, as much of it as fits, without the sign that separates the parts."""
    kept = name[:_NAME]
    while len(text := quote(kept, safe=" ").replace("~", "%7E")) > _QUOTED:
        kept = kept[:-1]
    return text


def _read_own(text: str) -> tuple[np.ndarray, Window, tuple[str, str]]:
    x, y, packed, x_name, y_name = text.split("~")
    window = Window(Axis.read(x), Axis.read(y))
    points = unpack(packed, window)
    if not 2 <= len(points) <= MAX_DRAGGABLE:
        raise ValueError(f"{len(points)} points are not 2 to {MAX_DRAGGABLE}")
    if np.abs(points).max() > LARGEST:
        raise ValueError(f"numbers beyond {LARGEST:g} cannot be fitted in every view")
    return points, window, (unquote(x_name)[:_NAME], unquote(y_name)[:_NAME])


def _check_own(text: str) -> str:
    try:
        if text:
            _read_own(text)
    except ValueError:
        raise Bad("this is not a table that a link can hold") from None
    return text


def _paste(address: Address, forget: Callable[[], None]) -> None:
    """A pasted table or a file, its columns chosen by name; the page keeps its points until they are taken."""
    with st.popover("Your own data", width="stretch"):
        file = st.file_uploader("A CSV file", key="outliers:file", max_upload_size=MAX_BYTES // 1_000_000)
        pasted = st.text_area(
            "or a pasted table", key="outliers:paste", placeholder="area, price\n70, 260\n95, 340"
        )
        if not file and not pasted:
            return
        content = file.getvalue() if file else pasted
        sheet = _sheet(content)
        if isinstance(sheet, str):
            plainly.error(f"{file.name}: {sheet}" if file else sheet)
            return
        for note in sheet.notes:
            plainly.caption(note)
        y = st.selectbox("y", sheet.names, index=len(sheet.names) - 1, key="outliers:own y")
        # A single column is a sample: against itself it would be a line.
        start = 0 if len(sheet.names) > 1 else 1
        x = st.selectbox("x", [*sheet.names, ROW], index=start, key="outliers:own x")
        try:
            found, notes = sheet.dataset(y, None if x == ROW else x)
        except ValueError as problem:
            plainly.error(plainly.sentence(problem))
            return
        for note in notes:
            plainly.caption(note)
        if len(found.x) > MAX_DRAGGABLE:
            crowd = f"{len(found.x):,} points: more than the {MAX_DRAGGABLE} that can be moved or fit into a link."
            st.caption(crowd)
            notes = (*notes, crowd)
        st.button("Draw these points", on_click=_take, args=(address, found, (*sheet.notes, *notes), forget))


def _take(address: Address, found: Dataset, notes: Sequence[str], forget: Callable[[], None]) -> None:
    forget()
    own = _write_own(found) if len(found.x) <= MAX_DRAGGABLE else ""
    st.session_state[_EXACT] = (own, found, tuple(notes))
    st.session_state[address.key(OWN)] = own
    st.session_state[address.key("data")] = OWN


def _sheet(content: str | bytes) -> Sheet | str:
    """The table as read, or why it could not be; read once."""
    known = st.session_state.get(_SHEET)
    if known is None or known[0] != content:
        try:
            known = content, data.read(content)
        except ValueError as problem:
            known = content, plainly.sentence(problem)
        st.session_state[_SHEET] = known
    return known[1]
