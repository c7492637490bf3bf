"""Take the README's pictures of today's app: ``python docs/screenshots.py``. Needs Chromium."""

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks.harness import chromium, open_page, serving, settled, tuned  # noqa: E402

PICTURES = {
    "home": "",
    "curves": "loss_curves",
    "outliers": "outliers",
    "descent": "gradient_descent?frame=12",
}
"""File name and address of each picture."""


def main() -> None:
    with chromium() as browser, serving(tuned) as server:
        for name, address in PICTURES.items():
            page = open_page(browser)
            page.set_viewport_size({"width": 1280, "height": 720})
            page.goto(f"{server.url}/{address}")
            settled(page)
            page.screenshot(path=HERE / f"{name}.png")
            page.close()


if __name__ == "__main__":
    main()
