"""Arrays and records in, Plotly figures out; nothing here knows Streamlit."""
