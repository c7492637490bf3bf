"""Valid states of a page, drawn from the fields that the page itself declares.

A run of a page declares its fields, with their options and limits, and some of them only where others have
certain values. So a state is drawn in rounds: draw values for what is declared, visit, and draw for what has
been declared since, until nothing is new.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import combinations
from random import Random
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest
from visiting import visit

from lossviz.app.kit.address import Address, Bad, Field

KEEP = 0.45
"""Share of the fields that are left at their defaults, as in most links."""


@contextmanager
def declared() -> Iterator[dict[str, Field]]:
    """The fields that pages declare while this lasts, by name; the latest of a name stands."""
    found: dict[str, Field] = {}
    declare = Address.field

    def noting(self: Address, field: Field) -> Any:
        found[field.name] = field
        return declare(self, field)

    with patch.object(Address, "field", noting):
        yield found


Own = Mapping[str, Callable[[Random], Mapping[str, str]]]
"""How to draw what a field does not tell of itself: for each such field, a state that holds it."""


def draw(field: Field, rng: Random) -> str | None:
    """The text of a valid value of the field; None where the field says nothing of what it takes."""
    if field.options and field.most > 1:
        low = max(field.least, 0)
        many = rng.randint(low, min(field.most, len(field.options)))
        few = min(many, low + rng.randint(0, 3)) if rng.random() < 0.7 else many
        return ",".join(rng.sample(field.options, few)) if few else None
    if field.options:
        return rng.choice(field.options)
    if field.limits is None:
        return None
    values = [_number(field, rng) for _ in range(rng.randint(1, field.most))]
    if isinstance(field.default, tuple):
        values = sorted({_number(field, rng) for _ in range(len(field.default))})
    return ",".join(dict.fromkeys(values)) if values else None


def _number(field: Field, rng: Random) -> str:
    low, high = field.limits or (0.0, 0.0)
    kind = rng.random()
    if kind < 0.25:
        value = rng.choice((low, high))
    elif kind < 0.5 and 0 < low < high / 100:
        value = low * (high / low) ** rng.random()
    else:
        value = rng.uniform(low, high)
    if field.whole:
        return str(round(value))
    return f"{value:.4g}" if low <= float(f"{value:.4g}") <= high else repr(value)


def visits(file: str, rng: Random, own: Own) -> Iterator[tuple[AppTest, dict[str, str], bool]]:
    """Visits at drawn addresses without end, each with its address, and whether all of that is valid.

    The first of a series may hold settings that others of its settings do away with, which the page says; the
    next leaves those out, and sets numbers that the first brought up, such as the parameters of its losses; and
    so on until nothing has to be left out.
    """
    with declared() as first:
        visit(file)
    while True:
        state, known, valid = _drawn(first, rng, own), set(first), False
        while not valid:
            with declared() as now:
                at = visit(file, state)
            kept = {
                name: text for name, text in state.items() if name in now and _accepted(now[name], text, own)
            }
            valid = kept == state
            yield at, state, valid
            further = {name: f for name, f in now.items() if name not in known and not f.options}
            known |= set(now)
            fresh = _drawn(further, rng, own)
            valid &= not fresh
            state = kept | fresh


def _drawn(fields: Mapping[str, Field], rng: Random, own: Own) -> dict[str, str]:
    state: dict[str, str] = {}
    for name, field in fields.items():
        if rng.random() >= KEEP:
            if name in own:
                state |= own[name](rng) if rng.random() < 0.5 else {}
            elif name not in state and (value := draw(field, rng)) is not None:
                state[name] = value
    return state


def _accepted(field: Field, text: str, own: Own) -> bool:
    if field.name in own:
        try:
            return field.write(field.read(text)) == text
        except Bad:
            return False
    with patch("lossviz.app.kit.address.give_notice") as said:
        try:
            field.read(text)
        except Bad:
            return False
    return not said.called


def complaints(at: AppTest) -> list[str]:
    """What a visitor would see as a fault of the page: crashes, and red boxes."""
    return [e.message for e in at.exception] + [e.value for e in at.error]


def pairs(choices: Mapping[str, tuple[str, ...]], rng: Random) -> list[dict[str, str]]:
    """States in which every two options of every two fields meet at least once, greedily few."""
    names = list(choices)
    missing = {((a, x), (b, y)) for a, b in combinations(names, 2) for x in choices[a] for y in choices[b]}
    rows = []
    while missing:
        (a, x), (b, y) = min(missing)
        row = {a: x, b: y}
        for name in rng.sample(names, len(names)):
            if name not in row:
                row[name] = max(
                    choices[name], key=lambda value, name=name: _covered(row, name, value, names, missing)
                )
        missing -= {((c, row[c]), (d, row[d])) for c, d in combinations(names, 2)}
        rows.append(row)
    return rows


def _covered(row: dict[str, str], name: str, value: str, names: list[str], missing: set) -> int:
    order = names.index
    return sum(
        (((other, there), (name, value)) if order(other) < order(name) else ((name, value), (other, there)))
        in missing
        for other, there in row.items()
    )


def written(state: Mapping[str, str]) -> str:
    """A state as a failing test shows it."""
    return json.dumps(state, ensure_ascii=False)
