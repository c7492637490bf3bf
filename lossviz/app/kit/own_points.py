"""A person's own points, on every page: pasted, from a file, from a link, or handed over by another page.

One reader (:mod:`lossviz.data.reading`), one popover, one text in the URL (:mod:`lossviz.data.points`). What a link
cannot hold is said, and offered as a file that can be read again.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from lossviz import data, foreign
from lossviz.app.kit import background, plainly
from lossviz.app.kit.address import LONGEST, Address, Bad, Field
from lossviz.app.kit.downloads import to_csv
from lossviz.data import MAX_BY_HAND, MAX_ROWS, Dataset, Sheet
from lossviz.data.numerals import LARGEST, looks_like_number
from lossviz.data.points import VERSION, Points, decode, encode
from lossviz.data.reading import MAX_BYTES, MOST_READ, check_spread
from lossviz.losses.base import Array
from lossviz.number_format import short

OWN = "own"
"""The option of the data's menu, and the field that holds the points."""
_VERSION, _FORMER = "v", "points"
KEPT = (OWN, _VERSION)
"""Fields that outlast a change of what is done with the points."""
ROW = "order of rows"
LONG = 300_000
"""Characters, or bytes, of a table that is read in a moment; a longer one is read beside the page."""


@dataclass(frozen=True)
class Kept:
    """What this session was given, beyond what a link holds."""

    text: str
    """The points' text it belongs to; "" where there are too many for one."""
    found: Dataset
    notes: tuple[str, ...]


def declare(address: Address) -> None:
    """The fields of a person's own points; a link of an older form is brought into today's."""
    address.field(Field(OWN, "", checked, bulky=True))
    address.field(Field(_FORMER, "", checked, bulky=True))
    address.field(Field(_VERSION, "", _version, bulky=True))
    if address[_FORMER]:
        address.put(OWN, address[OWN] or address[_FORMER])
        address.put(_FORMER, "")
    address.put(_VERSION, str(VERSION) if address[OWN] else "")


def of(address: Address) -> Points | None:
    """The points that the state holds."""
    return decode(address[OWN]) if address[OWN] else None


def kept(address: Address) -> Kept | None:
    """What was read in this session, as long as the state has not gone on to other points."""
    known = st.session_state.get(_key(address, "kept"))
    return known if isinstance(known, Kept) and known.text == address[OWN] else None


def query(points: Points) -> dict[str, str] | None:
    """The address of a page's own points; None where a link would be too long."""
    text = encode(points)
    found = {"data": OWN, OWN: text, _VERSION: str(VERSION)}
    return found if len(text) <= LONGEST - 100 else None


def enter(
    address: Address, *, labelled: bool, most: int = MAX_ROWS, forget: Callable[[], None] = lambda: None
) -> None:
    """A pasted table or a file, its columns chosen by name; the page keeps its points until they are taken.

    Args:
        address: of the page, with ``data`` among its fields.
        labelled: whether two coordinates and a class are wanted, rather than x and y.
        most: rows that are used; more than ``MAX_BY_HAND`` are in no link.
        forget: called before other points are taken.
    """
    with st.popover("Your own data", width="stretch"):
        file = st.file_uploader(
            "A CSV file",
            key=_key(address, f"file{st.session_state.get(_key(address, 'files'), '')}"),
            max_upload_size=MAX_BYTES // 1_000_000,
        )
        example = "x1, x2, kind\n0.5, 1.2, yes\n1.0, 2.9, no" if labelled else "area, price\n70, 260\n95, 340"
        pasted = st.text_area("or a pasted table", key=_key(address, "paste"), placeholder=example)
        if not file and not pasted:
            st.caption(
                f"Up to {MOST_READ:,} rows, of which {most:,} are used. At most {MAX_BY_HAND} points can be moved by hand and be in a link, "
                f"which has at most {LONGEST:,} characters; beyond that they can be saved as a file."
            )
            return
        sheet = _sheet(address, file.getvalue() if file else pasted)
        if sheet is None:
            return
        if isinstance(sheet, str):
            plainly.error(f"{file.name}: {sheet}" if file else sheet)
            return
        _choose(address, sheet, labelled, most, forget)


def _choose(address: Address, sheet: Sheet, labelled: bool, most: int, forget: Callable[[], None]) -> None:
    names, likely = sheet.names, sheet.likely()
    if labelled:
        options = [*names, *sheet.texts]
        if len(names) < 2 or len(options) < 3:
            there = ", ".join(map(foreign.quoted, options))
            plainly.error(f"Two columns of numbers and one of classes are needed; there are {there}.")
            return
        which = sheet.likely_label()
        first = [name for name in (*likely, *(n for n in names if n not in likely)) if name != which]
        first = [*first, which][:2]
        left, right = st.columns(2)
        with left:
            across = _column(address, "x₁", "x1", names, first[0])
        with right:
            up = _column(address, "x₂", "x2", names, first[1])
        label = _column(address, "Class", "class", options, which)
        unread = f"Column {foreign.quoted(label, 80)} left out"
        notes = [note for note in sheet.notes if not note.startswith(unread)]
    else:
        notes = list(sheet.notes)
        left, right = st.columns(2)
        with left:  # a single column is a sample: against itself it would be a line
            order = ROW if ROW not in names else f"{ROW}, counted"
            x = _column(address, "x", "x", [*names, order], likely[0] if len(likely) > 1 else order)
        with right:
            y = _column(address, "y", "y", names, likely[-1])
    try:
        if labelled:
            found, more = sheet.classes(across, up, label, most=most)
        else:
            found, more = sheet.dataset(y, None if x == order else x, most=most)
    except ValueError as problem:
        plainly.caption(*notes)
        plainly.error(plainly.sentence(problem))
        return
    notes += more
    for note in notes:
        plainly.caption(note)
    st.button(
        "Draw these points", key=_key(address, "draw"), on_click=_take, args=(address, found, notes, forget)
    )


