"""What stands under a chart: why, numbers, code."""

from collections.abc import Iterator, Sequence
from typing import Any

import streamlit as st

from lossviz.losses import Loss
from lossviz.ui.downloads import Table

TABS = ("Why", "Numbers", "Code")


def open_tabs(page: str) -> Iterator[tuple[str, Any]]:
    """The three tabs of every page: name and place of each that is open; closed ones are not drawn."""
    for name, tab in zip(TABS, st.tabs(TABS, key=f"{page}:tabs", on_change="rerun"), strict=True):
        if tab.open:
            yield name, tab


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
        *(f":blue-badge[{trait.title}] {trait.meaning}" for trait in loss.traits()),
        f"**Best constant prediction:** {loss.elicits}.",
    ]
    if loss.family == "regression":
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
