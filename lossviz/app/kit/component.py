"""How a component of our own reaches the browser.

Each is an ES module in ``static/`` that Streamlit serves; what is sent with every update is a
loader of a few hundred bytes, not the module. The version in its address is a hash of the whole
folder, so that a new release is never mixed with modules from a browser's cache.
"""

import functools
import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from lossviz.app.kit.site import STATIC
from lossviz.app.kit.streamlit_page import SCRIPTS

_LOADER = """
const script = [...document.scripts].map((s) => s.src).find((s) => s.includes("/{scripts}"));
const base = script.slice(0, script.indexOf("{scripts}"));
const module = import(new URL("app/static/{name}.js?v={version}", base).href);
{early}export default async (component) => (await module).default(component);
"""


@functools.cache
def version() -> str:
    """Hash of all modules."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.glob("*.js")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def declare(name: str, css: str = "", *, isolate: bool = True, early: str = "") -> Callable[..., Any]:
    """A component drawn by ``static/<name>.js`` into ``<div class="lossviz-<name>">``.

    Its style is ``static/<name>.css`` unless given; isolated styles live in a shadow root. ``early``
    is a module of Streamlit's own that it will need, fetched beside it rather than after it.
    """
    css = css or (STATIC / f"{name}.css").read_text(encoding="utf-8")
    return st.components.v2.component(
        f"lossviz_{name}",
        html=f'<div class="lossviz-{name}"></div>',
        css=css,
        js=_LOADER.format(
            scripts=SCRIPTS,
            name=name,
            version=version(),
            early=f'import(new URL("{early}", base).href).catch(() => {{}});\n' if early else "",
        ),
        isolate_styles=isolate,
    )


def sent(key: str, name: str) -> Any:
    """What the browser's side of a component has set; None where it has set nothing, or what is no state."""
    state = st.session_state.get(key)
    return state.get(name) if isinstance(state, Mapping) else None


def finite(value: Any) -> float | None:
    """A number that was sent, None where it is none: anybody may send anything."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
