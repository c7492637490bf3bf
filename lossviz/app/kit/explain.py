"""What stands under a chart: why, numbers, code."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lossviz.app.kit import widgets
from lossviz.app.kit.address import Address, Field, choice
from lossviz.app.kit.downloads import Table
from lossviz.losses import Loss
from lossviz.losses.own import SEEN, Own

TAB = "tab"
"""Name of the field that holds which tab is open."""
TABS = {"why": "Why", "numbers": "Numbers", "code": "Code"}
"""The three tabs of every page: their names in the address and their titles."""


def tab_field(tabs: Mapping[str, str] = TABS) -> Field:
    """Which of the tabs is open."""
    return choice(TAB, tuple(tabs), next(iter(tabs)), step=True)


def open_tab(address: Address, tabs: Mapping[str, str] = TABS) -> str:
    """Draw the tabs; the name of the open one. The others are neither computed nor drawn.

    They are no tabs of Streamlit's: those open the one that an answer says, and a late answer says an older one than
    was clicked since, which the browser then reports in its stead.
    """
    with st.container(key=f"{address.page}:tabs"):
        return str(
            widgets.segments(address, "Tabs", tab_field(tabs), tabs.__getitem__, visibility="collapsed")
        )


def data_table(page: str, table: Table) -> None:
    """The numbers behind the chart, on request."""
    if st.toggle("Show the table behind the chart", key=f"{page}:table"):
        st.dataframe(dict(table), hide_index=True)


def why(loss: Loss) -> None:
    """One loss explained: formula, properties, what it elicits and implies, references.

    One element of Streamlit's, not one for each sentence: every element costs time at every redraw.
    """
    lines = [
        f"### {loss.title}",
        f"{loss.summary()} {loss.story()}",
        f"$$\n{loss.formula}\n$$",
        f"$$\n{loss.gradient_formula}\n$$",
        *([f"What follows holds {SEEN}."] if isinstance(loss, Own) else []),
        *(f":blue-badge[{trait.title}] {trait.meaning}" for trait in loss.traits()),
        f"**Best constant prediction:** {loss.elicits}.",
    ]
    if loss.family == "regression" and not isinstance(loss, Own):
        noise = getattr(loss, "noise", "") or "none; exp(−loss) cannot be normalised to a density"
        lines.append(f"**Noise it assumes:** {noise}.")
    if loss.references:
        lines.append(f":small[References: {'; '.join(loss.references)}]")
    st.markdown("\n\n".join(lines))


def code(losses: Sequence[Loss]) -> None:
    """The same numbers in other libraries, with their conventions."""
    st.caption(
        "`score` and `target` are arrays; "
        + (
            "`score` is the prediction."
            if losses[0].family == "regression"
            else "`score` is the logit, `target` is 0 or 1."
            if losses[0].family == "binary"
            else "`score` holds logits and `target` a distribution, classes on the last axis."
        )
    )
    for loss in losses:
        st.markdown(f"**{loss.label}**")
        for library, snippet in loss.snippets().items():
            st.caption(f"{library}. {snippet.note}" if snippet.note else library)
            python(snippet.code)


def python(source: str) -> None:
    """Source to read and copy; long lines are wrapped, since what scrolls sideways needs a pointer."""
    st.code(source, language="python", wrap_lines=True)
