"""A figure as a function of one parameter, as tables the browser can draw without a server."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray


class PackedTrace(TypedDict):
    """As the browser reads it: base64 of float32, ``x`` for places that stay, ``xs`` for places that move."""

    trace: int
    x: NotRequired[str]
    xs: NotRequired[str]
    y: str


class PackedSweep(TypedDict):
    value: float
    values: str
    traces: list[PackedTrace]


@dataclass(frozen=True)
class SweptTrace:
    """Trace ``trace`` of a figure at each of P parameter values: ``y`` has shape (P, n).

    ``x`` has shape (n,) where the points stay above the same places, (P, n) where they move.
    """

    trace: int
    x: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True)
class Sweep:
    """A figure as a function of one parameter, at P increasing ``values``; it was made at ``value``."""

    values: NDArray[Any]
    traces: Sequence[SweptTrace]
    value: float

    def packed(self) -> PackedSweep:
        """As the browser reads it."""
        return {
            "value": self.value,
            "values": _pack(self.values),
            "traces": [_packed_trace(t) for t in self.traces],
        }


def _packed_trace(t: SweptTrace) -> PackedTrace:
    if t.x.ndim == 1:
        return {"trace": t.trace, "x": _pack(t.x), "y": _pack(t.y)}
    return {"trace": t.trace, "xs": _pack(t.x), "y": _pack(t.y)}


def _pack(numbers: NDArray[Any]) -> str:
    with np.errstate(over="ignore", under="ignore"):
        return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f4").tobytes()).decode("ascii")
