"""Sentences with other people's words in them, shown as they are: none of it is read as Markdown."""

import dis
import logging
from pathlib import Path
from typing import Any

import streamlit as st

from lossviz import foreign

_LIBRARY = str(Path(foreign.__file__).parent)
_log = logging.getLogger(__name__)


def caption(*sentences: str) -> None:
    """Small print; nothing where there is none."""
    if sentences:
        st.caption(foreign.markdown(" ".join(sentences)))


def notice(*sentences: str, most: int = 6, place: Any = st) -> None:
    """What of that which was given could not be used as it came: the first of the sentences, and how many
    more there are; nothing where there are none."""
    said = list(dict.fromkeys(sentences))
    more = [f"And {len(said) - most} more."] if len(said) > most else []
    if said:
        place.caption(f":material/info: {foreign.markdown(' '.join([*said[:most], *more]))}")


def warning(sentence: str) -> None:
    """Something that was given is not used, and why."""
    st.warning(foreign.markdown(sentence))


def error(sentence: str) -> None:
    """Something cannot be shown at all, and why."""
    st.error(foreign.markdown(sentence))


def reason(problem: ValueError, otherwise: str = "") -> str:
    """What an error says if we raised it; else ``otherwise``, or, with a line in the log, that there was one.

    What Python and NumPy say of a value is about code, not about what a person entered.
    """
    if ours(problem):
        return str(problem)
    if not otherwise:
        _log.error("an error that is not told in our words", exc_info=problem)
    return otherwise or "these settings lead to numbers that cannot be computed with"


def ours(problem: Exception) -> bool:
    """Whether an error comes from a ``raise`` of this package, not from within something that it called."""
    at = problem.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if at is None or not at.tb_frame.f_code.co_filename.startswith(_LIBRARY):
        return False
    return dis.opname[at.tb_frame.f_code.co_code[at.tb_lasti]] == "RAISE_VARARGS"


def sentence(problem: ValueError) -> str:
    """The reason as a whole sentence."""
    text = reason(problem)
    return f"{text[:1].upper()}{text[1:]}."
