"""Home: the guide beside the gallery of every loss."""

import streamlit as st

from lossviz import losses
from lossviz.app.home import gallery, guide
from lossviz.app.kit import frame
from lossviz.draw.thumbnail import thumbnail

PAGE = frame.page_of("home")


def questions() -> None:
    st.subheader("Twelve questions", anchor=False)
    for asked in guide.QUESTIONS:
        with st.expander(asked.question):
            st.markdown(asked.answer)
            for link in asked.links:
                frame.link(link.page, link.invitation, link.state)


def card(loss: losses.Loss) -> None:
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.html(thumbnail(loss))
        frame.link("curves", f"**{loss.title}**", gallery.state_of(loss))
        st.caption(loss.summary())


@st.fragment
def home() -> None:
    with frame.stage(PAGE) as address:
        left, right = st.columns([1, 2.6], gap="medium")
        with left:
            questions()
        with right:
            shown = gallery.choose(address)
            for family, title in losses.FAMILIES.items():
                members = [loss for loss in shown if loss.family == family]
                if members:
                    st.subheader(f"{title} · {len(members)}", anchor=False)
                    gallery.grid(members, card)
            if not shown:
                st.info("No loss has all of these properties. Take one away to see more.")


def run() -> None:
    """Draw the page; what a control changes redraws the fragment within."""
    frame.page(PAGE.key)
    home()
