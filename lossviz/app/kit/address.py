"""The URL as the state's home: read once when a page is entered, written after every run.

What a URL holds is input. A value that is unknown, out of range or not a number is dropped for its
default (or moved to the nearest allowed value) with a quiet notice; everything else is kept.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict
from urllib.parse import urlencode

import streamlit as st

from lossviz.app.kit import plainly
from lossviz.app.kit.component import declare
from lossviz.data.numerals import shortest, typed
from lossviz.foreign import quoted
from lossviz.losses import Interval, Parameter
from lossviz.losses.base import DISTANCES
from lossviz.number_format import all_digits

_address = declare("address")

LONGEST = 4000
"""Most characters of a query: more are neither written nor read."""


HOSTS = ("embed", "embed_options")
"""Parameters of who shows the app in a page of theirs: no settings, and kept in the address by the browser's
side of it (``static/address.js``)."""


class AddressPayload(TypedDict):
    """What the browser gets: the page's state, and how many steps it is from where the page was entered."""

    query: str
    step: int
    count: int
    """Higher for a later state of the session: the browser may come to draw an older one after it."""


class Bad(ValueError):
    """A URL value that cannot be used; the message is shown to the person."""


@dataclass(frozen=True)
class Field:
    """One part of a page's state: its URL name, its default, and its text form.

    ``read`` turns text into a value or raises :class:`Bad`; ``write`` is its inverse.
    """

    name: str
    default: Any
    read: Callable[[str], Any]
    write: Callable[[Any], str] = str
    options: tuple[str, ...] = ()
    """What may be chosen, where that is a list."""
    least: int = 1
    most: int = 1
    """How many of them."""
    limits: tuple[float, float] | None = None
    """Lowest and highest of a number that is usual; more may be allowed."""
    whole: bool = False
    bulky: bool = False
    """Left out of a query that would be too long with it; the page offers a file instead."""
    step: bool = False
    """Whether a change of it is one that the browser's Back undoes."""


def choice(name: str, options: Sequence[str], default: str, *, step: bool = False) -> Field:
    """One of several options, each its own URL value; an empty one stands for none of the others."""

    def read(text: str) -> str:
        if text not in options:
            raise Bad(f"{quoted(text)} is not one of {', '.join(filter(None, options))}")
        return text

    return Field(name, default, read, options=tuple(options), step=step)


def choices(
    name: str, options: Sequence[str], default: Sequence[str], *, least: int = 0, most: int | None = None
) -> Field:
    """Several options, joined by commas; none at all is the default if some must be.

    Unknown ones are left out, and of more than ``most``, which is as many as the control takes, the first
    are kept; a notice says so.
    """
    limit = len(options) if most is None else most

    def read(text: str) -> list[str]:
        wanted = [part for part in dict.fromkeys(text.split(",")) if part]
        known = [part for part in wanted if part in options]
        unknown = [quoted(part) for part in wanted if part not in options]
        if not wanted and least:
            return list(default)
        if len(known) < least:
            raise Bad(f"{', '.join(unknown[:3])} is not known here" if unknown else f"fewer than {least}")
        if unknown:
            give_notice(f"{name}: {', '.join(unknown[:3])} is not known here and was left out.")
        if len(known) > limit:
            kept = "only the first is" if limit == 1 else f"the first {limit} are"
            give_notice(f"{name}: {len(known)} are more than can be shown at once; {kept} kept.")
        return known[:limit]

    return Field(name, list(default), read, ",".join, tuple(options), least, limit)


def number(name: str, low: float, high: float, default: float, allowed: Interval | None = None) -> Field:
    """A finite number that is ``allowed``, by default in [low, high]; what is not is moved to the nearest
    that is, or from an open end to that of low and high."""
    interval = allowed or Interval(low, high)

    def read(text: str) -> float:
        return _number(name, text, interval, low, high)

    return Field(name, default, read, shortest, limits=(low, high))


def whole(name: str, low: int, high: int, default: int, kind: type[int] | type[float] = int) -> Field:
    """A whole number, moved into [low, high]; ``kind`` is how its widget holds it."""

    def read(text: str) -> int | float:
        value = _number(name, text, Interval(low, high), low, high)
        if value != round(value):
            give_notice(f"{name}: {quoted(text)} is not a whole number; {all_digits(round(value))} is used.")
        return kind(round(value))

    return Field(name, kind(default), read, shortest, limits=(low, high), whole=True)


def parameter(field: str, p: Parameter) -> Field:
    """A parameter's number, anything that it allows; one without a default starts at its lowest."""
    return number(field, p.low, p.high, p.low if p.default is None else p.default, p.allowed)


