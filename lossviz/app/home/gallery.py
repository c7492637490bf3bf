"""The gallery's filters and grid."""

from collections.abc import Callable, Sequence

import streamlit as st

from lossviz import losses
from lossviz.app.kit import widgets
from lossviz.app.kit.address import Address, choices, text
from lossviz.losses import TRAITS, Loss

COLUMNS = 3


def choose(address: Address) -> list[Loss]:
    """Every registered loss that has all the chosen properties and mentions the typed word."""
    names = [trait.name for trait in TRAITS]
    titles = {trait.name: trait.title for trait in TRAITS}
    wide, small = st.columns([3, 1], vertical_alignment="bottom")
    with wide:
        wanted = widgets.flags(address, "Only losses that are", choices("has", names, []), titles.__getitem__)
    with small:
        word = widgets.words(address, "Search", text("word"), longest=60, placeholder="a word")
    return [loss for loss in losses.every() if _has(loss, wanted) and _mentions(loss, word)]


def _has(loss: Loss, wanted: Sequence[str]) -> bool:
    return set(wanted) <= {trait.name for trait in loss.traits()}


def _mentions(loss: Loss, word: str) -> bool:
    told = f"{loss.name} {loss.title} {loss.summary()} {loss.story()} {' '.join(loss.aliases)}"
    return word.strip().casefold() in told.casefold()


def grid(members: Sequence[Loss], card: Callable[[Loss], None]) -> None:
    """Cards in rows of equal width."""
    for start in range(0, len(members), COLUMNS):
        for place, loss in zip(st.columns(COLUMNS), members[start : start + COLUMNS], strict=False):
            with place:
                card(loss)


def state_of(loss: Loss) -> dict[str, str]:
    """The explorer's URL state that shows one loss on an axis where its shape is seen."""
    if loss.family == "regression":
        return {"loss": loss.name, "reach": "5", "probe": "2"}
    return {"family": loss.family, "loss": loss.name, "over": "logit", "probe": "-2"}
