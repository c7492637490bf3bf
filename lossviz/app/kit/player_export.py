"""A scene as one HTML file that plays without a server: the same modules, inside."""

import base64

from lossviz import foreign
from lossviz.app.kit.player import CSS
from lossviz.app.kit.site import STATIC
from lossviz.draw.player import Scene, pack

MODULES = (
    "number_format",
    "scales",
    "theme",
    "axes",
    "player_payload",
    "player_clock",
    "player_layers",
    "player_table",
    "player_view",
    "leaving",
    "player",
)
"""In an order in which each finds those it imports."""

_THEME = """
:root { --st-text-color: #10131a; --st-background-color: #ffffff; --st-primary-color: #1e59d3; --st-border-color: #d5dae3;
  --st-font: 'Source Sans 3', 'Source Sans Pro', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; --st-base-radius: 0.5rem;
  --st-button-radius: 0.5rem; }
@media (prefers-color-scheme: dark) {
  :root { --st-text-color: #f2f4f8; --st-background-color: #0e1117; --st-primary-color: #7ba4ff; --st-border-color: #3a4252; }
}
body { margin: 1rem auto; max-width: 75rem; padding: 0 1rem; background: var(--st-background-color); color: var(--st-text-color);
  font-family: var(--st-font); }
h1 { font-size: 1.4rem; font-weight: 600; }
"""

_START = """
const said = (id) => document.getElementById(id).textContent;
const modules = JSON.parse(said("modules")), urls = {};
for (const [name, source] of modules) {
  const own = source.replace(/"\\.\\/(\\w+)\\.js" \\+ same/g, (_, wanted) => JSON.stringify(urls[wanted]));
  urls[name] = URL.createObjectURL(new Blob([own], { type: "text/javascript" }));
}
const bytes = Uint8Array.from(atob(said("run")), (c) => c.charCodeAt(0));
const { default: play } = await import(urls.player);
play({ parentElement: document, data: bytes, setStateValue() {} });
"""


def to_html(scene: Scene, title: str) -> str:
    """The scene as a page of its own, light or dark as the reader's system is."""
    sources = [(name, (STATIC / f"{name}.js").read_text(encoding="utf-8")) for name in MODULES]
    run = base64.b64encode(pack(scene, clock="run", leads=True, seek=None)).decode("ascii")
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{foreign.html(title)}</title><style>{_THEME}{CSS}</style></head>
<body><h1>{foreign.html(title)}</h1><div class="lossviz-player"></div>
<script type="application/json" id="modules">{foreign.script_json(sources)}</script><script type="text/plain" id="run">{run}</script>
<script type="module">{_START}</script></body></html>"""
