"""Where the app's own files are: the pages, what the browser loads, and Streamlit's configuration.

In a clone they stand at its root, where ``streamlit run app.py`` looks for them; in an installed package they
are in its folder ``site``.
"""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]

SITE = _PACKAGE / "site" if (_PACKAGE / "site").is_dir() else _PACKAGE.parent
"""The folder with ``app.py``, ``pages/``, ``static/`` and ``.streamlit/``."""
APP = SITE / "app.py"
STATIC = SITE / "static"
