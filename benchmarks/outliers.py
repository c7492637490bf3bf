"""How closely the fitted lines follow a dragged point, in Chromium, under ``python -m lossviz``.

A point is dragged in circles for some seconds. Each edit the browser sends has a number; the lines
drawn for it arrive with that number and are painted with the next frame. Latency is from the pointer
event whose position an edit holds to that paint. Three scenes:

    fit          40 points, 3 losses             at least 20 redraws/s, median latency at most 60 ms
    sensitivity  the same, and a curve beside it  the curve at least 10 times/s
    crowd        100 points, 8 losses             at least 10 redraws/s

Prints one JSON line a scene with the machine's load; exits with 1 where a floor is missed. With
``--stock`` the same under ``streamlit run app.py``, where every step is a run: for comparison, without
floors.

    python benchmarks/outliers.py [--seconds 6] [--stock]
"""

import argparse
import json
import math
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.harness import (
    ROOT,
    Summary,
    chromium,
    environment,
    open_page,
    serving,
    stock,
    tuned,
)

EIGHT = "squared_error,absolute_error,huber,smooth_l1,pseudo_huber,log_cosh,fair,quantile"


@dataclass(frozen=True)
class Scene:
    """An address and what is asked of it: redraws of lines and charts a second, milliseconds behind."""

    name: str
    query: str
    redraws: float
    charts: float = 0.0
    latency: float = math.inf


SCENES = (
    Scene("fit", "n=40", redraws=20.0, latency=60.0),
    Scene("sensitivity", "n=40&view=sensitivity", redraws=10.0, charts=10.0),
    Scene("crowd", f"n=100&loss={EIGHT}", redraws=10.0),
)

# The component calls these two hooks where they exist; a chart says when it is painted.
_WATCH = """() => {
  const seen = (window.dragged = { sent: {}, drawn: {}, charts: 0 });
  window.__lossvizSent = (seq, time) => { if (time) seen.sent[seq] = time; };
  window.__lossvizDrawn = (ack) => {
    if (ack in seen.drawn) return;
    seen.drawn[ack] = null;
    const painted = new MessageChannel(); // a task posted in a frame's callback runs once that frame is painted
    painted.port1.onmessage = () => { seen.drawn[ack] = performance.now(); painted.port1.close(); };
    requestAnimationFrame(() => painted.port2.postMessage(0));
  };
  document.addEventListener('painted', () => seen.charts++, true);
}"""


def measure(browser: Any, url: str, scene: Scene, seconds: float) -> dict[str, Any]:
    """Drag the middle point of a scene in circles; what was seen, and whether it is enough."""
    page = open_page(browser)
    page.goto(f"{url}/outliers?{scene.query}")
    page.locator(".lossviz-point_editor .dot circle").first.wait_for()
    page.wait_for_timeout(1500)
    page.evaluate(_WATCH)
    dots = page.locator(".lossviz-point_editor .dot")
    box = dots.nth(dots.count() // 2).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    began = time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        angle = 2 * math.pi * passed / 2.0
        page.mouse.move(x + 60 * math.sin(angle), y - 60 * (1 - math.cos(angle)))
        page.wait_for_timeout(8)
    page.mouse.up()
    page.wait_for_timeout(500)
    seen = page.evaluate("() => dragged")
    page.context.close()
    drawn = {seq: at for seq, at in seen["drawn"].items() if at}
    latencies = [at - seen["sent"][seq] for seq, at in drawn.items() if seq in seen["sent"]]
    latency = Summary.of(latencies)
    result = {
        "scene": scene.name,
        "redraws_per_second": round(len(drawn) / passed, 1),
        "charts_per_second": round(seen["charts"] / passed, 1),
        "latency_ms": {"median": round(latency.median, 1), "p95": round(latency.p95, 1)},
        "edits_sent": len(seen["sent"]),
        "load": round(os.getloadavg()[0], 1),
    }
    result["enough"] = (
        result["redraws_per_second"] >= scene.redraws
        and result["charts_per_second"] >= scene.charts
        and latency.median <= scene.latency
    )
    return result


def main(arguments: list[str] | None = None) -> int:
    """Exit code 0 where every floor is held."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=6.0, help="of each drag (default: %(default)s)")
    parser.add_argument("--stock", action="store_true", help="measure `streamlit run app.py`")
    options = parser.parse_args(arguments)
    print(environment())
    with chromium() as browser, serving(stock(ROOT / "app.py") if options.stock else tuned) as server:
        results = [measure(browser, server.url, scene, options.seconds) for scene in SCENES]
    for result in results:
        print(json.dumps(result))
    return 0 if options.stock or all(result["enough"] for result in results) else 1


if __name__ == "__main__":
    raise SystemExit(main())