def numbers(name: str, low: float, high: float, default: tuple[float, float]) -> Field:
    """An increasing pair of numbers in [low, high], joined by a comma."""

    def read(text: str) -> tuple[float, float]:
        parts = text.split(",")
        if len(parts) != 2:
            raise Bad(f"{quoted(text)} is not two numbers such as {shortest(low)},{shortest(high)}")
        first, second = (_number(name, part, Interval(low, high), low, high) for part in parts)
        if not first < second:
            raise Bad(f"{quoted(text)} is empty: the first number must be the smaller")
        return first, second

    return Field(name, default, read, lambda pair: ",".join(map(shortest, pair)), limits=(low, high))


def flag(name: str, default: bool = False) -> Field:
    """Yes or no, as 1 or 0."""

    def read(text: str) -> bool:
        if text not in ("0", "1"):
            raise Bad(f"{quoted(text)} is neither 0 nor 1")
        return text == "1"

    return Field(name, default, read, lambda value: "1" if value else "0", options=("0", "1"))


def text(name: str, longest: int = 60) -> Field:
    """A short free text."""

    def read(raw: str) -> str:
        if len(raw) > longest:
            raise Bad(f"{len(raw):,} characters are more than the {longest} allowed")
        return raw

    return Field(name, "", read)


def _number(name: str, text: str, allowed: Interval, low: float, high: float) -> float:
    value = typed(text)
    if value is None:
        raise Bad(f"{quoted(text)} is not a finite number")
    if value in allowed:
        return value
    nearest = min(allowed.high, max(allowed.low, value))
    sensible = nearest in allowed and nearest not in (DISTANCES.low, DISTANCES.high)
    used = nearest if sensible else low if value <= allowed.low else high
    give_notice(f"{name}: {quoted(text)} {allowed.refusal(value)}; {all_digits(used)} is used.")
    return used


class Address:
    """A page's state. Field ``f`` of page ``p`` lives in ``st.session_state["p.f"]``, a widget's key."""

    def __init__(self, page: str) -> None:
        self.page = page
        self.fields: dict[str, Field] = {}
        self.place = st.container()

    def key(self, name: str) -> str:
        """Session key of a field, to be used as its widget's key."""
        return f"{self.page}.{name}"

    def field(self, field: Field) -> Any:
        """Declare a field; its value, from the URL when the page is entered."""
        self.fields[field.name] = field
        key = self.key(field.name)
        if key not in st.session_state:
            st.session_state[key] = self._from_url(field)
        elif st.session_state[key] is None:  # what a choice reports where nothing is chosen
            st.session_state[key] = field.default
        return st.session_state[key]

    def put(self, name: str, value: Any) -> None:
        """Set a field, before its widget is drawn or in a callback."""
        st.session_state[self.key(name)] = value

    def __getitem__(self, name: str) -> Any:
        return st.session_state[self.key(name)]

    def _from_url(self, field: Field) -> Any:
        text = st.session_state.get(f"{self.page}:arriving", {}).get(field.name)
        if text is None:
            return field.default
        try:
            if len(text) > LONGEST:
                raise Bad(f"{len(text):,} characters are more than the {LONGEST:,} that a link has at most")
            return field.read(text)
        except Bad as problem:
            give_notice(f"{field.name}: {problem}; the default is used.")
            return field.default

    def query(self) -> str:
        """The state as a query string; what is at its default is left out, and what is bulky if it is too long."""
        whole = self._query(bulky=True)
        return whole if len(whole) <= LONGEST else self._query(bulky=False)

    def excess(self) -> int:
        """Characters of the whole state as a query, where they are too many; else 0."""
        length = len(self._query(bulky=True))
        return length if length > LONGEST else 0

    def _query(self, *, bulky: bool) -> str:
        parts = {
            name: field.write(self[name])
            for name, field in self.fields.items()
            if self.key(name) in st.session_state
            and self[name] is not None
            and self[name] != field.default
            and (bulky or not field.bulky)
        }
        return urlencode(parts, safe=",")

    def write(self) -> None:
        """Put the state into the URL and draw the button that copies it."""
        with self.place:
            query = self.query()
            payload: AddressPayload = {"query": query, "step": self._step(), "count": self._count(query)}
            _address(key=f"{self.page}:address", data=[payload])

    def _count(self, query: str) -> int:
        count, last = st.session_state.get(_WRITTEN, (0, ("", "")))
        if last != (self.page, query):
            count, last = count + 1, (self.page, query)
            st.session_state[_WRITTEN] = count, last
        return int(count)

    def _step(self) -> int:
        """How many steps were made since the page was entered: presets applied, views, tabs and the like changed.

        The browser adds an entry to its history where this number is higher than the one it knows. It counts
        from nought on arrival, so that going back adds none.
        """
        now = [st.session_state.get(self.place_of("applied"), 0)]
        now += [self[name] for name, field in self.fields.items() if field.step]
        count, last = st.session_state.get(self.place_of("steps"), (0, now))
        count += now != last
        st.session_state[self.place_of("steps")] = count, now
        return count

    def count_preset(self) -> None:
        """Make a step of what is being put, whatever fields it changes."""
        st.session_state[self.place_of("applied")] = st.session_state.get(self.place_of("applied"), 0) + 1

    def place_of(self, what: str) -> str:
        """Session key of what is no field."""
        return f"{self.page}:{what}"


