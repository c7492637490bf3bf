"""The gradient descent animation in Chromium: frames a second, time to scrub, bytes of a run.

Three pages are played at 60 steps a second: a line, a classifier with a probability map of 60 x 60 in
every frame, and a race of eight rules with that map. A frame counts when a step of the run was drawn
and the browser came back for the next one. A scrub is timed from the input to the frame that shows it.
Prints one JSON line; exits with 1 when a page stays below 30 frames a second, a scrub takes more than
100 ms, or a run needs more than 1 MB.

    python benchmarks/player.py
"""

import json
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.harness import TIMEOUT, Summary, chromium, environment, open_page, serving, tuned

STEPS = 200
FRAMES_A_SECOND, SCRUB, BYTES = 30.0, 100.0, 1_000_000

PAGES = {
    "line": f"gradient_descent?steps={STEPS}",
    "map": f"gradient_descent?task=classes&data=moons&lr=0.5&steps={STEPS}",
    "race": f"gradient_descent?task=classes&data=moons&lr=0.05&steps={STEPS}&batch=16"
    "&opt=sgd,momentum,nesterov,adagrad,rmsprop,adam,nadam,amsgrad",
}

_PLAY = """async () => {
  const bar = document.querySelector(".lossviz-player .bar") ?? piercing(".lossviz-player .bar");
  function piercing(selector, root = document) {
    for (const node of root.querySelectorAll("*")) {
      const found = node.shadowRoot && (node.shadowRoot.querySelector(selector) ?? piercing(selector, node.shadowRoot));
      if (found) return found;
    }
  }
  const range = bar.querySelector("input"), speed = bar.querySelector("select"), times = [], scrubs = [];
  const put = (input, value, kind) => { input.value = value; input.dispatchEvent(new Event(kind, { bubbles: true })); };
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let i = 0; i < 30; i++) {
    const began = performance.now();
    put(range, (i * 67) % (+range.max + 1), "input");
    await frame();
    await frame();
    scrubs.push(performance.now() - began);
  }
  put(range, 0, "input");
  put(speed, 60, "change");
  await new Promise((done) => setTimeout(done, 1500));
  let last = range.value;
  bar.querySelector(".play").click();
  while (range.value !== range.max) {
    await frame();
    if (range.value !== last) times.push(performance.now());
    last = range.value;
  }
  return { frames: (1000 * (times.length - 1)) / (times.at(-1) - times[0]), scrubs };
}"""


def measure(browser: Any, url: str) -> dict[str, float]:
    """Frames a second, median milliseconds of a scrub, and the bytes of the largest message."""
    page = open_page(browser)
    largest = 0

    def received(payload: str | bytes) -> None:
        nonlocal largest
        largest = max(largest, len(payload))

    page.on("websocket", lambda stream: stream.on("framereceived", received))
    page.goto(url)
    page.wait_for_selector(".lossviz-player canvas", timeout=TIMEOUT)
    page.wait_for_timeout(2500)
    found = page.evaluate(_PLAY)
    page.context.close()
    return dict(
        frames_per_second=round(found["frames"], 1),
        scrub_ms=round(Summary.of(found["scrubs"]).median, 1),
        scrub_p95_ms=round(Summary.of(found["scrubs"]).p95, 1),
        bytes=largest,
    )


def main() -> int:
    with chromium() as browser, serving(tuned) as server:
        found = {name: measure(browser, f"{server.url}/{path}") for name, path in PAGES.items()}
    print(json.dumps(dict(benchmark="player", steps=STEPS, **found, where=environment())))
    good = all(
        f["frames_per_second"] >= FRAMES_A_SECOND and f["scrub_p95_ms"] <= SCRUB and f["bytes"] <= BYTES
        for f in found.values()
    )
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
