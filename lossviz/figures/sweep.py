"""A figure as a function of one parameter, as tables the browser can draw without a server."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


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

    def packed(self) -> dict[str, Any]:
        """As the browser reads it: base64 of float32."""
        return {
            "value": self.value,
            "values": _pack(self.values),
            "traces": [
                {"trace": t.trace, "x" if t.x.ndim == 1 else "xs": _pack(t.x), "y": _pack(t.y)}
                for t in self.traces
            ],
        }


def _pack(numbers: NDArray[Any]) -> str:
    with np.errstate(over="ignore", under="ignore"):
        return base64.b64encode(np.ascontiguousarray(numbers, dtype="<f4").tobytes()).decode("ascii")
