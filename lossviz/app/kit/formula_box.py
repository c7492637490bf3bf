"""``pick_formulas``: losses of one's own, typed as formulas beside the menu of those that there are."""

from functools import lru_cache

import streamlit as st

from lossviz.app.kit import plainly, widgets
from lossviz.app.kit.address import Address, Bad, Field
from lossviz.losses.catalogue import SEPARATOR, Catalogue
from lossviz.losses.expression import MOST_CHARACTERS
from lossviz.losses.own import MOST, VARIABLES

FORMULA = "formula"
"""Name of the field that holds them."""
EXAMPLES = {"regression": "abs(r)**p", "binary": "max(0, 1 - m)**2"}
HELP = (
    "A formula in {variable}{meaning}: numbers, + − * / ^, parentheses, abs, sqrt, exp, log, tanh, sigmoid, softplus, min, max, "
    "and a if b < c else d. Any other name becomes a parameter with a slider. Several are separated by ;"
)
MEANING = {"r": ", the prediction minus the target", "m": ", the margin: y times the score, y = −1 or 1"}

_catalogue = lru_cache(maxsize=512)(Catalogue.of)


def pick_formulas(address: Address, family: str, *, field: str = "loss") -> Catalogue:
    """The losses to choose from, with those typed into a box that is drawn here; new ones are chosen at once.

    Call before the menu of losses, the field ``field``, is drawn. While what is typed is no formula, that is said, and
    the last that was one stays.
    """
    good = address.place_of("last formula")

    def kept(text: str) -> str:
        return text if _problem(text, family) is None else str(st.session_state.get(good, ""))

    def read(text: str) -> str:
        problem = _problem(text, family)
        if problem is not None:
            raise Bad(problem)
        return text

    def typed() -> None:
        before = _catalogue(str(st.session_state.get(good, "")), family).own_names
        text = kept(address[FORMULA] or "")
        st.session_state[good] = text
        now = _catalogue(text, family).own_names
        chosen = st.session_state.get(address.key(field))
        if isinstance(chosen, list):
            fresh = [name for name in now if name not in before]
            left = [name for name in chosen if name not in before or name in now]
            most = address.fields[field].most if field in address.fields else len(left) + len(fresh)
            address.put(field, [*fresh, *left][:most])

    variable = VARIABLES[family]
    text = widgets.words(
        address,
        f"Your own loss of {variable}",
        Field(FORMULA, "", read, kept),
        longest=MOST * (MOST_CHARACTERS + 2),
        placeholder=f"Your own: {EXAMPLES[family]}",
        help=HELP.format(variable=variable, meaning=MEANING[variable]),
        on_change=typed,
        visibility="collapsed",
    )
    problem = _problem(text, family)
    if problem is not None:
        plainly.notice(f"{problem[:1].upper()}{problem[1:]}{'' if problem.endswith('?') else '.'}")
    st.session_state[good] = kept(text)
    return _catalogue(st.session_state[good], family)


def _problem(text: str, family: str) -> str | None:
    """Why a text holds no formulas; None where it does."""
    try:
        _catalogue(text, family)
    except ValueError as problem:
        several = SEPARATOR in text
        return f"one of the formulas is none: {problem}" if several else str(problem)
    return None
