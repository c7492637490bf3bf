"""See what a loss function does: losses, fits, descent, and the app that shows them."""

__version__ = "0.1.0"
