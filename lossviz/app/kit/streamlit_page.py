"""What is leant on of Streamlit's own page: its test ids and where it serves its scripts.

They are no promise of Streamlit's and may change with any minor version: what else the browser's side knows of
them stands in ``static/link.js``, and nowhere else.
"""

import functools
from pathlib import Path

import streamlit as st

SCRIPTS = "static/js/"
"""Where it serves its modules, below its root."""


@functools.cache
def plotly_chunk() -> str | None:
    """File name of the plotly.js that Streamlit itself serves, None where it is not found."""
    folder = Path(st.__file__).parent / "static" / SCRIPTS
    return next((path.name for path in sorted(folder.glob("PlotlyChart.*.js"))), None)


CSS = """<style>
[data-testid="stMainBlockContainer"] { padding: 0.9rem 2rem 2rem; max-width: 100rem; }
[data-testid="stSidebar"] { width: 11.75rem !important; min-width: 0 !important; }
[data-testid="stSidebar"][aria-expanded="false"] { width: 0 !important; }
[data-testid="stSidebarUserContent"] { padding-top: 0; }
[data-testid="stMain"] h1 { font-size: 1.5rem; padding: 0; line-height: 1.25; }
[data-testid="stMain"] h2 { font-size: 1.25rem; padding: 0.25rem 0; }
[data-testid="stMain"] h3 { font-size: 1.05rem; padding: 0.25rem 0; }
/* Tabs: see explain.open_tab. */
[class*="-tabs"] [role="radio"] { border-width: 0 0 2px; border-color: transparent; border-radius: 0; background: none; }
[class*="-tabs"] [role="radio"][aria-checked="true"] { border-color: currentColor; }
/* Streamlit writes white on the primary colour, which the dark theme's light blue cannot carry. */
[data-testid="stMultiSelectTagsContainer"] [data-tag], [data-testid="stMultiSelectTagsContainer"] [data-tag] * { color: inherit; }
[data-testid="stMultiSelectTagsContainer"] [data-tag] { background: rgba(90, 130, 220, 0.22); }
/* Nor can the light theme carry its colours of code: mixed with the text's own they show on either. */
[data-testid="stCode"] pre :is(.token.comment, .token.punctuation) { color: color-mix(in srgb, #808495 60%, currentColor); }
[data-testid="stCode"] pre :is(.token.keyword, .token.function, .token.class-name) { color: color-mix(in srgb, #1c83e1 60%, currentColor); }
[data-testid="stCode"] pre :is(.token.operator, .token.decorator) { color: color-mix(in srgb, #ed6f13 60%, currentColor); }
[data-testid="stCode"] pre .token.number { color: color-mix(in srgb, #29b09d 60%, currentColor); }
[data-testid="stCode"] pre .token.boolean { color: color-mix(in srgb, #21c354 60%, currentColor); }
[data-testid="stCode"] pre .token.string { color: color-mix(in srgb, #09ab3b 60%, currentColor); }
.lossviz-table { overflow-x: auto; width: fit-content; max-width: 100%; margin-bottom: 0.5rem; }
.lossviz-table table { border-collapse: collapse; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
.lossviz-table :is(th, td) { padding: 0.4rem 0.75rem; border: 1px solid rgba(128, 132, 149, 0.35); text-align: right; white-space: nowrap; }
.lossviz-table th:first-child { text-align: left; }
.lossviz-table tbody th { font-weight: 400; }
@media (max-width: 640px) { [data-testid="stMainBlockContainer"] { padding: 4rem 1rem 1rem; } }
</style>"""
