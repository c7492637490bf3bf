"""Makes plotly_ticks.json: where Plotly puts ticks and what it writes there, for axes of many ranges and lengths.

    python tests/expected/make_plotly_ticks.py

Plotly is the one that Streamlit serves, in a Chromium; axes wear the app's template. What a drawing of our own
(static/scales.js) writes is compared with this table without a browser.
"""

import functools
import http.server
import json
import math
import random
import sys
import threading
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import streamlit as st

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks import harness  # noqa: E402
from lossviz.app.kit.streamlit_page import plotly_chunk  # noqa: E402
from lossviz.draw import style  # noqa: E402

SERVED = Path(st.__file__).parent / "static"
ASK = """async ([cases, template, chunk]) => {
  document.body.innerHTML = '<div id="root"></div>'; // for Streamlit's page, which comes along
  await import(`/static/js/${chunk}`);
  const node = document.body.appendChild(document.createElement("div")), found = [];
  for (const { letter, low, high, length, log } of cases) {
    const shown = { type: log ? "log" : "linear", range: log ? [Math.log10(low), Math.log10(high)] : [low, high] };
    shown.automargin = false;
    const layout = { template, width: 300, height: 300, margin: { l: 0, r: 0, t: 0, b: 0, pad: 0 }, showlegend: false,
      xaxis: { visible: false }, yaxis: { visible: false } };
    layout[letter === "x" ? "width" : "height"] = length;
    layout[letter + "axis"] = shown;
    await window.Plotly.newPlot(node, [{ x: [], y: [], type: "scatter" }], layout);
    const axis = node._fullLayout[letter + "axis"];
    found.push(axis._vals.filter((tick) => !tick.minor && !tick.noTick).map((tick) => [log ? 10 ** tick.x : tick.x, tick.text]));
  }
  return [window.Plotly.version, found];
}"""


def cases() -> list[dict]:
    """Axes as the app has them, and others up to the ends of what it can show."""
    draw = random.Random(20261126)
    made = []
    for k in range(160):
        size = 10.0 ** draw.uniform(-6, 9) if k % 4 else 10.0 ** draw.uniform(-1, 2)
        low = draw.choice([0.0, -size * draw.random(), size * draw.random(), -size * 10 * draw.random()])
        low, high = (float(f"{end:.{draw.choice([2, 4, 7])}g}") for end in (low, low + size))
        if low < high:
            length = draw.choice([140, 240, 310, 420, 560, 700, 900])
            made.append({"letter": "xy"[k % 2], "low": low, "high": high, "length": length, "log": False})
    for k in range(80):
        low = 10.0 ** draw.uniform(-9, 6)
        high = low * 10.0 ** draw.choice([draw.uniform(0.7, 2.5), draw.uniform(2.5, 12)])
        low, high = (float(f"{end:.4g}") for end in (low, high))
        length = draw.choice([240, 310, 420, 560, 700, 900])
        made.append({"letter": "xy"[k % 2], "low": low, "high": high, "length": length, "log": True})
    for k, (low, high, length) in enumerate(
        [
            (0, 2, 800),
            (-5, 5, 400),
            (0, 1, 400),
            (3.2, 5.2, 800),
            (-0.3, 0.3, 480),
            (0, 0.7, 560),
            (10, 20, 160),
        ]
    ):
        made.append({"letter": "yx"[k % 2], "low": low, "high": high, "length": length, "log": False})
    return made


def ticks(browser: Any, axes: list[dict]) -> tuple[str, list[list]]:
    """Plotly's version, and for each axis its ticks as [value, text]."""
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    handler = functools.partial(quiet, directory=str(SERVED))
    template = json.loads(go.Figure(layout={"template": style.template()}).to_json())["layout"]["template"]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        try:
            page.goto(f"http://127.0.0.1:{server.server_port}/static/js/")
            version, found = page.evaluate(ASK, [axes, template, plotly_chunk()])
        finally:
            page.close()
            server.shutdown()
    assert all(shown and all(math.isfinite(value) for value, _ in shown) for shown in found)
    return version, found


def main() -> None:
    axes = cases()
    with harness.chromium() as browser:
        version, found = ticks(browser, axes)
    rows = (
        json.dumps({**axis, "ticks": shown}, ensure_ascii=False)
        for axis, shown in zip(axes, found, strict=True)
    )
    lines = ",\n".join(rows)
    (HERE / "plotly_ticks.json").write_text(
        f'{{"plotly": "{version}", "axes": [\n{lines}\n]}}\n', encoding="utf-8"
    )


if __name__ == "__main__":
    main()
