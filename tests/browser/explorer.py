"""Read and drive the loss-curve explorer in a page."""

import re
from typing import Any

import numpy as np

from lossviz import losses
from lossviz.draw import curves as figures
from lossviz.draw.curves import Scene

CHART = ".lossviz-chart.js-plotly-plot"

_DATA = """(chart) => chart._fullData.map((t) => ({
  x: [...t.x], y: [...t.y], name: t.legendgroup, panel: t.yaxis, mode: t.mode }))"""

DRAWN = """(chart, index) => {
  const trace = chart._fullData[index];
  const [x, y] = [trace.xaxis.replace("x", "xaxis"), trace.yaxis.replace("y", "yaxis")].map((n) => chart._fullLayout[n]);
  const line = chart.querySelector(`.scatterlayer .trace${trace.uid} .js-line`);
  return { d: line.getAttribute("d"), x: [...x.range, x._length], y: [...y.range, y._length] };
}"""


def house(**settings: float) -> Scene:
    """The scene of the first preset, with settings of Huber."""
    chosen = (losses.get("squared_error"), losses.get("absolute_error"), losses.get("huber", **settings))
    return Scene(chosen, over="error", wrt="error", target=220.0, low=-30.0, high=30.0, probe=-20.0)


def data(page: Any) -> list[dict]:
    """The traces that Plotly holds: x, y, loss, panel and mode."""
    return page.locator(CHART).evaluate(_DATA)


def assert_shows(page: Any, scene: Scene) -> None:
    """The chart's numbers are the library's, to the last digit."""
    drawn = data(page)
    expected = figures.lines(scene, scene.grid())
    assert [trace["name"] for trace in drawn] == [line.loss.name if line.loss else "" for line in expected]
    for trace, line in zip(drawn, expected, strict=True):
        np.testing.assert_array_equal(np.array(trace["x"], dtype=float), line.x)
        np.testing.assert_array_equal(np.array(trace["y"], dtype=float), line.y)


def drawn_path(page: Any, index: int) -> tuple[np.ndarray, np.ndarray]:
    """The points of a curve as it stands on the screen, in data coordinates, and a pixel in them."""
    return points(page.locator(CHART).evaluate(DRAWN, index))


def points(found: dict) -> tuple[np.ndarray, np.ndarray]:
    """The same of what ``DRAWN`` returned."""
    pixels = np.array(re.findall(r"(-?[\d.]+),(-?[\d.]+)", found["d"]), dtype=float)
    (left, right, width), (low, high, height) = found["x"], found["y"]
    x = left + pixels[:, 0] / width * (right - left)
    y = high - pixels[:, 1] / height * (high - low)
    return np.stack([x, y]), np.array([(right - left) / width, (high - low) / height])


def slider(page: Any, label: str) -> Any:
    """The ``<input type=range>`` of a live slider."""
    return page.get_by_role("slider", name=label, exact=True)


def value(page: Any, label: str) -> float:
    return float(slider(page, label).input_value())


class Hold:
    """Keeps back what the server says while it is closed; make it before the page goes anywhere."""

    def __init__(self, page: Any) -> None:
        self.closed = False
        self.kept: list[Any] = []
        self.sent = 0
        page.route_web_socket(re.compile("_stcore/stream"), self._connect)

    def _connect(self, socket: Any) -> None:
        self.socket = socket
        server = socket.connect_to_server()
        socket.on_message(lambda message: (self._count(), server.send(message)))
        server.on_message(self._receive)

    def _count(self) -> None:
        self.sent += 1

    def _receive(self, message: Any) -> None:
        if self.closed:
            self.kept.append(message)
        else:
            self.socket.send(message)

    def open(self) -> None:
        """Deliver what was kept."""
        self.closed = False
        for message in self.kept:
            self.socket.send(message)
        self.kept.clear()
