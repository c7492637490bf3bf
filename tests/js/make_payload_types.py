"""Makes payloads.d.ts: what Python sends to the browser, as types that the JavaScript is checked against.

    python tests/js/make_payload_types.py

Each is a record of Python's (a dataclass or a TypedDict, which mypy holds the sender to); tsc holds the reader to it.
"""

import dataclasses
import sys
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NotRequired, Union, get_args, get_origin, get_type_hints

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1]))

from lossviz.app.kit import address, chart, lifeline, live_slider, sentence  # noqa: E402
from lossviz.draw import editor, player, style, sweep  # noqa: E402

TARGET = HERE / "payloads.d.ts"
LAYERS = (
    player.Points,
    player.Segments,
    player.Image,
    player.Line,
    player.Path,
    player.Arrows,
    player.Star,
    player.Graph,
)
RECORDS = (
    style.Mark, player.Axis, *LAYERS, player.View, player.Table, player.Reading, player.Entry, player.Scene,
    player.Seek, player.Extra,
    sweep.PackedTrace, sweep.PackedSweep, chart.AskedSweep, chart.ChartPayload,
    live_slider.Allowed, live_slider.SliderPayload,
    editor.PackedLine, editor.PackedBand, editor.PackedCharges, editor.PackedWeights,
    editor.PackedAxis, editor.PackedClass, editor.EditorPayload,
    sentence.SentencePayload, address.AddressPayload, lifeline.LifelinePayload,
)  # fmt: skip
PLAIN = {int: "number", float: "number", str: "string", bool: "boolean", type(None): "null"}
HEAD = """// Made by make_payload_types.py from the records that Python sends; not to be edited.

declare namespace Payload {
  /** A typed array with its shape: static/player_payload.js makes it of what the header refers to. */
  type Numbers = import("../../static/player_payload.js").Numbers;
  type Layer = LAYERS;
"""


def written(kind: Any) -> str:
    """A Python type in TypeScript."""
    if kind in PLAIN:
        return PLAIN[kind]
    if kind is player.Layer:
        return "Layer"
    if kind in RECORDS:
        return str(kind.__name__)
    origin, inner = get_origin(kind), get_args(kind)
    if origin is np.ndarray:
        return "Numbers"
    if origin in (Union, types.UnionType):
        return " | ".join(dict.fromkeys(map(written, inner)))
    if origin is tuple and inner[-1] is not Ellipsis:
        return f"[{', '.join(map(written, inner))}]"
    if origin in (tuple, list, Sequence):
        item = written(inner[0])
        return f"({item})[]" if "|" in item else f"{item}[]"
    if origin is dict:
        return f"Record<{written(inner[0])}, {written(inner[1])}>"
    raise TypeError(f"no TypeScript for {kind}")


def members(record: Any) -> list[str]:
    """Name and type of each field, in the order of Python's."""
    hints = get_type_hints(record, include_extras=True)
    found = [f'kind: "{record.kind}"'] if get_origin(hints.pop("kind", None)) is ClassVar else []
    names = [f.name for f in dataclasses.fields(record)] if dataclasses.is_dataclass(record) else list(hints)
    for name in names:
        kind = hints[name]
        left_out = get_origin(kind) is NotRequired or not getattr(record, "__total__", True)
        kind = get_args(kind)[0] if get_origin(kind) is NotRequired else kind
        found.append(f"{name}{'?' * left_out}: {written(kind)}")
    return found


def text() -> str:
    """The whole file."""
    lines = [HEAD.replace("LAYERS", " | ".join(layer.__name__ for layer in LAYERS))]
    for record in RECORDS:
        body = "".join(f"    {member};\n" for member in members(record))
        lines.append(
            f"  /** {record.__module__}.{record.__name__} */\n  interface {record.__name__} {{\n{body}  }}\n"
        )
    return "\n".join(lines) + "}\n"


assert set(player.Layer.__subclasses__()) == set(LAYERS), "a kind of layer is left out"

if __name__ == "__main__":
    TARGET.write_text(text(), encoding="utf-8")
