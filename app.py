"""Home: the gallery of losses and the guide."""

import streamlit as st

from lossviz.ui import frame

page = frame.page("home")
st.title(page.question)
