"""Scenes of the explorer for tests: any losses over any axis, and the house price of the guide."""

import dataclasses

from lossviz import losses
from lossviz.draw.curves import Scene

ALL_PANELS = {
    "regression": ("value", "gradient", "curvature", "weight"),
    "binary": ("value", "gradient", "curvature"),
    "multiclass": ("value", "gradient", "curvature"),
}


def scene_of(*names, over="error", **changes):
    chosen = tuple(losses.get(name) for name in names)
    low, high = {"error": (-30.0, 30.0), "probability": (0.0, 1.0), "logit": (-6.0, 6.0)}[over]
    probe = {"error": -20.0, "probability": 0.1, "logit": -3.0}[over]
    target = 220.0 if over == "error" else 1.0
    base = Scene(chosen, over=over, wrt=over, target=target, low=low, high=high, probe=probe)
    return dataclasses.replace(base, **changes)


HOUSE = scene_of("squared_error", "absolute_error", "huber")
