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
from lossviz.app.kit.streamlit_page import CSS


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


def page_of(key: str) -> Page:
    """The page of that key."""
    return next(page for page in PAGES if page.key == key)


def page(key: str) -> Page:
    """Call first on every page: browser title, style, menu; a new arrival's state is read anew."""
    this = page_of(key)
    title = "LossViz" if key == "home" else f"{this.title} · LossViz"
    st.set_page_config(page_title=title, page_icon=str(STATIC / "icon.svg"), layout="wide")
    st.html(CSS)
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