_ENTERED = "page entered"
_WRITTEN = "addresses written"
_NOTICES = "notices"


def enter(page: str) -> None:
    """Start a run of a page; on arrival from elsewhere its state is read anew from the URL."""
    if st.session_state.get(_ENTERED) != page:
        st.session_state[_ENTERED] = page
        for key in [k for k in st.session_state if isinstance(k, str) and k.startswith(f"{page}.")]:
            del st.session_state[key]
        st.session_state.pop(f"{page}:steps", None)
        st.session_state[_NOTICES] = []
        st.session_state[f"{page}:arriving"] = st.query_params.to_dict()
        for name in st.query_params:
            if len(st.query_params.get_all(name)) > 1:
                give_notice(f"{quoted(name)} is set more than once; the last one counts.")


def settled(page: str, known: Mapping[str, Field]) -> None:
    """End of the first run: name what in the URL nobody asked for, and stop reading it."""
    arrived = st.session_state.pop(f"{page}:arriving", None)
    for name in arrived or ():
        if name not in known and name.lower() not in HOSTS:
            give_notice(f"{quoted(name)} is no setting of this page and was left out.")


def give_notice(sentence: str) -> None:
    """Have a sentence said at the top of the page, for as long as it is not left."""
    st.session_state.setdefault(_NOTICES, []).append(sentence)


def notices() -> None:
    """Say quietly what of the URL could not be used."""
    plainly.notice(*st.session_state.get(_NOTICES, ()))


@dataclass(frozen=True)
class Preset:
    """A named state worth seeing: field values (the rest at their defaults) and what to notice."""

    title: str
    state: Mapping[str, Any]
    note: str


def presets(
    address: Address, place: Any, offered: Sequence[Preset], apart: Collection[str] = ()
) -> Preset | None:
    """Draw the presets as pills into ``place``; return the one the page's state agrees with.

    Call when all fields are declared. Fields ``apart`` say where somebody looks, such as a frame or an
    open tab: a preset may set them, but leaves them alone otherwise and is not told by them.
    """
    told = [name for name in address.fields if name not in apart]
    current = {name: address[name] for name in told if address.key(name) in st.session_state}
    defaults = {name: field.default for name, field in address.fields.items()}
    shown = {name: value for name, value in current.items() if value != defaults[name]}
    active = next((p for p in offered if _nondefault(p.state, defaults, apart) == shown), None)
    title = active.title if active else None
    key = _pills(address, title)

    def apply() -> None:
        wanted = next((p for p in offered if p.title == st.session_state[key]), None)
        if wanted is None or key != st.session_state[address.place_of("pills")]:
            return
        address.count_preset()
        for field in told:
            st.session_state.pop(address.key(field), None)
        for field, value in wanted.state.items():
            st.session_state[address.key(field)] = value

    titles = [p.title for p in offered]
    place.pills("Presets", titles, default=title, key=key, on_change=apply, label_visibility="collapsed")
    return active


def _pills(address: Address, title: str | None) -> str:
    """Key of the pills that show the preset of that title, or none.

    Where a setting has been moved off a preset, or onto one, these are other pills than before. What the
    browser still reports of the ones it had, until the answer is there, would otherwise be taken for a click on
    that preset, and put it back over what was moved.
    """
    place = address.place_of("pills")
    key: str = st.session_state.get(place, f"{address.page}:preset")
    if key not in st.session_state:
        st.session_state[key] = title
    elif st.session_state[key] != title:
        count = key.rpartition(" ")[2]
        key = f"{address.page}:preset {int(count) + 1 if count.isdigit() else 1}"
        st.session_state[key] = title
    st.session_state[place] = key
    return key


def _nondefault(
    state: Mapping[str, Any], defaults: Mapping[str, Any], apart: Collection[str]
) -> dict[str, Any]:
    told = {name: value for name, value in state.items() if name not in apart}
    return {name: value for name, value in told.items() if name not in defaults or value != defaults[name]}
