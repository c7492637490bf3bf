"""The app's Streamlit side: page frame, pickers, URL state, and the components of its own."""