def _column(address: Address, title: str, key: str, names: Sequence[str], likely: str) -> str:
    picked = st.selectbox(title, names, index=list(names).index(likely), key=_key(address, key))
    return str(picked)


def _take(address: Address, found: Dataset, notes: Sequence[str], forget: Callable[[], None]) -> None:
    forget()
    text = encode(points_of(found)) if len(found.y) <= MAX_BY_HAND else ""
    st.session_state[_key(address, "kept")] = Kept(text, found, tuple(notes))
    address.put(OWN, text)
    address.put("data", OWN)


def adopt(address: Address, found: Dataset) -> None:
    """Make a data set the person's own points, exactly as it is."""
    address.put(OWN, encode(points_of(found)))
    address.put("data", OWN)


def points_of(found: Dataset) -> Points:
    """A data set as points: of x and y, or of two coordinates and a class."""
    if found.x.ndim == 1:
        return Points(np.stack([found.x, found.y], axis=1), (found.names[0], found.names[1]))
    return Points(
        found.x, (found.names[0], found.names[1]), found.y.astype(np.intp), found.classes, found.names[2]
    )


def offer_file(address: Address, columns: dict[str, Array | Sequence[str]]) -> None:
    """Say that a link cannot hold the points, where it cannot, and offer them as a file."""
    held = kept(address)
    count = len(next(iter(columns.values())))
    if held is not None and not held.text and address["data"] == OWN:
        why = f"{count:,} points are more than the {MAX_BY_HAND} that a link holds"
    elif excess := address.excess():
        why = (
            f"a link to these points would have {excess:,} characters, more than the {LONGEST:,} it may have"
        )
    else:
        return
    plainly.notice(
        f"{why[:1].upper()}{why[1:]}: neither it nor a reload brings them back. Save them as a file."
    )
    download(address, columns, "saved")


def columns(xy: Array, names: Sequence[str], classes: Sequence[str] = ()) -> dict[str, Array | Sequence[str]]:
    """Points (n, 2), and perhaps a class each, as columns to be saved; each under a name of its own."""
    found: dict[str, Array | Sequence[str]] = {}
    for k, values in enumerate((*xy.T, classes) if classes else xy.T):
        name = names[k] or f"column {k + 1}"
        found[name if name not in found else f"{name} ({k + 1})"] = values
    return found


def download(address: Address, columns: dict[str, Array | Sequence[str]], key: str) -> None:
    """A button that saves points as a CSV file, to be read again as they are."""
    st.download_button(
        "CSV of the points", lambda: table(columns), "points.csv", "text/csv", key=_key(address, key), on_click="ignore"
    )  # fmt: skip


def table(columns: dict[str, Array | Sequence[str]]) -> str:
    """Points as CSV; a name that a reader would take for a number is marked as text."""
    return to_csv(
        {f"'{name}" if name[:1] == "'" or looks_like_number(name) else name: v for name, v in columns.items()}
    )


def checked(text: str) -> str:
    """The points' text in today's form.

    Raises:
        Bad: if it is of no form, or its numbers can be drawn nowhere.
    """
    if not text:
        return ""
    try:
        points = decode(text)
        if np.abs(points.xy).max() > LARGEST:
            raise Bad(f"numbers beyond {short(LARGEST)} cannot be fitted in every view")
        columns = points.xy.T if points.window is None else ()
        for name, values in zip(points.names, columns, strict=False):
            check_spread(name, values)
        return encode(points)
    except ValueError as problem:
        raise Bad(plainly.reason(problem)) from None


def _version(text: str) -> str:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:3]) <= VERSION):
        raise Bad(
            f"{foreign.quoted(text)} is no version of links that is known here; the latest is {VERSION}"
        )
    return text


def _sheet(address: Address, content: str | bytes) -> Sheet | str | None:
    """The table as read, or why it could not be; read once, a long one beside the page: None until then."""
    known = st.session_state.get(_key(address, "sheet"))
    if known is None or known[0] != content:
        found: Sheet | str | None
        if len(content) <= LONG:
            found = _read(content)
        else:
            number, stop = hash(content), lambda: _forget(address)
            found = background.result(_key(address, "reading"), str(number), lambda _: _read(content), stop)
        if found is None:
            return None
        known = st.session_state[_key(address, "sheet")] = content, found
    sheet: Sheet | str = known[1]
    return sheet


def _read(content: str | bytes) -> Sheet | str:
    try:
        return data.read(content)
    except ValueError as problem:
        return plainly.sentence(problem)


def _forget(address: Address) -> None:
    """Take away what was pasted or uploaded: an uploader is emptied by being another one."""
    st.session_state[_key(address, "paste")] = ""
    st.session_state[_key(address, "files")] = st.session_state.get(_key(address, "files"), 0) + 1


def _key(address: Address, what: str) -> str:
    return f"{address.page}:own {what}"
