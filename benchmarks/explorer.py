"""The loss-curve explorer against the bare Streamlit app, in Chromium, everything in one run.

    python benchmarks/explorer.py

The floor is ``harness.BARE_APP`` under stock ``streamlit run``: one ``st.slider`` and one ``st.plotly_chart``
of the explorer's size. Both are measured in turns, since a busy machine slows both. Prints a table and one
line of JSON; exits with 1 when a target is missed:

- ``change``: a key press on Huber's slider, the floor's own control, to the repainted chart (ratio <= 0.6);
- ``python``: the same for a control that Python must answer, the reach of the axis (ratio <= 0.6);
- ``drag``: while a parameter's slider moves, redraws per second (>= 25) and ms from input to paint (<= 40);
- ``bytes``: what the server sends for one change;
- ``start``: from starting the server to the first painted chart (ratio <= 1.3).
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import harness
from benchmarks.harness import Summary, Traffic

FOUR = "loss_curves?loss=squared_error,absolute_error,huber,pseudo_huber&reach=5&probe=2"
"""The floor's four losses, in the explorer."""

STREAMLITS = "[data-testid=stSlider] input[type=range]"

ROUNDS, CHANGES, STARTS = 3, 10, 5
CHANGE, REDRAWS, LATENCY, START = 0.6, 25.0, 40.0, 1.3

_HOOKS = """() => {
  const seen = (window.lossvizSeen = { since: null, times: [] });
  window.__lossvizInput = () => { seen.since ??= performance.now(); };
  window.__lossvizDrawn = () => {
    const since = seen.since;
    seen.since = null;
    // drawn in a frame's callback: it is on the screen when the next one begins
    if (since !== null) requestAnimationFrame(() => seen.times.push(performance.now() - since));
  };
}"""


class Control:
    """A page and the slider that changes its chart: a step a press, five up and five down."""

    def __init__(self, page: Any, traffic: Traffic, slider: Any) -> None:
        self.page, self.traffic, self.slider = page, traffic, slider
        self.times: list[float] = []
        self.received = self.changes = 0

    def press(self, i: int) -> None:
        self.page.keyboard.press("ArrowRight" if i % 10 < 5 else "ArrowLeft")

    def measure(self, n: int = CHANGES) -> None:
        """n changes, 0.4 s apart, so that each finds the app at rest."""
        self.slider.focus()
        self.page.wait_for_timeout(500)
        self.traffic.reset()
        self.times += harness.repaint_times(self.page, self.press, n, pause=0.4)
        self.received += self.traffic.bytes_received
        self.changes += n

    def forget(self) -> None:
        self.times.clear()
        self.received = self.changes = 0


def opened(browser: Any, url: str) -> tuple[Any, Traffic]:
    """A page at rest and the count of its traffic."""
    page = harness.open_page(browser)
    traffic = Traffic(page)
    page.goto(url)
    harness.ready(page)
    return page, traffic


def changes(controls: dict[str, Control]) -> dict[str, dict[str, Any]]:
    """Changes of all controls in turns after a warm-up; the last control is the floor."""
    for control in controls.values():
        control.measure()
        control.forget()
    for _ in range(ROUNDS):
        for control in controls.values():
            control.measure()
    *_, floor = (Summary.of(control.times) for control in controls.values())
    found = {}
    for name, control in controls.items():
        summary = Summary.of(control.times)
        found[name] = {
            "ms": round(summary.median, 1),
            "p95 ms": round(summary.p95, 1),
            "ratio": round(summary.median / floor.median, 3),
            "bytes": control.received // control.changes,
        }
    return found


def dragged(page: Any, traffic: Traffic, slider: Any) -> dict[str, Any]:
    """A slider held and moved for some seconds; the hooks in ``static/`` say when it was heard and drawn."""
    slider.focus()
    page.wait_for_timeout(1000)
    page.evaluate(_HOOKS)
    traffic.reset()
    drag = harness.drag(page, slider, seconds=4.0)
    seen = page.evaluate("() => lossvizSeen.times")
    paint = Summary.of(seen)
    page.wait_for_timeout(500)
    return {
        "redraws per s": round(len(seen) / drag.seconds, 1),
        "ms": round(paint.median, 1),
        "p95 ms": round(paint.p95, 1),
        "paths changed per s": round(drag.redraws_per_second, 1),
        "bytes per redraw": traffic.bytes_received // max(1, len(seen)),
    }


def starts(browser: Any, bare: Any) -> dict[str, Any]:
    """A server's start to the first painted chart in a fresh page, in turns."""
    app, floor = [], []
    for _ in range(STARTS):
        app.append(harness.time_to_first_chart(browser, harness.tuned, FOUR))
        floor.append(harness.time_to_first_chart(browser, harness.stock(bare)))
    ours, theirs = Summary.of(app), Summary.of(floor)
    return {
        "app ms": round(ours.median),
        "bare ms": round(theirs.median),
        "ratio": round(ours.median / theirs.median, 3),
        "ratios": [round(a / b, 2) for a, b in zip(app, floor, strict=True)],
    }


def main() -> int:
    with harness.chromium() as browser, harness.bare_app() as bare:
        with (
            harness.serving(harness.tuned) as server,
            harness.serving(harness.stock(bare), cwd=bare.parent) as stock,
        ):
            page, traffic = opened(browser, f"{server.url}/{FOUR}")
            page.get_by_text("Axes and panels").click()
            huber = page.get_by_role("slider", name="Huber · δ", exact=True)
            floor, floor_traffic = opened(browser, stock.url)
            results: dict[str, dict[str, Any]] = changes(
                {
                    "change": Control(page, traffic, huber),
                    "python": Control(page, traffic, page.locator(STREAMLITS).first),
                    "bare": Control(floor, floor_traffic, floor.locator(STREAMLITS).first),
                }
            )
            results["drag"] = dragged(page, traffic, huber)
        results["start"] = starts(browser, bare)
    met = {
        f"change at most {CHANGE} of the bare app": results["change"]["ratio"] <= CHANGE,
        f"change through Python at most {CHANGE}": results["python"]["ratio"] <= CHANGE,
        f"at least {REDRAWS:g} redraws a second": results["drag"]["redraws per s"] >= REDRAWS,
        f"at most {LATENCY:g} ms from input to paint": results["drag"]["ms"] <= LATENCY,
        f"first chart within {START} of the bare app": results["start"]["ratio"] <= START,
    }
    print(harness.environment())
    for name, numbers in results.items():
        print(f"{name:8}", ", ".join(f"{what} {number}" for what, number in numbers.items()))
    for target, reached in met.items():
        print("met   " if reached else "MISSED", target)
    print(json.dumps(results))
    return 0 if all(met.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
