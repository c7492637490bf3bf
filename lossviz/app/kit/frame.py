"""The frame every page stands in: title, menu, the question it asks, and what went wrong kindly.

``PAGES`` is the one list of pages, in the order of the menu.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st

from lossviz.app.kit.address import Address, enter, notices, settled
from lossviz.app.kit.lifeline import lifeline
from lossviz.app.kit.site import SITE, STATIC


@dataclass(frozen=True)
class Page:
    """One page: its key (prefix of its state), file, title, menu group and the question it asks."""

    key: str
    file: str
    title: str
    group: str
    question: str

    @property
    def exists(self) -> bool:
        """A page that is announced here but not built yet is neither listed nor linked."""
        return (SITE / self.file).exists()


PAGES = (
    Page("home", "app.py", "Home", "", "What does a loss function do?"),
    Page(
        "curves",
        "pages/loss_curves.py",
        "Loss curves",
        "Curves",
        "What does each loss charge for the same mistake?",
    ),
    Page("outliers", "pages/outliers.py", "Outliers", "Fits", "How far can one bad point drag the line?"),
    Page(
        "descent",
        "pages/gradient_descent.py",
        "Gradient descent",
        "Training",
        "How does a model walk downhill?",
    ),
)

_CSS = """<style>
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


def page_of(key: str) -> Page:
    """The page of that key."""
    return next(page for page in PAGES if page.key == key)


def page(key: str) -> Page:
    """Call first on every page: browser title, style, menu; a new arrival's state is read anew."""
    this = page_of(key)
    title = "LossViz" if key == "home" else f"{this.title} · LossViz"
    st.set_page_config(page_title=title, page_icon=str(STATIC / "icon.svg"), layout="wide")
    st.html(_CSS)
    lifeline()
    # Tables need pandas, and plotly looks whether it is loaded. A first import in one session while another
    # session draws would show plotly half a module; here, import locks make every session wait for it. Not
    # earlier: the lifeline answers before.
    import pandas  # noqa: F401

    enter(key)
    with st.sidebar:
        st.page_link("app.py", label="LossViz", icon=":material/home:")
        group = ""
        for other in PAGES[1:]:
            if not other.exists:
                continue
            if other.group != group:
                group = other.group
                st.caption(group)
            st.page_link(other.file, label=other.title)
    return this


def link(key: str, label: str, state: Mapping[str, str]) -> None:
    """A link that opens a page in an exact state; nothing where that page is not built yet."""
    target = next((page for page in PAGES if page.key == key), None)
    if target and target.exists:
        st.page_link(target.file, label=label, query_params=dict(state))


@contextmanager
def stage(this: Page) -> Iterator[Address]:
    """The body of a page: its question and link at the top; the URL written when all is drawn.

    Use inside the page's fragment, so that a control redraws this and nothing else.
    """
    head, link = st.columns([5, 1], vertical_alignment="center")
    head.title(this.question, anchor=False)
    with link:
        address = Address(this.key)
    notice = st.container()
    yield address
    settled(this.key, address.fields)
    with notice:
        notices()
    address.write()
