"""``table``: a few rows to be read, that scroll by themselves where the screen is narrower than they are."""

from collections.abc import Mapping, Sequence

import streamlit as st

from lossviz.foreign import html as escape


def table(columns: Mapping[str, Sequence[str]], *, name: str) -> None:
    """Draw columns of text by their titles; the first one says what each row is about.

    ``name`` is what a screen reader calls it. It takes the focus, so that it scrolls by keys, too.
    """
    titles = "".join(f'<th scope="col">{escape(title)}</th>' for title in columns)
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in others)}</tr>'
        for first, *others in zip(*columns.values(), strict=True)
    )
    st.html(
        f'<div class="lossviz-table" role="region" aria-label="{escape(name)}" tabindex="0">'
        f"<table><thead><tr>{titles}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
