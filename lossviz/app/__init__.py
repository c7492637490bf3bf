"""The app: what all pages share (``kit``), and a folder for each page."""
