"""Makes browser_payloads.json: a run and a sweep as Python packs them, and the numbers that the browser is to find.

    python tests/expected/make_browser_payloads.py

The numbers beside the bytes come from NumPy, not from the packing.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from lossviz.draw import player  # noqa: E402
from lossviz.draw.style import Mark  # noqa: E402
from lossviz.draw.sweep import Sweep, SweptTrace  # noqa: E402


def scene() -> player.Scene:
    """Every kind of array: still and moving, bytes, counts, NaN, infinities, what float32 cannot hold, none at all."""
    draw = np.random.default_rng(20261126)
    frames, mark = 5, Mark("#1e59d3", "dash")
    x, y = draw.normal(size=(2, 7)).round(3)
    path = np.array([1.0, np.nan, np.inf, -1e300, -0.0])
    layers = (
        player.Points(x, y, ("#000", "#fff"), ("a", "“b” − ∞"), color=np.arange(7, dtype=np.uint8) % 2,
                      lit=draw.integers(0, 2, (frames, 7)).astype(np.uint8)),
        player.Segments(np.empty((0, 4)), mark, starts=np.zeros(frames + 1, dtype=np.uint32)),
        player.Image(draw.integers(0, 256, (frames, 3, 5)).astype(np.uint8), (0.0, 1.0, -1.0, 1.0), ("#000", "#fff")),
        player.Line(x, draw.normal(size=(frames, 7)), mark),
        player.Path(np.arange(frames), path, mark, ends=2, along=True),
        player.Arrows(draw.normal(size=(frames, 2, 4)), mark),
    )  # fmt: skip
    axis = player.Axis("x (€)", -3.0, 3.0)
    views = (
        player.View("plane", "Plane", axis, axis, layers, alt="A plane"),
        player.Table("counts", "Counts", ("0", "1"), ("0", "1"), draw.integers(0, 9, (frames, 2, 2))),
    )
    return player.Scene(frames, views, legend=[player.Entry("run", mark, np.arange(frames) / 3)])


def arrays(thing: object) -> list[list]:
    """Shape and numbers of every array in a scene, in its order, as float32 holds them and as JSON can."""
    found = []

    def walk(thing: object) -> None:
        if isinstance(thing, np.ndarray):
            with np.errstate(over="ignore"):
                flat = thing.astype(np.float32).ravel()
            found.append([list(thing.shape), [v if np.isfinite(v) else str(v) for v in flat.tolist()]])
        elif isinstance(thing, list | tuple):
            for item in thing:
                walk(item)
        elif hasattr(thing, "__dataclass_fields__"):
            for name in thing.__dataclass_fields__:
                walk(getattr(thing, name))

    walk(thing)
    return found


def sweep() -> Sweep:
    """A trace whose points stay where they are and one whose points move, at values that are not even."""
    values, x = np.array([0.0, 0.5, 2.0, 3.0]), np.linspace(-2.0, 2.0, 9)
    y = values[:, None] * x**2 + 1.0
    y[:, 4] = np.nan
    return Sweep(values, [SweptTrace(0, x, y), SweptTrace(3, x + values[:, None], -y)], 0.5)


def rows(swept: Sweep, value: float) -> list[list]:
    """x and y of each trace by NumPy's interpolation."""

    def at(table: np.ndarray) -> list:
        mixed = table if table.ndim == 1 else [np.interp(value, swept.values, column) for column in table.T]
        return [None if np.isnan(v) else float(v) for v in mixed]

    return [[t.trace, at(t.x), at(t.y)] for t in swept.traces]


def payloads() -> dict:
    """What the file holds."""
    shown, swept = scene(), sweep()
    packed = player.pack(shown, clock="run", leads=True, seek=None)
    asked = (-1.0, 0.0, 0.25, 0.5, 0.75, 1.9, 2.0, 2.5, 3.0, 9.0)
    return {
        "run": {"bytes": base64.b64encode(packed).decode("ascii"), "arrays": arrays(shown)},
        "sweep": {"packed": swept.packed(), "rows": [[value, rows(swept, value)] for value in asked]},
    }


if __name__ == "__main__":
    text = json.dumps(payloads(), ensure_ascii=False, allow_nan=False)
    (HERE / "browser_payloads.json").write_text(text + "\n", encoding="utf-8")
